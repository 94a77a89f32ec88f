//! The map: where the tracks of the first catalogue that has one lie, how they look, and what is said of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use js_sys::{Array, Uint8Array, Uint16Array};
use sonoscape::catalogue::{self, Counts, Facet};
use sonoscape::{Analysis, Catalogue, TrackId};

use crate::choices;
use crate::engine::{Engine, with};
use crate::protocol::{
    Colouring, Described, Event, Failure, Legend, MOST_NAMED, MapEvent, MapRequest, NOWHERE, Region, Spot,
};
use crate::query::described;
use crate::scope;
use crate::shelf;

/// Tracks whose texts are fetched together: so few that those of a query in work stay.
const AT_ONCE: usize = 4;

/// What the worker knows of the map that the page shows.
#[derive(Default)]
pub struct Landscape {
    /// The catalogue that it is of.
    catalogue: Option<usize>,
    /// The state of the shelves that it is of.
    edition: u32,
    /// The segments that the page knows.
    told: BTreeSet<usize>,
    /// Whether it knows the regions.
    named: bool,
    colouring: Colouring,
}

/// What a colour is made of.
enum Key {
    Regions(BTreeMap<u16, u8>),
    Named(Facet, BTreeMap<String, u8>),
    Years(u16, u16),
    Scores(Vec<Vec<f32>>, (f32, f32)),
    Nothing,
}

/// The track as the page calls it.
pub fn spot(catalogue: usize, id: TrackId) -> Spot {
    Spot { catalogue: catalogue as u32, segment: id.segment, track: id.track }
}

