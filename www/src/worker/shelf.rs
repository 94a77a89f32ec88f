//! The catalogues as far as they have arrived, searched as one.

use std::cell::RefCell;
use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};
use sonoscape::catalogue::{MANIFEST_NAME, MissingText};
use sonoscape::{Catalogue, TrackId};

use crate::engine::{Engine, with};
use crate::files::Files;
use crate::protocol::Failure;

/// Blocks of text fetched at the same time: they are small, and those of a list are waited for together.
const TEXTS_AT_ONCE: usize = 12;

/// A catalogue as far as it has arrived, and where the rest of it is.
pub struct Shelf {
    /// Its files.
    pub files: Files,
    /// What has arrived.
    pub catalogue: Catalogue,
}

impl Shelf {
    /// Names of all its files, once its sketches are here.
    pub fn names(&self) -> BTreeSet<String> {
        let segments = &self.catalogue.manifest().segments;
        let shards =
            segments.iter().flat_map(|segment| [&segment.sketch, &segment.codes].into_iter().chain(&segment.names));
        let shards = shards.chain(self.catalogue.texts()).chain(&self.catalogue.manifest().regions);
        let names = shards.map(|shard| shard.name.clone());
        names.chain([MANIFEST_NAME.to_owned()]).collect()
    }
}

/// Tracks that can be found, and those of them whose scores are exact.
pub fn arrived(shelves: &[Shelf]) -> (u32, u32) {
    let counts = shelves.iter().map(|shelf| shelf.catalogue.arrived());
    counts.fold((0, 0), |sum, (found, exact)| (sum.0 + found as u32, sum.1 + exact as u32))
}

/// All tracks that can be found, each after the index of its catalogue.
pub fn ids(shelves: &[Shelf]) -> Vec<(usize, TrackId)> {
    let of = |(index, shelf): (usize, &Shelf)| shelf.catalogue.ids().map(|id| (index, id)).collect::<Vec<_>>();
    shelves.iter().enumerate().flat_map(of).collect()
}

/// Fetches what is said of `tracks`, each after the index of its catalogue, as far as it is not here.
///
/// # Errors
/// The failure to show, or [`overtaken`] when another edition came meanwhile.
pub async fn texts(engine: &RefCell<Option<Engine>>, tracks: &[(usize, TrackId)]) -> Result<(), Failure> {
    let edition = with(engine, |engine| Ok(engine.edition))?;
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
    let mut coming = stream::iter(missing.into_iter().map(fetch)).buffer_unordered(TEXTS_AT_ONCE);
    while let Some(fetched) = coming.next().await {
        let (bytes, shelf, text) = fetched?;
        with(engine, |engine| {
            let is_same = engine.edition == edition;
            let shelf = engine.shelves.get_mut(shelf).filter(|_| is_same).ok_or_else(overtaken)?;
            Ok(shelf.catalogue.take_text(text.segment, text.block, &bytes)?)
        })?;
    }
    Ok(())
}

/// The failure of what something later came between.
pub fn overtaken() -> Failure {
    Failure::new("worker", "Another search came between. Try again.")
}
