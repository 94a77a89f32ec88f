//! `sonoscape extract`: a catalogue to a file or a database that others read.

mod npy;
mod parquet;
mod qdrant;
mod safetensors;
mod segment;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{HumanBytes, ProgressBar};
use serde::Serialize;

use crate::catalogue::{Replacement, Stored, refused};
use crate::progress;
use npy::Npy;
use parquet::Parquet;
use qdrant::Qdrant;
use safetensors::Safetensors;
use segment::Segment;

/// Hand a catalogue over to other programs: one row an excerpt, in the catalogue's order.
///
/// FILE.npy holds the vectors alone, float32 of shape (excerpts, dimension). FILE.safetensors holds the tensors embeddings,
/// scales, tracks, starts_s and codes. FILE.parquet holds the columns track (counted from 0), start_s, scale, vector (a list
/// of float), x, y, cluster, and all that is said of the track; unknown values are null. A Qdrant collection gets a point an
/// excerpt with the same names. Vectors have unit length.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the catalogue.
    catalogue: PathBuf,
    /// Where to write: FILE.parquet, FILE.npy or FILE.safetensors.
    #[arg(long, short, value_name = "FILE", required_unless_present = "qdrant", conflicts_with = "qdrant")]
    output: Option<PathBuf>,
    /// Address of a Qdrant server, such as http://127.0.0.1:6333; its API key is read from the variable QDRANT_API_KEY.
    #[arg(long, value_name = "ADDRESS", requires = "collection")]
    qdrant: Option<String>,
    /// Collection of the server; it is made if it is not there, and points that are there are replaced.
    #[arg(long, value_name = "NAME", requires = "qdrant")]
    collection: Option<String>,
    /// Seconds to wait for an answer of the server before asking again.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout_s: u64,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// Who takes the rows.
trait Sink {
    /// Takes the rows of the next segment.
    fn put(&mut self, segment: &mut Segment, bar: &ProgressBar) -> Result<()>;

    /// Called after the last segment.
    fn finish(self: Box<Self>) -> Result<Taken>;
}

/// What was taken.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Taken {
    Bytes(u64),
    Points(usize),
}

#[derive(Debug, Serialize)]
struct Report {
    rows: usize,
    tracks: usize,
    #[serde(flatten)]
    taken: Taken,
    seconds: f64,
}

/// Hands the catalogue over, segment by segment.
///
/// # Errors
/// When the catalogue is damaged, or the disk or the server does not take it; a file is then as it was before.
pub fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let begin = args.output.as_deref().map(format_of).transpose()?;
    let stored = Stored::open(&args.catalogue)?;
    let mut sink = match (begin, &args.output) {
        (Some(begin), Some(path)) => into_file(begin, path, &stored)?,
        _ => Box::new(args.qdrant(&stored)?),
    };
    let manifest = stored.manifest();
    let bar = progress::bar(manifest.excerpts(), "Extracting", args.json);
    let mut first_track = 0;
    for (number, entry) in manifest.segments.iter().enumerate() {
        sink.put(&mut Segment::read(&stored, number, first_track)?, &bar)?;
        first_track += entry.tracks as u32;
    }
    let taken = sink.finish()?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    Report { rows: manifest.excerpts(), tracks: manifest.tracks(), taken, seconds }.print(args.json)
}

/// Begins a format's file.
type Begin = fn(Replacement, &Path, &Stored) -> Result<Box<dyn Sink>>;

fn format_of(path: &Path) -> Result<Begin> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("parquet") => Ok(Parquet::begin),
        Some("npy") => Ok(Npy::begin),
        Some("safetensors") => Ok(Safetensors::begin),
        _ => bail!("{} must end in .parquet, .npy or .safetensors.", path.display()),
    }
}

fn into_file(begin: Begin, path: &Path, stored: &Stored) -> Result<Box<dyn Sink>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        bail!("There is no folder {}. Make it, then run the same command.", folder.display());
    }
    ensure!(!path.is_dir(), "{} is a folder. Choose another name for the file.", path.display());
    begin(Replacement::begin(path).with_context(|| refused(path))?, path, stored)
}

impl Args {
    fn qdrant(&self, stored: &Stored) -> Result<Qdrant> {
        let (address, collection) = self.qdrant.as_deref().zip(self.collection.as_deref()).context("Say where to.")?;
        Qdrant::begin(address, collection, Duration::from_secs(self.timeout_s), stored)
    }
}

impl Report {
    fn print(&self, json: bool) -> Result<()> {
        if json {
            println!("{}", serde_json::to_string_pretty(self)?);
            return Ok(());
        }
        let taken = match self.taken {
            Taken::Bytes(bytes) => HumanBytes(bytes).to_string(),
            Taken::Points(points) => format!("{points} points"),
        };
        println!("{} excerpts of {} tracks: {taken} in {:.1} s.", self.rows, self.tracks, self.seconds);
        Ok(())
    }
}
