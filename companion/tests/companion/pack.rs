//! From a library to a catalogue: only what changed is written, and nothing is ever half there.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use serde_json::Value;

use crate::Workplace;
use crate::refused::refusal;
use crate::store::{EXCERPTS, add, edit, library_of};

const PACK: [&str; 6] = ["pack", "--library", "library.sqlite", "--output", "packed", "--json"];

/// Tracks of a full segment.
const FULL: usize = sonoscape::catalogue::MOST_SEGMENT_ROWS / EXCERPTS;

fn pack(workplace: &Workplace) -> Value {
    workplace.json(&PACK)
}

fn segments(workplace: &Workplace) -> Vec<Value> {
    workplace.manifest("packed")["segments"].as_array().unwrap().clone()
}

fn tracks(segments: &[Value]) -> Vec<usize> {
    segments.iter().map(|segment| segment["tracks"].as_u64().unwrap() as usize).collect()
}

fn contents(workplace: &Workplace, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let read = |name: String| (name.clone(), fs::read(workplace.path(folder).join(name)).unwrap());
    workplace.files(folder).into_keys().map(read).collect()
}

fn is_sound(workplace: &Workplace) {
    let found = workplace.json(&["verify", "packed", "--json"]);
    assert_eq!(found["problems"].as_array().unwrap().len(), 0, "{found}");
}

