//! From words to the tracks of a segment that are called so.

use super::column::Column;
use super::words::{Likeness, Words};
use crate::fold::fold;

/// What a word in title, artist and album is worth beyond its likeness.
const FIELDS: [u8; 3] = [3, 2, 0];

/// What an equal word is worth.
const EQUAL: u8 = 32;

/// What each edit costs.
const EDIT: u8 = 8;

/// What it costs that a word goes on after what was typed.
const BEGINS: u8 = 4;

/// Which tracks of a segment have which words.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct NameIndex {
    words: Words,
    /// Tracks by word: four times the track, and which of the fields.
    postings: Vec<u16>,
    /// Where those of each word end.
    ends: Vec<u32>,
    /// How many words title and artist have.
    lengths: Vec<u8>,
}

/// How well a track's name answers a query; the greater the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    /// How many of the query's words it has.
    pub(super) words: u8,
    /// How like they are.
    likeness: u16,
    /// How few others it has.
    shortness: u8,
}

impl NameIndex {
    /// The index of titles, artists and albums.
    pub(super) fn new(tracks: usize, columns: [&Column; 3]) -> Self {
        let mut lengths = vec![0; tracks];
        let mut tokens: Vec<(String, u8, u32)> = Vec::new();
        let of_texts = columns.map(Column::tracks);
        for (field, column) in columns.into_iter().enumerate() {
            for (place, text) in column.texts().enumerate() {
                let folded = fold(text);
                let before = tokens.len();
                let words = folded.split(' ').filter(|word| !word.is_empty());
                tokens.extend(words.map(|word| (word.to_owned(), field as u8, place as u32)));
                if field < 2 {
                    let count = (tokens.len() - before).min(100) as u8;
                    of_texts[field][place].iter().for_each(|track| lengths[usize::from(*track)] += count);
                }
            }
        }
        tokens.sort_unstable();
        tokens.dedup();
        let mut index = Self { lengths, ..Self::default() };
        for of_word in tokens.chunk_by(|a, b| a.0 == b.0) {
            index.words.push(&of_word[0].0);
            for (_, field, place) in of_word {
                let tracks = &of_texts[usize::from(*field)][*place as usize];
                index.postings.extend(tracks.iter().map(|track| track << 2 | u16::from(*field)));
            }
            index.ends.push(index.postings.len() as u32);
        }
        index.postings.shrink_to_fit();
        index
    }

    /// Calls `found` with each track that has any of the words, of which the last is `unfinished` or not.
    pub(super) fn search(&self, words: &[&str], unfinished: bool, mut found: impl FnMut(usize, Fit)) {
        let mut fits = vec![(0u8, 0u16); self.lengths.len()];
        let mut best = vec![0u8; self.lengths.len()];
        for (i, word) in words.iter().enumerate() {
            best.fill(0);
            self.words.like(word, unfinished && i + 1 == words.len(), |place, likeness| {
                let worth = worth(likeness);
                for posting in self.postings(place) {
                    let track = &mut best[usize::from(posting >> 2)];
                    *track = (*track).max(worth + FIELDS[usize::from(posting & 3)]);
                }
            });
            for ((count, likeness), best) in fits.iter_mut().zip(&best) {
                *count += u8::from(*best > 0);
                *likeness += u16::from(*best);
            }
        }
        for (track, (words, likeness)) in fits.into_iter().enumerate().filter(|(_, fit)| fit.0 > 0) {
            found(track, Fit { words, likeness, shortness: u8::MAX - self.lengths[track] });
        }
    }

    fn postings(&self, place: usize) -> &[u16] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.postings[start as usize..self.ends[place] as usize]
    }
}

fn worth(likeness: Likeness) -> u8 {
    EQUAL - EDIT * likeness.edits - if likeness.begins { BEGINS } else { 0 }
}
