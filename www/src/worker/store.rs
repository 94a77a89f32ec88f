//! What the browser keeps of a catalogue between visits: whole files, under their addresses.
//!
//! A browser that keeps nothing, because the page is not served securely or there is no room, fetches everything again.

use std::collections::BTreeSet;

use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Cache, Request, Response};

use crate::scope;

/// Name of the cache.
const NAME: &str = "sonoscape-catalogue";

/// The files that are kept.
#[derive(Clone)]
pub struct Store(Option<Cache>);

impl Store {
    /// Opens what is kept.
    pub async fn open() -> Self {
        Self(open().await.ok())
    }

    /// The bytes kept of the file at `address`.
    pub async fn get(&self, address: &str) -> Option<Vec<u8>> {
        let found = JsFuture::from(self.0.as_ref()?.match_with_str(address)).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
        Some(Uint8Array::new(buffer.dyn_ref::<ArrayBuffer>()?).to_vec())
    }

    /// Keeps a file, if the browser has room for it.
    pub async fn put(&self, address: &str, bytes: &[u8]) {
        if let Some(kept) = self.begin_to_keep(address, bytes) {
            // Without room the file is fetched again next time.
            let _ = JsFuture::from(kept).await;
        }
    }

    /// The same, but nobody waits for it.
    pub fn put_meanwhile(&self, address: &str, bytes: &[u8]) {
        if let Some(kept) = self.begin_to_keep(address, bytes) {
            spawn_local(async move { drop(JsFuture::from(kept).await) });
        }
    }

    fn begin_to_keep(&self, address: &str, bytes: &[u8]) -> Option<Promise> {
        let response = Response::new_with_opt_buffer_source(Some(&Uint8Array::from(bytes))).ok()?;
        Some(self.0.as_ref()?.put_with_str(address, &response))
    }

    /// Forgets the files in `folder` that are not among `names`.
    pub async fn retain(&self, folder: &str, names: &BTreeSet<String>) {
        let Some(cache) = &self.0 else { return };
        let Ok(requests) = JsFuture::from(cache.keys()).await else { return };
        for request in
            requests.unchecked_into::<Array>().iter().filter_map(|request| request.dyn_into::<Request>().ok())
        {
            let address = request.url();
            let stale = address.strip_prefix(folder).is_some_and(|name| !name.contains('/') && !names.contains(name));
            if stale {
                // What cannot be forgotten now is tried again next time.
                let _ = JsFuture::from(cache.delete_with_str(&address)).await;
            }
        }
    }
}

async fn open() -> Result<Cache, JsValue> {
    let cache = JsFuture::from(scope::global().caches()?.open(NAME)).await?;
    cache.dyn_into()
}
