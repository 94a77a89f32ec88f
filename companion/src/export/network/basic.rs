//! The basic network's encoder as a graph.

use anyhow::Result;

use super::{Dense, batch_norm, weights};
use crate::export::whitening::Whitening;
use crate::onnx::{Graph, Value, Window};
use crate::train::model::{AutoencoderConfig, Basic, KERNEL, PADDING, STRIDE};

/// The whitened latents `[N, dimension]` of `tiles` `[N, bands, columns]`.
///
/// # Errors
/// When the model's tensors cannot be read.
pub fn latents(
    graph: &mut Graph,
    encoder: &Basic,
    config: &AutoencoderConfig,
    whitening: &Whitening,
    tiles: &Value,
) -> Result<Value> {
    let mut x = graph.reshape("grey", tiles, &[1, config.side, config.side]);
    let window = Window { kernel: &[KERNEL; 2], stride: &[STRIDE; 2], padding: &[PADDING; 2] };
    for (i, layer) in encoder.layers.iter().enumerate() {
        let convolution = format!("{i}.convolution");
        let [weight, bias] = weights(graph, &convolution, &layer.convolution.weight, layer.convolution.bias.as_ref())?;
        x = graph.convolution(&convolution, &x, &weight, &bias, &window);
        x = graph.relu(&format!("{i}.relu"), &x);
        x = batch_norm(graph, &format!("{i}.norm"), &x, &layer.norm)?;
    }
    let mut dense = Dense::read(&encoder.dense)?;
    whitening.after(0, &mut dense.weight, &mut dense.bias);
    let flat = graph.reshape("flat", &x, &[dense.weight.len() / dense.bias.len()]);
    Ok(dense.write(graph, "dense", &flat))
}
