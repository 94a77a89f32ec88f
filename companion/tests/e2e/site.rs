//! A static host below a folder of its address, which can be told to misbehave file by file.

use crate::companion::built_site;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Where the page lies on this host.
const FOLDER: &str = "/some/folder/";

/// What is wrong with a file.
#[derive(Clone)]
pub enum Fault {
    Missing,
    /// Only its first half comes, with a length to match.
    Truncated,
    /// One byte in its middle is another.
    Altered,
    /// Something else comes in its stead.
    Replaced(Vec<u8>),
    /// The connection breaks in its middle.
    Broken,
    /// It comes after a while.
    Late(Duration),
    /// Only the first answer is so.
    Once(Box<Fault>),
}

#[derive(Default)]
struct Host {
    site: PathBuf,
    catalogue: PathBuf,
    /// By the beginnings of their names.
    faults: Mutex<BTreeMap<String, Fault>>,
    asked: Mutex<Vec<String>>,
}

/// The host, stopped when dropped.
pub struct Site {
    host: Arc<Host>,
    server: JoinHandle<()>,
    pub address: String,
}

impl Site {
    /// Serves the built page with a catalogue.
    pub async fn start(catalogue: &Path) -> Self {
        Self::of(built_site(), catalogue.to_owned()).await
    }

    /// Serves the page in a folder with a catalogue.
    pub async fn of(site: PathBuf, catalogue: PathBuf) -> Self {
        let host = Arc::new(Host { site, catalogue, ..Host::default() });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = format!("http://{}{FOLDER}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&host));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("serving") });
        Self { host, server, address }
    }

    /// Makes `file`, a path below the page or the beginning of several, faulty from now on.
    pub fn spoil(&self, file: &str, fault: Fault) {
        self.host.faults.lock().expect("faults").insert(file.to_owned(), fault);
    }

    /// Serves everything as it is again.
    pub fn mend(&self) {
        self.host.faults.lock().expect("faults").clear();
    }

    /// The file as it is when nothing is wrong with it.
    pub fn whole(&self, file: &str) -> Vec<u8> {
        self.host.read(file).unwrap_or_else(|| panic!("{file} is not part of the page"))
    }

    /// The folder of the catalogue.
    pub fn catalogue(&self) -> &Path {
        &self.host.catalogue
    }

    /// Waits until `file` has been asked for.
    pub async fn was_asked_for(&self, file: &str) {
        for _ in 0..600 {
            if self.asked().iter().any(|asked| asked == file) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nobody asks for {file}");
    }

    /// Files asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.host.asked.lock().expect("requests").clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Host {
    fn fault(&self, file: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().expect("faults");
        let name = faults.keys().find(|name| file.starts_with(*name))?.clone();
        match faults.get(&name)?.clone() {
            Fault::Once(fault) => {
                faults.remove(&name);
                Some(*fault)
            }
            fault => Some(fault),
        }
    }

    fn read(&self, file: &str) -> Option<Vec<u8>> {
        let path = match file.strip_prefix("catalogue/") {
            Some(shard) => self.catalogue.join(shard),
            None => self.site.join(file),
        };
        std::fs::read(path).ok()
    }
}

async fn answer(State(host): State<Arc<Host>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Some(file) = path.strip_prefix(FOLDER) else {
        host.asked.lock().expect("requests").push(path);
        return StatusCode::NOT_FOUND.into_response();
    };
    let file = if file.is_empty() { "index.html" } else { file };
    host.asked.lock().expect("requests").push(file.to_owned());
    let fault = host.fault(file);
    let Some(bytes) = host.read(file) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = [(header::CONTENT_TYPE, media_type(file))];
    match fault {
        None => (kind, bytes).into_response(),
        Some(Fault::Missing) => StatusCode::NOT_FOUND.into_response(),
        Some(Fault::Truncated) => (kind, bytes[..bytes.len() / 2].to_vec()).into_response(),
        Some(Fault::Altered) => (kind, altered(bytes)).into_response(),
        Some(Fault::Replaced(other)) => (kind, other).into_response(),
        Some(Fault::Broken | Fault::Once(_)) => (kind, broken(&bytes)).into_response(),
        Some(Fault::Late(delay)) => {
            tokio::time::sleep(delay).await;
            (kind, bytes).into_response()
        }
    }
}

fn altered(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

fn broken(bytes: &[u8]) -> Body {
    let half = Bytes::from(bytes[..bytes.len() / 2].to_vec());
    Body::from_stream(tokio_stream::iter([Ok(half), Err(io::Error::other("cut"))]))
}

fn media_type(file: &str) -> &'static str {
    match Path::new(file).extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("mp3") => "audio/mpeg",
        Some("ogg") => "audio/ogg",
        _ => "application/octet-stream",
    }
}
