use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::{Workplace, audio};

const POLICY: &str = "default-src 'none'; script-src 'self'";

struct Server {
    child: Child,
    host: String,
}

struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl Server {
    fn start(workplace: &Workplace, more: &[&str]) -> Self {
        let site = workplace.path("site");
        fs::create_dir_all(site.join("deep")).unwrap();
        let html = format!(r#"<meta http-equiv="Content-Security-Policy" content="{POLICY}"><p>Page"#);
        fs::write(site.join("index.html"), html).unwrap();
        fs::write(site.join("deep/engine.wasm"), b"\0asm").unwrap();
        fs::write(site.join(".secret"), "secret").unwrap();
        let mut arguments = vec!["serve", "--site", "site", "--port", "0", "--json"];
        arguments.extend(more);
        let mut child = workplace.sonoscape(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address: Value = serde_json::from_str(&line).unwrap();
        let address = address["address"].as_str().unwrap();
        let host = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { child, host }
    }

    fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let host = if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.host) };
        let mut stream = TcpStream::connect(&self.host).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap()).map(|(k, v)| (k.to_lowercase(), v.into()));
        Answer { status, headers: headers.collect(), body: bytes[end + 4..].to_vec() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_pages_own_catalogue_can_lie_beside_a_built_one() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.build();
    fs::create_dir_all(workplace.path("site/catalogue")).unwrap();
    let demo = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/demo/manifest.json")).unwrap();
    fs::write(workplace.path("site/catalogue/manifest.json"), &demo).unwrap();
    let both = Server::start(&workplace, &["--with-demo"]);
    assert_eq!(both.get("/catalogues.json").body, br#"["catalogue", "demo"]"#);
    assert_eq!(both.get("/demo/manifest.json").body, demo);
    assert_ne!(both.get("/catalogue/manifest.json").body, demo);
    assert_eq!(both.get("/demo/../../secret").status, 404);
    let one = Server::start(&workplace, &[]);
    assert_eq!(one.get("/demo/manifest.json").status, 404);
    let foreign = String::from_utf8(demo).unwrap().replace("\"encoder\":", "\"encoder\":\"0\",\"was\":");
    fs::write(workplace.path("site/catalogue/manifest.json"), foreign).unwrap();
    assert!(workplace.failure(&["serve", "--site", "site", "--port", "0", "--with-demo"]).contains("--with-demo"));
}

#[test]
fn after_a_build_the_page_the_catalogue_and_its_audio_are_there() {
    let workplace = Workplace::with(&[]);
    workplace.add("cbr.mp3", "a b/100% ü#1.mp3");
    workplace.build();
    let server = Server::start(&workplace, &[]);
    assert!(String::from_utf8(server.get("/").body).unwrap().ends_with("<p>Page"));
    assert_eq!(server.get("/deep/engine.wasm").header("content-type"), "application/wasm");

    let manifest = server.get("/catalogue/manifest.json");
    assert_eq!((manifest.status, manifest.header("cache-control")), (200, "no-cache"));
    let manifest: Value = serde_json::from_slice(&manifest.body).unwrap();
    let segment = &manifest["segments"][0];
    for shard in [&segment["sketch"], &segment["codes"]] {
        let answer = server.get(&format!("/catalogue/{}", shard["name"].as_str().unwrap()));
        assert_eq!(answer.body.len() as u64, shard["bytes"].as_u64().unwrap());
        assert!(answer.header("cache-control").contains("immutable"));
    }
    let text = workplace.shard("catalogue", "text-");
    let answer = server.get(&format!("/catalogue/{text}"));
    assert_eq!(answer.body, fs::read(workplace.path("catalogue").join(text)).unwrap());
    let sound = server.get("/audio/a%20b/100%25%20%C3%BC%231.mp3");
    assert_eq!((sound.status, sound.header("content-type")), (200, "audio/mpeg"));
    assert_eq!(sound.body, fs::read(audio("cbr.mp3")).unwrap());
    assert!(server.get("/encoder.onnx").body.len() > 100_000);
}

#[test]
fn the_decoder_beside_an_encoder_is_served_with_it() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    let other = workplace.other_encoder();
    workplace.json(&["build", "music", "--encoder", &other, "--json"]);
    fs::write(workplace.path("decoder.onnx"), "its decoder").unwrap();
    fs::create_dir_all(workplace.path("site")).unwrap();
    fs::write(workplace.path("site/decoder.onnx"), "the page's decoder").unwrap();
    let server = Server::start(&workplace, &["--encoder", &other]);
    assert_eq!(server.get("/decoder.onnx").body, b"its decoder");
    fs::remove_file(workplace.path("decoder.onnx")).unwrap();
    let server = Server::start(&workplace, &["--encoder", &other]);
    assert_eq!(server.get("/decoder.onnx").body, b"the page's decoder");
}

