//! Which tracks may be found.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::TrackId;
use super::facets::{Facets, artist_key};

/// A cosine above which two tracks are taken for one recording: copies in other formats lie above, other music of the same artist
/// below.
pub const SAME_RECORDING: f32 = 0.96;

/// What a search leaves out. The default leaves out nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Sources to take; all when empty.
    pub sources: BTreeSet<String>,
    /// Licences to take; all when empty.
    pub licences: BTreeSet<String>,
    /// Styles to take; all when empty.
    pub styles: BTreeSet<String>,
    /// Years to take; a track whose year is unknown is in none.
    pub years: Option<RangeInclusive<u16>>,
    /// Artists to leave out, in any case.
    pub without_artists: BTreeSet<String>,
    /// Tracks to leave out, each after the index of its catalogue.
    pub without: BTreeSet<(usize, TrackId)>,
    /// Most tracks of one artist; tracks whose artist is unknown are not counted.
    pub per_artist: Option<usize>,
    /// The cosine from which two tracks are the same recording: the farther one is then folded into the nearer.
    pub same_recording: Option<f32>,
}

impl Filter {
    /// Whether every single track is admitted.
    pub(super) fn is_open(&self) -> bool {
        let lists = [&self.sources, &self.licences, &self.styles, &self.without_artists];
        lists.into_iter().all(BTreeSet::is_empty) && self.years.is_none()
    }
}

/// How many tracks there are of each source, licence, style and year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Of each source.
    pub sources: BTreeMap<String, usize>,
    /// Of each licence.
    pub licences: BTreeMap<String, usize>,
    /// Of each style.
    pub styles: BTreeMap<String, usize>,
    /// Of each year.
    pub years: BTreeMap<u16, usize>,
}

/// A filter made ready for one segment.
pub(super) struct Admission<'a> {
    facets: &'a Facets,
    sources: Option<Vec<bool>>,
    licences: Option<Vec<bool>>,
    styles: Option<Vec<bool>>,
    years: Option<&'a RangeInclusive<u16>>,
    without: Vec<u32>,
}

impl<'a> Admission<'a> {
    pub(super) fn new(filter: &'a Filter, facets: &'a Facets) -> Self {
        let table = |wanted: &BTreeSet<String>| {
            let texts = facets.dictionary.texts();
            (!wanted.is_empty()).then(|| texts.iter().map(|text| wanted.contains(text)).collect())
        };
        Self {
            facets,
            sources: table(&filter.sources),
            licences: table(&filter.licences),
            styles: table(&filter.styles),
            years: filter.years.as_ref(),
            without: filter.without_artists.iter().map(|name| artist_key(name)).collect(),
        }
    }

    pub(super) fn admits(&self, track: usize) -> bool {
        let listed = |table: &Option<Vec<bool>>, column: &[u16]| {
            table.as_ref().is_none_or(|table| table[usize::from(column[track])])
        };
        let facets = self.facets;
        listed(&self.sources, &facets.sources)
            && listed(&self.licences, &facets.licences)
            && listed(&self.styles, &facets.styles)
            && self.years.is_none_or(|years| facets.years[track] != 0 && years.contains(&facets.years[track]))
            && !self.without.contains(&facets.artists[track])
    }
}

impl Counts {
    /// Counts the tracks that `other` counts, too.
    pub fn add(&mut self, other: &Self) {
        add(&mut self.sources, &other.sources);
        add(&mut self.licences, &other.licences);
        add(&mut self.styles, &other.styles);
        add(&mut self.years, &other.years);
    }

    /// Counts the tracks of a segment, too.
    pub(super) fn add_segment(&mut self, facets: &Facets) {
        let texts = facets.dictionary.texts();
        let columns = [
            (&mut self.sources, &facets.sources),
            (&mut self.licences, &facets.licences),
            (&mut self.styles, &facets.styles),
        ];
        for (counts, column) in columns {
            for place in column.iter().filter(|place| **place != 0) {
                *counts.entry(texts[usize::from(*place)].clone()).or_default() += 1;
            }
        }
        for year in facets.years.iter().filter(|year| **year != 0) {
            *self.years.entry(*year).or_default() += 1;
        }
    }
}

fn add<K: Ord + Clone>(sums: &mut BTreeMap<K, usize>, counts: &BTreeMap<K, usize>) {
    for (key, count) in counts {
        *sums.entry(key.clone()).or_default() += count;
    }
}
