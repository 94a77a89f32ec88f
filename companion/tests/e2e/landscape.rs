/// Wheel, fingers and flights.
mod camera;
/// Picking, enclosing, keys.
mod choose;
/// What the colours say, and what they filter.
mod colour;
/// Without WebGL, without a map, with forced colours.
mod fallback;
/// Walks, and moving over the map.
mod hear;
/// Screens of phones.
mod phone;
/// Coming part by part.
mod stream;

use crate::mapped::Placed;
use crate::music::STYLES;
use crate::page::Page;
use anyhow::Result;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::time::Duration;

/// How near to a whole pixel the browser's pointer is, with some to spare, in CSS pixels.
const PIXEL: f64 = 1.5;

/// What the page says of its map.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Seen {
    painter: String,
    tracks: usize,
    x: f64,
    y: f64,
    scale: f64,
    /// The map's place on the screen.
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Seen {
    /// Where on the screen a place of the map is.
    fn screen(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (right, up) = ((x - self.x) * self.scale, (y - self.y) * self.scale);
        (self.left + self.width / 2.0 + right, self.top + self.height / 2.0 - up)
    }

    fn map(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (right, down) = (x - self.left - self.width / 2.0, y - self.top - self.height / 2.0);
        (self.x + right / self.scale, self.y - down / self.scale)
    }
}

const SEEN: &str = "
    const map = document.querySelector('#map');
    if (!map?.dataset.scale || map.dataset.moving === 'true') return null;
    const { left, top, width, height } = map.getBoundingClientRect();
    const { painter, tracks, x, y, scale } = map.dataset;
    return { painter, tracks: +tracks, x: +x, y: +y, scale: +scale, left, top, width, height };";

async fn seen(page: &Page) -> Result<Seen> {
    page.until("the map is drawn and stands still", SEEN).await
}

/// Waits until the map stands still in another way than before.
async fn seen_otherwise(page: &Page, before: &Seen) -> Result<Seen> {
    loop {
        let now = seen(page).await?;
        if (now.x, now.y, now.scale) != (before.x, before.y, before.scale) {
            return Ok(now);
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Opens the map without a sound, once it is whole.
async fn open(page: &Page, tracks: usize) -> Result<Seen> {
    page.engine_is_ready().await?;
    page.click("#explore").await?;
    let whole = format!("return document.querySelector('#map')?.dataset.tracks === '{tracks}' || null");
    let _: bool = page.until("all tracks are on the map", &whole).await?;
    seen(page).await
}

async fn mouse(page: &Page, kind: &str, (x, y): (f64, f64), held: bool) -> Result<()> {
    let parameters = json!({
        "type": kind, "x": x, "y": y, "button": if held { "left" } else { "none" }, "buttons": u8::from(held), "clickCount": 1
    });
    page.browser().cdp().send_raw("Input.dispatchMouseEvent", parameters).await?;
    Ok(())
}

async fn drag(page: &Page, way: &[(f64, f64)]) -> Result<()> {
    let (first, last) = (way[0], way[way.len() - 1]);
    mouse(page, "mouseMoved", first, false).await?;
    mouse(page, "mousePressed", first, true).await?;
    for at in way {
        mouse(page, "mouseMoved", *at, true).await?;
    }
    mouse(page, "mouseReleased", last, true).await
}

/// A single tap.
async fn tap(page: &Page, at: (f64, f64)) -> Result<()> {
    touch(page, "touchStart", &[at]).await?;
    touch(page, "touchEnd", &[]).await
}

async fn wheel(page: &Page, (x, y): (f64, f64), by: f64) -> Result<()> {
    let parameters = json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": by });
    page.browser().cdp().send_raw("Input.dispatchMouseEvent", parameters).await?;
    Ok(())
}

async fn touch(page: &Page, kind: &str, points: &[(f64, f64)]) -> Result<()> {
    let points: Vec<_> = points.iter().enumerate().map(|(id, (x, y))| json!({ "x": x, "y": y, "id": id })).collect();
    page.browser().cdp().send_raw("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await?;
    Ok(())
}

/// The title on the card of the track that is pointed at, once it has come.
async fn card(page: &Page, title: &str) -> Result<()> {
    let script = format!("return document.querySelector('#map-card .title')?.textContent === {} || null", json!(title));
    page.until(&format!("the card says {title}"), &script).await.map(|_: bool| ())
}

/// Titles of the list that was enclosed or walked along, once all of them have come.
async fn listed(page: &Page) -> Result<Vec<String>> {
    let script = "
        const titles = [...document.querySelectorAll('#map-list .map-list-row .title')].map(title => title.textContent);
        return titles.length && !titles.includes('…') ? titles : null";
    page.until("the list is there", script).await
}

/// How many colours there are on a canvas of the map, and how many of its pixels are not of the most frequent one.
async fn drawn(page: &Page, canvas: &str) -> Result<(usize, usize)> {
    let count = "
        const counts = new Map();
        for (const pixel of new Uint32Array(pixels.data.buffer)) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
        return [counts.size, pixels.width * pixels.height - Math.max(...counts.values())];";
    pixels(page, canvas, count).await
}

/// What a script makes of the `pixels` of a canvas of the map. What WebGL has drawn can be read until it is shown, so it draws again.
async fn pixels<T: DeserializeOwned>(page: &Page, canvas: &str, script: &str) -> Result<T> {
    let script = format!(
        "const done = arguments[0];
         dispatchEvent(new Event('themechange'));
         requestAnimationFrame(() => {{
             const source = document.querySelector('{canvas}');
             const copy = document.createElement('canvas');
             [copy.width, copy.height] = [source.width, source.height];
             const context = copy.getContext('2d');
             context.drawImage(source, 0, 0);
             const pixels = context.getImageData(0, 0, copy.width, copy.height);
             done((() => {{ {script} }})());
         }});"
    );
    let value = page.browser().execute_async(script, Vec::new()).await?;
    Ok(serde_json::from_value(value.json().clone())?)
}

fn near(a: (f64, f64), b: (f64, f64), by: f64) -> bool {
    (a.0 - b.0).abs() <= by && (a.1 - b.1).abs() <= by
}

fn own(placed: &[Placed], style: usize) -> &Placed {
    placed.iter().find(|track| track.title == STYLES[style].name).expect("a track of the collection")
}

/// Lets the colours say something.
async fn colour_by(page: &Page, way: &str) -> Result<()> {
    choose(page, "#map-colouring", way).await
}

async fn choose(page: &Page, select: &str, value: &str) -> Result<()> {
    let script = format!(
        "const select = document.querySelector('{select}');
         select.value = {};
         select.dispatchEvent(new Event('change', {{ bubbles: true }}))",
        json!(value)
    );
    page.ask(&script).await
}

async fn emulate_media(page: &Page, features: &[(&str, &str)]) -> Result<()> {
    let features: Vec<_> = features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    page.browser().cdp().send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
    Ok(())
}
