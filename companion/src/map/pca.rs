//! The two directions in which points differ most.

use rayon::prelude::*;

use super::points::Points;
use super::random::Random;

/// Rows that are summed one after the other, whatever the number of threads.
const BLOCK: usize = 2048;

/// Steps of the power iteration.
const STEPS: usize = 40;

/// Directions that are followed, of which the first two are wanted: the more, the sooner they settle.
const FOLLOWED: usize = 6;

/// Centred points in the plane of their two principal components.
///
/// By orthogonal iteration: `V ← orthonormal(Xᵀ X V)` for centred `X`.
pub fn pca(points: &Points, seed: u64) -> Vec<[f32; 2]> {
    let mean = mean(points);
    let mut random = Random::at(seed, 0, 0);
    let mut directions: Vec<Vec<f64>> = (0..FOLLOWED.min(points.dimension))
        .map(|_| (0..points.dimension).map(|_| f64::from(random.unit()) - 0.5).collect())
        .collect();
    orthonormalise(&mut directions);
    for _ in 0..STEPS {
        directions = multiply(points, &mean, &directions);
        orthonormalise(&mut directions);
    }
    let project = |row: &[f32]| {
        let along = |i: usize| directions.get(i).map_or(0.0, |direction| dot(row, &mean, direction) as f32);
        [along(0), along(1)]
    };
    points.values.par_chunks_exact(points.dimension).map(project).collect()
}

fn mean(points: &Points) -> Vec<f64> {
    let sum = |rows: &[f32]| {
        let mut sums = vec![0.0; points.dimension];
        for row in rows.chunks_exact(points.dimension) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        sums
    };
    let mut mean = added(points.values.par_chunks(BLOCK * points.dimension).map(sum).collect(), points.dimension);
    mean.iter_mut().for_each(|sum| *sum /= points.len() as f64);
    mean
}

/// `Xᵀ X v` for each direction `v`.
fn multiply(points: &Points, mean: &[f64], directions: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let dimension = points.dimension;
    let part = |rows: &[f32]| {
        let mut sums = vec![0.0; directions.len() * dimension];
        for row in rows.chunks_exact(dimension) {
            for (direction, sums) in directions.iter().zip(sums.chunks_exact_mut(dimension)) {
                let along = dot(row, mean, direction);
                let centred = row.iter().zip(mean).map(|(value, mean)| f64::from(*value) - mean);
                sums.iter_mut().zip(centred).for_each(|(sum, value)| *sum += along * value);
            }
        }
        sums
    };
    let parts = points.values.par_chunks(BLOCK * dimension).map(part).collect();
    added(parts, directions.len() * dimension).chunks_exact(dimension).map(<[f64]>::to_vec).collect()
}

/// The sum of vectors of one length, in order.
fn added(parts: Vec<Vec<f64>>, length: usize) -> Vec<f64> {
    parts.into_iter().fold(vec![0.0; length], |mut sums, part| {
        sums.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
        sums
    })
}

fn dot(row: &[f32], mean: &[f64], direction: &[f64]) -> f64 {
    row.iter().zip(mean).zip(direction).map(|((value, mean), along)| (f64::from(*value) - mean) * along).sum()
}

/// Makes vectors orthogonal and of unit length, in order; those that depend on earlier ones vanish.
pub fn orthonormalise(vectors: &mut [Vec<f64>]) {
    for i in 0..vectors.len() {
        let (earlier, rest) = vectors.split_at_mut(i);
        let vector = &mut rest[0];
        let before = length(vector);
        for _ in 0..2 {
            for other in earlier.iter() {
                let along: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                vector.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
            }
        }
        let after = length(vector);
        let scale = if after > 1e-9 * before { 1.0 / after } else { 0.0 };
        vector.iter_mut().for_each(|value| *value *= scale);
    }
}

fn length(vector: &[f64]) -> f64 {
    vector.iter().map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_axes_come_first() {
        let mut random = Random::at(3, 0, 0);
        let axes = [[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, 1.0]];
        let spread = [5.0, 2.0, 0.1];
        let mut truth = Vec::new();
        let mut values = Vec::new();
        for _ in 0..3000 {
            let along: Vec<f32> = spread.iter().map(|spread| (random.unit() - 0.5) * spread).collect();
            values.extend((0..3).map(|d| 7.0 + (0..3).map(|axis| along[axis] * axes[axis][d]).sum::<f32>()));
            truth.push(along);
        }
        let found = pca(&Points { dimension: 3, values }, 1);
        for axis in 0..2 {
            let covariance: f32 = found.iter().zip(&truth).map(|(found, truth)| found[axis] * truth[axis]).sum();
            let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|value| value * value).sum::<f32>().sqrt();
            let norms = norm(&mut found.iter().map(|row| row[axis])) * norm(&mut truth.iter().map(|row| row[axis]));
            assert!((covariance / norms).abs() > 0.999, "axis {axis}");
        }
    }

    #[test]
    fn points_that_do_not_differ_lie_in_one_place() {
        let found = pca(&Points { dimension: 2, values: vec![1.0; 8] }, 1);
        assert!(found.iter().flatten().all(|value| value.abs() < 1e-6), "{found:?}");
    }
}
