//! Which files of a folder become tracks.

use std::fs::Metadata;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, anyhow};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use walkdir::WalkDir;

use crate::library::Stamp;
use crate::pack::Problem;

const EXTENSIONS: [&str; 19] = [
    "aac", "aif", "aifc", "aiff", "alac", "caf", "flac", "m4a", "m4b", "mka", "mp2", "mp3", "mp4", "oga", "ogg",
    "opus", "wav", "wave", "webm",
];

/// What stands for itself in a web address's path.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A file to be analysed.
#[derive(Debug, Clone)]
pub struct File {
    /// Relative to the folder, with `/` between its parts.
    pub path: String,
    /// Where it lies.
    pub place: PathBuf,
    pub stamp: Stamp,
}

impl File {
    /// Where the page finds its sound when `sonoscape serve` runs.
    pub fn address(path: &str) -> String {
        format!("audio/{}", utf8_percent_encode(path, &PLAIN))
    }
}

/// The files with a name that sounds like audio, in order of their paths; hidden ones and symbolic links are left out.
pub fn walk(folder: &Path) -> (Vec<File>, Vec<Problem>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    let visible = |name: &std::ffi::OsStr| !name.to_string_lossy().starts_with('.');
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || visible(entry.file_name())) {
        let found = entry.map_err(|error| (error.path().unwrap_or(folder).to_owned(), anyhow!("It cannot be read.")));
        let found = found.and_then(|entry| {
            if !entry.file_type().is_file() || !sounds_like_audio(entry.path()) {
                return Ok(None);
            }
            let place = entry.path().to_owned();
            let metadata = entry.metadata().map_err(|error| (place.clone(), error.into()))?;
            file(folder, place.clone(), &metadata).map(Some).map_err(|error| (place, error))
        });
        match found {
            Ok(file) => files.extend(file),
            Err((place, error)) => problems.push(Problem::new(relative_lossy(folder, &place), &error)),
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    (files, problems)
}

/// The files that a table lists, in its order, whatever they are called.
pub fn listed(folder: &Path, paths: &[&str]) -> (Vec<File>, Vec<Problem>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        let place = folder.join(path);
        let found = place.metadata().context("It is listed, but not there.");
        match found.and_then(|metadata| file(folder, place, &metadata)) {
            Ok(file) => files.push(file),
            Err(error) => problems.push(Problem::new((*path).to_owned(), &error)),
        }
    }
    (files, problems)
}

fn file(folder: &Path, place: PathBuf, metadata: &Metadata) -> Result<File> {
    let path = relative(folder, &place).context("Its name is not valid Unicode. Rename it.")?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let modified_ns = i64::try_from(modified.as_nanos()).unwrap_or(i64::MAX);
    Ok(File { path, place, stamp: Stamp { size: metadata.len(), modified_ns } })
}

fn sounds_like_audio(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
}

fn relative(folder: &Path, place: &Path) -> Option<String> {
    let parts = place.strip_prefix(folder).ok()?.components();
    let parts: Option<Vec<&str>> = parts
        .map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    Some(parts?.join("/"))
}

fn relative_lossy(folder: &Path, place: &Path) -> String {
    place.strip_prefix(folder).unwrap_or(place).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_any_name() {
        assert_eq!(File::address("a b/ü?#%.ogg"), "audio/a%20b/%C3%BC%3F%23%25.ogg");
    }
}
