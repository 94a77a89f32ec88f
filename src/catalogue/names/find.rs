//! The tracks whose names answer what somebody types, over one or several catalogues.

use serde::{Deserialize, Serialize};

use super::super::{Catalogue, TrackId};
use super::index::Fit;
use crate::fold::fold;

/// Most words of a query.
const MOST_WORDS: usize = 8;

/// A track of a catalogue that is called much like what was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameMatch {
    /// Index of the catalogue.
    pub catalogue: usize,
    /// The track.
    pub track: TrackId,
    /// Whether its name has all words that were looked for.
    pub whole: bool,
}

/// The `k` tracks whose names answer `query` best, among those whose names have arrived; equally good ones in order.
///
/// Words are [folded](fold) and may stand in any order, in title, artist or album. Words of four letters or more may be one edit
/// away, those of eight or more two; the last one may be the beginning of a word, unless white space follows it. Only the first eight words
/// count. Tracks that lack words are found only where none has more, and at least half of them.
///
/// What ranks a track is how many of the words it has; then how like they are, where titles count for more than artists, and artists for
/// more than albums; then how few other words its title and artist have.
pub fn by_name(catalogues: &[&Catalogue], query: &str, k: usize) -> Vec<NameMatch> {
    let folded = fold(query);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS).collect();
    let unfinished = !query.ends_with(char::is_whitespace);
    let mut best = Best { k, found: Vec::with_capacity(k + 1) };
    for (catalogue, held) in catalogues.iter().enumerate() {
        for (segment, held) in held.segments.iter().enumerate() {
            let Some(names) = &held.names else { continue };
            names.index.search(&words, unfinished, |track, fit| {
                best.take(fit, (catalogue, TrackId { segment: segment as u32, track: track as u32 }));
            });
        }
    }
    let most = best.found.first().map_or(0, |(fit, _)| fit.words);
    let enough = usize::from(most) * 2 >= words.len();
    let as_many = best.found.into_iter().filter(|(fit, _)| enough && fit.words == most);
    let whole = usize::from(most) == words.len();
    as_many.map(|(_, (catalogue, track))| NameMatch { catalogue, track, whole }).collect()
}

/// The best `k`, best first.
struct Best {
    k: usize,
    found: Vec<(Fit, (usize, TrackId))>,
}

impl Best {
    /// Takes what comes after all that was taken before.
    fn take(&mut self, fit: Fit, track: (usize, TrackId)) {
        if self.found.len() == self.k && self.found.last().is_none_or(|(last, _)| *last >= fit) {
            return;
        }
        let place = self.found.partition_point(|(other, _)| *other >= fit);
        self.found.insert(place, (fit, track));
        self.found.truncate(self.k);
    }
}
