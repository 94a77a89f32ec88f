use std::collections::BTreeSet;
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
fn several_files_find_what_they_share_and_leave_what_is_unlike_wanted() {
    let workplace = Workplace::with(&SOUNDS);
    workplace.build();
    let score = |arguments: &[&str], of: &str| -> f64 {
        let arguments = [&["search"], arguments, &["-k", "20", "--json"]].concat();
        let found = workplace.json(&arguments);
        let row = found.as_array().unwrap().iter().find(|row| row["track"]["audio"] == format!("audio/{of}"));
        row.unwrap()["score"].as_f64().unwrap()
    };
    let (one, other) = (SOUNDS[0], SOUNDS[SOUNDS.len() - 1]);
    let files = [format!("music/{one}"), format!("music/{other}")];
    let [one_file, other_file] = [files[0].as_str(), files[1].as_str()];
    let [first, second] = [one, other].map(|name| score(&[one_file, other_file], name));
    assert!((first - second).abs() < 0.01, "{first} {second}");
    assert!(score(&[one_file, "--unlike", other_file], other) < score(&[one_file], other));
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

    let codes = workplace.path("catalogue").join(workplace.shard("catalogue", "codes-"));
    let whole = fs::read(&codes).unwrap();
    fs::write(&codes, &whole[..whole.len() - 1]).unwrap();
    assert!(search(&[]).contains("The catalogue is damaged"));
    let mut altered = whole.clone();
    *altered.last_mut().unwrap() ^= 1;
    fs::write(&codes, altered).unwrap();
    assert!(search(&[]).contains("The catalogue is damaged"));
    fs::write(&codes, whole).unwrap();
    fs::remove_file(workplace.path("catalogue").join(workplace.shard("catalogue", "text-"))).unwrap();
    assert!(search(&[]).contains("cannot be read"));

    let manifest = workplace.path("catalogue/manifest.json");
    let future = fs::read_to_string(&manifest).unwrap().replacen("\"version\":", "\"version\":9", 1);
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

#[test]
fn several_catalogues_are_searched_as_one() {
    let workplace = Workplace::with(&SOUNDS);
    workplace.build();
    fs::remove_file(workplace.path("music/vorbis.ogg")).unwrap();
    workplace.add("vorbis.ogg", "other/vorbis.ogg");
    workplace.json(&["build", "music/other", "--output", "other", "--json"]);
    workplace.json(&["build", "music", "--json", "--name", "without", "--output", "without"]);
    let search = |more: &[&str]| workplace.json(&[&["search", "music/other/vorbis.ogg", "--json"], more].concat());
    let both = search(&["--catalogue", "catalogue", "--catalogue", "other"]);
    let found: Vec<(&str, &str)> = both.as_array().unwrap()[..2]
        .iter()
        .map(|row| (row["catalogue"].as_str().unwrap(), row["track"]["audio"].as_str().unwrap()))
        .collect();
    assert_eq!(found, [("catalogue", "audio/vorbis.ogg"), ("other", "audio/vorbis.ogg")]);
    let folded = search(&["--catalogue", "catalogue", "--catalogue", "other", "--same-recording", "0.999"]);
    assert_eq!(folded[0]["same_recording"][0]["catalogue"], "other");
    assert_eq!(folded.as_array().unwrap().len(), both.as_array().unwrap().len() - 1);
}

#[test]
fn filters_leave_tracks_out() {
    let workplace = Workplace::with_demo();
    let search = |more: &[&str]| {
        let file = audio("vorbis.ogg");
        let arguments = ["search", file.to_str().unwrap(), "--catalogue", "demo", "-k", "500", "--json"];
        let found = workplace.json(&[&arguments[..], more].concat());
        found.as_array().unwrap().iter().map(|row| row["track"].clone()).collect::<Vec<_>>()
    };
    let all = search(&[]);
    assert_eq!(all.len(), 475);
    for (option, key, value) in
        [("--licence", "licence", "CC0-1.0"), ("--style", "style", "hip-hop"), ("--source", "source", "gm3/cc0-beats")]
    {
        let expected: Vec<_> = all.iter().filter(|track| track[key] == value).cloned().collect();
        assert!(!expected.is_empty() && expected.len() < all.len());
        assert_eq!(search(&[option, value]), expected, "{option}");
    }
    let expected: Vec<_> = all.iter().filter(|track| track["artist"] != "Boomboxhead").cloned().collect();
    assert_eq!(search(&["--without-artist", "boomboxhead"]), expected);
    let of_one = search(&["--per-artist", "1"]);
    let artists: BTreeSet<String> = of_one.iter().map(|track| track["artist"].to_string().to_lowercase()).collect();
    assert_eq!(artists.len(), of_one.len());
    assert_eq!(search(&["--year", "1000-2999"]).len(), all.iter().filter(|track| track["year"].is_u64()).count());
    let file = audio("vorbis.ogg");
    let refusal = workplace.failure(&["search", file.to_str().unwrap(), "--year", "1999-1990"]);
    assert!(refusal.contains("years are written as 1990 or 1990-1999"), "{refusal}");
}
