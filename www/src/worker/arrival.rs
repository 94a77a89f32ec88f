//! Brings the catalogues in: part by part, usable from the first one on; those of an earlier visit before the site's.

use std::cell::{Cell, RefCell};

use futures_util::stream::{self, StreamExt};
use sonoscape::Catalogue;
use sonoscape::catalogue::ShardEntry;

use crate::choices;
use crate::edition::{Edition, Volume};
use crate::engine::{Engine, with};
use crate::files::AT_ONCE;
use crate::landscape;
use crate::protocol::{Event, Failure, Part, Standing};
use crate::query;
use crate::scope;
use crate::shelf::{self, Shelf, arrived};

/// Catalogues of fewer bytes answer only when they are whole.
const AWAITED_WHOLE_BYTES: f64 = (4 << 20) as f64;

/// Bringing an edition in.
struct Arrival<'a> {
    engine: &'a RefCell<Option<Engine>>,
    edition: &'a Edition,
    received: Cell<f64>,
    /// Whether it takes the place of an earlier one that is in use.
    is_update: bool,
}

/// A shard to be fetched: of which catalogue and segment.
struct Wanted {
    shelf: usize,
    segment: usize,
    shard: ShardEntry,
}

/// Brings the catalogues into the engine, from where queries can use them as far as they are.
///
/// What was whole at an earlier visit is used without asking the site. Then a later edition, if the site has one, is fetched
/// beside it and takes its place when all of it is here; if it does not come, the earlier one stays.
///
/// # Errors
/// The failure to show; what has arrived by then stays usable.
pub async fn load(engine: &RefCell<Option<Engine>>) -> Result<(), Failure> {
    scope::post(Event::Fetched { part: Part::Catalogue, received: 0.0, total: None });
    let Some(kept) = Edition::kept().await else {
        return take(engine, &Edition::current().await?, false).await;
    };
    if take(engine, &kept, false).await.is_err() {
        return take(engine, &Edition::current().await?, false).await;
    }
    match Edition::current().await {
        Ok(current) if !current.is_same(&kept) && fetch_beside(engine, &current).await.is_ok() => {
            take(engine, &current, true).await
        }
        // What is in use stays so, and the next visit asks again.
        _ => Ok(()),
    }
}

/// Puts an edition onto the shelves, part by part; what is on them already stays.
async fn take(engine: &RefCell<Option<Engine>>, edition: &Edition, is_update: bool) -> Result<(), Failure> {
    with(engine, |engine| shelve(engine, edition))?;
    let arrival = Arrival { engine, edition, received: Cell::default(), is_update };
    arrival.bring().await?;
    with(engine, |engine| {
        landscape::follow(engine);
        Ok(())
    })?;
    edition.keep().await;
    arrival.tell_end()?;
    query::refine(engine).await;
    landscape::repaint(engine);
    Ok(())
}

