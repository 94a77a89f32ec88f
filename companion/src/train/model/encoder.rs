//! The encoder: what is computed of every tile that is listened to.

use burn::module::Module;
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, PaddingConfig1d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::descriptors::{Cepstra, Descriptors, Rhythm};
use super::{AutoencoderConfig, KERNEL, PADDING, STRIDE, dense, glorot, zeros};

/// Added to a variance before its root is taken, whose slope is infinite at 0.
pub const LEAST_VARIANCE: f32 = 1e-4;

/// The two branches, and descriptors that stand beside what each has learnt.
#[derive(Module, Debug)]
pub struct Encoder {
    pub time: Branch,
    pub frequency: Branch,
    pub descriptors: Option<Described>,
}

/// Descriptors of both halves.
#[derive(Module, Debug)]
pub struct Described {
    pub cepstra: Cepstra,
    pub rhythm: Rhythm,
    #[module(skip)]
    pub config: Descriptors,
}

impl Encoder {
    pub fn new(config: &AutoencoderConfig, device: &Device) -> Self {
        let described = |config: &Descriptors| Described {
            cepstra: Cepstra::new(config, device),
            rhythm: Rhythm::new(config, device),
            config: config.clone(),
        };
        Self {
            time: time_branch(config, device),
            frequency: frequency_branch(config, device),
            descriptors: config.descriptors.as_ref().map(described),
        }
    }

    /// Tiles `[n, bands, columns]` to latents `[n, 2 · latents]`: time half, then frequency half.
    pub fn forward(&self, tiles: Tensor<3>) -> Tensor<2> {
        let columns = tiles.clone().swap_dims(1, 2);
        let time = self.time.forward(columns.clone()); // channels are bands
        let frequency = self.frequency.forward(tiles); // channels are columns
        let Some(Described { cepstra, rhythm, config }) = &self.descriptors else {
            return Tensor::cat(vec![time, frequency], 1);
        };
        let lower = columns.narrow(2, 0, config.bands).clamp_min(config.floor);
        let parts = [time, cepstra.forward(&lower, config), frequency, rhythm.forward(lower, config)];
        Tensor::cat(parts.into(), 1) // [n, 89 + 39 + 88 + 40]
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
    /// `[n, length, channels]` to `[n, latents]`.
    fn forward(&self, tiles: Tensor<3>) -> Tensor<2> {
        let [n, length, channels] = tiles.dims(); // [n, 128, 128]
        let mut x = match self.windows {
            1 => tiles,
            windows => tiles.reshape([n, length, windows, channels / windows]).swap_dims(1, 2).reshape([
                n * windows,
                length,
                channels / windows,
            ]), // [n · 8, 128, 16]
        };
        for layer in &self.layers {
            x = layer.forward(x); // as published: [n, 64, 32] · [n, 32, 64] · [n, 16, 128] · [n, 8, 256]
        }
        if let Some(summary) = &self.summary {
            let windows = relu(summary.forward(flat(x))); // [n · 8, 1024] to [n · 8, 192]
            x = windows.reshape([n as i64, self.windows as i64, -1]); // [n, 8, 192]
        }
        let gathered = if self.pooled { mean_and_spread(x) } else { flat(x) };
        self.dense.forward(gathered) // [n, 128]
    }
}

/// `[n, places, channels]` to `[n, channels · places]`, channel by channel.
fn flat(x: Tensor<3>) -> Tensor<2> {
    x.swap_dims(1, 2).flatten(1, 2)
}

/// `[n, places, channels]` to `[n, 2 · channels]`: the mean of each channel, then its standard deviation.
pub fn mean_and_spread(x: Tensor<3>) -> Tensor<2> {
    let mean = x.clone().mean_dim(1);
    let variance = (x - mean.clone()).square().mean_dim(1);
    Tensor::cat(vec![mean, variance.add_scalar(LEAST_VARIANCE).sqrt()], 2).squeeze_dim(1)
}

/// Convolution that halves the length, ReLU, batch norm.
#[derive(Module, Debug)]
pub struct Down {
    pub convolution: Conv1d,
    pub norm: BatchNorm,
}

impl Down {
    /// `[n, length, from]` to `[n, length / 2, to]`.
    ///
    /// The convolution is one matrix product, which is several times faster than Burn's own on a CPU.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [n, length, from] = x.dims();
        let [to, _, _] = self.convolution.weight.dims();
        let places = length / STRIDE;
        let weight = self.convolution.weight.val().permute([2, 1, 0]).reshape([KERNEL * from, to]);
        let rows = windows(x, places).reshape([n * places, KERNEL * from]).matmul(weight);
        let rows = match &self.convolution.bias {
            Some(bias) => rows + bias.val().unsqueeze(),
            None => rows,
        };
        self.normalised(relu(rows)).reshape([n, places, to])
    }

