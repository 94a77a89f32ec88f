//! The basic network's encoder as a graph.

use anyhow::Result;

use super::{Dense, LATENTS, TILES, batch_norm, weights};
use crate::export::whitening::Whitening;
use crate::onnx::{Graph, Precision, Window};
use crate::train::model::{AutoencoderConfig, Basic, KERNEL, PADDING, STRIDE};

/// The encoder: `tiles` `[N, bands, columns]` to `latents` `[N, dimension]`, whitened.
///
/// # Errors
/// When the model's tensors cannot be read.
pub fn basic(
    encoder: &Basic,
    config: &AutoencoderConfig,
    whitening: &Whitening,
    precision: Precision,
) -> Result<Graph> {
    let mut graph = Graph::new("encoder", precision);
    let tiles = graph.input(TILES, &[config.side, config.side]);
    let mut x = graph.reshape("grey", &tiles, &[1, config.side, config.side]);
    let window = Window { kernel: &[KERNEL; 2], stride: &[STRIDE; 2], padding: &[PADDING; 2] };
    for (i, layer) in encoder.layers.iter().enumerate() {
        let convolution = format!("{i}.convolution");
        let (weight, bias) = (&layer.convolution.weight, layer.convolution.bias.as_ref());
        let [weight, bias] = weights(&mut graph, &convolution, weight.val(), bias.map(|bias| bias.val()))?;
        x = graph.convolution(&convolution, &x, &weight, &bias, &window);
        x = graph.relu(&format!("{i}.relu"), &x);
        x = batch_norm(&mut graph, &format!("{i}.norm"), &x, &layer.norm)?;
    }
    let mut dense = Dense::read(&encoder.dense)?;
    whitening.after(0, &mut dense.weight, &mut dense.bias);
    let flat = graph.reshape("flat", &x, &[dense.weight.len() / dense.bias.len()]);
    let latents = dense.write(&mut graph, "dense", &flat);
    graph.output(LATENTS, &[2 * config.latents], &latents);
    Ok(graph)
}
