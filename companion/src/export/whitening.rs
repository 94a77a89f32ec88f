//! Latents that say the same thing twice, made to say it once.

use std::ops::Range;

use crate::cholesky::Cholesky;

/// Share of the covariance of all excerpts, and of each latent's variance, that is added where nothing else is asked for,
/// so that directions in which the measured deviations are small are not blown up.
pub const SHRINKAGE: f64 = 0.05;

/// Variance of a latent that never varies.
const LEAST_VARIANCE: f64 = 1e-12;

/// A change of latents after which they have mean 0, and their deviations nearly variance 1 and no correlation, each
/// branch's by themselves: the nearer the lower the shrinkage.
///
/// With the covariance `C` of a branch's deviations and its Cholesky factor `C = L · Lᵀ`, a latent `x` becomes `L⁻¹ · (x − mean)`. Any
/// other whitening differs from it by a rotation only, so cosines are the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Whitening {
    mean: Vec<f64>,
    /// `L` of each branch.
    factors: Vec<Cholesky>,
    branch: usize,
}

impl Whitening {
    /// Leaves latents as they are.
    pub fn none(branch: usize, branches: usize) -> Self {
        Self { mean: vec![0.0; branch * branches], factors: vec![Cholesky::identity(branch); branches], branch }
    }

    /// Measures the covariance of `deviations`, and `shrinkage` times that of `rows` and its diagonal: branches of
    /// `branch` latents. Each row is the latents of one excerpt.
    pub fn measure(rows: &[Vec<f64>], deviations: &[Vec<f64>], branch: usize, shrinkage: f64) -> Self {
        let mean = mean(rows);
        let centred = centred(rows, &mean);
        let factor = |start: usize| {
            let mut matrix = covariance(deviations, start..start + branch);
            let whole = covariance(&centred, start..start + branch);
            matrix.iter_mut().zip(&whole).for_each(|(sum, whole)| *sum += shrinkage * whole);
            for i in (0..branch * branch).step_by(branch + 1) {
                matrix[i] = if whole[i] < LEAST_VARIANCE { 1.0 } else { matrix[i] + shrinkage * whole[i] };
            }
            Cholesky::of(matrix, branch)
        };
        let factors = (0..mean.len()).step_by(branch).map(factor).collect();
        Self { mean, factors, branch }
    }

    /// Whitens latents, all branches of one tile after the other.
    pub fn apply(&self, latents: &mut [f32]) {
        for (row, mean) in latents.chunks_exact_mut(self.branch).zip(self.mean.chunks_exact(self.branch).cycle()) {
            row.iter_mut().zip(mean).for_each(|(latent, mean)| *latent = (f64::from(*latent) - mean) as f32);
        }
        let branches = self.factors.len();
        for (i, row) in latents.chunks_exact_mut(self.branch).enumerate() {
            solve(&self.factors[i % branches], row);
        }
    }

    /// Changes the layer `x · weight + bias` that gives one branch's latents, so that it gives them whitened.
    pub fn after(&self, branch: usize, weight: &mut [f32], bias: &mut [f32]) {
        let mean = &self.mean[branch * self.branch..(branch + 1) * self.branch];
        bias.iter_mut().zip(mean).for_each(|(bias, mean)| *bias = (f64::from(*bias) - mean) as f32);
        for row in weight.chunks_exact_mut(self.branch).chain([bias]) {
            solve(&self.factors[branch], row);
        }
    }

