//! Looking for the catalogue's own tracks by name, and for the neighbours of one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::future::join;
use futures_util::stream::{self, StreamExt};
use sonoscape::catalogue::{Name, NameMatch, ShardEntry, by_name};
use sonoscape::{AnalysedExcerpt, Analysis, Catalogue, Embedding, TrackId};

use crate::engine::{Engine, with};
use crate::files::{AT_ONCE, Files};
use crate::landscape::{self, spot, track};
use crate::protocol::names::{Ask, Hit, Key, Told};
use crate::protocol::{Answer, Event, Failure, Timings};
use crate::query::{described, neighbours};
use crate::scope::{self, now_ms};
use crate::shelf;
use crate::wanted::Wanted;

/// Tracks that a search finds at most.
const HITS: usize = 8;

/// How long to wait before looking again whether codes have arrived, in milliseconds.
const GLANCE_MS: i32 = 30;

/// A track of a catalogue whose neighbours were found last.
pub struct Chosen {
    /// Number of the query.
    pub query: u32,
    /// How it sounds.
    pub analysis: Analysis,
}

/// What is asked about names, from message to message.
#[derive(Clone, Default)]
pub struct Names {
    /// The last search.
    search: Rc<Cell<u32>>,
    is_fetching: Rc<Cell<bool>>,
    /// Time spent on reading them, in milliseconds.
    index_ms: Rc<Cell<f64>>,
}

type Held = Rc<RefCell<Option<Engine>>>;

impl Names {
    /// Does what is asked; `now` is the query that the worker works for.
    pub async fn take(self, engine: Held, now: Rc<Cell<u32>>, ask: Ask) {
        match ask {
            Ask::Fetch => self.fetch(&engine).await,
            Ask::Find { search, text } => self.find(&engine, search, &text).await,
            Ask::Choose { query, keys } => {
                let wanted = Wanted::from_now_on(query, &now);
                match self.choose(&engine, &wanted, &keys).await {
                    Ok(()) => {}
                    Err(failure) => tell(Told::Absent { query, failure: Some(failure) }),
                }
            }
        }
    }

    /// Fetches what has not come yet.
    async fn fetch(&self, engine: &Held) {
        if self.is_fetching.replace(true) {
            return;
        }
        let failure = self.fetch_missing(engine).await.err();
        self.is_fetching.set(false);
        self.tell_standing(engine, failure);
    }

    fn tell_standing(&self, engine: &Held, failure: Option<Failure>) {
        let count = |engine: &mut Engine| {
            let named = engine.shelves.iter().map(|shelf| shelf.catalogue.named()).sum::<usize>();
            Ok((named as u32, missing(engine).is_empty()))
        };
        let (named, whole) = with(engine, count).unwrap_or_default();
        tell(Told::Named { named, whole, index_ms: self.index_ms.get(), failure });
    }

    async fn fetch_missing(&self, engine: &Held) -> Result<(), Failure> {
        let missing = with(engine, |engine| Ok(missing(engine)))?;
        let fetch = |(shelf, segment, shard, files): (usize, usize, ShardEntry, Files)| async move {
            files.shard(&shard, |_| ()).await.map(|bytes| (shelf, segment, shard, bytes))
        };
        let mut coming = stream::iter(missing.into_iter().map(fetch)).buffer_unordered(AT_ONCE);
        while let Some(fetched) = coming.next().await {
            let (shelf, segment, shard, bytes) = fetched?;
            let start_ms = now_ms();
            with(engine, |engine| {
                let Some(shelf) = engine.shelves.get_mut(shelf) else { return Ok(()) };
                let now = shelf.catalogue.manifest().segments.get(segment).and_then(|entry| entry.names.as_ref());
                if now == Some(&shard) { Ok(shelf.catalogue.take_names(segment, &bytes)?) } else { Ok(()) }
            })?;
            self.index_ms.update(|sum| sum + now_ms() - start_ms);
            self.tell_standing(engine, None);
            scope::turn().await;
        }
        Ok(())
    }

    async fn find(&self, engine: &Held, search: u32, text: &str) {
        self.search.set(search);
        scope::turn().await;
        if self.search.get() != search {
            return;
        }
        let start_ms = now_ms();
        let hits = with(engine, |engine| {
            let catalogues: Vec<&Catalogue> = engine.shelves.iter().map(|shelf| &shelf.catalogue).collect();
            let found = by_name(&catalogues, text, HITS);
            Ok(found.into_iter().filter_map(|found| hit(engine.edition, &catalogues, found)).collect())
        });
        tell(Told::Found { search, hits: hits.unwrap_or_default(), search_ms: now_ms() - start_ms });
    }

