//! A catalogue in its folder, read piece by piece.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sonoscape::catalogue::{
    BLOCK_TRACKS, MANIFEST_NAME, MOST_MANIFEST_BYTES, Manifest, MissingText, Region, ShardEntry,
};
use sonoscape::{Catalogue, Track, TrackId};

/// A folder with a manifest.
#[derive(Debug, Clone)]
pub struct Stored {
    folder: PathBuf,
    manifest: Manifest,
    manifest_bytes: u64,
}

impl Stored {
    /// Reads the manifest in `folder`.
    ///
    /// # Errors
    /// When there is none, or none that is read here.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST_NAME);
        let json = read(&path, MOST_MANIFEST_BYTES as u64).with_context(|| {
            format!("There is no catalogue in {}. Make one with `sonoscape build`", folder.display())
        })?;
        let manifest = Manifest::parse(&json)?;
        Ok(Self { folder: folder.to_owned(), manifest, manifest_bytes: json.len() as u64 })
    }

    /// What the catalogue is made of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Length of the manifest's file.
    pub fn manifest_bytes(&self) -> u64 {
        self.manifest_bytes
    }

    /// The catalogue with all sketches and codes.
    ///
    /// # Errors
    /// When a shard is missing or damaged.
    pub fn load(&self) -> Result<Catalogue> {
        let mut catalogue = Catalogue::new(self.manifest.clone());
        for (segment, entry) in self.manifest.segments.iter().enumerate() {
            catalogue.take_sketch(segment, &self.shard(&entry.sketch)?)?;
            catalogue.take_codes(segment, self.shard(&entry.codes)?)?;
        }
        Ok(catalogue)
    }

    /// The named regions of its map, if it has any.
    ///
    /// # Errors
    /// When their shard is missing or damaged.
    pub fn regions(&self) -> Result<Vec<Region>> {
        let Some(shard) = &self.manifest.regions else { return Ok(Vec::new()) };
        let mut catalogue = Catalogue::new(self.manifest.clone());
        catalogue.take_regions(&self.shard(shard)?)?;
        Ok(catalogue.regions().to_vec())
    }

    /// A segment as a catalogue of its own, of which nothing has arrived.
    pub fn alone(&self, segment: usize) -> Catalogue {
        let Manifest { name, encoder, dimension, segments, .. } = &self.manifest;
        Catalogue::new(Manifest::new(name, encoder, *dimension, vec![segments[segment].clone()]))
    }

    /// A segment as a catalogue of its own, with its sketch.
    ///
    /// # Errors
    /// When the sketch is missing or damaged.
    pub fn sketch(&self, segment: usize) -> Result<Catalogue> {
        let mut alone = self.alone(segment);
        alone.take_sketch(0, &self.shard(&self.manifest.segments[segment].sketch)?)?;
        Ok(alone)
    }

    /// What is said of a track of this catalogue, or of one of its segments alone.
    ///
    /// # Errors
    /// When its block of text is missing or damaged.
    ///
    /// # Panics
    /// When the catalogue has no such track.
    pub fn track<'a>(&self, catalogue: &'a mut Catalogue, id: TrackId) -> Result<&'a Track> {
        for MissingText { segment, block, shard } in catalogue.missing_texts(&[id]) {
            catalogue.take_text(segment, block, &self.shard(&shard)?)?;
        }
        Ok(catalogue.track(id).expect("its text has arrived"))
    }

    /// The bytes of a shard's file, of which one that is too long is not read to its end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn shard(&self, entry: &ShardEntry) -> Result<Vec<u8>> {
        let path = self.folder.join(&entry.name);
        read(&path, entry.bytes).with_context(|| format!("The catalogue's file {} cannot be read", path.display()))
    }

    /// The bytes of a shard.
    ///
    /// # Errors
    /// When they are missing or damaged.
    pub fn verified(&self, entry: &ShardEntry) -> Result<Vec<u8>> {
        let bytes = self.shard(entry)?;
        entry.verify(&bytes)?;
        Ok(bytes)
    }
}

/// The shards of text that the sketches of `catalogue` name.
pub fn texts(catalogue: &Catalogue) -> Vec<MissingText> {
    let first_of_each: Vec<TrackId> =
        catalogue.ids().filter(|id| (id.track as usize).is_multiple_of(BLOCK_TRACKS)).collect();
    catalogue.missing_texts(&first_of_each)
}

/// The bytes of a file up to one more than `most`, which is enough to see that there are too many.
fn read(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
