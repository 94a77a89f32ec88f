//! Finding by name in the built page with a catalogue of 278 581 tracks. `cargo xtask bench page.name page.choice` runs this.
//!
//! Prints a line `measured NAME VALUE LABEL` each.

#![allow(dead_code, reason = "the modules are those of the end-to-end tests")]

#[path = "../tests/e2e/browser.rs"]
mod browser;
#[path = "../tests/e2e/companion.rs"]
mod companion;
#[path = "large/make.rs"]
mod make;
#[path = "../tests/e2e/page.rs"]
mod page;
#[path = "../tests/e2e/site.rs"]
mod site;

use anyhow::{Context, Result};
use browser::on_page;
use page::Page;
use site::Site;
use std::time::Duration;
use thirtyfour::prelude::*;

const TRACKS: usize = 278_581;

/// Tracks that are looked for, every so many of the catalogue's.
const EVERY: usize = 25_307;

/// About as fast as people type.
const BETWEEN_KEYS: Duration = Duration::from_millis(90);

#[tokio::main]
async fn main() -> Result<()> {
    let folder = make::catalogue(TRACKS)?;
    let segments = make::manifest(&folder)?.segments;
    let bytes: u64 = segments.iter().filter_map(|segment| segment.names.as_ref()).map(|names| names.bytes).sum();
    println!("measured names.bytes {bytes} of names for {TRACKS} tracks");
    let site = Site::start(&folder).await;
    on_page(&site.address, |page| async move { measure(&page).await }).await;
    Ok(())
}

async fn measure(page: &Page) -> Result<()> {
    let here = format!(
        "const app = document.querySelector('#app').dataset; return app.engine === 'ready' && Number(app.exact) === {TRACKS} || null"
    );
    let _: bool = page.until("the catalogue is here", &here).await?;
    choose(page, "a").await?;
    let before = memory(page).await?;
    let named = "return document.querySelector('#names')?.textContent.includes('among') || null";
    let _: bool = page.until("the names are here", named).await?;
    let index = durations(page, "names").await?;
    println!("measured names.index {:.0} ms of the worker, in pieces, to read and index all names", last(&index)?);
    page.ask::<()>("window.longTasks.length = 0; performance.clearMeasures('sonoscape:find')").await?;
    for number in (0..TRACKS).step_by(EVERY) {
        let (title, artist, _) = make::named(number);
        clear(page).await?;
        for letter in mistyped(&format!("{artist} {title}")).chars() {
            page.press(letter.to_string()).await?;
            tokio::time::sleep(BETWEEN_KEYS).await;
        }
    }
    let mut times = durations(page, "find").await?;
    times.sort_by(f64::total_cmp);
    let label = format!("ms in the worker for a letter typed, of {}", times.len());
    println!("measured names.search {:.1} {label}, median", times[times.len() / 2]);
    println!("measured names.search_slow {:.1} {label}, 95 in 100 are faster", times[times.len() * 95 / 100]);
    println!("measured names.search_slowest {:.1} {label}, the slowest", last(&times)?);
    let longest: f64 = page.ask("return Math.max(0, ...window.longTasks)").await?;
    println!("measured names.longest_block {longest:.0} ms of the page while typing, 0 when none reached 50 ms");
    page.ask::<()>("performance.clearMeasures('sonoscape:choice')").await?;
    for number in (7..TRACKS).step_by(EVERY) {
        choose(page, &make::named(number).0).await?;
    }
    let mut times = durations(page, "choice").await?;
    times.sort_by(f64::total_cmp);
    println!(
        "measured names.choice {:.1} ms until its neighbours are shown, median of {}",
        times[times.len() / 2],
        times.len()
    );
    println!("measured names.choice_slowest {:.1} ms, the slowest", last(&times)?);
    let memory = memory(page).await? - before;
    println!("measured names.memory {memory:.0} bytes of the worker beyond the catalogue's, with what searches take");
    println!("measured names.memory_each {:.0} bytes of these for a track", memory / TRACKS as f64);
    Ok(())
}

/// Chooses the first track that is called so, and waits for its neighbours.
async fn choose(page: &Page, title: &str) -> Result<()> {
    let before = page.analyses().await?.len();
    clear(page).await?;
    page.press(title).await?;
    let found = "return document.querySelector('#found [data-kind=catalogue]') !== null || null";
    let _: bool = page.until("a track is found", found).await?;
    page.press(Key::Enter).await?;
    page.neighbours_after(before).await.map(|_| ())
}

async fn clear(page: &Page) -> Result<()> {
    page.press(Key::Escape + Key::Escape).await?;
    page.click("#search").await
}

/// With two letters exchanged and one left out, where there are so many.
fn mistyped(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() > 12 {
        letters.swap(3, 4);
        letters.remove(9);
    }
    letters.into_iter().collect()
}

async fn durations(page: &Page, stage: &str) -> Result<Vec<f64>> {
    page.ask(&format!("return performance.getEntriesByName('sonoscape:{stage}').map(entry => entry.duration)")).await
}

fn last(times: &[f64]) -> Result<f64> {
    times.last().copied().context("the page measured nothing")
}

async fn memory(page: &Page) -> Result<f64> {
    page.ask("return window.memory").await
}