    /// Batch norm of rows `[n, channels]`, which in training sums along rows where they lie.
    fn normalised(&self, rows: Tensor<2>) -> Tensor<2> {
        let norm = &self.norm;
        if !rows.device().is_autodiff() {
            return norm.forward(rows);
        }
        let mean = rows.clone().mean_dim(0);
        let centred = rows - mean.clone();
        let variance = centred.clone().square().mean_dim(0);
        let running = |old: Tensor<1>, new: &Tensor<2>| {
            (old * (1.0 - norm.momentum) + new.clone().detach().squeeze_dim(0) * norm.momentum).detach()
        };
        norm.running_mean.update(running(norm.running_mean.value_sync(), &mean));
        norm.running_var.update(running(norm.running_var.value_sync(), &variance));
        let scale = norm.gamma.val().unsqueeze() / variance.add_scalar(norm.epsilon).sqrt();
        centred * scale + norm.beta.val().unsqueeze()
    }
}

/// The rows under each of `places` positions of the kernel, side by side: `[n, places, KERNEL · channels]`.
fn windows(x: Tensor<3>, places: usize) -> Tensor<3> {
    let [n, length, channels] = x.dims();
    let nothing = Tensor::zeros([n, PADDING, channels], &x.device());
    let padded = Tensor::cat(vec![nothing.clone(), x, nothing], 1);
    let groups = padded.reshape([n, (length + 2 * PADDING) / STRIDE, STRIDE * channels]);
    let part =
        |k: usize| groups.clone().slice([0..n, k / STRIDE..k / STRIDE + places, 0..STRIDE.min(KERNEL - k) * channels]);
    Tensor::cat((0..KERNEL).step_by(STRIDE).map(part).collect(), 2)
}

fn time_branch(config: &AutoencoderConfig, device: &Device) -> Branch {
    let last = config.time_filters[3];
    let gathered = if config.pooling.is_some() { 2 * last } else { last * config.coarsest() };
    Branch {
        layers: layers(config.side, config.time_filters, device),
        windows: 1,
        summary: None,
        pooled: config.pooling.is_some(),
        dense: dense(gathered, config.learnt()[0], device),
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
        dense: dense(pooling.map_or(flat, |pooling| 2 * pooling.summary), config.learnt()[1], device),
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

#[cfg(test)]
mod tests {
    use burn::tensor::{Distribution, Tolerance};

    use super::super::drawn;

    use super::*;

    #[test]
    fn a_layer_is_convolution_relu_and_batch_norm() {
        let device = Device::flex().autodiff();
        let layer = || Down { convolution: down(3, 4, &device), norm: BatchNormConfig::new(4).init(&device) };
        let (ours, theirs) = (drawn(1, &device, layer), drawn(1, &device, layer));
        for _ in 0..2 {
            let x = Tensor::<3>::random([5, 8, 3], Distribution::Uniform(-1.0, 2.0), &device);
            let convolved = theirs.convolution.forward(x.clone().swap_dims(1, 2));
            let expected = theirs.norm.forward(relu(convolved)).swap_dims(1, 2);
            ours.forward(x).to_data().assert_approx_eq::<f32>(&expected.to_data(), Tolerance::absolute(1e-4));
        }
        for (ours, theirs) in
            [(&ours.norm.running_mean, &theirs.norm.running_mean), (&ours.norm.running_var, &theirs.norm.running_var)]
        {
            let (ours, theirs) = (ours.value_sync().to_data(), theirs.value_sync().to_data());
            ours.assert_approx_eq::<f32>(&theirs, Tolerance::absolute(1e-5));
        }
    }
}
