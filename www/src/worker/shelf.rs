//! The catalogues: fetched part by part, usable from the first one on, and searched as one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};
use sonoscape::catalogue::{MANIFEST_NAME, Manifest, MissingText, SegmentEntry, ShardEntry};
use sonoscape::{Catalogue, TrackId};

use crate::choices;
use crate::engine::{Engine, with};
use crate::fetch::{self, RequestCache};
use crate::files::Files;
use crate::protocol::{Event, Failure, Part, Standing};
use crate::scope;

/// Lists the folders of the catalogues, relative to the worker.
const LIST: &str = "catalogues.json";

/// Longest list, in bytes.
const MOST_LIST_BYTES: usize = 4096;

/// Most catalogues.
const MOST_CATALOGUES: usize = 8;

/// Shards fetched at the same time.
const AT_ONCE: usize = 4;

/// Catalogues of fewer bytes answer only when they are whole.
const AWAITED_WHOLE_BYTES: f64 = (4 << 20) as f64;

/// A catalogue as far as it has arrived, and where the rest of it is.
pub struct Shelf {
    files: Files,
    /// What has arrived.
    pub catalogue: Catalogue,
}

/// How far the catalogues are.
struct Arrival<'a> {
    engine: &'a RefCell<Option<Engine>>,
    received: Cell<f64>,
    total: f64,
}

/// A shard to be fetched: of which catalogue and segment.
struct Wanted {
    shelf: usize,
    segment: usize,
    shard: ShardEntry,
}

impl Arrival<'_> {
    fn is_awaited_whole(&self) -> bool {
        self.total < AWAITED_WHOLE_BYTES
    }

    /// Tells the page how far the catalogues are.
    fn tell(&self) {
        let (received, total) = (self.received.get(), self.total);
        let arrived = with(self.engine, |engine| Ok(arrived(&engine.shelves))).unwrap_or_default();
        scope::post(match arrived {
            (found, exact) if found > 0 && !self.is_awaited_whole() => {
                Event::Usable { standing: Standing { found, exact, received, total } }
            }
            _ => Event::Fetched { part: Part::Catalogue, received, total: Some(total) },
        });
    }
}

/// Tracks that can be found, and those of them whose scores are exact.
pub fn arrived(shelves: &[Shelf]) -> (u32, u32) {
    let counts = shelves.iter().map(|shelf| shelf.catalogue.arrived());
    counts.fold((0, 0), |sum, (found, exact)| (sum.0 + found as u32, sum.1 + exact as u32))
}

/// Fetches the catalogues into the engine, from where queries can use them as far as they are.
///
/// # Errors
/// The failure to show; what has arrived by then stays usable.
pub async fn load(engine: &RefCell<Option<Engine>>) -> Result<(), Failure> {
    scope::post(Event::Fetched { part: Part::Catalogue, received: 0.0, total: None });
    let manifests = open(engine).await?;
    let segments = || manifests.iter().map(|(manifest, _)| manifest.segments.as_slice());
    let total = manifests.iter().map(|(manifest, _)| manifest.bytes() as f64).sum();
    let arrival = Arrival { engine, received: Cell::default(), total };
    let take_sketch = |catalogue: &mut Catalogue, segment, bytes: Vec<u8>| catalogue.take_sketch(segment, &bytes);
    each(wanted(segments(), |segment| &segment.sketch), &arrival, take_sketch).await?;
    each(wanted(segments(), |segment| &segment.codes), &arrival, Catalogue::take_codes).await?;
    let choices = with(engine, |engine| Ok(choices::choices(&engine.shelves)))?;
    scope::post(Event::Choices { choices });
    if arrival.is_awaited_whole() {
        let everything = with(engine, |engine| Ok(ids(&engine.shelves)))?;
        texts(engine, &everything).await?;
    }
    for (shelf, (_, json)) in manifests.iter().enumerate() {
        let (files, names) = with(engine, |engine| {
            let Shelf { files, catalogue } = &engine.shelves[shelf];
            Ok((files.clone(), names(catalogue)))
        })?;
        files.settle(json, &names).await;
    }
    let (found, exact) = with(engine, |engine| Ok(arrived(&engine.shelves)))?;
    scope::post(Event::Usable { standing: Standing { found, exact, received: total, total } });
    Ok(())
}

/// Puts an empty shelf into the engine for each catalogue, and gives the catalogues' manifests, each with its bytes.
async fn open(engine: &RefCell<Option<Engine>>) -> Result<Vec<(Manifest, Vec<u8>)>, Failure> {
    let mut manifests = Vec::new();
    for folder in folders().await? {
        let files = Files::open(&folder).await;
        let (manifest, json) = files.manifest().await?;
        manifests.push((manifest.clone(), json));
        with(engine, |engine| {
            let catalogue = Catalogue::new(manifest);
            catalogue.check_encoder(engine.analyser.encoder().id(), engine.analyser.encoder().card())?;
            engine.shelves.push(Shelf { files, catalogue });
            Ok(())
        })?;
    }
    Ok(manifests)
}

