//! One request to a service.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{Reflect, Uint8Array};
use sonoscape::services::Trouble;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader, ReferrerPolicy, RequestCredentials};

use super::is_readable;

/// How long a service may take, in milliseconds.
pub const PATIENCE_MS: u32 = 10_000;

/// What came back.
pub struct Fetched {
    /// Status of HTTP.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Fetched {
    /// The text that a script brought.
    pub fn of_script(body: String) -> Self {
        Self { status: 200, retry_after: None, body: body.into_bytes() }
    }
}

/// Fetches an address, with a token where one is needed.
pub async fn get(address: &str, token: Option<&str>) -> Result<Fetched, Trouble> {
    let request = polite(Request::get(address));
    let request = match token {
        Some(token) => request.header("Authorization", &format!("Bearer {token}")),
        None => request,
    };
    read(request.send().await.map_err(trouble)?).await
}

/// Sends a form.
pub async fn post(address: &str, form: &str) -> Result<Fetched, Trouble> {
    let request = polite(Request::post(address)).header("Content-Type", "application/x-www-form-urlencoded");
    read(request.body(form).map_err(trouble)?.send().await.map_err(trouble)?).await
}

/// Without cookies, without saying where it comes from, and not for ever.
fn polite(request: RequestBuilder) -> RequestBuilder {
    let patience = AbortSignal::timeout_with_u32(PATIENCE_MS);
    request
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(Some(&patience))
}

async fn read(response: Response) -> Result<Fetched, Trouble> {
    let (status, retry_after) = (response.status(), response.headers().get("retry-after"));
    let body = match response.body() {
        Some(body) => read_within(&body.get_reader().unchecked_into()).await?,
        None => Vec::new(),
    };
    Ok(Fetched { status, retry_after, body })
}

async fn read_within(reader: &ReadableStreamDefaultReader) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(|error| of_abort(&error))?;
        let piece = Reflect::get(&piece, &"value".into()).unwrap_or(JsValue::UNDEFINED);
        let Ok(piece) = piece.dyn_into::<Uint8Array>() else { return Ok(bytes) };
        if !is_readable(bytes.len() + piece.length() as usize) {
            // What is not wanted need not come.
            let _ = reader.cancel();
            return Err(Trouble::TooLong);
        }
        bytes.extend(piece.to_vec());
    }
}

fn trouble(error: gloo_net::Error) -> Trouble {
    match error {
        gloo_net::Error::JsError(error) if error.name == "TimeoutError" || error.name == "AbortError" => {
            Trouble::Silent
        }
        _ => Trouble::Unreachable,
    }
}

fn of_abort(error: &JsValue) -> Trouble {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    if name == "TimeoutError" || name == "AbortError" { Trouble::Silent } else { Trouble::Unreachable }
}
