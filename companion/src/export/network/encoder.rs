//! The encoder's graph, of the two branches.

use anyhow::{Result, anyhow};
use burn::nn::BatchNorm;

use super::descriptors::descriptors;
use super::{Dense, values};
use crate::export::whitening::Whitening;
use crate::onnx::{Graph, Value};
use crate::train::model::{AutoencoderConfig, Branch, Encoder, KERNEL, LEAST_VARIANCE, PADDING, STRIDE};

/// The whitened latents `[N, dimension]` of `tiles` `[N, bands, columns]`.
///
/// # Errors
/// When the model's tensors cannot be read.
pub fn latents(
    graph: &mut Graph,
    encoder: &Encoder,
    config: &AutoencoderConfig,
    whitening: &Whitening,
    tiles: Value,
) -> Result<Value> {
    let columns = graph.transpose("time.columns", &tiles, &[0, 2, 1]);
    let descriptors = match &encoder.descriptors {
        Some(described) => descriptors(graph, described, &columns, config.side)?.map(Some),
        None => [None, None],
    };
    let halves = [("time", &encoder.time, columns), ("frequency", &encoder.frequency, tiles)];
    let mut latents = Vec::new();
    for (i, ((name, branch, rows), descriptors)) in halves.into_iter().zip(&descriptors).enumerate() {
        let gathered = gathered(graph, name, branch, rows, config.side)?;
        let mut dense = Dense::read(&branch.dense)?.after(&gathered);
        let mut inputs = gathered.value;
        if let Some(descriptors) = descriptors {
            inputs = graph.concatenate(&format!("{name}.inputs"), &[&inputs, descriptors], 1);
            dense = dense.beside(config.latents - config.learnt()[i]);
        }
        whitening.after(i, &mut dense.weight, &mut dense.bias);
        latents.push(dense.write(graph, &format!("{name}.dense"), &inputs));
    }
    Ok(graph.concatenate("halves", &latents.iter().collect::<Vec<_>>(), 1))
}

/// Rows `[N, length, channels]`, also one after the other `[N, length · channels]`, that are still to be multiplied by
/// `scale`, a factor a channel.
struct Rows {
    value: Value,
    length: usize,
    scale: Vec<f32>,
}

/// What a branch says of `[N, side, side]`, whose last axis is its channels.
fn gathered(graph: &mut Graph, name: &str, branch: &Branch, mut value: Value, side: usize) -> Result<Rows> {
    let channels = side / branch.windows;
    if branch.windows > 1 {
        value = graph.reshape(&format!("{name}.cut"), &value, &[side, branch.windows, channels]);
        value = graph.transpose(&format!("{name}.apart"), &value, &[0, 2, 1, 3]);
        value = graph.regroup(&format!("{name}.windows"), &value, &[side, channels]);
    }
    let rows = convolved(graph, name, branch, Rows { value, length: side, scale: vec![1.0; channels] })?;
    let places = match &branch.summary {
        Some(summary) => {
            let flat = rows.flat(graph, name);
            let summary = Dense::read(summary)?.after(&flat);
            let value = summary.write(graph, &format!("{name}.summary"), &flat.value);
            let value = graph.relu(&format!("{name}.heard"), &value);
            let width = summary.bias.len();
            let value = graph.regroup(&format!("{name}.together"), &value, &[branch.windows, width]);
            Rows { value, length: branch.windows, scale: vec![1.0; width] }
        }
        None => rows,
    };
    Ok(if branch.pooled { places.mean_and_spread(graph, name) } else { places.flat(graph, name) })
}

/// The convolutions of a branch.
///
/// Each layer is one matrix product over windows of rows, which runtimes compute faster than a strided convolution, and
/// its batch norm is folded away: `s · relu(z) + t` is `s · max(z + t/s, t/s)`, and `s` goes into the weights that follow.
fn convolved(graph: &mut Graph, name: &str, branch: &Branch, mut rows: Rows) -> Result<Rows> {
    for (i, layer) in branch.layers.iter().enumerate() {
        let name = format!("{name}.{i}");
        let weight = window_weights(values(layer.convolution.weight.val())?, &rows.scale);
        let bias = layer.convolution.bias.as_ref().ok_or_else(|| anyhow!("{name} has no bias"))?;
        let norm = Norm::read(&layer.norm)?;
        let bias: Vec<f32> = values(bias.val())?.iter().zip(&norm.floor).map(|(bias, floor)| bias + floor).collect();
        let x = windows(graph, &name, &rows.value, rows.length, rows.scale.len());
        let weight = graph.weights(&format!("{name}.weight"), &[KERNEL * rows.scale.len(), bias.len()], &weight);
        let x = graph.product(&format!("{name}.product"), &x, &weight);
        let bias = graph.constant(&format!("{name}.bias"), &[bias.len()], &bias);
        let x = graph.sum(&format!("{name}.sum"), &x, &bias);
        let floor = graph.constant(&format!("{name}.floor"), &[norm.floor.len()], &norm.floor);
        let value = graph.maximum(&format!("{name}.maximum"), &x, &floor);
        rows = Rows { value, length: rows.length / STRIDE, scale: norm.scale };
    }
    Ok(rows)
}

impl Rows {
    fn flat(self, graph: &mut Graph, name: &str) -> Rows {
        let value = graph.reshape(&format!("{name}.flat"), &self.value, &[self.length * self.scale.len()]);
        Rows { value, length: self.length, scale: self.scale }
    }

