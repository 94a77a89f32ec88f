//! `sonoscape evaluate`: how well an encoder hears a music folder, beside simpler ways to compare sounds.

mod alter;
mod baseline;
mod bootstrap;
mod candidate;
mod card;
mod labels;
mod listen;
mod measure;
mod metrics;
mod mp3;
mod peer;
mod plot;
mod set;
mod system;
mod table;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};

use crate::build::files::{File, walk};
use crate::pack::Problem;
use alter::Alteration;
use candidate::Candidate;
use card::{Card, Figure};
pub use labels::Labels;
use listen::{Described, Listener};
use peer::Peer;
use set::Set;

/// Seed of every random number: noise, chance, resampling.
const SEED: u64 = 20_260_729;

/// Measure how well an encoder hears a music folder.
///
/// Excerpts of one recording, artist, album or label should lie near each other, and an altered excerpt nearest to its
/// original. Simpler ways to compare sounds are measured on the same excerpts. Each file is cut into at most six disjoint
/// excerpts; files that cannot be used are listed at the end.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of music files.
    folder: PathBuf,
    /// CSV table with the columns path (relative to the table or the folder), artist, album and labels.
    #[arg(long, value_name = "FILE")]
    tracks: Option<PathBuf>,
    /// Column of the table that holds the labels.
    #[arg(long, value_name = "COLUMN", default_value = "style", requires = "tracks")]
    label: String,
    /// Take only the paths in this file, one a line, relative to the folder: a training run's held-out.txt.
    #[arg(long, value_name = "FILE")]
    only: Option<PathBuf>,
    /// Length of an excerpt in seconds, if not the encoder's own.
    #[arg(long, value_name = "SECONDS")]
    excerpt_s: Option<f32>,
    /// Encoder to use instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Decoder of the encoder, if not the decoder.onnx beside it.
    #[arg(long, value_name = "FILE")]
    decoder: Option<PathBuf>,
    /// Another encoder to measure on the same excerpts; may be given several times.
    #[arg(long, value_name = "FILE")]
    beside: Vec<PathBuf>,
    /// A program to measure on the same excerpts; may be given several times.
    ///
    /// It reads paths of WAV files, one a line, and answers each with a line of numbers, or an empty one where it has
    /// none. Answers are compared by their Euclidean distance. The command is split at spaces.
    #[arg(long, value_name = "NAME=COMMAND")]
    peer: Vec<String>,
    /// Folder that receives card.json, card.md and its plots.
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// Listens to the folder, measures, and prints the quality card.
///
/// # Errors
/// When the folder, the table or the encoder cannot be read, fewer than two recordings can be used, or the card cannot
/// be written.
pub fn run(args: &Args) -> Result<()> {
    let failed = || format!("The folder {} cannot be read", args.folder.display());
    let folder = args.folder.canonicalize().with_context(failed)?;
    ensure!(folder.is_dir(), "{} is not a folder.", args.folder.display());
    let candidates = candidates(args)?;
    let labels = match &args.tracks {
        Some(table) => Labels::read(table, &args.label, &folder)?,
        None => Labels::none(),
    };
    let (files, mut problems) = chosen(&folder, args.only.as_deref())?;
    labels.check(&files)?;
    let peers = peers(&args.peer)?;
    let alterations = Alteration::available();
    let excerpt_s = excerpt_s(args.excerpt_s, &candidates)?;
    let listener =
        Listener { candidates: &candidates, peers: &peers, labels: &labels, alterations: &alterations, excerpt_s };
    let (recordings, unusable) = listener.listen(&files, args.json)?;
    problems.extend(unusable);
    problems.sort_by(|a, b| a.path.cmp(&b.path));
    let set = Set::new(&recordings);
    let excerpts: Vec<_> = recordings.into_iter().flat_map(|recording| recording.excerpts).collect();
    report_problems(&problems, args.json);
    ensure!(set.recordings() > 1, "Fewer than two recordings could be used. Choose a larger folder.");

    let notes = notes(args, &labels, &alterations, &set, &excerpts);
    let figures = figures(&listener, &set, &excerpts)?;
    let card = Card::new(&candidates[0].encoder, excerpt_s, &set, figures, notes, problems);
    if let Some(output) = &args.output {
        card.write(output)?;
    }
    card.print(args.json)
}

