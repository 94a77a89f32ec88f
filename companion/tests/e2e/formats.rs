use crate::browser::on_page;
use crate::collection::Collection;
use crate::companion::{self, Server};
use crate::music::STYLES;
use crate::page::Page;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The page and the companion decode with different programs; their embeddings of one file are at least this near.
const PAGE_AGAINST_COMPANION: f32 = 0.999;

/// Of the folder `tests/audio`.
const ENCODED: [&str; 7] = ["cbr.mp3", "vbr.mp3", "aac.m4a", "vorbis.ogg", "opus.opus", "cd-rate.flac", "flac.flac"];

#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_the_companion_hear_the_same() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        let other = companion::embedding(&collection.cut(&STYLES[0]));
        for file in files(collection) {
            let (cosine, embedding) = compare(&page, &file).await?;
            assert!(cosine >= PAGE_AGAINST_COMPANION, "{}: {cosine}", file.display());
            assert!(self::cosine(&embedding, &other) < PAGE_AGAINST_COMPANION, "everything sounds the same");
        }
        Ok(())
    })
    .await;
}

/// The cosine between the page's embedding of a file and the companion's, and the page's.
async fn compare(page: &Page, file: &Path) -> Result<(f32, Vec<f32>)> {
    page.neighbours_of(file).await?;
    let heard = page.analyses().await?.pop().context("the page heard the file")?.embedding;
    let cosine = cosine(&heard, &companion::embedding(file));
    println!("{}: cosine {cosine:.6} between the page's embedding and the companion's", file.display());
    Ok((cosine, heard))
}

fn files(collection: &Collection) -> Vec<PathBuf> {
    ENCODED.into_iter().map(audio).chain([collection.cut(&STYLES[11])]).collect()
}

fn audio(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio").join(name)
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
