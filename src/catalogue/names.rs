//! The names of a segment's tracks: a shard of its own, which is fetched when somebody looks for a name.

mod column;
mod find;
mod index;
mod words;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::reader::Reader;
use super::{Catalogue, Entry, MOST_SEGMENT_ROWS, Segment, Track, TrackId};
use crate::error::{Error, Result, within};
use crate::fold::fold;
use column::Column;
pub use find::{NameMatch, by_name};
use index::NameIndex;

const MAGIC: [u8; 8] = *b"SONONAME";

const VERSION: u32 = 1;

/// Largest shard before it is compressed, in bytes.
const MOST_BYTES: usize = 32 << 20;

/// Of zlib's ten.
const LEVEL: u8 = 6;

/// The names of a segment's tracks, and the index that finds them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Names {
    /// In the order of [`texts_of`].
    columns: [Column; 6],
    /// In seconds, rounded; 0 where it is unknown.
    durations_s: Vec<u16>,
    index: NameIndex,
}

/// What a track is called. Unknown texts are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// Title.
    pub title: &'a str,
    /// Artist.
    pub artist: &'a str,
    /// Album.
    pub album: &'a str,
    /// Where it was found: a collection or service.
    pub source: &'a str,
    /// What that source calls it.
    pub source_id: &'a str,
    /// International Standard Recording Code.
    pub isrc: &'a str,
    /// Length in seconds, rounded; 0 where it is unknown.
    pub duration_s: u16,
}

fn texts_of(track: &Track) -> [&str; 6] {
    [&track.title, &track.artist, &track.album, &track.source, &track.source_id, &track.isrc]
}

fn rounded(duration_s: f32) -> u16 {
    duration_s.round() as u16
}

pub(super) fn write(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend((entries.len() as u32).to_le_bytes());
    for column in 0..6 {
        Column::of(entries.iter().map(|entry| texts_of(&entry.track)[column])).write(&mut bytes);
    }
    bytes.extend(entries.iter().flat_map(|entry| rounded(entry.track.duration_s).to_le_bytes()));
    within("bytes of names", bytes.len() as u64, MOST_BYTES as u64)?;
    Ok(compress_to_vec_zlib(&bytes, LEVEL))
}

fn read(bytes: &[u8]) -> Result<Names> {
    let bytes = decompress_to_vec_zlib_with_limit(bytes, MOST_BYTES)
        .map_err(|error| Error::Catalogue(format!("its names cannot be decompressed: {error}")))?;
    let mut reader = Reader::new(&bytes, "names", MAGIC, VERSION)?;
    let tracks = reader.count("tracks of a segment", MOST_SEGMENT_ROWS)?;
    let mut column = || Column::read(&mut reader, tracks);
    let columns = [column()?, column()?, column()?, column()?, column()?, column()?];
    let durations_s = reader.numbers(tracks)?.map(u16::from_le_bytes).collect();
    reader.end()?;
    let index = NameIndex::new(tracks, [&columns[0], &columns[1], &columns[2]]);
    Ok(Names { columns, durations_s, index })
}

impl Names {
    fn tracks(&self) -> usize {
        self.durations_s.len()
    }

    fn name(&self, track: usize) -> Option<Name<'_>> {
        let duration_s = *self.durations_s.get(track)?;
        let [title, artist, album, source, source_id, isrc] = self.columns.each_ref().map(|column| column.text(track));
        Some(Name { title, artist, album, source, source_id, isrc, duration_s })
    }

    /// The first track whose columns say so.
    fn position(&self, wanted: &[(usize, &str)]) -> Option<usize> {
        let places = |(column, text): &(usize, &str)| Some((*column, self.columns[*column].place(text)?));
        let wanted: Vec<(usize, u16)> = wanted.iter().map(places).collect::<Option<_>>()?;
        (0..self.tracks()).find(|track| wanted.iter().all(|(column, place)| self.columns[*column].is(*track, *place)))
    }
}

impl Catalogue {
    /// Takes in the names of a segment: its tracks can be found by name from now on.
    ///
    /// # Errors
    /// [`Error::Catalogue`], [`Error::Version`] or [`Error::Limit`] when the bytes are not what the manifest names; then nothing has
    /// changed.
    ///
    /// # Panics
    /// When the manifest has no such segment.
    pub fn take_names(&mut self, segment: usize, bytes: &[u8]) -> Result<()> {
        let entry = &self.manifest.segments[segment];
        let shard = entry.names.as_ref().ok_or_else(|| Error::Catalogue("it has no names".into()))?;
        shard.verify(bytes)?;
        let names = read(bytes)?;
        if names.tracks() != entry.tracks {
            return Err(Error::Catalogue("its names do not agree with its manifest".into()));
        }
        self.segments[segment].names = Some(names);
        Ok(())
    }

    /// How many tracks can be found by name.
    pub fn named(&self) -> usize {
        self.segments.iter().filter_map(|segment| segment.names.as_ref()).map(Names::tracks).sum()
    }

    /// What a track is called, once the names of its segment have arrived.
    pub fn name(&self, id: TrackId) -> Option<Name<'_>> {
        self.segments.get(id.segment as usize)?.names.as_ref()?.name(id.track as usize)
    }

    /// The first track with this ISRC, among those whose names have arrived.
    pub fn by_isrc(&self, isrc: &str) -> Option<TrackId> {
        if isrc.is_empty() { None } else { self.whose(|names| names.position(&[(5, isrc)])) }
    }

    /// The first track that `source` calls `id`, among those whose names have arrived.
    pub fn by_source(&self, source: &str, id: &str) -> Option<TrackId> {
        if id.is_empty() { None } else { self.whose(|names| names.position(&[(3, source), (4, id)])) }
    }

    /// The first track of this artist and title, [folded](fold), among those whose names have arrived.
    pub fn by_artist_and_title(&self, artist: &str, title: &str) -> Option<TrackId> {
        let (artist, title) = (fold(artist), fold(title));
        let is = |name: Name| fold(name.title) == title && fold(name.artist) == artist;
        self.whose(|names| (0..names.tracks()).find(|track| names.name(*track).is_some_and(is)))
    }

    fn whose(&self, of: impl Fn(&Names) -> Option<usize>) -> Option<TrackId> {
        let of = |(segment, held): (usize, &Segment)| Some((segment, of(held.names.as_ref()?)?));
        let (segment, track) = self.segments.iter().enumerate().find_map(of)?;
        Some(TrackId { segment: segment as u32, track: track as u32 })
    }

    /// Whether the names say of a track what its text says; both have arrived.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when they do not.
    pub fn verify_names(&self, id: TrackId) -> Result<()> {
        let (Some(name), Some(track)) = (self.name(id), self.track(id)) else {
            return Err(Error::Catalogue("the names or the text of a track are missing".into()));
        };
        let said = [name.title, name.artist, name.album, name.source, name.source_id, name.isrc];
        if said == texts_of(track) && name.duration_s == rounded(track.duration_s) {
            Ok(())
        } else {
            Err(Error::Catalogue(format!("its names say something else of {:.40} than its text", track.title)))
        }
    }
}
