//! `sonoscape search`: the tracks of a catalogue that sound most like a file.

mod filter;

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sonoscape::catalogue::{Parts, nearest};
use sonoscape::{Analyser, Catalogue, Match, Track, TrackId};

use crate::catalogue::Stored;
use crate::hear;
use crate::pack::DEFAULT_OUTPUT;
use filter::FilterArgs;

/// Find the tracks of a catalogue that sound most like a file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audio file to compare with.
    file: PathBuf,
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

/// The catalogues that are searched, each with its folder's files.
struct Shelves {
    stored: Vec<Stored>,
    loaded: Vec<Catalogue>,
}

/// Prints the nearest tracks, nearest first.
///
/// # Errors
/// When the file or a catalogue cannot be read, or another encoder made it.
pub fn run(args: &Args) -> Result<()> {
    let mut analyser = Analyser::new(hear::encoder(args.encoder.as_deref())?)?;
    let mut shelves = Shelves { stored: Vec::new(), loaded: Vec::new() };
    for folder in &args.catalogue {
        let stored = Stored::open(folder)?;
        let catalogue = stored.load().with_context(|| folder.display().to_string())?;
        catalogue.check_encoder(analyser.encoder().id(), analyser.encoder().card())?;
        shelves.stored.push(stored);
        shelves.loaded.push(catalogue);
    }
    let heard = hear::hear(&args.file, &mut analyser).with_context(|| args.file.display().to_string())?;
    let catalogues: Vec<&Catalogue> = shelves.loaded.iter().collect();
    let card = analyser.encoder().card();
    let matches = nearest(&catalogues, &heard.analysis, card, &args.filter.filter(), args.k);
    if args.json {
        let rows = matches.iter().map(|found| row(found, args, &mut shelves)).collect::<Result<Vec<_>>>()?;
        println!("{:#}", json!(rows));
        Ok(())
    } else {
        print_table(&matches, &mut shelves)
    }
}

impl Shelves {
    fn track(&mut self, catalogue: usize, id: TrackId) -> Result<&Track> {
        self.stored[catalogue].track(&mut self.loaded[catalogue], id)
    }
}

fn row(found: &Match, args: &Args, shelves: &mut Shelves) -> Result<Value> {
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
        "start_s": parts.map(|parts| parts.start_s),
        "query_start_s": parts.map(|parts| parts.query_start_s),
        "same_recording": twins,
    }))
}

fn print_table(matches: &[Match], shelves: &mut Shelves) -> Result<()> {
    println!("    score   time  freq.     at  track");
    for (rank, found) in matches.iter().enumerate() {
        let track = shelves.track(found.catalogue, found.track)?;
        let by = if track.artist.is_empty() { String::new() } else { format!(" — {}", track.artist) };
        let more = if found.twins.is_empty() { String::new() } else { format!(" (and {} more)", found.twins.len()) };
        let part = |score: fn(&Parts) -> Option<f32>| {
            found.parts.as_ref().and_then(score).map_or_else(|| "–".to_owned(), |score| format!("{score:.3}"))
        };
        let (time, frequency) = (part(|parts| parts.time_score), part(|parts| parts.frequency_score));
        let at = found.parts.map_or(0, |parts| parts.start_s as u32);
        let at = format!("{}:{:02}", at / 60, at % 60);
        println!("{:>3} {:>5.3}  {time:>5}  {frequency:>5} {at:>6}  {}{by}{more}", rank + 1, found.score, track.title);
    }
    Ok(())
}
