//! A segment: some tracks with all that belongs to them, in memory as far as it has arrived, and as bytes.

use std::ops::Range;

use super::codes::{self, Excerpts};
use super::manifest::{SegmentEntry, ShardEntry, ShardKind};
use super::names::{self, Names};
use super::sketch::{self, Sketch};
use super::text::{self, BLOCK_TRACKS};
use super::{Entry, Excerpt, MOST_SEGMENT_ROWS, Position, Track};
use crate::error::{Error, Result, within};
use crate::search::Signs;

/// What has arrived of a segment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Segment {
    pub(super) sketch: Option<Sketch>,
    pub(super) excerpts: Option<Excerpts>,
    pub(super) names: Option<Names>,
}

/// A segment as bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedSegment {
    /// What the manifest says of it.
    pub entry: SegmentEntry,
    /// Its shards, each with its entry.
    pub shards: Vec<(ShardEntry, Vec<u8>)>,
}

impl PackedSegment {
    /// Packs tracks whose codes have `dimension` values. Equal tracks in equal order give equal bytes.
    ///
    /// # Errors
    /// [`Error::Limit`] beyond [`MOST_SEGMENT_ROWS`] excerpts; [`Error::Catalogue`] when there is no track, one has no excerpts,
    /// an excerpt is of another dimension, or a track's texts or links are not fit to be shown.
    pub fn new(dimension: usize, entries: &[Entry]) -> Result<Self> {
        check(dimension, entries)?;
        let blocks = entries.chunks(BLOCK_TRACKS);
        let texts = blocks.map(|block| text::write(block.iter().map(|entry| &entry.track)));
        let texts: Vec<(ShardEntry, Vec<u8>)> =
            texts.map(|bytes| Ok(shard(ShardKind::Text, bytes?))).collect::<Result<_>>()?;
        let names: Vec<ShardEntry> = texts.iter().map(|(entry, _)| entry.clone()).collect();
        let sketch = shard(ShardKind::Sketch, sketch::write(dimension, entries, &names)?);
        let codes = shard(ShardKind::Codes, codes::write(dimension, entries)?);
        let named = shard(ShardKind::Names, names::write(entries)?);
        let entry = SegmentEntry {
            tracks: entries.len(),
            excerpts: entries.iter().map(|entry| entry.excerpts.len()).sum(),
            sketch: sketch.0.clone(),
            codes: codes.0.clone(),
            names: Some(named.0.clone()),
        };
        Ok(Self { entry, shards: [sketch, codes].into_iter().chain(texts).chain([named]).collect() })
    }
}

/// Where a track lies on the map, and in which cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Placed {
    /// Where it lies.
    pub position: Option<Position>,
    /// Its cluster; at most 65 534.
    pub cluster: Option<u16>,
}

impl Placed {
    /// Whether it can be written.
    fn is_sound(&self) -> bool {
        self.position.is_none_or(|position| position.x != u16::MAX) && self.cluster != Some(u16::MAX)
    }
}

impl SegmentEntry {
    /// The same segment with its tracks elsewhere on the map, and its new sketch; all other shards stay.
    ///
    /// # Errors
    /// [`Error::Catalogue`], [`Error::Version`] or [`Error::Limit`] when `sketch` is not what this names, there are not as many
    /// places as tracks, or a place is none.
    pub fn placed(&self, sketch: &[u8], places: &[Placed]) -> Result<(Self, (ShardEntry, Vec<u8>))> {
        self.sketch.verify(sketch)?;
        if places.len() != self.tracks {
            return Err(Error::Catalogue(format!("{} places are not those of {} tracks", places.len(), self.tracks)));
        }
        check_places(places.iter())?;
        let shard = shard(ShardKind::Sketch, sketch::placed(sketch, places)?);
        Ok((Self { sketch: shard.0.clone(), ..self.clone() }, shard))
    }

    /// Its shards but for the text, which the sketch names.
    pub fn shards(&self) -> impl Iterator<Item = &ShardEntry> {
        [&self.sketch, &self.codes].into_iter().chain(&self.names)
    }
}

fn check_places<'a>(mut places: impl Iterator<Item = &'a Placed>) -> Result<()> {
    if places.all(Placed::is_sound) {
        Ok(())
    } else {
        Err(Error::Catalogue(format!("{} stands for no place and no cluster", u16::MAX)))
    }
}

