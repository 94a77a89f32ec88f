use serde_json::Value;

use crate::{Workplace, audio};

const DIMENSION: usize = 256;

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn embed(workplace: &Workplace, names: &[&str], output: &str) -> Value {
    let files: Vec<String> = names.iter().map(|name| audio(name).to_string_lossy().into_owned()).collect();
    let mut arguments = vec!["embed", "--json", "--output", output];
    arguments.extend(files.iter().map(String::as_str));
    workplace.json(&arguments)
}

#[test]
fn lines_of_json_keep_the_order_of_the_files() {
    let workplace = Workplace::with(&[]);
    let report = embed(&workplace, &["vorbis.ogg", "text.mp3", "cbr.mp3"], "vectors.jsonl");
    assert_eq!((report["embedded"].as_u64(), report["problems"].as_array().unwrap().len()), (Some(2), 1));
    let text = std::fs::read_to_string(workplace.path("vectors.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (line, name) in lines.iter().zip(["vorbis.ogg", "text.mp3", "cbr.mp3"]) {
        assert!(line["path"].as_str().unwrap().ends_with(name));
    }
    assert!(lines[1]["problem"].as_str().unwrap().starts_with("No sound"));
    let vector = |line: &Value| line["embedding"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let (ogg, mp3): (Vec<f64>, Vec<f64>) = (vector(&lines[0]), vector(&lines[2]));
    assert_eq!(ogg.len(), DIMENSION);
    assert!((cosine(&ogg, &ogg) - 1.0).abs() < 1e-5, "an embedding has unit length");
    assert!(cosine(&ogg, &mp3) > 0.9, "two encodings of one tune are near each other");
}

#[test]
fn an_npy_file_has_one_row_a_file_and_nan_for_those_that_failed() {
    let workplace = Workplace::with(&[]);
    embed(&workplace, &["cbr.mp3", "empty.wav"], "vectors.npy");
    let bytes = std::fs::read(workplace.path("vectors.npy")).unwrap();
    let (header, data) = bytes.split_at(128);
    assert!(String::from_utf8_lossy(header).contains("'shape': (2, 256)"));
    let values: Vec<f32> = data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    assert_eq!(values.len(), 2 * DIMENSION);
    assert!(values[..DIMENSION].iter().all(|value| value.is_finite()));
    assert!(values[DIMENSION..].iter().all(|value| value.is_nan()));
}

#[test]
fn an_output_of_unknown_kind_is_refused_before_any_work() {
    let workplace = Workplace::with(&[]);
    let message = workplace.failure(&["embed", "none.mp3", "--output", "vectors.csv"]);
    assert!(message.contains("must end in .npy or .jsonl"), "{message}");
}
