//! A block of text: what is said of consecutive tracks.

use super::{Track, packed_json};
use crate::error::{Error, Result};

/// Tracks of a block, but for the last of a segment.
pub const BLOCK_TRACKS: usize = 128;

/// What errors call a block.
const WHAT: &str = "bytes of text";

pub(super) fn write<'a>(tracks: impl Iterator<Item = &'a Track>) -> Result<Vec<u8>> {
    packed_json::write(WHAT, &tracks.collect::<Vec<_>>())
}

/// The `count` tracks of a block.
pub(super) fn read(bytes: &[u8], count: usize) -> Result<Vec<Track>> {
    let tracks: Vec<Track> = packed_json::read::<_, BLOCK_TRACKS>(WHAT, bytes)?;
    if tracks.len() != count {
        return Err(Error::Catalogue(format!("a block of text has {} of {count} tracks", tracks.len())));
    }
    tracks.iter().try_for_each(Track::check)?;
    Ok(tracks)
}
