//! The rows of one segment.

use anyhow::Result;
use sonoscape::catalogue::{Excerpt, Position};
use sonoscape::{Catalogue, Track, TrackId};

use crate::catalogue::Stored;

/// A segment with its codes; its texts are read when they are asked for.
pub struct Segment<'a> {
    stored: &'a Stored,
    alone: Catalogue,
    /// Number of its first track in the whole catalogue.
    first_track: u32,
}

/// What all rows of a track share.
pub struct Row {
    /// Its number in the whole catalogue.
    pub track: u32,
    pub position: Option<Position>,
    pub cluster: Option<u16>,
    pub excerpts: Vec<Excerpt>,
}

impl<'a> Segment<'a> {
    /// Reads the sketch and the codes of the segment with this number.
    ///
    /// # Errors
    /// When one is missing or damaged.
    pub fn read(stored: &'a Stored, number: usize, first_track: u32) -> Result<Self> {
        let mut alone = stored.sketch(number)?;
        alone.take_codes(0, stored.shard(&stored.manifest().segments[number].codes)?)?;
        Ok(Self { stored, alone, first_track })
    }

    /// How many excerpts it has.
    pub fn len(&self) -> usize {
        self.alone.manifest().excerpts()
    }

    /// Digest of its sketch.
    pub fn digest(&self) -> &str {
        &self.alone.manifest().segments[0].sketch.sha256
    }

    /// Its tracks in order.
    pub fn ids(&self) -> Vec<TrackId> {
        self.alone.ids().collect()
    }

    /// All of a track but its text.
    pub fn row(&self, id: TrackId) -> Row {
        Row {
            track: self.first_track + id.track,
            position: self.alone.position(id),
            cluster: self.alone.cluster(id),
            excerpts: self.alone.excerpts(id),
        }
    }

    /// What is said of a track.
    ///
    /// # Errors
    /// When its block of text is missing or damaged.
    pub fn text(&mut self, id: TrackId) -> Result<&Track> {
        self.stored.track(&mut self.alone, id)
    }
}
