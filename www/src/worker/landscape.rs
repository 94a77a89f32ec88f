//! The map: where the tracks of a catalogue that has one lie, how they look, and what is said of them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use js_sys::{Array, Uint8Array, Uint16Array};
use sonoscape::{TrackId, catalogue};

use crate::choices;
use crate::colours::{Key, colour_of, colours, key, region_key, roots};
use crate::engine::{Engine, with};
use crate::protocol::{Colouring, Described, Event, Failure, MapEvent, MapRequest, NOWHERE, Region, Spot};
use crate::query::described;
use crate::scope;
use crate::shelf;

/// Tracks whose texts are fetched together: so few that those of a query in work stay.
const AT_ONCE: usize = 4;

/// What the worker knows of the map that the page shows.
#[derive(Default)]
pub struct Landscape {
    /// The catalogue that it is of.
    pub catalogue: Option<usize>,
    /// The state of the shelves that it is of.
    edition: u32,
    /// The catalogues that have a map, as far as that is known.
    mapped: BTreeSet<usize>,
    /// The segments that the page knows.
    told: BTreeSet<usize>,
    /// Whether it knows the regions.
    named: bool,
    /// What the colours say.
    pub colouring: Colouring,
}

/// The track as the page calls it.
pub fn spot(edition: u32, catalogue: usize, id: TrackId) -> Spot {
    Spot { edition, catalogue: catalogue as u32, segment: id.segment, track: id.track }
}

/// The track that the page calls so, with the index of its catalogue; none once the catalogues are others.
pub fn track(engine: &Engine, spot: &Spot) -> Option<(usize, TrackId)> {
    let id = TrackId { segment: spot.segment, track: spot.track };
    (spot.edition == engine.edition).then_some((spot.catalogue as usize, id))
}

/// Does what the page asks.
pub async fn answer(engine: &RefCell<Option<Engine>>, request: MapRequest) {
    match request {
        MapRequest::Show { catalogue } => {
            // Before the engine has come, there is nothing to show.
            let _ = with(engine, |engine| {
                show(engine, catalogue as usize);
                Ok(())
            });
        }
        MapRequest::Paint { colouring } => {
            // Before the engine has come, there is nothing to paint.
            let _ = with(engine, |engine| {
                engine.landscape.colouring = colouring;
                paint(engine);
                Ok(())
            });
        }
        MapRequest::Describe { number, spots } => {
            let mut tracks = Vec::with_capacity(spots.len());
            for spots in spots.chunks(AT_ONCE) {
                let told = describe(engine, spots).await;
                tracks.extend(told.unwrap_or_else(|_| vec![None; spots.len()]));
            }
            post(MapEvent::Described { number, tracks }, &Array::new());
        }
    }
}

/// Tells the page where tracks lie that have come since the last time; everything again when the catalogues are others.
pub fn follow(engine: &mut Engine) {
    if engine.landscape.edition != engine.edition {
        if engine.landscape.catalogue.is_some() {
            post(MapEvent::Begins { tracks: 0 }, &Array::new());
            post(MapEvent::Maps { maps: Vec::new(), shown: None }, &Array::new());
        }
        let colouring = engine.landscape.colouring;
        engine.landscape = Landscape { colouring, edition: engine.edition, ..Landscape::default() };
    }
    let mapped: BTreeSet<usize> = (0..engine.shelves.len()).filter(|catalogue| is_mapped(engine, *catalogue)).collect();
    if mapped != engine.landscape.mapped {
        engine.landscape.mapped = mapped;
        let first = engine.landscape.mapped.first().copied();
        match (engine.landscape.catalogue, first) {
            (None, Some(first)) => begin(engine, first),
            _ => tell_maps(engine),
        }
    }
    follow_shown(engine);
}

/// Shows the map of another catalogue.
fn show(engine: &mut Engine, catalogue: usize) {
    if engine.landscape.mapped.contains(&catalogue) && engine.landscape.edition == engine.edition {
        begin(engine, catalogue);
        follow_shown(engine);
    }
}

fn begin(engine: &mut Engine, catalogue: usize) {
    let landscape = &mut engine.landscape;
    (landscape.catalogue, landscape.named) = (Some(catalogue), false);
    landscape.told.clear();
    let tracks = engine.shelves[catalogue].catalogue.manifest().tracks() as u32;
    post(MapEvent::Begins { tracks }, &Array::new());
    tell_maps(engine);
}

fn tell_maps(engine: &Engine) {
    let named = |catalogue: &usize| {
        let name = engine.shelves[*catalogue].catalogue.manifest().name.clone();
        (*catalogue as u32, name)
    };
    let maps = engine.landscape.mapped.iter().map(named).collect();
    let shown = engine.landscape.catalogue.map(|catalogue| catalogue as u32);
    post(MapEvent::Maps { maps, shown }, &Array::new());
}

