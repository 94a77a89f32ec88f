use std::net::TcpListener;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::entries;
use super::server::{Mood, Server};
use crate::Workplace;

const EXCERPTS: usize = 2121;

/// Requests of a run into a new collection: looking for it, making it, 9 batches.
const REQUESTS: usize = 2 + EXCERPTS.div_ceil(256);

fn command(workplace: &Workplace, address: &str) -> Command {
    let arguments = ["extract", "demo", "--qdrant", address, "--collection", "our music", "--timeout-s", "1", "--json"];
    let mut command = workplace.sonoscape(&arguments);
    for variable in ["QDRANT_API_KEY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(variable);
    }
    command
}

fn said(output: &Output) -> String {
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn succeed(workplace: &Workplace, server: &Server) -> Value {
    let output = command(workplace, &server.address).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is said when the server takes its first requests so.
fn refusal(workplace: &Workplace, moods: Vec<Mood>) -> String {
    let server = Server::start();
    server.held().moods = moods.into();
    said(&command(workplace, &server.address).output().unwrap())
}

fn refuses(status: u16, text: &str) -> Mood {
    Mood::Refuses(status, text.to_owned(), None)
}

#[test]
fn a_collection_gets_a_point_an_excerpt_and_the_same_ones_the_second_time() {
    let (workplace, server) = (Workplace::with_demo(), Server::start());
    let report = succeed(&workplace, &server);
    assert_eq!(report["rows"], EXCERPTS);
    assert_eq!((&report["tracks"], &report["points"]), (&json!(475), &json!(EXCERPTS)));
    let points = server.held().points.clone();
    assert_eq!(points.len(), EXCERPTS);
    assert_eq!(server.held().vectors, Some(json!({ "size": 256, "distance": "Cosine" })));
    assert_eq!(server.held().asked.len(), REQUESTS);

    let entry = entries(&workplace, "demo").into_iter().next_back().unwrap();
    for excerpt in &entry.excerpts {
        let is_it = |point: &&Value| {
            point["payload"]["source_id"] == entry.track.source_id && point["payload"]["start_s"] == excerpt.start_s
        };
        let point = points.values().find(is_it).unwrap();
        let vector: Vec<f32> = serde_json::from_value(point["vector"].clone()).unwrap();
        assert_eq!(vector, excerpt.code.dequantize());
        let mut payload = serde_json::to_value(&entry.track).unwrap();
        payload["start_s"] = json!(excerpt.start_s);
        payload["scale"] = json!(excerpt.code.scale);
        let places =
            [("x", entry.position.map(|at| at.x)), ("y", entry.position.map(|at| at.y)), ("cluster", entry.cluster)];
        for (name, value) in places.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            payload[name] = json!(value);
        }
        let numbers = ["start_s", "scale", "duration_s"];
        let rounded = |said: &Value| numbers.map(|name| said[name].as_f64().unwrap() as f32);
        assert_eq!(rounded(&point["payload"]), rounded(&payload));
        let mut found = point["payload"].clone();
        numbers.iter().for_each(|name| found[name] = payload[name].clone());
        assert_eq!(found, payload);
    }

    server.held().asked.clear();
    succeed(&workplace, &server);
    assert!(server.held().points == points);
    assert!(!server.held().asked.contains(&"PUT /collections/our%20music".to_owned()));
}

#[test]
fn a_key_is_sent_and_never_shown() {
    let (workplace, server) = (Workplace::with_demo(), Server::start());
    server.held().key = Some("secret-key".to_owned());
    let without = said(&command(&workplace, &server.address).output().unwrap());
    assert!(without.contains("wants an API key. Put it into the variable QDRANT_API_KEY"), "{without}");
    let wrong = said(&command(&workplace, &server.address).env("QDRANT_API_KEY", "wrong-key").output().unwrap());
    assert!(wrong.contains("See that QDRANT_API_KEY holds the right one") && !wrong.contains("wrong-key"), "{wrong}");
    let odd = said(&command(&workplace, &server.address).env("QDRANT_API_KEY", "a\nb: c").output().unwrap());
    assert!(odd.contains("QDRANT_API_KEY holds no API key"), "{odd}");
    server.held().moods = vec![refuses(400, "secret-key is odd")].into();
    let echoed = said(&command(&workplace, &server.address).env("QDRANT_API_KEY", "secret-key").output().unwrap());
    assert!(echoed.contains("… is odd") && !echoed.contains("secret-key"), "{echoed}");
    let right = command(&workplace, &server.address).env("QDRANT_API_KEY", "secret-key").output().unwrap();
    assert!(right.status.success());
    assert_eq!(server.held().points.len(), EXCERPTS);
}

#[test]
fn a_collection_for_other_vectors_is_refused() {
    let workplace = Workplace::with_demo();
    let cases = [
        (json!({ "size": 128, "distance": "Cosine" }), "128 values compared by Cosine, not of 256"),
        (json!({ "size": 256, "distance": "Euclid" }), "256 values compared by Euclid, not of 256"),
        (json!({ "sound": { "size": 256, "distance": "Cosine" } }), "several kinds or of none"),
        (json!({}), "several kinds or of none"),
    ];
    for (vectors, sentence) in cases {
        let server = Server::start();
        server.held().vectors = Some(vectors);
        let said = said(&command(&workplace, &server.address).output().unwrap());
        assert!(said.contains(sentence) && said.contains("Choose another --collection"), "{said}");
        assert_eq!(server.counts(), (0, 1));
    }
}

#[test]
fn a_server_that_stumbles_is_asked_again() {
    let (workplace, server) = (Workplace::with_demo(), Server::start());
    let busy = Mood::Refuses(429, "Rate limiting exceeded".to_owned(), Some(2));
    server.held().moods = vec![
        Mood::Well,
        Mood::Well,
        busy,
        refuses(500, "Service internal error"),
        Mood::Cuts,
        Mood::Hangs,
        Mood::Page(502),
    ]
    .into();
    let started = Instant::now();
    succeed(&workplace, &server);
    assert!(started.elapsed() > Duration::from_secs(3), "2 s that it asked for, 1 s without an answer");
    assert_eq!(server.counts(), (EXCERPTS, REQUESTS + 5));
}

#[test]
fn a_collection_whose_making_was_not_heard_of_is_gone_on_with() {
    let (workplace, server) = (Workplace::with_demo(), Server::start());
    server.held().vectors = Some(json!({ "size": 256, "distance": "Cosine" }));
    server.held().moods = vec![refuses(404, "Not found")].into();
    succeed(&workplace, &server);
    assert_eq!(server.held().points.len(), EXCERPTS);
}

#[test]
fn a_run_that_was_refused_halfway_is_gone_on_with() {
    let (workplace, server) = (Workplace::with_demo(), Server::start());
    let mut moods = vec![Mood::Well; 5];
    moods.push(refuses(404, "Not found: Collection `our music` doesn't exist!"));
    server.held().moods = moods.into();
    let said = said(&command(&workplace, &server.address).output().unwrap());
    assert!(said.contains("refuses to take points (404: Not found: Collection `our music` doesn't exist!)"), "{said}");
    assert_eq!(server.held().points.len(), 3 * 256);
    succeed(&workplace, &server);
    assert_eq!(server.held().points.len(), EXCERPTS);
}

#[test]
fn what_a_strange_server_says_is_not_taken_for_qdrants() {
    let workplace = Workplace::with_demo();
    for status in [200, 301, 404] {
        let said = refusal(&workplace, vec![Mood::Page(status)]);
        assert!(said.contains("is not Qdrant. See that the address is right") && !said.contains("Welcome"), "{said}");
    }
    let long = refusal(&workplace, vec![refuses(400, &format!("\u{1b}[31mWrong{}", "!".repeat(10_000)))]);
    assert!(long.contains("(400: [31mWrong!!!") && !long.contains('\u{1b}') && long.len() < 500, "{long}");
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let workplace = Workplace::with_demo();
    let said = refusal(&workplace, vec![Mood::Hangs; 6]);
    assert!(said.contains("No answer from http://127.0.0.1") && said.contains("run the same command"), "{said}");
}

#[test]
fn a_server_that_always_fails_is_given_up() {
    let workplace = Workplace::with_demo();
    let said = refusal(&workplace, vec![refuses(503, "No shard"); 6]);
    assert!(said.contains("fails to show its collection (503: No shard). Run the same command later"), "{said}");
}

#[test]
fn an_address_where_nothing_listens_or_that_is_none_is_told() {
    let workplace = Workplace::with_demo();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = said(&command(&workplace, &format!("http://{free}")).output().unwrap());
    assert!(nobody.contains("See that Qdrant runs there"), "{nobody}");
    for address in ["127.0.0.1:6333", "http://", "ftp://a", "http://user:secret@a", "http://a/?b", "http://a b"] {
        let said = said(&command(&workplace, address).output().unwrap());
        assert!(said.contains("is like http://127.0.0.1:6333") && !said.contains("secret"), "{said}");
    }
}
