//! The shard that comes first: signs, and where every track lies on the map. `docs/catalogue-format.md`, byte by byte.

use super::reader::Reader;
use super::text::BLOCK_TRACKS;
use super::{Entry, FORMAT_VERSION, MOST_DIMENSION, MOST_SEGMENT_ROWS, Placed, Position, ShardEntry, ShardKind};
use crate::digest::hex;
use crate::error::{Error, Result, within};
use crate::search::Signs;

const MAGIC: [u8; 8] = *b"SONOLOOK";

/// Bytes before the signs.
const HEADER: usize = 24;

/// Stands for no position and no cluster.
const NONE: u16 = u16::MAX;

/// Largest block of text, in bytes.
const MOST_TEXT_BYTES: u32 = 4 << 20;

/// What is known of a segment before its codes and texts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sketch {
    pub(super) signs: Signs,
    /// Row after the last of each track; rows are grouped by track.
    pub(super) ends: Vec<u16>,
    pub(super) positions: Vec<[u16; 2]>,
    pub(super) clusters: Vec<u16>,
    pub(super) texts: Vec<ShardEntry>,
}

pub(super) fn write(dimension: usize, entries: &[Entry], texts: &[ShardEntry]) -> Result<Vec<u8>> {
    let excerpts = || entries.iter().flat_map(|entry| &entry.excerpts);
    let mut bytes = MAGIC.to_vec();
    let counts = [dimension, entries.len(), excerpts().count()];
    for number in [FORMAT_VERSION].into_iter().chain(counts.map(|count| count as u32)) {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(excerpts().flat_map(|excerpt| Signs::of(&excerpt.code.values)));
    bytes.extend(entries.iter().flat_map(|entry| (entry.excerpts.len() as u16).to_le_bytes()));
    let places: Vec<Placed> = entries.iter().map(Entry::placed).collect();
    bytes.extend(columns(&places));
    for text in texts {
        bytes.extend(text.digest()?);
        bytes.extend((text.bytes as u32).to_le_bytes());
    }
    Ok(bytes)
}

/// The columns of positions and clusters.
fn columns(places: &[Placed]) -> impl Iterator<Item = u8> + '_ {
    let position = |place: &Placed| place.position.map_or([NONE; 2], |position| [position.x, position.y]);
    let clusters = places.iter().map(|place| place.cluster.unwrap_or(NONE));
    places.iter().flat_map(position).chain(clusters).flat_map(u16::to_le_bytes)
}

/// The same sketch with its tracks elsewhere on the map.
pub(super) fn placed(bytes: &[u8], places: &[Placed]) -> Result<Vec<u8>> {
    let (dimension, sketch) = read(bytes)?;
    let start = HEADER + sketch.rows() * Signs::stride(dimension) + 2 * sketch.ends.len();
    let mut placed = bytes[..start].to_vec();
    placed.extend(columns(places));
    placed.extend(&bytes[placed.len()..]);
    Ok(placed)
}

pub(super) fn read(bytes: &[u8]) -> Result<(usize, Sketch)> {
    let mut reader = Reader::new(bytes, "signs", MAGIC, FORMAT_VERSION)?;
    let dimension = reader.count("values of a code", MOST_DIMENSION)?;
    let tracks = reader.count("tracks of a segment", MOST_SEGMENT_ROWS)?;
    let rows = reader.count("rows of a segment", MOST_SEGMENT_ROWS)?;
    let signs = Signs::new(dimension, reader.take(rows * Signs::stride(dimension))?.to_vec())?;
    let ends = ends(reader.numbers(tracks)?.map(u16::from_le_bytes), rows)?;
    let places: Vec<u16> = reader.numbers(2 * tracks)?.map(u16::from_le_bytes).collect();
    let positions = places.as_chunks().0.to_vec();
    let clusters = reader.numbers(tracks)?.map(u16::from_le_bytes).collect();
    let texts = texts(&mut reader, tracks)?;
    reader.end()?;
    Ok((dimension, Sketch { signs, ends, positions, clusters, texts }))
}

impl Sketch {
    pub(super) fn rows(&self) -> usize {
        self.ends.last().map_or(0, |end| usize::from(*end))
    }

    pub(super) fn position(&self, track: usize) -> Option<Position> {
        let [x, y] = *self.positions.get(track)?;
        (x != NONE).then_some(Position { x, y })
    }

    pub(super) fn cluster(&self, track: usize) -> Option<u16> {
        self.clusters.get(track).copied().filter(|cluster| *cluster != NONE)
    }
}

fn ends(counts: impl Iterator<Item = u16>, rows: usize) -> Result<Vec<u16>> {
    let mut end = 0;
    let ends = counts.map(|count| {
        end += usize::from(count);
        if count == 0 || end > rows { Err(Error::Catalogue("a track has no excerpts".into())) } else { Ok(end as u16) }
    });
    let ends = ends.collect::<Result<Vec<_>>>()?;
    if end == rows { Ok(ends) } else { Err(Error::Catalogue("an excerpt is of no track".into())) }
}

fn texts(reader: &mut Reader, tracks: usize) -> Result<Vec<ShardEntry>> {
    let blocks = reader.numbers::<36>(tracks.div_ceil(BLOCK_TRACKS))?;
    let text = |block: [u8; 36]| {
        let (digest, length) = block.split_at(32);
        let bytes = length.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
        within("bytes of text", bytes.into(), MOST_TEXT_BYTES.into())?;
        Ok(ShardEntry::named(ShardKind::Text, hex(digest), bytes.into()))
    };
    blocks.map(text).collect()
}