    async fn choose(&self, engine: &Held, wanted: &Wanted, keys: &[Key]) -> Result<(), Failure> {
        let query = wanted.query;
        if keys.iter().any(|key| !matches!(key, Key::Place(_))) {
            while self.is_fetching.get() {
                scope::pause(GLANCE_MS).await;
            }
            self.fetch(engine).await;
        }
        let find = |engine: &mut Engine| Ok((engine.edition, keys.iter().find_map(|key| place(engine, key))));
        let (edition, Some((catalogue, id))) = with(engine, find)? else {
            let is_place = keys.iter().any(|key| matches!(key, Key::Place(_)));
            tell(Told::Absent { query, failure: is_place.then(gone) });
            return Ok(());
        };
        let analysis = loop {
            match with(engine, |engine| heard(engine, edition, catalogue, id))? {
                Some(analysis) => break analysis,
                None if !wanted.is_now() => return Ok(()),
                None => scope::pause(GLANCE_MS).await,
            }
        };
        let mut timings = Timings::default();
        let itself = [(catalogue, id)];
        let text = shelf::texts(engine, &itself);
        let (text, neighbours) = join(text, neighbours(engine, &analysis, true, &mut timings.search_ms)).await;
        text?;
        let neighbours = neighbours?;
        let (track, duration_s) = with(engine, |engine| {
            let shelf = engine.shelves.get(catalogue).filter(|_| engine.edition == edition);
            let track = shelf.and_then(|shelf| shelf.catalogue.track(id)).ok_or_else(gone)?;
            Ok((described(track), track.duration_s))
        })?;
        if !wanted.is_now() {
            return Ok(());
        }
        with(engine, |engine| {
            engine.heard = None;
            engine.chosen = Some(Chosen { query, analysis: analysis.clone() });
            landscape::paint_scores(engine);
            Ok(())
        })?;
        let excerpt_s = with(engine, |engine| Ok(engine.analyser.encoder().card().tiles.excerpt_s))?;
        let answer = Answer {
            neighbours,
            embedding: analysis.embedding.as_slice().to_vec(),
            clipped_fraction: 0.0,
            still: false,
            excerpt_s,
            timings,
            memory_bytes: scope::memory_bytes(),
        };
        tell(Told::Chosen { query, track, duration_s, answer });
        Ok(())
    }
}

fn tell(told: Told) {
    scope::post(Event::Names(told));
}

fn gone() -> Failure {
    Failure::new("moved", "The catalogue has changed meanwhile. Look for this track again.")
}

/// The shards of names that have not come, each after its catalogue and segment.
fn missing(engine: &Engine) -> Vec<(usize, usize, ShardEntry, Files)> {
    let mut missing = Vec::new();
    for (index, shelf) in engine.shelves.iter().enumerate() {
        for (segment, entry) in shelf.catalogue.manifest().segments.iter().enumerate() {
            let first = TrackId { segment: segment as u32, track: 0 };
            if let Some(names) = entry.names.as_ref().filter(|_| shelf.catalogue.name(first).is_none()) {
                missing.push((index, segment, names.clone(), shelf.files.clone()));
            }
        }
    }
    missing
}

fn hit(edition: u32, catalogues: &[&Catalogue], found: NameMatch) -> Option<Hit> {
    let Name { title, artist, album, source, duration_s, .. } = catalogues.get(found.catalogue)?.name(found.track)?;
    Some(Hit {
        place: spot(edition, found.catalogue, found.track),
        title: title.to_owned(),
        artist: artist.to_owned(),
        album: album.to_owned(),
        source: source.to_owned(),
        duration_s,
        whole: found.whole,
    })
}

/// Where the track with this key lies.
fn place(engine: &Engine, key: &Key) -> Option<(usize, TrackId)> {
    let of = |find: &dyn Fn(&Catalogue) -> Option<TrackId>| {
        let shelves = engine.shelves.iter().enumerate();
        shelves.map(|(index, shelf)| (index, find(&shelf.catalogue))).find_map(|(index, id)| Some((index, id?)))
    };
    match key {
        Key::Place(place) => track(engine, place),
        Key::Source { source, id } => of(&|catalogue| catalogue.by_source(source, id)),
        Key::Isrc(isrc) => of(&|catalogue| catalogue.by_isrc(isrc)),
        Key::Named { artist, title } => of(&|catalogue| catalogue.by_artist_and_title(artist, title)),
    }
}

/// How a track of an edition sounds; none before its codes have arrived.
fn heard(engine: &Engine, edition: u32, catalogue: usize, id: TrackId) -> Result<Option<Analysis>, Failure> {
    let shelf = engine.shelves.get(catalogue).filter(|_| engine.edition == edition).ok_or_else(gone)?;
    let segment = shelf.catalogue.manifest().segments.get(id.segment as usize).ok_or_else(gone)?;
    if id.track as usize >= segment.tracks {
        return Err(gone());
    }
    let excerpts = shelf.catalogue.excerpts(id);
    if excerpts.is_empty() {
        return Ok(None);
    }
    let analysed = excerpts.iter().map(|excerpt| {
        let embedding = Embedding::from_slice(&excerpt.code.dequantize())?;
        Ok(AnalysedExcerpt { start_s: excerpt.start_s, embedding })
    });
    Ok(Some(Analysis::new(analysed.collect::<sonoscape::Result<_>>()?)?))
}
