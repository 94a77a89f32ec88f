use std::fs;

use crate::{SOUNDS, Workplace, texts};

#[test]
fn every_format_becomes_a_track_and_bad_files_stop_nothing() {
    let workplace = Workplace::with(&SOUNDS);
    let bad = ["empty.wav", "nan.wav", "s16.wav", "silence.wav", "text.mp3", "truncated.m4a", "truncated.wav"];
    for name in bad {
        workplace.add(name, &format!("bad/{name}"));
    }
    workplace.add("text.mp3", "cover.jpg");
    workplace.add("cbr.mp3", ".hidden.mp3");

    let report = workplace.build();
    assert_eq!((report["tracks"].as_u64(), report["analysed"].as_u64()), (Some(6), Some(6)));
    assert_eq!(texts(&report["problems"], "path"), bad.map(|name| format!("bad/{name}")));
    let sentences = [
        "This file is empty.",
        "This recording is damaged: 1 of its samples",
        "This sound lasts 0.5 s",
        "This recording is silent.",
        "No sound that can be decoded",
        "No sound that can be decoded",
        "This file ends before its first sound.",
    ];
    for (found, expected) in texts(&report["problems"], "problem").iter().zip(sentences) {
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn only_what_is_new_or_changed_is_analysed() {
    let workplace = Workplace::with(&["cbr.mp3", "vorbis.ogg"]);
    workplace.build();
    let counts = |report: serde_json::Value| {
        ["tracks", "analysed", "unchanged", "removed"].map(|name| report[name].as_u64().unwrap())
    };
    assert_eq!(counts(workplace.build()), [2, 0, 2, 0]);

    workplace.add("aac.m4a", "new/aac.m4a");
    assert_eq!(counts(workplace.build()), [3, 1, 2, 0]);

    fs::remove_file(workplace.path("music/cbr.mp3")).unwrap();
    workplace.add("opus.opus", "vorbis.ogg");
    assert_eq!(counts(workplace.build()), [2, 1, 1, 1]);

    workplace.add("text.mp3", "vorbis.ogg");
    assert_eq!(counts(workplace.build()), [1, 0, 1, 0]);
    assert_eq!(workplace.json(&["pack", "--json"])["tracks"], 1);
    workplace.add("opus.opus", "vorbis.ogg");
    assert_eq!(counts(workplace.build()), [2, 1, 1, 0]);

    let encoder = workplace.other_encoder();
    assert_eq!(counts(workplace.json(&["build", "music", "--json", "--encoder", &encoder])), [2, 2, 0, 0]);
}

#[test]
fn the_catalogue_is_replaced_whole() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.build();
    workplace.add("vorbis.ogg", "vorbis.ogg");
    workplace.build();
    let names: Vec<String> = workplace.files("catalogue").into_keys().collect();
    let kinds: Vec<&str> = names.iter().map(|name| name.split(['-', '.']).next().unwrap()).collect();
    assert_eq!(kinds, ["codes", "manifest", "names", "regions", "sketch", "text"]);
}

#[test]
fn a_catalogue_of_another_format_is_replaced() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    fs::create_dir(workplace.path("catalogue")).unwrap();
    let former = [
        ("manifest.json", r#"{"format":"sonoscape-catalogue","version":0,"shards":[]}"#),
        ("codes-0123456789abcdef.bin", "codes"),
        ("tracks-0123456789abcdef.json", "[]"),
        ("codes-0123456789abcdef.bin.tmp", "co"),
        ("notes.txt", "mine"),
    ];
    for (name, text) in former {
        fs::write(workplace.path("catalogue").join(name), text).unwrap();
    }
    assert_eq!(workplace.build()["files_removed"], 3);
    assert_eq!(workplace.files("catalogue").len(), 7);
    assert_eq!(fs::read(workplace.path("catalogue/notes.txt")).unwrap(), b"mine");
    workplace.json(&["verify", "catalogue", "--json"]);
}

#[test]
fn the_same_file_twice_is_listed_once() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.add("cbr.mp3", "sub/again.mp3");
    let report = workplace.build();
    assert_eq!(report["tracks"], 1);
    assert_eq!(texts(&report["duplicates"], "path"), ["sub/again.mp3"]);
    assert_eq!(texts(&report["duplicates"], "same_as"), ["cbr.mp3"]);
}

#[test]
fn where_nothing_can_be_used_the_former_catalogue_stays() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.build();
    let manifest = fs::read(workplace.path("catalogue/manifest.json")).unwrap();
    fs::remove_file(workplace.path("music/cbr.mp3")).unwrap();
    workplace.add("text.mp3", "text.mp3");
    let message = workplace.failure(&["build", "music"]);
    assert!(message.contains("could be used, so no catalogue was written"), "{message}");
    assert_eq!(fs::read(workplace.path("catalogue/manifest.json")).unwrap(), manifest);
}

#[test]
fn a_table_says_which_tracks_there_are_and_what_they_are_called() {
    let workplace = Workplace::with(&["cbr.mp3", "vorbis.ogg"]);
    fs::write(
        workplace.path("tracks.csv"),
        "path,title,licence,page,isrc,unknown\ncbr.mp3,Ours,CC0-1.0,https://example.org/,GBAAA2400001,x\nmissing.ogg,,,,,\n",
    )
    .unwrap();
    let report = workplace.json(&["build", "music", "--json", "--tracks", "tracks.csv"]);
    assert_eq!((report["tracks"].as_u64(), texts(&report["problems"], "path")), (Some(1), vec!["missing.ogg"]));
    let found = workplace.json(&["search", "music/vorbis.ogg", "--json"]);
    let track = &found[0]["track"];
    let expected = [
        ("title", "Ours"),
        ("artist", "Sonoscape"),
        ("licence", "CC0-1.0"),
        ("page", "https://example.org/"),
        ("isrc", "GBAAA2400001"),
        ("audio", "audio/cbr.mp3"),
    ];
    for (name, value) in expected {
        assert_eq!(track[name], value, "{name}");
    }
}

#[test]
fn a_table_that_makes_no_sense_is_refused() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    for (table, expected) in [
        ("path\n../secret.mp3\n", "leads out of the folder"),
        ("path\n/etc/passwd\n", "leads out of the folder"),
        ("path\ncbr.mp3\ncbr.mp3\n", "listed twice"),
        ("title\nx\n", "no column `path`"),
    ] {
        fs::write(workplace.path("tracks.csv"), table).unwrap();
        let message = workplace.failure(&["build", "music", "--tracks", "tracks.csv"]);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_link_that_is_no_web_address_is_reported_with_its_track() {
    let workplace = Workplace::with(&["cbr.mp3", "vorbis.ogg"]);
    fs::write(workplace.path("tracks.csv"), "path,page\ncbr.mp3,javascript:alert(1)\nvorbis.ogg,\n").unwrap();
    let report = workplace.json(&["build", "music", "--json", "--tracks", "tracks.csv"]);
    assert_eq!((report["tracks"].as_u64(), texts(&report["problems"], "path")), (Some(1), vec!["cbr.mp3"]));
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_not_followed() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    std::os::unix::fs::symlink(workplace.path("music"), workplace.path("music/loop")).unwrap();
    std::os::unix::fs::symlink(crate::audio("vorbis.ogg"), workplace.path("music/link.ogg")).unwrap();
    assert_eq!(workplace.build()["tracks"], 1);
}
