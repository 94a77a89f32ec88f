//! The descriptors' part of the encoder's graph.

use anyhow::Result;
use burn::nn::BatchNorm;

use super::encoder::{Moments, Norm};
use crate::onnx::{Graph, Value};
use crate::train::model::descriptors::{Cepstra, Descriptors, RATES, Rhythm, ranges, waves};
use crate::train::model::{Described, LEAST_VARIANCE};

/// The descriptors of the time half and of the frequency half, from the `columns` `[N, columns, bands]` of tiles.
///
/// # Errors
/// When the model's tensors cannot be read.
pub fn descriptors(graph: &mut Graph, described: &Described, columns: &Value, side: usize) -> Result<[Value; 2]> {
    let Described { cepstra, rhythm, config } = described;
    let lower = graph.slice("lower", columns, [0..side, 0..config.bands]);
    let floor = graph.constant("lower.floor", &[1], &[config.floor]);
    let lower = graph.maximum("lower.heard", &lower, &floor);
    Ok([self::cepstra(graph, cepstra, config, &lower, side)?, self::rhythm(graph, rhythm, config, &lower, side)?])
}

fn cepstra(graph: &mut Graph, module: &Cepstra, config: &Descriptors, lower: &Value, side: usize) -> Result<Value> {
    let channels = config.coefficients;
    let cosines = graph.weights("cepstra.cosines", &[config.bands, channels], &config.cosines());
    let cepstra = graph.product("cepstra", lower, &cosines);
    let level = Moments::of(graph, "cepstra.level", &cepstra);
    let changes = changes(graph, "cepstra.changes", &cepstra, side, channels);
    let change = Moments::of(graph, "cepstra.change", &changes);
    let all = graph.concatenate("cepstra.moments", &[&level.mean, &level.spread, &change.spread], 1);
    let all = graph.reshape("cepstra.all", &all, &[config.cepstral()]);
    normalised(graph, "cepstra.norm", &all, &module.norm)
}

fn rhythm(graph: &mut Graph, module: &Rhythm, config: &Descriptors, lower: &Value, side: usize) -> Result<Value> {
    let (groups, length) = (config.groups, side - 1);
    let means = graph.weights("rhythm.means", &[config.bands, groups], &config.means());
    let levels = graph.product("rhythm.levels", lower, &means);
    let changes = changes(graph, "rhythm.changes", &levels, side, groups);
    let rises = graph.relu("rhythm.rises", &changes);
    let mean = graph.mean_row("rhythm.mean", &rises);
    let centred = graph.difference("rhythm.centred", &rises, &mean);
    let rows = graph.transpose("rhythm.rows", &centred, &[0, 2, 1]);
    let [real, imaginary] = [("real", 0), ("imaginary", 1)].map(|(name, i)| {
        let wave = graph.weights(&format!("rhythm.{name}.wave"), &[length, length / 2], &waves(length)[i]);
        let part = graph.product(&format!("rhythm.{name}"), &rows, &wave);
        graph.times(&format!("rhythm.{name}.squared"), &part, &part)
    });
    let power = graph.sum("rhythm.power", &real, &imaginary);
    let least = graph.constant("rhythm.least", &[1], &[LEAST_VARIANCE]);
    let power = graph.sum("rhythm.positive", &power, &least);
    let spectra = graph.root("rhythm.spectra", &power);
    let ranges = graph.weights("rhythm.ranges", &[length / 2, RATES], &ranges(length / 2));
    let strengths = graph.product("rhythm.strengths", &spectra, &ranges);
    let one = graph.constant("rhythm.one", &[1], &[1.0]);
    let strengths = graph.sum("rhythm.above", &strengths, &one);
    let loudness = graph.logarithm("rhythm.loudness", &strengths);
    let all = graph.reshape("rhythm.all", &loudness, &[config.rhythmic()]);
    normalised(graph, "rhythm.norm", &all, &module.norm)
}

/// From each row of `[N, rows, channels]` to the next.
fn changes(graph: &mut Graph, name: &str, x: &Value, rows: usize, channels: usize) -> Value {
    let later = graph.slice(&format!("{name}.later"), x, [1..rows, 0..channels]);
    let earlier = graph.slice(&format!("{name}.earlier"), x, [0..rows - 1, 0..channels]);
    graph.difference(name, &later, &earlier)
}

fn normalised(graph: &mut Graph, name: &str, x: &Value, norm: &BatchNorm) -> Result<Value> {
    let Norm { scale, floor } = Norm::read(norm)?;
    let floor = graph.constant(&format!("{name}.floor"), &[floor.len()], &floor);
    let x = graph.sum(&format!("{name}.moved"), x, &floor);
    let scale = graph.constant(&format!("{name}.scale"), &[scale.len()], &scale);
    Ok(graph.times(name, &x, &scale))
}
