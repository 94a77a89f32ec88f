//! MFCC as one Gaussian a sound, compared by the symmetric Kullback–Leibler divergence.
//!
//! # Source
//! M. Mandel and D. Ellis, *Song-level features and support vector machines for music classification*, 2005.

use sonoscape::{MelSpectrogram, N_MFCC};

/// Added to each variance, in dB², so that a steady sound has an inverse covariance too.
const LEAST_VARIANCE: f64 = 1e-2;

/// Mean, covariance and inverse covariance of `n` coefficients, one after the other, shape `[n + n² + n²]`.
pub fn describe(mel: &MelSpectrogram) -> Vec<f32> {
    let mfcc = mel.mfcc(N_MFCC);
    let rows: Vec<&[f32]> = mfcc.values.chunks_exact(mfcc.frames).collect();
    let (n, frames) = (rows.len(), mfcc.frames as f64);
    let mean: Vec<f64> = rows.iter().map(|row| row.iter().map(|&x| f64::from(x)).sum::<f64>() / frames).collect();
    let covariance = |i: usize, j: usize| {
        let products = rows[i].iter().zip(rows[j]).map(|(&a, &b)| (f64::from(a) - mean[i]) * (f64::from(b) - mean[j]));
        products.sum::<f64>() / frames + if i == j { LEAST_VARIANCE } else { 0.0 }
    };
    let covariances: Vec<f64> = (0..n * n).map(|at| covariance(at / n, at % n)).collect();
    let inverse = inverse(covariances.clone(), n);
    [mean, covariances, inverse].into_iter().flatten().map(|value| value as f32).collect()
}

/// The divergence of two Gaussians, both ways together, negative: the more the likelier.
pub fn likeness(a: &[f32], b: &[f32]) -> f32 {
    let [(mean_a, covariance_a, inverse_a), (mean_b, covariance_b, inverse_b)] = [a, b].map(parts);
    let trace = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
    let apart: Vec<f64> = mean_a.iter().zip(mean_b).map(|(&a, &b)| f64::from(a) - f64::from(b)).collect();
    let n = apart.len();
    let distance: f64 = (0..n * n)
        .map(|at| apart[at / n] * apart[at % n] * (f64::from(inverse_a[at]) + f64::from(inverse_b[at])))
        .sum();
    let both_ways = trace(covariance_a, inverse_b) + trace(covariance_b, inverse_a) + distance;
    (n as f64 - 0.5 * both_ways) as f32
}

fn parts(gaussian: &[f32]) -> (&[f32], &[f32], &[f32]) {
    let n = (gaussian.len() / 2).isqrt(); // n + 2 n² values
    let (mean, rest) = gaussian.split_at(n);
    let (covariance, inverse) = rest.split_at(n * n);
    (mean, covariance, inverse)
}

/// The inverse of a symmetric positive definite matrix, by elimination.
fn inverse(mut matrix: Vec<f64>, n: usize) -> Vec<f64> {
    let mut inverse: Vec<f64> = (0..n * n).map(|at| if at / n == at % n { 1.0 } else { 0.0 }).collect();
    for pivot in 0..n {
        let scale = matrix[pivot * n + pivot].recip();
        for j in 0..n {
            matrix[pivot * n + j] *= scale;
            inverse[pivot * n + j] *= scale;
        }
        for i in (0..n).filter(|&i| i != pivot) {
            let factor = matrix[i * n + pivot];
            for j in 0..n {
                matrix[i * n + j] -= factor * matrix[pivot * n + j];
                inverse[i * n + j] -= factor * inverse[pivot * n + j];
            }
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Gaussian without correlation, the same in every dimension.
    fn round(mean: f32, variance: f32) -> Vec<f32> {
        let diagonal = |value| (0..N_MFCC * N_MFCC).map(move |at| if at / N_MFCC == at % N_MFCC { value } else { 0.0 });
        std::iter::repeat_n(mean, N_MFCC).chain(diagonal(variance)).chain(diagonal(variance.recip())).collect()
    }

    #[test]
    fn the_divergence_is_that_by_hand() {
        let (a, b) = (round(1.0, 2.0), round(4.0, 8.0));
        assert_eq!(likeness(&a, &a), 0.0);
        assert_eq!(likeness(&a, &b), likeness(&b, &a));
        // In each of 20 dimensions: (2/8 + 8/2 + 9/2 + 9/8) / 2 − 1.
        assert!((likeness(&a, &b) + 20.0 * 3.9375).abs() < 1e-3, "{}", likeness(&a, &b));
    }

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let matrix = vec![4.0, 1.0, 0.5, 1.0, 3.0, -1.0, 0.5, -1.0, 2.0];
        let inverse = inverse(matrix.clone(), 3);
        for (i, j) in (0..9).map(|at| (at / 3, at % 3)) {
            let value: f64 = (0..3).map(|k| matrix[i * 3 + k] * inverse[k * 3 + j]).sum();
            assert!((value - if i == j { 1.0 } else { 0.0 }).abs() < 1e-12);
        }
    }

    #[test]
    fn steady_sounds_of_few_or_many_bands_can_be_compared() {
        for bands in [1, 7, 24] {
            let values = vec![-20.0; 3 * bands];
            let gaussian = describe(&MelSpectrogram { bands, frames: 3, values, top_db: 80.0, seconds: 1.0 });
            assert!(gaussian.iter().all(|value| value.is_finite()) && likeness(&gaussian, &gaussian).abs() < 1e-2);
        }
    }
}
