//! What answers queries, fetched from beside the page.

use std::cell::RefCell;
use std::rc::Rc;

use sonoscape::attributes::Attributes;
use sonoscape::encoder::MOST_ENCODER_BYTES;
use sonoscape::{Analyser, Decoder, Encoder};

use crate::fetch::{self, RequestCache};
use crate::heard::Heard;
use crate::landscape::Landscape;
use crate::names::Chosen;
use crate::protocol::{Event, Failure, Filter, Part};
use crate::scope;
use crate::shelf::Shelf;

/// Address of the encoder, relative to the worker.
const ENCODER: &str = "encoder.onnx";

/// Those of the shipped encoder.
static ATTRIBUTES: &[u8] = include_bytes!("../../../models/attributes.json");

/// What answers queries.
pub struct Engine {
    /// Encoder and front end.
    pub analyser: Analyser,
    /// What can be read off its embeddings.
    pub attributes: Attributes,
    /// Where neighbours are looked for, as far as it has arrived.
    pub shelves: Vec<Shelf>,
    /// Which edition the shelves are of: ids of tracks are of one edition only.
    pub edition: u32,
    /// What searches leave out.
    pub filter: Rc<RefCell<Filter>>,
    /// What draws sounds again; fetched when that is first asked for.
    pub decoder: Option<Decoder>,
    /// The sound that was answered last.
    pub heard: Option<Heard>,
    /// The track of a catalogue that was answered last, if that was no sound.
    pub chosen: Option<Chosen>,
    /// The map.
    pub landscape: Landscape,
}

impl Engine {
    /// Fetches the encoder; searches will leave out what `filter` says at their time.
    ///
    /// # Errors
    /// The failure to show, when it is missing, damaged or of another version.
    pub async fn fetch(filter: Rc<RefCell<Filter>>) -> Result<Self, Failure> {
        let analyser = Analyser::new(fetch_encoder().await?)?;
        let attributes = Attributes::of_encoder(analyser.encoder().id(), ATTRIBUTES)?;
        let landscape = Landscape::default();
        let (shelves, edition) = (Vec::new(), 0);
        Ok(Self { analyser, attributes, shelves, edition, filter, decoder: None, heard: None, chosen: None, landscape })
    }
}

/// Works with the engine.
///
/// # Errors
/// As `work`, or when the engine has not arrived.
pub fn with<T>(
    engine: &RefCell<Option<Engine>>,
    work: impl FnOnce(&mut Engine) -> Result<T, Failure>,
) -> Result<T, Failure> {
    match engine.borrow_mut().as_mut() {
        Some(engine) => work(engine),
        None => Err(Failure::new("worker", "The engine has not arrived yet. Try again in a moment.")),
    }
}

async fn fetch_encoder() -> Result<Encoder, Failure> {
    let progress = |received, total| scope::post(Event::Fetched { part: Part::Encoder, received, total });
    progress(0.0, None);
    let bytes = fetch::bytes(ENCODER, MOST_ENCODER_BYTES, RequestCache::NoCache, progress)
        .await
        .map_err(|error| error.failure("encoder", ENCODER))?;
    Ok(Encoder::from_onnx(&bytes)?)
}
