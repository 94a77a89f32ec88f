//! A straight line through embeddings, fitted to a measure.

use crate::cholesky::Cholesky;

/// Parts that artists are divided into: each is predicted from the others.
const FOLDS: usize = 5;

/// Shares of the mean variance of a dimension that are added to each, of which the best is taken.
const RIDGES: [f64; 5] = [0.003, 0.01, 0.03, 0.1, 0.3];

/// What a measure is expected to be: `offset + weights · embedding`.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub weights: Vec<f64>,
    pub offset: f64,
}

impl Line {
    /// Fits by ridge regression, and says which share of the variance of `values` is explained in artists left out.
    ///
    /// # Shapes
    /// `embeddings` are `[excerpts][dimension]`; `values` and `artists` are `[excerpts]`.
    pub fn fit(embeddings: &[&[f32]], values: &[f64], artists: &[usize]) -> (Self, f64) {
        let explained = |&ridge: &f64| {
            let fold = |part: usize| {
                let inside = |&i: &usize| artists[i] % FOLDS != part;
                let line = Self::of(embeddings, values, (0..values.len()).filter(inside), ridge);
                let outside = (0..values.len()).filter(move |i| !inside(i));
                outside.map(|i| (values[i] - line.at(embeddings[i])).powi(2)).sum::<f64>()
            };
            1.0 - (0..FOLDS).map(fold).sum::<f64>() / values.iter().map(|value| value * value).sum::<f64>()
        };
        let tried = RIDGES.iter().map(|ridge| (*ridge, explained(ridge)));
        let (ridge, explained) = tried.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((RIDGES[0], 0.0));
        (Self::of(embeddings, values, 0..values.len(), ridge), explained)
    }

    fn of(embeddings: &[&[f32]], values: &[f64], rows: impl Iterator<Item = usize> + Clone, ridge: f64) -> Self {
        let n = embeddings[0].len();
        let count = rows.clone().count() as f64;
        let mut mean = vec![0.0; n];
        rows.clone().for_each(|i| {
            mean.iter_mut().zip(embeddings[i]).for_each(|(sum, &value)| *sum += f64::from(value) / count);
        });
        let middle = rows.clone().map(|i| values[i]).sum::<f64>() / count;
        let (mut matrix, mut right) = (vec![0.0; n * n], vec![0.0; n]);
        for i in rows {
            let row: Vec<f64> = embeddings[i].iter().zip(&mean).map(|(&value, mean)| f64::from(value) - mean).collect();
            for (j, a) in row.iter().enumerate() {
                matrix[j * n..=j * n + j].iter_mut().zip(&row).for_each(|(sum, b)| *sum += a * b);
                right[j] += a * (values[i] - middle);
            }
        }
        let spread = (matrix.iter().step_by(n + 1).sum::<f64>() / n as f64).max(f64::EPSILON);
        matrix.iter_mut().step_by(n + 1).for_each(|value| *value += ridge * spread);
        let weights = Cholesky::of(matrix, n).solve(&right);
        let offset = middle - weights.iter().zip(&mean).map(|(weight, mean)| weight * mean).sum::<f64>();
        Self { weights, offset }
    }

    fn at(&self, embedding: &[f32]) -> f64 {
        self.offset + self.weights.iter().zip(embedding).map(|(weight, &value)| weight * f64::from(value)).sum::<f64>()
    }
}

/// Values with mean 0 and variance 1.
pub fn standardised(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    values.iter().map(|value| (value - mean) / variance.sqrt().max(f64::MIN_POSITIVE)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_again_and_noise_is_not_explained() {
        let random = |i: usize| ((i * 7919 % 1013) as f32 / 1013.0 - 0.5, (i * 104_729 % 997) as f32 / 997.0 - 0.5);
        let rows: Vec<[f32; 3]> = (0..500).map(|i| [random(i).0, random(i).1, random(i + 77).0]).collect();
        let embeddings: Vec<&[f32]> = rows.iter().map(<[f32; 3]>::as_slice).collect();
        let artists: Vec<usize> = (0..500).map(|i| i / 7).collect();
        let straight = standardised(rows.iter().map(|row| 3.0 + f64::from(2.0 * row[0] - row[1])));
        let (line, explained) = Line::fit(&embeddings, &straight, &artists);
        assert!(explained > 0.999 && line.weights[0] > 0.0 && line.weights[1] < 0.0, "{explained} {line:?}");
        let noise = standardised((0..500).map(|i| f64::from((i * i * 31 % 509) as u32)));
        assert!(Line::fit(&embeddings, &noise, &artists).1 < 0.1);
    }
}
