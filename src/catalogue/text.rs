//! A block of text: what is said of consecutive tracks, as JSON, compressed by zlib.

use core::fmt;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use super::Track;
use crate::error::{Error, Result, within};

/// Tracks of a block, but for the last of a segment.
pub const BLOCK_TRACKS: usize = 128;

/// Longest JSON of a block, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// Of zlib's ten: smaller blocks are no better for people than faster builds.
const LEVEL: u8 = 6;

pub(super) fn write<'a>(tracks: impl Iterator<Item = &'a Track>) -> Result<Vec<u8>> {
    let tracks: Vec<&Track> = tracks.collect();
    let json = serde_json::to_vec(&tracks).map_err(|error| Error::Catalogue(error.to_string()))?;
    within("bytes of text", json.len() as u64, MOST_BYTES as u64)?;
    Ok(compress_to_vec_zlib(&json, LEVEL))
}

/// The `count` tracks of a block.
pub(super) fn read(bytes: &[u8], count: usize) -> Result<Vec<Track>> {
    let json = decompress_to_vec_zlib_with_limit(bytes, MOST_BYTES)
        .map_err(|error| Error::Catalogue(format!("a block of text cannot be decompressed: {error}")))?;
    let AtMost(tracks): AtMost<BLOCK_TRACKS> = serde_json::from_slice(&json)
        .map_err(|error| Error::Catalogue(format!("a block of text cannot be read: {error}")))?;
    if tracks.len() != count {
        return Err(Error::Catalogue(format!("a block of text has {} of {count} tracks", tracks.len())));
    }
    tracks.iter().try_for_each(Track::check)?;
    Ok(tracks)
}

/// So many tracks of a list, or fewer: what follows is refused unread.
struct AtMost<const N: usize>(Vec<Track>);

impl<'de, const N: usize> Deserialize<'de> for AtMost<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_seq(Tracks::<N>)
    }
}

struct Tracks<const N: usize>;

impl<'de, const N: usize> Visitor<'de> for Tracks<N> {
    type Value = AtMost<N>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "a list of at most {N} tracks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> core::result::Result<Self::Value, A::Error> {
        let mut tracks = Vec::with_capacity(N);
        while let Some(track) = list.next_element()? {
            if tracks.len() == N {
                return Err(de::Error::invalid_length(N + 1, &self));
            }
            tracks.push(track);
        }
        Ok(AtMost(tracks))
    }
}
