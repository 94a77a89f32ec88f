//! Sonoscape's native companion: trains the encoder, builds catalogues, serves the page.

mod analyse;
mod attributes;
mod build;
mod catalogue;
mod cholesky;
mod cli;
mod collect;
mod decode;
mod embed;
mod evaluate;
mod export;
mod extract;
mod hear;
mod info;
mod library;
mod map;
mod mel_store;
mod merge;
mod npy;
mod onnx;
mod pack;
mod picture;
mod png_file;
mod progress;
mod render;
mod search;
mod serve;
mod standard;
mod svg;
mod tags;
mod train;
mod verify;
mod wav;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
