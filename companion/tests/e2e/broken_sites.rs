use crate::browser::{on_page, prepared};
use crate::collection::Collection;
use crate::music::STYLES;
use crate::site::{Fault, Site};
use serde_json::Value;
use std::time::Duration;

const MANIFEST: &str = "catalogue/manifest.json";
const ENCODER: &str = "encoder.onnx";

/// Opens the page with `file` spoilt, expects a problem of `kind` and, when all is mended, that trying again helps.
async fn tells_and_recovers(file: &str, fault: Fault, kind: &str) {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    site.spoil(file, fault);
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            let problem = page.problem().await?;
            assert_eq!(problem.kind, kind, "{}", problem.sentence);
            assert!(problem.sentence.trim().len() > 20, "{}", problem.sentence);

            site.mend();
            page.click("#retry").await?;
            page.engine_is_ready().await?;
            let rows = page.neighbours_of(&collection.cut(&STYLES[5])).await?;
            assert_eq!(rows[0].title, STYLES[5].name);
            Ok(())
        }
    })
    .await;
}

fn manifest(site: &Site) -> Value {
    serde_json::from_slice(&site.whole(MANIFEST)).expect("the manifest is JSON")
}

/// The first shard of a kind of the collection's catalogue.
fn shard(kind: &str) -> String {
    let folder = Collection::get().catalogue.read_dir().expect("a catalogue");
    let names = folder.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned());
    let mut shards: Vec<String> = names.filter(|name| name.starts_with(kind)).collect();
    shards.sort();
    format!("catalogue/{}", shards[0])
}

/// Every way in which a shard can be bad is told of, and mending it helps.
async fn every_fault_is_told(shard: &str) {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    let other = site.whole(MANIFEST);
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            for fault in [Fault::Missing, Fault::Truncated, Fault::Altered, Fault::Replaced(other), Fault::Broken] {
                site.spoil(shard, fault);
                page.ask::<()>("caches.delete('sonoscape-catalogue')").await?;
                page.browser().refresh().await?;
                let problem = page.problem().await?;
                assert!(["catalogue", "network"].contains(&problem.kind.as_str()), "{}", problem.sentence);
                assert!(problem.sentence.trim().len() > 20, "{}", problem.sentence);
            }
            site.mend();
            site.spoil(shard, Fault::Late(Duration::from_secs(2)));
            page.click("#retry").await?;
            let rows = page.neighbours_of(&collection.cut(&STYLES[5])).await?;
            assert_eq!(rows[0].title, STYLES[5].name);
            Ok(())
        }
    })
    .await;
}

async fn with_manifest(change: impl FnOnce(&mut Value)) -> Fault {
    let site = Site::start(&Collection::get().catalogue).await;
    let mut manifest = manifest(&site);
    change(&mut manifest);
    Fault::Replaced(serde_json::to_vec(&manifest).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_catalogue() {
    tells_and_recovers(MANIFEST, Fault::Missing, "catalogue").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_manifest() {
    tells_and_recovers(MANIFEST, Fault::Truncated, "catalogue").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_signs() {
    every_fault_is_told(&shard("sketch")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_codes() {
    every_fault_is_told(&shard("codes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_text() {
    every_fault_is_told(&shard("text")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_of_another_encoder() {
    let foreign = with_manifest(|manifest| manifest["encoder"] = Value::from("0".repeat(64))).await;
    tells_and_recovers(MANIFEST, foreign, "mismatch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_from_the_future() {
    let future = with_manifest(|manifest| manifest["version"] = Value::from(99)).await;
    tells_and_recovers(MANIFEST, future, "version").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_encoder() {
    tells_and_recovers(ENCODER, Fault::Missing, "encoder").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_encoder() {
    tells_and_recovers(ENCODER, Fault::Truncated, "encoder").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks() {
    tells_and_recovers(ENCODER, Fault::Broken, "network").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_simd_is_told_which_will_do() {
    let site = Site::start(&Collection::get().catalogue).await;
    prepared(&site.address, "WebAssembly.validate = () => false;", |page| async move {
        let problem = page.problem().await?;
        assert_eq!(problem.kind, "no-simd");
        for name in ["Chrome", "Firefox", "Safari"] {
            assert!(problem.sentence.contains(name), "{}", problem.sentence);
        }
        Ok(())
    })
    .await;
}
