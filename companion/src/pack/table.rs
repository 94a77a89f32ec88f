//! The table given with `--tracks`: what people know of their tracks better than the files' tags do.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Component, Path};

use anyhow::{Context, Result, ensure};
use csv::{Position, Reader, StringRecord};
use serde::Deserialize;
use sonoscape::Track;

use crate::build::files;
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

/// A table of tracks, by path; the default lists none and means all. Rows are read when they are asked for.
#[derive(Default)]
pub struct Listing {
    file: Option<RefCell<Reader<File>>>,
    rows: HashMap<String, Position>,
}

impl Listing {
    /// Reads a CSV file with a header; only its column `path` is needed, relative to the folder. Unknown columns are ignored.
    ///
    /// # Errors
    /// When a row cannot be read, leads out of the folder, or repeats a path.
    pub fn read(file: &Path) -> Result<Self> {
        let failed = || format!("The table {} cannot be used", file.display());
        let mut reader = Reader::from_path(file).with_context(failed)?;
        let headers = reader.headers().with_context(failed)?.clone();
        ensure!(headers.iter().any(|column| column == "path"), "The table {} has no column `path`.", file.display());
        let (mut rows, mut record) = (HashMap::new(), StringRecord::new());
        loop {
            let position = reader.position().clone();
            if !reader.read_record(&mut record).with_context(failed)? {
                return Ok(Self { file: Some(RefCell::new(reader)), rows });
            }
            let row: Row = record.deserialize(Some(&headers)).with_context(failed)?;
            check(&row.path, &rows).with_context(failed)?;
            rows.insert(row.path, position);
        }
    }

    /// The paths to take, in the table's order; none where there is no table.
    pub fn paths(&self) -> Option<Vec<&str>> {
        self.file.as_ref()?;
        let mut rows: Vec<(&String, &Position)> = self.rows.iter().collect();
        rows.sort_by_key(|(_, position)| position.byte());
        Some(rows.into_iter().map(|(path, _)| path.as_str()).collect())
    }

    fn row(&self, path: &str) -> Result<Row> {
        let (Some(file), Some(position)) = (&self.file, self.rows.get(path)) else { return Ok(Row::default()) };
        let (mut reader, mut record) = (file.borrow_mut(), StringRecord::new());
        reader.seek(position.clone())?;
        reader.read_record(&mut record)?;
        let row: Row = record.deserialize(Some(reader.headers()?))?;
        ensure!(row.path == path, "it has changed meanwhile");
        Ok(row)
    }

    /// What the table says of a track; for empty cells what the service says that it was collected from, or else its tags.
    ///
    /// # Errors
    /// When the table cannot be read any more.
    pub fn track(&self, found: &Candidate) -> Result<Track> {
        let Candidate { path, duration_s, offered, .. } = found;
        let row = self.row(path).with_context(|| format!("The table's row of {path} cannot be read"))?;
        let known = offered.clone().unwrap_or_else(|| tagged(found));
        let or = |cell: &str, otherwise: String| if cell.is_empty() { otherwise } else { cell.to_owned() };
        let hundredths = |seconds: f32| (seconds * 100.0).round() / 100.0;
        Ok(Track {
            title: or(&tidy(&row.title), known.title),
            artist: or(&tidy(&row.artist), known.artist),
            album: or(&tidy(&row.album), known.album),
            year: row.year.or(known.year),
            duration_s: if known.duration_s > 0.0 { known.duration_s } else { hundredths(*duration_s) },
            source: or(&tidy(&row.source), known.source),
            source_id: or(&tidy(&row.source_id), known.source_id),
            isrc: or(&tidy(&row.isrc), known.isrc),
            licence: or(&tidy(&row.licence), known.licence),
            attribution: or(row.attribution.trim(), known.attribution),
            page: or(row.page.trim(), known.page),
            audio: or(row.audio.trim(), known.audio),
            style: or(&tidy(&row.style), known.style),
            changes: or(&tidy(&row.changes), known.changes),
        })
    }
}

/// What a file says of itself.
fn tagged(found: &Candidate) -> Track {
    let tags = found.tags.clone();
    Track {
        title: tags.title,
        artist: tags.artist,
        album: tags.album,
        year: tags.year,
        isrc: tags.isrc,
        licence: tags.licence,
        audio: files::File::address(&found.path),
        ..Track::default()
    }
}

fn check(path: &str, rows: &HashMap<String, Position>) -> Result<()> {
    let inside = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
    ensure!(!path.is_empty() && inside(Path::new(path)), "the path {path:?} leads out of the folder");
    ensure!(rows.len() < MOST_ROWS, "it has more than {MOST_ROWS} rows");
    ensure!(!rows.contains_key(path), "the path {path:?} is listed twice");
    Ok(())
}
