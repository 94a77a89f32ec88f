use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use crate::{Workplace, audio, wav};

const SAMPLE_RATE: u32 = 22_050;

/// Settings of a network that learns in no time.
const SETTINGS: &str = r#"{
    "model": {
        "side": 128, "time_filters": [16, 16, 16, 16], "frequency_filters": [16, 16, 16, 16],
        "pooling": { "window": 32, "summary": 16 }, "decoder_filters": [2, 2, 2, 2], "latents": 8
    },
    "seed": 1, "batch_size": 4, "learning_rate": 0.001, "steps": 2, "decay": false,
    "listening": {
        "temperature": 0.2, "agreement": 1.0, "prediction": 0.0, "relation": 0.0, "teacher": 0, "teacher_name": "", "redrawn": 1
    },
    "tiles_per_excerpt": 2, "validation_share": 0.2, "validation_tiles": 2, "report_every": 1, "checkpoint_every": 1
}"#;

/// Six recordings in two folders, and a file that is none.
pub fn music() -> Workplace {
    let workplace = Workplace::with(&[]);
    for number in 0..6u32 {
        let folder = workplace.path("music").join(if number < 3 { "one" } else { "other" });
        fs::create_dir_all(&folder).unwrap();
        let sample = |n: u32| (n as f32 * 0.01 * (1.0 + number as f32)).sin() * (n as f32 * 2e-4).cos();
        let samples: Vec<f32> = (0..12 * SAMPLE_RATE).map(sample).collect();
        fs::write(folder.join(format!("{number}.wav")), wav::pcm16(&samples, 1, SAMPLE_RATE)).unwrap();
    }
    workplace.add("text.mp3", "text.mp3");
    fs::write(workplace.path("settings.json"), SETTINGS).unwrap();
    workplace
}

pub fn succeed(workplace: &Workplace, arguments: &[&str]) -> [String; 2] {
    let output = workplace.run(arguments);
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(output.status.success(), "{stderr}");
    [stdout, stderr]
}

#[test]
fn a_folder_becomes_a_store_that_trains_an_encoder() {
    let workplace = music();
    let [said, problems] = succeed(&workplace, &["analyse", "music", "--output", "mels.bin"]);
    assert!(said.starts_with("6 tracks, ") && problems.contains("text.mp3: No sound"), "{said}{problems}");
    fs::rename(workplace.path("music"), workplace.path("elsewhere")).unwrap();

    succeed(&workplace, &["train", "mels.bin", "--run", "run", "--config", "settings.json"]);
    succeed(&workplace, &["export", "run", "--output", "exported", "--shrinkage", "1"]);
    let sound = audio("vorbis.ogg");
    let encoder = ["--encoder", "exported/encoder.onnx", "--output", "vectors.npy"];
    succeed(&workplace, &[&["embed", sound.to_str().unwrap()][..], &encoder].concat());
    for picture in ["run/curves.svg", "run/reconstructions.png", "exported/decoder.onnx", "exported/encoder.md"] {
        assert!(workplace.path(picture).exists(), "{picture}");
    }
}