/// Does what the page asks.
pub async fn answer(engine: &RefCell<Option<Engine>>, request: MapRequest) {
    match request {
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
        }
        let colouring = engine.landscape.colouring;
        engine.landscape = Landscape { colouring, edition: engine.edition, ..Landscape::default() };
    }
    for catalogue in 0..engine.shelves.len() {
        for segment in 0..engine.shelves[catalogue].catalogue.manifest().segments.len() {
            if !engine.landscape.told.contains(&segment) {
                place(engine, catalogue, segment);
            }
        }
    }
    if let Some(catalogue) = engine.landscape.catalogue
        && !engine.landscape.named
        && !engine.shelves[catalogue].catalogue.regions().is_empty()
    {
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

/// For each region the coarsest one that it is part of, counted among the coarsest.
fn roots(regions: &[catalogue::Region]) -> Vec<usize> {
    let coarsest: Vec<usize> = (0..regions.len()).filter(|place| regions[*place].parent.is_none()).collect();
    let root = |mut place: usize| {
        while let Some(parent) = regions[place].parent {
            place = parent.into();
        }
        coarsest.partition_point(|other| *other < place)
    };
    (0..regions.len()).map(root).collect()
}

fn place(engine: &mut Engine, catalogue: usize, segment: usize) {
    let held = &engine.shelves[catalogue].catalogue;
    let Some(places) = held.places(segment) else { return };
    let shown = engine.landscape.catalogue;
    if shown.is_some_and(|shown| shown != catalogue) || places.iter().all(|place| *place == [NOWHERE; 2]) {
        return;
    }
    if shown.is_none() {
        engine.landscape.catalogue = Some(catalogue);
        post(MapEvent::Begins { tracks: held.manifest().tracks() as u32 }, &Array::new());
    }
    engine.landscape.told.insert(segment);
    let places = Uint16Array::from(places.as_flattened());
    let transfer = Array::of1(&places.buffer());
    post(MapEvent::Placed { of: segment_spot(catalogue, segment), places }, &transfer);
    if engine.landscape.colouring == Colouring::Region {
        paint_segment(engine, catalogue, segment, &region_key(engine, catalogue));
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
    post(MapEvent::Painted { of: segment_spot(catalogue, segment), colours, admitted }, &transfer);
}

/// What the colours mean now.
fn key(engine: &Engine, catalogue: usize) -> (Legend, Key) {
    let held = &engine.shelves[catalogue].catalogue;
    let colouring = engine.landscape.colouring;
    let legend = Legend { colouring, ..Legend::default() };
    match colouring {
        Colouring::Region => (legend, region_key(engine, catalogue)),
        Colouring::Style => named(colouring, Facet::Style, &held.counts(), |counts| &counts.styles),
        Colouring::Source => named(colouring, Facet::Source, &held.counts(), |counts| &counts.sources),
        Colouring::Year => match (held.counts().years.first_key_value(), held.counts().years.last_key_value()) {
            (Some((&first, _)), Some((&last, _))) => {
                (Legend { ends: Some((first.into(), last.into())), ..legend }, Key::Years(first, last))
            }
            _ => (legend, Key::Nothing),
        },
        Colouring::Score => match engine.heard.as_ref().map(|heard| heard.analysed().and_then(Analysis::new)) {
            Some(Ok(heard)) => {
                let segments = 0..held.manifest().segments.len();
                let scores: Vec<Vec<f32>> = segments.map(|segment| held.scores(segment, &heard)).collect();
                let all = || scores.iter().flatten().copied();
                let ends = (all().fold(1.0, f32::min), all().fold(-1.0, f32::max));
                (Legend { ends: Some(ends), ..legend }, Key::Scores(scores, ends))
            }
            _ => (legend, Key::Nothing),
        },
    }
}

fn named(
    colouring: Colouring,
    facet: Facet,
    counts: &Counts,
    of: fn(&Counts) -> &BTreeMap<String, usize>,
) -> (Legend, Key) {
    let mut ranked: Vec<(String, u32)> = of(counts).iter().map(|(name, count)| (name.clone(), *count as u32)).collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let others = ranked.split_off(ranked.len().min(MOST_NAMED));
    let colour = |(place, (name, _)): (usize, &(String, u32))| (name.clone(), place as u8 + 1);
    let mut colours: BTreeMap<String, u8> = ranked.iter().enumerate().map(colour).collect();
    colours.extend(others.iter().map(|(name, _)| (name.clone(), ranked.len() as u8 + 1)));
    let others = others.iter().map(|(_, count)| count).sum();
    (Legend { colouring, named: ranked, others, ends: None }, Key::Named(facet, colours))
}

/// The colours of a segment's tracks, all unknown while what they depend on has not arrived.
fn colours(held: &Catalogue, segment: usize, key: &Key) -> Vec<u8> {
    let known = match key {
        Key::Regions(colours) => {
            let colour = |cluster: &u16| colours.get(cluster).copied().unwrap_or_else(|| plain_colour(*cluster));
            held.clusters(segment).map(|clusters| clusters.iter().map(colour).collect())
        }
        Key::Named(facet, colours) => held.facet(segment, *facet).map(|(column, texts)| {
            let colours: Vec<u8> = texts.iter().map(|text| colours.get(text).copied().unwrap_or(0)).collect();
            column.iter().map(|text| colours[usize::from(*text)]).collect()
        }),
        Key::Years(first, last) => {
            let ends = (f32::from(*first), f32::from(*last));
            let colour = |year: &u16| if *year == 0 { 0 } else { on_scale(f32::from(*year), ends) };
            held.years(segment).map(|years| years.iter().map(colour).collect())
        }
        Key::Scores(scores, ends) => Some(scores[segment].iter().map(|score| on_scale(*score, *ends)).collect()),
        Key::Nothing => None,
    };
    known.unwrap_or_else(|| vec![0; held.places(segment).map_or(0, <[_]>::len)])
}

/// The colours of clusters that are part of regions.
fn region_key(engine: &Engine, catalogue: usize) -> Key {
    let regions = engine.shelves[catalogue].catalogue.regions();
    let colour = |(region, root): (&catalogue::Region, usize)| Some((region.cluster?, colour_of(root)));
    Key::Regions(regions.iter().zip(roots(regions)).filter_map(colour).collect())
}

/// The colour of a cluster that has no region.
fn plain_colour(cluster: u16) -> u8 {
    if cluster == NOWHERE { 0 } else { colour_of(cluster.into()) }
}

fn colour_of(place: usize) -> u8 {
    (place % 254) as u8 + 1
}

fn on_scale(value: f32, (first, last): (f32, f32)) -> u8 {
    1 + ((value - first) / (last - first).max(f32::EPSILON) * 254.0) as u8
}

async fn describe(engine: &RefCell<Option<Engine>>, spots: &[Spot]) -> Result<Vec<Option<Described>>, Failure> {
    let id = |spot: &Spot| (spot.catalogue as usize, TrackId { segment: spot.segment, track: spot.track });
    let tracks: Vec<(usize, TrackId)> = spots.iter().map(id).collect();
    shelf::texts(engine, &tracks).await?;
    with(engine, |engine| {
        let told = |(catalogue, id): &(usize, TrackId)| {
            let held = &engine.shelves.get(*catalogue)?.catalogue;
            let track = held.track(*id)?;
            let excerpts = held.excerpts(*id);
            Some(Described {
                track: described(track),
                style: track.style.clone(),
                year: track.year,
                duration_s: track.duration_s,
                start_s: excerpts.get(excerpts.len() / 2).map_or(0.0, |excerpt| excerpt.start_s),
            })
        };
        Ok(tracks.iter().map(told).collect())
    })
}

fn segment_spot(catalogue: usize, segment: usize) -> Spot {
    Spot { catalogue: catalogue as u32, segment: segment as u32, track: 0 }
}

fn post(event: MapEvent, transfer: &Array) {
    scope::post_with(Event::Map(event), transfer);
}
