//! Times of the library on one thread, natively or in a browser's worker. `cargo xtask bench` runs this beside the peers.
//!
//! Prints a line `measured NAME MILLISECONDS` each; the median of several runs.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a measurement reads the clock and prints")]

use sonoscape::{Analyser, Clip, Code, Encoder, Index, SAMPLE_RATE};
use std::hint::black_box;

static ENCODER: &[u8] = include_bytes!("../models/encoder.onnx");

const RUNS: usize = 15;
const EXCERPT_S: usize = 30;
/// A browser compiles code anew, on another thread, once it has run for a while.
const WARM_UP_MS: f64 = 500.0;
const DIMENSION: usize = 256;
const NEIGHBOURS: usize = 10;
const COLLECTIONS: [usize; 2] = [278_581, 1_000_000];
const STEP: f32 = 1.0 / 127.0;

#[cfg(not(target_arch = "wasm32"))]
const WHERE: &str = "native";
#[cfg(target_arch = "wasm32")]
const WHERE: &str = "browser";

fn main() {
    if cfg!(not(target_arch = "wasm32")) {
        analysis();
        search();
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn in_a_browser() {
    analysis();
    search();
}

fn analysis() {
    let mut analyser = Analyser::new(Encoder::from_onnx(ENCODER).expect("an encoder")).expect("an analyser");
    let clip = Clip::from_channels(&[noise(EXCERPT_S * SAMPLE_RATE as usize)], SAMPLE_RATE).expect("a clip");
    let excerpt = analyser.excerpts(&clip, 1).expect("excerpts")[0];
    report("mel", 1, || analyser.mel(black_box(&excerpt)));
    let mel = analyser.mel(&excerpt);
    report("encoder", 1, || analyser.embed(black_box(&mel)).expect("an embedding"));
}

fn search() {
    for rows in COLLECTIONS {
        let codes: Vec<i8> = noise(rows * DIMENSION).iter().map(|value| (value * 127.0) as i8).collect();
        let index = Index::new(DIMENSION, &codes, vec![STEP; rows]).expect("an index");
        let query = Code { values: codes[..DIMENSION].to_vec(), scale: STEP };
        report(&format!("search_{rows}"), 5, || index.top_k(black_box(&query), NEIGHBOURS));
        report(&format!("read_{rows}"), 5, || read(black_box(&codes)));
    }
}

/// Looks at every byte once. A browser changes to better code only when a function is called anew.
#[inline(never)]
fn read(codes: &[i8]) -> u64 {
    let words = codes.as_chunks::<8>().0;
    words.iter().fold(0, |sum: u64, word| sum.wrapping_add(u64::from_le_bytes(word.map(i8::cast_unsigned))))
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

/// Times `work`, done `often` between two looks at the clock, because a browser's clock is coarse.
fn report<T>(name: &str, often: usize, mut work: impl FnMut() -> T) {
    let warm = now_ms() + WARM_UP_MS;
    while now_ms() < warm {
        black_box(work());
    }
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = now_ms();
            for _ in 0..often {
                black_box(work());
            }
            (now_ms() - start) / often as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    say(&format!("measured {WHERE}.{name} {:.3}", times[RUNS / 2]));
}

#[cfg(not(target_arch = "wasm32"))]
fn now_ms() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now_ms() -> f64;
}

fn say(line: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    println!("{line}");
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::console_log!("{line}");
}
