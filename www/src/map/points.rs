//! The tracks of the map as they arrive, segment by segment. One that has come never moves, and keeps its number.

use std::ops::Range;

use super::camera::{Bounds, Place};
use super::crowds::Crowds;
use super::grid::{Grid, join, place};
use crate::protocol::{NOWHERE, Spot};

/// Bytes of a track as it is drawn: where it lies, its colour, whether it is admitted, and two that round it up to what graphics
/// processors read at once.
pub const DRAWN_BYTES: usize = 8;

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
    crowds: Crowds,
    segments: Vec<Segment>,
    bounds: Option<Bounds>,
    /// Whether there are crowds that have not been drawn.
    has_more: bool,
}

/// Tracks that came together.
#[derive(Debug, Clone)]
struct Segment {
    of: Spot,
    /// Number of its first track.
    first: u32,
    grid: Grid,
    /// Whether it looks otherwise than it was drawn.
    has_changed: bool,
}

impl Points {
    /// A map of so many tracks, none of which has come.
    pub fn new(expected: u32) -> Self {
        Self { expected, ..Self::default() }
    }

    /// Takes in the places of a segment, unless they are here.
    pub fn place_segment(&mut self, of: Spot, places: &[u16]) {
        if self.segment(of).is_some() {
            return;
        }
        let (first, places) = (self.places.len() as u32, places.as_chunks().0);
        let grid = Grid::new(first, places);
        self.places.extend(places);
        self.colours.resize(self.places.len(), 0);
        self.admitted.resize(self.places.len(), 1);
        self.crowds.add(places);
        let around = |bounds: Bounds| [bounds.low, bounds.high];
        let corners = Bounds::around(grid.order.iter().map(|number| place(self.places[*number as usize]))).map(around);
        self.bounds = Bounds::around(self.bounds.map(around).into_iter().chain(corners).flatten());
        self.segments.push(Segment { of, first, grid, has_changed: true });
        self.has_more = true;
    }

    /// Takes in how the tracks of a segment look.
    pub fn paint_segment(&mut self, of: Spot, colours: &[u8], admitted: &[u8]) {
        let Some(at) = self.segments.iter().position(|segment| segment.is(of)) else { return };
        let range = self.numbers_of(at);
        for (own, new) in [(&mut self.colours[range.clone()], colours), (&mut self.admitted[range], admitted)] {
            let count = own.len().min(new.len());
            if own[..count] != new[..count] {
                own[..count].copy_from_slice(&new[..count]);
                self.segments[at].has_changed = true;
            }
        }
    }

    /// Which track a number stands for.
    pub fn spot(&self, number: u32) -> Option<Spot> {
        let after = self.segments.partition_point(|segment| segment.first <= number);
        let Segment { of, first, .. } = self.segments.get(after.checked_sub(1)?)?;
        Some(Spot { track: number - first, ..*of })
    }

    /// The number of a track that has come.
    pub fn number(&self, spot: Spot) -> Option<u32> {
        let number = self.segment(spot)?.first.checked_add(spot.track)?;
        (self.spot(number)? == spot && (number as usize) < self.places.len()).then_some(number)
    }

    /// Where a track lies.
    pub fn at(&self, number: u32) -> Option<Place> {
        self.places.get(number as usize).filter(|place| **place != [NOWHERE; 2]).map(|units| place(*units))
    }

    /// The smallest box around all tracks that have come.
    pub fn bounds(&self) -> Option<Bounds> {
        self.bounds
    }

    /// How many of the tracks that have come lie somewhere.
    pub fn placed(&self) -> usize {
        self.segments.iter().map(|segment| segment.grid.order.len()).sum()
    }

    /// How many times as large as others the tracks of a small map are drawn.
    pub fn boost(&self) -> f64 {
        (30_000.0 / f64::from(self.expected.max(1))).powf(0.2).clamp(1.0, 1.6)
    }

