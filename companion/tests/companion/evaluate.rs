use std::fs;

use serde_json::Value;

use crate::{Workplace, wav};

const SAMPLE_RATE: u32 = 22_050;

/// Two excerpts of this length fit into one recording.
const EXCERPT_S: &str = "8";
const RECORDING_S: u32 = 17;

/// The shipped encoder's.
const DECODER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/decoder.onnx");

/// What sums in another order may differ by.
const ROUNDING: f64 = 1e-12;

/// A recording of its own for each `number`: a chord that pulses.
fn write_wav(place: &std::path::Path, number: u32) {
    let pitch = 110.0 * 1.3f32.powi(number as i32);
    let sample = |n: u32| {
        let t = n as f32 / SAMPLE_RATE as f32;
        let tone = |ratio: f32| (std::f32::consts::TAU * pitch * ratio * t).sin();
        let pulse = (std::f32::consts::TAU * (1.0 + number as f32) * t).cos() * 0.4 + 0.6;
        (tone(1.0) + tone(1.5) + tone(2.0 + number as f32)) * pulse * 0.27
    };
    let samples: Vec<f32> = (0..RECORDING_S * SAMPLE_RATE).map(sample).collect();
    fs::write(place, wav::pcm16(&samples, 1, SAMPLE_RATE)).unwrap();
}

/// Three recordings of one artist and style, one of another, one file that is no music, and their table.
fn collection() -> Workplace {
    let workplace = Workplace::with(&[]);
    let mut table = String::from("path,artist,style\n");
    for number in 0..4 {
        write_wav(&workplace.path(&format!("music/{number}.wav")), number);
        let who = if number < 3 { "Pulse,chords" } else { "Other,other" };
        table += &format!("music/{number}.wav,{who}\n");
    }
    workplace.add("text.mp3", "text.mp3");
    fs::write(workplace.path("tracks.csv"), table).unwrap();
    workplace
}

fn figure<'a>(card: &'a Value, system: &str, name: &str) -> Option<&'a Value> {
    let figures = card["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["system"] == system && figure["name"] == name)
}

#[test]
fn a_folder_with_a_table_becomes_a_card() {
    let workplace = collection();
    let other = workplace.other_encoder();
    fs::copy(DECODER, workplace.path("decoder.onnx")).unwrap();
    let mut arguments = vec!["evaluate", "music", "--tracks", "tracks.csv", "--excerpt-s", EXCERPT_S];
    arguments.extend(["--output", "card", "--json", "--beside", &other]);
    let card = workplace.json(&arguments);
    assert_eq!((card["recordings"].as_u64(), card["excerpts"].as_u64()), (Some(4), Some(8)));
    assert_eq!(card["problems"][0]["path"], "text.mp3");
    let beside = card["figures"].as_array().unwrap().iter().map(|figure| figure["system"].as_str().unwrap());
    let name = card["encoder"].as_str().unwrap();
    let beside = beside.into_iter().find(|system| system.starts_with(name)).unwrap();
    let ours = ["embedding", "embedding.time", "embedding.frequency", beside];
    for system in ours.into_iter().chain(["mean_mel", "mfcc_mean_covariance", "mfcc_gaussian", "chance"]) {
        let queries = |name| figure(&card, system, name).map(|figure| figure["queries"].as_u64().unwrap());
        assert_eq!(queries("same_recording.mrr"), Some(8), "{system}");
        assert_eq!(queries("same_artist.precision_at_10"), Some(6), "the other artist has one recording");
        assert_eq!(queries("same_label.knn_accuracy"), Some(6));
        assert_eq!(queries("robustness.low_pass_4khz.hit_at_1"), Some(8));
        assert_eq!(queries("hubness.skewness"), Some(8));
        assert_eq!(queries("same_album.precision_at_10"), None, "there are no albums");
    }
    for system in ["embedding", beside] {
        for cost in ["cost.embed_ms", "cost.encoder_mb", "cost.latents"] {
            assert!(figure(&card, system, cost).unwrap()["value"].as_f64().unwrap() > 0.0, "{system} {cost}");
        }
    }
    let redrawn = figure(&card, "embedding", "reconstruction.mse").unwrap();
    let error = redrawn["value"].as_f64().unwrap();
    assert!(0.0 < error && error < 0.1 && redrawn["queries"] == 8, "{redrawn}");
    assert!(figure(&card, beside, "reconstruction.mse").is_none(), "the decoder beside it is another's");
    let quieter = figure(&card, "embedding", "robustness.gain_minus_6db.hit_at_1").unwrap();
    assert_eq!(quieter["value"], 1.0, "the picture of a sound does not depend on its level");
    for figure in card["figures"].as_array().unwrap().iter().filter(|figure| figure["interval"].is_array()) {
        let [low, value, high] =
            [&figure["interval"][0], &figure["value"], &figure["interval"][1]].map(|v| v.as_f64().unwrap());
        assert!(0.0 <= low && low <= value + ROUNDING && value <= high + ROUNDING && high <= 1.0, "{figure}");
    }

    let kept: Value = serde_json::from_slice(&fs::read(workplace.path("card/card.json")).unwrap()).unwrap();
    assert_eq!(kept, card);
    let markdown = fs::read_to_string(workplace.path("card/card.md")).unwrap();
    assert!(markdown.contains("| same_recording.hit_at_1 ") && markdown.contains("`text.mp3`"), "{markdown}");
    assert_eq!(fs::read_dir(workplace.path("card")).unwrap().count(), 5, "card, table, three plots, nothing temporary");
}

