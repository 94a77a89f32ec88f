//! Clusters of embeddings around k centres.

use rayon::prelude::*;

use super::density::Level;
use super::neighbours::{Metric, distance};
use super::points::Points;
use super::random::Random;

/// Times that the centres are moved, at most.
const MOVES: usize = 50;

/// Divides unit vectors among `k` centres; each is the mean of its own, scaled to unit length.
///
/// # Source
/// Lloyd's algorithm from the start of Arthur and Vassilvitskii, *k-means++* (2007).
pub fn level(points: &Points, positions: &[[f32; 2]], k: usize, seed: u64) -> Level {
    let mut centres = first_centres(points, k, seed);
    let mut labels = Vec::new();
    for _ in 0..MOVES {
        let nearest = labelled(points, &centres);
        if nearest == labels {
            break;
        }
        labels = nearest;
        centres = moved(points, &labels, &centres);
    }
    numbered(&labels, positions)
}

fn first_centres(points: &Points, k: usize, seed: u64) -> Vec<Vec<f32>> {
    let mut random = Random::at(seed, 4, 0);
    let mut centres = vec![points.row(random.below(points.len())).to_vec()];
    let mut nearest = vec![f32::INFINITY; points.len()];
    while centres.len() < k {
        let last = &centres[centres.len() - 1];
        nearest.par_iter_mut().enumerate().for_each(|(point, nearest)| {
            *nearest = nearest.min(distance(points.row(point), last, Metric::Cosine));
        });
        let total: f64 = nearest.iter().map(|distance| f64::from(*distance)).sum();
        let mut left = f64::from(random.unit()) * total;
        let chosen = nearest.iter().position(|distance| {
            left -= f64::from(*distance);
            left < 0.0
        });
        centres.push(points.row(chosen.unwrap_or(points.len() - 1)).to_vec());
    }
    centres
}

fn labelled(points: &Points, centres: &[Vec<f32>]) -> Vec<usize> {
    let nearest = |point: &[f32]| {
        let distances = centres.iter().map(|centre| distance(point, centre, Metric::Cosine));
        distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(centre, _)| centre)
    };
    points.values.par_chunks_exact(points.dimension).map(nearest).collect()
}

fn moved(points: &Points, labels: &[usize], former: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut centres = vec![vec![0.0f32; points.dimension]; former.len()];
    for (row, &label) in points.rows().zip(labels) {
        centres[label].iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    for (centre, former) in centres.iter_mut().zip(former) {
        let length = centre.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            centre.iter_mut().for_each(|value| *value /= length);
        } else {
            centre.clone_from(former);
        }
    }
    centres
}

/// Clusters that have points, numbered from 0; the peak of each is the mean of its points on the map.
fn numbered(labels: &[usize], positions: &[[f32; 2]]) -> Level {
    let mut used = labels.to_vec();
    used.sort_unstable();
    used.dedup();
    let labels: Vec<usize> = labels.iter().map(|label| used.binary_search(label).unwrap_or(0)).collect();
    let (mut sums, mut counts) = (vec![[0.0f32; 2]; used.len()], vec![0.0f32; used.len()]);
    for (position, &label) in positions.iter().zip(&labels) {
        counts[label] += 1.0;
        sums[label].iter_mut().zip(position).for_each(|(sum, along)| *sum += along);
    }
    let peaks = sums.iter().zip(counts).map(|(sum, count)| sum.map(|sum| sum / count)).collect();
    Level { labels, peaks }
}
