//! The shard of codes, byte by byte.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `SONOCODE` |
//! | 4 | version, as the manifest's |
//! | 4 | dimension |
//! | 4 | rows |
//! | 4 · rows | scale of each row, f32 |
//! | 4 · rows | track of each row, u32 |
//! | 4 · rows | start of each row's excerpt in seconds, f32 |
//! | dimension · rows | codes, i8, row by row |
//!
//! Numbers are little-endian.

use super::{FORMAT_VERSION, Place};
use crate::error::{Error, Result};
use crate::search::{Index, MOST_ROWS};

const MAGIC: &[u8; 8] = b"SONOCODE";

const MOST_DIMENSION: usize = 4096;

pub(super) fn write(places: &[Place], index: &Index) -> Vec<u8> {
    let codes: Vec<_> = (0..index.len()).filter_map(|row| index.code(row)).collect();
    let mut bytes = MAGIC.to_vec();
    for number in [FORMAT_VERSION, index.dimension() as u32, index.len() as u32] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(codes.iter().flat_map(|code| code.scale.to_le_bytes()));
    bytes.extend(places.iter().flat_map(|place| place.track.to_le_bytes()));
    bytes.extend(places.iter().flat_map(|place| place.start_s.to_le_bytes()));
    bytes.extend(codes.iter().flat_map(|code| &code.values).map(|&value| value as u8));
    bytes
}

pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Place>, Index)> {
    let mut reader = Reader(bytes);
    if reader.take(MAGIC.len())? != MAGIC {
        return Err(Error::Catalogue("its codes are not codes".into()));
    }
    let [version, dimension, rows] = [reader.number()?, reader.number()?, reader.number()?];
    if version > FORMAT_VERSION {
        return Err(Error::Version { what: "catalogue", found: version, supported: FORMAT_VERSION });
    }
    let (dimension, rows) = (dimension as usize, rows as usize);
    for (what, found, limit) in [("values of a code", dimension, MOST_DIMENSION), ("rows", rows, MOST_ROWS)] {
        if found > limit {
            return Err(Error::Limit { what, found: found as u64, limit: limit as u64 });
        }
    }
    let scales = reader.numbers(rows)?.map(f32::from_le_bytes).collect();
    let tracks = reader.numbers(rows)?.map(u32::from_le_bytes);
    let starts = reader.numbers(rows)?.map(f32::from_le_bytes);
    let places = tracks.zip(starts).map(|(track, start_s)| Place { track, start_s }).collect();
    let values = rows.checked_mul(dimension).ok_or_else(too_early)?;
    let codes: Vec<i8> = reader.take(values)?.iter().map(|&byte| byte as i8).collect();
    if !reader.0.is_empty() {
        return Err(Error::Catalogue("its codes have bytes to spare".into()));
    }
    Ok((places, Index::new(dimension, &codes, scales)?))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(too_early)?;
        self.0 = rest;
        Ok(taken)
    }

    fn numbers(&mut self, count: usize) -> Result<impl Iterator<Item = [u8; 4]> + use<'a>> {
        Ok(self.take(count * 4)?.chunks_exact(4).map(|b| [b[0], b[1], b[2], b[3]]))
    }

    fn number(&mut self) -> Result<u32> {
        Ok(self.numbers(1)?.map(u32::from_le_bytes).sum())
    }
}

fn too_early() -> Error {
    Error::Catalogue("its codes end too early".into())
}
