//! One request to a service.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{Array, Reflect, Uint8Array};
use sonoscape::services::{MOST_ANSWER_BYTES, Trouble};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader, ReferrerPolicy, RequestCredentials};

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
    let pieces = pieces(&response, MOST_ANSWER_BYTES).await?;
    let body = pieces.iter().flat_map(|piece| piece.unchecked_into::<Uint8Array>().to_vec()).collect();
    Ok(Fetched { status, retry_after, body })
}

/// The body as it comes, `Uint8Array`s of at most so many bytes together.
pub async fn pieces(response: &Response, most: usize) -> Result<Array, Trouble> {
    let (pieces, mut length) = (Array::new(), 0);
    let Some(body) = response.body() else { return Ok(pieces) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(|error| of_abort(&error))?;
        let piece = Reflect::get(&piece, &"value".into()).unwrap_or(JsValue::UNDEFINED);
        let Ok(piece) = piece.dyn_into::<Uint8Array>() else { return Ok(pieces) };
        length += piece.length() as usize;
        if length > most {
            // What is not wanted need not come.
            let _ = reader.cancel();
            return Err(Trouble::TooLong);
        }
        pieces.push(&piece);
    }
}

/// What kept a request from being answered.
pub fn trouble(error: gloo_net::Error) -> Trouble {
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
