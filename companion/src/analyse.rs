//! `sonoscape analyse`: a music folder to the store of mel images that training reads.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::mel_store::{self, Manifest, MelStore, Settings};
use crate::pack::Problem;
use crate::progress;

/// Compute the mel images of a music folder into one file, which `sonoscape train` takes in place of the folder.
///
/// Run the same command again to go on where it stopped, whatever stopped it. Files that cannot be used are left out and
/// listed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of music files.
    folder: PathBuf,
    /// CSV table of the files with the columns path, artist and licence; without it, a folder counts as an artist.
    #[arg(long, value_name = "FILE")]
    tracks: Option<PathBuf>,
    /// The store.
    #[arg(long, short, value_name = "FILE", default_value = "mels.bin")]
    output: PathBuf,
}

/// Writes the store and says what it holds.
///
/// # Errors
/// When no file can be used, or the store is there already and of another front end, or the disk refuses.
pub fn run(args: &Args) -> Result<()> {
    let store = store(&args.output, &args.folder, args.tracks.as_deref())?;
    let hours = store.tracks.iter().map(|track| track.duration_s).sum::<f32>() / 3600.0;
    let (tracks, excerpts) = (store.tracks.len(), store.excerpts.len());
    println!("{tracks} tracks, {hours:.1} hours, {excerpts} excerpts in {}.", args.output.display());
    Ok(())
}

/// Opens the store at `path`, or computes it from `folder`; lists the files that could not be used.
///
/// # Errors
/// As [`run`].
pub fn store(path: &Path, folder: &Path, tracks: Option<&Path>) -> Result<MelStore> {
    let manifest = tracks.map(|table| Manifest::read(table, folder)).transpose()?.unwrap_or_default();
    let bar = progress::bar(0, "Mel spectrograms", false);
    let built = mel_store::build(path, folder, &manifest, &Settings::default(), |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let (store, problems) = built?;
    problems.iter().for_each(|Problem { path, problem }| eprintln!("{path}: {problem}"));
    Ok(store)
}
