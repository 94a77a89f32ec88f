//! What a table says of tracks: who made them, under which licence.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

/// Tracks by the path of their file.
#[derive(Debug, Default)]
pub struct Manifest(HashMap<PathBuf, Entry>);

/// What is known of one track.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Entry {
    path: PathBuf,
    pub artist: String,
    pub licence: String,
}

impl Manifest {
    /// Reads a CSV table with a column `path`, relative to the table's own folder; `artist` and `licence` may be there.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut reader = csv::Reader::from_path(path).with_context(|| format!("cannot open {}", path.display()))?;
        let mut entries = HashMap::new();
        for entry in reader.deserialize::<Entry>() {
            let entry = entry.with_context(|| format!("cannot read {}", path.display()))?;
            entries.insert(resolved(&folder.join(&entry.path)), entry);
        }
        Ok(Self(entries))
    }

    /// The entry of a file; one that is not in the table counts as made by the folder it lies in.
    pub fn entry(&self, file: &Path) -> Entry {
        let listed = self.0.get(&resolved(file)).cloned().unwrap_or_default();
        let folder = || file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        Entry { artist: if listed.artist.is_empty() { folder() } else { listed.artist }, ..listed }
    }
}

fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
