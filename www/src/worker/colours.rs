//! What the colours of the map are made of, and what they mean.

use std::collections::BTreeMap;

use sonoscape::catalogue::{self, Counts, Facet};
use sonoscape::{Analysis, Catalogue};

use crate::engine::Engine;
use crate::protocol::{Colouring, Legend, MOST_NAMED, NOWHERE};

/// What a colour is made of.
pub enum Key {
    Regions(BTreeMap<u16, u8>),
    Named(Facet, BTreeMap<String, u8>),
    Years(u16, u16),
    Scores(Vec<Vec<f32>>, (f32, f32)),
    Nothing,
}

/// For each region the coarsest one that it is part of, counted among the coarsest.
pub fn roots(regions: &[catalogue::Region]) -> Vec<usize> {
    let coarsest: Vec<usize> = (0..regions.len()).filter(|place| regions[*place].parent.is_none()).collect();
    let root = |place| {
        let root = catalogue::Region::lineage(regions, place).last().unwrap_or(place);
        coarsest.partition_point(|other| *other < root)
    };
    (0..regions.len()).map(root).collect()
}

/// What the colours mean now.
pub fn key(engine: &Engine, catalogue: usize) -> (Legend, Key) {
    let held = &engine.shelves[catalogue].catalogue;
    let colouring = engine.landscape.colouring;
    let legend = Legend { colouring, ..Legend::default() };
    match colouring {
        Colouring::Region => (legend, region_key(engine, catalogue)),
        Colouring::Style => named(colouring, Facet::Style, &held.counts(), |counts| &counts.styles),
        Colouring::Source => named(colouring, Facet::Source, &held.counts(), |counts| &counts.sources),
        Colouring::Year => {
            let years = held.counts().years;
            match years.keys().next().zip(years.keys().next_back()) {
                Some((&first, &last)) => {
                    (Legend { ends: Some((first.into(), last.into())), ..legend }, Key::Years(first, last))
                }
                None => (legend, Key::Nothing),
            }
        }
        Colouring::Score => match heard(engine) {
            Some(heard) => {
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

/// What was answered last: a sound, or a track of a catalogue.
fn heard(engine: &Engine) -> Option<Analysis> {
    let of_sound = || engine.heard.as_ref()?.analysed().and_then(Analysis::new).ok();
    engine.chosen.as_ref().map(|chosen| chosen.analysis.clone()).or_else(of_sound)
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
pub fn colours(held: &Catalogue, segment: usize, key: &Key) -> Vec<u8> {
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
pub fn region_key(engine: &Engine, catalogue: usize) -> Key {
    let regions = engine.shelves[catalogue].catalogue.regions();
    let colour = |(region, root): (&catalogue::Region, usize)| Some((region.cluster?, colour_of(root)));
    Key::Regions(regions.iter().zip(roots(regions)).filter_map(colour).collect())
}

/// The colour of a cluster that has no region.
fn plain_colour(cluster: u16) -> u8 {
    if cluster == NOWHERE { 0 } else { colour_of(cluster.into()) }
}

/// The colour of the region that comes at this place among the coarsest.
pub fn colour_of(place: usize) -> u8 {
    (place % 254) as u8 + 1
}

fn on_scale(value: f32, (first, last): (f32, f32)) -> u8 {
    1 + ((value - first) / (last - first).max(f32::EPSILON) * 254.0) as u8
}
