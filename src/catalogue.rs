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
    /// Cosine between the query's embedding and the track's nearest excerpt.
    pub score: f32,
    /// Cosine of the parts whose kernels slide along time, for the same excerpt.
    pub time_score: f32,
    /// Cosine of the parts whose kernels slide along frequency, for the same excerpt.
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
            Err(Error::EncoderMismatch { expected: self.encoder.clone(), found: id.to_owned() })
        }
    }

    /// The `k` tracks nearest to what was heard, nearest first. Each track counts by its nearest excerpt and appears once.
    ///
    /// # Panics
    /// When the analysis has another dimension than the catalogue.
    pub fn nearest(&self, heard: &Analysis, card: &EncoderCard, k: usize) -> Vec<Match> {
        let mut best: Vec<Option<(f32, usize)>> = vec![None; self.tracks.len()];
        self.index.scan(&quantize(&heard.embedding), |neighbour| {
            let track = &mut best[self.places[neighbour.row].track as usize];
            if track.is_none_or(|(score, _)| neighbour.score > score) {
                *track = Some((neighbour.score, neighbour.row));
            }
        });
        let mut found: Vec<(f32, usize)> = best.into_iter().flatten().collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found.truncate(k);
        found.into_iter().map(|(score, row)| self.explain(heard, card, score, row)).collect()
    }

    fn explain(&self, heard: &Analysis, card: &EncoderCard, score: f32, row: usize) -> Match {
        let track = self.places[row].track;
        let values = self.values(row);
        let part = |name| card.half(name).map_or(0.0, |half| part_cosine(&heard.embedding, &values, half));
        let (query_start_s, start_s) = self.best_pair(heard, track);
        Match {
            track: track as usize,
            score,
            time_score: part("time"),
            frequency_score: part("frequency"),
            query_start_s,
            start_s,
        }
    }

    /// Start of the query's and of the track's excerpt that are nearest to each other, in seconds.
    fn best_pair(&self, heard: &Analysis, track: u32) -> (f32, f32) {
        let rows = self.places.iter().enumerate().filter(|(_, place)| place.track == track);
        let mut best = (f32::NEG_INFINITY, (0.0, 0.0));
        for (row, place) in rows {
            let values = self.values(row);
            for excerpt in &heard.excerpts {
                let score = cosine(excerpt.embedding.as_slice(), &values);
                if score > best.0 {
                    best = (score, (excerpt.start_s, place.start_s));
                }
            }
        }
        best.1
    }

    fn values(&self, row: usize) -> Vec<f32> {
        self.index.code(row).map_or_else(Vec::new, |code| code.dequantize())
    }
}

fn part_cosine(embedding: &Embedding, values: &[f32], part: core::ops::Range<usize>) -> f32 {
    match (embedding.as_slice().get(part.clone()), values.get(part)) {
        (Some(a), Some(b)) => cosine(a, b),
        _ => 0.0,
    }
}
