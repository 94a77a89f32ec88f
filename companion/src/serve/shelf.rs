//! A catalogue that is served: which of its files, and which audio.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::Result;
use sonoscape::TrackId;
use sonoscape::catalogue::MANIFEST_NAME;

use super::place::{decoded, inside};
use crate::catalogue::{self, Stored};

/// A catalogue's folder and the folder of its music.
pub struct Shelf {
    folder: PathBuf,
    audio: Option<PathBuf>,
    /// Whether the page's own catalogue lies beside it.
    pub with_demo: bool,
    listed: Mutex<(Option<SystemTime>, Arc<Listed>)>,
}

/// What may be asked for.
#[derive(Default)]
struct Listed {
    files: HashSet<String>,
    audio: HashSet<String>,
}

impl Shelf {
    /// Reads the catalogue in `folder`, and again whenever it is built anew.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn open(folder: &Path, audio: Option<PathBuf>, with_demo: bool) -> Result<Self> {
        let listed = Listed::read(folder)?;
        let modified = modified(folder);
        Ok(Self { folder: folder.canonicalize()?, audio, with_demo, listed: Mutex::new((modified, Arc::new(listed))) })
    }

    /// Where the catalogue lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The catalogue's file called `name`.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        self.listed().files.contains(name).then(|| inside(&self.folder, name))?
    }

    /// The audio file at `path`, provided that the catalogue lists it.
    pub fn sound(&self, path: &str) -> Option<PathBuf> {
        let root = self.audio.as_ref()?;
        self.listed().audio.contains(path).then(|| inside(root, path))?
    }

    fn listed(&self) -> Arc<Listed> {
        let mut cached = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let modified = modified(&self.folder);
        if modified != cached.0
            && let Ok(listed) = Listed::read(&self.folder)
        {
            *cached = (modified, Arc::new(listed));
        }
        cached.1.clone()
    }
}

impl Listed {
    fn read(folder: &Path) -> Result<Self> {
        let stored = Stored::open(folder)?;
        let mut listed = Self::default();
        listed.files.insert(MANIFEST_NAME.to_owned());
        listed.files.extend(stored.manifest().regions.as_ref().map(|regions| regions.name.clone()));
        for (segment, entry) in stored.manifest().segments.iter().enumerate() {
            let mut sketch = stored.sketch(segment)?;
            let shards = [&entry.sketch, &entry.codes].into_iter().chain(&entry.names);
            listed.files.extend(shards.map(|shard| shard.name.clone()));
            listed.files.extend(catalogue::texts(&sketch).into_iter().map(|text| text.shard.name));
            let ids: Vec<TrackId> = sketch.ids().collect();
            for id in ids {
                let audio = &stored.track(&mut sketch, id)?.audio;
                listed.audio.extend(audio.strip_prefix("audio/").and_then(decoded));
            }
        }
        Ok(listed)
    }
}

fn modified(folder: &Path) -> Option<SystemTime> {
    std::fs::metadata(folder.join(MANIFEST_NAME)).ok()?.modified().ok()
}