    /// The admitted track nearest to a place, at most `reach` away, that `free` lets through.
    pub fn nearest(&self, at: Place, reach: f64, free: impl Fn(u32) -> bool) -> Option<u32> {
        let takes = |number: u32| self.is_admitted(number) && free(number);
        let mut best: Option<(f64, u32)> = None;
        for segment in &self.segments {
            let reach = best.map_or(reach, |(distance, _)| distance);
            let found = segment.grid.nearest(&self.places, at, reach, takes);
            if found.is_some_and(|found| best.is_none_or(|best| found.0 < best.0)) {
                best = found;
            }
        }
        best.map(|(_, number)| number)
    }

    /// The admitted tracks in a box.
    pub fn within(&self, bounds: &Bounds) -> impl Iterator<Item = u32> + use<'_> {
        let bounds = *bounds;
        let inside = self.segments.iter().flat_map(move |segment| segment.grid.within(&self.places, &bounds));
        inside.filter(|number| self.is_admitted(*number))
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

    /// Where among the drawn tracks those lie that a box shows, and some around it.
    pub fn ranges(&self, bounds: &Bounds) -> impl Iterator<Item = Range<usize>> + use<'_> {
        let bounds = *bounds;
        join(self.segments.iter().flat_map(move |segment| {
            let first = segment.first as usize;
            segment.grid.ranges(&bounds).map(move |range| first + range.start..first + range.end)
        }))
    }

    /// Numbers of tracks in a box, and of some around it, some at a time: those that came first before all others.
    pub fn seen(&self, bounds: &Bounds) -> impl Iterator<Item = &[u32]> + use<'_> {
        let bounds = *bounds;
        self.segments
            .iter()
            .flat_map(move |segment| segment.grid.ranges(&bounds).map(move |range| &segment.grid.order[range]))
    }

    /// What looks otherwise than when this was asked last: tracks as they are drawn, [`DRAWN_BYTES`] each, each segment after the
    /// place of its first.
    pub fn changed(&mut self) -> Vec<(usize, Vec<u8>)> {
        let mut changed = Vec::new();
        for segment in &mut self.segments {
            if !std::mem::take(&mut segment.has_changed) {
                continue;
            }
            let mut bytes = Vec::with_capacity(segment.grid.order.len() * DRAWN_BYTES);
            for &number in &segment.grid.order {
                let i = number as usize;
                let [[x0, x1], [y0, y1]] = self.places[i].map(u16::to_le_bytes);
                bytes.extend([x0, x1, y0, y1, self.colours[i], self.admitted[i], 0, 0]);
            }
            changed.push((segment.first as usize, bytes));
        }
        changed
    }

    /// How crowded the map is where, as [`Crowds::codes`] has it, if more tracks have come since this was asked last. What has come
    /// stands for all.
    pub fn changed_crowds(&mut self) -> Option<Vec<u8>> {
        let arrived = self.places.len().max(1) as f64;
        let more = (f64::from(self.expected) / arrived).max(1.0);
        std::mem::take(&mut self.has_more).then(|| self.crowds.codes(more))
    }

    /// Lets everything be drawn anew.
    pub fn renew(&mut self) {
        self.segments.iter_mut().for_each(|segment| segment.has_changed = true);
        self.has_more = !self.segments.is_empty();
    }

    fn is_admitted(&self, number: u32) -> bool {
        self.admitted[number as usize] != 0
    }

    fn segment(&self, of: Spot) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.is(of))
    }

    fn numbers_of(&self, at: usize) -> Range<usize> {
        let end = self.segments.get(at + 1).map_or(self.places.len(), |next| next.first as usize);
        self.segments[at].first as usize..end
    }
}

