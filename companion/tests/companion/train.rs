use std::fs;
use std::path::Path;

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
fn music() -> Workplace {
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

fn succeed(workplace: &Workplace, arguments: &[&str]) -> [String; 2] {
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
