//! The files of one catalogue: kept from an earlier visit where they are sound, else fetched.

use std::collections::BTreeSet;

use sonoscape::catalogue::{MANIFEST_NAME, MOST_MANIFEST_BYTES, ShardEntry};

use crate::fetch::{self, FetchError, RequestCache};
use crate::protocol::Failure;
use crate::scope;
use crate::store::Store;

/// Files fetched at the same time.
pub const AT_ONCE: usize = 4;

/// Pauses before a file is asked for again, in milliseconds.
const PAUSES_MS: [i32; 2] = [300, 1500];

/// A catalogue's folder beside the page, and what the browser keeps of it.
#[derive(Clone)]
pub struct Files {
    folder: String,
    store: Store,
}

impl Files {
    /// The files in `folder`, which ends with a slash and is relative to the worker.
    pub fn new(folder: &str, store: Store) -> Self {
        Self { folder: scope::address(folder), store }
    }

    /// The folder's address.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    fn address(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }

    /// The site's manifest.
    ///
    /// # Errors
    /// The failure to show.
    pub async fn manifest(&self) -> Result<Vec<u8>, Failure> {
        let address = self.address(MANIFEST_NAME);
        let fetched = fetch::bytes(&address, MOST_MANIFEST_BYTES, RequestCache::NoCache, |_, _| ()).await;
        fetched.map_err(|error| error.failure("catalogue", &address))
    }

    /// The manifest of the catalogue that was here whole at an earlier visit.
    pub async fn kept_manifest(&self) -> Option<Vec<u8>> {
        self.store.get(&self.address(MANIFEST_NAME)).await
    }

    /// A shard: the one that was kept if it is sound, else the site's. `progress` is told how many of its bytes have arrived.
    ///
    /// # Errors
    /// The failure to show.
    pub async fn shard(&self, shard: &ShardEntry, progress: impl Fn(f64)) -> Result<Vec<u8>, Failure> {
        let address = self.address(&shard.name);
        if let Some(bytes) = self.store.get(&address).await.filter(|bytes| shard.verify(bytes).is_ok()) {
            progress(bytes.len() as f64);
            return Ok(bytes);
        }
        let mut pauses = PAUSES_MS.into_iter();
        let mut cache = RequestCache::Default;
        loop {
            let limit = usize::try_from(shard.bytes).unwrap_or(usize::MAX);
            let fetched = fetch::bytes(&address, limit, cache, |received, _| progress(received)).await;
            let (failure, may_pass) = match fetched {
                Ok(bytes) => match shard.verify(&bytes) {
                    Ok(()) => {
                        self.store.put_meanwhile(&address, &bytes);
                        return Ok(bytes);
                    }
                    Err(error) => (error.into(), cache == RequestCache::Default),
                },
                Err(FetchError::TooLarge) => {
                    let reason = format!("{} is longer than its manifest says", shard.name);
                    (sonoscape::Error::Catalogue(reason).into(), false)
                }
                Err(error) => (error.failure("catalogue", &address), error.may_pass()),
            };
            match pauses.next().filter(|_| may_pass) {
                Some(pause_ms) => scope::pause(pause_ms).await,
                None => return Err(failure),
            }
            cache = RequestCache::Reload;
        }
    }

    /// Forgets kept files of catalogues that came before this one, now that all of this one is here.
    pub async fn settle(&self, json: &[u8], names: &BTreeSet<String>) {
        self.store.put(&self.address(MANIFEST_NAME), json).await;
        self.store.retain(&self.folder, names).await;
    }
}
