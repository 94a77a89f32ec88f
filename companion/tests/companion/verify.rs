//! Everything that can be wrong with a catalogue's files.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::Workplace;
use crate::forge::{FOLDER, forge};

/// Address space that a damaged catalogue may take, in KiB.
const ROOM_KIB: usize = 1 << 20;

/// The problems of the catalogue, each as `file: sentence`; found in bounded memory.
fn problems(workplace: &Workplace) -> Vec<String> {
    let script = format!("ulimit -v {ROOM_KIB}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_sonoscape"), "verify", FOLDER, "--json"])
        .current_dir(workplace.0.path())
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = found["problems"].as_array().unwrap().clone();
    assert_eq!(output.status.success(), problems.is_empty());
    let text = |problem: &Value| format!("{}: {}", problem["file"], problem["problem"]).replace('"', "");
    problems.iter().map(text).collect()
}

fn expect(workplace: &Workplace, expected: &[&str]) {
    let found = problems(workplace);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?} does not say {expected:?}");
    }
}

fn shards(workplace: &Workplace) -> Vec<String> {
    workplace.files(FOLDER).into_keys().filter(|name| name != "manifest.json").collect()
}

#[test]
fn a_sound_catalogue_has_no_problems() {
    let workplace = Workplace::with_demo();
    expect(&workplace, &[]);
    let text = String::from_utf8(workplace.run(&["verify", FOLDER]).stdout).unwrap();
    assert_eq!(text, "475 tracks, 2121 excerpts, 1 segments.\n");
}

#[test]
fn every_shard_that_is_cut_short_altered_too_long_missing_or_of_something_else_is_named() {
    let workplace = Workplace::with_demo();
    let names = shards(&workplace);
    for name in &names {
        let place = workplace.path(FOLDER).join(name);
        let whole = fs::read(&place).unwrap();
        let mut altered = whole.clone();
        altered[whole.len() / 2] ^= 16;
        let other = names.iter().find(|other| *other != name).unwrap();
        let swapped = fs::read(workplace.path(FOLDER).join(other)).unwrap();
        let cases = [
            (whole[..whole.len() - 1].to_vec(), "has "),
            (Vec::new(), "has 0 of "),
            ([&whole[..], b"more"].concat(), "has "),
            (altered, "is not what was written"),
            (swapped, "has "),
        ];
        for (bytes, sentence) in cases {
            fs::write(&place, bytes).unwrap();
            let found = problems(&workplace);
            assert!(found.len() == 1 && found[0].starts_with(name.as_str()), "{found:?}");
            assert!(found[0].contains(sentence), "{found:?} does not say {sentence:?}");
        }
        fs::remove_file(&place).unwrap();
        let found = problems(&workplace);
        assert!(found.len() == 1 && found[0].contains("cannot be read"), "{found:?}");
        fs::write(&place, whole).unwrap();
    }
    expect(&workplace, &[]);
}

#[test]
fn several_problems_are_all_listed() {
    let workplace = Workplace::with_demo();
    let names = shards(&workplace);
    for name in names.iter().filter(|name| !name.starts_with("sketch-")) {
        fs::remove_file(workplace.path(FOLDER).join(name)).unwrap();
    }
    fs::write(workplace.path(FOLDER).join("text-0123456789abcdef.bin"), "of another").unwrap();
    assert_eq!(problems(&workplace).len(), names.len());
}

#[test]
fn numbers_that_cannot_be_are_refused_before_memory_is_taken_for_them() {
    for kind in ["codes-", "sketch-"] {
        let numbers = if kind == "codes-" { 5 } else { 4 };
        for number in 0..numbers {
            for value in [u32::MAX, 1 << 30, 1 << 20] {
                let workplace = Workplace::with_demo();
                let name = workplace.shard(FOLDER, kind);
                let mut bytes = fs::read(workplace.path(FOLDER).join(&name)).unwrap();
                bytes[8 + 4 * number..12 + 4 * number].copy_from_slice(&value.to_le_bytes());
                let forged = forge(&workplace, &name, &bytes);
                let found = problems(&workplace);
                assert!(found.len() == 1 && found[0].starts_with(&forged), "{found:?}");
                let sentences = ["has version", "Too many", "end too early"];
                assert!(sentences.iter().any(|sentence| found[0].contains(sentence)), "{found:?}");
            }
        }
    }
}

