//! Times of mel spectrogram and encoder on one thread, natively or in a browser's worker. `cargo xtask bench` runs this beside
//! the peers.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a measurement reads the clock and prints")]

#[path = "measure/report.rs"]
mod report;

use report::time_in_turns;
use sonoscape::{Analyser, Clip, Encoder, SAMPLE_RATE};
use std::hint::black_box;

static ENCODER: &[u8] = include_bytes!("../models/encoder.onnx");

const EXCERPT_S: usize = 30;

#[cfg(not(target_arch = "wasm32"))]
const WHERE: &str = "native";
#[cfg(target_arch = "wasm32")]
const WHERE: &str = "browser";

fn main() {
    if cfg!(not(target_arch = "wasm32")) {
        analysis();
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn in_a_browser() {
    analysis();
}

fn analysis() {
    let mut analyser = Analyser::new(Encoder::from_onnx(ENCODER).expect("an encoder")).expect("an analyser");
    let clip = Clip::from_channels(&[noise(EXCERPT_S * SAMPLE_RATE as usize)], SAMPLE_RATE).expect("a clip");
    let excerpt = analyser.excerpts(&clip, 1).expect("excerpts")[0];
    let picture = analyser.mel(&excerpt);
    time(&mut analyser, "mel", |analyser| _ = black_box(analyser.mel(black_box(&excerpt))));
    time(&mut analyser, "encoder", |analyser| {
        black_box(analyser.embed(black_box(&picture)).expect("an embedding"));
    });
}

fn time(analyser: &mut Analyser, what: &str, work: impl Fn(&mut Analyser)) {
    time_in_turns(1, &mut [(format!("{WHERE}.{what}"), &mut || work(analyser))]);
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
