//! The shard of codes and facets: `docs/catalogue-format.md`, byte by byte.

use super::facets::{Dictionary, Facets};
use super::reader::Reader;
use super::{Entry, FORMAT_VERSION, MOST_DIMENSION, MOST_SEGMENT_ROWS};
use crate::error::{Error, Result, within};
use crate::search::{Index, stride};

const MAGIC: [u8; 8] = *b"SONOCODE";

/// Bytes before the codes.
const HEADER: usize = 32;

/// Longest dictionary, in bytes.
const MOST_DICTIONARY: usize = 16 << 20;

/// What makes the scores of a segment exact and its tracks known to filters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Excerpts {
    pub(super) index: Index,
    /// Where each starts in its track, in seconds.
    pub(super) starts_s: Vec<f32>,
    /// Of the tracks.
    pub(super) facets: Facets,
}

pub(super) fn write(dimension: usize, entries: &[Entry]) -> Result<Vec<u8>> {
    let facets = Facets::of(entries.iter().map(|entry| &entry.track))?;
    let dictionary = facets.dictionary.write();
    within("bytes of dictionary", dictionary.len() as u64, MOST_DICTIONARY as u64)?;
    let excerpts = || entries.iter().flat_map(|entry| &entry.excerpts);
    let mut bytes = MAGIC.to_vec();
    let counts = [dimension, entries.len(), excerpts().count(), dictionary.len()];
    for number in [FORMAT_VERSION].into_iter().chain(counts.map(|count| count as u32)) {
        bytes.extend(number.to_le_bytes());
    }
    bytes.resize(HEADER, 0);
    for excerpt in excerpts() {
        let end = bytes.len() + stride(dimension);
        bytes.extend(excerpt.code.values.iter().map(|&value| value.cast_unsigned()));
        bytes.resize(end, 0);
    }
    bytes.extend(excerpts().flat_map(|excerpt| excerpt.code.scale.to_le_bytes()));
    bytes.extend(excerpts().flat_map(|excerpt| excerpt.start_s.to_le_bytes()));
    facets.write(&mut bytes);
    bytes.extend(dictionary);
    Ok(bytes)
}

/// Takes the bytes over: the codes stay where they are.
pub(super) fn read(mut bytes: Vec<u8>) -> Result<Excerpts> {
    let mut reader = Reader::new(&bytes, "codes", MAGIC, FORMAT_VERSION)?;
    let dimension = reader.count("values of a code", MOST_DIMENSION)?;
    let tracks = reader.count("tracks of a segment", MOST_SEGMENT_ROWS)?;
    let rows = reader.count("rows of a segment", MOST_SEGMENT_ROWS)?;
    let dictionary = reader.count("bytes of dictionary", MOST_DICTIONARY)?;
    if reader.u32()? != 0 {
        return Err(Error::Catalogue("its codes begin in another way".into()));
    }
    let length = rows * stride(dimension);
    reader.take(length)?;
    let scales = reader.numbers(rows)?.map(f32::from_le_bytes).collect();
    let starts_s: Vec<f32> = reader.numbers(rows)?.map(f32::from_le_bytes).collect();
    let mut facets = Facets::read(&mut reader, tracks)?;
    facets.dictionary = Dictionary::read(reader.take(dictionary)?)?;
    reader.end()?;
    facets.check()?;
    if !starts_s.iter().all(|start_s| start_s.is_finite() && *start_s >= 0.0) {
        return Err(Error::Catalogue("an excerpt starts nowhere".into()));
    }
    bytes.drain(..HEADER);
    bytes.truncate(length);
    bytes.shrink_to_fit();
    let codes = bytes.into_iter().map(u8::cast_signed).collect();
    Ok(Excerpts { index: Index::from_padded(dimension, codes, scales)?, starts_s, facets })
}