#[test]
fn a_text_that_would_fill_the_memory_is_refused() {
    let workplace = Workplace::with_demo();
    let zeros = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 1 << 28], 6);
    let name = workplace.shard(FOLDER, "text-");
    forge(&workplace, &name, &zeros);
    expect(&workplace, &["cannot be decompressed"]);
}

#[test]
fn shards_that_contradict_each_other_are_found() {
    let workplace = Workplace::with_demo();
    let sketch = workplace.shard(FOLDER, "sketch-");
    let mut bytes = fs::read(workplace.path(FOLDER).join(&sketch)).unwrap();
    bytes[24 + 5] ^= 1;
    forge(&workplace, &sketch, &bytes);
    expect(&workplace, &["its signs are not those of its codes"]);

    let workplace = Workplace::with_demo();
    let codes = workplace.shard(FOLDER, "codes-");
    let mut bytes = fs::read(workplace.path(FOLDER).join(&codes)).unwrap();
    let years = 32 + 2121 * (256 + 4 + 4);
    bytes[years] ^= 1;
    forge(&workplace, &codes, &bytes);
    expect(&workplace, &["its facets say something else"]);

    let workplace = Workplace::with_demo();
    let name = workplace.shard(FOLDER, "text-");
    let text = fs::read(workplace.path(FOLDER).join(&name)).unwrap();
    let json = miniz_oxide::inflate::decompress_to_vec_zlib(&text).unwrap();
    let json = String::from_utf8(json).unwrap().replacen("\"licence\":\"", "\"licence\":\"Not-", 1);
    forge(&workplace, &name, &miniz_oxide::deflate::compress_to_vec_zlib(json.as_bytes(), 6));
    expect(&workplace, &["its facets say something else"]);
}

#[test]
fn a_manifest_that_cannot_be_read_is_the_one_problem() {
    let workplace = Workplace::with_demo();
    let place = workplace.path("demo/manifest.json");
    let whole = fs::read_to_string(&place).unwrap();
    let cases = [
        (whole[..whole.len() / 2].to_owned(), "its manifest cannot be read"),
        (whole.replace("\"version\":1", "\"version\":2"), "Update Sonoscape"),
        (whole.replace("\"version\":1", "\"version\":0"), "Make it again"),
        (whole.replace("sonoscape-catalogue", "something"), "is of something else"),
        (whole.replace("\"excerpts\":2121", "\"excerpts\":99999999"), "Too many rows of a segment"),
        (whole.replace("\"tracks\":475", "\"tracks\":0"), "0 tracks cannot have 2121 excerpts"),
        (whole.replace("\"dimension\":256", "\"dimension\":4294967295"), "Too many values of a code"),
        (whole.replace("sketch-", "../../sketch-"), "is no name of its shard"),
        (" ".repeat(9 << 20), "Too many bytes of manifest"),
    ];
    for (manifest, sentence) in cases {
        assert_ne!(manifest, whole);
        fs::write(&place, manifest).unwrap();
        expect(&workplace, &[sentence]);
    }
    fs::remove_file(place).unwrap();
    expect(&workplace, &["There is no catalogue in demo"]);
}

#[test]
fn counts_that_the_shards_do_not_bear_out_are_found() {
    let workplace = Workplace::with_demo();
    let place = workplace.path("demo/manifest.json");
    let whole = fs::read_to_string(&place).unwrap();
    for (from, to) in [
        ("\"tracks\":475", "\"tracks\":474"),
        ("\"excerpts\":2121", "\"excerpts\":2120"),
        ("\"dimension\":256", "\"dimension\":128"),
    ] {
        fs::write(&place, whole.replace(from, to)).unwrap();
        expect(&workplace, &["does not agree with its manifest"]);
    }
}
