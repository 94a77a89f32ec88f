//! The manifest: a small JSON file that names a catalogue's segments and their shards.

use serde::{Deserialize, Serialize};

use super::{MOST_DIMENSION, MOST_SEGMENT_ROWS};
use crate::digest::{from_hex, sha256_hex};
use crate::error::{Error, Result, within};
use crate::search::MOST_ROWS;

/// Name of the manifest's file.
pub const MANIFEST_NAME: &str = "manifest.json";

/// The version of the format that is written and read here.
pub const FORMAT_VERSION: u32 = 1;

/// Largest manifest, in bytes.
pub const MOST_MANIFEST_BYTES: usize = 8 << 20;

/// First words of every manifest.
const FORMAT: &str = "sonoscape-catalogue";

/// Largest shard, in bytes.
const MOST_SHARD_BYTES: u64 = 128 << 20;

/// Most segments of a catalogue.
const MOST_SEGMENTS: usize = 1 << 14;

/// What a catalogue is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    /// Name shown to people.
    pub name: String,
    /// Id of the encoder whose embeddings it holds.
    pub encoder: String,
    /// Length of an embedding.
    pub dimension: usize,
    /// Its segments; together they are the catalogue.
    pub segments: Vec<SegmentEntry>,
    /// The shard of the map's named regions, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<ShardEntry>,
}

/// Some tracks with all that belongs to them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// How many tracks it holds.
    pub tracks: usize,
    /// How many excerpts.
    pub excerpts: usize,
    /// The shard that comes first.
    pub sketch: ShardEntry,
    /// The shard of codes.
    pub codes: ShardEntry,
    /// The shard of names, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<ShardEntry>,
}

/// One shard: a whole file beside the manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShardEntry {
    /// File name; it holds the beginning of the digest, so that a name never stands for two contents.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What a shard holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardKind {
    /// Signs of the excerpts, and what maps and filters need of the tracks.
    Sketch,
    /// The codes of the excerpts.
    Codes,
    /// What is said of some tracks.
    Text,
    /// What the tracks are called.
    Names,
    /// The named regions of the map.
    Regions,
}

impl Manifest {
    /// The manifest of a catalogue called `name` with embeddings of the encoder with id `encoder` and no named regions.
    pub fn new(name: &str, encoder: &str, dimension: usize, segments: Vec<SegmentEntry>) -> Self {
        let (format, version) = (FORMAT.to_owned(), FORMAT_VERSION);
        Self { format, version, name: name.to_owned(), encoder: encoder.to_owned(), dimension, segments, regions: None }
    }

    /// Reads a manifest and checks it.
    ///
    /// # Errors
    /// [`Error::Version`] for another version, [`Error::Catalogue`] and [`Error::Limit`] for what cannot be a manifest.
    pub fn parse(json: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            format: String,
            version: u32,
        }
        within("bytes of manifest", json.len() as u64, MOST_MANIFEST_BYTES as u64)?;
        let malformed = |error: serde_json::Error| Error::Catalogue(format!("its manifest cannot be read: {error}"));
        let versioned: Versioned = serde_json::from_slice(json).map_err(malformed)?;
        if versioned.format != FORMAT {
            return Err(Error::Catalogue("its manifest is of something else".into()));
        }
        if versioned.version != FORMAT_VERSION {
            return Err(Error::Version { what: "catalogue", found: versioned.version, supported: FORMAT_VERSION });
        }
        let manifest: Self = serde_json::from_slice(json).map_err(malformed)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// How many tracks it holds.
    pub fn tracks(&self) -> usize {
        self.segments.iter().map(|segment| segment.tracks).sum()
    }

    /// How many excerpts.
    pub fn excerpts(&self) -> usize {
        self.segments.iter().map(|segment| segment.excerpts).sum()
    }

    /// Bytes of all its shards but for texts and names, which are fetched on demand.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.sketch.bytes + segment.codes.bytes).sum()
    }

    fn check(&self) -> Result<()> {
        within("segments", self.segments.len() as u64, MOST_SEGMENTS as u64)?;
        within("values of a code", self.dimension as u64, MOST_DIMENSION as u64)?;
        if self.dimension == 0 {
            return Err(Error::Catalogue("its embeddings have no values".into()));
        }
        for segment in &self.segments {
            within("rows of a segment", segment.excerpts as u64, MOST_SEGMENT_ROWS as u64)?;
            if segment.tracks == 0 || segment.tracks > segment.excerpts {
                let (tracks, excerpts) = (segment.tracks, segment.excerpts);
                return Err(Error::Catalogue(format!("{tracks} tracks cannot have {excerpts} excerpts")));
            }
            segment.sketch.check(ShardKind::Sketch)?;
            segment.codes.check(ShardKind::Codes)?;
            segment.names.as_ref().map_or(Ok(()), |names| names.check(ShardKind::Names))?;
        }
        if let Some(regions) = &self.regions {
            regions.check(ShardKind::Regions)?;
        }
        within("rows", self.excerpts() as u64, MOST_ROWS as u64)
    }
}

impl ShardEntry {
    /// The entry of a shard with these bytes.
    pub fn of(kind: ShardKind, bytes: &[u8]) -> Self {
        Self::named(kind, sha256_hex(bytes), bytes.len() as u64)
    }

    pub(super) fn named(kind: ShardKind, sha256: String, bytes: u64) -> Self {
        Self { name: name(kind, &sha256), bytes, sha256 }
    }

    /// Whether `bytes` are this shard.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when they are cut short or altered.
    pub fn verify(&self, bytes: &[u8]) -> Result<()> {
        if bytes.len() as u64 != self.bytes {
            let (name, found, expected) = (&self.name, bytes.len(), self.bytes);
            return Err(Error::Catalogue(format!("{name} has {found} of {expected} bytes")));
        }
        if sha256_hex(bytes) != self.sha256 {
            return Err(Error::Catalogue(format!("{} is not what was written", self.name)));
        }
        Ok(())
    }

    pub(super) fn digest(&self) -> Result<[u8; 32]> {
        from_hex(&self.sha256).ok_or_else(|| Error::Catalogue(format!("{:.80} is no SHA-256", self.sha256)))
    }

    fn check(&self, kind: ShardKind) -> Result<()> {
        self.digest()?;
        if self.name != name(kind, &self.sha256) {
            return Err(Error::Catalogue(format!("{:?} is no name of its shard", self.name)));
        }
        within("bytes of shard", self.bytes, MOST_SHARD_BYTES)
    }
}

fn name(kind: ShardKind, sha256: &str) -> String {
    let kind = match kind {
        ShardKind::Sketch => "sketch",
        ShardKind::Codes => "codes",
        ShardKind::Text => "text",
        ShardKind::Names => "names",
        ShardKind::Regions => "regions",
    };
    format!("{kind}-{sha256:.16}.bin")
}
