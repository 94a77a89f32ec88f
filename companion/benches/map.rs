//! The page's map in a real browser, beside regl-scatterplot and deck.gl. `cargo xtask bench map` runs this.
//!
//! Prints a line `measured NAME VALUE LABEL` each; times are in milliseconds. All draw the same tracks on a canvas of the same size in
//! the same browser, by software where it has no graphics processor, while the view moves the same way.

#![allow(dead_code, reason = "the modules are those of the end-to-end tests")]

#[path = "../tests/e2e/browser.rs"]
mod browser;
#[path = "../tests/e2e/companion.rs"]
mod companion;
#[path = "map/make.rs"]
mod make;
#[path = "../tests/e2e/page.rs"]
mod page;
#[path = "../tests/e2e/site.rs"]
mod site;

use anyhow::{Context, Result};
use browser::flagged;
use page::Page;
use serde::Deserialize;
use site::{Fault, Site};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const TRACKS: [usize; 2] = [278_581, 1_000_000];

/// Runs of each, of which the fastest counts: the computer may be shared.
const RUNS: usize = 2;

const PEERS: [(&str, &str); 2] = [("regl-scatterplot", "peer=regl-scatterplot"), ("deck.gl", "peer=deck.gl")];

/// Frames follow one another as fast as they can be drawn.
const UNHELD: [&str; 2] = ["--disable-gpu-vsync", "--disable-frame-rate-limit"];

/// Longer than anything here takes.
const WITHHELD: Duration = Duration::from_secs(3600);

/// A peer that has not drawn its frames by then is left out.
const PATIENCE: Duration = Duration::from_secs(300);

/// Counts the bytes that tracks take on the graphics processor.
const COUNTER: &str = "
    window.uploaded = 0;
    const upload = WebGL2RenderingContext.prototype.bufferData;
    WebGL2RenderingContext.prototype.bufferData = function (target, data, ...rest) {
        window.uploaded = Math.max(window.uploaded, data.byteLength ?? data);
        return upload.call(this, target, data, ...rest);
    };";

/// Moves the page's map like the peers', and picks tracks under the pointer.
const MEASURE: &str = "
    const map = document.querySelector('#map');
    const box = map.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    let drawn = 0;
    new MutationObserver(() => drawn++).observe(map, { attributes: true, attributeFilter: ['data-scale', 'data-x', 'data-y'] });
    const pointer = (kind, at, more) =>
        map.dispatchEvent(new PointerEvent(kind, { bubbles: true, pointerId: 9, pointerType: 'mouse', clientX: at[0], clientY: at[1], ...more }));
    let [middle, scale] = [[Number(map.dataset.x), Number(map.dataset.y)], Number(map.dataset.scale)];
    const view = (to, closer) => {
        map.firstElementChild.dispatchEvent(new WheelEvent('wheel', {
            bubbles: true, cancelable: true, clientX: x, clientY: y, deltaY: -Math.log(closer / scale) / 0.0016,
        }));
        scale = closer;
        const by = [(middle[0] - to[0]) * scale, (to[1] - middle[1]) * scale];
        // A pointer that hardly moves clicks.
        if (Math.hypot(...by) < 8) return;
        pointer('pointerdown', [x, y], { button: 0, buttons: 1 });
        pointer('pointermove', [x + by[0], y + by[1]], { buttons: 1 });
        pointer('pointerup', [x + by[0], y + by[1]], { button: 0 });
        middle = to;
    };
    const ms = await frames(view, () => drawn, Math.min(box.width, box.height));
    const picks = [];
    for (let i = 0; i < 400; i++) {
        const at = [box.left + (i * 37) % box.width, box.top + (i * 61) % box.height];
        const start = performance.now();
        pointer('pointermove', at, { buttons: 0 });
        picks.push(performance.now() - start);
    }
    picks.sort((a, b) => a - b);
    const shard = performance.getEntriesByName('sonoscape:shard').map(entry => entry.duration).sort((a, b) => a - b);
    return {
        ms, drawn, pick: picks[Math.floor(picks.length * 0.99)], bytes: window.uploaded,
        shard: shard[Math.floor(shard.length / 2)], tracks: Number(map.dataset.tracks),
        width: box.width, height: box.height, painter: map.dataset.painter,
    };";

/// What was measured of the page's map.
#[derive(Debug, Deserialize)]
struct Ours {
    ms: f64,
    pick: f64,
    bytes: f64,
    shard: f64,
    tracks: usize,
    width: f64,
    height: f64,
    painter: String,
}

