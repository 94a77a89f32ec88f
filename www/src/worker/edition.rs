//! The catalogues that the page searches, as a list of folders and their manifests say: the site's, or those of an earlier visit.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::future::try_join_all;
use sonoscape::catalogue::Manifest;

use crate::fetch::{self, RequestCache};
use crate::files::Files;
use crate::protocol::Failure;
use crate::scope;
use crate::store::Store;

/// Lists the folders of the catalogues, relative to the worker.
const LIST: &str = "catalogues.json";

/// Longest list, in bytes.
const MOST_LIST_BYTES: usize = 4096;

/// Most catalogues.
const MOST_CATALOGUES: usize = 8;

/// What is to be searched.
pub struct Edition {
    list: Vec<u8>,
    /// Its catalogues.
    pub volumes: Vec<Volume>,
}

/// One catalogue.
pub struct Volume {
    /// Where its files are.
    pub files: Files,
    /// What it is made of.
    pub manifest: Manifest,
    json: Vec<u8>,
}

impl Edition {
    /// A number that other editions hardly have, also in other workers.
    pub fn number(&self) -> u32 {
        let mut hasher = DefaultHasher::new();
        (&self.list, self.volumes.iter().map(|volume| &volume.json).collect::<Vec<_>>()).hash(&mut hasher);
        hasher.finish() as u32
    }

    /// The edition that was here whole at an earlier visit.
    pub async fn kept() -> Option<Self> {
        let store = Store::open().await;
        let list = store.get(&scope::address(LIST)).await?;
        let mut volumes = Vec::new();
        for folder in folders(&list).ok()? {
            let files = Files::new(&folder, store.clone());
            volumes.push(Volume::new(files.kept_manifest().await?, files).ok()?);
        }
        Some(Self { list, volumes })
    }

    /// The site's.
    ///
    /// # Errors
    /// The failure to show.
    pub async fn current() -> Result<Self, Failure> {
        let store = Store::open().await;
        let list = fetch::bytes(LIST, MOST_LIST_BYTES, RequestCache::NoCache, |_, _| ())
            .await
            .map_err(|error| error.failure("catalogue", LIST))?;
        let volume = |folder: String| {
            let files = Files::new(&folder, store.clone());
            async move { Volume::new(files.manifest().await?, files) }
        };
        let volumes = try_join_all(folders(&list)?.into_iter().map(volume)).await?;
        Ok(Self { list, volumes })
    }

    /// Whether `other` has the same catalogues.
    pub fn is_same(&self, other: &Self) -> bool {
        let manifests = |edition: &Self| edition.volumes.iter().map(|volume| volume.json.clone()).collect::<Vec<_>>();
        self.list == other.list && manifests(self) == manifests(other)
    }

    /// Bytes of all shards but for the text.
    pub fn bytes(&self) -> f64 {
        self.volumes.iter().map(|volume| volume.manifest.bytes() as f64).sum()
    }

    /// Keeps the list for the next visit, now that all catalogues are here.
    pub async fn keep(&self) {
        Store::open().await.put(&scope::address(LIST), &self.list).await;
    }
}

impl Volume {
    fn new(json: Vec<u8>, files: Files) -> Result<Self, Failure> {
        Ok(Self { files, manifest: Manifest::parse(&json)?, json })
    }

    /// Keeps its manifest for the next visit, and of other files only those called `names`.
    pub async fn keep(&self, names: &BTreeSet<String>) {
        self.files.settle(&self.json, names).await;
    }
}

/// The folders of a list, each with a slash at its end.
fn folders(list: &[u8]) -> Result<Vec<String>, Failure> {
    let plain = |folder: &String| {
        let sound = |part: &str| !part.is_empty() && part != ".." && !part.contains([':', '\\', '?', '#']);
        folder.split('/').all(sound)
    };
    match serde_json::from_slice::<Vec<String>>(list) {
        Ok(folders) if folders.len() <= MOST_CATALOGUES && folders.iter().all(plain) => {
            Ok(folders.into_iter().map(|folder| folder + "/").collect())
        }
        _ => Err(Failure::new(
            "catalogue",
            format!("{LIST} is no list of folders. Whoever runs this site needs to mend it."),
        )),
    }
}
