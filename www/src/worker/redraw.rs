//! The sound that was answered last, drawn again from its latents, excerpt by excerpt.

use std::cell::RefCell;

use js_sys::{Array, Uint8Array};
use sonoscape::decoder::MOST_DECODER_BYTES;
use sonoscape::{Decoder, MelImage};

use crate::engine::{Engine, with};
use crate::fetch::{self, RequestCache};
use crate::heard::Heard;
use crate::protocol::{Event, Failure, Part, Redrawn, RedrawnExcerpt};
use crate::scope;
use crate::wanted::Wanted;

/// Address of the decoder, relative to the worker.
const DECODER: &str = "decoder.onnx";

/// Redraws the sound of a query, or stops without a word once something else is wanted.
///
/// # Errors
/// The failure to show.
pub async fn redraw(engine: &RefCell<Option<Engine>>, wanted: &Wanted) -> Result<(), Failure> {
    fetch_decoder(engine).await?;
    let count = with(engine, |engine| Ok(heard(engine, wanted.query)?.excerpts.len()))?;
    let (mut excerpts, mut error) = (Vec::with_capacity(count), 0.0);
    for i in 0..count {
        if !wanted.still().await {
            return Ok(());
        }
        with(engine, |engine| {
            let excerpt = &heard(engine, wanted.query)?.excerpts[i];
            let image = engine.decoder.as_ref().ok_or_else(gone)?.redraw(&excerpt.latents)?;
            error += excerpt.image.mean_squared_error(&image) / count as f32;
            excerpts.push(drawn(excerpt.start_s, &image));
            Ok(())
        })?;
    }
    let transfer: Array = excerpts.iter().map(|excerpt| excerpt.levels.buffer()).collect();
    scope::post_with(Event::Redrawn { query: wanted.query, redrawn: Redrawn { excerpts, error } }, &transfer);
    Ok(())
}

/// Fetches the decoder, unless it is there, and checks that it is this encoder's.
async fn fetch_decoder(engine: &RefCell<Option<Engine>>) -> Result<(), Failure> {
    let progress = |received, total| scope::post(Event::Fetched { part: Part::Decoder, received, total });
    progress(0.0, None);
    if with(engine, |engine| Ok(engine.decoder.is_some()))? {
        return Ok(());
    }
    let bytes = fetch::bytes(DECODER, MOST_DECODER_BYTES, RequestCache::NoCache, progress)
        .await
        .map_err(|error| error.failure("decoder", DECODER))?;
    with(engine, |engine| {
        engine.decoder = Some(Decoder::from_onnx(&bytes, engine.analyser.encoder())?);
        Ok(())
    })
}

fn heard(engine: &Engine, query: u32) -> Result<&Heard, Failure> {
    engine.heard.as_ref().filter(|heard| heard.query == query).ok_or_else(gone)
}

fn gone() -> Failure {
    Failure::new("worker", "The engine does not remember this sound. Choose it once more.")
}

fn drawn(start_s: f32, image: &MelImage) -> RedrawnExcerpt {
    let levels: Vec<u8> = image.values.iter().map(|brightness| (brightness * 255.0) as u8).collect();
    let (duration_s, columns) = (image.seconds, image.columns as u32);
    RedrawnExcerpt { start_s, duration_s, columns, levels: Uint8Array::from(levels.as_slice()) }
}
