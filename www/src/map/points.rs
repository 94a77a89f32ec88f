//! The tracks of the map as they arrive. One that has come never moves, and keeps its number.

use super::camera::{Bounds, Place};
use super::grid::{Grid, SIDE, place};
use crate::protocol::{NOWHERE, Spot};

/// Bytes of a track as it is drawn: where it lies, its colour, whether it is admitted, and how crowded it is there.
pub const DRAWN_BYTES: usize = 8;

/// Steps of crowding for each halving of the distance to the next track.
pub const CROWD_STEPS: f64 = 12.0;

/// An arrow key finds tracks within this angle to either side.
const AHEAD_COSINE: f64 = 0.6;

/// Tracks of the map.
#[derive(Debug, Clone, Default)]
pub struct Points {
    /// How many there will be.
    pub expected: u32,
    /// Where they lie.
    pub places: Vec<[u16; 2]>,
    /// Their colours, as places in the palette.
    pub colours: Vec<u8>,
    /// 1 for those that the filter admits.
    pub admitted: Vec<u8>,
    /// Number of the first track of each segment, and which that is.
    segments: Vec<(u32, Spot)>,
    /// The same tracks, sorted; those that came since are missing.
    pub grid: Grid,
}

impl Points {
    /// A map of so many tracks, none of which has come.
    pub fn new(expected: u32) -> Self {
        Self { expected, ..Self::default() }
    }

    /// Takes in the places of a segment, unless they are here.
    pub fn place_segment(&mut self, of: Spot, places: &[u16]) {
        if self.first(of).is_some() {
            return;
        }
        self.segments.push((self.places.len() as u32, of));
        self.places.extend(places.as_chunks().0);
        self.colours.resize(self.places.len(), 0);
        self.admitted.resize(self.places.len(), 1);
    }

    /// Takes in how the tracks of a segment look.
    pub fn paint_segment(&mut self, of: Spot, colours: &[u8], admitted: &[u8]) {
        let Some(first) = self.first(of).map(|first| first as usize) else { return };
        for (own, new) in [(&mut self.colours, colours), (&mut self.admitted, admitted)] {
            own[first..].iter_mut().zip(new).for_each(|(own, new)| *own = *new);
        }
    }

    /// Sorts what has come.
    pub fn sort(&mut self) {
        self.grid = Grid::new(&self.places);
    }

    /// Which track a number stands for.
    pub fn spot(&self, number: u32) -> Option<Spot> {
        let (first, of) =
            self.segments.get(self.segments.partition_point(|(first, _)| *first <= number).checked_sub(1)?)?;
        Some(Spot { track: number - first, ..*of })
    }

    /// The number of a track that has come.
    pub fn number(&self, spot: Spot) -> Option<u32> {
        let number = self.first(spot)? + spot.track;
        (self.spot(number)? == spot && (number as usize) < self.places.len()).then_some(number)
    }

    /// Where a track lies.
    pub fn at(&self, number: u32) -> Option<Place> {
        self.places.get(number as usize).filter(|place| **place != [NOWHERE; 2]).map(|units| place(*units))
    }

    /// The smallest box around all tracks that have come.
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::around((0..self.places.len() as u32).filter_map(|number| self.at(number)))
    }

    /// How many times as large as others the tracks of a small map are drawn.
    pub fn boost(&self) -> f64 {
        (30_000.0 / f64::from(self.expected.max(1))).powf(0.2).clamp(1.0, 1.6)
    }

    /// The admitted track nearest to a place, at most `reach` away, that `free` lets through.
    pub fn nearest(&self, at: Place, reach: f64, free: impl Fn(u32) -> bool) -> Option<u32> {
        self.grid.nearest(&self.places, at, reach, |number| self.is_admitted(number) && free(number))
    }

    /// The admitted tracks in a box.
    pub fn within(&self, bounds: &Bounds) -> impl Iterator<Item = u32> + use<'_> {
        self.grid.within(&self.places, bounds).filter(|number| self.is_admitted(*number))
    }

    /// The admitted track that one comes to from `from` in a direction, at most `reach` away: near, and not far off the way.
    pub fn ahead(&self, from: Place, direction: Place, reach: f64) -> Option<u32> {
        let bounds = Bounds { low: (from.0 - reach, from.1 - reach), high: (from.0 + reach, from.1 + reach) };
        let cost = |number: u32| {
            let (x, y) = self.at(number)?;
            let (way, along) = ((x - from.0, y - from.1), |way: Place| way.0 * direction.0 + way.1 * direction.1);
            let distance = way.0.hypot(way.1);
            let cosine = along(way) / distance;
            (distance > 0.0 && distance <= reach && cosine >= AHEAD_COSINE).then_some((distance / cosine, number))
        };
        self.within(&bounds).filter_map(cost).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, number)| number)
    }

    /// Tracks as they are drawn, in the order of the grid, [`DRAWN_BYTES`] each.
    pub fn drawn(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.grid.order.len() * DRAWN_BYTES);
        let arrived = self.places.len().max(1) as f64;
        let more = (f64::from(self.expected) / arrived).max(1.0);
        let crowds = self.grid.crowds();
        let codes = crowds.map(|crowd| (CROWD_STEPS * (f64::from(crowd) * more).sqrt().log2().max(0.0)) as u8);
        for (&number, crowd) in self.grid.order.iter().zip(codes) {
            let i = number as usize;
            let [[x0, x1], [y0, y1]] = self.places[i].map(u16::to_le_bytes);
            bytes.extend([x0, x1, y0, y1, self.colours[i], self.admitted[i], crowd, 0]);
        }
        bytes
    }

    fn is_admitted(&self, number: u32) -> bool {
        self.admitted[number as usize] != 0
    }

    fn first(&self, of: Spot) -> Option<u32> {
        let same = |spot: &Spot| (spot.catalogue, spot.segment) == (of.catalogue, of.segment);
        self.segments.iter().find(|(_, spot)| same(spot)).map(|(first, _)| *first)
    }
}