#[test]
fn the_basic_network_is_exported_and_used_like_any_other() {
    let workplace = music();
    let basic = SETTINGS.replace(r#""pooling": { "window": 32, "summary": 16 }"#, r#""basic_filters": [2, 2, 2, 2]"#);
    fs::write(workplace.path("basic.json"), basic).unwrap();
    succeed(&workplace, &["train", "music", "--run", "run", "--config", "basic.json"]);
    succeed(&workplace, &["export", "run", "--output", "exported", "--shrinkage", "1"]);
    let card = fs::read_to_string(workplace.path("exported/encoder.md")).unwrap();
    assert!(card.contains("| network | basic: ") && card.contains("16 latents") && !card.contains("half"), "{card}");
    let encoder = ["--encoder", "exported/encoder.onnx"];
    succeed(&workplace, &[&["build", "music", "--output", "catalogue"][..], &encoder].concat());
    let sound = workplace.path("music/one/0.wav");
    let search = ["search", sound.to_str().unwrap(), "--catalogue", "catalogue", "--json"];
    let found = workplace.json(&[&search[..], &encoder].concat());
    assert!(found[0]["score"].as_f64().unwrap() > 0.99, "{found}");
}

/// Settings of the tiny network that also listens to a teacher of two numbers.
fn taught(workplace: &Workplace) {
    let settings =
        SETTINGS.replace(r#""teacher": 0, "teacher_name": """#, r#""teacher": 2, "teacher_name": "somebody""#);
    fs::write(workplace.path("taught.json"), settings).unwrap();
    fs::create_dir_all(workplace.path("teacher/one")).unwrap();
    let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (4, 2), }\n";
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend((0..16u8).map(|i| if i % 2 == 0 { i } else { 0x3c }));
    fs::write(workplace.path("teacher/one/0.npy"), bytes).unwrap();
}

#[test]
fn a_run_that_was_moved_goes_on_without_music_table_and_teacher() {
    let workplace = music();
    taught(&workplace);
    fs::write(workplace.path("tracks.csv"), "path,artist,licence\n").unwrap();
    let start = ["train", "music", "--tracks", "tracks.csv", "--teacher", "teacher", "--config", "taught.json"];
    succeed(&workplace, &[&start[..], &["--run", "run", "--steps", "0"]].concat());
    succeed(&workplace, &[&start[..], &["--run", "straight"]].concat());
    for gone in ["music", "teacher"] {
        fs::remove_dir_all(workplace.path(gone)).unwrap();
    }
    fs::remove_file(workplace.path("tracks.csv")).unwrap();
    fs::rename(workplace.path("run"), workplace.path("travelled")).unwrap();
    succeed(&workplace, &["train", "--run", "travelled"]);
    assert_eq!(losses(&workplace, "travelled"), losses(&workplace, "straight"));
    let said = workplace.failure(&["train", "--run", "new"]);
    assert!(said.contains("was not started yet. Name a folder of music"), "{said}");
}

#[test]
fn a_run_that_is_killed_at_any_moment_ends_as_if_it_never_was() {
    let workplace = music();
    fs::write(workplace.path("settings.json"), SETTINGS.replace(r#""steps": 2"#, r#""steps": 40"#)).unwrap();
    succeed(&workplace, &["analyse", "music", "--output", "mels.bin"]);
    let train = |run| ["train", "mels.bin", "--run", run, "--config", "settings.json"];
    let started = Instant::now();
    succeed(&workplace, &train("straight"));
    let whole = started.elapsed();
    for _ in 0..6 {
        let mut killed =
            workplace.sonoscape(&train("killed")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(whole.mul_f64(rand::random_range(0.0..0.5)));
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
    succeed(&workplace, &train("killed"));
    assert_eq!(losses(&workplace, "killed"), losses(&workplace, "straight"));
}

/// The rows of a run's metrics without the time they took.
fn losses(workplace: &Workplace, run: &str) -> Vec<Vec<String>> {
    let mut table = csv::Reader::from_path(workplace.path(run).join("metrics.csv")).unwrap();
    let rows = table.records().map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
    rows.map(|mut row| [row.drain(..2).collect(), row.split_off(1)].concat()).collect()
}

#[test]
fn what_is_no_store_is_refused_and_leaves_nothing() {
    let workplace = music();
    fs::write(workplace.path("letter.bin"), b"Dear reader").unwrap();
    let train = |source: &str, more: &[&str]| {
        let arguments = ["train", source, "--run", "run", "--config", "settings.json"];
        workplace.failure(&[&arguments[..], more].concat())
    };
    assert!(train("letter.bin", &[]).contains("letter.bin cannot be read"));
    assert!(!Path::new(&workplace.path("run")).join("mels.bin").exists());
    succeed(&workplace, &["analyse", "music", "--output", "mels.bin"]);
    assert!(train("mels.bin", &["--tracks", "tracks.csv"]).contains("Leave --tracks out"));
    fs::create_dir(workplace.path("empty")).unwrap();
    assert!(workplace.failure(&["analyse", "empty", "--output", "none.bin"]).contains("holds no music"));
    assert!(!workplace.path("none.bin").exists());
}

#[test]
fn a_store_that_cannot_be_used_is_refused_with_what_to_do() {
    let workplace = music();
    succeed(&workplace, &["analyse", "music", "--output", "mels.bin"]);
    let whole = fs::read(workplace.path("mels.bin")).unwrap();
    let refusal = |bytes: &[u8]| {
        fs::write(workplace.path("given.bin"), bytes).unwrap();
        let said = workplace.failure(&["train", "given.bin", "--run", "run", "--config", "settings.json"]);
        assert!(!workplace.path("run/mels.bin").exists() && !workplace.path("run/config.json").exists());
        said
    };
    let expect = |bytes: &[u8], sentence| {
        let said = refusal(bytes);
        assert!(said.contains(sentence), "{said}");
    };
    let altered = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    let header = 12 + u32::from_le_bytes(whole[8..12].try_into().unwrap()) as usize;
    let fmax = whole.windows(4).position(|bytes| bytes == b"8000").unwrap();
    expect(&whole[..8], "its header is missing");
    expect(&whole[..header], "holds no track. Make it again from a folder of music");
    expect(&whole[..whole.len() - 1], "is cut short or damaged. Make it again");
    expect(&altered(whole.len() - 1, !whole[whole.len() - 1]), "are damaged. Make the store again");
    expect(&altered(fmax, b'7'), "was made with other settings. Make it again");
}

#[test]
fn one_recording_is_enough_to_redraw_and_too_few_to_listen() {
    let workplace = music();
    fs::remove_dir_all(workplace.path("music/other")).unwrap();
    for number in 1..3 {
        fs::remove_file(workplace.path(&format!("music/one/{number}.wav"))).unwrap();
    }
    let said = workplace.failure(&["train", "music", "--run", "listening", "--config", "settings.json"]);
    assert!(said.contains("2 recordings a step are too many for this music"), "{said}");
    let (before, rest) = SETTINGS.split_once("\"listening\"").unwrap();
    let (_, after) = rest.split_once("},").unwrap();
    fs::write(workplace.path("settings.json"), [before, after].concat()).unwrap();
    let [said, _] = succeed(&workplace, &["train", "music", "--run", "redrawing", "--config", "settings.json"]);
    assert!(said.contains("0 to validate on") && said.contains("not measured in validation"), "{said}");
}
