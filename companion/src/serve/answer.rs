//! One request, one answer.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeFile;

use super::DECODER;
use super::place::{decoded, inside};
use super::shelf::Shelf;

/// For a page that states no policy of its own.
const STRICTEST: &str = "default-src 'none'";

/// Lists the folders of the catalogues.
const CATALOGUES: &str = "catalogues.json";

/// The list when the page's own catalogue lies beside the shelf's.
const BOTH: &[u8] = br#"["catalogue", "demo"]"#;

/// The frame in which foreign scripts run; it has no origin, so that its own script comes to it from elsewhere.
const FRAME: &str = "jsonp.html";

/// Its script.
const FRAME_SCRIPT: &str = "jsonp.js";

/// The page may ask for the microphone; the frame for nothing.
const PERMISSIONS: [&str; 2] =
    ["camera=(), geolocation=(), microphone=(self)", "camera=(), geolocation=(), microphone=()"];

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What is served: a page, over it a catalogue with its audio, and an encoder with its decoder.
pub struct Site {
    page: PathBuf,
    policy: HeaderValue,
    /// The policy of the frame in which foreign scripts run.
    frame_policy: HeaderValue,
    shelf: Option<Shelf>,
    encoder: Option<Bytes>,
    decoder: Option<PathBuf>,
}

impl Site {
    /// Serves `page`, whose `index.html` is `html`; its content security policy goes out with every answer.
    pub fn new(
        page: &Path,
        html: &str,
        shelf: Option<Shelf>,
        encoder: Option<Vec<u8>>,
        decoder: Option<PathBuf>,
    ) -> Result<Self> {
        let policy = format!("{}; frame-ancestors 'none'", stated_policy(html).unwrap_or(STRICTEST));
        let policy = HeaderValue::from_str(&policy).context("The page's content security policy is malformed")?;
        let frame = std::fs::read_to_string(page.join(FRAME)).unwrap_or_default();
        let frame_policy = format!("{}; frame-ancestors 'self'", stated_policy(&frame).unwrap_or(STRICTEST));
        let frame_policy = HeaderValue::from_str(&frame_policy).context("The frame's policy is malformed")?;
        Ok(Self { page: page.canonicalize()?, policy, frame_policy, shelf, encoder: encoder.map(Bytes::from), decoder })
    }

    fn find(&self, path: &str) -> Option<Found> {
        let path = decoded(path)?;
        if path == "encoder.onnx"
            && let Some(encoder) = &self.encoder
        {
            return Some(Found::Bytes(encoder.clone()));
        }
        if path == DECODER
            && let Some(decoder) = &self.decoder
        {
            return Some(Found::File(decoder.clone()));
        }
        if let Some(shelf) = &self.shelf {
            if path == CATALOGUES && shelf.with_demo {
                return Some(Found::Bytes(Bytes::from_static(BOTH)));
            }
            if let Some(name) = path.strip_prefix("demo/").filter(|_| shelf.with_demo) {
                return inside(&self.page, &format!("catalogue/{name}")).map(Found::File);
            }
            if let Some(name) = path.strip_prefix("catalogue/") {
                return shelf.file(name).map(Found::Hashed);
            }
            if let Some(path) = path.strip_prefix("audio/") {
                return shelf.sound(path).map(Found::File);
            }
        }
        let page = if path.is_empty() { "index.html" } else { &path };
        inside(&self.page, page).map(Found::File)
    }
}

enum Found {
    Bytes(Bytes),
    File(PathBuf),
    /// A file that is either the manifest or carries the digest of its contents in its name.
    Hashed(PathBuf),
}

/// Answers a request for one file; whatever comes out carries the page's security headers.
pub async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let mut response = if !names_this_computer(request.headers()) {
        let sentence = "Open this page by its number, such as 127.0.0.1, or as localhost.";
        (StatusCode::FORBIDDEN, sentence).into_response()
    } else if ![Method::GET, Method::HEAD].contains(request.method()) {
        StatusCode::METHOD_NOT_ALLOWED.into_response()
    } else {
        match site.find(request.uri().path()) {
            Some(found) => send(found, request).await,
            None => (StatusCode::NOT_FOUND, "There is nothing here.").into_response(),
        }
    };
    let headers = response.headers_mut();
    let policy = if path == FRAME { &site.frame_policy } else { &site.policy };
    headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS[usize::from(path == FRAME)]));
    headers.insert(
        RESOURCE_POLICY,
        HeaderValue::from_static(if path == FRAME_SCRIPT { "cross-origin" } else { "same-origin" }),
    );
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}

async fn send(found: Found, request: Request) -> Response {
    let (file, kept) = match found {
        Found::Bytes(bytes) => return ([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
        Found::File(file) => (file, false),
        Found::Hashed(file) => {
            let kept = !file.ends_with(sonoscape::catalogue::MANIFEST_NAME);
            (file, kept)
        }
    };
    let Ok(served) = ServeFile::new(file).try_call(request).await else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "This file cannot be read.").into_response();
    };
    let mut response = served.map(Body::new);
    if kept && response.status().is_success() {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    response
}

/// A name that someone else's name server made point here is refused: that is how DNS rebinding works.
fn names_this_computer(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

fn stated_policy(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("http-equiv=\"Content-Security-Policy\"")?;
    let (_, rest) = rest.split_once("content=\"")?;
    rest.split_once('"').map(|(policy, _)| policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_and_localhost_name_this_computer() {
        let named =
            |host: &'static str| names_this_computer(&HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]));
        assert!(["localhost", "LOCALHOST:7777", "127.0.0.1:7777", "[::1]:7777", "192.168.1.2"].into_iter().all(named));
        assert!(!["evil.example", "evil.example:7777", "localhost.evil.example", "", ":7777"].into_iter().any(named));
        assert!(!names_this_computer(&HeaderMap::new()));
    }

    #[test]
    fn the_pages_own_policy_is_found() {
        let html = r#"<meta http-equiv="Content-Security-Policy" content="default-src 'self'"><p title="x">"#;
        assert_eq!(stated_policy(html), Some("default-src 'self'"));
        assert_eq!(stated_policy("<p>"), None);
    }
}
