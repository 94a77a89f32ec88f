//! A catalogue: tracks, the codes of their excerpts, and which encoder made them.

mod manifest;
mod shard;
mod track;

use serde::{Deserialize, Serialize};

pub use manifest::{FORMAT_VERSION, MANIFEST_NAME, Manifest, ShardEntry, ShardKind};
pub use track::Track;

use crate::analysis::Analysis;
use crate::encoder::{Embedding, EncoderCard, cosine};
use crate::error::{Error, Result};
use crate::quantize::{Code, quantize};
use crate::search::Index;

/// Tracks and the codes of their excerpts.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    encoder: String,
    tracks: Vec<Track>,
    places: Vec<Place>,
    index: Index,
}

/// One excerpt to be put into a catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Index of its track.
    pub track: u32,
    /// Where it starts in the track, in seconds.
    pub start_s: f32,
    /// Its embedding's code.
    pub code: Code,
}

/// Where a row's excerpt lies.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    track: u32,
    start_s: f32,
}

/// A track of the catalogue and how near it is to what was heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Index of the track.
    pub track: usize,
    /// Mean, over the query's excerpts, of the cosine to the track's nearest excerpt: −1 to 1.
    pub score: f32,
    /// The same of the parts whose kernels slide along time, for the same pairs of excerpts.
    pub time_score: f32,
    /// The same of the parts whose kernels slide along frequency, for the same pairs of excerpts.
    pub frequency_score: f32,
    /// Where the best-matching excerpt of the query starts, in seconds.
    pub query_start_s: f32,
    /// Where the track's excerpt that matches it starts, in seconds.
    pub start_s: f32,
}

impl Catalogue {
    /// A catalogue of `tracks` with one row an excerpt, for the encoder of id `encoder`.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when a row names no track, its code has another dimension, or a track's texts or links are not
    /// fit to be shown.
    pub fn new(encoder: &str, dimension: usize, tracks: Vec<Track>, rows: &[Row]) -> Result<Self> {
        if rows.iter().any(|row| row.code.values.len() != dimension) {
            return Err(Error::Catalogue(format!("a row does not have {dimension} values")));
        }
        let codes: Vec<i8> = rows.iter().flat_map(|row| row.code.values.iter().copied()).collect();
        let scales = rows.iter().map(|row| row.code.scale).collect();
        let places = rows.iter().map(|row| Place { track: row.track, start_s: row.start_s }).collect();
        Self::from_parts(encoder.to_owned(), tracks, places, Index::new(dimension, &codes, scales)?)
    }

    fn from_parts(encoder: String, tracks: Vec<Track>, places: Vec<Place>, index: Index) -> Result<Self> {
        for track in &tracks {
            track.check()?;
        }
        let sound = |place: &Place| (place.track as usize) < tracks.len() && place.start_s.is_finite();
        if places.len() != index.len() || !places.iter().all(sound) {
            return Err(Error::Catalogue("a row names no track".into()));
        }
        Ok(Self { encoder, tracks, places, index })
    }

    /// Id of the encoder whose embeddings are in here.
    pub fn encoder(&self) -> &str {
        &self.encoder
    }

    /// The tracks.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// The codes, row by row.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Whether embeddings of the encoder with `card` and `id` can be looked for in here.
    ///
    /// # Errors
    /// [`Error::EncoderMismatch`] when another encoder made this catalogue.
    pub fn check_encoder(&self, id: &str, card: &EncoderCard) -> Result<()> {
        if self.encoder == id && (self.index.is_empty() || self.index.dimension() == card.dimension) {
            Ok(())
        } else {
            let (expected, found) = (self.encoder.clone(), id.to_owned());
            Err(Error::EncoderMismatch { what: "catalogue", expected, found })
        }
    }

    /// The `k` tracks nearest to what was heard, nearest first; of tracks that are equally near, the earlier one first.
    ///
    /// Each excerpt of the query counts the track's excerpt that is nearest to it; a track's score is the mean of these
    /// cosines over the query's excerpts. So a track that was heard whole finds itself with a score of 1.
    ///
    /// # Panics
    /// When the analysis has another dimension than the catalogue.
    pub fn nearest(&self, heard: &Analysis, card: &EncoderCard, k: usize) -> Vec<Match> {
        let mut sums = vec![0.0; self.tracks.len()];
        for excerpt in &heard.excerpts {
            for (sum, best) in sums.iter_mut().zip(self.best_of_each_track(&excerpt.embedding)) {
                *sum += best;
            }
        }
        let mut found: Vec<(usize, f32)> = sums.into_iter().enumerate().filter(|(_, sum)| sum.is_finite()).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(k);
        found.into_iter().map(|(track, sum)| self.explain(heard, card, track, sum)).collect()
    }

    /// The highest score among the rows of each track; −∞ for a track without rows.
    fn best_of_each_track(&self, embedding: &Embedding) -> Vec<f32> {
        let mut best = vec![f32::NEG_INFINITY; self.tracks.len()];
        self.index.scan(&[quantize(embedding)], |block| {
            for (place, score) in self.places[block.first_row..].iter().zip(block.scores) {
                let track = &mut best[place.track as usize];
                *track = track.max(*score);
            }
        });
        best
    }

    fn explain(&self, heard: &Analysis, card: &EncoderCard, track: usize, sum: f32) -> Match {
        let rows: Vec<(f32, Vec<f32>)> = self.rows_of(track).collect();
        let (mut time, mut frequency) = (0.0, 0.0);
        let mut nearest = (f32::NEG_INFINITY, 0.0, 0.0);
        for excerpt in &heard.excerpts {
            let pairs = rows.iter().map(|(start_s, row)| (cosine(excerpt.embedding.as_slice(), row), *start_s, row));
            let Some((score, start_s, row)) = pairs.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
            let part = |name| card.half(name).map_or(0.0, |half| part_cosine(&excerpt.embedding, row, half));
            time += part("time");
            frequency += part("frequency");
            if score > nearest.0 {
                nearest = (score, excerpt.start_s, start_s);
            }
        }
        let count = heard.excerpts.len() as f32;
        Match {
            track,
            score: sum / count,
            time_score: time / count,
            frequency_score: frequency / count,
            query_start_s: nearest.1,
            start_s: nearest.2,
        }
    }

    /// Start in seconds and values of each excerpt of `track`.
    fn rows_of(&self, track: usize) -> impl Iterator<Item = (f32, Vec<f32>)> + '_ {
        let rows = self.places.iter().enumerate().filter(move |(_, place)| place.track as usize == track);
        rows.filter_map(|(row, place)| Some((place.start_s, self.index.code(row)?.dequantize())))
    }
}

fn part_cosine(embedding: &Embedding, values: &[f32], part: core::ops::Range<usize>) -> f32 {
    match (embedding.as_slice().get(part.clone()), values.get(part)) {
        (Some(a), Some(b)) => cosine(a, b),
        _ => 0.0,
    }
}
