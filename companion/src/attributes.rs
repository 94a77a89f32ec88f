//! `sonoscape attributes`: what one hears in music, found again in embeddings.

mod measure;
mod ridge;

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use sonoscape::attributes::{Attribute, Attributes};
use sonoscape::{Analyser, Encoder};

use crate::build::files::{File, walk};
use crate::evaluate::Labels;
use crate::{catalogue, hear, progress};
use measure::MEASURES;
use ridge::Line;

/// Most excerpts of one recording.
const MOST_EXCERPTS: usize = 6;

/// Decimals of what is written.
const PRECISION: f32 = 1e4;

/// Learn which directions of the embedding are brighter, noisier, faster …
///
/// Each excerpt of a music folder is measured on its mel spectrogram; a straight line through the embeddings is fitted to each measure, and
/// tried on artists that it was not fitted to.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of music files.
    folder: PathBuf,
    /// CSV table of the files with the columns path, artist and style; without it, tags and folders say who an artist is.
    #[arg(long, value_name = "FILE")]
    tracks: Option<PathBuf>,
    /// Encoder to use instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Where they are written.
    #[arg(long, short, value_name = "FILE", default_value = "attributes.json")]
    output: PathBuf,
}

/// What was heard in one excerpt.
struct Heard {
    embedding: Vec<f32>,
    /// In the order of [`MEASURES`].
    measured: Vec<f64>,
}

/// Learns them and writes them.
///
/// # Errors
/// When the folder or the encoder cannot be read, there are fewer than two artists, or the disk refuses.
pub fn run(args: &Args) -> Result<()> {
    let encoder = hear::encoder(args.encoder.as_deref())?;
    let labels = match &args.tracks {
        Some(table) => Labels::read(table, "style", &args.folder)?,
        None => Labels::none(),
    };
    let (files, problems) = walk(&args.folder);
    problems.iter().for_each(|problem| eprintln!("{}: {}", problem.path, problem.problem));
    let (excerpts, artists) = listen(&files, &labels, &encoder)?;
    let embeddings: Vec<&[f32]> = excerpts.iter().map(|heard| heard.embedding.as_slice()).collect();
    let learnt = MEASURES.iter().enumerate().map(|(i, measure)| {
        let values = ridge::standardised(excerpts.iter().map(|heard| heard.measured[i]));
        let (line, explained) = Line::fit(&embeddings, &values, &artists);
        ensure!(
            explained.is_finite() && line.weights.iter().all(|weight| weight.is_finite()),
            "All of this music is equally {}. Choose a larger folder.",
            measure.high[0]
        );
        println!("{} – {} ({}): {explained:.2} of its variance", measure.low[0], measure.high[0], measure.measured);
        Ok(Attribute {
            low: measure.low.map(str::to_owned),
            high: measure.high.map(str::to_owned),
            measured: measure.measured.into(),
            explained: rounded(explained as f32),
            offset: rounded(line.offset as f32),
            weights: line.weights.iter().map(|&weight| rounded(weight as f32)).collect(),
        })
    });
    let attributes = learnt.collect::<Result<_>>()?;
    let attributes = Attributes { encoder: encoder.id().to_owned(), excerpts: excerpts.len(), attributes };
    catalogue::replace(&args.output, &serde_json::to_vec(&attributes)?)
}

/// Hears the excerpts of all files, and numbers their artists.
fn listen(files: &[File], labels: &Labels, encoder: &Encoder) -> Result<(Vec<Heard>, Vec<usize>)> {
    let bar = progress::bar(files.len(), "Listening", false);
    let heard: Vec<Result<(Vec<Heard>, String)>> = files
        .par_iter()
        .map_init(
            || Analyser::new(encoder.clone()),
            |analyser, file| {
                let analyser = analyser.as_mut().map_err(|error| error.clone())?;
                let heard = hear::with_clip(&file.place, |clip, tags| {
                    let excerpts = analyser.excerpts(clip, MOST_EXCERPTS)?;
                    let heard = excerpts.iter().map(|excerpt| {
                        let mel = analyser.mel(excerpt);
                        let embedding = analyser.embed(&mel)?.as_slice().to_vec();
                        Ok(Heard { embedding, measured: MEASURES.iter().map(|each| (each.of)(&mel)).collect() })
                    });
                    Ok((heard.collect::<Result<_>>()?, labels.of(&file.place, tags).artist))
                });
                bar.inc(1);
                heard
            },
        )
        .collect();
    bar.finish_and_clear();
    let (mut excerpts, mut artists, mut names) = (Vec::new(), Vec::new(), HashMap::new());
    for (file, heard) in files.iter().zip(heard) {
        match heard.with_context(|| file.path.clone()) {
            Err(error) => eprintln!("{error:#}"),
            Ok((heard, artist)) => {
                let next = names.len();
                let number = *names.entry(artist).or_insert(next);
                artists.extend(std::iter::repeat_n(number, heard.len()));
                excerpts.extend(heard);
            }
        }
    }
    ensure!(names.len() > 1, "Music of at least two artists is needed. Choose a larger folder.");
    Ok((excerpts, artists))
}

fn rounded(value: f32) -> f32 {
    (value * PRECISION).round() / PRECISION
}