impl Segment {
    fn is(&self, of: Spot) -> bool {
        Spot { track: 0, ..of } == Spot { track: 0, ..self.of }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn spot(segment: u32, track: u32) -> Spot {
        Spot { edition: 1, catalogue: 0, segment, track }
    }

    fn points() -> Points {
        let mut points = Points::new(6);
        points.place_segment(spot(2, 0), &[100, 100, 200, 100, NOWHERE, NOWHERE]);
        points.place_segment(spot(0, 0), &[100, 300, 9000, 100]);
        points
    }

    #[test]
    fn a_track_keeps_its_number_when_more_come() {
        let mut points = points();
        let before: Vec<_> = (0..5).map(|number| (points.spot(number), points.at(number))).collect();
        points.place_segment(spot(1, 0), &[5, 5]);
        points.place_segment(spot(2, 0), &[7, 7]);
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
    fn what_lies_in_several_segments_is_found_as_if_it_lay_in_one() {
        let places: Vec<[u16; 2]> =
            (0..900u32).map(|i| [(i * 7919 % 65_521) as u16, (i * 104_729 % 65_519) as u16]).collect();
        let (mut some, mut one) = (Points::new(900), Points::new(900));
        for (segment, places) in places.chunks(200).enumerate() {
            some.place_segment(spot(segment as u32, 0), places.as_flattened());
        }
        one.place_segment(spot(0, 0), places.as_flattened());
        let bounds = Bounds { low: (0.2, 0.3), high: (0.5, 0.9) };
        let sorted = |points: &Points| {
            let mut found: Vec<u32> = points.within(&bounds).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(sorted(&some), sorted(&one));
        assert_eq!((some.bounds(), some.placed()), (one.bounds(), one.placed()));
        for step in 0..100 {
            let at = (f64::from(step % 10) / 9.0, f64::from(step / 10) / 9.0);
            assert_eq!(some.nearest(at, 0.04, |number| number % 3 > 0), one.nearest(at, 0.04, |number| number % 3 > 0));
        }
        let whole = Bounds { low: (0.0, 0.0), high: (1.0, 1.0) };
        assert!(some.ranges(&whole).eq(std::iter::once(0..900)));
    }

    #[test]
    fn only_what_has_changed_is_drawn_anew() {
        let mut points = points();
        assert_eq!(
            points.changed().iter().map(|(first, bytes)| (*first, bytes.len())).collect::<Vec<_>>(),
            [(0, 16), (3, 16)]
        );
        assert!(points.changed_crowds().is_some());
        assert_eq!((points.changed(), points.changed_crowds()), (Vec::new(), None));
        points.paint_segment(spot(0, 0), &[0, 0], &[1, 1]);
        assert_eq!(points.changed(), []);
        points.paint_segment(spot(0, 0), &[1, 2], &[1, 1]);
        assert_eq!(points.changed().len(), 1);
        assert_eq!(points.changed_crowds(), None);
        points.place_segment(spot(1, 0), &[5, 5]);
        assert_eq!(points.changed().iter().map(|(first, _)| *first).collect::<Vec<_>>(), [5]);
        assert!(points.changed_crowds().is_some());
        points.renew();
        assert_eq!(points.changed().len(), 3);
    }

    #[test]
    fn a_track_of_another_edition_is_not_here() {
        assert_eq!(points().number(Spot { edition: 2, ..spot(0, 1) }), None);
    }

    #[test]
    fn each_drawn_track_says_where_it_lies_and_how_it_looks() {
        let mut points = points();
        points.paint_segment(spot(0, 0), &[7, 9], &[1, 0]);
        let drawn: Vec<u8> = points.changed().into_iter().flat_map(|(_, bytes)| bytes).collect();
        let tracks: Vec<_> = drawn.chunks(DRAWN_BYTES).map(|track| (track[..4].to_vec(), track[4], track[5])).collect();
        assert_eq!(tracks.len(), 4);
        let [x, y] = [100u16, 300].map(u16::to_le_bytes);
        assert!(tracks.contains(&([x, y].concat(), 7, 1)));
        let [x, y] = [9000u16, 100].map(u16::to_le_bytes);
        assert!(tracks.contains(&([x, y].concat(), 9, 0)));
    }
}
