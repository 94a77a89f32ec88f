//! What recording, transmission and playing speed do to a mel image, done to tiles, so that the encoder learns to hear
//! past it.

mod power;

use std::f32::consts::PI;

use anyhow::Result;
use rand::RngExt;
use rand::rngs::StdRng;

/// Decibels from black to white: brightness is a level on this scale.
const RANGE_DB: f32 = 80.0;

/// Share of the tiles that stay as they are.
const UNTOUCHED: f64 = 0.15;

/// Bands on either side that a loud band masks.
const MASKED: usize = 4;

/// A tile of brightness 0..1, shape `[bands, columns]`.
pub struct Tile<'a> {
    pub values: &'a mut [f32],
    pub columns: usize,
}

impl Tile<'_> {
    /// Alters the tile at random: pitch, room, another take mixed in, level and compression, equaliser, what coders leave
    /// out, band limits, noise, hum, crackle, gaps. `disturbance` is the chance of room, take, coder, hum and crackle each.
    ///
    /// # Errors
    /// When `other`, a tile of another recording, cannot be read.
    pub fn augment(
        &mut self,
        disturbance: f64,
        other: impl FnOnce(&mut StdRng) -> Result<Vec<f32>>,
        random: &mut StdRng,
    ) -> Result<()> {
        // Drawing nothing where the chance is 0 keeps the random numbers of runs without it as they are.
        let disturbed = |random: &mut StdRng| disturbance > 0.0 && random.random_bool(disturbance);
        if random.random_bool(UNTOUCHED) {
            return Ok(());
        }
        if random.random_bool(0.5) {
            self.shift_pitch(random.random_range(-1.5..1.5));
        }
        if disturbed(random) {
            self.reverberate(db(random.random_range(1.0..5.0)), db(random.random_range(-15.0..-3.0)));
        }
        if disturbed(random) {
            self.mix(&other(random)?, db(random.random_range(-30.0..-12.0)));
        }
        self.amplify(random);
        if disturbed(random) {
            self.leave_out_masked(db(random.random_range(20.0..40.0)));
        }
        self.transmit(random);
        if disturbed(random) {
            self.hum(random.random_range(1.0..2.0), random.random_range(0.3..0.8));
        }
        if disturbed(random) {
            self.crackle(random.random_range(0.01..0.1), random.random_range(0.3..0.7), random);
        }
        if random.random_bool(0.3) {
            self.blank(random);
        }
        Ok(())
    }

    /// Level, compression and equaliser.
    fn amplify(&mut self, random: &mut StdRng) {
        if random.random_bool(0.5) {
            self.compress(random.random_range(0.75..1.25), db(random.random_range(-6.0..6.0)));
        }
        if random.random_bool(0.8) {
            let curve = [0; 4].map(|_| db(random.random_range(-4.0..4.0)));
            self.equalise(&curve);
        }
    }

    /// Band limits and noise.
    fn transmit(&mut self, random: &mut StdRng) {
        if random.random_bool(0.35) {
            let highest = self.bands() as f32 * random.random_range(0.5..0.95);
            self.limit_bands(0.0, highest);
        }
        if random.random_bool(0.15) {
            let lowest = self.bands() as f32 * random.random_range(0.02..0.1);
            self.limit_bands(lowest, self.bands() as f32);
        }
        if random.random_bool(0.35) {
            let (level, tilt) = (random.random_range(0.15..0.6), db(random.random_range(-15.0..15.0)));
            self.add_noise(level, tilt, random);
        }
    }

    fn bands(&self) -> usize {
        self.values.len() / self.columns
    }

    fn rows(&mut self) -> impl Iterator<Item = (f32, &mut [f32])> {
        self.values.chunks_exact_mut(self.columns).enumerate().map(|(band, row)| (band as f32, row))
    }

    /// Moves everything by `bands` bands, between neighbours in proportion.
    fn shift_pitch(&mut self, bands: f32) {
        let (last, columns) = (self.bands() - 1, self.columns);
        let source = self.values.to_vec();
        for (band, row) in self.rows() {
            let from = (band - bands).clamp(0.0, last as f32);
            let (below, share) = (from as usize, from.fract());
            let above = (below + 1).min(last);
            for (t, value) in row.iter_mut().enumerate() {
                *value = source[below * columns + t] * (1.0 - share) + source[above * columns + t] * share;
            }
        }
    }

    /// Scales levels below full brightness by `ratio` and moves them by `gain`.
    fn compress(&mut self, ratio: f32, gain: f32) {
        self.values.iter_mut().for_each(|value| *value = (1.0 - (1.0 - *value) * ratio + gain).clamp(0.0, 1.0));
    }

    /// Adds a sum of cosines along the bands, the slowest first.
    fn equalise(&mut self, curve: &[f32]) {
        let bands = self.bands() as f32;
        for (band, row) in self.rows() {
            let wave = |k: usize| (PI * (k + 1) as f32 * (band + 0.5) / bands).cos();
            let gain: f32 = curve.iter().enumerate().map(|(k, height)| height * wave(k)).sum();
            row.iter_mut().for_each(|value| *value = (*value + gain).clamp(0.0, 1.0));
        }
    }

    /// Lets bands outside `lowest..highest` fall off by 6 dB a band.
    fn limit_bands(&mut self, lowest: f32, highest: f32) {
        for (band, row) in self.rows() {
            let beyond = (band - highest).max(lowest - band).max(0.0);
            row.iter_mut().for_each(|value| *value = (*value - db(6.0) * beyond).max(0.0));
        }
    }

    /// Blackens what lies more than `depth` below the loudest of the bands about it, as coders do.
    fn leave_out_masked(&mut self, depth: f32) {
        let (bands, columns, source) = (self.bands(), self.columns, self.values.to_vec());
        for (band, row) in self.rows() {
            let about = (band as usize).saturating_sub(MASKED)..(band as usize + MASKED + 1).min(bands);
            for (t, value) in row.iter_mut().enumerate() {
                let loudest = about.clone().map(|near| source[near * columns + t]).fold(0.0, f32::max);
                if *value < loudest - depth {
                    *value = 0.0;
                }
            }
        }
    }

    /// Blanks a few neighbouring columns and a few neighbouring bands.
    fn blank(&mut self, random: &mut StdRng) {
        let gap = |length: usize, random: &mut StdRng| {
            let from = random.random_range(0..length);
            from..length.min(from + length / 10)
        };
        let (columns, bands) = (gap(self.columns, random), gap(self.bands(), random));
        for (band, row) in self.rows() {
            if bands.contains(&(band as usize)) {
                row.fill(0.0);
            }
            row[columns.clone()].fill(0.0);
        }
    }
}

