//! What a run is started with, or gone on with: settings, mel images and teacher, all kept in its folder.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn::config::Config;

use super::model::AutoencoderConfig;
use super::{Args, RunConfig, RunFolder, Teacher, teacher};
use crate::analyse;
use crate::mel_store::{MelStore, Settings};

/// The run's settings: those it was started with, or those asked for.
pub fn config(args: &Args, folder: &RunFolder) -> Result<RunConfig> {
    let begun = folder.config().exists().then(|| folder.load_config()).transpose()?;
    let mut config = match (&args.config, &begun) {
        (Some(file), _) => {
            RunConfig::load(file).with_context(|| format!("{} cannot be used as settings", file.display()))?
        }
        (None, Some(begun)) => begun.clone(),
        (None, None) => RunConfig::new(AutoencoderConfig::new()),
    };
    config.seed = args.seed.unwrap_or(config.seed);
    config.check()?;
    let taught = config.is_taught();
    ensure!(!taught || args.teacher.is_some() || folder.teacher().exists(), "These settings ask for --teacher.");
    ensure!(taught || args.teacher.is_none(), "These settings have no use for --teacher.");
    ensure!(
        begun.is_none_or(|begun| begun == config),
        "{} was started with other settings, see its config.json. Choose another --run.",
        args.run.display()
    );
    Ok(config)
}

/// The run's own store: kept from before, computed from a folder, or the one that is named.
pub fn mels(args: &Args, folder: &RunFolder) -> Result<MelStore> {
    let place = folder.mels();
    match &args.folder {
        _ if place.exists() => (),
        Some(store) if store.is_file() => {
            ensure!(args.tracks.is_none(), "A store names its artists itself. Leave --tracks out.");
            MelStore::open_with(store, &Settings::default())?;
            adopt(store, &place)?;
        }
        Some(music) => return analyse::store(&place, music, args.tracks.as_deref()),
        None => bail!(
            "{} was not started yet. Name a folder of music, or a store that `sonoscape analyse` made of one.",
            args.run.display()
        ),
    }
    MelStore::open_with(&place, &Settings::default())
}

/// What the teacher hears in the store's tracks, where the settings ask for it; from now on, the run has a copy.
pub fn teacher(args: &Args, config: &RunConfig, folder: &RunFolder, store: &MelStore) -> Result<Option<Teacher>> {
    let Some(listening) = config.listening.as_ref().filter(|listening| listening.is_taught()) else { return Ok(None) };
    let place = folder.teacher();
    if let Some(given) = args.teacher.as_ref().filter(|_| !place.exists()) {
        Teacher::read(given, &store.tracks, listening.teacher)?;
        teacher::copy(given, &store.tracks, &place)?;
    }
    Ok(Some(Teacher::read(&place, &store.tracks, listening.teacher)?))
}

/// Puts a store into a run, as a link to the same bytes where the disk can.
fn adopt(store: &Path, place: &Path) -> Result<()> {
    let part = place.with_extension("adopted");
    let copy = || fs::copy(store, &part).and_then(|_| fs::rename(&part, place));
    if fs::hard_link(store, place).is_ok() {
        return Ok(());
    }
    copy().with_context(|| format!("{} cannot be copied to {}", store.display(), place.display()))
}
