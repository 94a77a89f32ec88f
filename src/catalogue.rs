//! A catalogue: tracks, the codes of their excerpts, and which encoder made them.
//!
//! It comes in segments of some thousand tracks, and of each segment the sketch first, then the codes; texts only for tracks
//! that are shown, names when somebody looks for one. `docs/catalogue-format.md` describes the files.

mod agreement;
mod codes;
mod facets;
mod filter;
mod landscape;
mod manifest;
mod names;
mod nearest;
mod packed_json;
mod reader;
mod regions;
mod segment;
mod sieve;
mod sketch;
mod text;
mod track;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

pub use filter::{Counts, Filter, SAME_RECORDING};
pub use landscape::Facet;
pub use manifest::{FORMAT_VERSION, MANIFEST_NAME, MOST_MANIFEST_BYTES, Manifest, SegmentEntry, ShardEntry, ShardKind};
pub use names::{Name, NameMatch, by_name};
pub use nearest::{Match, Parts, nearest};
pub use regions::{MOST_LEVELS, MOST_REGION_NAME, MOST_REGIONS, Region};
pub use segment::{PackedSegment, Placed};
pub use text::BLOCK_TRACKS;
pub use track::Track;

use crate::encoder::{Embedding, EncoderCard};
use crate::error::{Error, Result};
use crate::quantize::Code;
use segment::Segment;

/// Most excerpts of a segment.
pub const MOST_SEGMENT_ROWS: usize = 1 << 14;

/// Most values of a code.
const MOST_DIMENSION: usize = 4096;

/// Blocks of text kept in memory.
const MOST_TEXTS: usize = 16;

/// A catalogue as far as it has arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    manifest: Manifest,
    segments: Vec<Segment>,
    /// Segment, block and tracks, latest first.
    texts: VecDeque<(usize, usize, Vec<Track>)>,
    regions: Vec<Region>,
}

/// Which track of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TrackId {
    /// Index of its segment.
    pub segment: u32,
    /// Its place there.
    pub track: u32,
}

/// A track with everything a catalogue holds of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// What is said of it.
    pub track: Track,
    /// Where it lies on the map, if there is one.
    pub position: Option<Position>,
    /// Its cluster on the map, if there is one; at most 65 534.
    pub cluster: Option<u16>,
    /// How its excerpts sound, at least one.
    pub excerpts: Vec<Excerpt>,
}

/// How an excerpt of a track sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    /// Where it starts in the track, in seconds.
    pub start_s: f32,
    /// Its embedding's code.
    pub code: Code,
}

/// A place on the map, whose sides are 65 535 long; `x` is at most 65 534.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// From left to right.
    pub x: u16,
    /// From bottom to top.
    pub y: u16,
}

/// A block of text that has not arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingText {
    /// Index of its segment.
    pub segment: usize,
    /// Its place there.
    pub block: usize,
    /// Its shard.
    pub shard: ShardEntry,
}

impl Entry {
    /// Where it lies on the map, and in which cluster.
    pub fn placed(&self) -> Placed {
        Placed { position: self.position, cluster: self.cluster }
    }
}

impl Catalogue {
    /// The catalogue that `manifest` describes; nothing of it has arrived.
    pub fn new(manifest: Manifest) -> Self {
        let segments = vec![Segment::default(); manifest.segments.len()];
        Self { manifest, segments, texts: VecDeque::new(), regions: Vec::new() }
    }

    /// What it is made of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether embeddings of the encoder with `card` and `id` can be looked for in here.
    ///
    /// # Errors
    /// [`Error::EncoderMismatch`] when another encoder made this catalogue.
    pub fn check_encoder(&self, id: &str, card: &EncoderCard) -> Result<()> {
        if self.manifest.encoder == id && self.manifest.dimension == card.dimension {
            Ok(())
        } else {
            let (expected, found) = (self.manifest.encoder.clone(), id.to_owned());
            Err(Error::EncoderMismatch { what: "catalogue", expected, found })
        }
    }

