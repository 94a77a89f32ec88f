//! `sonoscape picture`: what a sound looks like.

mod waveform;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use png::ColorType;
use sonoscape::{Analyser, Clip, Excerpt, MelFrontEnd};

use crate::catalogue::replace;
use crate::{hear, png_file};

/// Draw a sound: composite.png and waveform.svg.
///
/// The composite picture is of the middle excerpt: mel spectrogram, MFCC and chromagram as red, green and blue. The waveform
/// is drawn at three zooms: all of the sound, one second and a fiftieth of one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audio file.
    file: PathBuf,
    /// Folder that receives the pictures.
    #[arg(long, short, value_name = "FOLDER")]
    output: PathBuf,
}

/// Writes the pictures.
///
/// # Errors
/// When the file cannot be decoded or the pictures cannot be written.
pub fn run(args: &Args) -> Result<()> {
    let analyser = Analyser::new(hear::encoder(None)?)?;
    let mut front_end = MelFrontEnd::new(&analyser.encoder().card().front_end)?;
    let mut draw = |clip: &Clip| {
        let Excerpt { samples, .. } = *analyser.excerpts(clip, 1)?.first().context("It holds no sound.")?;
        let composite = front_end.composite(samples);
        let png = png_file::encode(&composite.pixels, composite.columns, ColorType::Rgb)?;
        Ok((png, waveform::waveform(clip.samples())?))
    };
    let (composite, waveform) =
        hear::with_clip(&args.file, |clip, _| draw(clip)).with_context(|| args.file.display().to_string())?;
    fs::create_dir_all(&args.output).with_context(|| format!("{} cannot be made", args.output.display()))?;
    replace(&args.output.join("composite.png"), &composite)?;
    replace(&args.output.join("waveform.svg"), waveform.as_bytes())
}
