//! Files of the site, fetched in pieces so that the page can tell how far it is.

use gloo_net::http::{Request, Response};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;
pub use web_sys::RequestCache;

use crate::protocol::Failure;

/// Why a file did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchError {
    /// No answer, or one that broke off.
    Interrupted,
    /// An answer that is not the file.
    Status(u16),
    /// More bytes than are accepted.
    TooLarge,
}

impl FetchError {
    /// The failure to fetch `name`, which belongs to the part called `kind`.
    pub fn failure(self, kind: &str, name: &str) -> Failure {
        match self {
            Self::Interrupted => Failure::new(
                "network",
                format!("The {kind} could not be fetched. Check the connection, then try again."),
            ),
            Self::Status(status) => Failure::new(
                kind,
                format!(
                    "This site has no {kind}: {name} answers with {status}. Whoever runs it needs to put the file there."
                ),
            ),
            Self::TooLarge => {
                Failure::new(kind, format!("The {kind} is larger than is accepted: {name} cannot be right."))
            }
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn may_pass(self) -> bool {
        match self {
            Self::Interrupted => true,
            Self::Status(status) => status == 429 || status >= 500,
            Self::TooLarge => false,
        }
    }
}

/// The bytes at `url`, at most `limit`; `progress(received, total)` is called as they arrive.
pub async fn bytes(
    url: &str,
    limit: usize,
    cache: RequestCache,
    progress: impl Fn(f64, Option<f64>),
) -> Result<Vec<u8>, FetchError> {
    let response = Request::get(url).cache(cache).send().await.map_err(|_| FetchError::Interrupted)?;
    if !response.ok() {
        return Err(FetchError::Status(response.status()));
    }
    let total = length(&response);
    let body = response.body().ok_or(FetchError::Interrupted)?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::with_capacity(total.unwrap_or(0.0).min(limit as f64) as usize);
    while let Some(piece) = next_piece(&reader).await? {
        let received = bytes.len();
        if received + piece.length() as usize > limit {
            return Err(FetchError::TooLarge);
        }
        bytes.resize(received + piece.length() as usize, 0);
        piece.copy_to(&mut bytes[received..]);
        progress(bytes.len() as f64, total);
    }
    Ok(bytes)
}

async fn next_piece(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, FetchError> {
    let result = JsFuture::from(reader.read()).await.map_err(|_| FetchError::Interrupted)?;
    let piece = Reflect::get(&result, &"value".into()).unwrap_or(JsValue::UNDEFINED);
    Ok(piece.dyn_into().ok())
}

/// The length of the body in bytes, unless it is compressed on its way.
fn length(response: &Response) -> Option<f64> {
    let headers = response.headers();
    if headers.get("content-encoding").is_some() {
        return None;
    }
    headers.get("content-length")?.parse().ok()
}