    /// Becomes the catalogue that `manifest` describes: of segments that both have, what has arrived stays; texts go.
    pub fn renew(&mut self, manifest: Manifest) {
        let comparable = (&manifest.encoder, manifest.dimension) == (&self.manifest.encoder, self.manifest.dimension);
        let known = self.manifest.segments.drain(..).zip(self.segments.drain(..)).filter(|_| comparable);
        let mut known: BTreeMap<SegmentEntry, Segment> = known.collect();
        self.segments = manifest.segments.iter().map(|entry| known.remove(entry).unwrap_or_default()).collect();
        if self.manifest.regions != manifest.regions {
            self.regions.clear();
        }
        self.manifest = manifest;
        self.texts.clear();
    }

    /// Takes in the sketch of a segment: its tracks can be found from now on.
    ///
    /// # Errors
    /// [`Error::Catalogue`], [`Error::Version`] or [`Error::Limit`] when the bytes are not what the manifest names; then
    /// nothing has changed.
    ///
    /// # Panics
    /// When the manifest has no such segment.
    pub fn take_sketch(&mut self, segment: usize, bytes: &[u8]) -> Result<()> {
        self.segments[segment].take_sketch(&self.manifest.segments[segment], self.manifest.dimension, bytes)
    }

    /// Takes in the codes of a segment after its sketch: its scores are exact from now on.
    ///
    /// # Errors
    /// As [`Catalogue::take_sketch`].
    ///
    /// # Panics
    /// As [`Catalogue::take_sketch`].
    pub fn take_codes(&mut self, segment: usize, bytes: Vec<u8>) -> Result<()> {
        self.segments[segment].take_codes(&self.manifest.segments[segment], self.manifest.dimension, bytes)
    }

    /// Takes in a block of text; only the last 16 blocks are kept.
    ///
    /// # Errors
    /// As [`Catalogue::take_sketch`].
    ///
    /// # Panics
    /// As [`Catalogue::take_sketch`].
    pub fn take_text(&mut self, segment: usize, block: usize, bytes: &[u8]) -> Result<()> {
        let tracks = self.segments[segment].read_text(block, bytes)?;
        self.texts.truncate(MOST_TEXTS - 1);
        self.texts.push_front((segment, block, tracks));
        Ok(())
    }

    /// Takes in the named regions of the map.
    ///
    /// # Errors
    /// As [`Catalogue::take_sketch`].
    pub fn take_regions(&mut self, bytes: &[u8]) -> Result<()> {
        let missing = || Error::Catalogue("it has no named regions".into());
        self.manifest.regions.as_ref().ok_or_else(missing)?.verify(bytes)?;
        self.regions = regions::read(bytes)?;
        Ok(())
    }

    /// The named regions of the map, once they have arrived.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// How many tracks can be found, and how many of them exactly.
    pub fn arrived(&self) -> (usize, usize) {
        let exact = self.segments.iter().filter(|segment| segment.excerpts.is_some());
        (self.segments.iter().map(Segment::tracks).sum(), exact.map(Segment::tracks).sum())
    }

    /// The sketches that have not arrived, each after the index of its segment.
    pub fn missing_sketches(&self) -> impl Iterator<Item = (usize, &ShardEntry)> {
        self.missing(|held| held.sketch.is_none()).map(|(segment, entry)| (segment, &entry.sketch))
    }

    /// The codes that have not arrived, likewise.
    pub fn missing_codes(&self) -> impl Iterator<Item = (usize, &ShardEntry)> {
        self.missing(|held| held.excerpts.is_none()).map(|(segment, entry)| (segment, &entry.codes))
    }

    fn missing(&self, lacks: fn(&Segment) -> bool) -> impl Iterator<Item = (usize, &SegmentEntry)> {
        let segments = self.manifest.segments.iter().zip(&self.segments).enumerate();
        segments.filter(move |(_, (_, held))| lacks(held)).map(|(segment, (entry, _))| (segment, entry))
    }