#[derive(Debug, Deserialize)]
struct Theirs {
    ms: Option<f64>,
    version: Option<String>,
    failure: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let peers = std::env::var_os("PEERS").map(PathBuf::from);
    for tracks in TRACKS {
        let made = make::map(tracks)?;
        let mut best: Option<Ours> = None;
        for _ in 0..RUNS {
            let ours = ours(&made.folder).await?;
            best = Some(best.filter(|best| best.ms <= ours.ms).unwrap_or(ours));
        }
        let Ours { ms, pick, bytes, shard, tracks: drawn, width, height, painter } = best.context("a measurement")?;
        let size = format!("{width:.0} × {height:.0}");
        println!("measured landscape.frame_{tracks} {ms:.2} the page's map by {painter}, {drawn} tracks on {size}");
        println!("measured landscape.pick_{tracks} {pick:.3} ms, the 99th of a hundred");
        println!("measured landscape.bytes_{tracks} {:.2} bytes a track", bytes / drawn as f64);
        println!(
            "measured landscape.shard_{tracks} {shard:.1} ms, from the worker's message to the frame that shows it, median"
        );
        if let Some(folder) = &peers {
            std::fs::copy(&made.points, folder.join("points.u16"))?;
            theirs(folder, tracks, (width, height)).await?;
        }
    }
    Ok(())
}

async fn ours(folder: &Path) -> Result<Ours> {
    let site = Site::start(folder).await;
    site.spoil("catalogue/codes-", Fault::Late(WITHHELD));
    let frames = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/peers/frames.mjs");
    let frames = std::fs::read_to_string(frames)?.replace("export ", "");
    let script = format!(
        "const done = arguments[0]; (async () => {{ {frames} {MEASURE} }})().then(done, error => done(String(error)))"
    );
    let mut measured = None;
    flagged(&site.address, COUNTER, &UNHELD, |page| {
        let measured = &mut measured;
        async move {
            page.engine_is_ready().await?;
            page.click("#explore").await?;
            whole(&page).await?;
            let value = page.browser().execute_async(script, Vec::new()).await?.json().clone();
            *measured = Some(serde_json::from_value(value.clone()).with_context(|| value.to_string())?);
            Ok(())
        }
    })
    .await;
    measured.context("the page's map was not measured")
}

/// Waits until all tracks are on the map.
async fn whole(page: &Page) -> Result<()> {
    let script = "
        const [shown, said] = [document.querySelector('#map')?.dataset.tracks, document.querySelector('#landscape-facts')?.textContent];
        return shown && said && !said.includes(' of ') || null";
    page.until("the whole map is drawn", script).await.map(|_: bool| ())
}

async fn theirs(folder: &Path, tracks: usize, (width, height): (f64, f64)) -> Result<()> {
    let site = Site::of(folder.to_owned(), PathBuf::new()).await;
    let mut best: Option<(f64, String)> = None;
    for (peer, query) in PEERS {
        for _ in 0..RUNS {
            eprintln!("{peer}, {tracks} tracks");
            let address = format!("{}maps.html?{query}&points=points.u16&width={width}&height={height}", site.address);
            let mut measured = None;
            flagged(&address, "", &UNHELD, |page| {
                let measured = &mut measured;
                async move {
                    let done = "return document.documentElement.dataset.measured ?? null";
                    let started = Instant::now();
                    while measured.is_none() && started.elapsed() < PATIENCE {
                        tokio::time::sleep(Duration::from_secs(1)).await;
                        let text: Option<String> = page.ask(done).await?;
                        *measured = text.map(|text| serde_json::from_str::<Theirs>(&text)).transpose()?;
                    }
                    Ok(())
                }
            })
            .await;
            match measured {
                Some(Theirs { ms: Some(ms), version, .. }) => {
                    let label = version.unwrap_or_default();
                    println!("measured landscape.{peer}_{tracks} {ms:.2} {label}");
                    best = Some(best.filter(|best| best.0 <= ms).unwrap_or((ms, label)));
                }
                failed => eprintln!("{peer} with {tracks} tracks: {failed:?}"),
            }
        }
    }
    if let Some((ms, label)) = best {
        println!("measured landscape.best_peer_{tracks} {ms:.2} {label}, points of 2 px");
    }
    Ok(())
}
