//! The companion as people run it: real files, a real library, a real server.

#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod attributes;
mod build;
mod collect;
mod embed;
mod evaluate;
mod extract;
mod forge;
mod info;
mod map;
mod merge;
mod pack;
mod picture;
mod refused;
mod resume;
mod search;
mod serve;
#[path = "../services/stand_in.rs"]
mod stand_in;
mod store;
mod train;
mod verify;
#[path = "../e2e/wav.rs"]
#[allow(dead_code, reason = "the end-to-end tests write other kinds of files too")]
mod wav;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use serde_json::Value;

/// The files of `tests/audio` that hold enough sound to be analysed.
const SOUNDS: [&str; 6] = ["aac.m4a", "cbr.mp3", "flac.flac", "opus.opus", "vbr.mp3", "vorbis.ogg"];

/// A folder of its own for one test, with music in `music`.
struct Workplace(tempfile::TempDir);

impl Workplace {
    fn with(sounds: &[&str]) -> Self {
        let workplace = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(workplace.path("music")).unwrap();
        for sound in sounds {
            workplace.add(sound, sound);
        }
        workplace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// With the demo catalogue in `demo`.
    fn with_demo() -> Self {
        let workplace = Self::with(&[]);
        std::fs::create_dir(workplace.path("demo")).unwrap();
        for entry in std::fs::read_dir(models().join("demo")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), workplace.path("demo").join(entry.file_name())).unwrap();
        }
        workplace
    }

    fn add(&self, sound: &str, name: &str) {
        let place = self.path("music").join(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(audio(sound), place).unwrap();
    }

    fn sonoscape(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sonoscape"));
        command.args(arguments).current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.sonoscape(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn failure(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }

    fn build(&self) -> Value {
        self.json(&["build", "music", "--json"])
    }

    /// The catalogue's files in `folder` with the moment each was written.
    fn files(&self, folder: &str) -> BTreeMap<String, SystemTime> {
        let entries = std::fs::read_dir(self.path(folder)).unwrap().map(Result::unwrap);
        let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap()));
        let ours = named.filter(|(name, _)| !name.starts_with("library."));
        ours.map(|(name, metadata)| (name, metadata.modified().unwrap())).collect()
    }

    fn manifest(&self, folder: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(folder).join("manifest.json")).unwrap()).unwrap()
    }

    /// The name of the first file in `folder` that begins with `kind`.
    fn shard(&self, folder: &str, kind: &str) -> String {
        self.files(folder).into_keys().find(|name| name.starts_with(kind)).unwrap()
    }

    /// The shipped encoder under another id: one more comment in its file.
    fn other_encoder(&self) -> String {
        let mut bytes = std::fs::read(models().join("encoder.onnx")).unwrap();
        bytes.extend(b"\x32\x07comment");
        std::fs::write(self.path("other.onnx"), bytes).unwrap();
        "other.onnx".into()
    }
}

fn audio(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio").join(name)
}

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")
}

fn texts<'a>(rows: &'a Value, key: &str) -> Vec<&'a str> {
    rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap()).collect()
}
