//! `sonoscape build`: a music folder to a ready catalogue.

pub mod files;
pub mod report;
mod table;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use sonoscape::catalogue::{Entry as Packed, Excerpt, MOST_SEGMENT_ROWS, PackedSegment};
use sonoscape::{Analyser, Encoder, quantize};

use crate::catalogue::Writer;
use crate::library::{Entry, LIBRARY_NAME, Library};
use crate::{hear, progress};
use files::File;
use report::{Duplicate, Problem, Report};
use table::Listing;

/// Where catalogues lie unless asked otherwise.
pub const DEFAULT_OUTPUT: &str = "catalogue";

/// The library's setting that names the folder of the music.
pub const FOLDER_SETTING: &str = "folder";

/// Analyses that may wait to be written.
const WAITING: usize = 64;

/// Make a catalogue of a music folder.
///
/// Run it again after an interruption or a change: only what is new or changed is analysed, and what has gone is dropped.
/// Hidden files and symbolic links are left out. Files that cannot be used are listed at the end; only when no
/// file can be used does the build fail, and then it leaves an earlier catalogue as it was.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of music files.
    folder: PathBuf,
    /// Folder that receives the catalogue.
    #[arg(long, short, value_name = "FOLDER", default_value = DEFAULT_OUTPUT)]
    output: PathBuf,
    /// CSV table of the tracks to take, instead of all; its cells override tags. Columns: path (relative to the folder),
    /// title, artist, album, year, licence, attribution, page, audio, style, changes, source, source_id, isrc.
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    tracks: Option<PathBuf>,
    /// Where analyses are kept between runs, if not in library.sqlite beside the catalogue.
    #[arg(long, value_name = "FILE")]
    library: Option<PathBuf>,
    /// Name of the catalogue, if not the folder's.
    #[arg(long)]
    name: Option<String>,
    /// Encoder to use instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// Analyses what is new or changed, then writes the catalogue.
///
/// # Errors
/// When the folder, the table or the library cannot be read, the catalogue cannot be written, or no file could be used.
pub fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let failed = || format!("The folder {} cannot be read", args.folder.display());
    let folder = args.folder.canonicalize().with_context(failed)?;
    ensure!(folder.is_dir(), "{} is not a folder.", args.folder.display());
    let encoder = hear::encoder(args.encoder.as_deref())?;
    let listing = args.tracks.as_deref().map(Listing::read).transpose()?;
    let (files, problems) = match &listing {
        Some(listing) => files::listed(&folder, listing),
        None => files::walk(&folder),
    };
    let mut report = Report { problems, ..Report::default() };
    let mut library = open_library(args, &folder)?;
    analyse(&files, &mut library, &encoder, args.json, &mut report)?;
    let paths: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    report.removed = library.retain(|path| paths.contains(path))?;

    let packed = join(&files, &library, &listing.unwrap_or_default(), &encoder, &mut report)?;
    report.problems.sort_by(|a, b| a.path.cmp(&b.path));
    report.seconds = started.elapsed().as_secs_f64();
    if report.tracks > 0 {
        let name = args.name.clone().or_else(|| Some(folder.file_name()?.to_string_lossy().into_owned()));
        write(&packed, &name.unwrap_or_default(), &args.output, &encoder)?;
    }
    report.print(args.json);
    ensure!(report.tracks > 0, "No file in {} could be used, so no catalogue was written.", folder.display());
    Ok(())
}

fn open_library(args: &Args, folder: &Path) -> Result<Library> {
    fs::create_dir_all(&args.output).with_context(|| format!("{} cannot be made", args.output.display()))?;
    let place = args.library.clone().unwrap_or_else(|| args.output.join(LIBRARY_NAME));
    let library = Library::open(&place)?;
    library.set(FOLDER_SETTING, &folder.to_string_lossy())?;
    Ok(library)
}

