//! `sonoscape info`: what a catalogue holds, and what it costs to load.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;

use anyhow::Result;
use indicatif::HumanBytes;
use serde::Serialize;
use sonoscape::Signs;
use sonoscape::catalogue::{Counts, FORMAT_VERSION};

use crate::catalogue::{Stored, texts};

/// Texts of a facet that are listed for people.
const LISTED: usize = 8;

/// Say what a catalogue holds, and how much of it must be loaded when.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the catalogue.
    folder: PathBuf,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Info {
    name: String,
    encoder: String,
    version: u32,
    dimension: usize,
    tracks: usize,
    excerpts: usize,
    segments: usize,
    /// Tracks that have a place on the map.
    positions: usize,
    /// Named parts of the map.
    regions: usize,
    bytes: Bytes,
    /// What the codes and the sketches without their signs take, once loaded.
    memory_bytes: u64,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Debug, Default, Serialize)]
struct Bytes {
    manifest: u64,
    sketches: u64,
    codes: u64,
    texts: u64,
    /// Fetched when somebody looks for a name.
    names: u64,
    regions: u64,
    /// The manifest, the first sketch and a block of text.
    until_first_answer: u64,
    /// The manifest and all sketches.
    until_all_sketches: u64,
    whole: u64,
}

/// Prints what the catalogue holds; texts are not read.
///
/// # Errors
/// When the manifest, a sketch or a shard of codes is missing or damaged.
pub fn run(args: &Args) -> Result<()> {
    let info = Info::of(&Stored::open(&args.folder)?)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&info)?);
    } else {
        info.print();
    }
    Ok(())
}

impl Info {
    fn of(stored: &Stored) -> Result<Self> {
        let manifest = stored.manifest();
        let (mut bytes, mut counts) =
            (Bytes { manifest: stored.manifest_bytes(), ..Bytes::default() }, Counts::default());
        let (mut positions, mut first) = (0, 0);
        for (segment, entry) in manifest.segments.iter().enumerate() {
            let mut alone = stored.sketch(segment)?;
            let texts: Vec<u64> = texts(&alone).iter().map(|text| text.shard.bytes).collect();
            if segment == 0 {
                first = entry.sketch.bytes + texts.first().copied().unwrap_or(0);
            }
            bytes.sketches += entry.sketch.bytes;
            bytes.codes += entry.codes.bytes;
            bytes.texts += texts.iter().sum::<u64>();
            bytes.names += entry.names.as_ref().map_or(0, |names| names.bytes);
            positions += alone.ids().filter(|id| alone.position(*id).is_some()).count();
            alone.take_codes(0, stored.shard(&entry.codes)?)?;
            counts.add(&alone.counts());
        }
        bytes.until_first_answer = bytes.manifest + first;
        bytes.until_all_sketches = bytes.manifest + bytes.sketches;
        bytes.regions = manifest.regions.as_ref().map_or(0, |regions| regions.bytes);
        bytes.whole = bytes.until_all_sketches + bytes.codes + bytes.texts + bytes.names + bytes.regions;
        let signs = manifest.excerpts() * Signs::stride(manifest.dimension);
        Ok(Self {
            name: manifest.name.clone(),
            encoder: manifest.encoder.clone(),
            version: FORMAT_VERSION,
            dimension: manifest.dimension,
            tracks: manifest.tracks(),
            excerpts: manifest.excerpts(),
            segments: manifest.segments.len(),
            positions,
            regions: stored.regions()?.len(),
            memory_bytes: bytes.codes + bytes.sketches - signs as u64,
            bytes,
            counts,
        })
    }

    fn print(&self) {
        println!(
            "{}, format {}, encoder {:.12}…, {} dimensions",
            self.name, self.version, self.encoder, self.dimension
        );
        println!("{} tracks, {} excerpts, {} segments", self.tracks, self.excerpts, self.segments);
        println!("{} tracks have a place on the map of {} named regions", self.positions, self.regions);
        let Bytes { manifest, sketches, codes, texts, names, regions, until_first_answer, until_all_sketches, whole } =
            self.bytes;
        let [manifest, sketches, codes, texts, names, regions] =
            [manifest, sketches, codes, texts, names, regions].map(HumanBytes);
        println!(
            "files: manifest {manifest}, sketches {sketches}, codes {codes}, texts {texts}, names {names}, regions {regions}"
        );
        let steps = [until_first_answer, until_all_sketches, whole].map(HumanBytes);
        println!("to load: {} until the first answer, {} until all sketches, {} whole", steps[0], steps[1], steps[2]);
        println!("in memory: {}", HumanBytes(self.memory_bytes));
        println!("sources: {}", listed(&self.counts.sources));
        println!("licences: {}", listed(&self.counts.licences));
        println!("styles: {}", listed(&self.counts.styles));
        println!("years: {}", listed(&self.counts.years));
    }
}

/// The most frequent first.
fn listed<K: Display>(counts: &BTreeMap<K, usize>) -> String {
    let mut most: Vec<(&K, &usize)> = counts.iter().collect();
    most.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let mut texts: Vec<String> = most.iter().take(LISTED).map(|(key, count)| format!("{key} ({count})")).collect();
    if most.len() > LISTED {
        texts.push(format!("{} more", most.len() - LISTED));
    }
    if texts.is_empty() { "unknown".to_owned() } else { texts.join(", ") }
}
