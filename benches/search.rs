//! Times and recall of the searches among as many embeddings as large catalogues hold, natively or in a browser's worker.
//! `cargo xtask bench` runs this beside the peers.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a measurement reads the clock and prints")]

#[path = "search/collection.rs"]
mod collection;
#[cfg(not(target_arch = "wasm32"))]
#[path = "search/demo.rs"]
mod demo;
#[path = "../tests/library/real.rs"]
mod real;
#[cfg(not(target_arch = "wasm32"))]
#[path = "search/recall.rs"]
mod recall;
#[path = "measure/report.rs"]
mod report;

use collection::Collection;
use report::{once, say, time_in_turns};
use sonoscape::search::coarse_top_k;
use sonoscape::{Analysis, Embedding, EncoderCard, Enlargement};
use std::cell::Cell;
use std::hint::black_box;

/// Rows of a large catalogue, among which the peers search too, and of a larger one.
const ROWS: [usize; 2] = [278_581, 1_000_000];
const K: usize = 10;
/// Candidates that signs hand on to codes.
const CANDIDATES: usize = 256;
const QUERIES: usize = 500;
const SEED_OF_ROWS: u64 = 1;
const SEED_OF_QUERIES: u64 = 2;

#[cfg(not(target_arch = "wasm32"))]
const WHERE: &str = "vectors";
#[cfg(target_arch = "wasm32")]
const WHERE: &str = "worker";

fn main() {
    if cfg!(not(target_arch = "wasm32")) {
        measure();
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn in_a_browser() {
    measure();
}

fn measure() {
    let real = real::embeddings();
    let stream = |seed| Enlargement::new(&real, seed).expect("real embeddings");
    let queries: Vec<Embedding> = stream(SEED_OF_QUERIES).take(QUERIES).collect();
    for rows in ROWS {
        times(&Collection::of(rows, stream(SEED_OF_ROWS)), &queries);
    }
    #[cfg(not(target_arch = "wasm32"))]
    recall::measure(&stream(SEED_OF_ROWS).take(ROWS[0]).collect::<Vec<_>>(), &queries);
}

fn times(collection: &Collection, queries: &[Embedding]) {
    let name = |what: &str| format!("{WHERE}.{what}_{}", collection.scales.len());
    let ((index, signs), ms) = once(|| (collection.index(), collection.signs()));
    say(&name("load"), ms, "ms, from the bytes of a catalogue");
    let bytes = collection.codes.len() + 4 * collection.scales.len() + collection.signs.len();
    say(&name("memory"), bytes as f64 / 1e6, "MB, codes, scales and signs");
    let (_, ms) = once(|| {
        let index = collection.index();
        queries.iter().for_each(|query| _ = black_box(index.nearest(query, K)));
    });
    say(
        &name("session"),
        ms,
        &format!("ms, from the bytes of a catalogue to the answers of {} queries", queries.len()),
    );
    let catalogue = collection.catalogue();
    let card = EncoderCard { dimension: real::DIMENSION, ..EncoderCard::default() };
    let heard: Vec<Analysis> = queries.iter().cloned().map(Analysis::of).collect();
    let turn = Cell::new(0);
    let next = || {
        turn.set((turn.get() + 1) % queries.len());
        turn.get()
    };
    time_in_turns(
        5,
        &mut [
            (name("search"), &mut || _ = black_box(index.nearest(&queries[next()], K))),
            (name("catalogue"), &mut || _ = black_box(catalogue.nearest(&heard[next()], &card, K))),
            (name("read"), &mut || _ = black_box(read(black_box(&collection.codes)))),
            (name("coarse"), &mut || _ = black_box(coarse_top_k(&signs, &index, &queries[next()], K, CANDIDATES))),
        ],
    );
}

/// Looks at every byte once. A browser changes to better code only when a function is called anew.
#[inline(never)]
fn read(codes: &[i8]) -> u64 {
    let words = codes.as_chunks::<8>().0;
    words.iter().fold(0, |sum: u64, word| sum.wrapping_add(u64::from_le_bytes(word.map(i8::cast_unsigned))))
}