/// Analyses the files of which the library has nothing current, on all cores, and keeps each as soon as it is done.
fn analyse(files: &[File], library: &mut Library, encoder: &Encoder, quiet: bool, report: &mut Report) -> Result<()> {
    let mut due = Vec::new();
    for file in files {
        if library.stamp(&file.path, encoder.id())? == Some(file.stamp) {
            report.unchanged += 1;
        } else {
            due.push(file);
        }
    }
    let bar = progress::bar(due.len(), "Analysing", quiet);
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The receiver goes only when the library cannot be written; then the rest need not be analysed.
            due.par_iter()
                .map_init(|| Analyser::new(encoder.clone()), |analyser, file| (*file, heard(file, analyser)))
                .try_for_each_with(sender, |sender, found| sender.send(found).ok())
        });
        for (file, found) in receiver {
            match found {
                Ok(entry) => {
                    library.put(&entry, encoder.id())?;
                    report.analysed += 1;
                }
                Err(error) => report.problems.push(Problem::new(file.path.clone(), &error)),
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    })
}

fn heard(file: &File, analyser: &mut sonoscape::Result<Analyser>) -> Result<Entry> {
    let analyser = analyser.as_mut().map_err(|error| error.clone())?;
    let heard = hear::hear(&file.place, analyser)?;
    Ok(Entry {
        path: file.path.clone(),
        stamp: file.stamp,
        digest: digest(&file.place)?,
        duration_s: heard.duration_s,
        tags: heard.tags,
        excerpts: heard.analysis.excerpts,
    })
}

/// SHA-256 of a file's bytes.
fn digest(path: &Path) -> Result<Vec<u8>> {
    let mut reader = BufReader::with_capacity(1 << 20, fs::File::open(path)?);
    let mut digest = Sha256::new();
    loop {
        let block = reader.fill_buf()?;
        if block.is_empty() {
            return Ok(digest.finalize().to_vec());
        }
        digest.update(block);
        let length = block.len();
        reader.consume(length);
    }
}

/// Joins what the library holds of `files`; a file with the bytes of an earlier one is left out.
fn join(
    files: &[File],
    library: &Library,
    listing: &Listing,
    encoder: &Encoder,
    report: &mut Report,
) -> Result<Vec<Packed>> {
    let mut tracks: Vec<(Vec<u8>, Packed)> = Vec::new();
    let mut first_with: HashMap<Vec<u8>, &str> = HashMap::new();
    for file in files {
        let Some(entry) = library.get(&file.path, encoder.id())?.filter(|entry| entry.stamp == file.stamp) else {
            continue;
        };
        if let Some(same_as) = first_with.get(&entry.digest) {
            report.duplicates.push(Duplicate { path: entry.path, same_as: (*same_as).to_owned() });
            continue;
        }
        first_with.insert(entry.digest, &file.path);
        let track = listing.track(&entry.path, &entry.tags, entry.duration_s, File::address(&entry.path));
        if let Err(error) = track.check() {
            report.problems.push(Problem::new(entry.path, &error.into()));
            continue;
        }
        let excerpts = entry.excerpts.iter();
        let excerpts = excerpts.map(|e| Excerpt { start_s: e.start_s, code: quantize(&e.embedding) }).collect();
        let key = Sha256::digest(entry.path.as_bytes()).to_vec();
        tracks.push((key, Packed { track, excerpts, ..Packed::default() }));
    }
    tracks.sort_by(|a, b| a.0.cmp(&b.0));
    report.tracks = tracks.len();
    report.excerpts = tracks.iter().map(|(_, track)| track.excerpts.len()).sum();
    Ok(tracks.into_iter().map(|(_, track)| track).collect())
}

fn write(tracks: &[Packed], name: &str, folder: &Path, encoder: &Encoder) -> Result<()> {
    let dimension = encoder.card().dimension;
    let mut writer = Writer::begin(folder)?;
    for segment in tracks.chunks(MOST_SEGMENT_ROWS / sonoscape::EXCERPTS_PER_TRACK) {
        writer.put(PackedSegment::new(dimension, segment)?)?;
    }
    writer.finish(name, encoder.id(), dimension)?;
    Ok(())
}
