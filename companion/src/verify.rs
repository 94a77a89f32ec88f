//! `sonoscape verify`: whether every file of a catalogue is what it should be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Error, Result, ensure};
use serde::Serialize;
use sonoscape::TrackId;
use sonoscape::catalogue::{BLOCK_TRACKS, MANIFEST_NAME, MissingText, Region, SegmentEntry};

use crate::catalogue::{self, Stored, leftover};
use crate::progress;

/// Read a catalogue from end to end and list everything that is wrong with it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the catalogue.
    folder: PathBuf,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Findings {
    tracks: usize,
    excerpts: usize,
    segments: usize,
    problems: Vec<Problem>,
    /// Of the tracks.
    #[serde(skip)]
    clusters: BTreeMap<u16, u32>,
    #[serde(skip)]
    named: BTreeSet<String>,
    /// Whether `named` is all that the catalogue names.
    #[serde(skip)]
    knows_all_names: bool,
}

/// A file, and what is wrong with it.
#[derive(Debug, Serialize)]
struct Problem {
    file: String,
    problem: String,
}

/// Lists what is wrong.
///
/// # Errors
/// When anything is.
pub fn run(args: &Args) -> Result<()> {
    let mut findings = Findings::default();
    match Stored::open(&args.folder) {
        Ok(stored) => findings.look_through(&stored, args.json),
        Err(error) => findings.note(MANIFEST_NAME, &error),
    }
    findings.named.insert(MANIFEST_NAME.to_owned());
    if findings.knows_all_names {
        for file in leftover(&args.folder, &findings.named)? {
            findings.note(&file, &Error::msg("It belongs to no catalogue here. Pack again, or remove it."));
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        findings.problems.iter().for_each(|Problem { file, problem }| println!("{file}: {problem}"));
        println!("{} tracks, {} excerpts, {} segments.", findings.tracks, findings.excerpts, findings.segments);
    }
    let count = findings.problems.len();
    ensure!(count == 0, "{count} problems were found in {}.", args.folder.display());
    Ok(())
}

impl Findings {
    fn note(&mut self, file: &str, error: &Error) {
        self.problems.push(Problem { file: file.to_owned(), problem: format!("{error:#}") });
    }

    fn take<T>(&mut self, file: &str, found: Result<T>) -> Option<T> {
        found.inspect_err(|error| self.note(file, error)).ok()
    }

    fn look_through(&mut self, stored: &Stored, quiet: bool) {
        let manifest = stored.manifest();
        (self.tracks, self.excerpts) = (manifest.tracks(), manifest.excerpts());
        (self.segments, self.knows_all_names) = (manifest.segments.len(), true);
        let bar = progress::bar(self.segments, "Verifying", quiet);
        for (segment, entry) in manifest.segments.iter().enumerate() {
            if !self.named.insert(entry.sketch.name.clone()) {
                self.note(MANIFEST_NAME, &Error::msg(format!("It names {} twice.", entry.sketch.name)));
            }
            self.named.extend([&entry.codes].into_iter().chain(&entry.names).map(|shard| shard.name.clone()));
            self.look_at(stored, segment, entry);
            bar.inc(1);
        }
        if let Some(regions) = &manifest.regions {
            let found = self.take(&regions.name, stored.regions()).unwrap_or_default();
            self.named.insert(regions.name.clone());
            self.compare(&regions.name, &found);
        }
        bar.finish_and_clear();
    }

    /// Holds the regions of clusters to the tracks in them.
    fn compare(&mut self, file: &str, regions: &[Region]) {
        for Region { name, tracks, cluster, .. } in regions {
            let found = cluster.map(|cluster| self.clusters.get(&cluster).copied().unwrap_or(0));
            if let Some(found) = found.filter(|found| self.knows_all_names && found != tracks) {
                self.note(file, &Error::msg(format!("{name} is said to have {tracks} tracks, but {found} are in it.")));
            }
        }
    }

    fn look_at(&mut self, stored: &Stored, segment: usize, entry: &SegmentEntry) {
        let name = &entry.codes.name;
        let codes = self.take(name, stored.shard(&entry.codes));
        let Some(mut alone) = self.take(&entry.sketch.name, stored.sketch(segment)) else {
            let verified = codes.map(|codes| entry.codes.verify(&codes).map_err(Error::new));
            verified.and_then(|verified| self.take(name, verified));
            self.knows_all_names = false;
            return;
        };
        for cluster in alone.ids().filter_map(|id| alone.cluster(id)) {
            *self.clusters.entry(cluster).or_default() += 1;
        }
        let found = codes.map(|codes| alone.verify_signs(0, &codes).and_then(|()| alone.take_codes(0, codes)));
        let has_codes = found.and_then(|found| self.take(name, found.map_err(Error::new))).is_some();
        let has_names = entry.names.as_ref().is_some_and(|names| {
            let taken = stored.shard(names).and_then(|bytes| Ok(alone.take_names(0, &bytes)?));
            self.take(&names.name, taken).is_some()
        });
        for MissingText { block, shard, .. } in catalogue::texts(&alone) {
            let bytes = stored.shard(&shard);
            let taken = bytes.and_then(|bytes| Ok(alone.take_text(0, block, &bytes)?));
            if self.take(&shard.name, taken).is_some() {
                let ids = (block * BLOCK_TRACKS..entry.tracks).take(BLOCK_TRACKS);
                let mut ids = ids.map(|track| TrackId { segment: 0, track: track as u32 });
                let agrees = ids.try_for_each(|id| {
                    let facets = if has_codes { alone.verify_facets(id) } else { Ok(()) };
                    facets.and_then(|()| if has_names { alone.verify_names(id) } else { Ok(()) })
                });
                self.take(&shard.name, agrees.map_err(Error::new));
            }
            self.named.insert(shard.name);
        }
    }
}
