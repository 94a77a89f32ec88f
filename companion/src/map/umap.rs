//! Uniform manifold approximation and projection.
//!
//! # Source
//! McInnes, Healy and Melville, *UMAP* (2018); umap-learn 0.5.12, against which the parts are tested.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;

use super::curve::Curve;
use super::fuzzy::Graph;
use super::layout::{Descent, descend};
use super::neighbours::{Metric, Neighbours, Search};
use super::points::Points;
use super::start::{Init, start};
use crate::progress;

/// Points up to which there are more epochs.
const FEW: usize = 10_000;

/// How points become a map. Names and meanings are umap-learn's.
#[derive(Debug, Clone, clap::Args, Serialize)]
pub struct Umap {
    /// Neighbours that say where a track belongs, itself included: few show detail, many the whole.
    #[arg(long, alias = "n_neighbors", value_name = "COUNT", default_value_t = 15, value_parser = clap::value_parser!(u16).range(2..=512))]
    pub n_neighbors: u16,
    /// How near tracks may lie to one another on the map.
    #[arg(long, alias = "min_dist", value_name = "DISTANCE", default_value_t = 0.1)]
    pub min_dist: f64,
    /// How far apart they lie, as a scale of the smallest distance.
    #[arg(long, value_name = "DISTANCE", default_value_t = 1.0)]
    pub spread: f64,
    /// What says how far tracks are from one another.
    #[arg(long, value_enum, default_value_t = Metric::Cosine)]
    pub metric: Metric,
    /// How often tracks are moved [default: 500 up to 10 000 tracks, 200 beyond].
    #[arg(long, alias = "n_epochs", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub n_epochs: Option<u32>,
    /// Where tracks lie at first.
    #[arg(long, value_enum, default_value_t = Init::Spectral)]
    pub init: Init,
    /// Tracks that push for each that pulls.
    #[arg(long, alias = "negative_sample_rate", value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u16).range(0..=100))]
    pub negative_sample_rate: u16,
    /// How far tracks are moved at first.
    #[arg(long, alias = "learning_rate", value_name = "RATE", default_value_t = 1.0)]
    pub learning_rate: f32,
    /// How strongly tracks push.
    #[arg(long, alias = "repulsion_strength", value_name = "STRENGTH", default_value_t = 1.0)]
    pub repulsion_strength: f32,
    /// Neighbours that belong wholly to a track.
    #[arg(long, alias = "local_connectivity", value_name = "COUNT", default_value_t = 1.0)]
    pub local_connectivity: f64,
    /// From 1, a track belongs to another when either says so, to 0, when both do.
    #[arg(long, alias = "set_op_mix_ratio", value_name = "RATIO", default_value_t = 1.0)]
    pub set_op_mix_ratio: f32,
    /// Number that the map depends on beside the tracks: the same seed gives the same map.
    #[arg(long, aliases = ["random-state", "random_state"], default_value_t = 42)]
    pub seed: u64,
    /// How neighbours are looked for.
    #[arg(long, value_enum, default_value_t = Search::Auto)]
    pub search: Search,
}

/// Points on a map, and how they came there.
#[derive(Debug, Clone, Serialize)]
pub struct Laid {
    #[serde(skip)]
    pub positions: Vec<[f32; 2]>,
    /// The share of the truly nearest neighbours that were found.
    pub recall: f64,
    pub n_epochs: usize,
    pub neighbours_s: f64,
    pub start_s: f64,
    pub layout_s: f64,
}

