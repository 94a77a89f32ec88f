//! `sonoscape export`: a run to `encoder.onnx` and `decoder.onnx`, with their cards.

mod card;
pub mod check;
pub mod network;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::module::Module;
use burn::tensor::Device;
use rayon::prelude::*;
use sonoscape::{Encoder, EncoderCard};

use crate::mel_store::{MelStore, StoredExcerpt};
use crate::onnx::Precision;
use crate::train::model::{Autoencoder, AutoencoderConfig};
use crate::train::{Data, RunFolder};
use network::Standardisation;

/// Write a trained encoder and its decoder as ONNX files.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of a run of `sonoscape train`.
    pub run: PathBuf,
    /// Folder that receives encoder.onnx, decoder.onnx and their cards.
    #[arg(long, value_name = "FOLDER", default_value = "models")]
    pub output: PathBuf,
}

/// Most excerpts that the standardisation is measured on.
const MOST_STANDARDISED: usize = 4096;

/// Tiles that the exported files are checked on.
const CHECKED_TILES: usize = 16;

/// Latents that vary less than this over the training data are left unscaled.
const LEAST_DEVIATION: f32 = 1e-6;

/// Exports the run's checkpoint and checks the files against the network in Burn.
///
/// # Errors
/// When the run cannot be read, the files cannot be written, or they compute something else.
pub fn run(args: &Args) -> Result<()> {
    let folder = RunFolder::new(&args.run);
    let config = folder.load_config()?;
    let device = Device::flex();
    let checkpoint = folder.load_checkpoint(&config, &device)?;
    let model = checkpoint.model.valid();
    let store = MelStore::open(&folder.mels())?;
    let data = Data::new(&store, config.model.side, config.seed, config.validation_share);
    let mut card = card::encoder(&config, &store, &data, &checkpoint.progress);

    let standard = standardisation(&model, &config.model, &card, &store, data.training())?;
    let tiles = data.batch(0, CHECKED_TILES, &device)?;
    check::agreement(&model, &config.model, &standard, &tiles)?;

    card.name = format!("time-frequency, {} steps", checkpoint.progress.step);
    let json = serde_json::to_string(&card)?;
    let metadata = [(EncoderCard::METADATA_KEY, json.as_str())];
    let encoder = network::encoder(&model, &config.model, &standard, Precision::Half)?.into_bytes(&metadata);
    let decoder = network::decoder(&model, &config.model, &standard, Precision::Half)?;
    let id = Encoder::from_onnx(&encoder)?.id().to_owned();
    let decoder = decoder.into_bytes(&[("sonoscape-decoder-of", &id)]);

    fs::create_dir_all(&args.output).with_context(|| format!("{} cannot be made", args.output.display()))?;
    write(&args.output.join("encoder.onnx"), &encoder)?;
    write(&args.output.join("decoder.onnx"), &decoder)?;
    write(&args.output.join("encoder.md"), card::page(&card, &id).as_bytes())?;
    println!("encoder {:.2} MB, decoder {:.2} MB, id {id}", megabytes(&encoder), megabytes(&decoder));
    Ok(())
}

/// Mean and deviation of each latent of the excerpts' embeddings, before those are scaled to unit length.
fn standardisation(
    model: &Autoencoder,
    config: &AutoencoderConfig,
    card: &EncoderCard,
    store: &MelStore,
    excerpts: &[StoredExcerpt],
) -> Result<Standardisation> {
    let none = Standardisation::none(card.dimension);
    let json = serde_json::to_string(card)?;
    let metadata = [(EncoderCard::METADATA_KEY, json.as_str())];
    let encoder = Encoder::from_onnx(&network::encoder(model, config, &none, Precision::Full)?.into_bytes(&metadata))?;
    let count = excerpts.len().min(MOST_STANDARDISED);
    let pooled: Vec<Vec<f64>> = (0..count)
        .into_par_iter()
        .map(|i| {
            let latents = encoder.latents(&store.image(&excerpts[i * excerpts.len() / count])?)?;
            Ok(pool(&latents, card.dimension))
        })
        .collect::<Result<_>>()?;
    let mean = pool_rows(&pooled, card.dimension);
    let squares: Vec<Vec<f64>> =
        pooled.iter().map(|row| row.iter().zip(&mean).map(|(value, mean)| (value - mean).powi(2)).collect()).collect();
    let deviation = pool_rows(&squares, card.dimension).into_iter().map(|variance| variance.sqrt() as f32);
    Ok(Standardisation {
        mean: mean.iter().map(|&mean| mean as f32).collect(),
        deviation: deviation.map(|deviation| if deviation < LEAST_DEVIATION { 1.0 } else { deviation }).collect(),
    })
}

fn pool(latents: &[f32], dimension: usize) -> Vec<f64> {
    let rows: Vec<Vec<f64>> =
        latents.chunks_exact(dimension).map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect();
    pool_rows(&rows, dimension)
}

fn pool_rows(rows: &[Vec<f64>], dimension: usize) -> Vec<f64> {
    let mut mean = vec![0.0; dimension];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / rows.len() as f64);
    }
    mean
}

/// Writes beside `path`, then renames.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .with_context(|| format!("{} cannot be written", path.display()))
}

fn megabytes(bytes: &[u8]) -> f64 {
    bytes.len() as f64 / 1e6
}

#[cfg(test)]
mod tests;
