//! A server that speaks as the services document, below `/deezer`, `/itunes`, `/jamendo`, `/archive`, `/spotify` and `/accounts`,
//! and misbehaves when it is told to. It keeps every request, and counts those above a service's limit.

#![allow(dead_code, unused_imports, reason = "the companion's tests and those of the page use it in parts")]

mod accounts;
mod query;
mod shapes;
mod world;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use serde_json::Value;
use sonoscape::services::Service;

use accounts::Accounts;
pub use accounts::{CLIENT_ID, CLIENT_SECRET};
use query::Query;
pub use shapes::HOSTILE;
use shapes::Teller;
pub use world::{Piece, piece};

/// The only client id that Jamendo's stand-in knows.
pub const JAMENDO_CLIENT: &str = "stand-in-jamendo";

/// How a request is answered instead.
#[derive(Clone, Debug)]
pub enum Fault {
    /// With this status, and a header `Retry-After` if there is a text.
    Status(u16, Option<String>),
    /// With a page of HTML, as networks do that want a sign-in.
    Html,
    /// With a refusal inside an answer with status 200, where the service knows such.
    Inside,
    /// Never.
    Hangs,
    /// Byte by byte, with this pause after each of the first hundred.
    Slow(Duration),
    /// With the first half, and then the connection breaks.
    Cut,
    /// With nothing.
    Empty,
    /// With 64 MiB.
    Enormous,
    /// With titles that mean harm.
    Hostile,
    /// By JSONP, twice.
    Twice,
    /// By a script that calls nobody.
    Silent,
    /// Without CORS.
    NoCors,
}

/// How the world is.
#[derive(Clone)]
pub struct Settings {
    /// How many recordings there are.
    pub pieces: usize,
    /// Length of every sound, in seconds.
    pub sound_s: usize,
    /// How many times as many requests a service takes in the same time; 0 takes any number.
    pub pace: f32,
    /// For how long a signed address is good.
    pub signed_for: Duration,
    /// Whether Spotify's key is from before the changes of 2024 and 2026.
    pub extended: bool,
    /// One piece in so many has no preview.
    pub without_preview: usize,
    /// Where the services lie if not here, such as behind a proxy.
    pub started: Instant,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pieces: 100,
            sound_s: 10,
            pace: 0.0,
            signed_for: Duration::from_secs(900),
            extended: false,
            without_preview: 7,
            started: Instant::now(),
        }
    }
}

impl Settings {
    fn has_preview(&self, number: usize) -> bool {
        !(number + 1).is_multiple_of(self.without_preview)
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at: Instant,
    pub method: String,
    /// With its query.
    pub path: String,
    pub authorization: Option<String>,
    pub user_agent: Option<String>,
    pub form: String,
}

#[derive(Default)]
struct Held {
    asked: Vec<Asked>,
    faults: Vec<(String, Fault, usize)>,
    accounts: Accounts,
    above_limit: usize,
    recent: BTreeMap<String, Vec<Instant>>,
}

struct World {
    address: String,
    settings: Settings,
    pieces: Vec<Piece>,
    held: Mutex<Held>,
}

/// The server, stopped when dropped.
pub struct StandIn {
    pub address: String,
    world: Arc<World>,
    _runtime: Runtime,
}

/// Stopped in the background, so that it may be dropped by asynchronous tests too.
struct Runtime(Option<tokio::runtime::Runtime>);

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl StandIn {
    pub fn start(settings: Settings) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let pieces = (0..settings.pieces).map(world::piece).collect();
        let world = Arc::new(World { address: address.clone(), settings, pieces, held: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&world));
        runtime.spawn(async move {
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
        });
        Self { address, world, _runtime: Runtime(Some(runtime)) }
    }

    /// Answers the next `times` requests whose path begins with `path`, such as `/deezer/search`, otherwise.
    pub fn spoil(&self, path: &str, fault: Fault, times: usize) {
        self.held().faults.push((path.to_owned(), fault, times));
    }

    /// Answers everything as it should be again.
    pub fn mend(&self) {
        self.held().faults.clear();
    }

    /// All requests so far, whose path begins with `path`.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.held().asked.iter().filter(|asked| asked.path.starts_with(path)).cloned().collect()
    }

    /// Requests that came sooner than their service allows.
    pub fn above_limit(&self) -> usize {
        self.held().above_limit
    }

    /// Makes every token of Spotify's stand-in worthless.
    pub fn expire_tokens(&self) {
        self.held().accounts.expire();
    }

    /// The sound of a piece, as the services give it.
    pub fn sound(&self, number: usize) -> Vec<u8> {
        world::sound(number, self.world.settings.sound_s)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.world.held.lock().unwrap()
    }
}

