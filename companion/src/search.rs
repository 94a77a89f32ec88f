//! `sonoscape search`: the tracks of a catalogue that sound most like a file, or like several together.

mod filter;

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sonoscape::attributes::Attributes;
use sonoscape::catalogue::{Parts, nearest};
use sonoscape::{Analyser, Analysis, Catalogue, Embedding, Match, Track, TrackId};

use crate::catalogue::Stored;
use crate::hear;
use crate::pack::DEFAULT_OUTPUT;
use filter::FilterArgs;

/// Find the tracks of a catalogue that sound most like a file, or like several together and unlike others.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audio files to compare with; of several, what they have in common.
    #[arg(required = true)]
    file: Vec<PathBuf>,
    /// Audio file that the tracks are to be unlike; may be given several times.
    #[arg(long, value_name = "FILE")]
    unlike: Vec<PathBuf>,
    /// Folder of the catalogue; several are searched as one.
    #[arg(long, value_name = "FOLDER", default_value = DEFAULT_OUTPUT)]
    catalogue: Vec<PathBuf>,
    /// How many tracks to show.
    #[arg(short, default_value_t = 10)]
    k: usize,
    /// Encoder to use instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

/// How much what the tracks are to be unlike weighs against what they are to be like.
const UNLIKE: f32 = 0.5;

/// The catalogues that are searched, each with its folder's files, and what can be read off their embeddings.
struct Shelves {
    stored: Vec<Stored>,
    loaded: Vec<Catalogue>,
    attributes: Attributes,
}

/// Prints the nearest tracks, nearest first.
///
/// # Errors
/// When the file or a catalogue cannot be read, or another encoder made it.
pub fn run(args: &Args) -> Result<()> {
    let mut analyser = Analyser::new(hear::encoder(args.encoder.as_deref())?)?;
    let attributes = hear::attributes(analyser.encoder().id())?;
    let mut shelves = Shelves { stored: Vec::new(), loaded: Vec::new(), attributes };
    for folder in &args.catalogue {
        let stored = Stored::open(folder)?;
        let catalogue = stored.load().with_context(|| folder.display().to_string())?;
        catalogue.check_encoder(analyser.encoder().id(), analyser.encoder().card())?;
        shelves.stored.push(stored);
        shelves.loaded.push(catalogue);
    }
    let heard = heard(args, &mut analyser)?;
    let catalogues: Vec<&Catalogue> = shelves.loaded.iter().collect();
    let card = analyser.encoder().card();
    let matches = nearest(&catalogues, &heard, card, &args.filter.filter(), args.k);
    if args.json {
        let rows = matches.iter().map(|found| row(found, &heard, args, &mut shelves)).collect::<Result<Vec<_>>>()?;
        println!("{:#}", json!(rows));
        Ok(())
    } else {
        print_table(&matches, &heard, &mut shelves)
    }
}

/// What was heard in the only file, or the blend of all: those that are liked weigh 1 together, the others [`UNLIKE`].
fn heard(args: &Args, analyser: &mut Analyser) -> Result<Analysis> {
    let mut hear = |file: &PathBuf| -> Result<Analysis> {
        Ok(hear::hear(file, analyser).with_context(|| file.display().to_string())?.analysis)
    };
    if let ([file], []) = (args.file.as_slice(), args.unlike.as_slice()) {
        return hear(file);
    }
    let like: Vec<Embedding> = args.file.iter().map(|file| Ok(hear(file)?.embedding)).collect::<Result<_>>()?;
    let unlike: Vec<Embedding> = args.unlike.iter().map(|file| Ok(hear(file)?.embedding)).collect::<Result<_>>()?;
    let (plus, minus) = (1.0 / like.len() as f32, -UNLIKE / unlike.len() as f32);
    let parts = like.iter().map(|liked| (liked, plus)).chain(unlike.iter().map(|disliked| (disliked, minus)));
    Ok(Analysis::of(Embedding::blend(&parts.collect::<Vec<_>>())?))
}

impl Shelves {
    fn track(&mut self, catalogue: usize, id: TrackId) -> Result<&Track> {
        self.stored[catalogue].track(&mut self.loaded[catalogue], id)
    }

    /// How a track differs from what was heard.
    fn differences(&self, found: &Match, heard: &Analysis) -> Vec<&str> {
        let track = self.loaded[found.catalogue].embedding(found.track);
        track.map_or_else(Vec::new, |track| self.attributes.differences(&heard.embedding, &track))
    }
}

fn row(found: &Match, heard: &Analysis, args: &Args, shelves: &mut Shelves) -> Result<Value> {
    let mut twins = Vec::new();
    for (catalogue, id) in &found.twins {
        twins.push(json!({ "catalogue": args.catalogue[*catalogue], "track": shelves.track(*catalogue, *id)? }));
    }
    let parts = found.parts;
    Ok(json!({
        "catalogue": args.catalogue[found.catalogue],
        "track": shelves.track(found.catalogue, found.track)?,
        "score": found.score,
        "time_score": parts.and_then(|parts| parts.time_score),
        "frequency_score": parts.and_then(|parts| parts.frequency_score),
        "differences": shelves.differences(found, heard),
        "start_s": parts.map(|parts| parts.start_s),
        "query_start_s": parts.map(|parts| parts.query_start_s),
        "same_recording": twins,
    }))
}

fn print_table(matches: &[Match], heard: &Analysis, shelves: &mut Shelves) -> Result<()> {
    println!("    score   time  freq.     at  track");
    for (rank, found) in matches.iter().enumerate() {
        let track = shelves.track(found.catalogue, found.track)?.clone();
        let by = if track.artist.is_empty() { String::new() } else { format!(" — {}", track.artist) };
        let more = if found.twins.is_empty() { String::new() } else { format!(" (and {} more)", found.twins.len()) };
        let part = |score: fn(&Parts) -> Option<f32>| {
            found.parts.as_ref().and_then(score).map_or_else(|| "–".to_owned(), |score| format!("{score:.3}"))
        };
        let (time, frequency) = (part(|parts| parts.time_score), part(|parts| parts.frequency_score));
        let at = found.parts.map_or(0, |parts| parts.start_s as u32);
        let at = format!("{}:{:02}", at / 60, at % 60);
        let differences = shelves.differences(found, heard).join(", ");
        let unlike = if differences.is_empty() { differences } else { format!("; {differences}") };
        println!(
            "{:>3} {:>5.3}  {time:>5}  {frequency:>5} {at:>6}  {}{by}{more}{unlike}",
            rank + 1,
            found.score,
            track.title
        );
    }
    Ok(())
}
