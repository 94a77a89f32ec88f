//! What a store holds, read from its first byte to its last.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek};
use std::path::{Component, Path};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{MAGIC, Settings, StoredTrack};

/// No JSON in a store is longer, in bytes.
const LONGEST_JSON: u32 = 1 << 20;

/// No track of a store has more columns, and no column more bands.
const MOST: usize = 1 << 20;

type Scanned = (Settings, Vec<(StoredTrack, u64)>);

/// Settings, tracks with the offset of their columns, and the length of the part that is whole.
///
/// # Errors
/// When `file` cannot be read, is no store, or holds what cannot be.
pub fn scan(file: &mut File) -> Result<(Scanned, u64)> {
    let end = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let mut magic = [0; MAGIC.len()];
    reader.read_exact(&mut magic).context("it is too short for a store of mel images")?;
    ensure!(&magic == MAGIC, "this is not a store of mel images");
    let settings: Settings = read_json(&mut reader)?.context("its header is missing")?;
    let bands = settings.front_end.n_mels;
    ensure!((1..=MOST).contains(&bands), "its header states {bands} bands");
    let mut tracks = Vec::new();
    let mut whole = reader.stream_position()?;
    while let Some(track) = read_json::<StoredTrack>(&mut reader)? {
        let at = reader.stream_position()?;
        let length = length(&track, bands).with_context(|| format!("it states of {} what cannot be", track.path))?;
        if at + length > end {
            break;
        }
        match &track.sha256 {
            Some(expected) => ensure!(
                sha256(reader.by_ref().take(length))? == *expected,
                "the columns of {} are damaged. Make the store again with `sonoscape analyse`",
                track.path
            ),
            None => reader.seek_relative(length as i64)?,
        }
        whole = at + length;
        tracks.push((track, at));
    }
    Ok(((settings, tracks), whole))
}

/// Bytes of a track's columns; none where no track can be so.
fn length(track: &StoredTrack, bands: usize) -> Option<u64> {
    let columns = track.columns.iter().try_fold(0, |sum: usize, &columns| sum.checked_add(columns))?;
    let starts = track.starts_s.iter().all(|start| start.is_finite());
    let inside = Path::new(&track.path).components().all(|part| matches!(part, Component::Normal(_)));
    let sound = inside && starts && track.starts_s.len() == track.columns.len() && columns <= MOST;
    sound.then_some(columns as u64 * bands as u64)
}

/// The digest of all that is read, in hexadecimal.
pub fn sha256(mut reader: impl BufRead) -> io::Result<String> {
    let mut hasher = Sha256::new();
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        hasher.update(bytes);
        let length = bytes.len();
        reader.consume(length);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The next JSON value, or none where the file ends before or within it.
fn read_json<T: for<'de> Deserialize<'de>>(reader: &mut impl Read) -> Result<Option<T>> {
    let mut length = [0; 4];
    let mut json = Vec::new();
    let read = reader.read_exact(&mut length).and_then(|()| {
        let length = u32::from_le_bytes(length);
        if length > LONGEST_JSON {
            return Err(io::Error::new(ErrorKind::InvalidData, "a record is too long"));
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
