//! The trained network as two ONNX graphs.

mod basic;
mod decoder;
mod descriptors;
mod encoder;

use anyhow::{Result, anyhow, bail};
use burn::module::Param;
use burn::nn::BatchNorm;
use burn::tensor::Tensor;

use super::whitening::Whitening;
use crate::onnx::{Graph, Precision, Value};
use crate::train::model::{Autoencoder, AutoencoderConfig};

pub use decoder::decoder;

pub const TILES: &str = "tiles";
pub const LATENTS: &str = "latents";

/// The encoder: `tiles` `[N, bands, columns]` to `latents` `[N, dimension]`, whitened.
///
/// # Errors
/// When the model's tensors cannot be read.
pub fn encoder(
    model: &Autoencoder,
    config: &AutoencoderConfig,
    whitening: &Whitening,
    precision: Precision,
) -> Result<Graph> {
    let mut graph = Graph::new("encoder", precision);
    let tiles = graph.input(TILES, &[config.side, config.side]);
    let latents = match (&model.encoder, &model.basic) {
        (Some(encoder), _) => encoder::latents(&mut graph, encoder, config, whitening, tiles)?,
        (None, Some(encoder)) => basic::latents(&mut graph, encoder, config, whitening, &tiles)?,
        (None, None) => bail!("The network has no encoder."),
    };
    graph.output(LATENTS, &[2 * config.latents], &latents);
    Ok(graph)
}

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

/// Weights and bias of a convolution.
fn weights<const D: usize>(
    graph: &mut Graph,
    name: &str,
    weight: &Param<Tensor<D>>,
    bias: Option<&Param<Tensor<1>>>,
) -> Result<[Value; 2]> {
    let bias = values(bias.ok_or_else(|| anyhow!("{name} has no bias"))?.val())?;
    let weight = weight.val();
    let shape = weight.dims();
    let weight = graph.weights(&format!("{name}.weight"), &shape, &values(weight)?);
    Ok([weight, graph.constant(&format!("{name}.bias"), &[bias.len()], &bias)])
}

fn batch_norm(graph: &mut Graph, name: &str, x: &Value, norm: &BatchNorm) -> Result<Value> {
    let tensors = [
        ("scale", norm.gamma.val()),
        ("bias", norm.beta.val()),
        ("mean", norm.running_mean.value()),
        ("variance", norm.running_var.value()),
    ];
    let mut parameters = Vec::new();
    for (part, tensor) in tensors {
        let values = values(tensor)?;
        parameters.push(graph.constant(&format!("{name}.{part}"), &[values.len()], &values));
    }
    Ok(graph.batch_norm(name, x, [&parameters[0], &parameters[1], &parameters[2], &parameters[3]], norm.epsilon as f32))
}