#[test]
fn only_the_listed_files_are_taken_and_without_a_table_folders_are_artists() {
    let workplace = collection();
    fs::write(workplace.path("held-out.txt"), "0.wav\n3.wav\ngone.wav\n").unwrap();
    let output = workplace.run(&["evaluate", "music", "--only", "held-out.txt", "--excerpt-s", EXCERPT_S]);
    let (text, problems) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{problems}");
    assert!(text.contains("2 recordings, 4 excerpts") && text.contains("name one with --tracks"), "{text}");
    assert!(text.contains("\nhubness.skewness ") && !text.contains("same_artist"), "{text}");
    assert!(problems.contains("gone.wav: It is listed, but not there."), "{problems}");
}

#[test]
fn what_cannot_be_measured_is_refused_in_one_sentence() {
    let workplace = collection();
    let refusal = |more: &[&str]| {
        let arguments: Vec<&str> = ["evaluate", "music"].iter().chain(more).copied().collect();
        workplace.failure(&arguments)
    };
    assert!(refusal(&["--tracks", "tracks.csv", "--label", "genre"]).contains("no column `genre`. Name one of its"));
    assert!(refusal(&["--excerpt-s", "2"]).contains("Excerpts of 2 s cannot be used"));
    assert!(refusal(&["--decoder", "missing.onnx"]).contains("The decoder missing.onnx cannot be read"));
    let other = workplace.other_encoder();
    assert!(refusal(&["--encoder", &other, "--decoder", DECODER]).contains("decoder"));
    assert!(refusal(&["--only", "missing.txt"]).contains("missing.txt cannot be read"));
    fs::write(workplace.path("one.txt"), "0.wav\n").unwrap();
    assert!(refusal(&["--only", "one.txt"]).contains("Fewer than two recordings"));
    fs::write(workplace.path("tracks.csv"), "path,artist,style\nelsewhere.wav,a,b\n").unwrap();
    assert!(refusal(&["--tracks", "tracks.csv"]).contains("No path in the table"));
}

#[cfg(unix)]
#[test]
fn a_program_answers_about_the_same_excerpts_and_one_that_stops_ends_the_measurement() {
    let workplace = collection();
    let measured = |script: &str| {
        fs::write(workplace.path("answer.sh"), script).unwrap();
        workplace.run(&["evaluate", "music", "--excerpt-s", EXCERPT_S, "--peer", "toy=sh answer.sh", "--json"])
    };
    let size = "while read path; do wc -c < $path; done";
    let card: Value = serde_json::from_slice(&measured(size).stdout).unwrap();
    let asked = figure(&card, "toy", "robustness.low_pass_4khz.hit_at_1").unwrap();
    assert_eq!(asked["queries"], 8, "{asked}");
    assert_eq!(figure(&card, "toy", "same_recording.mrr").unwrap()["queries"], 8);

    let output = measured("read path; echo 1; read path; echo 2");
    let problem = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(problem.contains("toy ended before it had answered. Start `sh answer.sh`"), "{problem}");
}
