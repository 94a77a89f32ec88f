//! The mel images of a music folder, computed once and kept in one file.
//!
//! A store is a header and one record a track:
//!
//! | part | bytes |
//! |---|---|
//! | magic | `SONOMELS` |
//! | header | length as `u32`, then [`Settings`] as JSON |
//! | each track | length as `u32`, then [`StoredTrack`] as JSON, then the columns of its excerpts |
//!
//! Integers are little-endian. A column is one `u8` a band, lowest band first, so that a tile is one stretch of bytes.
//! A store is written under a temporary name and renamed when it is complete; an interrupted one is gone on with.
//!
//! An open store is mapped: only what is looked at is read, and none of it counts as the program's own memory. So a store
//! must never be changed in place, only replaced under its name. Opening reads it once, to compare checksums.

mod build;
pub mod manifest;
mod mapped;
mod scan;

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sonoscape::{MelConfig, MelImage};

#[cfg(test)]
mod tests;

pub use build::build;
pub use manifest::Manifest;
use mapped::Mapped;
use scan::scan;
#[cfg(test)]
pub use tests::synthetic;

const MAGIC: &[u8; 8] = b"SONOMELS";

/// What a store was computed with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub front_end: MelConfig,
    /// Length of an excerpt in seconds.
    pub excerpt_s: f32,
    /// Most excerpts of one track.
    pub most_excerpts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { front_end: MelConfig::default(), excerpt_s: 30.0, most_excerpts: 40 }
    }
}

/// A track of a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredTrack {
    /// Relative to the music folder, with `/` between its parts.
    pub path: String,
    pub artist: String,
    pub licence: String,
    pub duration_s: f32,
    /// Columns of each excerpt, in the order they are stored.
    pub columns: Vec<usize>,
    /// Where each excerpt starts in the track, in seconds.
    pub starts_s: Vec<f32>,
    /// SHA-256 of the columns, in hexadecimal; stores from before it was kept have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Where an excerpt's columns lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredExcerpt {
    /// Index into [`MelStore::tracks`].
    pub track: usize,
    pub columns: usize,
    /// Where it starts in the track, in seconds.
    pub start_s: f32,
    offset: usize,
}

/// A complete store, open for reading.
pub struct MelStore {
    pub settings: Settings,
    pub tracks: Vec<StoredTrack>,
    pub excerpts: Vec<StoredExcerpt>,
    bytes: Mapped,
}

impl MelStore {
    /// # Errors
    /// When `path` cannot be read, or is not a whole store.
    pub fn open(path: &Path) -> Result<Self> {
        Self::read_index(path).with_context(|| format!("{} cannot be read", path.display()))
    }

    /// Opens a store to be used with `settings`.
    ///
    /// # Errors
    /// As [`MelStore::open`]; when it has other settings, or no track.
    pub fn open_with(path: &Path, settings: &Settings) -> Result<Self> {
        let store = Self::open(path)?;
        ensure!(
            store.settings == *settings,
            "{} was made with other settings. Make it again in another place.",
            path.display()
        );
        ensure!(!store.tracks.is_empty(), "{} holds no track. Make it again from a folder of music.", path.display());
        Ok(store)
    }

    fn read_index(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        let ((settings, records), whole) = scan(&mut file)?;
        let bytes = Mapped::new(&file)?;
        ensure!(whole == bytes.len() as u64, "it is cut short or damaged. Make it again with `sonoscape analyse`");
        let mut excerpts = Vec::new();
        for (index, (track, offset)) in records.iter().enumerate() {
            let mut offset = usize::try_from(*offset)?;
            for (&columns, &start_s) in track.columns.iter().zip(&track.starts_s) {
                excerpts.push(StoredExcerpt { track: index, columns, start_s, offset });
                offset += columns * settings.front_end.n_mels;
            }
        }
        let tracks = records.into_iter().map(|(track, _)| track).collect();
        Ok(Self { settings, tracks, excerpts, bytes })
    }

    /// `width` columns of an excerpt from `column` on, as brightness 0..1, shape `[bands, width]`.
    ///
    /// # Errors
    /// When the excerpt does not have these columns.
    pub fn read(&self, excerpt: &StoredExcerpt, column: usize, width: usize) -> Result<Vec<f32>> {
        let bands = self.settings.front_end.n_mels;
        ensure!(column + width <= excerpt.columns, "an excerpt of {} columns has no more", excerpt.columns);
        let start = excerpt.offset + column * bands;
        let bytes = self.bytes.get(start..start + width * bands).context("the excerpt is of another store")?;
        let mut values = vec![0.0; bytes.len()];
        for (t, column) in bytes.chunks_exact(bands).enumerate() {
            for (band, &byte) in column.iter().enumerate() {
                values[band * width + t] = f32::from(byte) / 255.0;
            }
        }
        Ok(values)
    }

    /// A whole excerpt.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn image(&self, excerpt: &StoredExcerpt) -> Result<MelImage> {
        let values = self.read(excerpt, 0, excerpt.columns)?;
        Ok(MelImage {
            bands: self.settings.front_end.n_mels,
            columns: excerpt.columns,
            values,
            seconds: self.settings.excerpt_s.min(self.tracks[excerpt.track].duration_s),
        })
    }
}

fn json_record(value: &impl Serialize) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(value)?;
    let mut bytes = u32::try_from(json.len())?.to_le_bytes().to_vec();
    bytes.extend(json);
    Ok(bytes)
}
