use crate::browser::on_page;
use crate::collection::Collection;
use crate::companion::Server;
use crate::music::STYLES;
use crate::page::{Page, Side};
use crate::site::Site;
use anyhow::Result;
use serde_json::Value;
use thirtyfour::prelude::*;

/// The files that a visit may ask for, by the beginnings of their names.
const SITE_FILES: [&str; 5] = ["index.html", "encoder.onnx", "catalogues.json", "catalogue/", "example."];
const SITE_KINDS: [&str; 7] = [".js", ".wasm", ".css", ".woff2", ".svg", ".ico", ".png"];

#[tokio::test(flavor = "multi_thread")]
async fn listening_to_a_file_asks_for_nothing_but_the_sites_own_files() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    let address = site.address.clone();
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        requested(&page).await?;
        page.neighbours_of(&collection.cut(&STYLES[13])).await?;
        let foreign: Vec<String> = requested(&page).await?.into_iter().filter(|url| !is_local(url, &address)).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
        Ok(())
    })
    .await;
    let known = |file: &String| {
        SITE_FILES.iter().any(|start| file.starts_with(start)) || SITE_KINDS.iter().any(|kind| file.ends_with(kind))
    };
    let unknown: Vec<String> = site.asked().into_iter().filter(|file| !known(file)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

fn is_local(url: &str, address: &str) -> bool {
    ["blob:", "data:", address].iter().any(|start| url.starts_with(start))
}

/// Addresses that the page and its workers have asked for since the last call.
pub async fn requested(page: &Page) -> Result<Vec<String>> {
    let entries = page.browser().get_log("performance").await?;
    let messages = entries.iter().filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok());
    let sent = messages.filter(|event| event["message"]["method"] == "Network.requestWillBeSent");
    Ok(sent.filter_map(|event| event["message"]["params"]["request"]["url"].as_str().map(str::to_owned)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_stays_clean_and_the_content_policy_unbroken() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        page.neighbours_of(&collection.cut(&STYLES[2])).await?;
        page.play_row(0).await?;
        page.is_heard(Side::B).await?;
        let loud = |level: &str| ["SEVERE", "WARNING"].contains(&level);
        // A browser that draws WebGL by software reads its pixels back for the screen, and says that this is slow.
        let is_of_driver = |message: &str| message.contains("GL Driver Message (OpenGL, Performance");
        let said = page.browser().browser_log().await?.into_iter();
        let said: Vec<_> = said.filter(|entry| loud(&entry.level) && !is_of_driver(&entry.message)).collect();
        assert!(said.is_empty(), "{said:?}");
        assert_eq!(page.ask::<Vec<String>>("return window.violations").await?, Vec::<String>::new());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_within_reach_of_the_keyboard() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        page.engine_is_ready().await?;
        reach(&page, "#choose").await?;
        reach(&page, "#example").await?;
        page.neighbours_of(&collection.cut(&STYLES[4])).await?;
        page.ask::<()>("document.activeElement.blur()").await?;

        page.press(Key::Down).await?;
        page.press(Key::Enter).await?;
        page.is_heard(Side::B).await?;
        page.press("a").await?;
        page.is_heard(Side::A).await?;
        page.press("b").await?;
        page.is_heard(Side::B).await?;
        page.press(" ").await?;
        page.is_silent().await?;

        page.press("?").await?;
        let opened = "return document.querySelector('#keys').open || null";
        let _: bool = page.until("the keys are listed", opened).await?;
        page.press(Key::Escape).await?;
        let closed = "return !document.querySelector('#keys').open || null";
        let _: bool = page.until("the list of keys is closed", closed).await?;

        reach(&page, "#neighbours > li .play").await?;
        reach(&page, "#neighbours > li .score").await?;
        reach(&page, "#side-a").await?;
        reach(&page, "#seek").await
    })
    .await;
}

/// Presses Tab until the focus is on an element of `selector`.
async fn reach(page: &Page, selector: &str) -> Result<()> {
    const MOST_STEPS: usize = 120;
    let there = format!("return document.activeElement.matches('{selector}')");
    for _ in 0..MOST_STEPS {
        if page.ask(&there).await? {
            return Ok(());
        }
        page.press(Key::Tab).await?;
    }
    panic!("{selector} cannot be reached with Tab");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_block_of_the_page_is_told() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.ask::<()>("window.longTasks.length = 0").await?;
        page.neighbours_of(&collection.cut(&STYLES[0])).await?;
        let longest: f64 = page.ask("return Math.max(0, ...window.longTasks)").await?;
        println!("the page was blocked for {longest:.0} ms at the longest while a sound was analysed");
        Ok(())
    })
    .await;
}
