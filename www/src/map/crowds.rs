//! How crowded the map is where.

use super::grid::UNITS;
use crate::protocol::NOWHERE;

/// Cells a side.
pub const SIDE: usize = 256;

/// Steps of crowding for each halving of the distance to the next track.
pub const STEPS: f64 = 12.0;

/// Tracks in each cell of the map.
#[derive(Debug, Clone, Default)]
pub struct Crowds {
    /// Rows of cells from below.
    counts: Vec<u32>,
}

/// Side of the square that a track has for itself, as a share of the map, when its crowding is 0.
pub fn widest() -> f64 {
    3.0 / SIDE as f64
}

impl Crowds {
    /// Counts tracks that have come.
    pub fn add(&mut self, places: &[[u16; 2]]) {
        self.counts.resize(SIDE * SIDE, 0);
        let cell = |at: u16| (f64::from(at) / UNITS * (SIDE as f64 - 0.004)) as usize;
        for [x, y] in places.iter().filter(|place| **place != [NOWHERE; 2]) {
            self.counts[cell(*y) * SIDE + cell(*x)] += 1;
        }
    }

    /// The crowding of each cell when `more` times as many tracks lie there: [`STEPS`] · log2 √n with the tracks n in it and in the
    /// cells around it.
    pub fn codes(&self, more: f64) -> Vec<u8> {
        let around = |at: usize| at.saturating_sub(1)..(at + 2).min(SIDE);
        let across: Vec<u32> =
            self.counts.chunks(SIDE).flat_map(|row| (0..SIDE).map(move |x| row[around(x)].iter().sum())).collect();
        let crowd = |x: usize, y: usize| around(y).map(|y| across[y * SIDE + x]).sum::<u32>();
        let code = |crowd: u32| match crowd {
            0 => 0,
            crowd => (STEPS * (f64::from(crowd) * more).sqrt().log2().max(0.0)) as u8,
        };
        let rows = if self.counts.is_empty() { 0 } else { SIDE };
        (0..rows).flat_map(|y| (0..SIDE).map(move |x| (x, y))).map(|(x, y)| code(crowd(x, y))).collect()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn code(crowd: f64) -> u8 {
        (STEPS * crowd.sqrt().log2()) as u8
    }

    #[test]
    fn a_crowd_is_what_lies_in_a_cell_and_around_it() {
        let mut crowds = Crowds::default();
        crowds.add(&[[0, 0], [1, 1], [300, 0], [NOWHERE; 2]]);
        crowds.add(&[[2, 2], [300, 65_535], [301, 65_535], [600, 0]]);
        let codes = crowds.codes(1.0);
        assert_eq!(codes[..4], [code(4.0), code(5.0), code(2.0), code(1.0)]);
        assert_eq!(codes[SIDE..SIDE + 4], codes[..4]);
        assert_eq!(codes[2 * SIDE..2 * SIDE + 4], [0; 4]);
        assert_eq!(codes[255 * SIDE..255 * SIDE + 3], [code(2.0); 3]);
    }

    #[test]
    fn a_fair_half_is_as_crowded_as_the_whole_will_be() {
        let half: Vec<[u16; 2]> = (0..500).map(|i| [i * 100, i * 77]).collect();
        let (mut some, mut all) = (Crowds::default(), Crowds::default());
        some.add(&half);
        all.add(&half);
        all.add(&half);
        assert_eq!(some.codes(2.0), all.codes(1.0));
    }

    #[test]
    fn nothing_is_crowded_before_anything_has_come() {
        assert!(Crowds::default().codes(1.0).is_empty());
    }
}
