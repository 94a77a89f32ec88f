//! What a table, tags or folders say of recordings: artist, album, label.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::build::files::File;
use crate::mel_store::manifest::{first, resolved};
use crate::tags::{Tags, tidy};

/// What is known of one recording; empty where nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub artist: String,
    pub album: String,
    pub label: String,
}

/// What a table says, by the place of the file.
pub struct Labels {
    rows: Option<HashMap<PathBuf, Known>>,
    /// What the table lacks.
    pub notes: Vec<String>,
}

impl Labels {
    /// Knows nothing, so that tags and folders speak.
    pub fn none() -> Self {
        Self { rows: None, notes: Vec::new() }
    }

    /// Reads a CSV table with the columns `path` and `label`; `artist` and `album` are taken where they exist. Paths start
    /// at the table's own folder or at `folder`.
    ///
    /// # Errors
    /// When the table cannot be read, or lacks one of the two columns.
    pub fn read(table: &Path, label: &str, folder: &Path) -> Result<Self> {
        let failed = || format!("The table {} cannot be read", table.display());
        let mut reader = csv::Reader::from_path(table).with_context(failed)?;
        let header = reader.headers().with_context(failed)?.clone();
        let column = |name: &str| header.iter().position(|column| column == name);
        let Some(path) = column("path") else { bail!("The table {} has no column `path`.", table.display()) };
        let Some(label_column) = column(label) else {
            let columns: Vec<&str> = header.iter().collect();
            bail!(
                "The table {} has no column `{label}`. Name one of its columns with --label: {}.",
                table.display(),
                columns.join(", ")
            );
        };
        let (artist, album) = (column("artist"), column("album"));
        let mut rows = HashMap::new();
        for record in reader.records() {
            let record = record.with_context(failed)?;
            let cell = |column: Option<usize>| tidy(column.and_then(|column| record.get(column)).unwrap_or_default());
            let known = Known { artist: cell(artist), album: cell(album), label: cell(Some(label_column)) };
            for base in [table.parent().unwrap_or(Path::new("")), folder] {
                rows.insert(resolved(&base.join(&record[path])), known.clone());
            }
        }
        let without_artist = "The table has no column `artist`, so artists come from tags and folders.";
        let notes = artist.is_none().then(|| without_artist.to_owned());
        Ok(Self { rows: Some(rows), notes: notes.into_iter().collect() })
    }

    /// Refuses a table that knows none of `files`.
    ///
    /// # Errors
    /// When there is a table and none of its paths is that of a file.
    pub fn check(&self, files: &[File]) -> Result<()> {
        if let Some(rows) = &self.rows {
            let matches = files.iter().any(|file| rows.contains_key(&resolved(&file.place)));
            ensure!(matches || files.is_empty(), "No path in the table is that of a file to be evaluated.");
        }
        Ok(())
    }

    /// What is known of a file: from the table, else from its tags, else the folder it lies in counts as its artist.
    pub fn of(&self, file: &Path, tags: &Tags) -> Known {
        let listed = self.rows.as_ref().and_then(|rows| rows.get(&resolved(file))).cloned().unwrap_or_default();
        let folder = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        Known {
            artist: first([&listed.artist, &tags.artist, &folder]),
            album: first([&listed.album, &tags.album]),
            label: listed.label,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str, label: &str) -> Result<Labels> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("tracks.csv");
        std::fs::write(&file, table)?;
        Labels::read(&file, label, Path::new("/music"))
    }

    #[test]
    fn the_table_speaks_before_tags_and_these_before_the_folder() {
        let labels = read("path,artist,style\nx.ogg,Listed,rock\n,,\n", "style").unwrap();
        let tagged = Tags { artist: "Tagged".into(), album: "Album".into(), ..Tags::default() };
        let known = |artist: &str, album: &str, label: &str| Known {
            artist: artist.into(),
            album: album.into(),
            label: label.into(),
        };
        assert_eq!(labels.of(Path::new("/music/x.ogg"), &tagged), known("Listed", "Album", "rock"));
        assert_eq!(labels.of(Path::new("/music/y.ogg"), &tagged), known("Tagged", "Album", ""));
        assert_eq!(labels.of(Path::new("/music/y.ogg"), &Tags::default()), known("music", "", ""));
    }

    #[test]
    fn a_missing_column_is_named_in_one_sentence() {
        let message = |table, label| read(table, label).err().unwrap().to_string();
        assert!(message("artist,style\na,b\n", "style").contains("no column `path`"));
        let unlabelled = message("path,artist,style\nx,a,b\n", "genre");
        assert!(unlabelled.contains("no column `genre`") && unlabelled.contains("path, artist, style"), "{unlabelled}");
        assert_eq!(read("path,style\nx,b\n", "style").unwrap().notes.len(), 1);
    }
}
