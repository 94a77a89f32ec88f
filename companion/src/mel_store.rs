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

mod build;
pub mod manifest;

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sonoscape::{MelConfig, MelImage};

#[cfg(test)]
mod tests;

pub use build::build;
pub use manifest::Manifest;
#[cfg(test)]
pub use tests::synthetic;

const MAGIC: &[u8; 8] = b"SONOMELS";

/// No JSON in a store is longer, in bytes.
const LONGEST_JSON: u32 = 1 << 20;

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
}

/// Where an excerpt's columns lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredExcerpt {
    /// Index into [`MelStore::tracks`].
    pub track: usize,
    pub columns: usize,
    /// Where it starts in the track, in seconds.
    pub start_s: f32,
    offset: u64,
}

/// A complete store, open for reading; only its index is in memory.
pub struct MelStore {
    pub settings: Settings,
    pub tracks: Vec<StoredTrack>,
    pub excerpts: Vec<StoredExcerpt>,
    file: Mutex<File>,
}

impl MelStore {
    /// # Errors
    /// When `path` cannot be read or is not a store.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let (store, _) = scan(&mut file).with_context(|| format!("{} cannot be read", path.display()))?;
        let (settings, records) = store;
        let mut excerpts = Vec::new();
        for (index, (track, mut offset)) in records.iter().map(|(track, at)| (track, *at)).enumerate() {
            for (&columns, &start_s) in track.columns.iter().zip(&track.starts_s) {
                excerpts.push(StoredExcerpt { track: index, columns, start_s, offset });
                offset += (columns * settings.front_end.n_mels) as u64;
            }
        }
        let tracks = records.into_iter().map(|(track, _)| track).collect();
        Ok(Self { settings, tracks, excerpts, file: Mutex::new(file) })
    }

    /// `width` columns of an excerpt from `column` on, as brightness 0..1, shape `[bands, width]`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, excerpt: &StoredExcerpt, column: usize, width: usize) -> Result<Vec<f32>> {
        let bands = self.settings.front_end.n_mels;
        let mut bytes = vec![0u8; width * bands];
        {
            let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            file.seek(SeekFrom::Start(excerpt.offset + (column * bands) as u64))?;
            file.read_exact(&mut bytes).context("the store of mel images ends too early")?;
        }
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

type Scanned = (Settings, Vec<(StoredTrack, u64)>);

/// Settings, tracks with the offset of their columns, and the length of the part that is whole.
fn scan(file: &mut File) -> Result<(Scanned, u64)> {
    let end = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let mut magic = [0; MAGIC.len()];
    reader.read_exact(&mut magic)?;
    ensure!(&magic == MAGIC, "this is not a store of mel images");
    let settings: Settings = read_json(&mut reader)?.context("its header is missing")?;
    let mut tracks = Vec::new();
    let mut whole = reader.stream_position()?;
    while let Some(track) = read_json::<StoredTrack>(&mut reader)? {
        let at = reader.stream_position()?;
        let columns = track.columns.iter().sum::<usize>() * settings.front_end.n_mels;
        if at + columns as u64 > end {
            break;
        }
        reader.seek_relative(columns as i64)?;
        whole = at + columns as u64;
        tracks.push((track, at));
    }
    Ok(((settings, tracks), whole))
}

/// The next JSON value, or none where the file ends before or within it.
fn read_json<T: for<'de> Deserialize<'de>>(reader: &mut impl Read) -> Result<Option<T>> {
    let mut length = [0; 4];
    let mut json = Vec::new();
    let read = reader.read_exact(&mut length).and_then(|()| {
        let length = u32::from_le_bytes(length);
        if length > LONGEST_JSON {
            return Err(std::io::Error::new(ErrorKind::InvalidData, "a record is too long"));
        }
        json.resize(length as usize, 0);
        reader.read_exact(&mut json)
    });
    match read {
        Ok(()) => Ok(Some(serde_json::from_slice(&json)?)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn json_record(value: &impl Serialize) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(value)?;
    let mut bytes = u32::try_from(json.len())?.to_le_bytes().to_vec();
    bytes.extend(json);
    Ok(bytes)
}
