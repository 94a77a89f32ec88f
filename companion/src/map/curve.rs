//! The curve that says how near points on the map belong together.

use anyhow::{Result, ensure};

/// Places along the curve at which it is fitted.
const SAMPLES: usize = 300;

/// Steps of the fit.
const STEPS: usize = 200;

/// Steps of the tables an octave, as a power of two.
const FINENESS: u32 = 7;

/// Squared distances that the tables hold, as powers of two.
const OCTAVES: [i32; 2] = [-30, 30];

/// `1 / (1 + a · d^2b)` for a distance `d` on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    pub a: f64,
    pub b: f64,
}

impl Curve {
    /// The curve nearest to 1 up to `min_dist` and `exp(−(d − min_dist) / spread)` from there on, over three spreads; least squares by
    /// Levenberg's method.
    ///
    /// # Source
    /// `find_ab_params` of umap-learn; its values for some parameters are held against this in the tests.
    pub fn fit(spread: f64, min_dist: f64) -> Result<Self> {
        let sensible = spread.is_finite() && spread > 0.0 && (0.0..=spread).contains(&min_dist);
        ensure!(sensible, "--spread must be above 0, and --min-dist from 0 to the spread.");
        let step = 3.0 * spread / (SAMPLES - 1) as f64;
        let goal = |d: f64| if d < min_dist { 1.0 } else { (-(d - min_dist) / spread).exp() };
        let wanted: Vec<(f64, f64)> = (0..SAMPLES).map(|i| i as f64 * step).map(|d| (d, goal(d))).collect();
        let (mut curve, mut damping) = (Self { a: 1.0, b: 1.0 }, 1e-3);
        let mut error = curve.error(&wanted);
        for _ in 0..STEPS {
            let next = curve.step(&wanted, damping);
            let found = next.error(&wanted);
            if found <= error && next.a > 0.0 && next.b > 0.0 {
                (curve, error, damping) = (next, found, damping / 10.0);
            } else {
                damping = (damping * 10.0).min(1e12);
            }
        }
        Ok(curve)
    }

    fn at(self, d: f64) -> f64 {
        1.0 / (1.0 + self.a * d.powf(2.0 * self.b))
    }

    fn error(self, wanted: &[(f64, f64)]) -> f64 {
        wanted.iter().map(|(d, goal)| (self.at(*d) - goal).powi(2)).sum()
    }

    fn step(self, wanted: &[(f64, f64)], damping: f64) -> Self {
        let (mut matrix, mut right) = ([[0.0; 2]; 2], [0.0; 2]);
        for &(d, goal) in wanted.iter().filter(|(d, _)| *d > 0.0) {
            let (value, power) = (self.at(d), d.powf(2.0 * self.b));
            let slopes = [-value * value * power, -value * value * self.a * power * 2.0 * d.ln()];
            for (i, slope) in slopes.iter().enumerate() {
                right[i] += slope * (goal - value);
                matrix[i].iter_mut().zip(slopes).for_each(|(sum, other)| *sum += slope * other);
            }
        }
        let [[p, q], [r, s]] = matrix;
        let (p, s) = (p * (1.0 + damping), s * (1.0 + damping));
        let determinant = p * s - q * r;
        let by = |x: f64| if determinant.abs() > 1e-300 { x / determinant } else { 0.0 };
        Self { a: self.a + by(s * right[0] - q * right[1]), b: self.b + by(p * right[1] - r * right[0]) }
    }

    /// What pulls two points that belong together at a squared distance, as a share of their difference; not positive.
    pub fn pull(self, squared: f64) -> f64 {
        -2.0 * self.a * self.b * squared.powf(self.b - 1.0) / (1.0 + self.a * squared.powf(self.b))
    }

    /// What pushes any two points apart, likewise; not negative.
    pub fn push(self, squared: f64) -> f64 {
        2.0 * self.b / ((0.001 + squared) * (1.0 + self.a * squared.powf(self.b)))
    }
}

/// A function of a squared distance, looked up between places that are even within each octave.
///
/// The relative error is below 2^−13 where the function is that of a [`Curve`].
#[derive(Debug, Clone)]
pub struct Table {
    /// Value and rise to the next.
    rows: Vec<[f32; 2]>,
}

impl Table {
    pub fn of(function: impl Fn(f64) -> f64) -> Self {
        let places = OCTAVES.map(|octave| place(f32::from_bits(((octave + 127) as u32) << 23)));
        let value = |place: u32| function(f64::from(f32::from_bits(place << (23 - FINENESS)))) as f32;
        let row = |place| [value(place), value(place + 1) - value(place)];
        Self { rows: (places[0]..=places[1]).map(row).collect() }
    }

    /// The value at a squared distance, or that at the nearer end.
    pub fn at(&self, squared: f32) -> f32 {
        const FIRST: u32 = ((OCTAVES[0] + 127) as u32) << FINENESS;
        let bits = squared.to_bits();
        let row = (bits >> (23 - FINENESS)).saturating_sub(FIRST) as usize;
        let share = f32::from_bits(bits << FINENESS & 0x007F_FFFF | 0x3F80_0000) - 1.0;
        let [value, rise] = self.rows[row.min(self.rows.len() - 1)];
        value + share * rise
    }
}

fn place(squared: f32) -> u32 {
    squared.to_bits() >> (23 - FINENESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_near_its_function() {
        let curve = Curve { a: 1.577, b: 0.895 };
        for function in [Curve::pull, Curve::push] {
            let table = Table::of(|squared| function(curve, squared));
            for i in -2000..2000 {
                let squared = 2f64.powf(f64::from(i) / 100.0);
                let (found, expected) =
                    (f64::from(table.at(squared as f32)), function(curve, f64::from(squared as f32)));
                assert!((found / expected - 1.0).abs() < 1.0 / 8192.0, "{squared}: {found}, {expected}");
            }
        }
    }

    #[test]
    fn beyond_the_table_its_ends_hold() {
        let table = Table::of(|squared| 1.0 / (1.0 + squared));
        assert!((table.at(0.0) - 1.0).abs() < 1e-6 && table.at(f32::MAX) < 1e-6 && table.at(1e-30) <= 1.0);
    }

    #[test]
    fn a_curve_that_cannot_be_is_refused() {
        for (spread, min_dist) in [(0.0, 0.0), (1.0, 2.0), (1.0, -0.1), (f64::NAN, 0.1), (f64::INFINITY, 0.1)] {
            assert!(Curve::fit(spread, min_dist).is_err(), "{spread} {min_dist}");
        }
    }
}
