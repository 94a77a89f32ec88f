//! The nearest neighbours of all points.

mod cells;
mod exact;

use std::cmp::Ordering;

use clap::ValueEnum;
use rayon::prelude::*;
use serde::Serialize;
use sonoscape::{Code, Embedding, Index, quantize};

use super::points::Points;

/// Points up to which every pair is compared.
const MOST_EXACT: usize = 50_000;

/// Points whose neighbours are counted to say how many are found.
const SAMPLE: usize = 512;

/// Values that are summed side by side.
const LANES: usize = 16;

/// What says how far points are from one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// 1 − cosine.
    Cosine,
    Euclidean,
}

/// How neighbours are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// All pairs up to 50 000 tracks, cells beyond.
    Auto,
    /// Compare all pairs.
    Exact,
    /// Compare with the tracks of the nearest cells only.
    Cells,
}

/// The nearest neighbours of each point, the nearest first; the first is the point itself.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | rows | `[points, k]` | points |
/// | distances | `[points, k]` | of the metric, not negative |
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    pub k: usize,
    pub rows: Vec<u32>,
    pub distances: Vec<f32>,
}

impl Neighbours {
    /// The `k` nearest of each point, or all; `visit` is told how many points are done.
    ///
    /// For the cosine, candidates are found by 8-bit codes and compared once more without rounding. The same points give the same
    /// neighbours, whatever the number of threads.
    pub fn of(
        points: &Points,
        k: usize,
        metric: Metric,
        search: Search,
        seed: u64,
        visit: &(dyn Fn(usize) + Sync),
    ) -> Self {
        let k = k.min(points.len());
        let in_cells = match search {
            Search::Auto => points.len() > MOST_EXACT,
            Search::Exact => false,
            Search::Cells => true,
        };
        let all: Vec<usize> = (0..points.len()).collect();
        let lists = match metric {
            Metric::Euclidean => exact::euclidean(points, k, visit),
            Metric::Cosine if in_cells => cells::cosine(points, k, seed, visit),
            Metric::Cosine => exact::cosine(points, &all, &all, k, visit),
        };
        let (rows, distances) = lists.into_iter().flatten().map(|near| (near.row, near.distance)).unzip();
        Self { k, rows, distances }
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.rows.len() / self.k.max(1)
    }

    /// The share of the truly nearest neighbours that are among the found ones, for an even sample of the points.
    pub fn recall(&self, points: &Points, metric: Metric) -> f64 {
        let step = points.len().div_ceil(SAMPLE).max(1);
        let found = |point: usize| {
            let found = &self.rows[point * self.k..(point + 1) * self.k];
            let truth = nearest_of(points, point, 0..points.len(), self.k, metric);
            truth[1..].iter().filter(|near| found.contains(&near.row)).count()
        };
        let sample: Vec<usize> = (0..points.len()).step_by(step).collect();
        let all = sample.len() * (self.k - 1);
        let found: usize = sample.par_iter().map(|&point| found(point)).sum();
        if all == 0 { 1.0 } else { found as f64 / all as f64 }
    }
}

/// The `k` nearest by the cosine to each of `queries` among the points of `among`, the nearest first.
pub fn nearest_among(points: &Points, queries: &[usize], among: &[usize], k: usize) -> Vec<Vec<Near>> {
    exact::cosine(points, queries, among, k.min(among.len()), &|_| ())
}

/// A neighbour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    pub row: u32,
    pub distance: f32,
}

/// The `k` nearest of one point among others, which may be itself, and then comes first.
fn nearest_of(
    points: &Points,
    point: usize,
    others: impl Iterator<Item = usize>,
    k: usize,
    metric: Metric,
) -> Vec<Near> {
    let row = points.row(point);
    let near = |other: usize| match other == point {
        true => Near { row: other as u32, distance: 0.0 },
        false => Near { row: other as u32, distance: distance(row, points.row(other), metric) },
    };
    let mut found: Vec<Near> = others.map(near).collect();
    let key = |near: &Near| (near.distance, near.row as usize != point, near.row);
    let order = |a: &Near, b: &Near| key(a).partial_cmp(&key(b)).unwrap_or(Ordering::Equal);
    if found.len() > k {
        found.select_nth_unstable_by(k, order);
        found.truncate(k);
    }
    found.sort_unstable_by(order);
    found
}

/// The distance of two vectors, which for the cosine are of unit length.
pub fn distance(a: &[f32], b: &[f32], metric: Metric) -> f32 {
    match metric {
        Metric::Cosine => (1.0 - sum(a, b, |a, b| a * b)).max(0.0),
        Metric::Euclidean => sum(a, b, |a, b| (a - b) * (a - b)).sqrt(),
    }
}

/// The sum of a function of the values of two vectors, in an order that is always the same.
fn sum(a: &[f32], b: &[f32], function: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += function(*a, *b);
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| function(*a, *b)).sum();
    sums.iter().sum::<f32>() + rest
}

/// The codes of some points.
fn codes(points: &Points, which: &[usize]) -> Vec<Code> {
    let code = |row: &[f32]| Embedding::from_slice(row).map_or_else(|_| nowhere(row.len()), |row| quantize(&row));
    which.par_iter().map(|&point| code(points.row(point))).collect()
}

/// The code of a vector without direction.
fn nowhere(dimension: usize) -> Code {
    Code { values: vec![0; dimension], scale: 1.0 }
}

/// An index of codes.
fn index<'a>(dimension: usize, codes: impl Iterator<Item = &'a Code>) -> Index {
    let (mut values, mut scales) = (Vec::new(), Vec::new());
    for code in codes {
        values.extend_from_slice(&code.values);
        scales.push(code.scale);
    }
    Index::new(dimension, &values, scales).expect("codes of one dimension")
}

/// The best scores so far, without order.
#[derive(Debug, Clone)]
struct Best {
    most: usize,
    /// Scores and rows; the worst is at `worst` once there are `most`.
    found: Vec<(f32, u32)>,
    worst: usize,
}

impl Best {
    fn new(most: usize) -> Self {
        Self { most, found: Vec::with_capacity(most), worst: 0 }
    }

    fn limit(&self) -> f32 {
        if self.found.len() < self.most { f32::NEG_INFINITY } else { self.found[self.worst].0 }
    }

    /// Looks at scores of the rows from `first` on; of equal ones the first that come are kept.
    fn take_in(&mut self, first: u32, scores: &[f32]) {
        for (chunk, part) in scores.chunks(LANES).enumerate() {
            let limit = self.limit();
            let highest =
                part.iter().fold(f32::NEG_INFINITY, |highest, score| if *score > highest { *score } else { highest });
            if highest > limit {
                for (i, &score) in part.iter().enumerate() {
                    self.take((score, first + (chunk * LANES + i) as u32));
                }
            }
        }
    }

    fn take(&mut self, candidate: (f32, u32)) {
        if self.found.len() < self.most {
            self.found.push(candidate);
        } else if candidate.0 > self.found[self.worst].0 {
            self.found[self.worst] = candidate;
        } else {
            return;
        }
        if self.found.len() == self.most {
            let worse =
                |a: &(usize, &(f32, u32)), b: &(usize, &(f32, u32))| a.1.0.total_cmp(&b.1.0).then(b.1.1.cmp(&a.1.1));
            self.worst = self.found.iter().enumerate().min_by(worse).map_or(0, |(place, _)| place);
        }
    }
}