/// An address that is good for a while.
fn signed(address: &str, service: &str, number: usize, settings: &Settings) -> String {
    let until = (settings.started.elapsed() + settings.signed_for).as_millis();
    format!(
        "{address}/audio/{service}/{number}.wav?exp={until}~hmac={:x}",
        until.wrapping_mul(0x9e37_79b9) ^ number as u128
    )
}

/// An answer before it is sent.
pub struct Plain {
    status: StatusCode,
    kind: &'static str,
    body: Vec<u8>,
    cors: bool,
    retry_after: Option<String>,
}

impl Plain {
    fn new(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Self {
        Self { status, kind, body, cors: true, retry_after: None }
    }

    fn json(status: StatusCode, value: &Value) -> Self {
        Self::new(status, "application/json", value.to_string().into_bytes())
    }

    fn html(status: StatusCode, html: &str) -> Self {
        Self::new(status, "text/html; charset=utf-8", html.as_bytes().to_vec())
    }

    fn page(status: StatusCode, text: &str) -> Self {
        Self::html(status, &format!("<!doctype html><h1>{text}</h1>"))
    }

    fn send(self, body: Option<Body>) -> Response<Body> {
        let mut response = Response::builder().status(self.status).header(header::CONTENT_TYPE, self.kind);
        if self.cors {
            response = response
                .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .header(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, range")
                .header(header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after, content-length, content-range");
        }
        if let Some(value) = self.retry_after {
            response = response.header(header::RETRY_AFTER, value);
        }
        response.body(body.unwrap_or_else(|| self.body.into())).unwrap()
    }
}

async fn answer(
    State(world): State<Arc<World>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let header = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let form = String::from_utf8_lossy(&body).into_owned();
    if method == Method::OPTIONS {
        let cors = !(path.starts_with("/deezer") || path.starts_with("/archive"));
        return Plain { cors, ..Plain::new(StatusCode::NO_CONTENT, "text/plain", Vec::new()) }.send(None);
    }
    let asked = Asked {
        at: Instant::now(),
        method: method.to_string(),
        path: path.clone(),
        authorization: header(header::AUTHORIZATION),
        user_agent: header(header::USER_AGENT),
        form,
    };
    let (fault, too_often) = {
        let mut held = world.held.lock().unwrap();
        held.asked.push(asked.clone());
        (held.fault(&path), held.is_too_often(&path, world.settings.pace))
    };
    let plain = match too_often {
        true => refused(&path, Some("1".to_owned())),
        false => world.answer(&uri, &asked, matches!(fault, Some(Fault::Hostile))),
    };
    world.spoilt(plain, fault, &uri).await
}

fn refused(path: &str, retry_after: Option<String>) -> Plain {
    let service = path.split('/').nth(1).unwrap_or_default();
    match shapes::refusal(service) {
        Some(refusal) => Plain::json(StatusCode::OK, &refusal),
        None => Plain {
            retry_after,
            ..Plain::new(StatusCode::TOO_MANY_REQUESTS, "text/plain", b"Too many requests".to_vec())
        },
    }
}

impl Held {
    fn fault(&mut self, path: &str) -> Option<Fault> {
        let at = self.faults.iter().position(|(start, _, times)| *times > 0 && path.starts_with(start.as_str()))?;
        let (_, fault, times) = &mut self.faults[at];
        *times = times.saturating_sub(1);
        Some(fault.clone())
    }

    /// Whether a service has had more requests lately than it allows.
    fn is_too_often(&mut self, path: &str, pace: f32) -> bool {
        let name = path.split('/').nth(1).unwrap_or_default();
        let Some(service) = Service::from_id(name).filter(|_| pace > 0.0) else { return false };
        let (limit, now) = (service.limit(), Instant::now());
        let window = Duration::from_secs_f32(limit.per_s / pace);
        let recent = self.recent.entry(name.to_owned()).or_default();
        recent.retain(|at| now.duration_since(*at) < window);
        recent.push(now);
        let too_often = recent.len() > limit.requests as usize;
        self.above_limit += usize::from(too_often);
        too_often
    }
}

impl World {
    fn answer(&self, uri: &Uri, asked: &Asked, hostile: bool) -> Plain {
        let decoded = percent_encoding::percent_decode_str(uri.path()).decode_utf8_lossy().into_owned();
        let parts: Vec<&str> = decoded.trim_matches('/').split('/').collect();
        let query = Query::new(uri.query().unwrap_or_default());
        match parts.as_slice() {
            ["accounts", "authorize"] => self.held.lock().unwrap().accounts.page(&query),
            ["accounts", "api", "token"] if asked.method == "POST" => {
                self.held.lock().unwrap().accounts.token(&Query::new(&asked.form), asked.authorization.as_deref())
            }
            ["cover", ..] => {
                let svg = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><circle cx='4.5' cy='4.5' r='4'/></svg>";
                Plain::new(StatusCode::OK, "image/svg+xml", svg.to_vec())
            }
            ["audio", _, name] => self.sound(name, uri.query().unwrap_or_default()),
            ["archive", "download", _, name] => self.sound(name, ""),
            ["spotify", ..] if !self.held.lock().unwrap().accounts.lets_in(asked.authorization.as_deref()) => {
                Plain::json(
                    StatusCode::UNAUTHORIZED,
                    &serde_json::json!({ "error": { "status": 401, "message": "The access token expired" } }),
                )
            }
            [service, path @ ..] => self.service(service, path, &query, hostile),
            [] => Plain::page(StatusCode::NOT_FOUND, "Nothing"),
        }
    }

    fn service(&self, service: &str, path: &[&str], query: &Query, hostile: bool) -> Plain {
        let teller = Teller { pieces: &self.pieces, settings: &self.settings, address: &self.address, hostile };
        let cors = !matches!(service, "deezer" | "archive");
        let Some(value) = teller.tell(service, path, query) else {
            let status = if path.contains(&"artists") { StatusCode::FORBIDDEN } else { StatusCode::NOT_FOUND };
            return Plain {
                cors,
                ..Plain::json(
                    status,
                    &serde_json::json!({ "error": { "status": status.as_u16(), "message": "Not for you" } }),
                )
            };
        };
        let callback = query.get("callback");
        let by_script = match service {
            "deezer" => query.get("output") == "jsonp" && !callback.is_empty(),
            "itunes" => !callback.is_empty(),
            _ => false,
        };
        if by_script {
            return Plain {
                cors,
                ..Plain::new(StatusCode::OK, "text/javascript", format!("{callback}({value});").into_bytes())
            };
        }
        Plain { cors, ..Plain::json(StatusCode::OK, &value) }
    }

    fn sound(&self, name: &str, query: &str) -> Plain {
        let expired = query.strip_prefix("exp=").and_then(|rest| rest.split('~').next()?.parse::<u128>().ok());
        if expired.is_some_and(|until| self.settings.started.elapsed().as_millis() >= until) {
            return Plain::page(StatusCode::FORBIDDEN, "Expired");
        }
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse().ok().filter(|number| *number < self.pieces.len()) {
            Some(number) => Plain::new(StatusCode::OK, "audio/wav", world::sound(number, self.settings.sound_s)),
            None => Plain::page(StatusCode::NOT_FOUND, "Nothing"),
        }
    }

    async fn spoilt(&self, mut plain: Plain, fault: Option<Fault>, uri: &Uri) -> Response<Body> {
        let callback = Query::new(uri.query().unwrap_or_default()).get("callback");
        match fault {
            None | Some(Fault::Hostile) => return plain.send(None),
            Some(Fault::Status(status, retry_after)) => {
                let status = StatusCode::from_u16(status).unwrap();
                return Plain { retry_after, ..Plain::new(status, "text/plain", Vec::new()) }.send(None);
            }
            Some(Fault::Html) => return Plain::page(StatusCode::OK, "Welcome to the hotel").send(None),
            Some(Fault::Inside) => {
                let mut refusal = refused(uri.path(), None);
                if refusal.status == StatusCode::OK && !callback.is_empty() {
                    refusal.body = [callback.as_bytes(), b"(", &refusal.body, b");"].concat();
                    refusal.kind = "text/javascript";
                }
                return refusal.send(None);
            }
            Some(Fault::Hangs) => std::future::pending().await,
            Some(Fault::Slow(pause)) => {
                let bytes = std::mem::take(&mut plain.body);
                let start = bytes.len().min(100);
                let pieces =
                    (0..start).map(move |i| (i, bytes[i..if i + 1 == start { bytes.len() } else { i + 1 }].to_vec()));
                let pieces: Vec<_> = pieces.collect();
                let stream = tokio_stream::StreamExt::then(tokio_stream::iter(pieces), move |(_, piece)| async move {
                    tokio::time::sleep(pause).await;
                    Ok::<_, Infallible>(piece)
                });
                return plain.send(Some(Body::from_stream(stream)));
            }
            Some(Fault::Cut) => {
                let half = plain.body[..plain.body.len() / 2].to_vec();
                let pieces = [Ok(half), Err(std::io::Error::other("cut"))];
                let stream = tokio_stream::StreamExt::then(tokio_stream::iter(pieces), |piece| async move {
                    // What is given together with the end of the connection may never leave.
                    if piece.is_err() {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                    }
                    piece
                });
                return plain.send(Some(Body::from_stream(stream)));
            }
            Some(Fault::Empty) => plain.body.clear(),
            Some(Fault::Enormous) => plain.body = vec![b' '; 64 << 20],
            Some(Fault::Twice) => plain.body = plain.body.repeat(2),
            Some(Fault::Silent) => plain.body = format!("/* {callback} */").into_bytes(),
            Some(Fault::NoCors) => plain.cors = false,
        }
        plain.send(None)
    }
}
