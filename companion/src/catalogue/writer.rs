//! Writing a catalogue, segment by segment.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use indicatif::HumanBytes;
use serde::Serialize;
use sonoscape::catalogue::{MANIFEST_NAME, Manifest, PackedSegment, Region, SegmentEntry, ShardEntry};

use super::{TEMPORARY, refused, write_whole};

/// A catalogue in the making: its shards lie beside those of the former one until [`Writer::finish`].
pub struct Writer {
    folder: PathBuf,
    _lock: Option<File>,
    segments: Vec<SegmentEntry>,
    regions: Option<ShardEntry>,
    named: BTreeSet<String>,
    /// Files that the disk may not have taken yet.
    unsettled: Vec<PathBuf>,
    written: Written,
}

/// What writing a catalogue came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Segments of the catalogue.
    pub segments: usize,
    /// Files that are new or other than before.
    pub files_written: usize,
    /// Files that were there already.
    pub files_kept: usize,
    /// Files that only the former catalogue or an interrupted one needed.
    pub files_removed: usize,
    pub bytes_written: u64,
}

impl fmt::Display for Written {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let Self { segments, files_written, files_kept, files_removed, bytes_written } = self;
        let bytes = HumanBytes(*bytes_written);
        write!(formatter, "{segments} segments: wrote {files_written} files of {bytes}, ")?;
        write!(formatter, "kept {files_kept}, removed {files_removed}.")
    }
}

impl Writer {
    /// Begins a catalogue in `folder`, whatever lies there.
    ///
    /// # Errors
    /// When the folder cannot be made, or someone else is writing a catalogue there.
    pub fn begin(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
            _lock: lock(folder)?,
            segments: Vec::new(),
            regions: None,
            named: BTreeSet::from([MANIFEST_NAME.to_owned()]),
            unsettled: Vec::new(),
            written: Written::default(),
        })
    }

    /// Writes the shards of the next segment, but for those that are there.
    ///
    /// # Errors
    /// When the disk does not take one.
    pub fn put(&mut self, packed: PackedSegment) -> Result<()> {
        for (entry, bytes) in packed.shards {
            self.write(&entry.name, &bytes, |_| Ok(()))?;
            self.named.insert(entry.name);
        }
        self.segments.push(packed.entry);
        Ok(())
    }

    /// Writes the new sketch of a segment that lies in this folder already; what else it is made of stays.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn put_placed(&mut self, entry: SegmentEntry, sketch: &[u8], texts: &[ShardEntry]) -> Result<()> {
        self.write(&entry.sketch.name, sketch, |_| Ok(()))?;
        self.named.extend(entry.shards().chain(texts).map(|shard| shard.name.clone()));
        self.segments.push(entry);
        Ok(())
    }

    /// Writes the named regions of the map.
    ///
    /// # Errors
    /// When there are too many for a catalogue, or the disk does not take them.
    pub fn put_regions(&mut self, regions: &[Region]) -> Result<()> {
        if regions.is_empty() {
            return Ok(());
        }
        let (entry, bytes) = Region::pack(regions)?;
        self.write(&entry.name, &bytes, |_| Ok(()))?;
        self.named.insert(entry.name.clone());
        self.regions = Some(entry);
        Ok(())
    }

    /// Puts the manifest in place of the former one, then removes the shards that it does not need.
    ///
    /// # Errors
    /// When the segments are too many for one catalogue, or the disk does not take the manifest.
    pub fn finish(mut self, name: &str, encoder: &str, dimension: usize) -> Result<Written> {
        self.written.segments = self.segments.len();
        let mut manifest = Manifest::new(name, encoder, dimension, std::mem::take(&mut self.segments));
        manifest.regions = self.regions.take();
        let json = serde_json::to_vec(&manifest)?;
        Manifest::parse(&json)?;
        self.settle()?;
        self.write(MANIFEST_NAME, &json, File::sync_all)?;
        for name in leftover(&self.folder, &self.named)? {
            self.written.files_removed += usize::from(fs::remove_file(self.folder.join(name)).is_ok());
        }
        Ok(self.written)
    }

    /// Waits until the disk has taken what was written: for all files together, which is sooner than for one after the other.
    fn settle(&mut self) -> Result<()> {
        for path in self.unsettled.drain(..) {
            let file = File::options().write(true).open(&path);
            file.and_then(|file| file.sync_all()).with_context(|| refused(&path))?;
        }
        Ok(())
    }

    fn write(&mut self, name: &str, bytes: &[u8], settle: fn(&File) -> io::Result<()>) -> Result<()> {
        let path = self.folder.join(name);
        if is_there(&path, bytes) {
            self.written.files_kept += 1;
        } else {
            write_whole(&path, bytes, settle)?;
            self.written.files_written += 1;
            self.written.bytes_written += bytes.len() as u64;
            self.unsettled.push(path);
        }
        Ok(())
    }
}

/// Files in `folder` that are called like those of a catalogue and are not among the `named` ones.
pub fn leftover(folder: &Path, named: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let name = entry?.file_name();
        found.extend(name.to_str().filter(|name| is_ours(name) && !named.contains(*name)).map(str::to_owned));
    }
    found.sort();
    Ok(found)
}

fn is_ours(name: &str) -> bool {
    let finished = name.strip_suffix(TEMPORARY).unwrap_or(name);
    let is_digest = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (kind, rest) = finished.split_once('-').unwrap_or_default();
    let digest = match kind {
        "sketch" | "codes" | "text" | "names" | "regions" => rest.strip_suffix(".bin"),
        "tracks" => rest.strip_suffix(".json"),
        _ => None,
    };
    finished == MANIFEST_NAME || digest.is_some_and(is_digest)
}

fn is_there(path: &Path, bytes: &[u8]) -> bool {
    let same_length = || fs::metadata(path).is_ok_and(|metadata| metadata.len() == bytes.len() as u64);
    same_length() && fs::read(path).is_ok_and(|there| there == bytes)
}

/// Holds the folder itself, where the system can.
fn lock(folder: &Path) -> Result<Option<File>> {
    let Ok(handle) = File::open(folder) else { return Ok(None) };
    match handle.try_lock() {
        Err(fs::TryLockError::WouldBlock) => {
            bail!("A catalogue is being written to {} already. Wait until that is done.", folder.display())
        }
        Err(fs::TryLockError::Error(_)) => Ok(None),
        Ok(()) => Ok(Some(handle)),
    }
}
