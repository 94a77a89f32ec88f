use crate::browser::{on_page, prepared};
use crate::collection::{Collection, scratch};
use crate::companion::Server;
use crate::crowd;
use crate::mapped::{self, Placed};
use crate::music::STYLES;
use crate::page::{Page, Side};
use crate::site::{Fault, Site};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;
use thirtyfour::prelude::*;

/// How near to a whole pixel the browser's pointer is, with some to spare, in CSS pixels.
const PIXEL: f64 = 1.5;

/// Collects what is played, and what is saved as a file.
const LISTENER: &str = "
    window.played = [];
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () { window.played.push(this); return play.call(this); };
    const create = URL.createObjectURL;
    URL.createObjectURL = blob => {
        if (blob.type === 'audio/x-mpegurl') blob.text().then(text => { window.saved = text; });
        return create.call(URL, blob);
    };";

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
    let script = format!(
        "const source = document.querySelector('{canvas}');
         const copy = document.createElement('canvas');
         [copy.width, copy.height] = [source.width, source.height];
         const context = copy.getContext('2d');
         context.drawImage(source, 0, 0);
         const pixels = new Uint32Array(context.getImageData(0, 0, copy.width, copy.height).data.buffer);
         const counts = new Map();
         for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
         return [counts.size, pixels.length - Math.max(...counts.values())];"
    );
    page.ask(&script).await
}

fn near(a: (f64, f64), b: (f64, f64), by: f64) -> bool {
    (a.0 - b.0).abs() <= by && (a.1 - b.1).abs() <= by
}

