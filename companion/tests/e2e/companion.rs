//! The companion, run as a user runs it.

use serde_json::Value;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const START_LIMIT: Duration = Duration::from_secs(30);

/// The program.
pub fn sonoscape() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sonoscape"))
}

/// `sonoscape build`.
pub fn build(music: &Path, catalogue: &Path) {
    let output =
        sonoscape().arg("build").arg(music).arg("--output").arg(catalogue).output().expect("`sonoscape build`");
    assert!(output.status.success(), "`sonoscape build` failed:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// `sonoscape embed` of one file.
pub fn embedding(file: &Path) -> Vec<f32> {
    let folder = tempfile::tempdir().expect("a folder for the embedding");
    let path = folder.path().join("embedding.jsonl");
    let output = sonoscape().arg("embed").arg(file).arg("--output").arg(&path).output().expect("`sonoscape embed`");
    assert!(output.status.success(), "`sonoscape embed` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    let line: Value = serde_json::from_str(&fs::read_to_string(path).expect("embeddings")).expect("one line of JSON");
    serde_json::from_value(line["embedding"].clone()).expect("numbers")
}

/// `sonoscape serve`, stopped when dropped.
pub struct Server {
    process: Child,
    pub address: String,
}

impl Server {
    /// Serves the page with a catalogue and its music.
    pub fn start(catalogue: &Path, music: &Path) -> Self {
        Self::with(catalogue, music, &[])
    }

    /// The same with more arguments.
    pub fn with(catalogue: &Path, music: &Path, more: &[&str]) -> Self {
        let port = free_port();
        let process = sonoscape()
            .args(["serve", "--port", &port.to_string(), "--site"])
            .arg(built_site())
            .arg("--catalogue")
            .arg(catalogue)
            .arg("--audio")
            .arg(music)
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`sonoscape serve`");
        wait_for_port(port);
        Self { process, address: format!("http://127.0.0.1:{port}/") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The page as `cargo xtask build` leaves it.
pub fn built_site() -> PathBuf {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pkg/site");
    assert!(site.join("index.html").is_file(), "the page is not built: run `cargo xtask build --quick`");
    site
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

pub fn wait_for_port(port: u16) {
    let start = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(start.elapsed() < START_LIMIT, "nothing listens on port {port}");
        sleep(Duration::from_millis(20));
    }
}