    /// Changes the layer `x · weight + bias` that takes all latents, so that it takes them whitened.
    pub fn before(&self, weight: &mut [f32], bias: &mut [f32]) {
        let outputs = bias.len();
        for (row, mean) in weight.chunks_exact(outputs).zip(&self.mean) {
            bias.iter_mut().zip(row).for_each(|(bias, weight)| *bias += (mean * f64::from(*weight)) as f32);
        }
        for (factor, rows) in self.factors.iter().zip(weight.chunks_exact_mut(self.branch * outputs)) {
            for j in 0..self.branch {
                let mut sum = vec![0.0; outputs];
                for i in j..self.branch {
                    let row = &rows[i * outputs..(i + 1) * outputs];
                    let scale = factor.at(i, j);
                    sum.iter_mut().zip(row).for_each(|(sum, weight)| *sum += scale * f64::from(*weight));
                }
                let row = &mut rows[j * outputs..(j + 1) * outputs];
                row.iter_mut().zip(sum).for_each(|(weight, sum)| *weight = sum as f32);
            }
        }
    }
}

/// The mean of rows of one length.
pub fn mean(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; rows.first().map_or(0, Vec::len)];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / rows.len() as f64);
    }
    mean
}

/// What rows differ from `mean` by.
pub fn centred(rows: &[Vec<f64>], mean: &[f64]) -> Vec<Vec<f64>> {
    rows.iter().map(|row| difference(row, mean)).collect()
}

pub fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// The lower half of the covariance of part of each row, the mean being 0.
fn covariance(rows: &[Vec<f64>], part: Range<usize>) -> Vec<f64> {
    let n = part.len();
    let mut covariance = vec![0.0; n * n];
    for row in rows {
        let row = &row[part.clone()];
        for (i, a) in row.iter().enumerate() {
            let sums = &mut covariance[i * n..=i * n + i];
            sums.iter_mut().zip(row).for_each(|(sum, b)| *sum += a * b / rows.len() as f64);
        }
    }
    covariance
}

/// Replaces `row` by `L⁻¹ · row`.
fn solve(factor: &Cholesky, row: &mut [f32]) {
    let right: Vec<f64> = row.iter().map(|&value| f64::from(value)).collect();
    row.iter_mut().zip(factor.solve_lower(&right)).for_each(|(value, solved)| *value = solved as f32);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LITTLE: f64 = 0.001;

    #[test]
    fn whitened_latents_have_mean_0_and_their_deviations_variance_1_and_no_correlation_within_a_branch() {
        let wave = |n: usize, speed: f64| (n as f64 * speed).sin();
        let rows: Vec<Vec<f64>> = (0..50)
            .map(|n| {
                let [a, b, c, d] = [0.7, 1.1, 1.9, 2.3].map(|speed| wave(n, speed));
                vec![3.0 + a, 0.5 * a + b, c, d - 2.0, 2.0 * c + d, b]
            })
            .collect();
        let deviations: Vec<Vec<f64>> =
            rows.iter().zip(&rows[1..]).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()).collect();
        let whitening = Whitening::measure(&rows, &deviations, 3, LITTLE);
        let whitened: Vec<Vec<f32>> = rows
            .iter()
            .map(|row| {
                let mut row: Vec<f32> = row.iter().map(|&value| value as f32).collect();
                whitening.apply(&mut row);
                row
            })
            .collect();
        for i in 0..6 {
            let mean = whitened.iter().map(|row| row[i]).sum::<f32>() / 50.0;
            assert!(mean.abs() < 1e-5, "mean of {i}: {mean}");
            for j in i / 3 * 3..=i {
                let product = |pair: &[Vec<f32>]| (pair[0][i] - pair[1][i]) * (pair[0][j] - pair[1][j]);
                let covariance = whitened.windows(2).map(product).sum::<f32>() / 49.0;
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((covariance - expected).abs() < 0.01, "covariance of {i} and {j}: {covariance}");
            }
        }
    }

    #[test]
    fn a_latent_that_never_varies_becomes_0() {
        let deviations = [vec![-0.5, 0.0], vec![0.5, 0.0]];
        let whitening = Whitening::measure(&[vec![1.0, 5.0], vec![2.0, 5.0]], &deviations, 2, LITTLE);
        let mut latents = [1.5, 5.0];
        whitening.apply(&mut latents);
        assert_eq!(latents, [0.0, 0.0]);
    }
}
