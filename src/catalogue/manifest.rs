//! The manifest: a small JSON file that names a catalogue's shards.

use serde::{Deserialize, Serialize};

use super::{Catalogue, Track, shard};
use crate::digest::sha256_hex;
use crate::error::{Error, Result};

/// Name of the manifest's file.
pub const MANIFEST_NAME: &str = "manifest.json";

/// Version of the format written here, and the latest that is read.
pub const FORMAT_VERSION: u32 = 0;

/// First words of every manifest.
const FORMAT: &str = "sonoscape-catalogue";

/// Largest manifest, in bytes.
const MOST_MANIFEST_BYTES: usize = 1 << 20;

/// Largest shard, in bytes.
const MOST_SHARD_BYTES: u64 = 1 << 30;

/// What a catalogue is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    /// Name shown to people.
    pub name: String,
    /// Id of the encoder whose embeddings it holds.
    pub encoder: String,
    /// How many tracks it holds.
    pub tracks: usize,
    /// How many excerpts.
    pub excerpts: usize,
    /// Length of an embedding.
    pub dimension: usize,
    /// Its shards; together they are the catalogue.
    pub shards: Vec<ShardEntry>,
}

/// One shard: a whole file beside the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardEntry {
    /// What is in it.
    pub kind: ShardKind,
    /// File name; it holds the beginning of the digest, so that a name never stands for two contents.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What a shard holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShardKind {
    /// The codes of the excerpts and where they lie.
    Codes,
    /// What is said of the tracks.
    Tracks,
}

impl Manifest {
    /// Reads a manifest and checks it.
    ///
    /// # Errors
    /// [`Error::Version`] for a later version, [`Error::Catalogue`] and [`Error::Limit`] for what cannot be a manifest.
    pub fn parse(json: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            format: String,
            version: u32,
        }
        if json.len() > MOST_MANIFEST_BYTES {
            let (found, limit) = (json.len() as u64, MOST_MANIFEST_BYTES as u64);
            return Err(Error::Limit { what: "bytes of manifest", found, limit });
        }
        let malformed = |error: serde_json::Error| Error::Catalogue(format!("its manifest cannot be read: {error}"));
        let versioned: Versioned = serde_json::from_slice(json).map_err(malformed)?;
        if versioned.format != FORMAT {
            return Err(Error::Catalogue("its manifest is of something else".into()));
        }
        if versioned.version > FORMAT_VERSION {
            return Err(Error::Version { what: "catalogue", found: versioned.version, supported: FORMAT_VERSION });
        }
        let manifest: Self = serde_json::from_slice(json).map_err(malformed)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Bytes of all shards together.
    pub fn bytes(&self) -> u64 {
        self.shards.iter().map(|shard| shard.bytes).sum()
    }

    fn check(&self) -> Result<()> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        for shard in &self.shards {
            if shard.name.is_empty() || shard.name.starts_with('.') || !shard.name.chars().all(plain) {
                return Err(Error::Catalogue(format!("{:?} is no name of a shard", shard.name)));
            }
            if shard.bytes > MOST_SHARD_BYTES {
                return Err(Error::Limit { what: "bytes of shard", found: shard.bytes, limit: MOST_SHARD_BYTES });
            }
        }
        for kind in [ShardKind::Codes, ShardKind::Tracks] {
            if self.shards.iter().filter(|shard| shard.kind == kind).count() != 1 {
                return Err(Error::Catalogue("one shard of codes and one of tracks are needed".into()));
            }
        }
        Ok(())
    }

    fn shard<'a>(&self, kind: ShardKind, shards: &'a [Vec<u8>]) -> Result<&'a [u8]> {
        let (entry, bytes) = self
            .shards
            .iter()
            .zip(shards)
            .find(|(entry, _)| entry.kind == kind)
            .ok_or_else(|| Error::Catalogue("a shard is missing".into()))?;
        if bytes.len() as u64 != entry.bytes {
            let (name, found, expected) = (&entry.name, bytes.len(), entry.bytes);
            return Err(Error::Catalogue(format!("{name} has {found} of {expected} bytes")));
        }
        if sha256_hex(bytes) != entry.sha256 {
            return Err(Error::Catalogue(format!("{} is not what was written", entry.name)));
        }
        Ok(bytes)
    }
}

impl ShardEntry {
    fn new(kind: ShardKind, bytes: &[u8]) -> Self {
        let sha256 = sha256_hex(bytes);
        let name = match kind {
            ShardKind::Codes => format!("codes-{sha256:.16}.bin"),
            ShardKind::Tracks => format!("tracks-{sha256:.16}.json"),
        };
        Self { kind, name, bytes: bytes.len() as u64, sha256 }
    }
}

impl Catalogue {
    /// The catalogue as a manifest and, in its order, the bytes of its shards. Equal catalogues give equal bytes.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when a track cannot be written.
    pub fn pack(&self, name: &str) -> Result<(Manifest, Vec<Vec<u8>>)> {
        let tracks = serde_json::to_vec(&self.tracks).map_err(|error| Error::Catalogue(error.to_string()))?;
        let codes = shard::write(&self.places, &self.index);
        let manifest = Manifest {
            format: FORMAT.into(),
            version: FORMAT_VERSION,
            name: name.into(),
            encoder: self.encoder.clone(),
            tracks: self.tracks.len(),
            excerpts: self.index.len(),
            dimension: self.index.dimension(),
            shards: vec![ShardEntry::new(ShardKind::Codes, &codes), ShardEntry::new(ShardKind::Tracks, &tracks)],
        };
        Ok((manifest, vec![codes, tracks]))
    }

    /// Joins a manifest and the bytes of its shards, in its order.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when a shard is missing, cut short, altered, or disagrees with the manifest.
    pub fn unpack(manifest: &Manifest, shards: &[Vec<u8>]) -> Result<Self> {
        let tracks: Vec<Track> = serde_json::from_slice(manifest.shard(ShardKind::Tracks, shards)?)
            .map_err(|error| Error::Catalogue(format!("its tracks cannot be read: {error}")))?;
        let (places, index) = shard::read(manifest.shard(ShardKind::Codes, shards)?)?;
        let counts = (tracks.len(), index.len(), index.dimension());
        if counts != (manifest.tracks, manifest.excerpts, manifest.dimension) {
            return Err(Error::Catalogue("its shards do not agree with its manifest".into()));
        }
        Self::from_parts(manifest.encoder.clone(), tracks, places, index)
    }
}
