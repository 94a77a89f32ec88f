//! Tracks sorted by where they lie: what a view shows and what lies near a place, without a look at all of them.

use std::ops::Range;

use super::camera::{Bounds, Place};
use crate::protocol::NOWHERE;

/// Cells a side.
pub const SIDE: usize = 256;

/// Units of a coordinate a side of the map.
pub const UNITS: f64 = 65_535.0;

/// Where tracks lie. Numbers are those of the tracks in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// Tracks that lie somewhere, cell by cell, rows of cells from below; in each in the order in which they came.
    pub order: Vec<u32>,
    /// Where each cell starts in `order`, and its end.
    starts: Vec<u32>,
}

/// A place of the catalogue's units on the map.
pub fn place([x, y]: [u16; 2]) -> Place {
    (f64::from(x) / UNITS, f64::from(y) / UNITS)
}

impl Grid {
    /// Sorts tracks.
    pub fn new(places: &[[u16; 2]]) -> Self {
        let mut starts = vec![0u32; SIDE * SIDE + 1];
        let cell = |[x, y]: [u16; 2]| usize::from(y >> 8) * SIDE + usize::from(x >> 8);
        let lies = |place: &[u16; 2]| *place != [NOWHERE; 2];
        for place in places.iter().filter(|place| lies(place)) {
            starts[cell(*place) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0; starts[SIDE * SIDE] as usize];
        for (track, place) in places.iter().enumerate().filter(|(_, place)| lies(place)) {
            let at = &mut next[cell(*place)];
            order[*at as usize] = track as u32;
            *at += 1;
        }
        Self { order, starts }
    }

    /// Ranges of [`Grid::order`] that hold all tracks in a box, and some around it.
    pub fn ranges(&self, bounds: &Bounds) -> impl Iterator<Item = Range<usize>> + use<'_> {
        let (first, last) = (cell_of(bounds.low), cell_of(bounds.high));
        let outside = self.starts.is_empty() || bounds.low.0 > 1.0 || bounds.high.0 < 0.0;
        let rows = if outside || bounds.low.1 > 1.0 || bounds.high.1 < 0.0 { 0..0 } else { first.1..last.1 + 1 };
        let range = move |row: usize| {
            let (start, end) = (row * SIDE + first.0, row * SIDE + last.0 + 1);
            self.starts[start] as usize..self.starts[end] as usize
        };
        join(rows.map(range))
    }

    /// How many tracks lie in the cell of each track and in those around it, in the order of [`Grid::order`].
    pub fn crowds(&self) -> impl Iterator<Item = u32> + '_ {
        let count = |x: usize, y: usize| self.starts[y * SIDE + x + 1] - self.starts[y * SIDE + x];
        let around = |at: usize| at.saturating_sub(1)..(at + 2).min(SIDE);
        let crowd = move |x: usize, y: usize| {
            let row = |y: usize| self.starts[y * SIDE + around(x).end] - self.starts[y * SIDE + around(x).start];
            around(y).map(row).sum()
        };
        let cells = if self.starts.is_empty() { 0 } else { SIDE };
        let each = move |(x, y)| std::iter::repeat_n((x, y), count(x, y) as usize);
        let occupied = (0..cells).flat_map(|y| (0..SIDE).map(move |x| (x, y))).filter(move |(x, y)| count(*x, *y) > 0);
        occupied.flat_map(move |(x, y)| {
            let crowd = crowd(x, y);
            each((x, y)).map(move |_| crowd)
        })
    }

    /// The track nearest to `at` among those that `takes` takes, at most `reach` away.
    pub fn nearest(&self, places: &[[u16; 2]], at: Place, reach: f64, takes: impl Fn(u32) -> bool) -> Option<u32> {
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
        best.1
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
}

fn cell_of((x, y): Place) -> (usize, usize) {
    let cell = |at: f64| (at.clamp(0.0, 1.0) * UNITS) as usize >> 8;
    (cell(x), cell(y))
}

/// Ranges that touch become one.
fn join(ranges: impl Iterator<Item = Range<usize>>) -> impl Iterator<Item = Range<usize>> {
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
        let mut order = Grid::new(&places).order;
        order.sort_unstable();
        assert_eq!(order, (1..places.len() as u32).collect::<Vec<_>>());
    }

    #[test]
    fn the_nearest_is_that_of_a_look_at_all() {
        let places = places();
        let grid = Grid::new(&places);
        for step in 0..200 {
            let at = (f64::from(step % 20) / 19.0, f64::from(step / 20) / 9.0);
            for reach in [0.002, 0.03, 0.4] {
                let takes = |track: u32| !track.is_multiple_of(3);
                let all =
                    (1..places.len()).filter(|track| takes(*track as u32)).map(|track| apart(place(places[track]), at));
                let least = all.fold(f64::INFINITY, f64::min);
                let found =
                    grid.nearest(&places, at, reach, takes).map(|track| apart(place(places[track as usize]), at));
                assert_eq!(found, (least <= reach).then_some(least));
            }
        }
    }

    #[test]
    fn a_box_holds_what_a_look_at_all_finds_in_it() {
        let places = places();
        let grid = Grid::new(&places);
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
        let grid = Grid::new(&places());
        let whole = Bounds { low: (0.0, 0.0), high: (1.0, 1.0) };
        assert!(grid.ranges(&whole).eq(std::iter::once(0..grid.order.len())));
    }

    #[test]
    fn a_crowd_is_what_lies_around_each_of_its_tracks() {
        let grid = Grid::new(&[[0, 0], [1, 1], [300, 0], [2, 2], [NOWHERE; 2], [300, 65_535], [600, 0]]);
        assert_eq!(grid.crowds().collect::<Vec<_>>(), [4, 4, 4, 5, 2, 1]);
    }
}