fn own(placed: &[Placed], style: usize) -> &Placed {
    placed.iter().find(|track| track.title == STYLES[style].name).expect("a track of the collection")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wheel_looks_closer_at_what_is_under_the_pointer_and_dragging_moves() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        let before = open(&page, placed.len()).await?;
        assert_eq!(before.painter, "webgl2");
        let at = (before.left + 200.0, before.top + 150.0);
        wheel(&page, at, -300.0).await?;
        let closer = seen_otherwise(&page, &before).await?;
        assert!(closer.scale > 1.3 * before.scale, "{closer:?}");
        assert!(near(closer.screen(before.map(at)), at, PIXEL), "{closer:?}");

        drag(&page, &[(before.left + 300.0, before.top + 300.0), (before.left + 340.0, before.top + 320.0)]).await?;
        let moved = seen_otherwise(&page, &closer).await?;
        let place = closer.map(at);
        assert!(near(moved.screen(place), (at.0 + 40.0, at.1 + 20.0), PIXEL), "{moved:?}");
        assert_eq!(moved.scale, closer.scale);

        page.click("#zoom-whole").await?;
        let whole = seen_otherwise(&page, &moved).await?;
        assert!(near((whole.x, whole.y), (before.x, before.y), 1e-3) && (whole.scale - before.scale).abs() < 1.0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_fingers_pinch_and_one_taps() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        let before = open(&page, placed.len()).await?;
        let at = |x: f64, y: f64| (before.left + x, before.top + y);
        touch(&page, "touchStart", &[at(300.0, 250.0)]).await?;
        touch(&page, "touchStart", &[at(300.0, 250.0), at(400.0, 250.0)]).await?;
        for step in 1..=10 {
            let spread = 10.0 * f64::from(step);
            touch(&page, "touchMove", &[at(300.0 - spread, 250.0), at(400.0 + spread, 250.0)]).await?;
        }
        touch(&page, "touchEnd", &[]).await?;
        let closer = seen_otherwise(&page, &before).await?;
        assert!((closer.scale / before.scale - 3.0).abs() < 0.4, "{closer:?}");
        let middle = at(350.0, 250.0);
        assert!(near(closer.screen(before.map(middle)), middle, 12.0), "{closer:?}");

        let track = own(placed, 3);
        page.click("#zoom-whole").await?;
        let whole = seen_otherwise(&page, &closer).await?;
        touch(&page, "touchStart", &[whole.screen(track.at)]).await?;
        touch(&page, "touchEnd", &[]).await?;
        card(&page, &track.title).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_that_is_pointed_at_says_what_it_is_and_plays() {
    let (folder, placed) = mapped::folder();
    let server = Server::start(folder, &Collection::get().music);
    on_page(&server.address, |page| async move {
        let map = open(&page, placed.len()).await?;
        for style in [1, 6, 12] {
            mouse(&page, "mouseMoved", map.screen(own(placed, style).at), false).await?;
            card(&page, STYLES[style].name).await?;
        }
        drag(&page, &[map.screen(own(placed, 5).at)]).await?;
        card(&page, STYLES[5].name).await?;
        page.click("#map-card .play").await?;
        page.is_heard(Side::B).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_line_or_a_box_encloses_is_listed() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        let map = open(&page, placed.len()).await?;
        let within = |low: (f64, f64), high: (f64, f64)| -> BTreeSet<String> {
            let inside =
                |track: &&Placed| (low.0..high.0).contains(&track.at.0) && (low.1..high.1).contains(&track.at.1);
            placed.iter().filter(inside).map(|track| track.title.clone()).collect()
        };
        let (low, high) = ((0.2, 0.3), (0.44, 0.47));
        page.click("#tool-box").await?;
        drag(&page, &[map.screen(low), map.screen((0.3, 0.4)), map.screen(high)]).await?;
        let titles = listed(&page).await?;
        assert_eq!(titles.iter().cloned().collect::<BTreeSet<_>>(), within(low, high));
        assert_eq!(titles.len(), within(low, high).len());

        page.click("#tour-close").await?;
        page.click("#tool-lasso").await?;
        let corner = |x: f64, y: f64| map.screen((x, y));
        let around =
            [corner(0.61, 0.61), corner(0.7, 0.61), corner(0.79, 0.61), corner(0.79, 0.78), corner(0.61, 0.78)];
        drag(&page, &around).await?;
        let titles = listed(&page).await?;
        assert_eq!(titles.iter().cloned().collect::<BTreeSet<_>>(), within((0.61, 0.61), (0.79, 0.78)));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_legend_filters_map_and_list_alike() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.neighbours_of(&Collection::get().cut(&STYLES[2])).await?;
        page.ask::<()>(
            "const way = document.querySelector('#map-colouring');
             way.value = 'style';
             way.dispatchEvent(new Event('change', { bubbles: true }))",
        )
        .await?;
        let entry = "return document.querySelector('#map-legend [data-name=crowd]') !== null || null";
        let _: bool = page.until("the legend names the style", entry).await?;
        page.click("#map-legend [data-name=crowd]").await?;
        let filtered = "
            const titles = [...document.querySelectorAll('#neighbours > li')].map(row => row.dataset.title);
            const all = titles.length === 10 && titles.every(title => title.startsWith('Crowd'));
            return all && document.querySelector('#filter-style').value === 'crowd' || null";
        let _: bool = page.until("the list is filtered", filtered).await?;
        page.click("#zoom-whole").await?;
        let map = seen(&page).await?;
        page.click("#tool-box").await?;
        let (low, high) = ((0.3, 0.4), (0.5, 0.6));
        drag(&page, &[map.screen(low), map.screen((0.4, 0.5)), map.screen(high)]).await?;
        let titles = listed(&page).await?;
        let inside = |track: &&Placed| (low.0..high.0).contains(&track.at.0) && (low.1..high.1).contains(&track.at.1);
        let (crowd, others): (Vec<_>, Vec<_>) = placed.iter().filter(inside).partition(|track| track.style == "crowd");
        assert!(!others.is_empty());
        let crowd: BTreeSet<_> = crowd.into_iter().map(|track| track.title.clone()).collect();
        assert_eq!(titles.into_iter().collect::<BTreeSet<_>>(), crowd);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_lies_among_its_neighbours_and_the_map_flies_there() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        let rows = page.neighbours_of(&Collection::get().cut(&STYLES[4])).await?;
        let map = seen(&page).await?;
        for row in &rows {
            let track = placed.iter().find(|track| track.title == row.title).context("a neighbour on the map")?;
            let (x, y) = map.screen(track.at);
            let inside = x > map.left && x < map.left + map.width && y > map.top && y < map.top + map.height;
            assert!(inside, "{row:?} is not on the screen: {map:?}");
        }
        let (_, marks) = drawn(&page, ".map-marks").await?;
        assert!(marks > 1000, "nothing ties the sound to its neighbours: {marks} pixels");

        let first = own(placed, 4);
        mouse(&page, "mouseMoved", map.screen(first.at), false).await?;
        let row = "return document.querySelector('#neighbours > li.row-pointed')?.dataset.title ?? null";
        let title: String = page.until("the list shows what the map points at", row).await?;
        assert_eq!(title, first.title);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_asked_for_no_motion_are_there_at_once() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    let watch = "
        window.moved = 0;
        new MutationObserver(changes => {
            for (const change of changes) if (change.target.dataset?.moving === 'true') window.moved += 1;
        }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-moving'] });";
    prepared(&site.address, watch, |page| async move {
        let reduce = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        page.browser().cdp().send_raw("Emulation.setEmulatedMedia", reduce).await?;
        let before = open(&page, placed.len()).await?;
        page.click("#zoom-in").await?;
        let closer = seen_otherwise(&page, &before).await?;
        assert!(closer.scale > 1.5 * before.scale);
        assert_eq!(page.ask::<u32>("return window.moved").await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_that_is_lost_leaves_the_map_and_comes_back() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        open(&page, placed.len()).await?;
        let (_, before) = drawn(&page, ".map-canvas").await?;
        assert!(before > 1000, "{before} pixels");
        page.ask::<()>(
            "const context = document.querySelector('.map-canvas').getContext('webgl2');
             window.thief = context.getExtension('WEBGL_lose_context');
             window.thief.loseContext()",
        )
        .await?;
        let painter =
            |name: &str| format!("return document.querySelector('#map').dataset.painter === '{name}' || null");
        let _: bool = page.until("the map is drawn without WebGL", &painter("2d")).await?;
        assert!(drawn(&page, ".map-marks").await?.1 > 1000, "the map is blank");
        page.ask::<()>("window.thief.restoreContext()").await?;
        let _: bool = page.until("WebGL draws again", &painter("webgl2")).await?;
        assert_eq!(drawn(&page, ".map-canvas").await?.1, before);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_webgl_there_is_a_map_too() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    let without = "
        const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest);
        };";
    prepared(&site.address, without, |page| async move {
        let map = open(&page, placed.len()).await?;
        assert_eq!(map.painter, "2d");
        assert!(drawn(&page, ".map-marks").await?.1 > 1000, "the map is blank");
        mouse(&page, "mouseMoved", map.screen(own(placed, 7).at), false).await?;
        card(&page, STYLES[7].name).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_come_of_the_map_stays_where_it_is_when_the_rest_comes() {
    let site = Site::start(mapped::large()).await;
    let segments = crowd::manifest(mapped::large()).segments;
    for segment in &segments[1..] {
        site.spoil(&format!("catalogue/{}", segment.sketch.name), Fault::Late(Duration::from_secs(5)));
    }
    let (some, all) = (segments[0].tracks, segments.iter().map(|segment| segment.tracks).sum::<usize>());
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.click("#explore").await?;
        let first: Seen = page
            .until("the first tracks are drawn", &SEEN.replace("if (", "if (map?.dataset.tracks === '0' || "))
            .await?;
        assert_eq!(first.tracks, some);
        wheel(&page, (first.left + 200.0, first.top + 200.0), -400.0).await?;
        let closer = seen_otherwise(&page, &first).await?;
        let whole = format!("return document.querySelector('#map').dataset.tracks === '{all}' || null");
        let _: bool = page.until("all tracks are drawn", &whole).await?;
        let last = seen(&page).await?;
        assert_eq!((last.x, last.y, last.scale), (closer.x, closer.y, closer.scale));
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_gives_the_tracks_along_its_line_in_order_and_as_a_playlist() {
    let (folder, placed) = mapped::folder();
    let server = Server::start(folder, &Collection::get().music);
    prepared(&server.address, LISTENER, |page| async move {
        let map = open(&page, placed.len()).await?;
        page.click("#tool-walk").await?;
        let (from, to) = (own(placed, 0).at, own(placed, 13).at);
        let way: Vec<_> =
            (0..=40).map(|i| map.screen((from.0 + (to.0 - from.0) * f64::from(i) / 40.0, from.1))).collect();
        drag(&page, &way).await?;
        let titles = listed(&page).await?;
        assert_eq!(titles.iter().collect::<BTreeSet<_>>().len(), titles.len(), "a track comes twice: {titles:?}");
        let stops: Vec<usize> =
            titles.iter().filter_map(|title| STYLES.iter().position(|style| style.name == *title)).collect();
        assert_eq!(stops, (0..=13).collect::<Vec<_>>());

        page.click("#tour-save").await?;
        let saved: String = page.until("the playlist is saved", "return window.saved ?? null").await?;
        assert!(saved.starts_with("#EXTM3U\n"), "{saved}");
        assert_eq!(saved.lines().filter(|line| line.starts_with("http")).count(), saved.matches("#EXTINF").count());
        let named: Vec<usize> = titles.iter().filter_map(|title| saved.find(&format!(" - {title}\n"))).collect();
        assert!(named.len() >= 10 && named.is_sorted(), "{saved}");

        page.click("#tour-play").await?;
        page.is_heard(Side::B).await?;
        let source = "return document.querySelector('#audio-b').src";
        let first: String = page.ask(source).await?;
        page.ask::<()>("document.querySelector('#audio-b').currentTime = 59.6").await?;
        let next = format!(
            "const now = document.querySelector('#audio-b'); return now.src !== {} && !now.paused || null",
            json!(first)
        );
        page.until("the next track plays by itself", &next).await.map(|_: bool| ())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_over_the_map_fades_from_track_to_track() {
    let (folder, placed) = mapped::folder();
    let server = Server::start(folder, &Collection::get().music);
    prepared(&server.address, LISTENER, |page| async move {
        let map = open(&page, placed.len()).await?;
        page.click("#tool-hear").await?;
        for (i, style) in [2, 9].into_iter().enumerate() {
            mouse(&page, "mouseMoved", map.screen(own(placed, style).at), false).await?;
            let heard = format!(
                "const player = window.played[{i}];
                 return player && player.currentTime > 0 && player.volume > 0.9 && decodeURIComponent(player.src) || null"
            );
            let source: String = page.until("the track is heard", &heard).await?;
            assert!(source.contains(STYLES[style].name), "{source}");
        }
        let silent = "return window.played[0].paused || null";
        let _: bool = page.until("the first has faded out", silent).await?;
        mouse(&page, "mouseMoved", (map.left - 10.0, map.top - 10.0), false).await?;
        let silent = "return window.played.every(player => player.paused) || null";
        page.until("nothing is heard beside the map", silent).await.map(|_: bool| ())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_walks_the_map_and_the_same_is_there_as_a_list() {
    let (folder, placed) = mapped::folder();
    let server = Server::start(folder, &Collection::get().music);
    on_page(&server.address, |page| async move {
        page.neighbours_of(&Collection::get().cut(&STYLES[4])).await?;
        page.press("m").await?;
        let on_map = "return document.activeElement.id === 'map' || null";
        let _: bool = page.until("the keyboard is on the map", on_map).await?;
        page.press("0").await?;
        page.press(Key::Right).await?;
        let title = "return document.querySelector('#map-card .title')?.textContent ?? '…'";
        let named = format!("const title = (() => {{ {title} }})(); return title === '…' ? null : title");
        let first: String = page.until("a track is meant", &named).await?;
        let at = |title: &str| placed.iter().find(|track| track.title == title).map(|track| track.at);
        page.press(Key::Right).await?;
        let other = format!(
            "const title = (() => {{ {title} }})(); return title === '…' || title === {} ? null : title",
            json!(first)
        );
        let second: String = page.until("the next track is meant", &other).await?;
        assert!(at(&second).context("a track")?.0 > at(&first).context("a track")?.0, "{first} {second}");

        let before = seen(&page).await?;
        page.press("+").await?;
        assert!(seen_otherwise(&page, &before).await?.scale > before.scale);
        page.press(Key::Escape).await?;
        page.press(Key::Escape).await?;
        let left = "return document.activeElement.closest('#neighbours') !== null || null";
        let _: bool = page.until("the keyboard has left the map", left).await?;

        page.click("#map-words > summary").await?;
        let rows = "return document.querySelectorAll('#map-words .map-list-row').length || null";
        assert_eq!(page.until::<usize>("the list is there", rows).await?, 10);
        page.click("#map-words .map-list-row .play").await?;
        page.is_heard(Side::B).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_without_places_has_no_map() {
    let folder = scratch().join("unmapped");
    let mut segments = crowd::segments(&crowd::manifest(&Collection::get().catalogue));
    segments.iter_mut().flatten().for_each(|entry| (entry.position, entry.cluster) = (None, None));
    crowd::write(&folder, "unmapped", &segments[..1]);
    let site = Site::start(&folder).await;
    on_page(&site.address, |page| async move {
        page.neighbours_of(&Collection::get().cut(&STYLES[2])).await?;
        let rooms: u32 = page.ask("return document.querySelectorAll('#landscape, .map-swap, #explore').length").await?;
        assert_eq!(rooms, 0);
        Ok(())
    })
    .await;
}
