//! What tracks are filtered by, in a few bytes a track.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::reader::Reader;
use super::track::{MOST_TEXT, Track};
use crate::error::{Error, Result};

/// Columns of a segment's tracks. Numbers of texts are places in the dictionary, where 0 is the empty text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Facets {
    /// Year of release, 0 where it is unknown.
    pub(super) years: Vec<u16>,
    pub(super) sources: Vec<u16>,
    pub(super) licences: Vec<u16>,
    pub(super) styles: Vec<u16>,
    /// What stands for each artist, as [`artist_key`] makes it.
    pub(super) artists: Vec<u32>,
    pub(super) dictionary: Dictionary,
}

/// The distinct texts of a segment's facets.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dictionary(Vec<String>);

/// What stands for an artist: the first four bytes of the SHA-256 of the trimmed name in lower case, little-endian; 0 for an empty
/// one.
pub(super) fn artist_key(name: &str) -> u32 {
    let name = name.trim().to_lowercase();
    if name.is_empty() {
        return 0;
    }
    Sha256::digest(name.as_bytes()).iter().take(4).rev().fold(0, |key, byte| key << 8 | u32::from(*byte))
}

impl Facets {
    pub(super) fn of<'a>(tracks: impl Iterator<Item = &'a Track>) -> Result<Self> {
        let mut facets = Self { dictionary: Dictionary(vec![String::new()]), ..Self::default() };
        let mut places = BTreeMap::from([(String::new(), 0)]);
        for track in tracks {
            let mut place = |text: &str| facets.dictionary.place(&mut places, text);
            let [source, licence, style] = [place(&track.source)?, place(&track.licence)?, place(&track.style)?];
            facets.years.push(track.year.unwrap_or(0));
            facets.sources.push(source);
            facets.licences.push(licence);
            facets.styles.push(style);
            facets.artists.push(artist_key(&track.artist));
        }
        Ok(facets)
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        for column in [&self.years, &self.sources, &self.licences, &self.styles] {
            bytes.extend(column.iter().flat_map(|number| number.to_le_bytes()));
        }
        bytes.extend(self.artists.iter().flat_map(|key| key.to_le_bytes()));
    }

    pub(super) fn read(reader: &mut Reader, tracks: usize) -> Result<Self> {
        let mut column = || Ok(reader.numbers(tracks)?.map(u16::from_le_bytes).collect());
        let [years, sources, licences, styles] = [column()?, column()?, column()?, column()?];
        let artists = reader.numbers(tracks)?.map(u32::from_le_bytes).collect();
        Ok(Self { years, sources, licences, styles, artists, dictionary: Dictionary::default() })
    }

    /// That every number of a text is one.
    pub(super) fn check(&self) -> Result<()> {
        let texts = self.dictionary.0.len();
        let sound = |column: &Vec<u16>| column.iter().all(|place| usize::from(*place) < texts);
        if [&self.sources, &self.licences, &self.styles].into_iter().all(sound) {
            Ok(())
        } else {
            Err(Error::Catalogue("a track's facet is not in the dictionary".into()))
        }
    }
}

impl Dictionary {
    pub(super) fn texts(&self) -> &[String] {
        &self.0
    }

    fn place(&mut self, places: &mut BTreeMap<String, u16>, text: &str) -> Result<u16> {
        if let Some(place) = places.get(text) {
            return Ok(*place);
        }
        let place = u16::try_from(self.0.len()).map_err(|_| too_many(self.0.len()))?;
        self.0.push(text.to_owned());
        places.insert(text.to_owned(), place);
        Ok(place)
    }

    /// Each text after its length, u16, but for the empty one.
    pub(super) fn write(&self) -> Vec<u8> {
        let text = |text: &String| [&(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
        self.0.iter().skip(1).flat_map(text).collect()
    }

    pub(super) fn read(mut bytes: &[u8]) -> Result<Self> {
        let damaged = || Error::Catalogue("its dictionary is damaged".into());
        let mut texts = vec![String::new()];
        while let Some((length, rest)) = bytes.split_first_chunk() {
            let length = usize::from(u16::from_le_bytes(*length));
            let (text, rest) = rest.split_at_checked(length).ok_or_else(damaged)?;
            let text = core::str::from_utf8(text).map_err(|_| damaged())?;
            if length == 0 || length > MOST_TEXT {
                return Err(damaged());
            }
            if texts.len() > usize::from(u16::MAX) {
                return Err(too_many(texts.len()));
            }
            texts.push(text.to_owned());
            bytes = rest;
        }
        if bytes.is_empty() { Ok(Self(texts)) } else { Err(damaged()) }
    }
}

fn too_many(found: usize) -> Error {
    Error::Limit { what: "texts of a dictionary", found: found as u64, limit: u16::MAX.into() }
}
