//! The trained network as two ONNX graphs.

use anyhow::{Result, anyhow};
use burn::nn::BatchNorm;
use burn::tensor::Tensor;

use super::whitening::Whitening;
use crate::onnx::{Graph, Precision, Value, Window};
use crate::train::model::{Autoencoder, AutoencoderConfig, Branch, KERNEL, PADDING, STRIDE};

pub const TILES: &str = "tiles";
pub const LATENTS: &str = "latents";

/// Weights and bias of a linear layer: `[inputs, outputs]` and `[outputs]`.
struct Dense {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

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
    let transposed = graph.transpose("frequency.tiles", &tiles, &[0, 2, 1]);
    let mut dense = [Dense::read(&model.encoder.time.dense)?, Dense::read(&model.encoder.frequency.dense)?];
    for (i, layer) in dense.iter_mut().enumerate() {
        whitening.after(i, &mut layer.weight, &mut layer.bias);
    }
    let halves = [
        branch(&mut graph, "time", &model.encoder.time, &tiles, &dense[0])?,
        branch(&mut graph, "frequency", &model.encoder.frequency, &transposed, &dense[1])?,
    ];
    let latents = graph.concatenate("halves", &[&halves[0], &halves[1]], 1);
    graph.output(LATENTS, &[2 * config.latents], &latents);
    Ok(graph)
}

fn branch(graph: &mut Graph, name: &str, branch: &Branch, tiles: &Value, dense: &Dense) -> Result<Value> {
    let window = Window { kernel: &[KERNEL], stride: &[STRIDE], padding: &[PADDING] };
    let mut x = tiles.clone();
    for (i, layer) in branch.layers.iter().enumerate() {
        let name = format!("{name}.{i}");
        let convolution = format!("{name}.convolution");
        let (weight, bias) = (&layer.convolution.weight, layer.convolution.bias.as_ref());
        let [weight, bias] = weights(graph, &convolution, weight.val(), bias.map(|bias| bias.val()))?;
        x = graph.convolution(&convolution, &x, &weight, &bias, &window);
        x = graph.relu(&format!("{name}.relu"), &x);
        x = batch_norm(graph, &format!("{name}.norm"), &x, &layer.norm)?;
    }
    let x = graph.flatten(&format!("{name}.flat"), &x);
    Ok(dense.write(graph, &format!("{name}.dense"), &x))
}

/// The decoder: `latents` `[N, dimension]`, whitened, to `tiles` `[N, bands, columns]`.
///
/// # Errors
/// When the model's tensors cannot be read.
pub fn decoder(
    model: &Autoencoder,
    config: &AutoencoderConfig,
    whitening: &Whitening,
    precision: Precision,
) -> Result<Graph> {
    let decoder = &model.decoder;
    let mut graph = Graph::new("decoder", precision);
    let latents = graph.input(LATENTS, &[2 * config.latents]);
    let mut dense = Dense::read(&decoder.dense)?;
    whitening.before(&mut dense.weight, &mut dense.bias);
    let mut x = dense.write(&mut graph, "dense", &latents);
    x = graph.relu("dense.relu", &x);
    x = graph.reshape("grid", &x, &[config.decoder_filters[3], config.coarsest(), config.coarsest()]);
    let window = |stride: &'static [usize; 2]| Window { kernel: &[KERNEL; 2], stride, padding: &[PADDING; 2] };
    for (i, layer) in decoder.layers.iter().enumerate() {
        let convolution = format!("{i}.convolution");
        let (weight, bias) = (&layer.convolution.weight, layer.convolution.bias.as_ref());
        let [weight, bias] = weights(&mut graph, &convolution, weight.val(), bias.map(|bias| bias.val()))?;
        let window = window(&[STRIDE; 2]);
        x = graph.transposed_convolution(&convolution, &x, &weight, &bias, &window, &[STRIDE - 1; 2]);
        x = graph.relu(&format!("{i}.relu"), &x);
        x = batch_norm(&mut graph, &format!("{i}.norm"), &x, &layer.norm)?;
    }
    let (weight, bias) = (&decoder.last.weight, decoder.last.bias.as_ref());
    let [weight, bias] = weights(&mut graph, "last", weight.val(), bias.map(|bias| bias.val()))?;
    x = graph.transposed_convolution("last", &x, &weight, &bias, &window(&[1; 2]), &[0; 2]);
    x = graph.sigmoid("brightness", &x);
    x = graph.reshape("squares", &x, &[config.side, config.side]);
    graph.output(TILES, &[config.side, config.side], &x);
    Ok(graph)
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

fn weights<const D: usize>(
    graph: &mut Graph,
    name: &str,
    weight: Tensor<D>,
    bias: Option<Tensor<1>>,
) -> Result<[Value; 2]> {
    let bias = values(bias.ok_or_else(|| anyhow!("{name} has no bias"))?)?;
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

fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    tensor.into_data().try_into_vec::<f32>().map_err(|error| anyhow!("a tensor cannot be read: {error:?}"))
}
