//! The tracks that sound most like what was heard, over one or several catalogues.

use serde::{Deserialize, Serialize};

use super::filter::{Admission, Filter};
use super::segment::Segment;
use super::sieve::{Candidate, Sieve};
use super::sketch::Sketch;
use super::{Catalogue, TrackId};
use crate::analysis::Analysis;
use crate::encoder::EncoderCard;
use crate::quantize::{Code, quantize};
use crate::search::{CANDIDATES_EACH, Nearest, Scores};

/// Most candidates that are looked at again at a time.
const BATCH: usize = 1024;

/// A track of a catalogue and how near it is to what was heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Index of the catalogue.
    pub catalogue: usize,
    /// The track.
    pub track: TrackId,
    /// Mean, over the query's excerpts, of the cosine to the track's nearest excerpt: −1 to 1.
    pub score: f32,
    /// What the codes say beyond that; nothing while they have not arrived and the score is an estimate from signs.
    pub parts: Option<Parts>,
    /// Farther tracks that are the same recording, each after the index of its catalogue.
    pub twins: Vec<(usize, TrackId)>,
}

/// Where the likeness of a match lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// The score of the parts whose kernels slide along time, for the same pairs of excerpts, where the encoder has such parts.
    pub time_score: Option<f32>,
    /// The same of the parts whose kernels slide along frequency.
    pub frequency_score: Option<f32>,
    /// Where the best-matching excerpt of the query starts, in seconds.
    pub query_start_s: f32,
    /// Where the track's excerpt that matches it starts, in seconds.
    pub start_s: f32,
}

/// The `k` tracks nearest to what was heard, nearest first; of tracks that are equally near, the earlier one first.
///
/// Each excerpt of the query counts the track's excerpt that is nearest to it; a track's score is the mean of these
/// cosines over the query's excerpts. So a track that was heard whole finds itself with a score of 1. Where codes have arrived,
/// they find candidates by codes of the query, and the query itself scores these; elsewhere scores are estimates.
///
/// # Panics
/// When the analysis has another dimension than a catalogue.
pub fn nearest(
    catalogues: &[&Catalogue],
    heard: &Analysis,
    card: &EncoderCard,
    filter: &Filter,
    k: usize,
) -> Vec<Match> {
    let queries: Vec<Code> = heard.excerpts.iter().map(|excerpt| quantize(&excerpt.embedding)).collect();
    let tracks = catalogues.iter().map(|catalogue| catalogue.arrived().0).sum();
    let (mut scores, mut firsts) = (Vec::with_capacity(tracks), Vec::new());
    for (catalogue, segment) in all_segments(catalogues) {
        firsts.push((scores.len(), catalogue, segment));
        catalogues[catalogue].segments[segment].score(&queries, filter, &mut scores);
    }
    for (catalogue, track) in &filter.without {
        let segment = firsts.iter().find(|of| (of.1, of.2) == (*catalogue, track.segment as usize));
        let held = segment.filter(|of| (track.track as usize) < catalogues[of.1].segments[of.2].tracks());
        if let Some((first, ..)) = held {
            scores[first + track.track as usize] = f32::NEG_INFINITY;
        }
    }
    let id = |place: usize| {
        let (first, catalogue, segment) = firsts[firsts.partition_point(|(first, ..)| *first <= place) - 1];
        (catalogue, TrackId { segment: segment as u32, track: (place - first) as u32 })
    };
    let mut sieve = Sieve::new(filter, k);
    let mut sift = |places: &[usize]| {
        let candidate = |place: &usize| {
            let (catalogue, track) = id(*place);
            let rough = scores[*place] / queries.len() as f32;
            sieve
                .is_open_to(catalogues, catalogue, track)
                .then(|| Candidate::new(catalogues, catalogue, track, rough, heard))
        };
        let mut candidates: Vec<Candidate> = places.iter().filter_map(candidate).collect();
        candidates.sort_by(Candidate::compare);
        sieve.sift(candidates)
    };
    let mut seen = 0;
    for count in [k.saturating_mul(CANDIDATES_EACH).min(BATCH), BATCH] {
        let places = best(&scores, count);
        if sift(&places[seen..]) || places.len() < count {
            return sieve.matches(heard, card);
        }
        seen = places.len();
    }
    let rest = ranked(&scores);
    let mut batches = rest.get(seen..).unwrap_or_default().chunks(BATCH);
    while let Some(batch) = batches.next()
        && !sift(batch)
    {}
    sieve.matches(heard, card)
}

/// Places of the `count` highest scores that were not left out, highest first.
fn best(scores: &[f32], count: usize) -> Vec<usize> {
    let mut nearest = Nearest::new(count.min(scores.len()));
    nearest.take_in(0, scores);
    nearest.into_sorted().iter().map(|near| near.row).collect()
}

/// Places of all scores that were not left out, highest first.
fn ranked(scores: &[f32]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..scores.len()).filter(|place| scores[*place] > f32::NEG_INFINITY).collect();
    places.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    places
}

fn all_segments<'a>(catalogues: &'a [&Catalogue]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let of = |(i, catalogue): (usize, &&Catalogue)| (0..catalogue.segments.len()).map(move |segment| (i, segment));
    catalogues.iter().enumerate().flat_map(of)
}

impl Catalogue {
    /// [`nearest`] in this catalogue alone, with nothing left out.
    ///
    /// # Panics
    /// As there.
    pub fn nearest(&self, heard: &Analysis, card: &EncoderCard, k: usize) -> Vec<Match> {
        nearest(&[self], heard, card, &Filter::default(), k)
    }
}

impl Segment {
    /// Appends the sum of its scores over the queries for each track, −∞ for those that are left out.
    pub(super) fn score(&self, queries: &[Code], filter: &Filter, sums: &mut Vec<f32>) {
        let Some(sketch) = &self.sketch else { return };
        let first = sums.len();
        sums.resize(first + sketch.ends.len(), 0.0);
        let sums = &mut sums[first..];
        if sums.len() == sketch.rows() {
            self.scan(sketch, queries, |block| {
                let sums = &mut sums[block.first_row..];
                sums.iter_mut().zip(block.scores).for_each(|(sum, score)| *sum += score);
            });
        } else {
            let rows = sketch.rows();
            let mut scores = vec![0.0; rows * queries.len()];
            self.scan(sketch, queries, |block| {
                scores[block.query * rows + block.first_row..][..block.scores.len()].copy_from_slice(block.scores);
            });
            scores.chunks_exact(rows).for_each(|scores| add_best_of_each(sums, scores, &sketch.ends));
        }
        if filter.is_open() {
            return;
        }
        match self.excerpts.as_ref().map(|excerpts| Admission::new(filter, &excerpts.facets)) {
            Some(admission) => {
                for (track, sum) in sums.iter_mut().enumerate() {
                    *sum = if admission.admits(track) { *sum } else { f32::NEG_INFINITY };
                }
            }
            None => sums.fill(f32::NEG_INFINITY),
        }
    }

    fn scan(&self, sketch: &Sketch, queries: &[Code], visit: impl FnMut(Scores)) {
        match &self.excerpts {
            Some(excerpts) => excerpts.index.scan(queries, visit),
            None => sketch.signs.scan(queries, visit),
        }
    }
}

/// Adds to each track's sum the highest of its rows' scores.
fn add_best_of_each(sums: &mut [f32], scores: &[f32], ends: &[u16]) {
    let mut start = 0;
    for (sum, end) in sums.iter_mut().zip(ends.iter().copied().map(usize::from)) {
        *sum += scores[start..end].iter().copied().fold(f32::NEG_INFINITY, f32::max);
        start = end;
    }
}
