use std::fs;

use crate::{SOUNDS, Workplace, audio};

/// What 8 bits a dimension may take from or add to the score of a track with itself.
const QUANTISATION: f64 = 1e-4;

#[test]
fn a_track_of_the_catalogue_finds_itself_first() {
    let workplace = Workplace::with(&SOUNDS);
    workplace.build();
    let found = workplace.json(&["search", "music/vorbis.ogg", "-k", "3", "--json"]);
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!(found[0]["track"]["audio"], "audio/vorbis.ogg");
    assert!((found[0]["score"].as_f64().unwrap() - 1.0).abs() < QUANTISATION);
    assert!(found.windows(2).all(|pair| pair[0]["score"].as_f64() >= pair[1]["score"].as_f64()));

    let table = workplace.run(&["search", "music/vorbis.ogg"]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert_eq!(table.lines().count(), 1 + SOUNDS.len(), "{table}");
    assert!(table.contains("Fifths — Sonoscape"));
}

#[test]
fn a_catalogue_that_is_missing_damaged_or_of_another_encoder_is_refused() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    let search = |more: &[&str]| {
        let file = audio("cbr.mp3");
        let mut arguments = vec!["search", file.to_str().unwrap()];
        arguments.extend(more);
        workplace.failure(&arguments)
    };
    assert!(search(&[]).contains("There is no catalogue in catalogue"));
    workplace.build();
    let encoder = workplace.other_encoder();
    assert!(search(&["--encoder", &encoder]).contains("The catalogue was made with encoder"));
    assert!(search(&["--encoder", "music/cbr.mp3"]).contains("The encoder cannot be used"));

    let shard = |kind: &str| {
        let folder = fs::read_dir(workplace.path("catalogue")).unwrap();
        let mut files = folder.map(|entry| entry.unwrap().path());
        files.find(|file| file.file_name().unwrap().to_str().unwrap().starts_with(kind)).unwrap()
    };
    let codes = fs::read(shard("codes-")).unwrap();
    fs::write(shard("codes-"), &codes[..codes.len() - 1]).unwrap();
    assert!(search(&[]).contains("The catalogue is damaged"));
    let mut altered = codes.clone();
    *altered.last_mut().unwrap() ^= 1;
    fs::write(shard("codes-"), altered).unwrap();
    assert!(search(&[]).contains("The catalogue is damaged"));
    fs::remove_file(shard("tracks-")).unwrap();
    assert!(search(&[]).contains("cannot be read"));

    let manifest = workplace.path("catalogue/manifest.json");
    let future = fs::read_to_string(&manifest).unwrap().replacen("\"version\": ", "\"version\": 9", 1);
    fs::write(&manifest, future).unwrap();
    let message = search(&[]);
    assert!(message.contains("version"), "{message}");
}

#[test]
fn a_query_that_cannot_be_heard_is_refused() {
    let workplace = Workplace::with(&["cbr.mp3"]);
    workplace.build();
    let silence = audio("silence.wav");
    let message = workplace.failure(&["search", silence.to_str().unwrap()]);
    assert!(message.contains("silence.wav: This recording is silent."), "{message}");
}
