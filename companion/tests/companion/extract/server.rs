//! A server that speaks as Qdrant does, and misbehaves when it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use serde_json::{Value, json};

/// How the server takes one request.
#[derive(Clone)]
pub enum Mood {
    Well,
    /// Refuses with this status and this text, and says how many seconds to stay away.
    Refuses(u16, String, Option<u64>),
    /// Answers with a page, as proxies do.
    Page(u16),
    /// Goes away in the middle of its answer.
    Cuts,
    /// Takes the request and never answers.
    Hangs,
}

/// What the server holds and has seen.
#[derive(Default)]
pub struct Held {
    /// What it says of its one collection.
    pub vectors: Option<Value>,
    pub points: BTreeMap<String, Value>,
    /// The key that it wants.
    pub key: Option<String>,
    /// How it takes the next requests, well once they are used up.
    pub moods: VecDeque<Mood>,
    /// Each request's method and path.
    pub asked: Vec<String>,
}

pub struct Server {
    pub address: String,
    held: Arc<Mutex<Held>>,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let held = Arc::new(Mutex::new(Held::default()));
        let router = Router::new().fallback(answer).with_state(held.clone());
        runtime.spawn(async move {
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
        });
        Self { address, held, _runtime: runtime }
    }

    pub fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }

    /// Points that it holds, and requests that it has seen.
    pub fn counts(&self) -> (usize, usize) {
        let held = self.held();
        (held.points.len(), held.asked.len())
    }
}

async fn answer(
    State(held): State<Arc<Mutex<Held>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (mood, allowed) = {
        let mut held = held.lock().unwrap();
        held.asked.push(format!("{method} {uri}"));
        let key = headers.get("api-key").map(|key| key.to_str().unwrap().to_owned());
        (held.moods.pop_front().unwrap_or(Mood::Well), held.key.is_none() || held.key == key)
    };
    let page = |status: u16| Response::builder().status(status).body("<html><h1>Welcome</h1>".into()).unwrap();
    match mood {
        Mood::Well if !allowed => Response::builder().status(401).body("Invalid API key or JWT".into()).unwrap(),
        Mood::Well => held.lock().unwrap().take(&method, &uri, &body),
        Mood::Refuses(status, text, retry_after) => refuse(status, &text, retry_after),
        Mood::Page(status) => page(status),
        Mood::Cuts => {
            let pieces = [Ok("{\"result\":"), Err(std::io::Error::other("cut"))];
            Response::new(Body::from_stream(tokio_stream::iter(pieces)))
        }
        Mood::Hangs => std::future::pending().await,
    }
}

impl Held {
    fn take(&mut self, method: &Method, uri: &Uri, body: &[u8]) -> Response<Body> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let vectors = self.vectors.clone();
        match (method.as_str(), uri.path(), vectors) {
            ("GET", "/collections/our%20music", Some(vectors)) => {
                accept(&json!({ "status": "green", "points_count": self.points.len(),
                    "config": { "params": { "vectors": vectors, "shard_number": 1 } } }))
            }
            ("PUT", "/collections/our%20music", Some(_)) => {
                refuse(409, "Wrong input: Collection `our music` already exists!", None)
            }
            ("PUT", "/collections/our%20music", None) => {
                self.vectors = Some(body["vectors"].clone());
                accept(&json!(true))
            }
            ("PUT", "/collections/our%20music/points", Some(vectors)) => {
                assert_eq!(uri.query(), Some("wait=true"));
                for point in body["points"].as_array().unwrap() {
                    assert_eq!(point["vector"].as_array().unwrap().len() as u64, vectors["size"].as_u64().unwrap());
                    self.points.insert(point["id"].as_str().unwrap().to_owned(), point.clone());
                }
                accept(&json!({ "operation_id": self.asked.len(), "status": "completed" }))
            }
            _ => refuse(404, "Not found: Collection `our music` doesn't exist!", None),
        }
    }
}

fn accept(result: &Value) -> Response<Body> {
    let body = json!({ "result": result, "status": "ok", "time": 0.001 });
    Response::builder().header("content-type", "application/json").body(body.to_string().into()).unwrap()
}

fn refuse(status: u16, text: &str, retry_after: Option<u64>) -> Response<Body> {
    let mut response = Response::builder().status(status).header("content-type", "application/json");
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    let body = json!({ "status": { "error": text }, "time": 0.001 });
    response.body(body.to_string().into()).unwrap()
}
