//! The encoder: what is computed of every tile that is listened to.

use burn::module::Module;
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, PaddingConfig1d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::{AutoencoderConfig, KERNEL, PADDING, STRIDE, dense, glorot, zeros};

/// Added to a variance before its root is taken, whose slope is infinite at 0.
pub const LEAST_VARIANCE: f32 = 1e-4;

/// The two branches.
#[derive(Module, Debug)]
pub struct Encoder {
    pub time: Branch,
    pub frequency: Branch,
}

impl Encoder {
    pub fn new(config: &AutoencoderConfig, device: &Device) -> Self {
        Self { time: time_branch(config, device), frequency: frequency_branch(config, device) }
    }

    /// Tiles `[n, bands, columns]` to latents `[n, 2 · latents]`: time half, then frequency half.
    pub fn forward(&self, tiles: Tensor<3>) -> Tensor<2> {
        let time = self.time.forward(tiles.clone()); // channels are bands
        let frequency = self.frequency.forward(tiles.swap_dims(1, 2)); // channels are columns
        Tensor::cat(vec![time, frequency], 1)
    }
}

/// Four strided convolutions along one axis, then a linear layer.
#[derive(Module, Debug)]
pub struct Branch {
    pub layers: Vec<Down>,
    /// Windows that the channels are cut into, each looked at by itself.
    pub windows: usize,
    /// Sums up a window.
    pub summary: Option<Linear>,
    /// Whether places, or windows where there are several, become their mean and spread.
    pub pooled: bool,
    pub dense: Linear,
}

impl Branch {
    fn forward(&self, tiles: Tensor<3>) -> Tensor<2> {
        let [n, channels, length] = tiles.dims(); // [n, 128, 128]
        let mut x = tiles.reshape([n * self.windows, channels / self.windows, length]);
        for layer in &self.layers {
            x = layer.forward(x); // as published: [n, 32, 64] · [n, 64, 32] · [n, 128, 16] · [n, 256, 8]
        }
        if let Some(summary) = &self.summary {
            let windows = relu(summary.forward(x.flatten::<2>(1, 2))); // [n · 8, 1024] to [n · 8, 192]
            x = windows.reshape([n as i64, self.windows as i64, -1]).swap_dims(1, 2); // [n, 192, 8]
        }
        let gathered = if self.pooled { mean_and_spread(x) } else { x.flatten(1, 2) };
        self.dense.forward(gathered) // [n, 128]
    }
}

/// `[n, channels, places]` to `[n, 2 · channels]`: the mean of each channel, then its standard deviation.
fn mean_and_spread(x: Tensor<3>) -> Tensor<2> {
    let mean = x.clone().mean_dim(2);
    let variance = (x - mean.clone()).square().mean_dim(2);
    Tensor::cat(vec![mean, variance.add_scalar(LEAST_VARIANCE).sqrt()], 1).squeeze_dim(2)
}

/// Convolution that halves the length, ReLU, batch norm.
#[derive(Module, Debug)]
pub struct Down {
    pub convolution: Conv1d,
    pub norm: BatchNorm,
}

impl Down {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.norm.forward(relu(self.convolution.forward(x)))
    }
}

fn time_branch(config: &AutoencoderConfig, device: &Device) -> Branch {
    let last = config.time_filters[3];
    let gathered = if config.pooling.is_some() { 2 * last } else { last * config.coarsest() };
    Branch {
        layers: layers(config.side, config.time_filters, device),
        windows: 1,
        summary: None,
        pooled: config.pooling.is_some(),
        dense: dense(gathered, config.latents, device),
    }
}

fn frequency_branch(config: &AutoencoderConfig, device: &Device) -> Branch {
    let flat = config.frequency_filters[3] * config.coarsest();
    let pooling = config.pooling.as_ref();
    let window = pooling.map_or(config.side, |pooling| pooling.window);
    Branch {
        layers: layers(window, config.frequency_filters, device),
        windows: config.side / window,
        summary: pooling.map(|pooling| dense(flat, pooling.summary, device)),
        pooled: pooling.is_some(),
        dense: dense(pooling.map_or(flat, |pooling| 2 * pooling.summary), config.latents, device),
    }
}

fn layers(channels: usize, [a, b, c, d]: [usize; 4], device: &Device) -> Vec<Down> {
    let layer = |from, to| Down { convolution: down(from, to, device), norm: BatchNormConfig::new(to).init(device) };
    vec![layer(channels, a), layer(a, b), layer(b, c), layer(c, d)]
}

fn down(from: usize, to: usize, device: &Device) -> Conv1d {
    let convolution = Conv1dConfig::new(from, to, KERNEL)
        .with_stride(STRIDE)
        .with_padding(PaddingConfig1d::Explicit(PADDING, PADDING))
        .with_initializer(glorot(KERNEL * from, KERNEL * to))
        .with_bias(false)
        .init(device);
    Conv1d { bias: Some(zeros(to, device)), ..convolution }
}
