//! Pictures of a map: its regions, styles and sources, where styles lie, and a sound among its neighbours.

mod chart;
mod raster;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sonoscape::catalogue::{Facet, Filter, Region, nearest};
use sonoscape::{Analyser, Catalogue, TrackId};

use super::place::median;
use super::terms::clean;
use crate::catalogue::{Stored, replace};
use crate::hear;
use chart::{Chart, Label};
use raster::Rgb;

/// Okabe and Ito's colours for categories, without black.
const COLOURS: [Rgb; 7] = [
    [0x00, 0x72, 0xb2],
    [0xe6, 0x9f, 0x00],
    [0x00, 0x9e, 0x73],
    [0xcc, 0x79, 0xa7],
    [0xd5, 0x5e, 0x00],
    [0x56, 0xb4, 0xe9],
    [0xf0, 0xe4, 0x42],
];

/// Of other categories, and of what is not what the picture is about.
const GREY: Rgb = [0xc4, 0xc1, 0xcb];

/// Styles of fewer tracks have no centre worth a mark.
const LEAST_TRACKS: usize = 4;

/// Neighbours of a sound that are shown.
const NEIGHBOURS: usize = 10;

/// A place on the picture, from the upper left corner, both from 0 to 1.
type Spot = [f32; 2];

/// A track that lies somewhere.
struct Dot {
    at: Spot,
    cluster: Option<u16>,
    style: String,
    source: String,
}

/// Draws the map of the catalogue in `folder` into the folder `output`, each picture as PNG without and as SVG with its names; one
/// of the sound in `query`, too.
///
/// # Errors
/// When the catalogue or the sound cannot be read, or the disk does not take the pictures.
pub fn write(folder: &Path, output: &Path, query: Option<&Path>) -> Result<()> {
    let stored = Stored::open(folder)?;
    let catalogue = stored.load()?;
    let dots = dots(&catalogue);
    let charts = [
        ("regions", regions(&stored, &dots)?),
        ("styles", categories("Styles", &dots, |dot| &dot.style)),
        ("sources", categories("Sources", &dots, |dot| &dot.source)),
        ("centroids", centroids(&dots)),
    ];
    let sound = query.map(|query| Ok::<_, anyhow::Error>(("query", around(&stored, catalogue, &dots, query)?)));
    fs::create_dir_all(output).with_context(|| format!("The folder {} cannot be made", output.display()))?;
    for (name, chart) in charts.into_iter().chain(sound.transpose()?) {
        let png = chart.png()?;
        replace(&output.join(format!("{name}.svg")), chart.svg(&png).as_bytes())?;
        replace(&output.join(format!("{name}.png")), &png)?;
    }
    Ok(())
}

fn dots(catalogue: &Catalogue) -> Vec<Dot> {
    let text = |id: TrackId, facet| {
        let (column, texts) = catalogue.facet(id.segment as usize, facet)?;
        texts.get(usize::from(*column.get(id.track as usize)?)).cloned()
    };
    let dot = |id| {
        let (style, source) = (text(id, Facet::Style).unwrap_or_default(), text(id, Facet::Source).unwrap_or_default());
        Some(Dot { at: spot(catalogue, id)?, cluster: catalogue.cluster(id), style, source })
    };
    catalogue.ids().filter_map(dot).collect()
}

fn spot(catalogue: &Catalogue, id: TrackId) -> Option<Spot> {
    catalogue.position(id).map(|at| upright([at.x, at.y]))
}

fn upright([x, y]: [u16; 2]) -> Spot {
    [f32::from(x) / 65_535.0, 1.0 - f32::from(y) / 65_535.0]
}

/// The coarsest regions with their names, each in one of the colours.
fn regions(stored: &Stored, dots: &[Dot]) -> Result<Chart> {
    let regions = stored.regions()?;
    let coarsest = |number: usize| Some((regions[number].cluster?, Region::lineage(&regions, number).last()?));
    let of_cluster: BTreeMap<u16, usize> = (0..regions.len()).filter_map(coarsest).collect();
    let colour = |dot: &Dot| {
        dot.cluster.and_then(|cluster| of_cluster.get(&cluster)).map_or(GREY, |region| COLOURS[region % COLOURS.len()])
    };
    let named = regions.iter().filter(|region| region.parent.is_none());
    Ok(Chart {
        title: format!("Regions of {}", shown(&stored.manifest().name)),
        dots: dots.iter().map(|dot| (dot.at, colour(dot))).collect(),
        labels: named
            .map(|region| Label { text: shown(&region.name), at: upright([region.x, region.y]), weight: region.tracks })
            .collect(),
        ..Chart::default()
    })
}

