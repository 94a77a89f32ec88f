//! From a music folder to a store.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use sonoscape::audio::SILENCE_PEAK;
use sonoscape::{Clip, Excerpt, MelFrontEnd};

use super::{MAGIC, Manifest, MelStore, Settings, StoredTrack, json_record, scan};
use crate::decode::decode;

/// Tracks in memory at once, for each thread.
const TRACKS_A_THREAD: usize = 4;

/// A file that gave nothing, and why.
pub type Failure = (PathBuf, anyhow::Error);

/// Opens the store at `path`, or computes it from the files under `folder`.
///
/// `progress` is told the files done and all files. Files that cannot be used are left out and returned.
///
/// # Errors
/// When no file can be used, the store was computed with other settings, or the disk refuses.
pub fn build(
    path: &Path,
    folder: &Path,
    manifest: &Manifest,
    settings: &Settings,
    mut progress: impl FnMut(usize, usize),
) -> Result<(MelStore, Vec<Failure>)> {
    let mut failures = Vec::new();
    if !path.exists() {
        let files = files_under(folder)?;
        let part = path.with_extension("part");
        let (mut writer, done) = go_on(&part, settings)?;
        let todo: Vec<_> = files.iter().filter(|file| !done.contains(&relative(folder, file))).collect();
        let mut finished = files.len() - todo.len();
        progress(finished, files.len());
        for few in todo.chunks(rayon::current_num_threads() * TRACKS_A_THREAD) {
            let records: Vec<_> = few.par_iter().map(|file| record(folder, file, manifest, settings)).collect();
            for (file, record) in few.iter().zip(records) {
                match record {
                    Ok(bytes) => writer.write_all(&bytes)?,
                    Err(error) => failures.push((file.to_path_buf(), error)),
                }
            }
            finished += few.len();
            progress(finished, files.len());
        }
        writer.sync_all()?;
        fs::rename(&part, path)?;
    }
    let store = MelStore::open(path)?;
    ensure!(
        store.settings == *settings,
        "{} was computed with other settings; choose another --run",
        path.display()
    );
    ensure!(!store.excerpts.is_empty(), "no file under {} can be used", folder.display());
    Ok((store, failures))
}

/// The unfinished store, cut after its last whole track, and the tracks it has.
fn go_on(part: &Path, settings: &Settings) -> Result<(File, HashSet<String>)> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(part)?;
    if let Ok(((found, tracks), whole)) = scan(&mut file)
        && found == *settings
    {
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        return Ok((file, tracks.into_iter().map(|(track, _)| track.path).collect()));
    }
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&[MAGIC.as_slice(), &json_record(settings)?].concat())?;
    Ok((file, HashSet::new()))
}

fn record(folder: &Path, file: &Path, manifest: &Manifest, settings: &Settings) -> Result<Vec<u8>> {
    let decoded = decode(file)?;
    let clip = Clip::from_channels(&decoded.channels, decoded.sample_rate)?;
    let mut front_end = MelFrontEnd::new(&settings.front_end)?;
    let mut columns = Vec::new();
    let mut pixels = Vec::new();
    for excerpt in clip.excerpts(settings.excerpt_s, settings.most_excerpts).iter().filter(|e| is_audible(e)) {
        let image = front_end.log_mel(excerpt.samples).image();
        columns.push(image.columns);
        for t in 0..image.columns {
            pixels.extend((0..image.bands).map(|band| (image.values[band * image.columns + t] * 255.0).round() as u8));
        }
    }
    let entry = manifest.entry(file);
    let track = StoredTrack {
        path: relative(folder, file),
        artist: entry.artist,
        licence: entry.licence,
        duration_s: clip.duration_s(),
        columns,
    };
    Ok([json_record(&track)?, pixels].concat())
}

fn is_audible(excerpt: &Excerpt<'_>) -> bool {
    excerpt.samples.iter().any(|sample| sample.abs() >= SILENCE_PEAK)
}

/// Every file under `folder`, in order of name; hidden ones are left out.
fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot open the folder {}", folder.display()))?;
    let mut paths = entries.map(|entry| entry.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden && !path.is_symlink() {
            files.extend(files_under(&path)?);
        } else if path.is_file() && !hidden {
            files.push(path);
        }
    }
    Ok(files)
}

fn relative(folder: &Path, file: &Path) -> String {
    let path = file.strip_prefix(folder).unwrap_or(file);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
