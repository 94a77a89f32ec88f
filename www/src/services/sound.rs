//! The sound of a service's track as a file, so that it goes the same way as one that is dropped.

use gloo_net::http::Request;
use js_sys::{Array, Uint8Array};
use web_sys::{AbortSignal, File, ReferrerPolicy, RequestCredentials};

/// How long a sound may take to come, in milliseconds.
const PATIENCE_MS: u32 = 60_000;

/// Largest sound that is fetched, in bytes.
const MOST_BYTES: f64 = (200 << 20) as f64;

/// Why a sound did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The server does not let pages read it, or cannot be reached.
    Closed,
    /// The address leads nowhere any more.
    Gone,
    /// It is longer than can be used.
    TooLong,
}

/// Fetches the sound at `url` as a file called `name`.
pub async fn fetch(url: &str, name: &str) -> Result<File, Missing> {
    let patience = AbortSignal::timeout_with_u32(PATIENCE_MS);
    let request = Request::get(url)
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(Some(&patience));
    let response = request.send().await.map_err(|_| Missing::Closed)?;
    if !response.ok() {
        return Err(Missing::Gone);
    }
    let length = response.headers().get("content-length").and_then(|length| length.parse::<f64>().ok());
    if length.is_some_and(|length| length > MOST_BYTES) {
        return Err(Missing::TooLong);
    }
    let bytes = response.binary().await.map_err(|_| Missing::Closed)?;
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    File::new_with_u8_array_sequence(&parts, name).map_err(|_| Missing::TooLong)
}
