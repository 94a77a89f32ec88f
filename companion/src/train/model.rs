//! The time–frequency autoencoder.
//!
//! A tile is looked at twice. The **time** branch slides its kernels along time and takes the mel bands as channels;
//! the **frequency** branch slides them along frequency and takes the columns as channels. Each gives half of the
//! latents. The decoder draws the tile again from all of them, which is what both are trained for unless they learn by
//! listening.
//!
//! With [`Pooling`], a branch says how things are on average and how far they spread instead of where they are, and the
//! frequency branch looks at short windows one by one: music sounds the same a moment later.
//!
//! Branches are named by the axis their kernels slide along. Read "time" as *what happens when*, with the mel spectrum
//! of a moment as one unit; in the system re-created here the two names are the other way round.

use std::sync::Mutex;

use anyhow::{Result, ensure};
use burn::config::Config;
use burn::module::{Initializer, Module, ModuleVisitor, Param};
use burn::nn::conv::{Conv1d, Conv1dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig1d};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

pub const KERNEL: usize = 5;
pub const STRIDE: usize = 2;
/// With [`KERNEL`] and [`STRIDE`] it halves an even length exactly, and doubles it in the decoder.
pub const PADDING: usize = KERNEL / 2;
/// Added to a variance before its root is taken, whose slope is infinite at 0.
pub const LEAST_VARIANCE: f32 = 1e-4;

/// Sizes of the network.
#[derive(Config, Debug, PartialEq)]
pub struct AutoencoderConfig {
    /// Bands of a tile, and columns: tiles are square.
    #[config(default = 128)]
    pub side: usize,
    /// Filters of the time branch's layers, finest first.
    #[config(default = "[32, 64, 128, 256]")]
    pub time_filters: [usize; 4],
    /// Filters of the frequency branch's layers, finest first.
    #[config(default = "[32, 64, 128, 256]")]
    pub frequency_filters: [usize; 4],
    /// Whether the branches pool; without it, they keep every place.
    pub pooling: Option<Pooling>,
    /// Filters of the decoder's layers, finest first. The decoder takes nearly all of the training's time.
    #[config(default = "[32, 64, 128, 256]")]
    pub decoder_filters: [usize; 4],
    /// Latents of each branch.
    #[config(default = 128)]
    pub latents: usize,
}

/// How the branches forget where in a tile things are.
#[derive(Config, Debug, PartialEq)]
pub struct Pooling {
    /// Columns of one window of the frequency branch.
    #[config(default = 16)]
    pub window: usize,
    /// Values that sum up one window.
    #[config(default = 192)]
    pub summary: usize,
}

impl AutoencoderConfig {
    /// Length of each axis after the last encoder layer.
    pub fn coarsest(&self) -> usize {
        self.side / STRIDE.pow(self.time_filters.len() as u32)
    }

    /// # Errors
    /// One sentence, when there is no such network.
    pub fn check(&self) -> Result<()> {
        let filters = [self.time_filters, self.frequency_filters, self.decoder_filters].concat();
        ensure!(
            filters.iter().chain([&self.latents]).all(|&width| width > 0),
            "Filters and `latents` must be at least 1."
        );
        let Some(Pooling { window, summary }) = self.pooling else { return Ok(()) };
        ensure!(summary > 0, "`summary` must be at least 1.");
        ensure!(window > 0 && self.side.is_multiple_of(window), "`window` must divide {}.", self.side);
        Ok(())
    }

    /// A network whose weights depend on `seed` alone.
    pub fn init(&self, seed: u64, device: &Device) -> Autoencoder {
        drawn(seed, device, || Autoencoder {
            encoder: Encoder { time: self.time_branch(device), frequency: self.frequency_branch(device) },
            decoder: self.decoder(device),
        })
    }

    fn time_branch(&self, device: &Device) -> Branch {
        let last = self.time_filters[3];
        let gathered = if self.pooling.is_some() { 2 * last } else { last * self.coarsest() };
        Branch {
            layers: layers(self.side, self.time_filters, device),
            windows: 1,
            summary: None,
            pooled: self.pooling.is_some(),
            dense: dense(gathered, self.latents, device),
        }
    }

    fn frequency_branch(&self, device: &Device) -> Branch {
        let flat = self.frequency_filters[3] * self.coarsest();
        let Some(Pooling { window, summary }) = self.pooling else {
            return Branch {
                layers: layers(self.side, self.frequency_filters, device),
                windows: 1,
                summary: None,
                pooled: false,
                dense: dense(flat, self.latents, device),
            };
        };
        Branch {
            layers: layers(window, self.frequency_filters, device),
            windows: self.side / window,
            summary: Some(dense(flat, summary, device)),
            pooled: true,
            dense: dense(2 * summary, self.latents, device),
        }
    }

