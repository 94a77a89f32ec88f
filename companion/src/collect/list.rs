//! Tracks that somebody lists in a table.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sonoscape::Track;
use sonoscape::services::Service;

use super::crawl::{self, What};
use crate::library::collected::{Change, Sound};
use crate::tags::tidy;

/// What the source of listed tracks is called in the library.
pub const SOURCE: &str = "list";

const MOST_ROWS: usize = 1_000_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    title: String,
    artist: String,
    album: String,
    year: Option<u16>,
    duration_s: Option<f32>,
    licence: String,
    attribution: String,
    page: String,
    audio: String,
    style: String,
    isrc: String,
}

/// The tracks of a CSV file with a header; unknown columns are ignored. Rows are told apart by their address, their code or their names.
///
/// # Errors
/// When a row cannot be read or says too little.
pub fn read(file: &Path) -> Result<Vec<Track>> {
    let failed = || format!("The table {} cannot be used", file.display());
    let mut reader = csv::Reader::from_path(file).with_context(failed)?;
    let mut tracks = Vec::new();
    for row in reader.deserialize::<Row>() {
        let row = row.with_context(failed)?;
        ensure!(tracks.len() < MOST_ROWS, "The table {} has more than {MOST_ROWS} rows.", file.display());
        tracks.push(track(&row).with_context(|| format!("Row {} of the table {}", tracks.len() + 1, file.display()))?);
    }
    ensure!(!tracks.is_empty(), "The table {} lists nothing.", file.display());
    Ok(tracks)
}

fn track(row: &Row) -> Result<Track> {
    let [title, artist, album] = [&row.title, &row.artist, &row.album].map(|text| tidy(text));
    let audio = row.audio.trim().to_owned();
    let isrc: String = row.isrc.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    ensure!(
        !audio.is_empty() || !isrc.is_empty() || (!title.is_empty() && !artist.is_empty()),
        "It needs an audio address, an isrc, or a title and an artist."
    );
    ensure!(
        audio.is_empty() || audio.starts_with("https://") || audio.starts_with("http://"),
        "Its audio is no web address."
    );
    let known_by = if !audio.is_empty() { audio.clone() } else { format!("{isrc}\0{artist}\0{title}") };
    let digest = Sha256::digest(known_by.as_bytes());
    let title = if title.is_empty() { audio.rsplit('/').next().unwrap_or_default().to_owned() } else { title };
    let track = Track {
        title,
        artist,
        album,
        year: row.year,
        duration_s: row.duration_s.unwrap_or_default(),
        source: SOURCE.to_owned(),
        source_id: digest[..8].iter().map(|byte| format!("{byte:02x}")).collect(),
        isrc,
        licence: tidy(&row.licence),
        attribution: tidy(&row.attribution),
        page: row.page.trim().to_owned(),
        audio,
        style: tidy(&row.style),
        changes: String::new(),
    };
    track.check()?;
    Ok(track)
}

/// Takes a track in; its sound comes from its address, or else is looked for, first at `elsewhere`.
///
/// # Errors
/// When the library refuses.
pub fn add(change: &Change, track: &Track, elsewhere: Option<Service>) -> Result<()> {
    // A sound whose licence is not stated is heard and dropped.
    let (id, is_new) = change.insert(track, None, !track.licence.is_empty())?;
    if !is_new {
        return Ok(());
    }
    if !track.audio.is_empty() {
        change.sound(id, Sound::Due, "")?;
        crawl::add(change, SOURCE, &What::Sound { sound: id })?;
    } else if let Some(service) = elsewhere {
        change.sound(id, Sound::Sought, "")?;
        crawl::add(change, service.id(), &What::Elsewhere { elsewhere: id })?;
    }
    Ok(())
}
