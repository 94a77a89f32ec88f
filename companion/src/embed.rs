//! `sonoscape embed`: any files to raw embeddings, in order.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use rayon::prelude::*;
use serde_json::json;
use sonoscape::{Analyser, Embedding};

use crate::{catalogue, hear, npy, progress};

/// Write the embeddings of audio files, in order.
///
/// A file that cannot be analysed keeps its place: a row of NaN in a .npy file, a line with "problem" in a .jsonl file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audio files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where to write: vectors.npy (float32, one row a file) or vectors.jsonl (one object a line).
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Encoder to use instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy)]
enum Format {
    Npy,
    JsonLines,
}

impl Format {
    fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("npy") => Ok(Self::Npy),
            Some("jsonl") => Ok(Self::JsonLines),
            _ => bail!("{} must end in .npy or .jsonl.", path.display()),
        }
    }

    fn encode(self, files: &[PathBuf], embeddings: &[Result<Embedding>], dimension: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self {
            Self::Npy => {
                let missing = vec![f32::NAN; dimension];
                let row = |e: &Result<Embedding>| e.as_ref().map_or(missing.clone(), |e| e.as_slice().to_vec());
                npy::write(&mut bytes, &embeddings.iter().map(row).collect::<Vec<_>>(), dimension)?;
            }
            Self::JsonLines => {
                for (file, embedding) in files.iter().zip(embeddings) {
                    let line = match embedding {
                        Ok(embedding) => json!({ "path": file, "embedding": embedding.as_slice() }),
                        Err(problem) => json!({ "path": file, "problem": format!("{problem:#}") }),
                    };
                    bytes.extend(line.to_string().into_bytes());
                    bytes.push(b'\n');
                }
            }
        }
        Ok(bytes)
    }
}

/// Embeds the files and writes the vectors.
///
/// # Errors
/// When no file could be analysed, or the vectors cannot be written.
pub fn run(args: &Args) -> Result<()> {
    let format = Format::of(&args.output)?;
    let encoder = hear::encoder(args.encoder.as_deref())?;
    let bar = progress::bar(args.files.len(), "Embedding", args.json);
    let embeddings: Vec<Result<Embedding>> = args
        .files
        .par_iter()
        .map_init(
            || Analyser::new(encoder.clone()),
            |analyser, file| {
                let analyser = analyser.as_mut().map_err(|error| error.clone())?;
                let embedding = hear::hear(file, analyser).map(|heard| heard.analysis.embedding);
                bar.inc(1);
                embedding
            },
        )
        .collect();
    bar.finish_and_clear();
    let dimension = encoder.card().dimension;
    let embedded = embeddings.iter().filter(|embedding| embedding.is_ok()).count();
    report(args, &embeddings, embedded);
    ensure!(embedded > 0, "None of these files could be analysed.");
    catalogue::replace(&args.output, &format.encode(&args.files, &embeddings, dimension)?).context("Nothing was kept")
}

fn report(args: &Args, embeddings: &[Result<Embedding>], embedded: usize) {
    let failed = args.files.iter().zip(embeddings).filter_map(|(file, e)| Some((file, e.as_ref().err()?)));
    if args.json {
        let problems = failed.map(|(file, problem)| json!({ "path": file, "problem": format!("{problem:#}") }));
        println!("{}", json!({ "embedded": embedded, "problems": problems.collect::<Vec<_>>() }));
    } else {
        for (file, problem) in failed {
            eprintln!("{}: {problem:#}", file.display());
        }
        println!("{embedded} of {} files embedded.", args.files.len());
    }
}
