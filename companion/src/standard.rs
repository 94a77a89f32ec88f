//! Dimensions on one scale.

/// Variance up to which a dimension counts as constant: rounding.
const LEAST_VARIANCE: f64 = 1e-12;

/// Mean and spread of each dimension of a set of vectors; the spread is infinite where there was none.
pub struct Standard {
    mean: Vec<f64>,
    spread: Vec<f64>,
}

impl Standard {
    /// Measures `rows`, each of `dimension` values.
    pub fn of<'a>(rows: impl Iterator<Item = &'a [f32]>, dimension: usize) -> Self {
        let (mut sums, mut squares, mut count) = (vec![0.0f64; dimension], vec![0.0f64; dimension], 0.0);
        for row in rows {
            count += 1.0;
            for (i, &value) in row.iter().enumerate() {
                sums[i] += f64::from(value);
                squares[i] += f64::from(value) * f64::from(value);
            }
        }
        let mean: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
        let variance = squares.iter().zip(&mean).map(|(square, mean)| square / count - mean * mean);
        let spread = variance.map(|v| if v > LEAST_VARIANCE { v.sqrt() } else { f64::INFINITY }).collect();
        Self { mean, spread }
    }

    /// Gives each dimension mean 0 and variance 1 over the measured set, or 0 where it was constant there; `rows` are one or
    /// several, one after the other.
    pub fn apply(&self, rows: &mut [f32]) {
        let scales = self.mean.iter().zip(&self.spread).cycle();
        for (value, (mean, spread)) in rows.iter_mut().zip(scales) {
            *value = ((f64::from(*value) - mean) / spread) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardised_dimensions_have_mean_0_and_variance_1_and_constant_ones_vanish() {
        let mut rows = [1.0, 7.0, 2.0, 7.0, 6.0, 7.0];
        let standard = Standard::of(rows.chunks_exact(2), 2);
        let mut foreign = [3.0, 8.0];
        standard.apply(&mut foreign);
        assert_eq!(foreign, [0.0, 0.0]);
        standard.apply(&mut rows);
        let column: Vec<f32> = rows.chunks_exact(2).map(|row| row[0]).collect();
        assert!(column.iter().sum::<f32>().abs() < 1e-6);
        assert!((column.iter().map(|x| x * x).sum::<f32>() / 3.0 - 1.0).abs() < 1e-6);
        assert!(rows.chunks_exact(2).all(|row| row[1] == 0.0));
    }
}