/// Whether a track of the catalogue that has come lies somewhere.
fn is_mapped(engine: &Engine, catalogue: usize) -> bool {
    let known = engine.landscape.mapped.contains(&catalogue);
    let held = &engine.shelves[catalogue].catalogue;
    let lies = |segment| held.places(segment).is_some_and(|places| places.iter().any(|place| *place != [NOWHERE; 2]));
    known || (0..held.manifest().segments.len()).any(lies)
}

fn follow_shown(engine: &mut Engine) {
    let Some(catalogue) = engine.landscape.catalogue else { return };
    for segment in 0..engine.shelves[catalogue].catalogue.manifest().segments.len() {
        if !engine.landscape.told.contains(&segment) {
            place(engine, catalogue, segment);
        }
    }
    if !engine.landscape.named && !engine.shelves[catalogue].catalogue.regions().is_empty() {
        engine.landscape.named = true;
        name(engine, catalogue);
    }
}

/// Tells the page the named regions, and with them the colours of their tracks.
fn name(engine: &Engine, catalogue: usize) {
    let held = engine.shelves[catalogue].catalogue.regions();
    let region = |(region, root): (&catalogue::Region, usize)| Region {
        name: region.name.clone(),
        level: region.level,
        x: region.x,
        y: region.y,
        tracks: region.tracks,
        colour: colour_of(root),
    };
    let regions = held.iter().zip(roots(held)).map(region).collect();
    post(MapEvent::Regions { regions }, &Array::new());
    if engine.landscape.colouring == Colouring::Region {
        paint(engine);
    }
}

fn place(engine: &mut Engine, catalogue: usize, segment: usize) {
    let Some(places) = engine.shelves[catalogue].catalogue.places(segment) else { return };
    let places = Uint16Array::from(places.as_flattened());
    let transfer = Array::of1(&places.buffer());
    engine.landscape.told.insert(segment);
    post(MapEvent::Placed { of: segment_spot(engine, catalogue, segment), places }, &transfer);
    match engine.landscape.colouring {
        Colouring::Region => paint_segment(engine, catalogue, segment, &region_key(engine, catalogue)),
        // Those come with the codes.
        Colouring::Score => {}
        _ => paint(engine),
    }
}

/// Tells the page how all tracks look.
pub fn paint(engine: &Engine) {
    let Some(catalogue) = engine.landscape.catalogue.filter(|_| engine.landscape.edition == engine.edition) else {
        return;
    };
    let (legend, key) = key(engine, catalogue);
    post(MapEvent::Legend { legend }, &Array::new());
    for segment in 0..engine.shelves[catalogue].catalogue.manifest().segments.len() {
        paint_segment(engine, catalogue, segment, &key);
    }
}

/// The same from outside the engine.
pub fn repaint(engine: &RefCell<Option<Engine>>) {
    // Before the engine has come, there is nothing to paint.
    let _ = with(engine, |engine| {
        paint(engine);
        Ok(())
    });
}

/// The same, if the colours say how near tracks are to a sound: there is another.
pub fn paint_scores(engine: &Engine) {
    if engine.landscape.colouring == Colouring::Score {
        paint(engine);
    }
}

fn paint_segment(engine: &Engine, catalogue: usize, segment: usize, key: &Key) {
    let held = &engine.shelves[catalogue].catalogue;
    let colours = colours(held, segment, key);
    if colours.is_empty() {
        return;
    }
    let filter = choices::filter(&engine.filter.borrow());
    let admitted: Vec<u8> = held.admitted(segment, &filter).into_iter().map(u8::from).collect();
    let (colours, admitted) = (Uint8Array::from(colours.as_slice()), Uint8Array::from(admitted.as_slice()));
    let transfer = Array::of2(&colours.buffer(), &admitted.buffer());
    post(MapEvent::Painted { of: segment_spot(engine, catalogue, segment), colours, admitted }, &transfer);
}

async fn describe(engine: &RefCell<Option<Engine>>, spots: &[Spot]) -> Result<Vec<Option<Described>>, Failure> {
    let tracks = with(engine, |engine| Ok(spots.iter().filter_map(|spot| track(engine, spot)).collect::<Vec<_>>()))?;
    shelf::texts(engine, &tracks).await?;
    with(engine, |engine| {
        let told = |spot: &Spot| {
            let (catalogue, id) = track(engine, spot)?;
            let held = &engine.shelves.get(catalogue)?.catalogue;
            let track = held.track(id)?;
            let excerpts = held.excerpts(id);
            Some(Described {
                track: described(track),
                style: track.style.clone(),
                year: track.year,
                duration_s: track.duration_s,
                start_s: excerpts.get(excerpts.len() / 2).map_or(0.0, |excerpt| excerpt.start_s),
            })
        };
        Ok(spots.iter().map(told).collect())
    })
}

fn segment_spot(engine: &Engine, catalogue: usize, segment: usize) -> Spot {
    spot(engine.edition, catalogue, TrackId { segment: segment as u32, track: 0 })
}

fn post(event: MapEvent, transfer: &Array) {
    scope::post_with(Event::Map(event), transfer);
}
