//! Where points lie before they are moved.

use clap::ValueEnum;
use rayon::prelude::*;
use serde::Serialize;

use super::fuzzy::Graph;
use super::pca::{orthonormalise, pca};
use super::points::Points;
use super::random::Random;

/// Farthest coordinate of the start before it is stretched.
const FARTHEST: f32 = 10.0;

/// Noise that parts points of one place.
const NOISE: f32 = 1e-4;

/// Steps of the search for eigenvectors.
const STEPS: usize = 64;

/// Sweeps over a small matrix until it is diagonal.
const SWEEPS: usize = 30;

/// Where points lie at first; names are umap-learn's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Init {
    /// Principal components of the points.
    Pca,
    /// Eigenvectors of the graph's Laplacian; principal components where the graph is in pieces.
    Spectral,
    Random,
}

/// Starting places, each axis from 0 to 10.
pub fn start(init: Init, points: &Points, graph: &Graph, seed: u64) -> Vec<[f32; 2]> {
    let positions = match init {
        Init::Random => vec![[0.0; 2]; points.len()],
        Init::Spectral if points.len() > 3 && graph.components() == 1 => spectral(graph, seed),
        Init::Spectral | Init::Pca => pca(points, seed),
    };
    let noise = if init == Init::Random { FARTHEST } else { NOISE };
    stretched(positions, noise, seed)
}

fn stretched(mut positions: Vec<[f32; 2]>, noise: f32, seed: u64) -> Vec<[f32; 2]> {
    let farthest = positions.iter().flatten().fold(0.0f32, |farthest, value| farthest.max(value.abs()));
    let scale = if farthest > 0.0 { FARTHEST / farthest } else { 0.0 };
    for (i, position) in positions.iter_mut().enumerate() {
        let mut random = Random::at(seed, 2, i as u64);
        position.iter_mut().for_each(|value| *value = *value * scale + noise * (2.0 * random.unit() - 1.0));
    }
    for axis in 0..2 {
        let along = || positions.iter().map(|position| position[axis]);
        let (low, high) = (along().fold(f32::INFINITY, f32::min), along().fold(f32::NEG_INFINITY, f32::max));
        let scale = if high > low { FARTHEST / (high - low) } else { 0.0 };
        positions.iter_mut().for_each(|position| position[axis] = (position[axis] - low) * scale);
    }
    positions
}

/// The eigenvectors of the symmetric normalised Laplacian with the lowest eigenvalues but for the trivial one.
///
/// # Source
/// Lanczos' method with full orthogonalisation: Parlett, *The Symmetric Eigenvalue Problem*, chapter 13.
fn spectral(graph: &Graph, seed: u64) -> Vec<[f32; 2]> {
    let degree = |vertex| graph.edges(vertex).1.iter().map(|strength| f64::from(*strength)).sum::<f64>();
    let roots: Vec<f64> = (0..graph.len()).map(|vertex| degree(vertex).sqrt()).collect();
    let mut random = Random::at(seed, 3, 0);
    let mut basis = vec![roots.clone(), roots.iter().map(|_| f64::from(random.unit()) - 0.5).collect()];
    orthonormalise(&mut basis);
    let steps = STEPS.min(graph.len() - 1);
    let mut small = vec![vec![0.0; steps]; steps];
    for step in 0..steps {
        let mut next = normalised_product(graph, &roots, &basis[step + 1]);
        for (i, vector) in basis.iter().enumerate() {
            let along = dot(&next, vector);
            next.iter_mut().zip(vector).for_each(|(value, other)| *value -= along * other);
            if let Some(row) = i.checked_sub(1) {
                small[row][step] = along;
            }
        }
        let length = dot(&next, &next).sqrt();
        if length < 1e-10 || step + 1 == steps {
            small.iter_mut().for_each(|row| row.truncate(step + 1));
            small.truncate(step + 1);
            break;
        }
        next.iter_mut().for_each(|value| *value /= length);
        small[step + 1][step] = length;
        basis.push(next);
    }
    let symmetric: Vec<Vec<f64>> = (0..small.len())
        .map(|i| (0..small.len()).map(|j| if i >= j { small[i][j] } else { small[j][i] }).collect())
        .collect();
    let (values, vectors) = eigen(symmetric);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    let mut positions = vec![[0.0f32; 2]; graph.len()];
    for (axis, &which) in order.iter().take(2).enumerate() {
        for (step, vector) in basis[1..].iter().enumerate().take(values.len()) {
            let share = vectors[step][which];
            positions.iter_mut().zip(vector).for_each(|(position, value)| position[axis] += (share * value) as f32);
        }
    }
    positions
}

/// `D^−½ · W · D^−½ · v`.
fn normalised_product(graph: &Graph, roots: &[f64], vector: &[f64]) -> Vec<f64> {
    let row = |vertex: usize| {
        let (ends, strengths) = graph.edges(vertex);
        let part = |(end, strength): (&u32, &f32)| {
            let end = *end as usize;
            f64::from(*strength) * vector[end] / roots[end]
        };
        ends.iter().zip(strengths).map(part).sum::<f64>() / roots[vertex]
    };
    (0..graph.len()).into_par_iter().map(row).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Eigenvalues of a small symmetric matrix, and its eigenvectors as columns, by Jacobi's rotations.
fn eigen(mut matrix: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = matrix.len();
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..SWEEPS {
        for p in 0..n {
            for q in p + 1..n {
                if matrix[p][q].abs() < 1e-300 {
                    continue;
                }
                let slope = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
                let tangent = slope.signum() / (slope.abs() + slope.hypot(1.0));
                let cosine = 1.0 / tangent.hypot(1.0);
                let sine = tangent * cosine;
                let turn = |a: &mut f64, b: &mut f64| (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
                for row in matrix.iter_mut().chain(&mut vectors) {
                    let (left, right) = row.split_at_mut(q);
                    turn(&mut left[p], &mut right[0]);
                }
                let (above, below) = matrix.split_at_mut(q);
                above[p].iter_mut().zip(&mut below[0]).for_each(|(a, b)| turn(a, b));
            }
        }
    }
    ((0..n).map(|i| matrix[i][i]).collect(), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_are_turned_into_multiples_of_themselves() {
        let matrix = vec![vec![2.0, -1.0, 0.5], vec![-1.0, 3.0, 0.0], vec![0.5, 0.0, -1.0]];
        let (values, vectors) = eigen(matrix.clone());
        for (i, value) in values.iter().enumerate() {
            for (row, matrix) in matrix.iter().enumerate() {
                let product: f64 = matrix.iter().zip(&vectors).map(|(a, vector)| a * vector[i]).sum();
                assert!((product - value * vectors[row][i]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_chain_starts_in_its_order() {
        let n = 60u32;
        let lists: Vec<Vec<u32>> =
            (0..n).map(|i| [i.checked_sub(1), (i + 1 < n).then_some(i + 1)].into_iter().flatten().collect()).collect();
        let starts = lists.iter().scan(0, |end, list| {
            *end += list.len();
            Some(*end)
        });
        let starts: Vec<usize> = [0].into_iter().chain(starts).collect();
        let ends: Vec<u32> = lists.concat();
        let graph = Graph { strengths: vec![1.0; ends.len()], starts, ends };
        let along: Vec<f32> = spectral(&graph, 1)
            .iter()
            .zip(0..n)
            .map(|([x, _], i)| if i == 0 || i + 1 == n { x * 2f32.sqrt() } else { *x })
            .collect();
        let rises = along.windows(2).filter(|pair| pair[1] > pair[0]).count();
        assert!(rises == 0 || rises == along.len() - 1, "{along:?}");
    }
}
