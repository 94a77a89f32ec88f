//! What a picture of the whole catalogue needs, a segment at a time; all columns are in the order of the tracks.

use super::Catalogue;
use super::filter::{Admission, Filter};
use crate::analysis::Analysis;
use crate::quantize::{Code, quantize};

/// What tracks can be told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// Their style.
    Style,
    /// Where they were found.
    Source,
    /// Their licence.
    Licence,
}

impl Catalogue {
    /// Where the tracks of a segment lie on the map, `x` and `y`, once its sketch has arrived; both 65 535 for nowhere.
    pub fn places(&self, segment: usize) -> Option<&[[u16; 2]]> {
        Some(&self.segments.get(segment)?.sketch.as_ref()?.positions)
    }

    /// The clusters of the tracks of a segment, once its sketch has arrived; 65 535 for none.
    pub fn clusters(&self, segment: usize) -> Option<&[u16]> {
        Some(&self.segments.get(segment)?.sketch.as_ref()?.clusters)
    }

    /// A facet of the tracks of a segment, once its codes have arrived: each track's place in the texts beside, of which the
    /// first is empty and stands for unknown.
    pub fn facet(&self, segment: usize, facet: Facet) -> Option<(&[u16], &[String])> {
        let facets = &self.segments.get(segment)?.excerpts.as_ref()?.facets;
        let column = match facet {
            Facet::Style => &facets.styles,
            Facet::Source => &facets.sources,
            Facet::Licence => &facets.licences,
        };
        Some((column, facets.dictionary.texts()))
    }

    /// The years of the tracks of a segment, once its codes have arrived; 0 for unknown.
    pub fn years(&self, segment: usize) -> Option<&[u16]> {
        Some(&self.segments.get(segment)?.excerpts.as_ref()?.facets.years)
    }

    /// Which tracks of a segment a filter admits by themselves: what it says of several tracks together does not count. None
    /// before the codes have arrived, unless it admits every track.
    pub fn admitted(&self, segment: usize, filter: &Filter) -> Vec<bool> {
        let Some(held) = self.segments.get(segment) else { return Vec::new() };
        if filter.is_open() {
            return vec![true; held.tracks()];
        }
        match held.excerpts.as_ref().map(|excerpts| Admission::new(filter, &excerpts.facets)) {
            Some(admission) => (0..held.tracks()).map(|track| admission.admits(track)).collect(),
            None => vec![false; held.tracks()],
        }
    }

    /// The score of every track of a segment, as [`nearest`](super::nearest) finds candidates by it.
    ///
    /// # Panics
    /// When the analysis has another dimension than the catalogue.
    pub fn scores(&self, segment: usize, heard: &Analysis) -> Vec<f32> {
        let queries: Vec<Code> = heard.excerpts.iter().map(|excerpt| quantize(&excerpt.embedding)).collect();
        let mut scores = Vec::new();
        if let Some(held) = self.segments.get(segment) {
            held.score(&queries, &Filter::default(), &mut scores);
        }
        scores.iter_mut().for_each(|score| *score /= queries.len().max(1) as f32);
        scores
    }
}
