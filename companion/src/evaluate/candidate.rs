//! The encoders that are measured, each with its decoder where there is one.

use std::fs;
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::{Context, Result};
use sonoscape::{Analyser, Decoder, Encoder, Error, Excerpt, SAMPLE_RATE};

use super::card::Figure;
use crate::hear;

static SHIPPED_DECODER: &[u8] = include_bytes!("../../../models/decoder.onnx");

/// Excerpts that are embedded to learn how long one takes.
const TIMED: usize = 15;

/// An encoder that is measured.
pub struct Candidate {
    /// What the card calls it.
    pub name: String,
    pub encoder: Encoder,
    decoder: Option<Decoder>,
    /// Size of the encoder's file.
    bytes: usize,
}

impl Candidate {
    /// The encoder in `file`, or the shipped one, which the card is of; `decoder` is its own, or stands beside it.
    ///
    /// # Errors
    /// When a file cannot be read, or they do not belong together.
    pub fn new(file: Option<&Path>, decoder: Option<&Path>) -> Result<Self> {
        let bytes = hear::encoder_bytes(file)?;
        let encoder = Encoder::from_onnx(&bytes)?;
        let decoder = match decoder {
            Some(decoder) => Some(Decoder::from_onnx(&read(decoder)?, &encoder)?),
            None => decoder_beside(file, &encoder)?,
        };
        Ok(Self { name: "embedding".into(), encoder, decoder, bytes: bytes.len() })
    }

    /// The encoder in `file`, which the card compares with the first.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn beside(file: &Path) -> Result<Self> {
        let candidate = Self::new(Some(file), None)?;
        let name = format!("{} {:.6}", candidate.encoder.card().name, candidate.encoder.id());
        Ok(Self { name, ..candidate })
    }

    /// The mean squared error of the tiles of `samples` as the decoder redraws them; none without a decoder.
    ///
    /// # Errors
    /// When encoder or decoder fails.
    pub fn reconstruction_error(&self, samples: &[f32], analyser: &mut Analyser) -> Result<Option<f32>> {
        let Some(decoder) = &self.decoder else { return Ok(None) };
        let image = analyser.mel(&Excerpt { start_s: 0.0, samples }).image();
        Ok(Some(decoder.mean_squared_error(&self.encoder.latents(&image)?, &image)?))
    }

    /// What the encoder costs.
    ///
    /// # Errors
    /// When it fails.
    pub fn costs(&self, excerpt_s: f32) -> Result<Vec<Figure>> {
        let costs = [
            ("embed_ms", self.embed_ms(excerpt_s)?),
            ("encoder_mb", self.bytes as f64 / 1e6),
            ("latents", self.encoder.card().dimension as f64),
        ];
        let figure = |(name, value)| Figure {
            system: self.name.clone(),
            name: format!("cost.{name}"),
            value,
            interval: None,
            queries: 0,
        };
        Ok(costs.map(figure).into())
    }

    /// Milliseconds from samples to embedding on this thread, while no other of ours computes: the median of several times.
    fn embed_ms(&self, excerpt_s: f32) -> Result<f64> {
        let length = (excerpt_s * SAMPLE_RATE as f32) as usize;
        let samples: Vec<f32> = (0..length).map(|n| (n as f32 * 0.1).sin() * (n as f32 * 0.013).cos()).collect();
        let mut analyser = Analyser::new(self.encoder.clone())?;
        let mut embed = || -> Result<f64> {
            let start = Instant::now();
            let mel = analyser.mel(&Excerpt { start_s: 0.0, samples: &samples });
            analyser.embed(&mel)?;
            Ok(1e3 * start.elapsed().as_secs_f64())
        };
        let mut times = (0..TIMED).map(|_| embed()).collect::<Result<Vec<_>>>()?;
        times.sort_by(f64::total_cmp);
        Ok(times[TIMED / 2])
    }
}

/// How the costs were measured.
pub fn note() -> String {
    let processors = available_parallelism().map_or(1, usize::from);
    format!("cost.embed_ms: one thread, after the listening, on a computer with {processors} processors.")
}

/// The decoder.onnx beside the encoder, unless it is another encoder's.
fn decoder_beside(file: Option<&Path>, encoder: &Encoder) -> Result<Option<Decoder>> {
    let bytes = match file.map(|file| file.with_file_name("decoder.onnx")) {
        None => SHIPPED_DECODER.to_vec(),
        Some(decoder) if decoder.is_file() => read(&decoder)?,
        Some(_) => return Ok(None),
    };
    match Decoder::from_onnx(&bytes, encoder) {
        Err(Error::EncoderMismatch { .. }) => Ok(None),
        decoder => Ok(Some(decoder?)),
    }
}

fn read(decoder: &Path) -> Result<Vec<u8>> {
    fs::read(decoder).with_context(|| format!("The decoder {} cannot be read", decoder.display()))
}
