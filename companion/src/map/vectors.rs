//! The map of any vectors, for those who compare ours with others.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::neighbours::Metric;
use super::points::Points;
use super::report::peak_bytes;
use super::umap::Umap;
use crate::{catalogue, npy};

/// Lays out the vectors in `input` and writes their places to `output`.
///
/// # Errors
/// When the vectors cannot be read or used, or the disk does not take their places.
pub fn run(input: &Path, output: Option<&Path>, umap: &Umap, json: bool) -> Result<()> {
    let output = output.context("Say with --output where the places of the vectors go.")?;
    let points = read(input, umap.metric).with_context(|| format!("{} cannot be used", input.display()))?;
    let started = Instant::now();
    let laid = umap.lay(&points, json)?;
    let seconds = started.elapsed().as_secs_f64();
    let mut bytes = Vec::new();
    let rows: Vec<Vec<f32>> = laid.positions.iter().map(|position| position.to_vec()).collect();
    npy::write(&mut bytes, &rows, 2)?;
    catalogue::replace(output, &bytes)?;
    if json {
        let report = json!({ "vectors": points.len(), "layout": laid, "seconds": seconds, "peak_bytes": peak_bytes() });
        println!("{report:#}");
    } else {
        println!("{} vectors in {seconds:.1} s.", points.len());
    }
    Ok(())
}

/// The vectors, of unit length where the metric is the cosine.
fn read(path: &Path, metric: Metric) -> Result<Points> {
    let (mut values, shape) = npy::read_f32(&fs::read(path)?)?;
    let [rows, dimension] = shape[..] else { anyhow::bail!("it holds no matrix") };
    ensure!(rows > 0 && dimension > 0, "it is empty");
    ensure!(values.iter().all(|value| value.is_finite()), "a value is no number");
    if metric == Metric::Cosine {
        for row in values.chunks_exact_mut(dimension) {
            let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            ensure!(length > 0.0, "a vector has no direction");
            row.iter_mut().for_each(|value| *value /= length);
        }
    }
    Ok(Points { dimension, values })
}
