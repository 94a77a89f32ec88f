//! `sonoscape search`: the tracks of a catalogue that sound most like a file.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::json;
use sonoscape::{Analyser, Catalogue, Match};

use crate::{catalogue, hear};

/// Find the tracks of a catalogue that sound most like a file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audio file to compare with.
    file: PathBuf,
    /// Folder of the catalogue.
    #[arg(long, value_name = "FOLDER", default_value = super::build::DEFAULT_OUTPUT)]
    catalogue: PathBuf,
    /// How many tracks to show.
    #[arg(short, default_value_t = 10)]
    k: usize,
    /// Encoder to use instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the nearest tracks, nearest first.
///
/// # Errors
/// When the file or the catalogue cannot be read, or another encoder made the catalogue.
pub fn run(args: &Args) -> Result<()> {
    let catalogue = catalogue::read(&args.catalogue)?;
    let mut analyser = Analyser::new(hear::encoder(args.encoder.as_deref())?)?;
    catalogue.check_encoder(analyser.encoder().id(), analyser.encoder().card())?;
    let heard = hear::hear(&args.file, &mut analyser).with_context(|| args.file.display().to_string())?;
    let matches = catalogue.nearest(&heard.analysis, analyser.encoder().card(), args.k);
    if args.json {
        let rows = matches.iter().map(|found| {
            json!({
                "track": catalogue.tracks()[found.track],
                "score": found.score,
                "time_score": found.time_score,
                "frequency_score": found.frequency_score,
                "start_s": found.start_s,
                "query_start_s": found.query_start_s,
            })
        });
        println!("{:#}", json!(rows.collect::<Vec<_>>()));
    } else {
        print_table(&catalogue, &matches);
    }
    Ok(())
}

fn print_table(catalogue: &Catalogue, matches: &[Match]) {
    println!("    score   time  freq.     at  track");
    for (rank, found) in matches.iter().enumerate() {
        let track = &catalogue.tracks()[found.track];
        let by = if track.artist.is_empty() { String::new() } else { format!(" — {}", track.artist) };
        let at = format!("{}:{:02}", found.start_s as u32 / 60, found.start_s as u32 % 60);
        println!(
            "{:>3} {:>5.3}  {:>5.3}  {:>5.3} {at:>6}  {}{by}",
            rank + 1,
            found.score,
            found.time_score,
            found.frequency_score,
            track.title
        );
    }
}