    fn decoder(&self, device: &Device) -> Decoder {
        let [a, b, c, d] = self.decoder_filters;
        let layer =
            |from, to| Up { convolution: up(from, to, STRIDE, device), norm: BatchNormConfig::new(to).init(device) };
        Decoder {
            dense: dense(2 * self.latents, d * self.coarsest().pow(2), device),
            layers: vec![layer(d, d), layer(d, c), layer(c, b), layer(b, a)],
            last: up(a, 1, 1, device),
            coarsest: self.coarsest(),
        }
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
    Conv1d { bias: Some(Initializer::Zeros.init([to], device)), ..convolution }
}

fn up(from: usize, to: usize, stride: usize, device: &Device) -> ConvTranspose2d {
    let convolution = ConvTranspose2dConfig::new([from, to], [KERNEL, KERNEL])
        .with_stride([stride, stride])
        .with_padding([PADDING, PADDING])
        .with_padding_out([stride - 1, stride - 1])
        .with_initializer(glorot(KERNEL * KERNEL * from, KERNEL * KERNEL * to))
        .with_bias(false)
        .init(device);
    ConvTranspose2d { bias: Some(Initializer::Zeros.init([to], device)), ..convolution }
}

fn dense(from: usize, to: usize, device: &Device) -> Linear {
    let dense = LinearConfig::new(from, to).with_initializer(glorot(from, to)).with_bias(false).init(device);
    Linear { bias: Some(Initializer::Zeros.init([to], device)), ..dense }
}

/// Glorot's uniform weights; biases start at zero.
fn glorot(fan_in: usize, fan_out: usize) -> Initializer {
    let limit = (6.0 / (fan_in + fan_out) as f64).sqrt();
    Initializer::Uniform { min: -limit, max: limit }
}

/// A module whose weights depend on `seed` alone.
pub fn drawn<M: Module>(seed: u64, device: &Device, module: impl FnOnce() -> M) -> M {
    // Burn draws weights from one generator for the whole process.
    static DRAWING: Mutex<()> = Mutex::new(());
    let _alone = DRAWING.lock();
    device.seed(seed);
    let module = module();
    module.visit(&mut Draw);
    module
}

/// Draws weights now, which Burn leaves until they are used.
struct Draw;

impl ModuleVisitor for Draw {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        param.val();
    }
}

/// Encoder and decoder, trained together.
#[derive(Module, Debug)]
pub struct Autoencoder {
    pub encoder: Encoder,
    pub decoder: Decoder,
}

impl Autoencoder {
    /// Tiles `[n, bands, columns]` in 0..1 to their reconstruction, same shape.
    pub fn forward(&self, tiles: Tensor<3>) -> Tensor<3> {
        self.decoder.forward(self.encoder.forward(tiles))
    }
}

/// The two branches.
#[derive(Module, Debug)]
pub struct Encoder {
    pub time: Branch,
    pub frequency: Branch,
}

impl Encoder {
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

/// Latents to a tile, in two dimensions.
#[derive(Module, Debug)]
pub struct Decoder {
    pub dense: Linear,
    pub layers: Vec<Up>,
    pub last: ConvTranspose2d,
    pub coarsest: usize,
}

impl Decoder {
    /// Latents `[n, 2 · latents]` to tiles `[n, bands, columns]` in 0..1.
    pub fn forward(&self, latents: Tensor<2>) -> Tensor<3> {
        let [n, _] = latents.dims();
        let x = relu(self.dense.forward(latents)); // [n, 16384]
        let mut x = x.reshape([n as i64, -1, self.coarsest as i64, self.coarsest as i64]); // [n, 256, 8, 8]
        for layer in &self.layers {
            x = layer.forward(x); // [n, 256, 16, 16] · [n, 128, 32, 32] · [n, 64, 64, 64] · [n, 32, 128, 128]
        }
        sigmoid(self.last.forward(x)).squeeze_dim(1) // [n, 128, 128]
    }
}

/// Transposed convolution that doubles both axes, ReLU, batch norm.
#[derive(Module, Debug)]
pub struct Up {
    pub convolution: ConvTranspose2d,
    pub norm: BatchNorm,
}

impl Up {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(relu(self.convolution.forward(x)))
    }
}
