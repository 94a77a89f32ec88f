//! The catalogue: fetched part by part, usable from the first one on, and kept between visits.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};
use sonoscape::catalogue::{MANIFEST_NAME, MOST_MANIFEST_BYTES, Manifest, MissingText, ShardEntry};
use sonoscape::{Catalogue, TrackId};

use crate::engine::{Engine, with};
use crate::fetch::{self, FetchError, RequestCache};
use crate::protocol::{Event, Failure, Part, Standing};
use crate::scope;
use crate::store::Store;

/// Address of the catalogue's folder, relative to the worker.
const FOLDER: &str = "catalogue/";

/// Files fetched at the same time.
const AT_ONCE: usize = 4;

/// A catalogue of fewer bytes answers only when it is whole.
const AWAITED_WHOLE_BYTES: u64 = 4 << 20;

/// Pauses before a file is asked for again, in milliseconds.
const PAUSES_MS: [i32; 2] = [300, 1500];

/// Where the catalogue's files come from.
#[derive(Clone)]
pub struct Shelf {
    folder: String,
    store: Store,
}

/// How far the catalogue is.
struct Arrival<'a> {
    engine: &'a RefCell<Option<Engine>>,
    received: Cell<f64>,
    total: f64,
    awaited_whole: bool,
}

impl Shelf {
    async fn open() -> Self {
        let folder = web_sys::Url::new_with_base(FOLDER, &scope::global().location().href());
        Self { folder: folder.map_or_else(|_| FOLDER.into(), |url| url.href()), store: Store::open().await }
    }

    fn address(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }

    /// The manifest: the site's, or the one that was kept when the site cannot be reached.
    async fn manifest(&self) -> Result<(Manifest, Vec<u8>), Failure> {
        let address = self.address(MANIFEST_NAME);
        let json = match fetch::bytes(&address, MOST_MANIFEST_BYTES, RequestCache::NoCache, |_, _| ()).await {
            Err(FetchError::Interrupted) => {
                let kept = self.store.get(&address).await;
                kept.ok_or_else(|| FetchError::Interrupted.failure("catalogue", MANIFEST_NAME))?
            }
            fetched => fetched.map_err(|error| error.failure("catalogue", &format!("{FOLDER}{MANIFEST_NAME}")))?,
        };
        Ok((Manifest::parse(&json)?, json))
    }

    /// A shard: the one that was kept if it is sound, else the site's.
    async fn shard(&self, shard: &ShardEntry, progress: impl Fn(f64)) -> Result<Vec<u8>, Failure> {
        let address = self.address(&shard.name);
        if let Some(bytes) = self.store.get(&address).await.filter(|bytes| shard.verify(bytes).is_ok()) {
            progress(bytes.len() as f64);
            return Ok(bytes);
        }
        let mut pauses = PAUSES_MS.into_iter();
        let mut cache = RequestCache::Default;
        loop {
            let limit = usize::try_from(shard.bytes).unwrap_or(usize::MAX);
            let fetched = fetch::bytes(&address, limit, cache, |received, _| progress(received)).await;
            let (failure, may_pass) = match fetched {
                Ok(bytes) => match shard.verify(&bytes) {
                    Ok(()) => {
                        self.store.put(&address, &bytes).await;
                        return Ok(bytes);
                    }
                    Err(error) => (error.into(), cache == RequestCache::Default),
                },
                Err(FetchError::TooLarge) => {
                    let reason = format!("{} is longer than its manifest says", shard.name);
                    (sonoscape::Error::Catalogue(reason).into(), false)
                }
                Err(error) => (error.failure("catalogue", &format!("{FOLDER}{}", shard.name)), error.may_pass()),
            };
            match pauses.next().filter(|_| may_pass) {
                Some(pause_ms) => scope::pause(pause_ms).await,
                None => return Err(failure),
            }
            cache = RequestCache::Reload;
        }
    }

    /// Forgets kept files of catalogues that came before this one, now that all of this one is here.
    async fn settle(&self, json: &[u8], catalogue_names: BTreeSet<String>) {
        self.store.put(&self.address(MANIFEST_NAME), json).await;
        self.store.retain(&self.folder, &catalogue_names).await;
    }
}

impl Arrival<'_> {
    fn add(&self, bytes: f64) {
        self.received.set(self.received.get() + bytes);
    }

    /// Tells the page how far the catalogue is.
    fn tell(&self) {
        let (received, total) = (self.received.get(), self.total);
        let standing = with(self.engine, |engine| Ok(engine.catalogue.as_ref().map(Catalogue::arrived)));
        let (found, exact) = standing.ok().flatten().unwrap_or_default();
        let usable = if self.awaited_whole { false } else { found > 0 };
        if usable {
            let standing = Standing { found: found as u32, exact: exact as u32, received, total };
            scope::post(Event::Usable { standing });
        } else {
            scope::post(Event::Fetched { part: Part::Catalogue, received, total: Some(total) });
        }
    }
}

