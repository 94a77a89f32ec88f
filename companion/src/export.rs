//! `sonoscape export`: a run to `encoder.onnx` and `decoder.onnx`, with their cards.

mod card;
pub mod check;
pub mod network;
mod usual;
pub mod whitening;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use burn::module::Module;
use burn::tensor::Device;
use rayon::prelude::*;
use sonoscape::{Decoder, Encoder, EncoderCard, Latents};

use crate::catalogue::replace;
use crate::mel_store::{MelStore, StoredExcerpt};
use crate::onnx::Precision;
use crate::train::model::{Autoencoder, AutoencoderConfig};
use crate::train::{Data, RunFolder};
use whitening::{SHRINKAGE, Whitening};

/// Write a trained encoder and its decoder as ONNX files.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of a run of `sonoscape train`.
    pub run: PathBuf,
    /// Folder that receives encoder.onnx, decoder.onnx and their cards.
    #[arg(long, value_name = "FOLDER", default_value = "models")]
    pub output: PathBuf,
    /// Share of its variance that is added to each latent's before they are decorrelated: near 0 they lose all
    /// correlation, far above 1 they are only standardised.
    #[arg(long, value_name = "SHARE", default_value_t = SHRINKAGE)]
    pub shrinkage: f64,
}

/// Most excerpts that anything is measured on.
const MOST_MEASURED: usize = 4096;

/// Tiles that the exported files are checked on.
const CHECKED_TILES: usize = 16;

/// Exports the run's checkpoint and checks the files against the network in Burn.
///
/// # Errors
/// When the run cannot be read, the files cannot be written, or they compute something else.
pub fn run(args: &Args) -> Result<()> {
    ensure!(args.shrinkage > 0.0 && args.shrinkage.is_finite(), "--shrinkage must be above 0.");
    let folder = RunFolder::new(&args.run);
    let config = folder.load_config()?;
    let device = Device::flex();
    let checkpoint = folder.load_checkpoint(&config, &device)?;
    let model = checkpoint.model.valid().autoencoder;
    let store = MelStore::open(&folder.mels())?;
    let data = Data::new(&store, config.model.side, config.seed, config.validation_share);
    let mut card = card::encoder(&config, &store, &data, &checkpoint.progress);

    let whitening = whitening(&model, &config.model, &card, &store, data.training(), args.shrinkage)?;
    let tiles = data.batch(0, CHECKED_TILES, &device)?;
    check::agreement(&model, &config.model, &whitening, &tiles)?;

    card.name = format!("{}, {} steps", card::name(&config), checkpoint.progress.step);
    let graph = |card: &EncoderCard| encoder(&model, &config.model, card, &whitening, Precision::Half);
    let changes = listen(&Encoder::from_onnx(&graph(&card)?)?, &store, data.validation(), Latents::change)?;
    card.least_change = usual::least_change(changes.into_iter().flatten().collect());
    let encoder = graph(&card)?;
    let decoder = network::decoder(&model, &config.model, &whitening, Precision::Half)?;
    let id = Encoder::from_onnx(&encoder)?.id().to_owned();
    let decoder = decoder.into_bytes(&[(Decoder::METADATA_KEY, &id)]);

    fs::create_dir_all(&args.output).with_context(|| format!("{} cannot be made", args.output.display()))?;
    replace(&args.output.join("encoder.onnx"), &encoder)?;
    replace(&args.output.join("decoder.onnx"), &decoder)?;
    replace(&args.output.join("encoder.md"), card::page(&card, &config, args.shrinkage, &id).as_bytes())?;
    println!("encoder {:.2} MB, decoder {:.2} MB, id {id}", megabytes(&encoder), megabytes(&decoder));
    Ok(())
}

/// The whitening of the excerpts' embeddings, before those are scaled to unit length.
fn whitening(
    model: &Autoencoder,
    config: &AutoencoderConfig,
    card: &EncoderCard,
    store: &MelStore,
    excerpts: &[StoredExcerpt],
    shrinkage: f64,
) -> Result<Whitening> {
    let none = Whitening::none(config.group(), card.dimension / config.group());
    let encoder = Encoder::from_onnx(&encoder(model, config, card, &none, Precision::Full)?)?;
    let pooled = listen(&encoder, store, excerpts, |latents| mean_of_rows(latents.as_slice(), card.dimension))?;
    Ok(Whitening::measure(&pooled, config.group(), shrinkage))
}

/// The bytes of `encoder.onnx`.
fn encoder(
    model: &Autoencoder,
    config: &AutoencoderConfig,
    card: &EncoderCard,
    whitening: &Whitening,
    precision: Precision,
) -> Result<Vec<u8>> {
    let json = serde_json::to_string(card)?;
    let metadata = [(EncoderCard::METADATA_KEY, json.as_str())];
    Ok(network::encoder(model, config, whitening, precision)?.into_bytes(&metadata))
}

/// What `note` takes down of the latents of at most [`MOST_MEASURED`] evenly spaced excerpts.
fn listen<T: Send>(
    encoder: &Encoder,
    store: &MelStore,
    excerpts: &[StoredExcerpt],
    note: impl Fn(&Latents) -> T + Sync,
) -> Result<Vec<T>> {
    let count = excerpts.len().min(MOST_MEASURED);
    (0..count)
        .into_par_iter()
        .map(|i| Ok(note(&encoder.latents(&store.image(&excerpts[i * excerpts.len() / count])?)?)))
        .collect()
}

fn mean_of_rows(values: &[f32], length: usize) -> Vec<f64> {
    let mut mean = vec![0.0; length];
    for row in values.chunks_exact(length) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    mean.iter().map(|sum| sum * length as f64 / values.len() as f64).collect()
}

fn megabytes(bytes: &[u8]) -> f64 {
    bytes.len() as f64 / 1e6
}

#[cfg(test)]
mod tests;
