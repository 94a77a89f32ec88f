//! The table given with `--tracks`: what people know of their tracks better than the files' tags do.

use std::collections::HashMap;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use sonoscape::Track;

use crate::build::files::File;
use crate::library::Candidate;
use crate::tags::tidy;

/// Most rows of a table.
const MOST_ROWS: usize = 10_000_000;

/// One row; empty cells say nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Row {
    path: String,
    title: String,
    artist: String,
    album: String,
    year: Option<u16>,
    licence: String,
    attribution: String,
    page: String,
    audio: String,
    style: String,
    changes: String,
    source: String,
    source_id: String,
    isrc: String,
}

/// A table of tracks, by path; the default lists none and means all.
#[derive(Debug, Default)]
pub struct Listing {
    paths: Option<Vec<String>>,
    rows: HashMap<String, Row>,
}

impl Listing {
    /// Reads a CSV file with a header; only its column `path` is needed, relative to the folder. Unknown columns are ignored.
    ///
    /// # Errors
    /// When a row cannot be read, leads out of the folder, or repeats a path.
    pub fn read(file: &Path) -> Result<Self> {
        let failed = || format!("The table {} cannot be used", file.display());
        let mut reader = csv::Reader::from_path(file).with_context(failed)?;
        ensure!(
            reader.headers().with_context(failed)?.iter().any(|column| column == "path"),
            "The table {} has no column `path`.",
            file.display()
        );
        let mut listing = Self { paths: Some(Vec::new()), ..Self::default() };
        for row in reader.deserialize() {
            listing.push(row.with_context(failed)?).with_context(failed)?;
        }
        Ok(listing)
    }

    fn push(&mut self, row: Row) -> Result<()> {
        let inside = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(
            !row.path.is_empty() && inside(Path::new(&row.path)),
            "the path {:?} leads out of the folder",
            row.path
        );
        ensure!(self.rows.len() < MOST_ROWS, "it has more than {MOST_ROWS} rows");
        if self.rows.contains_key(&row.path) {
            bail!("the path {:?} is listed twice", row.path);
        }
        self.paths.get_or_insert_default().push(row.path.clone());
        self.rows.insert(row.path.clone(), row);
        Ok(())
    }

    /// The paths to take, in the table's order; none where there is no table.
    pub fn paths(&self) -> Option<&[String]> {
        self.paths.as_deref()
    }

    /// What the table says of a track, and for empty cells what its tags say.
    pub fn track(&self, found: &Candidate) -> Track {
        let Candidate { path, tags, duration_s, .. } = found;
        let row = self.rows.get(path).cloned().unwrap_or_default();
        let or = |cell: String, otherwise: &str| {
            let cell = tidy(&cell);
            if cell.is_empty() { otherwise.to_owned() } else { cell }
        };
        Track {
            title: or(row.title, &tags.title),
            artist: or(row.artist, &tags.artist),
            album: or(row.album, &tags.album),
            year: row.year.or(tags.year),
            duration_s: (duration_s * 100.0).round() / 100.0,
            source: tidy(&row.source),
            source_id: tidy(&row.source_id),
            isrc: or(row.isrc, &tags.isrc),
            licence: or(row.licence, &tags.licence),
            attribution: row.attribution.trim().to_owned(),
            page: row.page.trim().to_owned(),
            audio: if row.audio.trim().is_empty() { File::address(path) } else { row.audio.trim().to_owned() },
            style: tidy(&row.style),
            changes: tidy(&row.changes),
        }
    }
}
