//! A block of text: what is said of consecutive tracks, as JSON, compressed by zlib.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::Track;
use crate::error::{Error, Result};

/// Tracks of a block, but for the last of a segment.
pub const BLOCK_TRACKS: usize = 128;

/// Longest JSON of a block, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// Of zlib's ten: smaller blocks are no better for people than faster builds.
const LEVEL: u8 = 6;

pub(super) fn write<'a>(tracks: impl Iterator<Item = &'a Track>) -> Result<Vec<u8>> {
    let tracks: Vec<&Track> = tracks.collect();
    let json = serde_json::to_vec(&tracks).map_err(|error| Error::Catalogue(error.to_string()))?;
    check_length(json.len())?;
    Ok(compress_to_vec_zlib(&json, LEVEL))
}

/// The `count` tracks of a block.
pub(super) fn read(bytes: &[u8], count: usize) -> Result<Vec<Track>> {
    let json = decompress_to_vec_zlib_with_limit(bytes, MOST_BYTES)
        .map_err(|error| Error::Catalogue(format!("a block of text cannot be decompressed: {error}")))?;
    let tracks: Vec<Track> = serde_json::from_slice(&json)
        .map_err(|error| Error::Catalogue(format!("a block of text cannot be read: {error}")))?;
    if tracks.len() != count {
        return Err(Error::Catalogue(format!("a block of text has {} of {count} tracks", tracks.len())));
    }
    tracks.iter().try_for_each(Track::check)?;
    Ok(tracks)
}

fn check_length(found: usize) -> Result<()> {
    let limit = MOST_BYTES;
    if found > limit {
        return Err(Error::Limit { what: "bytes of text", found: found as u64, limit: limit as u64 });
    }
    Ok(())
}
