use crate::browser::{on_page, prepared};
use crate::collection::Collection;
use crate::music::STYLES;
use crate::site::{Fault, Site};
use serde_json::json;
use std::time::Duration;

/// Keeps every worker that the page starts, so that a test can kill it.
const WORKERS: &str = "
    window.workers = [];
    window.Worker = class extends Worker {
        constructor(...where) { super(...where); window.workers.push(this); }
    };";

#[tokio::test(flavor = "multi_thread")]
async fn a_second_drop_cancels_the_first() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.choose(&collection.long(&STYLES[0])).await?;
        page.stage(&["decoding", "drawing", "listening"]).await?;
        let rows = page.neighbours_of(&collection.cut(&STYLES[6])).await?;
        assert_eq!(rows[0].title, STYLES[6].name);

        tokio::time::sleep(Duration::from_secs(1)).await;
        let heard: Vec<String> = page.analyses().await?.into_iter().map(|analysis| analysis.name).collect();
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert!(heard[0].contains(STYLES[6].name), "{heard:?}");
        assert_eq!(page.rows().await?, rows);
        assert_eq!(page.present_problem().await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_analysis_can_be_cancelled() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.choose(&collection.long(&STYLES[0])).await?;
        page.stage(&["decoding", "drawing", "listening"]).await?;
        page.ask::<()>("document.querySelector('#cancel')?.click()").await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let rows = page.neighbours_of(&collection.cut(&STYLES[8])).await?;
        assert_eq!(rows[0].title, STYLES[8].name);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_comes_back() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    prepared(&site.address, WORKERS, |page| async move {
        let first = page.neighbours_of(&collection.cut(&STYLES[3])).await?;
        page.ask::<()>("window.workers.forEach(worker => worker.terminate())").await?;
        page.choose(&collection.cut(&STYLES[10])).await?;
        let script = "
            if (window.analyses.length > 1) return 'heard';
            return document.querySelector('#problem[data-kind=worker]')?.checkVisibility() ? 'told' : null";
        let outcome: String = page.until("the page notices", script).await?;
        if outcome == "told" {
            assert_eq!(page.rows().await?, first, "the last result went away");
            page.click("#retry").await?;
        }
        let rows = page.neighbours_after(1).await?;
        assert_eq!(rows[0].title, STYLES[10].name);
        assert!(page.ask::<usize>("return window.workers.length").await? > 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_has_loaded_needs_no_network() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        let offline = json!({ "offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0 });
        page.browser().cdp().send_raw("Network.emulateNetworkConditions", offline).await?;
        let rows = page.neighbours_of(&collection.cut(&STYLES[11])).await?;
        assert_eq!(rows[0].title, STYLES[11].name);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_dropped_before_the_engine_is_there_waits_for_it() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    site.spoil("encoder.onnx", Fault::Late(Duration::from_secs(3)));
    on_page(&site.address, |page| async move {
        let rows = page.neighbours_of(&collection.cut(&STYLES[12])).await?;
        assert_eq!(rows[0].title, STYLES[12].name);
        Ok(())
    })
    .await;
}
