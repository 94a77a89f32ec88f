//! The decoder's graph.

use anyhow::Result;

use super::{Dense, LATENTS, TILES, batch_norm, weights};
use crate::export::whitening::Whitening;
use crate::onnx::{Graph, Precision, Window};
use crate::train::model::{Autoencoder, AutoencoderConfig, KERNEL, PADDING, STRIDE};

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
        let [weight, bias] =
            weights(&mut graph, &convolution, &layer.convolution.weight, layer.convolution.bias.as_ref())?;
        let window = window(&[STRIDE; 2]);
        x = graph.transposed_convolution(&convolution, &x, &weight, &bias, &window, &[STRIDE - 1; 2]);
        x = graph.relu(&format!("{i}.relu"), &x);
        x = batch_norm(&mut graph, &format!("{i}.norm"), &x, &layer.norm)?;
    }
    let [weight, bias] = weights(&mut graph, "last", &decoder.last.weight, decoder.last.bias.as_ref())?;
    x = graph.transposed_convolution("last", &x, &weight, &bias, &window(&[1; 2]), &[0; 2]);
    x = graph.sigmoid("brightness", &x);
    x = graph.reshape("squares", &x, &[config.side, config.side]);
    graph.output(TILES, &[config.side, config.side], &x);
    Ok(graph)
}