impl Umap {
    /// Lays out points.
    ///
    /// # Errors
    /// When the parameters contradict one another.
    pub fn lay(&self, points: &Points, quiet: bool) -> Result<Laid> {
        let numbers = [self.learning_rate, self.repulsion_strength].map(|number| number.is_finite() && number >= 0.0);
        ensure!(numbers == [true; 2], "--learning-rate and --repulsion-strength must not be negative.");
        ensure!((0.0..=1.0).contains(&self.set_op_mix_ratio), "--set-op-mix-ratio must be from 0 to 1.");
        ensure!((0.0..=512.0).contains(&self.local_connectivity), "--local-connectivity must be from 0 to 512.");
        let curve = Curve::fit(self.spread, self.min_dist)?;
        let started = Instant::now();
        let bar = progress::bar(points.len(), "Neighbours", quiet);
        let found = |count| bar.inc(count as u64);
        let neighbours = Neighbours::of(points, self.n_neighbors.into(), self.metric, self.search, self.seed, &found);
        bar.finish_and_clear();
        let neighbours_s = started.elapsed().as_secs_f64();
        let recall = neighbours.recall(points, self.metric);
        let begun = Instant::now();
        let graph = Graph::of(&neighbours, self.local_connectivity, self.set_op_mix_ratio);
        drop(neighbours);
        let mut positions = start(self.init, points, &graph, self.seed);
        let start_s = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let n_epochs = self.n_epochs.map_or(if points.len() > FEW { 200 } else { 500 }, |epochs| epochs as usize);
        let bar = progress::bar(n_epochs, "Laying out", quiet);
        let descent = Descent {
            curve,
            n_epochs,
            learning_rate: self.learning_rate,
            negative_sample_rate: self.negative_sample_rate.into(),
            repulsion_strength: self.repulsion_strength,
            seed: self.seed,
        };
        descend(&graph, &mut positions, &descent, || bar.inc(1));
        bar.finish_and_clear();
        let layout_s = begun.elapsed().as_secs_f64();
        Ok(Laid { positions, recall, n_epochs, neighbours_s, start_s, layout_s })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::map::fuzzy::smooth;

    /// What umap-learn makes of a few points; `tests/golden/umap_learn.py` wrote it.
    fn golden() -> Value {
        let json = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/umap_learn.json"));
        serde_json::from_str(json).unwrap()
    }

    fn numbers(list: &Value) -> Vec<f64> {
        list.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    }

    fn neighbours(golden: &Value) -> Neighbours {
        let rows = numbers(&golden["rows"]).into_iter().map(|row| row as u32).collect();
        let distances = numbers(&golden["distances"]).into_iter().map(|distance| distance as f32).collect();
        Neighbours { k: golden["k"].as_u64().unwrap() as usize, rows, distances }
    }

    #[test]
    fn curves_are_those_of_umap_learn() {
        for curve in golden()["curves"].as_array().unwrap() {
            let number = |name: &str| curve[name].as_f64().unwrap();
            let found = Curve::fit(number("spread"), number("min_dist")).unwrap();
            let near = |found: f64, name: &str| (found / number(name) - 1.0).abs() < 1e-4;
            assert!(near(found.a, "a") && near(found.b, "b"), "{found:?} is not {curve}");
        }
    }

    #[test]
    fn bandwidths_are_those_of_umap_learn() {
        let golden = golden();
        let neighbours = neighbours(&golden);
        let mean = neighbours.distances.iter().map(|d| f64::from(*d)).sum::<f64>() / neighbours.distances.len() as f64;
        for set in golden["sets"].as_array().unwrap() {
            let (rhos, sigmas) = (numbers(&set["rhos"]), numbers(&set["sigmas"]));
            for ((distances, rho), sigma) in neighbours.distances.chunks(neighbours.k).zip(rhos).zip(sigmas) {
                let found = smooth(distances, set["local_connectivity"].as_f64().unwrap(), mean);
                assert!((found.0 - rho).abs() < 1e-5 && (found.1 - sigma).abs() < 1e-4, "{found:?}: {rho} {sigma}");
            }
        }
    }

    #[test]
    fn graphs_are_those_of_umap_learn() {
        let golden = golden();
        let neighbours = neighbours(&golden);
        for set in golden["sets"].as_array().unwrap() {
            let number = |name: &str| set[name].as_f64().unwrap();
            let graph = Graph::of(&neighbours, number("local_connectivity"), number("set_op_mix_ratio") as f32);
            let mut found = vec![0.0; neighbours.len() * neighbours.len()];
            for vertex in 0..graph.len() {
                let (ends, strengths) = graph.edges(vertex);
                for (end, strength) in ends.iter().zip(strengths) {
                    found[vertex * graph.len() + *end as usize] = f64::from(*strength);
                }
            }
            let differs = |(found, expected): (&f64, f64)| (found - expected).abs() > 1e-4;
            let union = numbers(&set["union"]);
            let wrong = found.iter().zip(union.iter().copied()).filter(|pair| differs(*pair)).count();
            assert_eq!(wrong, 0, "{found:?} {union:?}");
        }
    }
}
