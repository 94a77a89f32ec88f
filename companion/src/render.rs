//! `sonoscape render`: scores (MIDI files) to sound, played as written or on other instruments.

mod instruments;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use rayon::prelude::*;
use rustysynth::{MidiFile, MidiFileSequencer, SoundFont, Synthesizer, SynthesizerSettings};
use sonoscape::SAMPLE_RATE;
use walkdir::WalkDir;

use crate::pack::Problem;
use crate::{catalogue, progress, wav};

/// Largest score that is read.
const MOST_BYTES: u64 = 16 << 20;

/// Seconds that the last notes may ring.
const TAIL_S: f64 = 3.0;

/// Peak of what is written: 1 dB below full scale.
const PEAK: f32 = 0.891;

/// Play scores (MIDI files) with a SoundFont into WAV files, which training can hear.
///
/// The output mirrors the folder of scores. Files that are there already are kept, so the same command goes on where it
/// stopped. Scores that cannot be played are listed at the end.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of scores.
    scores: PathBuf,
    /// SoundFont (.sf2) with the General MIDI instruments.
    #[arg(long, value_name = "FILE")]
    soundfont: PathBuf,
    /// Folder that receives the sound.
    #[arg(long, short, value_name = "FOLDER")]
    output: PathBuf,
    /// Play on other instruments, drawn at random from this seed; without it, on those that the score names.
    #[arg(long, value_name = "SEED")]
    change_instruments: Option<u64>,
    /// Most seconds of a score.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
}

/// Renders all scores and says how many.
///
/// # Errors
/// When the folder or the SoundFont cannot be read, no score can be played, or the output cannot be written.
pub fn run(args: &Args) -> Result<()> {
    ensure!(args.scores.is_dir(), "{} is not a folder.", args.scores.display());
    let soundfont = soundfont(&args.soundfont)?;
    let scores = scores(&args.scores);
    let bar = progress::bar(scores.len(), "Scores", false);
    let outcomes: Vec<_> = scores
        .par_iter()
        .map(|score| {
            let outcome = place(args, score, &soundfont);
            bar.inc(1);
            outcome.map_err(|error| Problem::new(score.display().to_string(), &error))
        })
        .collect();
    bar.finish_and_clear();
    let problems: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    problems.iter().for_each(|Problem { path, problem }| eprintln!("{path}: {problem}"));
    let rendered = scores.len() - problems.len();
    ensure!(rendered > 0, "No score in {} could be played. MIDI files are wanted.", args.scores.display());
    println!("{rendered} scores in {}.", args.output.display());
    Ok(())
}

/// The MIDI files of a folder, relative to it.
fn scores(folder: &Path) -> Vec<PathBuf> {
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let midi = |path: &Path| path.extension().and_then(OsStr::to_str).is_some_and(is_midi);
    files
        .filter(|entry| entry.file_type().is_file() && midi(entry.path()))
        .filter_map(|entry| entry.path().strip_prefix(folder).ok().map(Path::to_owned))
        .collect()
}

fn is_midi(extension: &str) -> bool {
    ["mid", "midi"].contains(&extension.to_ascii_lowercase().as_str())
}

fn soundfont(path: &Path) -> Result<Arc<SoundFont>> {
    let failed = || format!("{} cannot be used as a SoundFont", path.display());
    let file = File::open(path).with_context(failed)?;
    let soundfont = SoundFont::new(&mut BufReader::new(file));
    Ok(Arc::new(soundfont.map_err(|error| anyhow!("{error}")).with_context(failed)?))
}

/// Renders one score to its place in the output, unless it is there.
fn place(args: &Args, score: &Path, soundfont: &Arc<SoundFont>) -> Result<()> {
    let output = args.output.join(score).with_extension("wav");
    if output.exists() {
        return Ok(());
    }
    let source = args.scores.join(score);
    ensure!(source.metadata()?.len() <= MOST_BYTES, "It is too large for a score.");
    let mut score_bytes = fs::read(&source)?;
    if let Some(seed) = args.change_instruments {
        score_bytes = instruments::change(&score_bytes, &mut instruments::stream(seed, score))?;
    }
    let samples = play(&score_bytes, soundfont, f64::from(args.seconds))?;
    fs::create_dir_all(output.parent().unwrap_or(&args.output))?;
    catalogue::replace(&output, &wav::mono16(&samples))
}

/// The sound of a score, mono at [`SAMPLE_RATE`], its peak at [`PEAK`].
fn play(score: &[u8], soundfont: &Arc<SoundFont>, most_s: f64) -> Result<Vec<f32>> {
    let score = MidiFile::new(&mut &*score).map_err(|error| anyhow!("It is no MIDI file: {error}"))?;
    let settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
    let synthesizer = Synthesizer::new(soundfont, &settings).map_err(|error| anyhow!("{error}"))?;
    let length = ((score.get_length() + TAIL_S).min(most_s) * f64::from(SAMPLE_RATE)) as usize;
    let mut sequencer = MidiFileSequencer::new(synthesizer);
    sequencer.play(&Arc::new(score), false);
    let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
    sequencer.render(&mut left, &mut right);
    let mono: Vec<f32> = left.iter().zip(&right).map(|(left, right)| left + right).collect();
    let peak = mono.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    ensure!(peak > 0.0, "It is silent.");
    Ok(mono.into_iter().map(|sample| sample * PEAK / peak).collect())
}
