//! Sounds that add up: noise, hum, crackle, a room, another take.

use rand::RngExt;
use rand::rngs::StdRng;

use super::{RANGE_DB, Tile, db};

/// Decibels that each overtone of a hum lies below the one before.
const OVERTONE_DB: f32 = 4.0;

/// Power above black, 1 at black.
fn power(brightness: f32) -> f32 {
    10f32.powf(brightness * RANGE_DB / 10.0)
}

fn brightness(power: f32) -> f32 {
    (power.log10() * 10.0 / RANGE_DB).clamp(0.0, 1.0)
}

/// Power of noise about its mean, 1.
fn flicker(random: &mut StdRng) -> f32 {
    -random.random_range(f32::EPSILON..1.0).ln()
}

impl Tile<'_> {
    /// Adds noise whose level is `level` in the middle band and differs by `tilt` from end to end.
    pub(super) fn add_noise(&mut self, level: f32, tilt: f32, random: &mut StdRng) {
        let bands = self.bands() as f32;
        for (band, row) in self.rows() {
            let noise = power(level + tilt * (band / bands - 0.5));
            row.iter_mut().for_each(|value| *value = brightness(power(*value) + noise * flicker(random)));
        }
    }

    /// Adds a steady line of `level` at band `first` and its overtones, as far as they are heard.
    pub(super) fn hum(&mut self, first: f32, level: f32) {
        let overtones = (level / db(OVERTONE_DB)) as usize;
        for overtone in 0..overtones {
            let band = ((first + 1.0) * (overtone + 1) as f32 - 1.0).round() as usize;
            let line = power(level - db(OVERTONE_DB) * overtone as f32);
            let row = self.values.chunks_exact_mut(self.columns).nth(band);
            row.into_iter().flatten().for_each(|value| *value = brightness(power(*value) + line));
        }
    }

    /// Adds clicks of about `level` in all bands, in a `share` of the columns.
    pub(super) fn crackle(&mut self, share: f64, level: f32, random: &mut StdRng) {
        let columns: Vec<usize> = (0..self.columns).filter(|_| random.random_bool(share)).collect();
        let clicks: Vec<f32> = columns.iter().map(|_| power(level) * flicker(random)).collect();
        for (_, row) in self.rows() {
            for (&column, click) in columns.iter().zip(&clicks) {
                row[column] = brightness(power(row[column]) + click);
            }
        }
    }

    /// Lets every sound die away by `decay` a column, at `level` beside what comes straight.
    pub(super) fn reverberate(&mut self, decay: f32, level: f32) {
        let (kept, level) = (1.0 / power(decay), power(level));
        for (_, row) in self.rows() {
            let mut room = 0.0;
            for value in row {
                let direct = power(*value);
                *value = brightness(direct + level * room);
                room = kept * (room + (1.0 - kept) * direct);
            }
        }
    }

    /// Adds `other`, of the same shape, at `level`.
    pub(super) fn mix(&mut self, other: &[f32], level: f32) {
        let level = power(level);
        for (value, other) in self.values.iter_mut().zip(other) {
            *value = brightness(power(*value) + level * power(*other));
        }
    }
}
