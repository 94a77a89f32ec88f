//! `sonoscape export`: a run to `encoder.onnx` and `decoder.onnx`, with their cards.

mod card;
pub mod check;
pub mod network;
mod spread;
mod usual;
pub mod whitening;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use burn::module::Module;
use burn::tensor::Device;
use sonoscape::{Decoder, Encoder, EncoderCard, Latents};

use crate::catalogue::replace;
use crate::mel_store::MelStore;
use crate::onnx::Precision;
use crate::train::model::{Autoencoder, AutoencoderConfig};
use crate::train::{Data, RunFolder};
use spread::{Spread, listen};
use whitening::{SHRINKAGE, Whitening};

/// Write a trained encoder and its decoder as ONNX files.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of a run of `sonoscape train`.
    pub run: PathBuf,
    /// Folder that receives encoder.onnx, decoder.onnx and their cards.
    #[arg(long, value_name = "FOLDER", default_value = "models")]
    pub output: PathBuf,
    /// What latents are whitened by: within, unless they learnt by redrawing.
    #[arg(long, value_name = "SPREAD")]
    pub whitening: Option<Spread>,
    /// Share of how all excerpts spread that is added to what latents are whitened by, so that directions in which there is
    /// little of it are not blown up.
    #[arg(long, value_name = "SHARE", default_value_t = SHRINKAGE)]
    pub shrinkage: f64,
}

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

    let group = config.model.group();
    let none = Whitening::none(group, card.dimension / group);
    let plain = Encoder::from_onnx(&encoder(&model, &config.model, &card, &none, Precision::Full)?)?;
    let by_default = if config.listening.is_some() { Spread::Within } else { Spread::Total };
    let spread = args.whitening.unwrap_or(by_default);
    let whitening = spread.whitening(&plain, &data, group, args.shrinkage)?;
    let tiles = data.batch(0, CHECKED_TILES, &device)?;
    check::agreement(&model, &config.model, &whitening, &tiles)?;

    card.name = format!("{}, {} steps", card::name(&config), checkpoint.progress.step);
    let graph = |card: &EncoderCard| encoder(&model, &config.model, card, &whitening, Precision::Half);
    let changes = listen(&Encoder::from_onnx(&graph(&card)?)?, &data, data.validation(), Latents::change)?;
    card.least_change = usual::least_change(changes.into_iter().flatten().collect());
    let encoder = graph(&card)?;
    let decoder = network::decoder(&model, &config.model, &whitening, Precision::Half)?;
    let id = Encoder::from_onnx(&encoder)?.id().to_owned();
    let decoder = decoder.into_bytes(&[(Decoder::METADATA_KEY, &id)]);

    fs::create_dir_all(&args.output).with_context(|| format!("{} cannot be made", args.output.display()))?;
    replace(&args.output.join("encoder.onnx"), &encoder)?;
    replace(&args.output.join("decoder.onnx"), &decoder)?;
    replace(&args.output.join("encoder.md"), card::page(&card, &config, (spread, args.shrinkage), &id).as_bytes())?;
    println!("encoder {:.2} MB, decoder {:.2} MB, id {id}", megabytes(&encoder), megabytes(&decoder));
    Ok(())
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

fn megabytes(bytes: &[u8]) -> f64 {
    bytes.len() as f64 / 1e6
}

#[cfg(test)]
mod tests;
