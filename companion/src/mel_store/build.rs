//! From a music folder to a store.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use sonoscape::audio::SILENCE_PEAK;
use sonoscape::{Clip, Excerpt, MelFrontEnd};

use super::scan::{scan, sha256};
use super::{MAGIC, Manifest, MelStore, Settings, StoredTrack, json_record};
use crate::build::files::{File, walk};
use crate::catalogue::refused;
use crate::decode::decode;
use crate::pack::Problem;

/// Tracks in memory at once, for each thread.
const TRACKS_A_THREAD: usize = 4;

/// Opens the store at `path`, or computes it from the files in `folder`.
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
    progress: impl FnMut(usize, usize),
) -> Result<(MelStore, Vec<Problem>)> {
    let problems = match path.exists() {
        true => Vec::new(),
        false => compute(path, folder, manifest, settings, progress)?,
    };
    Ok((MelStore::open_with(path, settings)?, problems))
}

fn compute(
    path: &Path,
    folder: &Path,
    manifest: &Manifest,
    settings: &Settings,
    mut progress: impl FnMut(usize, usize),
) -> Result<Vec<Problem>> {
    let (files, mut problems) = walk(folder);
    let part = path.with_extension("part");
    let (mut writer, done) = go_on(&part, settings).with_context(|| refused(&part))?;
    let todo: Vec<_> = files.iter().filter(|file| !done.contains(&file.path)).collect();
    let mut finished = files.len() - todo.len();
    let mut tracks = done.len();
    progress(finished, files.len());
    for few in todo.chunks(rayon::current_num_threads() * TRACKS_A_THREAD) {
        let records: Vec<_> = few.par_iter().map(|file| record(file, manifest, settings)).collect();
        for (file, record) in few.iter().zip(records) {
            match record {
                Ok(bytes) => {
                    writer.write_all(&bytes).with_context(|| refused(&part))?;
                    tracks += 1;
                }
                Err(error) => problems.push(Problem::new(file.path.clone(), &error)),
            }
        }
        finished += few.len();
        progress(finished, files.len());
    }
    if tracks == 0 {
        fs::remove_file(&part)?;
        bail!("{} holds no music that can be used.", folder.display());
    }
    writer.sync_all().and_then(|()| fs::rename(&part, path)).with_context(|| refused(path))?;
    Ok(problems)
}

/// The unfinished store, cut after its last whole track, and the tracks it has.
fn go_on(part: &Path, settings: &Settings) -> Result<(fs::File, HashSet<String>)> {
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

fn record(file: &File, manifest: &Manifest, settings: &Settings) -> Result<Vec<u8>> {
    let decoded = decode(&file.place)?;
    let clip = Clip::from_channels(&decoded.channels, decoded.sample_rate)?;
    let mut front_end = MelFrontEnd::new(&settings.front_end)?;
    let (mut columns, mut starts_s) = (Vec::new(), Vec::new());
    let mut pixels = Vec::new();
    for excerpt in clip.excerpts(settings.excerpt_s, settings.most_excerpts).iter().filter(|e| is_audible(e)) {
        let image = front_end.log_mel(excerpt.samples).image();
        columns.push(image.columns);
        starts_s.push(excerpt.start_s);
        for t in 0..image.columns {
            pixels.extend((0..image.bands).map(|band| (image.values[band * image.columns + t] * 255.0).round() as u8));
        }
    }
    let entry = manifest.entry(&file.place, &decoded.tags);
    let track = StoredTrack {
        path: file.path.clone(),
        artist: entry.artist,
        licence: entry.licence,
        duration_s: clip.duration_s(),
        columns,
        starts_s,
        sha256: Some(sha256(&pixels[..])?),
    };
    Ok([json_record(&track)?, pixels].concat())
}

fn is_audible(excerpt: &Excerpt<'_>) -> bool {
    excerpt.samples.iter().any(|sample| sample.abs() >= SILENCE_PEAK)
}
