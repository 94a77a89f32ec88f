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
    let counts: Vec<Counts> = shelves.iter().map(|shelf| shelf.catalogue.counts()).collect();
    Choices {
        styles: sum(counts.iter().map(|counts| &counts.styles)),
        licences: sum(counts.iter().map(|counts| &counts.licences)),
        sources: sum(counts.iter().map(|counts| &counts.sources)),
        years: sum(counts.iter().map(|counts| &counts.years)),
    }
}

fn sum<'a, K: Ord + Clone + 'a>(counts: impl Iterator<Item = &'a BTreeMap<K, usize>>) -> Vec<(K, u32)> {
    let mut sums: BTreeMap<K, u32> = BTreeMap::new();
    for (choice, count) in counts.flatten() {
        *sums.entry(choice.clone()).or_default() += *count as u32;
    }
    sums.into_iter().collect()
}
