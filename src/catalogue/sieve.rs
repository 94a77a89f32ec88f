//! From candidates to matches: what a filter forbids of several tracks together, and where each match lies.

use std::collections::BTreeMap;
use std::ops::Range;

use super::filter::Filter;
use super::nearest::{Match, Parts};
use super::segment::Segment;
use super::{Catalogue, TrackId};
use crate::analysis::{AnalysedExcerpt, Analysis};
use crate::encoder::{EncoderCard, cosine};

/// Takes candidates, nearest first.
pub(super) struct Sieve<'a> {
    catalogues: &'a [&'a Catalogue],
    heard: &'a Analysis,
    card: &'a EncoderCard,
    filter: &'a Filter,
    k: usize,
    of_artist: BTreeMap<u64, usize>,
    pub(super) found: Vec<Match>,
}

/// An excerpt of a track: where it starts in seconds, and its values.
type Placed = (f32, Vec<f32>);

impl<'a> Sieve<'a> {
    pub(super) fn new(
        catalogues: &'a [&'a Catalogue],
        heard: &'a Analysis,
        card: &'a EncoderCard,
        filter: &'a Filter,
        k: usize,
    ) -> Self {
        Self { catalogues, heard, card, filter, k, of_artist: BTreeMap::new(), found: Vec::with_capacity(k) }
    }

    pub(super) fn is_full(&self) -> bool {
        self.found.len() == self.k
    }

    pub(super) fn offer(&mut self, catalogue: usize, track: TrackId, score: f32) {
        if self.is_full() {
            return;
        }
        let excerpts = self.excerpts(catalogue, track);
        if let Some(twin) = self.twin_of(&excerpts) {
            self.found[twin].twins.push((catalogue, track));
        } else if !self.has_enough_of(self.artist(catalogue, track)) {
            let parts = (!excerpts.is_empty()).then(|| parts(self.heard, self.card, &excerpts));
            self.found.push(Match { catalogue, track, score, parts, twins: Vec::new() });
        }
    }

    /// Counts a track of `artist`, unless there are as many as the filter allows.
    fn has_enough_of(&mut self, artist: u64) -> bool {
        let (Some(most), true) = (self.filter.per_artist, artist != 0) else { return false };
        let count = self.of_artist.entry(artist).or_default();
        *count += 1;
        *count > most
    }

    /// The match that the track with these excerpts is the same recording as.
    fn twin_of(&self, excerpts: &[Placed]) -> Option<usize> {
        let least = self.filter.same_recording.filter(|_| !excerpts.is_empty())?;
        self.found.iter().position(|found| likeness(excerpts, &self.excerpts(found.catalogue, found.track)) >= least)
    }

    fn segment(&self, catalogue: usize, track: TrackId) -> &'a Segment {
        &self.catalogues[catalogue].segments[track.segment as usize]
    }

    fn artist(&self, catalogue: usize, track: TrackId) -> u64 {
        let sketch = self.segment(catalogue, track).sketch.as_ref();
        sketch.map_or(0, |sketch| sketch.facets.artists[track.track as usize])
    }

    /// None before the codes have arrived.
    fn excerpts(&self, catalogue: usize, track: TrackId) -> Vec<Placed> {
        let segment = self.segment(catalogue, track);
        let Some(held) = &segment.excerpts else { return Vec::new() };
        let placed = |row: usize| Some((*held.starts_s.get(row)?, held.index.code(row)?.dequantize()));
        segment.rows(track.track as usize).filter_map(placed).collect()
    }
}

/// Mean, over the excerpts of `a`, of the cosine to the nearest of `b`.
fn likeness(a: &[Placed], b: &[Placed]) -> f32 {
    let best = |(_, values): &Placed| b.iter().map(|(_, other)| cosine(values, other)).fold(-1.0, f32::max);
    a.iter().map(best).sum::<f32>() / a.len() as f32
}

fn parts(heard: &Analysis, card: &EncoderCard, excerpts: &[Placed]) -> Parts {
    let pairs: Vec<(f32, &AnalysedExcerpt, &Placed)> =
        heard.excerpts.iter().filter_map(|query| nearest_of(query, excerpts)).collect();
    let mean = |name| {
        let half = card.half(name)?;
        let cosines = pairs.iter().map(|(_, query, near)| part_cosine(query, near, half.clone()));
        Some(cosines.sum::<f32>() / pairs.len() as f32)
    };
    let best = pairs.iter().reduce(|best, pair| if pair.0 > best.0 { pair } else { best });
    let (query_start_s, start_s) = best.map_or((0.0, 0.0), |(_, query, near)| (query.start_s, near.0));
    Parts { time_score: mean("time"), frequency_score: mean("frequency"), query_start_s, start_s }
}

fn nearest_of<'a>(
    query: &'a AnalysedExcerpt,
    excerpts: &'a [Placed],
) -> Option<(f32, &'a AnalysedExcerpt, &'a Placed)> {
    let scored = excerpts.iter().map(|near| (cosine(query.embedding.as_slice(), &near.1), query, near));
    scored.reduce(|best, pair| if pair.0 > best.0 { pair } else { best })
}

fn part_cosine(query: &AnalysedExcerpt, near: &Placed, part: Range<usize>) -> f32 {
    match (query.embedding.as_slice().get(part.clone()), near.1.get(part)) {
        (Some(a), Some(b)) => cosine(a, b),
        _ => 0.0,
    }
}
