//! Replays the corpus of every fuzz target.

use std::path::Path;

#[path = "../../fuzz/src/lib.rs"]
mod targets;

#[expect(clippy::disallowed_methods, reason = "the corpus is a folder, so that a finding is one more file in it")]
fn replay(target: fn(&[u8]), name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let inputs: Vec<_> = folder.read_dir().expect("a corpus").map(|entry| entry.expect("an input").path()).collect();
    assert!(!inputs.is_empty());
    let fails = |path: &&std::path::PathBuf| {
        let bytes = std::fs::read(path).expect("an input");
        std::panic::catch_unwind(|| target(&bytes)).is_err()
    };
    let failed: Vec<_> = inputs.iter().filter(fails).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn any_manifest_is_refused_or_read() {
    replay(targets::manifest, "manifest");
}

#[test]
fn any_segment_is_refused_or_searched() {
    replay(targets::segment, "segment");
}

#[test]
fn any_text_is_refused_or_shown() {
    replay(targets::text, "text");
}

#[test]
fn any_names_are_refused_or_found() {
    replay(targets::names, "names");
}

#[test]
fn any_regions_are_refused_or_drawn() {
    replay(targets::regions, "regions");
}

#[test]
fn any_answer_is_refused_or_offers_tracks() {
    replay(targets::answer, "answer");
}

#[test]
fn any_card_is_refused_or_used() {
    replay(targets::card, "card");
}

#[test]
fn any_samples_are_refused_or_seen() {
    replay(targets::clip, "clip");
}
