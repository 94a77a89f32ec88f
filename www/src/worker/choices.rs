//! Filters, between the page's words and the library's.

use std::collections::BTreeMap;

use sonoscape::catalogue::{Counts, SAME_RECORDING};

use crate::protocol::{Choices, Filter};
use crate::shelf::Shelf;

/// The library's filter; copies of a recording are always folded into one.
pub fn filter(filter: &Filter) -> sonoscape::Filter {
    let only = |choice: &Option<String>| choice.iter().cloned().collect();
    sonoscape::Filter {
        styles: only(&filter.style),
        licences: only(&filter.licence),
        sources: only(&filter.source),
        years: filter.years.map(|(first, last)| first..=last),
        per_artist: filter.one_per_artist.then_some(1),
        same_recording: Some(SAME_RECORDING),
        ..sonoscape::Filter::default()
    }
}

/// What there is to choose among in all catalogues together.
pub fn choices(shelves: &[Shelf]) -> Choices {
    let mut counts = Counts::default();
    shelves.iter().for_each(|shelf| counts.add(&shelf.catalogue.counts()));
    Choices {
        styles: listed(counts.styles),
        licences: listed(counts.licences),
        sources: listed(counts.sources),
        years: listed(counts.years),
    }
}

fn listed<K>(counts: BTreeMap<K, usize>) -> Vec<(K, u32)> {
    counts.into_iter().map(|(choice, count)| (choice, count as u32)).collect()
}
