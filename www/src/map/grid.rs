//! Tracks sorted by where they lie: what a view shows and what lies near a place, without a look at all of them.

use std::ops::Range;

use super::camera::{Bounds, Place};
use crate::protocol::NOWHERE;

/// Tracks in a cell, if they lay evenly.
const IN_A_CELL: usize = 16;

/// Most cells a side.
const MOST_SIDE: usize = 256;

/// Units of a coordinate a side of the map.
pub const UNITS: f64 = 65_535.0;

/// Where tracks lie that came together. Numbers are those of the tracks in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// Tracks that lie somewhere, cell by cell, rows of cells from below; in each in the order in which they came.
    pub order: Vec<u32>,
    /// Where each cell starts in `order`, and its end.
    starts: Vec<u32>,
    /// Cells a side: a power of two.
    side: usize,
}

/// A place of the catalogue's units on the map.
pub fn place([x, y]: [u16; 2]) -> Place {
    (f64::from(x) / UNITS, f64::from(y) / UNITS)
}

impl Grid {
    /// Sorts tracks, of which the first has the number `first`.
    pub fn new(first: u32, places: &[[u16; 2]]) -> Self {
        let side = ((places.len() / IN_A_CELL) as f64).sqrt() as usize;
        let side = side.next_power_of_two().min(MOST_SIDE);
        let shift = u16::BITS - side.ilog2();
        let mut starts = vec![0u32; side * side + 1];
        let cell = |[x, y]: [u16; 2]| (u32::from(y) >> shift) as usize * side + (u32::from(x) >> shift) as usize;
        let lies = |place: &[u16; 2]| *place != [NOWHERE; 2];
        for place in places.iter().filter(|place| lies(place)) {
            starts[cell(*place) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0; starts[side * side] as usize];
        for (number, place) in (first..).zip(places).filter(|(_, place)| lies(place)) {
            let at = &mut next[cell(*place)];
            order[*at as usize] = number;
            *at += 1;
        }
        Self { order, starts, side }
    }

    /// Ranges of [`Grid::order`] that hold all tracks in a box, and some around it.
    pub fn ranges(&self, bounds: &Bounds) -> impl Iterator<Item = Range<usize>> + use<'_> {
        let (first, last) = (self.cell_of(bounds.low), self.cell_of(bounds.high));
        let outside = self.order.is_empty() || bounds.low.0 > 1.0 || bounds.high.0 < 0.0;
        let rows = if outside || bounds.low.1 > 1.0 || bounds.high.1 < 0.0 { 0..0 } else { first.1..last.1 + 1 };
        let range = move |row: usize| {
            let (start, end) = (row * self.side + first.0, row * self.side + last.0 + 1);
            self.starts[start] as usize..self.starts[end] as usize
        };
        join(rows.map(range))
    }

    /// The track nearest to `at` among those that `takes` takes, at most `reach` away, after its distance.
    pub fn nearest(
        &self,
        places: &[[u16; 2]],
        at: Place,
        reach: f64,
        takes: impl Fn(u32) -> bool,
    ) -> Option<(f64, u32)> {
        let bounds = Bounds { low: (at.0 - reach, at.1 - reach), high: (at.0 + reach, at.1 + reach) };
        let mut best = (reach * reach, None);
        for range in self.ranges(&bounds) {
            for &track in &self.order[range] {
                let (x, y) = place(places[track as usize]);
                let distance = (x - at.0).powi(2) + (y - at.1).powi(2);
                if distance <= best.0 && (distance < best.0 || best.1.is_none()) && takes(track) {
                    best = (distance, Some(track));
                }
            }
        }
        best.1.map(|track| (best.0.sqrt(), track))
    }