#[test]
fn only_segments_that_change_are_written() {
    let workplace = library_of(2 * FULL + 100);
    let report = pack(&workplace);
    assert_eq!((report["tracks"].as_u64(), report["segments"].as_u64()), (Some(2 * FULL as u64 + 100), Some(3)));
    let (first, files) = (segments(&workplace), workplace.files("packed"));
    assert_eq!(tracks(&first), [FULL, FULL, 100]);
    assert_eq!(report["files_written"].as_u64().unwrap(), files.len() as u64);
    is_sound(&workplace);

    let report = pack(&workplace);
    assert_eq!(
        (&report["files_written"], &report["bytes_written"], &report["files_removed"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert_eq!(workplace.files("packed"), files);

    add(&workplace, 2 * FULL + 100..2 * FULL + 101);
    let report = pack(&workplace);
    let second = segments(&workplace);
    assert_eq!(tracks(&second), [FULL, FULL, 101]);
    assert_eq!(second[..2], first[..2]);
    assert_eq!(report["files_written"], 5, "manifest, sketch, codes, names and a block of text");
    assert_eq!(report["files_removed"], 4);
    let unchanged = workplace.files("packed").into_iter().filter(|(name, at)| files.get(name) == Some(at));
    assert_eq!(unchanged.count(), files.len() - 5);

    edit(&workplace, "DELETE FROM track WHERE id = (SELECT min(id) FROM track WHERE segment = 1)");
    pack(&workplace);
    let third = segments(&workplace);
    assert_eq!(tracks(&third), [FULL, FULL - 1, 101]);
    assert_eq!((&third[0], &third[2]), (&second[0], &second[2]));

    edit(&workplace, "DELETE FROM track WHERE segment = 1 AND id % 4 > 0");
    pack(&workplace);
    let fourth = segments(&workplace);
    assert_eq!((tracks(&fourth).len(), &fourth[0]), (2, &third[0]));
    is_sound(&workplace);
}

#[test]
fn packed_afresh_the_same_tracks_give_the_same_bytes() {
    let workplace = library_of(FULL + 10);
    pack(&workplace);
    add(&workplace, FULL + 10..FULL + 300);
    edit(&workplace, "DELETE FROM track WHERE id % 7 = 0");
    pack(&workplace);
    fs::copy(workplace.path("library.sqlite"), workplace.path("copy.sqlite")).unwrap();
    let kept = contents(&workplace, "packed");
    workplace.json(&[&PACK[..], &["--fresh"]].concat());
    let afresh = contents(&workplace, "packed");
    assert_ne!(kept, afresh);
    edit(&workplace, "UPDATE track SET segment = NULL");
    workplace.json(&["pack", "--library", "library.sqlite", "--output", "other", "--json"]);
    assert_eq!(contents(&workplace, "other"), afresh);
    workplace.json(&["pack", "--library", "copy.sqlite", "--output", "packed", "--json"]);
    assert_eq!(contents(&workplace, "packed"), kept);
}

#[test]
fn a_file_that_was_altered_is_written_again() {
    let workplace = library_of(50);
    pack(&workplace);
    let whole = contents(&workplace, "packed");
    for kind in ["sketch-", "codes-", "text-"] {
        let place = workplace.path("packed").join(workplace.shard("packed", kind));
        let mut bytes = fs::read(&place).unwrap();
        bytes[40] ^= 1;
        fs::write(&place, bytes).unwrap();
        assert_eq!(pack(&workplace)["files_written"], 1);
    }
    assert_eq!(contents(&workplace, "packed"), whole);
}

#[test]
fn killed_at_any_moment_the_former_catalogue_or_the_new_one_is_there() {
    let workplace = library_of(2 * FULL);
    let started = Instant::now();
    pack(&workplace);
    let whole = started.elapsed();
    for round in 0..8 {
        let former = workplace.manifest("packed");
        add(&workplace, 2 * FULL + round * 600..2 * FULL + (round + 1) * 600);
        let mut killed = workplace.sonoscape(&PACK).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(whole.mul_f64(0.1 + 0.15 * round as f64));
        killed.kill().unwrap();
        killed.wait().unwrap();
        let output = workplace.run(&["verify", "packed", "--json"]);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        for problem in found["problems"].as_array().unwrap() {
            assert!(problem["problem"].as_str().unwrap().contains("belongs to no catalogue here"), "{found}");
        }
        let tracks = found["tracks"].as_u64().unwrap() as usize;
        assert!(workplace.manifest("packed") == former || tracks == 2 * FULL + (round + 1) * 600, "{found}");
    }
    pack(&workplace);
    is_sound(&workplace);
    assert_eq!(tracks(&segments(&workplace)).iter().sum::<usize>(), 2 * FULL + 4800);
}

#[test]
fn a_full_disk_leaves_the_former_catalogue() {
    let workplace = library_of(FULL);
    pack(&workplace);
    let former = contents(&workplace, "packed");
    add(&workplace, FULL..2 * FULL);
    let said = refusal(&workplace, 2000, &PACK);
    assert!(said.contains("cannot be written; see that the disk has room"), "{said}");
    let now = contents(&workplace, "packed");
    assert!(former.iter().all(|(name, bytes)| now.get(name) == Some(bytes)));
    assert!(now.keys().all(|name| !name.ends_with(".tmp")));
    assert_eq!(pack(&workplace)["tracks"], 2 * FULL);
    is_sound(&workplace);
}

#[test]
fn what_a_table_lists_is_packed_in_any_order() {
    let workplace = library_of(20);
    let pack = |table: &str| {
        fs::write(workplace.path("tracks.csv"), table).unwrap();
        workplace.json(&[&PACK[..], &["--tracks", "tracks.csv", "--name", "Listed"]].concat())
    };
    let report = pack("path,title\nmade/3.mp3,Three\nmade/1.mp3,\nnone.mp3,\n");
    assert_eq!(report["tracks"], 2);
    assert!(report["problems"][0]["problem"].as_str().unwrap().contains("was not analysed"), "{report}");
    let manifest = workplace.manifest("packed");
    assert_eq!(manifest["name"], "Listed");
    pack("path,title\nmade/1.mp3,\nmade/3.mp3,Three\n");
    assert_eq!(workplace.manifest("packed"), manifest);
}

#[test]
fn without_a_library_or_a_track_nothing_is_written() {
    let workplace = Workplace::with(&[]);
    assert!(workplace.failure(&PACK).contains("There is no library at library.sqlite"));
    let workplace = library_of(1);
    let message = workplace.failure(&[&PACK[..], &["--encoder", &workplace.other_encoder()]].concat());
    assert!(message.contains("has no track that could be used"), "{message}");
    assert!(!workplace.path("packed").exists());
}
