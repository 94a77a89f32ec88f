//! The sound of a service's track as a file, so that it goes the same way as one that is dropped.

use gloo_net::http::Request;
use sonoscape::services::Trouble;
use web_sys::{AbortSignal, File, ReferrerPolicy, RequestCredentials};

use super::fetch;

/// How long a sound may take to come, in milliseconds.
const PATIENCE_MS: u32 = 60_000;

/// Largest sound that is fetched, in bytes.
pub const MOST_BYTES: usize = 200 << 20;

/// Why a sound did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The server does not let pages read it, or cannot be reached.
    Closed,
    /// It broke off, or did not come in time.
    Broken,
    /// The address leads nowhere any more.
    Gone,
    /// It is longer than can be used.
    TooLong,
}

/// Fetches the sound at `url` as a file called `name`, of at most so many bytes.
pub async fn fetch(url: &str, name: &str, most_bytes: usize) -> Result<File, Missing> {
    let patience = AbortSignal::timeout_with_u32(PATIENCE_MS);
    let request = Request::get(url)
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(Some(&patience));
    let response = request.send().await.map_err(|error| match fetch::trouble(error) {
        Trouble::Silent => Missing::Broken,
        _ => Missing::Closed,
    })?;
    if !response.ok() {
        return Err(Missing::Gone);
    }
    let length = response.headers().get("content-length").and_then(|length| length.parse::<f64>().ok());
    if length.is_some_and(|length| length > most_bytes as f64) {
        return Err(Missing::TooLong);
    }
    // The length may be missing, or wrong.
    let pieces = fetch::pieces(&response, most_bytes).await.map_err(|trouble| match trouble {
        Trouble::TooLong => Missing::TooLong,
        _ => Missing::Broken,
    })?;
    File::new_with_u8_array_sequence(&pieces, name).map_err(|_| Missing::TooLong)
}
