//! One text of every track of a segment, each distinct text once.

use super::super::reader::Reader;
use super::super::track::MOST_TEXT;
use crate::error::{Error, Result};

/// Distinct texts, ascending, and for each track the place of its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    text: String,
    /// Where each text ends.
    ends: Vec<u32>,
    places: Vec<u16>,
}

impl Column {
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut distinct: Vec<&str> = texts.clone().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let place = |text| distinct.partition_point(|other| *other < text) as u16;
        let places = texts.map(place).collect();
        let ends = distinct.iter().scan(0, |end, text| {
            *end += text.len() as u32;
            Some(*end)
        });
        Self { text: distinct.concat(), ends: ends.collect(), places }
    }

    /// Number of texts, u32; each after its length, u16; the places, u16.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend((self.ends.len() as u32).to_le_bytes());
        for text in self.texts() {
            bytes.extend((text.len() as u16).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend(self.places.iter().flat_map(|place| place.to_le_bytes()));
    }

    pub(super) fn read(reader: &mut Reader, tracks: usize) -> Result<Self> {
        let damaged = || Error::Catalogue("its names are damaged".into());
        let count = reader.count("texts of names", tracks)?;
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(count));
        let mut before: Option<&str> = None;
        for _ in 0..count {
            let length = reader.numbers(1)?.next().map_or(0, u16::from_le_bytes);
            let next = core::str::from_utf8(reader.take(length.into())?).map_err(|_| damaged())?;
            if next.len() > MOST_TEXT || before.is_some_and(|before| before >= next) {
                return Err(damaged());
            }
            before = Some(next);
            text.push_str(next);
            ends.push(text.len() as u32);
        }
        let places: Vec<u16> = reader.numbers(tracks)?.map(u16::from_le_bytes).collect();
        if places.iter().any(|place| usize::from(*place) >= count) {
            return Err(damaged());
        }
        Ok(Self { text, ends, places })
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|place| self.at(place))
    }

    /// The text of a track of the segment.
    pub(super) fn text(&self, track: usize) -> &str {
        self.at(self.places[track].into())
    }

    /// The place of a text that is some track's.
    pub(super) fn place(&self, text: &str) -> Option<u16> {
        self.texts().position(|other| other == text).map(|place| place as u16)
    }

    /// Whether a track's text stands at this place.
    pub(super) fn is(&self, track: usize, place: u16) -> bool {
        self.places[track] == place
    }

    /// The tracks of each text, in order of the texts.
    pub(super) fn tracks(&self) -> Vec<Vec<u16>> {
        let mut tracks = vec![Vec::new(); self.ends.len()];
        self.places.iter().enumerate().for_each(|(track, place)| tracks[usize::from(*place)].push(track as u16));
        tracks
    }

    fn at(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[place] as usize]
    }
}