    /// What filters can choose among, as far as codes have arrived.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let held = self.segments.iter().filter_map(|segment| segment.excerpts.as_ref());
        held.for_each(|excerpts| counts.add_segment(&excerpts.facets));
        counts
    }

    /// The tracks that can be found, in order.
    pub fn ids(&self) -> impl Iterator<Item = TrackId> + '_ {
        let of = |(segment, held): (usize, &Segment)| {
            (0..held.tracks()).map(move |track| TrackId { segment: segment as u32, track: track as u32 })
        };
        self.segments.iter().enumerate().flat_map(of)
    }

    /// What is said of a track, once its text has arrived.
    pub fn track(&self, id: TrackId) -> Option<&Track> {
        let (segment, block) = (id.segment as usize, id.track as usize / BLOCK_TRACKS);
        self.text(segment, block)?.get(id.track as usize % BLOCK_TRACKS)
    }

    /// A track with everything that was packed of it, once all of that has arrived.
    pub fn entry(&self, id: TrackId) -> Option<Entry> {
        let (position, cluster) = (self.position(id), self.cluster(id));
        let excerpts = Some(self.excerpts(id)).filter(|excerpts| !excerpts.is_empty())?;
        Some(Entry { track: self.track(id)?.clone(), position, cluster, excerpts })
    }

    /// How the excerpts of a track sound; none before its codes have arrived.
    pub fn excerpts(&self, id: TrackId) -> Vec<Excerpt> {
        self.segments.get(id.segment as usize).map_or_else(Vec::new, |segment| segment.excerpts(id.track as usize))
    }

    /// The mean direction of a track's excerpts; nothing while its codes have not arrived, or where they cancel out.
    pub fn embedding(&self, id: TrackId) -> Option<Embedding> {
        let mut sum = vec![0.0; self.manifest.dimension];
        for excerpt in self.excerpts(id) {
            sum.iter_mut().zip(excerpt.code.dequantize()).for_each(|(sum, value)| *sum += value);
        }
        Embedding::from_slice(&sum).ok()
    }

    /// Where a track lies on the map.
    pub fn position(&self, id: TrackId) -> Option<Position> {
        self.segments.get(id.segment as usize)?.sketch.as_ref()?.position(id.track as usize)
    }

    /// The cluster of a track on the map.
    pub fn cluster(&self, id: TrackId) -> Option<u16> {
        self.segments.get(id.segment as usize)?.sketch.as_ref()?.cluster(id.track as usize)
    }

    /// The shards of text that its sketches name.
    pub fn texts(&self) -> impl Iterator<Item = &ShardEntry> {
        self.segments.iter().filter_map(|segment| segment.sketch.as_ref()).flat_map(|sketch| &sketch.texts)
    }

    /// Keeps the texts of `tracks` longer than others: of up to 16 blocks, none goes before all that are missing have come.
    pub fn want_texts(&mut self, tracks: &[TrackId]) {
        let wanted = |text: &(usize, usize, Vec<Track>)| {
            let place = |id: &TrackId| (id.segment as usize, id.track as usize / BLOCK_TRACKS);
            tracks.iter().any(|id| place(id) == (text.0, text.1))
        };
        self.texts.make_contiguous().sort_by_key(|text| !wanted(text));
    }

    /// The blocks of text that must arrive before all of `tracks` can be shown, each once.
    pub fn missing_texts(&self, tracks: &[TrackId]) -> Vec<MissingText> {
        let mut blocks: Vec<(usize, usize)> =
            tracks.iter().map(|id| (id.segment as usize, id.track as usize / BLOCK_TRACKS)).collect();
        blocks.sort_unstable();
        blocks.dedup();
        let missing = |(segment, block): (usize, usize)| {
            let shard = self.segments.get(segment)?.text(block)?.clone();
            self.text(segment, block).is_none().then_some(MissingText { segment, block, shard })
        };
        blocks.into_iter().filter_map(missing).collect()
    }

    fn text(&self, segment: usize, block: usize) -> Option<&[Track]> {
        let found = self.texts.iter().find(|text| (text.0, text.1) == (segment, block));
        found.map(|(_, _, tracks)| tracks.as_slice())
    }
}
