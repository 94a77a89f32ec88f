//! The shard of codes: `docs/catalogue-format.md`, byte by byte.

use super::reader::Reader;
use super::{FORMAT_VERSION, MOST_DIMENSION, MOST_SEGMENT_ROWS};
use crate::error::{Error, Result};
use crate::quantize::Code;
use crate::search::{Index, stride};

const MAGIC: [u8; 8] = *b"SONOCODE";

/// Bytes before the codes.
const HEADER: usize = 32;

/// The excerpts of a segment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Excerpts {
    pub(super) index: Index,
    /// Where each starts in its track, in seconds.
    pub(super) starts_s: Vec<f32>,
}

pub(super) fn write<'a>(dimension: usize, excerpts: impl Iterator<Item = (f32, &'a Code)> + Clone) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for number in [FORMAT_VERSION, dimension as u32, excerpts.clone().count() as u32] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.resize(HEADER, 0);
    for (_, code) in excerpts.clone() {
        let end = bytes.len() + stride(dimension);
        bytes.extend(code.values.iter().map(|&value| value.cast_unsigned()));
        bytes.resize(end, 0);
    }
    bytes.extend(excerpts.clone().flat_map(|(_, code)| code.scale.to_le_bytes()));
    bytes.extend(excerpts.flat_map(|(start_s, _)| start_s.to_le_bytes()));
    bytes
}

/// Takes the bytes over: the codes stay where they are.
pub(super) fn read(mut bytes: Vec<u8>) -> Result<Excerpts> {
    let mut reader = Reader::new(&bytes, "codes", MAGIC, FORMAT_VERSION)?;
    let dimension = reader.count("values of a code", MOST_DIMENSION)?;
    let rows = reader.count("rows of a segment", MOST_SEGMENT_ROWS)?;
    reader.take(HEADER - 20)?;
    let length = rows * stride(dimension);
    reader.take(length)?;
    let scales = reader.numbers(rows)?.map(f32::from_le_bytes).collect();
    let starts_s: Vec<f32> = reader.numbers(rows)?.map(f32::from_le_bytes).collect();
    reader.end()?;
    if !starts_s.iter().all(|start_s| start_s.is_finite() && *start_s >= 0.0) {
        return Err(Error::Catalogue("an excerpt starts nowhere".into()));
    }
    bytes.drain(..HEADER);
    bytes.truncate(length);
    bytes.shrink_to_fit();
    let codes = bytes.into_iter().map(u8::cast_signed).collect();
    Ok(Excerpts { index: Index::from_padded(dimension, codes, scales)?, starts_s })
}