    /// The mean over the rows of each channel, then its standard deviation.
    fn mean_and_spread(self, graph: &mut Graph, name: &str) -> Rows {
        let channels = self.scale.len();
        let scale = graph.constant(&format!("{name}.scale"), &[channels], &self.scale);
        let x = graph.times(&format!("{name}.scaled"), &self.value, &scale);
        let Moments { mean, spread } = Moments::of(graph, name, &x);
        let moments = graph.concatenate(&format!("{name}.moments"), &[&mean, &spread], 1);
        let value = graph.reshape(&format!("{name}.pooled"), &moments, &[2 * channels]);
        Rows { value, length: 1, scale: vec![1.0; 2 * channels] }
    }
}

/// Mean and standard deviation over rows, `[N, 1, channels]` each.
pub struct Moments {
    pub mean: Value,
    pub spread: Value,
}

impl Moments {
    /// Those of `[N, rows, channels]`.
    pub fn of(graph: &mut Graph, name: &str, x: &Value) -> Self {
        let mean = graph.mean_row(&format!("{name}.mean"), x);
        let centred = graph.difference(&format!("{name}.centred"), x, &mean);
        let squared = graph.times(&format!("{name}.squared"), &centred, &centred);
        let variance = graph.mean_row(&format!("{name}.variance"), &squared);
        let least = graph.constant(&format!("{name}.least"), &[1], &[LEAST_VARIANCE]);
        let variance = graph.sum(&format!("{name}.positive"), &variance, &least);
        Self { mean, spread: graph.root(&format!("{name}.spread"), &variance) }
    }
}

/// The rows under each position of the kernel, side by side: `[N, length / STRIDE, KERNEL · channels]`.
fn windows(graph: &mut Graph, name: &str, x: &Value, length: usize, channels: usize) -> Value {
    let padded = graph.pad_rows(&format!("{name}.padded"), x, PADDING);
    let groups = (length + 2 * PADDING) / STRIDE;
    let grouped = graph.reshape(&format!("{name}.grouped"), &padded, &[groups, STRIDE * channels]);
    let steps = length / STRIDE;
    let parts: Vec<Value> = (0..KERNEL)
        .step_by(STRIDE)
        .map(|k| {
            let wide = STRIDE.min(KERNEL - k) * channels;
            graph.slice(&format!("{name}.part{k}"), &grouped, [k / STRIDE..k / STRIDE + steps, 0..wide])
        })
        .collect();
    graph.concatenate(&format!("{name}.windows"), &parts.iter().collect::<Vec<_>>(), 2)
}

/// `[to, from, KERNEL]` to `[KERNEL · from, to]`, for inputs that are still to be multiplied by `scale`.
fn window_weights(weight: Vec<f32>, scale: &[f32]) -> Vec<f32> {
    let (from, to) = (scale.len(), weight.len() / (scale.len() * KERNEL));
    let mut rows = vec![0.0; weight.len()];
    for (i, value) in weight.into_iter().enumerate() {
        let (output, channel, k) = (i / (from * KERNEL), i / KERNEL % from, i % KERNEL);
        rows[(k * from + channel) * to + output] = value * scale[channel];
    }
    rows
}

/// Batch norm: `scale · (x + floor)`, where `floor` is also the least value after a ReLU.
pub struct Norm {
    pub scale: Vec<f32>,
    pub floor: Vec<f32>,
}

impl Norm {
    pub fn read(norm: &BatchNorm) -> Result<Self> {
        let [gamma, beta] = [&norm.gamma, &norm.beta].map(|parameter| values(parameter.val()));
        let [mean, variance] = [&norm.running_mean, &norm.running_var].map(|running| values(running.value()));
        let deviation = variance?.into_iter().map(|variance| (variance + norm.epsilon as f32).sqrt());
        let scale: Vec<f32> = gamma?.iter().zip(deviation).map(|(gamma, deviation)| gamma / deviation).collect();
        let shifts = beta?.into_iter().zip(mean?).zip(&scale);
        let floor = shifts.map(|((beta, mean), scale)| beta / scale - mean).collect();
        Ok(Self { scale, floor })
    }
}

impl Dense {
    /// The same layer for rows one after the other; in Burn the channels are.
    fn after(&self, Rows { length, scale, .. }: &Rows) -> Self {
        let (outputs, channels) = (self.bias.len(), scale.len());
        let weight = (0..length * channels)
            .flat_map(|i| {
                let (row, channel) = (i / channels, i % channels);
                let from = (channel * length + row) * outputs;
                self.weight[from..from + outputs].iter().map(move |weight| weight * scale[channel])
            })
            .collect();
        Self { weight, bias: self.bias.clone() }
    }

    /// The same layer for `count` inputs more, each of which becomes one output more.
    fn beside(self, count: usize) -> Self {
        let outputs = self.bias.len();
        let mut weight: Vec<f32> =
            self.weight.chunks_exact(outputs).flat_map(|row| row.iter().copied().chain(vec![0.0; count])).collect();
        let identity = |i: usize| if i / (outputs + count) + outputs == i % (outputs + count) { 1.0 } else { 0.0 };
        weight.extend((0..count * (outputs + count)).map(identity));
        Self { weight, bias: self.bias.into_iter().chain(vec![0.0; count]).collect() }
    }
}
