//! The basic network's encoder: the decoder's mirror.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::{AutoencoderConfig, KERNEL, PADDING, STRIDE, dense, glorot, zeros};

/// Tiles to latents, in two dimensions.
#[derive(Module, Debug)]
pub struct Basic {
    pub layers: Vec<Down>,
    pub dense: Linear,
}

impl Basic {
    /// The encoder with `filters` in its layers, finest first.
    pub fn new(config: &AutoencoderConfig, filters: [usize; 4], device: &Device) -> Self {
        let [a, b, c, d] = filters;
        let layer =
            |from, to| Down { convolution: down(from, to, device), norm: BatchNormConfig::new(to).init(device) };
        Self {
            layers: vec![layer(1, a), layer(a, b), layer(b, c), layer(c, d)],
            dense: dense(d * config.coarsest().pow(2), 2 * config.latents, device),
        }
    }

    /// Tiles `[n, bands, columns]` to latents `[n, 2 · latents]`.
    pub fn forward(&self, tiles: Tensor<3>) -> Tensor<2> {
        let mut x = tiles.unsqueeze_dim(1); // [n, 1, 128, 128]
        for layer in &self.layers {
            x = layer.forward(x); // [n, 32, 64, 64] · [n, 64, 32, 32] · [n, 128, 16, 16] · [n, 256, 8, 8]
        }
        self.dense.forward(x.flatten(1, 3)) // [n, 256]
    }
}

/// Convolution that halves both axes, ReLU, batch norm.
#[derive(Module, Debug)]
pub struct Down {
    pub convolution: Conv2d,
    pub norm: BatchNorm,
}

impl Down {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(relu(self.convolution.forward(x)))
    }
}

fn down(from: usize, to: usize, device: &Device) -> Conv2d {
    let convolution = Conv2dConfig::new([from, to], [KERNEL, KERNEL])
        .with_stride([STRIDE, STRIDE])
        .with_padding(PaddingConfig2d::Explicit(PADDING, PADDING, PADDING, PADDING))
        .with_initializer(glorot(KERNEL * KERNEL * from, KERNEL * KERNEL * to))
        .with_bias(false)
        .init(device);
    Conv2d { bias: Some(zeros(to, device)), ..convolution }
}
