use crate::browser::on_page;
use crate::collection::Collection;
use crate::companion::{self, Server};
use crate::music::STYLES;
use anyhow::Context;
use std::path::{Path, PathBuf};

/// The page and the companion decode with different programs; their embeddings of one file are at least this near.
const PAGE_AGAINST_COMPANION: f32 = 0.999;

/// Of the folder `tests/audio`.
const ENCODED: [&str; 6] = ["cbr.mp3", "vbr.mp3", "aac.m4a", "vorbis.ogg", "opus.opus", "flac.flac"];

#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_the_companion_hear_the_same() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        let other = companion::embedding(&collection.cut(&STYLES[0]));
        for file in files(collection) {
            page.neighbours_of(&file).await?;
            let analysis = page.analyses().await?.pop().context("the page heard the file")?;
            let cosine = cosine(&analysis.embedding, &companion::embedding(&file));
            println!("{}: cosine {cosine:.6} between the page's embedding and the companion's", file.display());
            assert!(cosine >= PAGE_AGAINST_COMPANION, "{}: {cosine}", file.display());
            assert!(self::cosine(&analysis.embedding, &other) < PAGE_AGAINST_COMPANION, "everything sounds the same");
        }
        Ok(())
    })
    .await;
}

fn files(collection: &Collection) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    let encoded = ENCODED.iter().map(|name| folder.join(name));
    encoded.chain([collection.cut(&STYLES[11])]).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