fn shard(kind: ShardKind, bytes: Vec<u8>) -> (ShardEntry, Vec<u8>) {
    (ShardEntry::of(kind, &bytes), bytes)
}

fn check(dimension: usize, entries: &[Entry]) -> Result<()> {
    let rows: usize = entries.iter().map(|entry| entry.excerpts.len()).sum();
    within("rows of a segment", rows as u64, MOST_SEGMENT_ROWS as u64)?;
    if entries.is_empty() || entries.iter().any(|entry| entry.excerpts.is_empty()) {
        return Err(Error::Catalogue("a track has no excerpts".into()));
    }
    let sound = |excerpt: &Excerpt| {
        let starts = excerpt.start_s.is_finite() && excerpt.start_s >= 0.0;
        starts && excerpt.code.values.len() == dimension && excerpt.code.scale > 0.0 && excerpt.code.scale <= 1.0
    };
    if !entries.iter().flat_map(|entry| &entry.excerpts).all(sound) {
        return Err(Error::Catalogue(format!(
            "an excerpt starts nowhere, has no scale or does not have {dimension} values"
        )));
    }
    let places: Vec<Placed> = entries.iter().map(Entry::placed).collect();
    check_places(places.iter())?;
    entries.iter().try_for_each(|entry| entry.track.check())
}

impl Segment {
    pub(super) fn take_sketch(&mut self, entry: &SegmentEntry, dimension: usize, bytes: &[u8]) -> Result<()> {
        entry.sketch.verify(bytes)?;
        let (found, sketch) = sketch::read(bytes)?;
        agree((found, sketch.ends.len(), sketch.signs.len()), (dimension, entry.tracks, entry.excerpts))?;
        self.sketch = Some(sketch);
        Ok(())
    }

    /// Takes in the codes; from now on the signs are of no use.
    pub(super) fn take_codes(&mut self, entry: &SegmentEntry, dimension: usize, bytes: Vec<u8>) -> Result<()> {
        entry.codes.verify(&bytes)?;
        let Some(sketch) = &mut self.sketch else {
            return Err(Error::Catalogue("codes come before their signs".into()));
        };
        let excerpts = codes::read(bytes)?;
        let found = (excerpts.index.dimension(), excerpts.facets.years.len(), excerpts.index.len());
        agree(found, (dimension, entry.tracks, entry.excerpts))?;
        sketch.signs = Signs::new(dimension, Vec::new())?;
        self.excerpts = Some(excerpts);
        Ok(())
    }

    /// The shard of a block of text.
    pub(super) fn text(&self, block: usize) -> Option<&ShardEntry> {
        self.sketch.as_ref()?.texts.get(block)
    }

    pub(super) fn read_text(&self, block: usize, bytes: &[u8]) -> Result<Vec<Track>> {
        let missing = || Error::Catalogue(format!("there is no block {block} of text"));
        self.text(block).ok_or_else(missing)?.verify(bytes)?;
        text::read(bytes, BLOCK_TRACKS.min(self.tracks() - block * BLOCK_TRACKS))
    }

    pub(super) fn tracks(&self) -> usize {
        self.sketch.as_ref().map_or(0, |sketch| sketch.ends.len())
    }

    /// The rows of a track.
    pub(super) fn rows(&self, track: usize) -> Range<usize> {
        let ends = self.sketch.as_ref().map_or(&[][..], |sketch| &sketch.ends);
        let start = track.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |end| usize::from(*end));
        start..ends.get(track).map_or(start, |end| usize::from(*end))
    }

    /// The excerpts of a track, once its codes have arrived.
    pub(super) fn excerpts(&self, track: usize) -> Vec<Excerpt> {
        let Some(held) = &self.excerpts else { return Vec::new() };
        let excerpt = |row| Some(Excerpt { start_s: *held.starts_s.get(row)?, code: held.index.code(row)? });
        self.rows(track).filter_map(excerpt).collect()
    }
}

fn agree<T: PartialEq + Copy>(found: T, stated: T) -> Result<()> {
    if found == stated { Ok(()) } else { Err(Error::Catalogue("a shard does not agree with its manifest".into())) }
}
