//! Encoder and catalogue, fetched from beside the page.

use std::cell::RefCell;

use sonoscape::catalogue::{MANIFEST_NAME, Manifest};
use sonoscape::encoder::MOST_ENCODER_BYTES;
use sonoscape::{Analyser, Catalogue, Decoder, Encoder};

use crate::fetch;
use crate::heard::Heard;
use crate::protocol::{Event, Failure, Part};
use crate::scope;

/// Address of the encoder, relative to the worker.
const ENCODER: &str = "encoder.onnx";

/// Address of the catalogue's folder, relative to the worker.
const CATALOGUE: &str = "catalogue";

/// Largest manifest fetched, in bytes; the library sets its own, lower limit.
const MOST_MANIFEST_BYTES: usize = 8 << 20;

/// What answers queries.
pub struct Engine {
    /// Encoder and front end.
    pub analyser: Analyser,
    /// Where neighbours are looked for.
    pub catalogue: Catalogue,
    /// What draws sounds again; fetched when that is first asked for.
    pub decoder: Option<Decoder>,
    /// The sound that was answered last.
    pub heard: Option<Heard>,
}

impl Engine {
    /// Fetches encoder and catalogue and checks that they belong together.
    ///
    /// # Errors
    /// The failure to show, when anything is missing, damaged or of another version.
    pub async fn fetch() -> Result<Self, Failure> {
        let analyser = Analyser::new(fetch_encoder().await?)?;
        let catalogue = fetch_catalogue().await?;
        catalogue.check_encoder(analyser.encoder().id(), analyser.encoder().card())?;
        Ok(Self { analyser, catalogue, decoder: None, heard: None })
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
    let bytes =
        fetch::bytes(ENCODER, MOST_ENCODER_BYTES, progress).await.map_err(|error| error.failure("encoder", ENCODER))?;
    Ok(Encoder::from_onnx(&bytes)?)
}

async fn fetch_catalogue() -> Result<Catalogue, Failure> {
    let address = format!("{CATALOGUE}/{MANIFEST_NAME}");
    scope::post(Event::Fetched { part: Part::Catalogue, received: 0.0, total: None });
    let json = fetch::bytes(&address, MOST_MANIFEST_BYTES, |_, _| ())
        .await
        .map_err(|error| error.failure("catalogue", &address))?;
    let manifest = Manifest::parse(&json)?;
    let total = manifest.bytes() as f64;
    let mut shards = Vec::with_capacity(manifest.shards.len());
    let mut before = 0.0;
    for shard in &manifest.shards {
        let address = format!("{CATALOGUE}/{}", shard.name);
        let progress = |received: f64, _| {
            scope::post(Event::Fetched { part: Part::Catalogue, received: before + received, total: Some(total) });
        };
        let limit = usize::try_from(shard.bytes).unwrap_or(usize::MAX);
        let bytes = match fetch::bytes(&address, limit, progress).await {
            Err(fetch::FetchError::TooLarge) => {
                let reason = format!("{} is longer than its manifest says", shard.name);
                return Err(sonoscape::Error::Catalogue(reason).into());
            }
            other => other.map_err(|error| error.failure("catalogue", &address))?,
        };
        before += bytes.len() as f64;
        shards.push(bytes);
    }
    Ok(Catalogue::unpack(&manifest, &shards)?)
}
