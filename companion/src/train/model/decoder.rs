//! The decoder: a tile drawn again from its latents.

use burn::module::Module;
use burn::nn::conv::{ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

use super::{AutoencoderConfig, KERNEL, PADDING, STRIDE, dense, glorot, zeros};

/// Latents to a tile, in two dimensions.
#[derive(Module, Debug)]
pub struct Decoder {
    pub dense: Linear,
    pub layers: Vec<Up>,
    pub last: ConvTranspose2d,
    pub coarsest: usize,
}

impl Decoder {
    pub fn new(config: &AutoencoderConfig, device: &Device) -> Self {
        let [a, b, c, d] = config.decoder_filters;
        let layer =
            |from, to| Up { convolution: up(from, to, STRIDE, device), norm: BatchNormConfig::new(to).init(device) };
        Self {
            dense: dense(2 * config.latents, d * config.coarsest().pow(2), device),
            layers: vec![layer(d, d), layer(d, c), layer(c, b), layer(b, a)],
            last: up(a, 1, 1, device),
            coarsest: config.coarsest(),
        }
    }

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

fn up(from: usize, to: usize, stride: usize, device: &Device) -> ConvTranspose2d {
    let convolution = ConvTranspose2dConfig::new([from, to], [KERNEL, KERNEL])
        .with_stride([stride, stride])
        .with_padding([PADDING, PADDING])
        .with_padding_out([stride - 1, stride - 1])
        .with_initializer(glorot(KERNEL * KERNEL * from, KERNEL * KERNEL * to))
        .with_bias(false)
        .init(device);
    ConvTranspose2d { bias: Some(zeros(to, device)), ..convolution }
}
