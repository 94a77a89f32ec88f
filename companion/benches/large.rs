//! What a catalogue of 278 581 tracks costs in the built page. `cargo xtask bench catalogue` runs this.
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
use companion::built_site;
use page::Page;
use site::{Fault, Site};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const TRACKS: usize = 278_581;

const RUNS: usize = 15;

/// Longer than anything here takes.
const WITHHELD: Duration = Duration::from_secs(3600);

/// Bytes of a code of 256 values with its scale, and of a map position.
const CODE_AND_POSITION: f64 = (256 + 4 + 4) as f64;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = make::catalogue(TRACKS)?;
    let empty = memory_without(&built_site().join("catalogue")).await?;
    first_looks(&folder).await?;
    whole(&folder, empty).await
}

/// Memory of the worker with the demo catalogue, in bytes.
async fn memory_without(folder: &Path) -> Result<f64> {
    let site = Site::start(folder).await;
    let mut memory = 0.0;
    on_page(&site.address, |page| {
        let memory = &mut memory;
        async move {
            page.engine_is_ready().await?;
            page.neighbours_of(&example()?).await?;
            *memory = used(&page).await?;
            Ok(())
        }
    })
    .await;
    Ok(memory)
}

/// Bytes of catalogue until an answer: from the signs of the first segment, and from those of all.
async fn first_looks(folder: &Path) -> Result<()> {
    let segments = make::manifest(folder)?.segments;
    let others: Vec<String> = segments[1..].iter().map(|segment| segment.sketch.name.clone()).collect();
    let codes: Vec<String> = segments.iter().map(|segment| segment.codes.name.clone()).collect();
    let [some, all] = [segments[0].tracks, TRACKS];
    for (name, found, withheld) in
        [("first_look", some, [others, codes.clone()].concat()), ("first_answer", all, codes)]
    {
        let site = Site::start(folder).await;
        for shard in &withheld {
            site.spoil(&format!("catalogue/{shard}"), Fault::Late(WITHHELD));
        }
        on_page(&site.address, |page| async move {
            ready_with(&page, &format!("engine.found === {found}")).await?;
            page.choose(&example()?).await?;
            let answered = "return window.analyses.length > 0 || null";
            page.until("there is an answer", answered).await.map(|_: bool| ())
        })
        .await;
        let came = |file: &&String| !withheld.iter().any(|shard| file.ends_with(shard));
        let bytes: u64 = site.asked().iter().filter(came).filter_map(|file| size(folder, file)).sum();
        println!("measured large.{name} {bytes} bytes of catalogue, uncompressed, for an answer among {found} tracks");
    }
    Ok(())
}

/// Times of a first and a second visit, and memory.
async fn whole(folder: &Path, empty: f64) -> Result<()> {
    let site = Site::start(folder).await;
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            let start = Instant::now();
            page.browser().refresh().await?;
            everything_is_here(&page).await?;
            println!("measured large.load {:.0} first visit, from this computer", start.elapsed().as_secs_f64() * 1e3);
            page.neighbours_of(&example()?).await?;
            let bytes = used(&page).await? - empty;
            let ratio = bytes / (TRACKS as f64 * CODE_AND_POSITION);
            println!(
                "measured large.memory_ratio {ratio:.3} memory of the worker beyond the demo's ÷ codes and positions"
            );
            for _ in 1..RUNS {
                page.neighbours_of(&example()?).await?;
            }
            let times = "return performance.getEntriesByName('sonoscape:search').map(entry => entry.duration)";
            let mut times: Vec<f64> = page.ask(times).await?;
            println!("measured large.first_search {:.1} ms, in the page", times.first().context("no search")?);
            times.sort_by(f64::total_cmp);
            println!("measured large.search {:.1} ms, in the page, median of {RUNS}", times[times.len() / 2]);

            let before = site.asked().len();
            let start = Instant::now();
            page.browser().refresh().await?;
            everything_is_here(&page).await?;
            println!("measured large.load_again {:.0} second visit", start.elapsed().as_secs_f64() * 1e3);
            let again: u64 = site.asked()[before..].iter().filter_map(|file| size(folder, file)).sum();
            println!("measured large.second_visit {again} bytes of catalogue until all of it is searched");
            Ok(())
        }
    })
    .await;
    Ok(())
}

async fn everything_is_here(page: &Page) -> Result<()> {
    ready_with(page, "engine.exact === engine.found").await
}

/// Waits until the catalogue has come so far.
async fn ready_with(page: &Page, condition: &str) -> Result<()> {
    let script = format!(
        "const app = document.querySelector('#app').dataset;
         const engine = {{ found: Number(app.found), exact: Number(app.exact) }};
         return app.engine === 'ready' && {condition} || null"
    );
    page.until("the catalogue is here", &script).await.map(|_: bool| ())
}

async fn used(page: &Page) -> Result<f64> {
    page.ask("return window.memory").await
}

fn size(folder: &Path, file: &str) -> Option<u64> {
    Some(folder.join(file.strip_prefix("catalogue/")?).metadata().ok()?.len())
}

/// The piece that comes with the page.
fn example() -> Result<PathBuf> {
    Ok(built_site().join("example.mp3"))
}
