//! `sonoscape build`: a music folder to a ready catalogue.

pub mod files;
mod report;

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use sonoscape::{Analyser, Encoder};

use crate::library::collected::Sound;
use crate::library::{Entry, FOLDER_SETTING, Library};
use crate::pack::{self, Problem};
use crate::{hear, map, progress};
use files::File;
use report::Report;

/// Analyses that may wait to be written.
const WAITING: usize = 64;

/// Make a catalogue of a music folder, and its map.
///
/// Run it again after an interruption or a change: only what is new or changed is analysed and written, and what has gone is
/// dropped. Hidden files and symbolic links are left out. Files that cannot be used are listed at the end; only when no
/// file can be used does the build fail, and then it leaves an earlier catalogue as it was.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of music files [default: the one that the library is of, such as that of `sonoscape collect`].
    folder: Option<PathBuf>,
    #[command(flatten)]
    options: pack::Options,
    /// Leave the map as it is: new tracks get no place on it.
    #[arg(long)]
    no_map: bool,
}

/// Analyses what is new or changed, then writes the catalogue.
///
/// # Errors
/// When the folder, the table or the library cannot be read, the catalogue cannot be written, or no file could be used.
pub fn run(args: &Args) -> Result<()> {
    let (started, options) = (Instant::now(), &args.options);
    let folder = folder(args)?;
    let encoder = hear::encoder(options.encoder.as_deref())?;
    let listing = options.listing()?;
    let (files, mut problems) = match listing.paths() {
        Some(paths) => files::listed(&folder, &paths),
        None => files::walk(&folder),
    };
    fs::create_dir_all(&options.output).with_context(|| format!("{} cannot be made", options.output.display()))?;
    let mut library = Library::open(&options.library())?;
    library.set(FOLDER_SETTING, &folder.to_string_lossy())?;
    let mut report = Report::default();
    problems.extend(analyse(&files, &mut library, &encoder, options.json, &mut report)?);
    let paths: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    report.removed = library.retain(|path| paths.contains(path))?;
    report.dropped = drop_fleeting(&mut library, &folder, &encoder, &problems)?;
    report.to_fetch_again = library.want_again(encoder.id())?;

    report.packed = pack::pack(&mut library, &listing, &encoder, options)?;
    if report.packed.tracks > 0 && !args.no_map {
        report.map = Some(map::draw(&options.output, &map::Options::usual()?, false, options.json)?);
    }
    problems.append(&mut report.packed.problems);
    problems.sort_by(|a, b| a.path.cmp(&b.path));
    problems.dedup_by(|later, earlier| later.path == earlier.path);
    report.packed.problems = problems;
    report.seconds = started.elapsed().as_secs_f64();
    report.print(options.json);
    ensure!(report.packed.tracks > 0, "No file in {} could be used, so no catalogue was written.", folder.display());
    Ok(())
}

/// The folder that was named, or the library's.
fn folder(args: &Args) -> Result<PathBuf> {
    let named = match &args.folder {
        Some(folder) => folder.clone(),
        None => Library::setting_of(&args.options.library(), FOLDER_SETTING)?
            .map(PathBuf::from)
            .context("Name the folder of the music, or collect some first with `sonoscape collect`")?,
    };
    let folder = named.canonicalize().with_context(|| format!("The folder {} cannot be read", named.display()))?;
    ensure!(folder.is_dir(), "{} is not a folder.", named.display());
    Ok(folder)
}

/// Removes the files that were only lent to be heard, whether they could be used or not; says how many.
fn drop_fleeting(library: &mut Library, folder: &Path, encoder: &Encoder, problems: &[Problem]) -> Result<usize> {
    let fleeting = library.fleeting(encoder.id())?;
    for (id, path, is_heard) in &fleeting {
        let place = folder.join(path);
        if place.exists() {
            fs::remove_file(&place).with_context(|| format!("{} cannot be removed", place.display()))?;
        }
        let problem =
            problems.iter().find(|problem| problem.path == *path).map_or("", |problem| problem.problem.as_str());
        let sound = if *is_heard { Sound::Heard } else { Sound::Failed };
        library.change(|change| change.sound(*id, sound, problem))?;
    }
    Ok(fleeting.len())
}

/// Analyses the files of which the library has nothing current, on all cores, and keeps each as soon as it is done; of those
/// that cannot be used, it keeps nothing.
fn analyse(
    files: &[File],
    library: &mut Library,
    encoder: &Encoder,
    quiet: bool,
    report: &mut Report,
) -> Result<Vec<Problem>> {
    let (mut due, mut problems) = (Vec::new(), Vec::new());
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
                Err(error) => {
                    library.forget(&file.path)?;
                    problems.push(Problem::new(file.path.clone(), &error));
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(problems)
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