impl Arrival<'_> {
    async fn bring(&self) -> Result<(), Failure> {
        let sketches = self.wanted(|catalogue| owned(catalogue.missing_sketches()))?;
        self.each(sketches, |catalogue, segment, bytes| catalogue.take_sketch(segment, &bytes)).await?;
        self.each(self.wanted(missing_regions)?, |catalogue, _, bytes| catalogue.take_regions(&bytes)).await?;
        let codes = self.wanted(|catalogue| owned(catalogue.missing_codes()))?;
        self.each(codes, Catalogue::take_codes).await?;
        if is_awaited_whole(self.edition) {
            let everything = with(self.engine, |engine| Ok(shelf::ids(&engine.shelves)))?;
            shelf::texts(self.engine, &everything).await?;
        }
        for (shelf, volume) in self.edition.volumes.iter().enumerate() {
            let names = with(self.engine, |engine| Ok(engine.shelves[shelf].names()))?;
            volume.keep(&names).await;
        }
        Ok(())
    }

    /// Some shards of every catalogue.
    fn wanted(&self, of: fn(&Catalogue) -> Vec<(usize, ShardEntry)>) -> Result<Vec<Wanted>, Failure> {
        let of_each = |(shelf, held): (usize, &Shelf)| {
            let shards = of(&held.catalogue).into_iter();
            shards.map(move |(segment, shard)| Wanted { shelf, segment, shard }).collect::<Vec<_>>()
        };
        with(self.engine, |engine| Ok(engine.shelves.iter().enumerate().flat_map(of_each).collect()))
    }

    /// Fetches shards, a few at a time, and takes them in, in order.
    async fn each(
        &self,
        wanted: Vec<Wanted>,
        take: impl Fn(&mut Catalogue, usize, Vec<u8>) -> sonoscape::Result<()>,
    ) -> Result<(), Failure> {
        let fetch = |wanted: Wanted| async {
            let before = Cell::new(0.0);
            let progress = |received: f64| {
                self.received.update(|sum| sum + received - before.replace(received));
                self.tell();
            };
            let files = &self.edition.volumes[wanted.shelf].files;
            files.shard(&wanted.shard, progress).await.map(|bytes| (bytes, wanted))
        };
        let mut coming = stream::iter(wanted.into_iter().map(fetch)).buffered(AT_ONCE);
        while let Some(fetched) = coming.next().await {
            let (bytes, Wanted { shelf, segment, .. }) = fetched?;
            with(self.engine, |engine| {
                take(&mut engine.shelves[shelf].catalogue, segment, bytes)?;
                landscape::follow(engine);
                Ok(())
            })?;
            self.tell();
        }
        Ok(())
    }

    /// Tells the page how far the catalogues are.
    fn tell(&self) {
        if self.is_update {
            return;
        }
        let (received, total) = (self.received.get(), self.edition.bytes());
        let arrived = with(self.engine, |engine| Ok(arrived(&engine.shelves))).unwrap_or_default();
        scope::post(match arrived {
            (found, exact) if found > 0 && !is_awaited_whole(self.edition) => {
                Event::Usable { standing: Standing { found, exact, received, total } }
            }
            _ => Event::Fetched { part: Part::Catalogue, received, total: Some(total) },
        });
    }

    /// Tells the page that everything is here.
    fn tell_end(&self) -> Result<(), Failure> {
        let choices = with(self.engine, |engine| Ok(choices::choices(&engine.shelves)))?;
        scope::post(Event::Choices { choices });
        let (found, exact) = with(self.engine, |engine| Ok(arrived(&engine.shelves)))?;
        let total = self.edition.bytes();
        scope::post(Event::Usable { standing: Standing { found, exact, received: total, total } });
        Ok(())
    }
}

fn is_awaited_whole(edition: &Edition) -> bool {
    edition.bytes() < AWAITED_WHOLE_BYTES
}

/// Makes the shelves those of an edition.
fn shelve(engine: &mut Engine, edition: &Edition) -> Result<(), Failure> {
    let empty = |volume: &Volume| Catalogue::new(volume.manifest.clone());
    edition.volumes.iter().try_for_each(|volume| check_encoder(engine, &empty(volume)))?;
    let mut before = std::mem::take(&mut engine.shelves);
    let shelf = |volume: &Volume| match before.iter().position(|shelf| shelf.files.folder() == volume.files.folder()) {
        Some(place) => {
            let mut shelf = before.swap_remove(place);
            shelf.catalogue.renew(volume.manifest.clone());
            shelf
        }
        None => Shelf { files: volume.files.clone(), catalogue: empty(volume) },
    };
    engine.shelves = edition.volumes.iter().map(shelf).collect();
    engine.edition = edition.number();
    Ok(())
}

/// Has the browser keep a later edition, while the shelves stay as they are.
async fn fetch_beside(engine: &RefCell<Option<Engine>>, edition: &Edition) -> Result<(), Failure> {
    for Volume { files, manifest, .. } in &edition.volumes {
        let mut next = Catalogue::new(manifest.clone());
        with(engine, |engine| check_encoder(engine, &next))?;
        for (segment, entry) in manifest.segments.iter().enumerate() {
            next.take_sketch(segment, &files.shard(&entry.sketch, |_| ()).await?)?;
            files.shard(&entry.codes, |_| ()).await?;
        }
        if let Some(regions) = &manifest.regions {
            files.shard(regions, |_| ()).await?;
        }
        if is_awaited_whole(edition) {
            for text in next.texts() {
                files.shard(text, |_| ()).await?;
            }
        }
    }
    Ok(())
}

fn check_encoder(engine: &Engine, catalogue: &Catalogue) -> Result<(), Failure> {
    let encoder = engine.analyser.encoder();
    Ok(catalogue.check_encoder(encoder.id(), encoder.card())?)
}

fn owned<'a>(shards: impl Iterator<Item = (usize, &'a ShardEntry)>) -> Vec<(usize, ShardEntry)> {
    shards.map(|(segment, shard)| (segment, shard.clone())).collect()
}

/// The shard of a catalogue's regions, if it has any that are not here.
fn missing_regions(catalogue: &Catalogue) -> Vec<(usize, ShardEntry)> {
    let missing = catalogue.manifest().regions.iter().filter(|_| catalogue.regions().is_empty());
    missing.map(|shard| (0, shard.clone())).collect()
}
