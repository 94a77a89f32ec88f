//! What an encoder says of itself: its front end, its tiles, its output, its training.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mel::MelConfig;

/// Largest dimension, tile width and number of tiles that a card may state.
const MOST: usize = 4096;

/// Most values in the tiles of one excerpt, and in the frames of one.
const MOST_VALUES: f64 = (1 << 26) as f64;

/// The card of an encoder, kept as JSON in the ONNX file's metadata. The default is the reference system's, untrained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderCard {
    /// Version of the card itself.
    pub version: u32,
    /// Name of the encoder.
    pub name: String,
    /// Settings of the mel spectrogram.
    pub front_end: MelConfig,
    /// How an excerpt is cut into tiles.
    pub tiles: Tiling,
    /// How the latents of tiles become one embedding.
    pub pooling: Pooling,
    /// Length of an embedding.
    pub dimension: usize,
    /// Named parts of the embedding.
    pub halves: Vec<Half>,
    /// The least [change](super::Latents::change) that is usual: of the excerpts that validated the training, only the
    /// stillest reach less. None where that was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_change: Option<f32>,
    /// How it was trained.
    pub training: Training,
}

/// How the latents of an excerpt's tiles become its embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Their mean, scaled to unit length.
    Mean,
    /// The same of tiles that are each scaled to unit length first, so that all count alike.
    MeanDirection,
}

/// How an excerpt is cut into tiles, the squares that the network sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tiling {
    /// Length of an excerpt in seconds.
    pub excerpt_s: f32,
    /// Columns of a tile.
    pub columns: usize,
    /// Tiles of an excerpt, evenly spaced from its first column to its last; they overlap.
    pub per_excerpt: usize,
}

/// A named part of the embedding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Half {
    /// Name of the axis that the branch's kernels slide along: `"time"` or `"frequency"`.
    pub name: String,
    /// First index of the part.
    pub start: usize,
    /// Index after its last.
    pub end: usize,
}

/// How an encoder was trained.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Training {
    /// What it heard: sources, hours, licences.
    pub data: String,
    /// What it was trained to do.
    pub objective: String,
    /// The network whose embeddings it also learnt to predict; empty for none.
    pub teacher: String,
    /// Tracks that it was trained on.
    pub tracks: usize,
    /// Tracks, of other artists, that it was validated on.
    pub validation_tracks: usize,
    /// Seed of weights, split and order.
    pub seed: u64,
    /// Optimiser steps.
    pub steps: u64,
    /// Tiles a step.
    pub batch_size: usize,
    /// Learning rate of Adam.
    pub learning_rate: f64,
    /// Time taken, in seconds.
    pub seconds: f64,
    /// Mean squared error of the reconstruction, over training tiles.
    pub training_mse: Option<f64>,
    /// The same over held-out tiles.
    pub validation_mse: Option<f64>,
}

impl EncoderCard {
    /// The key of the card in the ONNX file's metadata.
    pub const METADATA_KEY: &'static str = "sonoscape";

    /// The latest card version that is understood.
    pub const VERSION: u32 = 1;

    /// Reads a card and checks it.
    ///
    /// # Errors
    /// [`Error::Version`] for a later version, [`Error::Encoder`] for anything that cannot be carried out.
    pub fn from_json(json: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let malformed = |error: serde_json::Error| Error::Encoder(format!("its card cannot be read: {error}"));
        let Versioned { version } = serde_json::from_str(json).map_err(malformed)?;
        if version > Self::VERSION {
            return Err(Error::Version { what: "encoder", found: version, supported: Self::VERSION });
        }
        let card: Self = serde_json::from_str(json).map_err(malformed)?;
        card.check()?;
        Ok(card)
    }

    /// The indices of the part called `name`, or none.
    pub fn half(&self, name: &str) -> Option<core::ops::Range<usize>> {
        self.halves.iter().find(|half| half.name == name).map(|half| half.start..half.end)
    }

    /// Length of a tile in seconds: the shortest sound that can be embedded.
    pub fn tile_s(&self) -> f32 {
        self.tiles.columns as f32 * self.front_end.column_s()
    }

    fn values_in_tiles(&self) -> f64 {
        self.tiles.per_excerpt as f64 * self.tiles.columns as f64 * self.front_end.n_mels as f64
    }

    fn values_in_frames(&self) -> f64 {
        let samples = f64::from(self.tiles.excerpt_s) * f64::from(self.front_end.sample_rate);
        samples / self.front_end.hop_length as f64 * self.front_end.n_fft as f64
    }

    fn check(&self) -> Result<()> {
        self.front_end.check()?;
        let bounded = [self.dimension, self.tiles.columns, self.tiles.per_excerpt];
        let sound = bounded.iter().all(|value| (1..=MOST).contains(value))
            && (1.0..=600.0).contains(&self.tiles.excerpt_s)
            && self.halves.iter().all(|half| half.start < half.end && half.end <= self.dimension)
            && self.values_in_tiles() <= MOST_VALUES
            && self.values_in_frames() <= MOST_VALUES
            && self.least_change.is_none_or(|change| change >= 0.0 && change.is_finite());
        if sound { Ok(()) } else { Err(Error::Encoder("its card states what cannot be".into())) }
    }
}

impl Default for EncoderCard {
    fn default() -> Self {
        let half = |name: &str, start, end| Half { name: name.into(), start, end };
        Self {
            version: Self::VERSION,
            name: "time-frequency".into(),
            front_end: MelConfig::default(),
            tiles: Tiling { excerpt_s: 30.0, columns: 128, per_excerpt: 32 },
            pooling: Pooling::Mean,
            dimension: 256,
            halves: vec![half("time", 0, 128), half("frequency", 128, 256)],
            least_change: None,
            training: Training::default(),
        }
    }
}

impl Tiling {
    /// First column of tile `i` where `spare` columns are left over beside one tile.
    pub(crate) fn offset(&self, i: usize, spare: usize) -> usize {
        let last = (self.per_excerpt - 1).max(1) as u64;
        ((i as u64 * spare as u64 + last / 2) / last) as usize
    }
}
