//! Times of the built page in a real browser, beside onnxruntime-web. `cargo xtask bench page` runs this.
//!
//! Prints a line `measured NAME VALUE LABEL` each; times are medians of many runs, in milliseconds.

#![allow(dead_code, reason = "the modules are those of the end-to-end tests")]

#[path = "../tests/e2e/browser.rs"]
mod browser;
#[path = "../tests/e2e/collection.rs"]
mod collection;
#[path = "../tests/e2e/companion.rs"]
mod companion;
#[path = "../tests/e2e/music.rs"]
mod music;
#[path = "../tests/e2e/page.rs"]
mod page;
#[path = "../tests/e2e/site.rs"]
mod site;
#[path = "../tests/e2e/wav.rs"]
mod wav;

use anyhow::{Context, Result, ensure};
use browser::on_page;
use companion::{built_site, sonoscape};
use page::Page;
use serde_json::Value;
use site::Site;
use std::collections::BTreeSet;
use std::fs::File;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 11;

const MOST_FOR_INDEXES: Duration = Duration::from_secs(1200);

/// Stages that the page measures, each time a sound is dropped.
const STAGES: [&str; 5] = ["total", "decode", "mel", "encode", "search"];

#[tokio::main]
async fn main() -> Result<()> {
    let peers = std::env::var_os("PEERS").map(PathBuf::from);
    if std::env::args().any(|argument| argument == "indexes") {
        return indexes(peers.context("PEERS names no folder")?).await;
    }
    let site = Site::start(&built_site().join("catalogue")).await;
    on_page(&site.address, |page| async move { times(&page).await }).await;
    first_visit(&site.asked())?;
    native()?;
    match peers {
        Some(folder) => onnxruntime_web(folder).await,
        None => Ok(()),
    }
}

async fn times(page: &Page) -> Result<()> {
    let browser: String = page.ask(r"return navigator.userAgent.match(/Chrome\/(\d+)/)[1]").await?;
    let example = example()?;
    let label = format!("Chromium {browser}, {}", example.file_name().unwrap_or_default().to_string_lossy());
    page.engine_is_ready().await?;
    let ready = median(durations(page, "engine").await?)?;
    page.ask::<()>("window.longTasks.length = 0").await?;
    for _ in 0..RUNS {
        page.neighbours_of(&example).await?;
    }
    println!("measured page.engine_ready {ready:.1} {label}");
    for stage in STAGES {
        println!("measured page.{stage} {:.1} {label}", median(durations(page, stage).await?)?);
    }
    let longest: f64 = page.ask("return Math.max(0, ...window.longTasks)").await?;
    println!("measured page.longest_block {longest:.0} {label}, 0 when none reached 50 ms");
    Ok(())
}

/// The same question asked of the companion, from the start of its process to its end.
fn native() -> Result<()> {
    let (example, catalogue) = (example()?, built_site().join("catalogue"));
    let ask = || -> Result<f64> {
        let start = Instant::now();
        let output = sonoscape().arg("search").arg(&example).arg("--catalogue").arg(&catalogue).output()?;
        ensure!(output.status.success(), "`sonoscape search` failed");
        Ok(start.elapsed().as_secs_f64() * 1e3)
    };
    let times = (0..RUNS).map(|_| ask()).collect::<Result<_>>()?;
    println!("measured page.native_search {:.1} `sonoscape search`, whole process", median(times)?);
    Ok(())
}

/// The piece that comes with the page.
fn example() -> Result<PathBuf> {
    let files = std::fs::read_dir(built_site())?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut examples = files.filter(|path| path.file_stem().is_some_and(|stem| stem == "example"));
    examples.next().context("the page has no example")
}

async fn durations(page: &Page, stage: &str) -> Result<Vec<f64>> {
    page.ask(&format!("return performance.getEntriesByName('sonoscape:{stage}').map(entry => entry.duration)")).await
}

fn median(mut values: Vec<f64>) -> Result<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().context("the page measured nothing")
}

/// Bytes that a first visit transfers, from a host that compresses with gzip where that helps.
fn first_visit(asked: &[String]) -> Result<()> {
    let needed: BTreeSet<PathBuf> = asked.iter().map(|file| built_site().join(file)).collect();
    let example = example()?;
    let (mut visit, mut wasm) = (Size::default(), Size::default());
    for path in needed.iter().filter(|path| path.is_file() && **path != example) {
        let size = Size::of(path)?;
        visit += size;
        if path.extension().is_some_and(|end| end == "wasm") {
            wasm += size;
        }
    }
    for (name, size) in [("first_visit", visit), ("wasm", wasm)] {
        println!("measured page.{name} {} gzip -9", size.compressed);
        println!("measured page.{name}_uncompressed {}", size.plain);
    }
    Ok(())
}

/// Bytes of a file, and of the file as a host sends it.
#[derive(Clone, Copy, Default)]
struct Size {
    plain: u64,
    compressed: u64,
}

impl Size {
    fn of(path: &Path) -> Result<Self> {
        let plain = path.metadata()?.len();
        let gzip = Command::new("gzip").args(["-9", "-c"]).stdin(Stdio::from(File::open(path)?)).output()?;
        Ok(Self { plain, compressed: plain.min(gzip.stdout.len() as u64) })
    }
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.plain += other.plain;
        self.compressed += other.compressed;
    }
}

async fn onnxruntime_web(folder: PathBuf) -> Result<()> {
    let encoder = sonoscape::Encoder::from_onnx(&std::fs::read(folder.join("encoder.onnx"))?)?;
    let site = Site::of(folder, PathBuf::new()).await;
    let address = format!("{}onnxruntime-web.html?tiles={}", site.address, encoder.card().tiles.per_excerpt);
    on_page(&address, |page| async move {
        let result: Value = page
            .until(
                "onnxruntime-web is measured",
                "const { median, version, failure } = document.documentElement.dataset;
                 return median || failure ? { median, version, failure } : null",
            )
            .await?;
        let median = result["median"].as_str().with_context(|| format!("onnxruntime-web failed: {result}"))?;
        let version = result["version"].as_str().unwrap_or_default();
        println!("measured page.onnxruntime_web {:.1} onnxruntime-web {version}, one thread", median.parse::<f64>()?);
        Ok(())
    })
    .await;
    Ok(())
}

/// Other indexes of vectors, which take minutes to build.
async fn indexes(folder: PathBuf) -> Result<()> {
    let site = Site::of(folder, PathBuf::new()).await;
    on_page(&format!("{}indexes.html", site.address), |page| async move {
        let deadline = Instant::now() + MOST_FOR_INDEXES;
        loop {
            let measured: Option<String> = page.ask("return document.documentElement.dataset.measured || null").await?;
            if let Some(lines) = measured {
                println!("{lines}");
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "the indexes take too long");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    Ok(())
}