/// One shard of every segment of every catalogue.
fn wanted<'a>(
    catalogues: impl Iterator<Item = &'a [SegmentEntry]>,
    of: fn(&SegmentEntry) -> &ShardEntry,
) -> Vec<Wanted> {
    let of_each = |(shelf, segments): (usize, &'a [SegmentEntry])| {
        let segments = segments.iter().enumerate();
        segments.map(move |(segment, entry)| Wanted { shelf, segment, shard: of(entry).clone() })
    };
    catalogues.enumerate().flat_map(of_each).collect()
}

/// The folders of the catalogues, each with a slash at its end.
async fn folders() -> Result<Vec<String>, Failure> {
    let json = fetch::bytes(LIST, MOST_LIST_BYTES, RequestCache::NoCache, |_, _| ())
        .await
        .map_err(|error| error.failure("catalogue", LIST))?;
    let plain = |folder: &String| {
        let sound = |part: &str| !part.is_empty() && part != ".." && !part.contains([':', '\\', '?', '#']);
        folder.split('/').all(sound)
    };
    match serde_json::from_slice::<Vec<String>>(&json) {
        Ok(folders) if folders.len() <= MOST_CATALOGUES && folders.iter().all(plain) => {
            Ok(folders.into_iter().map(|folder| folder + "/").collect())
        }
        _ => Err(Failure::new(
            "catalogue",
            format!("{LIST} is no list of folders. Whoever runs this site needs to mend it."),
        )),
    }
}

/// Fetches shards, a few at a time, and takes them in, in order.
async fn each(
    wanted: Vec<Wanted>,
    arrival: &Arrival<'_>,
    take: impl Fn(&mut Catalogue, usize, Vec<u8>) -> sonoscape::Result<()>,
) -> Result<(), Failure> {
    let fetch = |wanted: Wanted| async {
        let before = Cell::new(0.0);
        let progress = |received: f64| {
            arrival.received.update(|sum| sum + received - before.replace(received));
            arrival.tell();
        };
        let files = with(arrival.engine, |engine| Ok(engine.shelves[wanted.shelf].files.clone()))?;
        files.shard(&wanted.shard, progress).await.map(|bytes| (bytes, wanted))
    };
    let mut coming = stream::iter(wanted.into_iter().map(fetch)).buffered(AT_ONCE);
    while let Some(fetched) = coming.next().await {
        let (bytes, wanted) = fetched?;
        with(arrival.engine, |engine| Ok(take(&mut engine.shelves[wanted.shelf].catalogue, wanted.segment, bytes)?))?;
        arrival.tell();
    }
    Ok(())
}

/// Fetches what is said of `tracks`, each after the index of its catalogue, as far as it is not here.
///
/// # Errors
/// The failure to show.
pub async fn texts(engine: &RefCell<Option<Engine>>, tracks: &[(usize, TrackId)]) -> Result<(), Failure> {
    let missing = with(engine, |engine| {
        let of = |(index, shelf): (usize, &mut Shelf)| {
            let own: Vec<TrackId> = tracks.iter().filter(|track| track.0 == index).map(|track| track.1).collect();
            shelf.catalogue.want_texts(&own);
            let missing = shelf.catalogue.missing_texts(&own);
            missing.into_iter().map(|text| (index, shelf.files.clone(), text)).collect::<Vec<_>>()
        };
        Ok(engine.shelves.iter_mut().enumerate().flat_map(of).collect::<Vec<_>>())
    })?;
    let fetch = |(shelf, files, text): (usize, Files, MissingText)| async move {
        files.shard(&text.shard, |_| ()).await.map(|bytes| (bytes, shelf, text))
    };
    let mut coming = stream::iter(missing.into_iter().map(fetch)).buffer_unordered(AT_ONCE);
    while let Some(fetched) = coming.next().await {
        let (bytes, shelf, text) = fetched?;
        with(engine, |engine| Ok(engine.shelves[shelf].catalogue.take_text(text.segment, text.block, &bytes)?))?;
    }
    Ok(())
}

/// All tracks that can be found, each after the index of its catalogue.
fn ids(shelves: &[Shelf]) -> Vec<(usize, TrackId)> {
    let of = |(index, shelf): (usize, &Shelf)| shelf.catalogue.ids().map(|id| (index, id)).collect::<Vec<_>>();
    shelves.iter().enumerate().flat_map(of).collect()
}

/// Names of all files of a catalogue whose sketches are here.
fn names(catalogue: &Catalogue) -> BTreeSet<String> {
    let shards = catalogue.manifest().segments.iter().flat_map(|segment| [&segment.sketch, &segment.codes]);
    let names = shards.chain(catalogue.texts()).map(|shard| shard.name.clone());
    names.chain([MANIFEST_NAME.to_owned()]).collect()
}
