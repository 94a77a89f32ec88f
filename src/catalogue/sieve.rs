//! From candidates to matches: their exact scores, and what a filter forbids of several tracks together.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

use super::filter::Filter;
use super::nearest::{Match, Parts};
use super::{Catalogue, Excerpt, TrackId};
use crate::analysis::{AnalysedExcerpt, Analysis};
use crate::encoder::{EncoderCard, cosine};

/// A track that may be among the nearest.
pub(super) struct Candidate {
    catalogue: usize,
    track: TrackId,
    score: f32,
    artist: u32,
    /// None before the codes have arrived.
    excerpts: Vec<Placed>,
}

/// An excerpt of a track.
struct Placed {
    start_s: f32,
    values: Vec<f32>,
}

/// Takes candidates, nearest first.
pub(super) struct Sieve<'a> {
    filter: &'a Filter,
    k: usize,
    of_artist: BTreeMap<u32, usize>,
    kept: Vec<(Candidate, Vec<(usize, TrackId)>)>,
}

impl Candidate {
    /// The track with its score, which is `rough` where no codes say better.
    pub(super) fn new(
        catalogues: &[&Catalogue],
        catalogue: usize,
        track: TrackId,
        rough: f32,
        heard: &Analysis,
    ) -> Self {
        let segment = &catalogues[catalogue].segments[track.segment as usize];
        let place = track.track as usize;
        let artist = artist(catalogues, catalogue, track);
        let placed = |excerpt: Excerpt| Placed { start_s: excerpt.start_s, values: excerpt.code.dequantize() };
        let excerpts: Vec<Placed> = segment.excerpts(place).into_iter().map(placed).collect();
        let queries = heard.excerpts.iter().map(|query| query.embedding.as_slice());
        let score = if excerpts.is_empty() { rough } else { likeness(queries, &excerpts) };
        Self { catalogue, track, score, artist, excerpts }
    }

    /// Nearest first, then in order of the catalogues.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let place = |candidate: &Self| (candidate.catalogue, candidate.track);
        other.score.total_cmp(&self.score).then(place(self).cmp(&place(other)))
    }

    fn is_same_recording(&self, other: &Self, least: f32) -> bool {
        let own = self.excerpts.iter().map(|excerpt| excerpt.values.as_slice());
        !self.excerpts.is_empty() && !other.excerpts.is_empty() && likeness(own, &other.excerpts) >= least
    }
}

impl<'a> Sieve<'a> {
    pub(super) fn new(filter: &'a Filter, k: usize) -> Self {
        Self { filter, k, of_artist: BTreeMap::new(), kept: Vec::new() }
    }

    /// Whether a track would not be left out for its artist's sake.
    pub(super) fn is_open_to(&self, catalogues: &[&Catalogue], catalogue: usize, track: TrackId) -> bool {
        let count = self.of_artist.get(&artist(catalogues, catalogue, track)).copied().unwrap_or(0);
        self.filter.per_artist.is_none_or(|most| count < most)
    }

    /// Takes candidates in, nearest first; says whether there are `k` matches now.
    pub(super) fn sift(&mut self, candidates: Vec<Candidate>) -> bool {
        for candidate in candidates {
            if let Some(twins) = self.twins_of(&candidate) {
                twins.push((candidate.catalogue, candidate.track));
            } else if self.kept.len() < self.k && !self.has_enough_of(candidate.artist) {
                self.kept.push((candidate, Vec::new()));
            }
        }
        self.kept.len() == self.k
    }

    /// At most `k` matches, nearest first.
    pub(super) fn matches(self, heard: &Analysis, card: &EncoderCard) -> Vec<Match> {
        let matched = |(candidate, twins): (Candidate, Vec<(usize, TrackId)>)| {
            let parts = (!candidate.excerpts.is_empty()).then(|| parts(heard, card, &candidate.excerpts));
            let Candidate { catalogue, track, score, .. } = candidate;
            Match { catalogue, track, score, parts, twins }
        };
        self.kept.into_iter().map(matched).collect()
    }

    /// Counts a track of `artist`, unless there are as many as the filter allows.
    fn has_enough_of(&mut self, artist: u32) -> bool {
        let (Some(most), true) = (self.filter.per_artist, artist != 0) else { return false };
        let count = self.of_artist.entry(artist).or_default();
        let enough = *count >= most;
        *count += usize::from(!enough);
        enough
    }

    /// The twins of the nearer track that is the same recording as `candidate`.
    fn twins_of(&mut self, candidate: &Candidate) -> Option<&mut Vec<(usize, TrackId)>> {
        let least = self.filter.same_recording?;
        self.kept.iter_mut().find(|(kept, _)| candidate.is_same_recording(kept, least)).map(|(_, twins)| twins)
    }
}

/// What stands for a track's artist; 0 where that is not known.
fn artist(catalogues: &[&Catalogue], catalogue: usize, track: TrackId) -> u32 {
    let excerpts = catalogues[catalogue].segments[track.segment as usize].excerpts.as_ref();
    excerpts.map_or(0, |held| held.facets.artists[track.track as usize])
}

/// Mean, over the embeddings, of the cosine to the nearest excerpt.
fn likeness<'a>(embeddings: impl Iterator<Item = &'a [f32]>, excerpts: &[Placed]) -> f32 {
    let best = |values: &[f32]| excerpts.iter().map(|near| cosine(values, &near.values)).fold(-1.0, f32::max);
    let (sum, count) = embeddings.fold((0.0, 0), |(sum, count), values| (sum + best(values), count + 1));
    sum / count.max(1) as f32
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
    let (query_start_s, start_s) = best.map_or((0.0, 0.0), |(_, query, near)| (query.start_s, near.start_s));
    Parts { time_score: mean("time"), frequency_score: mean("frequency"), query_start_s, start_s }
}

fn nearest_of<'a>(
    query: &'a AnalysedExcerpt,
    excerpts: &'a [Placed],
) -> Option<(f32, &'a AnalysedExcerpt, &'a Placed)> {
    let scored = excerpts.iter().map(|near| (cosine(query.embedding.as_slice(), &near.values), query, near));
    scored.reduce(|best, pair| if pair.0 > best.0 { pair } else { best })
}

fn part_cosine(query: &AnalysedExcerpt, near: &Placed, part: Range<usize>) -> f32 {
    match (query.embedding.as_slice().get(part.clone()), near.values.get(part)) {
        (Some(a), Some(b)) => cosine(a, b),
        _ => 0.0,
    }
}
