//! Times of the library natively, one thread. `cargo xtask bench` runs this beside the peers.
//!
//! Prints a line `measured NAME MILLISECONDS` each; the median of many runs.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a measurement reads the clock and prints")]

use sonoscape::{Analyser, Clip, Code, Encoder, Index, SAMPLE_RATE};
use std::hint::black_box;
use std::time::Instant;

const EXCERPT_S: usize = 30;
const RUNS: usize = 15;
const DIMENSION: usize = 256;
const NEIGHBOURS: usize = 10;
const COLLECTIONS: [usize; 2] = [278_581, 1_000_000];

fn main() {
    let encoder = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/models/encoder.onnx")).expect("the encoder");
    let encoder = Encoder::from_onnx(&encoder).expect("an encoder");
    let mut analyser = Analyser::new(encoder).expect("an analyser");
    let clip = Clip::from_channels(&[noise(EXCERPT_S * SAMPLE_RATE as usize)], SAMPLE_RATE).expect("a clip");
    let excerpt = analyser.excerpts(&clip, 1).expect("excerpts")[0];
    report("mel.native", || analyser.mel(black_box(&excerpt)));
    let mel = analyser.mel(&excerpt);
    report("encoder.native", || analyser.embed(black_box(&mel)).expect("an embedding"));
    for rows in COLLECTIONS {
        search(rows);
    }
}

fn search(rows: usize) {
    let codes: Vec<i8> = noise(rows * DIMENSION).iter().map(|value| (value * 127.0) as i8).collect();
    let index = Index::new(DIMENSION, &codes, vec![1.0 / 127.0; rows]).expect("an index");
    let query = Code { values: codes[..DIMENSION].to_vec(), scale: 1.0 / 127.0 };
    report(&format!("search.native_{rows}"), || index.top_k(black_box(&query), NEIGHBOURS));
    let words = codes.as_chunks::<8>().0;
    report(&format!("read.native_{rows}"), || {
        words.iter().fold(0, |sum: u64, word| sum.wrapping_add(u64::from_le_bytes(word.map(i8::cast_unsigned))))
    });
}

/// Values from −1 to 1, the same on every run.
fn noise(length: usize) -> Vec<f32> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn report<T>(name: &str, mut work: impl FnMut() -> T) {
    black_box(work());
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("measured {name} {:.3}", times[RUNS / 2]);
}