/// A colour for each of the most frequent categories.
fn categories(title: &str, dots: &[Dot], of: fn(&Dot) -> &str) -> Chart {
    let ranked = ranked(dots, of);
    let place = |dot: &Dot| ranked.iter().position(|(name, _)| *name == of(dot));
    let colour = |dot: &Dot| place(dot).and_then(|place| COLOURS.get(place)).copied().unwrap_or(GREY);
    let (named, others) = ranked.split_at(ranked.len().min(COLOURS.len()));
    let mut legend: Vec<(Rgb, String)> = COLOURS
        .iter()
        .zip(named)
        .map(|(colour, (name, members))| (*colour, format!("{} ({})", shown(name), members.len())))
        .collect();
    let others: usize = others.iter().map(|(_, members)| members.len()).sum();
    if others > 0 {
        legend.push((GREY, format!("others ({others})")));
    }
    let dots = dots.iter().map(|dot| (dot.at, colour(dot))).collect();
    Chart { title: title.to_owned(), dots, legend, ..Chart::default() }
}

/// Where the middle of each style lies.
fn centroids(dots: &[Dot]) -> Chart {
    let mut ranked = ranked(dots, |dot| &dot.style);
    ranked.retain(|(name, members)| !name.is_empty() && members.len() >= LEAST_TRACKS);
    let middle = |members: &[Spot]| {
        let sum = members.iter().fold([0.0; 2], |sum, at| [sum[0] + at[0], sum[1] + at[1]]);
        sum.map(|along: f32| along / members.len() as f32)
    };
    let label = |(name, members): &(&str, Vec<Spot>)| Label {
        text: shown(name),
        at: middle(members),
        weight: members.len() as u32,
    };
    Chart {
        title: "Where styles lie on average".to_owned(),
        dots: dots.iter().map(|dot| (dot.at, GREY)).collect(),
        marks: ranked.iter().map(|(_, members)| middle(members)).collect(),
        labels: ranked.iter().map(label).collect(),
        ..Chart::default()
    }
}

/// A sound in the midst of its neighbours.
fn around(stored: &Stored, mut catalogue: Catalogue, dots: &[Dot], query: &Path) -> Result<Chart> {
    let mut analyser = Analyser::new(hear::encoder(None)?)?;
    catalogue.check_encoder(analyser.encoder().id(), analyser.encoder().card())?;
    let heard = hear::hear(query, &mut analyser).with_context(|| query.display().to_string())?;
    let card = analyser.encoder().card();
    let found = nearest(&[&catalogue], &heard.analysis, card, &Filter::default(), NEIGHBOURS);
    let placed: Vec<(TrackId, Spot, f64)> = found
        .iter()
        .filter_map(|found| Some((found.track, spot(&catalogue, found.track)?, found.score.max(0.0).into())))
        .collect();
    let spots: Vec<[f64; 2]> = placed.iter().map(|(_, at, _)| at.map(|along| f64::from(along) * 65_535.0)).collect();
    let weights: Vec<f64> = placed.iter().map(|(_, _, score)| *score).collect();
    let middle = median(&spots, &weights).map(|along| (along / 65_535.0) as f32);
    let mut labels = Vec::new();
    for (rank, (id, at, _)) in placed.iter().enumerate() {
        let text = format!("{} {}", rank + 1, shown(&stored.track(&mut catalogue, *id)?.title));
        labels.push(Label { text, at: *at, weight: (NEIGHBOURS - rank) as u32 });
    }
    let name = query.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Chart {
        title: format!("{} among its nearest tracks", shown(&name)),
        dots: dots.iter().map(|dot| (dot.at, GREY)).collect(),
        ties: placed.iter().map(|(_, at, _)| [middle, *at]).collect(),
        marks: placed.iter().map(|(_, at, _)| *at).chain([middle]).collect(),
        labels,
        ..Chart::default()
    })
}

/// Categories with the places of their tracks, the most frequent first.
fn ranked(dots: &[Dot], of: fn(&Dot) -> &str) -> Vec<(&str, Vec<Spot>)> {
    let mut members: BTreeMap<&str, Vec<Spot>> = BTreeMap::new();
    dots.iter().for_each(|dot| members.entry(of(dot)).or_default().push(dot.at));
    let mut ranked: Vec<_> = members.into_iter().collect();
    ranked.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    ranked
}

/// A text of strangers on one line.
fn shown(text: &str) -> String {
    clean(text).unwrap_or_else(|| "unknown".to_owned())
}
