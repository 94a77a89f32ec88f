//! `sonoscape merge`: several catalogues to one.

mod known;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use sonoscape::TrackId;
use sonoscape::catalogue::{Entry, PackedSegment, Placed, SegmentEntry};

use crate::catalogue::{Stored, Writer, Written, texts};
use crate::progress;
use known::{Identity, Known};

/// Join catalogues of one encoder.
///
/// A track that an earlier catalogue has too is taken once: one with the same ISRC, or else with the same name at the same
/// source, or else with the same page, or else at the same web address. Segments that lose no track are copied as they are. The map
/// is that of the first catalogue; `sonoscape map` places the others' tracks on it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of the catalogues, the one that is preferred first.
    #[arg(required = true, num_args = 2..)]
    catalogues: Vec<PathBuf>,
    /// Folder that receives the catalogue.
    #[arg(long, short, value_name = "FOLDER")]
    output: PathBuf,
    /// Name of the catalogue, if not those of the joined ones.
    #[arg(long)]
    name: Option<String>,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// What merging came to.
#[derive(Debug, Default, Serialize)]
struct Merged {
    tracks: usize,
    excerpts: usize,
    /// Tracks that an earlier catalogue has too.
    known_twice: usize,
    segments_copied: usize,
    segments_rewritten: usize,
    #[serde(flatten)]
    written: Written,
    #[serde(skip)]
    taken: Vec<SegmentEntry>,
}

/// Writes the joined catalogue.
///
/// # Errors
/// When a catalogue cannot be read, two are of different encoders, or the disk does not take the new one.
pub fn run(args: &Args) -> Result<()> {
    let catalogues = args.catalogues.iter().map(|folder| Stored::open(folder)).collect::<Result<Vec<_>>>()?;
    let first = catalogues[0].manifest().clone();
    for (stored, folder) in catalogues.iter().zip(&args.catalogues) {
        let found = stored.manifest();
        ensure!(
            (&found.encoder, found.dimension) == (&first.encoder, first.dimension),
            "{} was made with encoder {:.12}…, but {} with encoder {:.12}…. Build both with one encoder.",
            args.catalogues[0].display(),
            first.encoder,
            folder.display(),
            found.encoder
        );
    }
    let segments = catalogues.iter().map(|stored| stored.manifest().segments.len()).sum();
    let bar = progress::bar(segments, "Merging", args.json);
    let (mut merged, mut known) = (Merged::default(), Known::default());
    let mut writer = Writer::begin(&args.output)?;
    for (number, stored) in catalogues.iter().enumerate() {
        let is_first = number == 0;
        let mut identities = Vec::new();
        for segment in 0..stored.manifest().segments.len() {
            if let Some(packed) = merged.take(stored, segment, &known, &mut identities)? {
                writer.put(if is_first { packed } else { unplaced(packed)? })?;
            }
            bar.inc(1);
        }
        known.learn(identities);
    }
    bar.finish_and_clear();
    let names: Vec<&str> = catalogues.iter().map(|stored| stored.manifest().name.as_str()).collect();
    let name = args.name.clone().unwrap_or_else(|| names.join(" + "));
    writer.put_regions(&catalogues[0].regions()?)?;
    merged.written = writer.finish(&name, &first.encoder, first.dimension)?;
    merged.print(args.json)
}

/// A segment whose tracks have no place on the map: that of another catalogue means something else.
fn unplaced(packed: PackedSegment) -> Result<PackedSegment> {
    let PackedSegment { entry, mut shards } = packed;
    let sketch = shards.iter().position(|(shard, _)| *shard == entry.sketch).context("a segment has no sketch")?;
    let (entry, shard) = entry.placed(&shards[sketch].1, &vec![Placed::default(); entry.tracks])?;
    shards[sketch] = shard;
    Ok(PackedSegment { entry, shards })
}

impl Merged {
    /// What is new of a segment; the identities of its tracks are appended.
    fn take(
        &mut self,
        stored: &Stored,
        segment: usize,
        known: &Known,
        identities: &mut Vec<Identity>,
    ) -> Result<Option<PackedSegment>> {
        let entry = &stored.manifest().segments[segment];
        if self.taken.contains(entry) {
            self.known_twice += entry.tracks;
            return Ok(None);
        }
        self.taken.push(entry.clone());
        let mut alone = stored.sketch(segment)?;
        let texts = texts(&alone);
        let mut new: Vec<TrackId> = Vec::new();
        for id in alone.ids().collect::<Vec<_>>() {
            let identity = Identity::of(stored.track(&mut alone, id)?);
            if !known.knows(&identity) {
                new.push(id);
            }
            identities.push(identity);
        }
        self.known_twice += entry.tracks - new.len();
        let packed = if new.len() == entry.tracks {
            self.segments_copied += 1;
            let shards = [&entry.sketch, &entry.codes]
                .into_iter()
                .chain(&entry.names)
                .chain(texts.iter().map(|text| &text.shard));
            let shards = shards.map(|shard| Ok((shard.clone(), stored.verified(shard)?)));
            PackedSegment { entry: entry.clone(), shards: shards.collect::<Result<_>>()? }
        } else if new.is_empty() {
            return Ok(None);
        } else {
            self.segments_rewritten += 1;
            alone.take_codes(0, stored.shard(&entry.codes)?)?;
            let entries = new.iter().map(|id| {
                stored.track(&mut alone, *id)?;
                Ok(alone.entry(*id).expect("all of it has arrived"))
            });
            PackedSegment::new(stored.manifest().dimension, &entries.collect::<Result<Vec<Entry>>>()?)?
        };
        self.tracks += packed.entry.tracks;
        self.excerpts += packed.entry.excerpts;
        Ok(Some(packed))
    }

    fn print(&self, json: bool) -> Result<()> {
        if json {
            println!("{}", serde_json::to_string_pretty(self)?);
        } else {
            println!("{} tracks, {} excerpts. {}", self.tracks, self.excerpts, self.written);
            println!(
                "{} tracks were known twice; {} segments were copied, {} rewritten.",
                self.known_twice, self.segments_copied, self.segments_rewritten
            );
        }
        Ok(())
    }
}