    /// The tracks in a box, cell by cell.
    pub fn within<'a>(&'a self, places: &'a [[u16; 2]], bounds: &Bounds) -> impl Iterator<Item = u32> + use<'a> {
        let Bounds { low, high } = *bounds;
        let inside = move |track: &u32| {
            let (x, y) = place(places[*track as usize]);
            (low.0..=high.0).contains(&x) && (low.1..=high.1).contains(&y)
        };
        self.ranges(bounds).flat_map(|range| self.order[range].iter().copied()).filter(inside)
    }

    fn cell_of(&self, (x, y): Place) -> (usize, usize) {
        let cell = |at: f64| ((at.clamp(0.0, 1.0) * UNITS) as usize * self.side) >> u16::BITS;
        (cell(x), cell(y))
    }
}

/// Ranges that touch become one.
pub fn join(ranges: impl Iterator<Item = Range<usize>>) -> impl Iterator<Item = Range<usize>> {
    let mut ranges = ranges.filter(|range| !range.is_empty()).peekable();
    std::iter::from_fn(move || {
        let mut range = ranges.next()?;
        while let Some(next) = ranges.next_if(|next| next.start == range.end) {
            range.end = next.end;
        }
        Some(range)
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Places in clumps, some nowhere, and some at the edges.
    fn places() -> Vec<[u16; 2]> {
        let mut state = 1u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let mut places = vec![[NOWHERE; 2], [0, 0], [65_534, 65_535], [0, 65_535], [255, 256], [256, 255]];
        for clump in 0..40 {
            let (x, y) = (random(65_000), random(65_000));
            let spread = 1 + 200 * clump;
            for _ in 0..100 {
                let at = |from: u32, by: u32| (from + by).min(65_534) as u16;
                places.push([at(x, random(spread)), at(y, random(spread))]);
            }
        }
        places
    }

    fn apart(a: Place, b: Place) -> f64 {
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    #[test]
    fn every_track_that_lies_somewhere_is_there_once() {
        let places = places();
        for count in [1, 2, 70, 500, places.len()] {
            let mut order = Grid::new(7, &places[..count]).order;
            order.sort_unstable();
            assert_eq!(order, (8..7 + count as u32).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_nearest_is_that_of_a_look_at_all() {
        let places = places();
        let grid = Grid::new(0, &places);
        for step in 0..200 {
            let at = (f64::from(step % 20) / 19.0, f64::from(step / 20) / 9.0);
            for reach in [0.002, 0.03, 0.4] {
                let takes = |track: u32| !track.is_multiple_of(3);
                let all =
                    (1..places.len()).filter(|track| takes(*track as u32)).map(|track| apart(place(places[track]), at));
                let least = all.fold(f64::INFINITY, f64::min);
                let found = grid.nearest(&places, at, reach, takes);
                let distance = found.map(|(_, track)| apart(place(places[track as usize]), at));
                assert_eq!(distance, (least <= reach).then_some(least));
                assert!(found.is_none_or(|(distance, _)| (distance - least).abs() < 1e-12));
            }
        }
    }

    #[test]
    fn a_box_holds_what_a_look_at_all_finds_in_it() {
        let places = places();
        let grid = Grid::new(0, &places);
        for (low, high) in
            [((0.1, 0.2), (0.4, 0.3)), ((-1.0, -1.0), (2.0, 2.0)), ((0.9, 0.9), (1.0, 1.0)), ((1.1, 0.0), (1.2, 1.0))]
        {
            let bounds = Bounds { low, high };
            let mut found: Vec<u32> = grid.within(&places, &bounds).collect();
            found.sort_unstable();
            let inside = |track: &u32| {
                let (x, y) = place(places[*track as usize]);
                x >= low.0 && x <= high.0 && y >= low.1 && y <= high.1
            };
            assert_eq!(found, (1..places.len() as u32).filter(inside).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_whole_map_is_one_range() {
        let grid = Grid::new(0, &places());
        let whole = Bounds { low: (0.0, 0.0), high: (1.0, 1.0) };
        assert!(grid.ranges(&whole).eq(std::iter::once(0..grid.order.len())));
    }
}
