//! From a file to what was heard in it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use sonoscape::attributes::Attributes;
use sonoscape::{Analyser, Analysis, Clip, EXCERPTS_PER_TRACK, Encoder};

use crate::decode::decode;
use crate::tags::Tags;

static SHIPPED: &[u8] = include_bytes!("../../models/encoder.onnx");
static ATTRIBUTES: &[u8] = include_bytes!("../../models/attributes.json");

/// Files beyond this size are analysed one at a time, so that several long recordings never fill the memory.
const LARGE_BYTES: u64 = 32 << 20;

/// What was heard in a file.
#[derive(Debug)]
pub struct Heard {
    pub tags: Tags,
    /// Length of the recording, in seconds.
    pub duration_s: f32,
    pub analysis: Analysis,
}

/// The bytes of the encoder in `file`, or of the shipped one.
pub fn encoder_bytes(file: Option<&Path>) -> Result<Vec<u8>> {
    match file {
        Some(file) => std::fs::read(file).with_context(|| format!("The encoder {} cannot be read", file.display())),
        None => Ok(SHIPPED.to_vec()),
    }
}

/// The encoder in `file`, or the shipped one.
pub fn encoder(file: Option<&Path>) -> Result<Encoder> {
    Ok(Encoder::from_onnx(&encoder_bytes(file)?)?)
}

/// What can be read off embeddings of an encoder; nothing unless it is the shipped one.
pub fn attributes(encoder: &str) -> Result<Attributes> {
    Ok(Attributes::of_encoder(encoder, ATTRIBUTES)?)
}

/// Decodes and analyses one file.
///
/// # Errors
/// One sentence with a remedy.
pub fn hear(path: &Path, analyser: &mut Analyser) -> Result<Heard> {
    with_clip(path, |clip, tags| {
        let analysis = analyser.analyse(clip, EXCERPTS_PER_TRACK, |_, _| ())?;
        Ok(Heard { tags: tags.clone(), duration_s: clip.duration_s(), analysis })
    })
}

/// Decodes one file and hands its clip and tags to `listen`, which must not start work on other threads.
///
/// # Errors
/// One sentence with a remedy, or that of `listen`.
pub fn with_clip<T>(path: &Path, listen: impl FnOnce(&Clip, &Tags) -> Result<T>) -> Result<T> {
    static LARGE: Mutex<()> = Mutex::new(());
    let large = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > LARGE_BYTES);
    let _turn = large.then(|| LARGE.lock().unwrap_or_else(PoisonError::into_inner));
    let decoded = decode(path)?;
    let clip = Clip::from_channels(&decoded.channels, decoded.sample_rate)?;
    drop(decoded.channels);
    listen(&clip, &decoded.tags)
}
