//! A music folder, and the catalogue that the companion builds of it.

use crate::companion;
use crate::music::{SAMPLE_RATE, STYLES, Style};
use crate::wav;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How long each piece of the folder is.
const PIECE_S: f32 = 60.0;
/// How long a cut of a piece is.
const CUT_S: f32 = 30.0;

/// The folder of pieces and its catalogue.
pub struct Collection {
    pub music: PathBuf,
    pub catalogue: PathBuf,
    cuts: PathBuf,
}

impl Collection {
    /// The one collection of this run, made on first use.
    pub fn get() -> &'static Self {
        static COLLECTION: OnceLock<Collection> = OnceLock::new();
        COLLECTION.get_or_init(Self::make)
    }

    fn make() -> Self {
        let folder = scratch();
        let collection =
            Self { music: folder.join("music"), catalogue: folder.join("catalogue"), cuts: folder.join("cuts") };
        fs::create_dir_all(&collection.music).expect("a folder for music");
        fs::create_dir_all(&collection.cuts).expect("a folder for cuts");
        for style in &STYLES {
            let samples = style.play(PIECE_S);
            write_if_new(&collection.music.join(format!("{}.wav", style.name)), &samples);
            write_if_new(&collection.cut(style), middle(&samples));
        }
        companion::build(&collection.music, &collection.catalogue);
        collection
    }

    /// Thirty seconds of a piece that begin where none of its excerpts in the catalogue does.
    pub fn cut(&self, style: &Style) -> PathBuf {
        self.cuts.join(format!("cut of {}.wav", style.name))
    }

    /// Ten minutes of a piece: the page is still at it when the next thing happens.
    pub fn long(&self, style: &Style) -> PathBuf {
        let minutes = style.play(PIECE_S).repeat(10);
        self.file(&format!("long {}.wav", style.name), &wav::pcm16(&minutes, 1, SAMPLE_RATE))
    }

    /// Writes a file to be dropped.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.cuts.join(name);
        fs::write(&path, bytes).expect("the file to be dropped");
        path
    }
}

/// A folder for files that tests make.
pub fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e")
}

fn middle(samples: &[f32]) -> &[f32] {
    let start = ((PIECE_S - CUT_S) / 2.0) as usize * SAMPLE_RATE as usize;
    &samples[start..start + CUT_S as usize * SAMPLE_RATE as usize]
}

fn write_if_new(path: &Path, samples: &[f32]) {
    let bytes = wav::pcm16(samples, 1, SAMPLE_RATE);
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return;
    }
    fs::write(path, bytes).expect("a sound file");
}
