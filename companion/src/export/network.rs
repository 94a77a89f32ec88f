//! The trained network as two ONNX graphs.

mod decoder;
mod descriptors;
mod encoder;

use anyhow::{Result, anyhow};
use burn::tensor::Tensor;

use crate::onnx::{Graph, Value};

pub use decoder::decoder;
pub use encoder::encoder;

pub const TILES: &str = "tiles";
pub const LATENTS: &str = "latents";

/// Weights and bias of a linear layer: `[inputs, outputs]` and `[outputs]`.
struct Dense {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Dense {
    fn read(layer: &burn::nn::Linear) -> Result<Self> {
        let bias = layer.bias.as_ref().ok_or_else(|| anyhow!("a linear layer has no bias"))?;
        Ok(Self { weight: values(layer.weight.val())?, bias: values(bias.val())? })
    }

    fn write(&self, graph: &mut Graph, name: &str, x: &Value) -> Value {
        let outputs = self.bias.len();
        let shape = [self.weight.len() / outputs, outputs];
        let weight = graph.weights(&format!("{name}.weight"), &shape, &self.weight);
        let bias = graph.constant(&format!("{name}.bias"), &[outputs], &self.bias);
        graph.dense(name, x, &weight, &bias)
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    tensor.into_data().try_into_vec::<f32>().map_err(|error| anyhow!("a tensor cannot be read: {error:?}"))
}