/// Side of the square that a track has for itself, as a share of the map, when its crowding is 0.
pub fn widest() -> f64 {
    3.0 / SIDE as f64
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn spot(segment: u32, track: u32) -> Spot {
        Spot { catalogue: 0, segment, track }
    }

    fn points() -> Points {
        let mut points = Points::new(6);
        points.place_segment(spot(2, 0), &[100, 100, 200, 100, NOWHERE, NOWHERE]);
        points.place_segment(spot(0, 0), &[100, 300, 9000, 100]);
        points.sort();
        points
    }

    #[test]
    fn a_track_keeps_its_number_when_more_come() {
        let mut points = points();
        let before: Vec<_> = (0..5).map(|number| (points.spot(number), points.at(number))).collect();
        points.place_segment(spot(1, 0), &[5, 5]);
        points.place_segment(spot(2, 0), &[7, 7]);
        points.sort();
        assert_eq!((0..5).map(|number| (points.spot(number), points.at(number))).collect::<Vec<_>>(), before);
        assert_eq!(points.places.len(), 6);
    }

    #[test]
    fn tracks_and_numbers_stand_for_each_other() {
        let points = points();
        for number in 0..5 {
            assert_eq!(points.spot(number).and_then(|spot| points.number(spot)), Some(number));
        }
        assert_eq!(points.number(spot(2, 3)), None);
        assert_eq!(points.number(spot(1, 0)), None);
        assert_eq!(points.number(spot(0, 2)), None);
    }

    #[test]
    fn what_the_filter_leaves_out_is_not_found() {
        let mut points = points();
        let at = place([110, 100]);
        assert_eq!(points.nearest(at, 0.1, |_| true), Some(0));
        points.paint_segment(spot(2, 0), &[1, 1, 1], &[0, 1, 1]);
        assert_eq!(points.nearest(at, 0.1, |_| true), Some(1));
        assert_eq!(points.nearest(at, 0.1, |number| number != 1), Some(3));
    }

    #[test]
    fn an_arrow_goes_to_what_lies_ahead() {
        let points = points();
        let from = place([100, 100]);
        assert_eq!(points.ahead(from, (1.0, 0.0), 1.0), Some(1));
        assert_eq!(points.ahead(from, (0.0, 1.0), 1.0), Some(3));
        assert_eq!(points.ahead(from, (-1.0, 0.0), 1.0), None);
        assert_eq!(points.ahead(place([200, 100]), (1.0, 0.0), 1.0), Some(4));
    }

    #[test]
    fn the_box_around_all_tracks_leaves_out_those_that_lie_nowhere() {
        let bounds = points().bounds().expect("a box");
        assert_eq!((bounds.low, bounds.high), (place([100, 100]), place([9000, 300])));
        assert_eq!(Points::new(3).bounds(), None);
    }

    #[test]
    fn each_drawn_track_says_where_it_lies_and_how_it_looks() {
        let mut points = points();
        points.paint_segment(spot(0, 0), &[7, 9], &[1, 0]);
        let drawn = points.drawn();
        let tracks: Vec<_> = drawn.chunks(DRAWN_BYTES).map(|track| (track[..4].to_vec(), track[4], track[5])).collect();
        assert_eq!(tracks.len(), 4);
        let [x, y] = [100u16, 300].map(u16::to_le_bytes);
        assert!(tracks.contains(&([x, y].concat(), 7, 1)));
        let [x, y] = [9000u16, 100].map(u16::to_le_bytes);
        assert!(tracks.contains(&([x, y].concat(), 9, 0)));
    }
}