#[test]
fn parts_of_audio_are_served_by_range() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.build();
    let server = Server::start(&workplace, &[]);
    let whole = fs::read(audio("cbr.mp3")).unwrap();
    let part = server.ask("GET", "/audio/cbr.mp3", "Range: bytes=1000-1999\r\n");
    assert_eq!((part.status, part.body.as_slice()), (206, &whole[1000..2000]));
    assert_eq!(part.header("content-range"), format!("bytes 1000-1999/{}", whole.len()));
    let tail = server.ask("GET", "/audio/cbr.mp3", "Range: bytes=-10\r\n");
    assert_eq!((tail.status, tail.body.as_slice()), (206, &whole[whole.len() - 10..]));
    assert_eq!(server.ask("GET", "/audio/cbr.mp3", "Range: bytes=999999999-\r\n").status, 416);
    let head = server.ask("HEAD", "/audio/cbr.mp3", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.len().to_string());
}

#[test]
fn nothing_else_can_be_asked_for() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.build();
    fs::copy(audio("vorbis.ogg"), workplace.path("music/unlisted.ogg")).unwrap();
    fs::write(workplace.path("secret"), "secret").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(workplace.path("secret"), workplace.path("site_link")).unwrap();
    let server = Server::start(&workplace, &[]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(workplace.path("secret"), workplace.path("site/link")).unwrap();
    for path in [
        "/audio/unlisted.ogg",
        "/audio/../secret",
        "/audio/%2e%2e/secret",
        "/audio/..%2fsecret",
        "/audio/",
        "/catalogue/library.sqlite",
        "/catalogue/../secret",
        "/catalogue/",
        "/../secret",
        "/%2e%2e/secret",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/.secret",
        "/link",
        "/deep",
        "/deep/",
        "/none",
        "/%00",
        "/%ff",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, b"There is nothing here.", "{path}");
    }
}

#[test]
fn every_answer_carries_the_pages_policy() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.build();
    let server = Server::start(&workplace, &[]);
    for path in ["/", "/deep/engine.wasm", "/audio/cbr.mp3", "/encoder.onnx", "/none"] {
        let answer = server.get(path);
        assert_eq!(answer.header("content-security-policy"), format!("{POLICY}; frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("permissions-policy"), "camera=(), geolocation=(), microphone=(self)");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    }
}

#[test]
fn foreign_names_and_methods_are_refused() {
    let workplace = Workplace::with(&[]);
    let server = Server::start(&workplace, &[]);
    assert_eq!(server.ask("GET", "/", "Host: rebound.example\r\n").status, 403);
    assert_eq!(server.ask("GET", "/", "Host: localhost\r\n").status, 200);
    assert_eq!(server.ask("POST", "/", "Content-Length: 0\r\n").status, 405);
    assert_eq!(server.get("/catalogue/manifest.json").status, 404, "this page has no catalogue");
}

#[test]
fn a_catalogue_built_meanwhile_is_served() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.build();
    let server = Server::start(&workplace, &[]);
    assert_eq!(server.get("/audio/vorbis.ogg").status, 404);
    workplace.add("vorbis.ogg", "vorbis.ogg");
    workplace.build();
    assert_eq!(server.get("/audio/vorbis.ogg").status, 200);
}

#[test]
fn what_cannot_be_served_is_said_at_once() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    assert!(workplace.failure(&["serve"]).contains("There is no page in pkg/site"));
    workplace.build();
    drop(Server::start(&workplace, &[]));
    let encoder = workplace.other_encoder();
    let message = workplace.failure(&["serve", "--site", "site", "--encoder", &encoder, "--port", "0"]);
    assert!(message.contains("The catalogue was made with encoder"), "{message}");
    let server = Server::start(&workplace, &[]);
    let port = server.host.rsplit_once(':').unwrap().1;
    let message = workplace.failure(&["serve", "--site", "site", "--port", port]);
    assert!(message.contains("name another with --port"), "{message}");
}