/// Fetches the catalogue into the engine, from where queries can use it as far as it is.
///
/// # Errors
/// The failure to show; what has arrived by then stays usable.
pub async fn load(engine: &RefCell<Option<Engine>>) -> Result<(), Failure> {
    scope::post(Event::Fetched { part: Part::Catalogue, received: 0.0, total: None });
    let shelf = Shelf::open().await;
    let (manifest, json) = shelf.manifest().await?;
    let arrival = Arrival {
        engine,
        received: Cell::new(0.0),
        total: manifest.bytes() as f64,
        awaited_whole: manifest.bytes() < AWAITED_WHOLE_BYTES,
    };
    with(engine, |engine| {
        let catalogue = Catalogue::new(manifest.clone());
        catalogue.check_encoder(engine.analyser.encoder().id(), engine.analyser.encoder().card())?;
        engine.shelf = Some(shelf.clone());
        engine.catalogue = Some(catalogue);
        Ok(())
    })?;
    let segments = || manifest.segments.iter();
    each(&shelf, segments().map(|segment| &segment.sketch), &arrival, |catalogue, segment, bytes| {
        catalogue.take_sketch(segment, &bytes)
    })
    .await?;
    each(&shelf, segments().map(|segment| &segment.codes), &arrival, Catalogue::take_codes).await?;
    if arrival.awaited_whole {
        let everything =
            with(engine, |engine| Ok(engine.catalogue.iter().flat_map(Catalogue::ids).collect::<Vec<_>>()))?;
        texts(engine, &everything).await?;
    }
    let names = with(engine, |engine| Ok(engine.catalogue.iter().flat_map(names).collect()))?;
    shelf.settle(&json, names).await;
    let tracks = manifest.tracks() as u32;
    let standing = Standing { found: tracks, exact: tracks, received: arrival.total, total: arrival.total };
    scope::post(Event::Usable { standing });
    Ok(())
}

/// Fetches a shard of every segment, a few at a time, and takes them in, in order.
async fn each<'a>(
    shelf: &Shelf,
    shards: impl Iterator<Item = &'a ShardEntry>,
    arrival: &Arrival<'_>,
    take: impl Fn(&mut Catalogue, usize, Vec<u8>) -> sonoscape::Result<()>,
) -> Result<(), Failure> {
    let fetch = |shard: &'a ShardEntry| async move {
        let before = Cell::new(0.0);
        let progress = |received: f64| {
            arrival.add(received - before.replace(received));
            arrival.tell();
        };
        shelf.shard(shard, progress).await
    };
    let mut coming = stream::iter(shards.map(fetch)).buffered(AT_ONCE).enumerate();
    while let Some((segment, bytes)) = coming.next().await {
        let bytes = bytes?;
        with(arrival.engine, |engine| match &mut engine.catalogue {
            Some(catalogue) => Ok(take(catalogue, segment, bytes)?),
            None => Ok(()),
        })?;
        arrival.tell();
    }
    Ok(())
}

/// Fetches what is said of `tracks`, as far as it is not here.
///
/// # Errors
/// The failure to show.
pub async fn texts(engine: &RefCell<Option<Engine>>, tracks: &[TrackId]) -> Result<(), Failure> {
    let (shelf, missing) = with(engine, |engine| {
        let missing = engine.catalogue.iter().flat_map(|catalogue| catalogue.missing_texts(tracks)).collect::<Vec<_>>();
        Ok((engine.shelf.clone(), missing))
    })?;
    let Some(shelf) = shelf else { return Ok(()) };
    let fetch = |text: MissingText| async { (shelf.shard(&text.shard, |_| ()).await, text) };
    let mut coming = stream::iter(missing.into_iter().map(fetch)).buffer_unordered(AT_ONCE);
    while let Some((bytes, text)) = coming.next().await {
        let bytes = bytes?;
        with(engine, |engine| match &mut engine.catalogue {
            Some(catalogue) => Ok(catalogue.take_text(text.segment, text.block, &bytes)?),
            None => Ok(()),
        })?;
    }
    Ok(())
}

/// Names of all files of a catalogue whose sketches are here.
fn names(catalogue: &Catalogue) -> Vec<String> {
    let shards = catalogue.manifest().segments.iter().flat_map(|segment| [&segment.sketch, &segment.codes]);
    let names = shards.chain(catalogue.texts()).map(|shard| shard.name.clone());
    names.chain([MANIFEST_NAME.to_owned()]).collect()
}