/// Decibels as brightness.
fn db(decibels: f32) -> f32 {
    decibels / RANGE_DB
}

/// Changes the tempo of `source`, shape `[bands, from]`, and not its pitch: shape `[bands, to]`.
pub fn stretch(source: &[f32], from: usize, to: usize) -> Vec<f32> {
    let at = |t: usize| t as f32 * (from - 1) as f32 / (to - 1).max(1) as f32;
    let row = |row: &[f32]| -> Vec<f32> {
        (0..to)
            .map(|t| {
                let (before, share) = (at(t) as usize, at(t).fract());
                row[before] * (1.0 - share) + row[(before + 1).min(from - 1)] * share
            })
            .collect()
    };
    source.chunks_exact(from).flat_map(row).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    const COLUMNS: usize = 20;

    /// Forty bands, each as bright as `brightness` says.
    fn altered(brightness: impl Fn(usize) -> f32, alter: impl FnOnce(&mut Tile<'_>)) -> Vec<f32> {
        let mut values: Vec<f32> = (0..40 * COLUMNS).map(|i| brightness(i / COLUMNS)).collect();
        alter(&mut Tile { values: &mut values, columns: COLUMNS });
        assert!(values.iter().all(|value| (0.0..=1.0).contains(value)));
        values.chunks_exact(COLUMNS).map(|row| row.iter().sum::<f32>() / COLUMNS as f32).collect()
    }

    #[test]
    fn pitch_moves_bands() {
        let line = |band| if band == 10 { 1.0 } else { 0.0 };
        let rows = altered(line, |tile| tile.shift_pitch(1.25));
        assert!((rows[11] - 0.75).abs() < 1e-6 && (rows[12] - 0.25).abs() < 1e-6 && rows[10] < 1e-6, "{rows:?}");
    }

    #[test]
    fn compression_brings_quiet_parts_nearer_to_loud_ones() {
        let rows = altered(|band| if band < 20 { 1.0 } else { 0.5 }, |tile| tile.compress(0.5, 0.0));
        assert_eq!((rows[0], rows[39]), (1.0, 0.75));
    }

    #[test]
    fn bands_beyond_the_limits_fall_by_6_db_each() {
        let rows = altered(|_| 0.5, |tile| tile.limit_bands(2.0, 30.0));
        assert!((rows[0] - (0.5 - 12.0 / RANGE_DB)).abs() < 1e-6 && (rows[33] - (0.5 - 18.0 / RANGE_DB)).abs() < 1e-6);
        assert!((2..=30).all(|band| rows[band] == 0.5));
    }

    #[test]
    fn noise_fills_what_is_darker_and_leaves_what_is_brighter() {
        let mut random = StdRng::seed_from_u64(1);
        let rows = altered(|band| if band < 20 { 0.9 } else { 0.0 }, |tile| tile.add_noise(0.4, 0.0, &mut random));
        assert!((rows[0] - 0.9).abs() < 1e-3 && (rows[39] - 0.4).abs() < 0.1, "{rows:?}");
    }

    #[test]
    fn hum_is_a_line_and_its_overtones() {
        let rows = altered(|_| 0.1, |tile| tile.hum(1.0, 0.6));
        assert!(
            (rows[1] - 0.6).abs() < 1e-3 && (rows[3] - 0.55).abs() < 1e-3 && (rows[2] - 0.1).abs() < 1e-3,
            "{rows:?}"
        );
    }

    #[test]
    fn crackle_is_in_all_bands_of_its_columns() {
        let mut random = StdRng::seed_from_u64(1);
        let mut values = vec![0.0; 40 * COLUMNS];
        Tile { values: &mut values, columns: COLUMNS }.crackle(0.3, 0.5, &mut random);
        let (first, rest) = values.split_at(COLUMNS);
        assert!(rest.chunks_exact(COLUMNS).all(|row| row == first));
        let clicks = first.iter().filter(|value| **value > 0.0).count();
        assert!((1..COLUMNS).contains(&clicks), "{first:?}");
    }

    #[test]
    fn in_a_room_sound_dies_away_steadily() {
        let mut values = vec![0.0; 6];
        values[1] = 1.0;
        Tile { values: &mut values, columns: 6 }.reverberate(db(5.0), 0.0);
        assert!((values[0], values[1]) == (0.0, 1.0) && values[2] > 0.8, "{values:?}");
        assert!(values[2..].windows(2).all(|pair| (pair[0] - pair[1] - db(5.0)).abs() < 1e-3), "{values:?}");
    }

    #[test]
    fn another_take_is_heard_where_the_first_is_quiet() {
        let rows = altered(|band| if band < 20 { 1.0 } else { 0.0 }, |tile| tile.mix(&[0.8; 40 * COLUMNS], db(-16.0)));
        assert!(rows[0] == 1.0 && (rows[39] - 0.6).abs() < 1e-3, "{rows:?}");
    }

    #[test]
    fn what_a_loud_band_masks_is_left_out() {
        let level = |band| if band == 10 { 0.9 } else { 0.5 };
        let rows = altered(level, |tile| tile.leave_out_masked(db(30.0)));
        assert_eq!((rows[6], rows[14]), (0.0, 0.0));
        assert!(rows[5].min(rows[15]) > 0.49 && rows[10] > 0.89, "{rows:?}");
    }

    #[test]
    fn whatever_is_drawn_a_tile_stays_within_bounds() {
        for seed in 0..200 {
            let mut random = StdRng::seed_from_u64(seed);
            let other = |_: &mut StdRng| Ok(vec![0.7; 40 * COLUMNS]);
            altered(|band| (band % 7) as f32 / 6.0, |tile| tile.augment(0.5, other, &mut random).unwrap());
        }
    }

    #[test]
    fn a_change_of_tempo_keeps_both_ends() {
        let row: Vec<f32> = (0..10).map(|t| t as f32).collect();
        let slower = stretch(&row, 10, 19);
        assert!(slower.iter().enumerate().all(|(t, value)| (value - t as f32 / 2.0).abs() < 1e-5), "{slower:?}");
    }
}
