//! What a table says of tracks: who made them, under which licence.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::tags::Tags;

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
    /// Reads a CSV table with the columns `path`, `artist` and `licence`; paths start at the table's own folder or at
    /// `music`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn read(table: &Path, music: &Path) -> Result<Self> {
        let failed = || format!("The table {} cannot be read", table.display());
        let mut reader = csv::Reader::from_path(table).with_context(failed)?;
        let mut entries = HashMap::new();
        for entry in reader.deserialize::<Entry>() {
            let entry = entry.with_context(failed)?;
            for folder in [table.parent().unwrap_or(Path::new("")), music] {
                entries.insert(resolved(&folder.join(&entry.path)), entry.clone());
            }
        }
        Ok(Self(entries))
    }

    /// What is known of a file: from the table, else from its tags, else the folder it lies in counts as its artist.
    pub fn entry(&self, file: &Path, tags: &Tags) -> Entry {
        let folder = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let listed = self.0.get(&resolved(file)).cloned().unwrap_or_default();
        Entry {
            artist: first([&listed.artist, &tags.artist, &folder]),
            licence: first([&listed.licence, &tags.licence]),
            path: listed.path,
        }
    }
}

/// The first name that says anything.
pub fn first<const N: usize>(names: [&str; N]) -> String {
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned()
}

/// A path that names its file whichever way it was reached.
pub fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