fn figures(listener: &Listener, set: &Set, excerpts: &[Described]) -> Result<Vec<Figure>> {
    let Listener { candidates, peers, alterations, excerpt_s, .. } = *listener;
    let cards: Vec<_> = candidates.iter().map(|each| (each.name.as_str(), each.encoder.card())).collect();
    let systems = system::systems(excerpts, &cards, peers);
    let mut figures: Vec<_> = systems.iter().flat_map(|system| measure::figures(system, set, alterations)).collect();
    figures.extend(measure::reconstruction(candidates, excerpts));
    for candidate in candidates {
        figures.extend(candidate.costs(excerpt_s)?);
    }
    Ok(figures)
}

/// The encoder that the card is of, then those beside it.
fn candidates(args: &Args) -> Result<Vec<Candidate>> {
    let first = Candidate::new(args.encoder.as_deref(), args.decoder.as_deref());
    std::iter::once(first).chain(args.beside.iter().map(|file| Candidate::beside(file))).collect()
}

/// The programs that are asked, started.
fn peers(named: &[String]) -> Result<Vec<Peer>> {
    let peers = named.iter().map(|named| Peer::start(named)).collect::<Result<Vec<_>>>()?;
    let names: HashSet<&str> = peers.iter().map(|peer| peer.name.as_str()).collect();
    ensure!(names.len() == peers.len(), "Each --peer needs a name of its own.");
    Ok(peers)
}

fn excerpt_s(wanted: Option<f32>, candidates: &[Candidate]) -> Result<f32> {
    let excerpt_s = wanted.unwrap_or(candidates[0].encoder.card().tiles.excerpt_s);
    let shortest = candidates.iter().map(|candidate| candidate.encoder.card().tile_s()).fold(0.0, f32::max);
    ensure!(
        (shortest..=600.0).contains(&excerpt_s),
        "Excerpts of {excerpt_s} s cannot be used; {shortest:.1} to 600 s can."
    );
    Ok(excerpt_s)
}

/// The files of the folder that `only` lists, or all of them.
fn chosen(folder: &Path, only: Option<&Path>) -> Result<(Vec<File>, Vec<Problem>)> {
    let (mut files, mut problems) = walk(folder);
    if let Some(only) = only {
        let text = fs::read_to_string(only).with_context(|| format!("{} cannot be read", only.display()))?;
        let mut wanted: HashSet<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        files.retain(|file| wanted.remove(file.path.as_str()));
        let missing = |path: &str| Problem::new(path.to_owned(), &anyhow!("It is listed, but not there."));
        problems.extend(wanted.into_iter().map(missing));
    }
    Ok((files, problems))
}

fn report_problems(problems: &[Problem], json: bool) {
    if !json {
        problems.iter().for_each(|Problem { path, problem }| eprintln!("{path}: {problem}"));
    }
}

/// What was left out, and why.
fn notes(args: &Args, labels: &Labels, alterations: &[Alteration], set: &Set, excerpts: &[Described]) -> Vec<String> {
    let mut notes = labels.notes.clone();
    notes.push(candidate::note());
    if args.tracks.is_none() {
        notes.push("There is no table, so nothing was measured with labels; name one with --tracks.".into());
    }
    if !alterations.iter().any(|alteration| matches!(alteration, Alteration::Mp3(_))) {
        notes.push("Neither ffmpeg nor lame was found, so no MP3 round trip was measured.".into());
    }
    if set.has_single_excerpts() {
        notes.push(
            "Recordings with a single excerpt are among the neighbours but ask no same-recording question; --excerpt-s \
             takes shorter excerpts."
                .into(),
        );
    }
    notes.extend(alterations.iter().enumerate().filter_map(|(i, alteration)| {
        let failed = excerpts.iter().filter(|excerpt| excerpt.altered[i].is_none()).count();
        (failed > 0).then(|| format!("{}: {failed} excerpts could not be altered and did not ask.", alteration.name()))
    }));
    notes
}
