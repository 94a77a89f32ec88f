use super::*;
use crate::browser::{on_page, prepared};
use crate::collection::Collection;
use crate::mapped;
use crate::site::Site;
use anyhow::Context;

/// Collects what is seen from frame to frame.
const WATCH: &str = "
    window.views = [];
    new MutationObserver(changes => {
        const map = changes.map(change => change.target).find(target => target.dataset?.scale);
        if (map) window.views.push([+map.dataset.x, +map.dataset.y, +map.dataset.scale, map.dataset.moving === 'true']);
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-x', 'data-y', 'data-scale', 'data-moving'] });";

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
async fn two_fingers_pinch_and_one_drags_and_taps() {
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

        touch(&page, "touchStart", &[at(300.0, 250.0)]).await?;
        for step in 1..=4 {
            touch(&page, "touchMove", &[at(300.0 + 10.0 * f64::from(step), 250.0)]).await?;
        }
        touch(&page, "touchEnd", &[]).await?;
        let moved = seen_otherwise(&page, &closer).await?;
        let (x, y) = moved.screen(closer.map(middle));
        assert!(near((x, y), (middle.0 + 40.0, middle.1), PIXEL) && moved.scale == closer.scale, "{moved:?}");
        let closer = moved;

        let track = own(placed, 3);
        page.click("#zoom-whole").await?;
        let whole = seen_otherwise(&page, &closer).await?;
        tap(&page, whole.screen(track.at)).await?;
        card(&page, &track.title).await
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
    prepared(&site.address, WATCH, |page| async move {
        emulate_media(&page, &[("prefers-reduced-motion", "reduce")]).await?;
        let before = open(&page, placed.len()).await?;
        page.click("#zoom-in").await?;
        let closer = seen_otherwise(&page, &before).await?;
        assert!(closer.scale > 1.5 * before.scale);
        let moving: u32 = page.ask("return window.views.filter(view => view[3]).length").await?;
        assert_eq!(moving, 0);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flight_passes_over_the_map_and_ends_where_the_sound_lies() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    prepared(&site.address, WATCH, |page| async move {
        page.engine_is_ready().await?;
        page.neighbours_of(&Collection::get().cut(&STYLES[4])).await?;
        let found = seen(&page).await?;
        page.click("#zoom-whole").await?;
        let whole = seen_otherwise(&page, &found).await?;
        for _ in 0..4 {
            wheel(&page, (whole.left + 8.0, whole.top + whole.height / 2.0), -600.0).await?;
        }
        let aside = seen_otherwise(&page, &whole).await?;
        let (x, _) = aside.screen(own(placed, 4).at);
        assert!(x > aside.left + aside.width, "the sound is still on the screen: {aside:?}");

        page.ask::<()>("window.views.length = 0").await?;
        page.click("#zoom-query").await?;
        let back = seen_otherwise(&page, &aside).await?;
        assert!(near((back.x, back.y), (found.x, found.y), 1e-3) && (back.scale / found.scale - 1.0).abs() < 1e-3);
        let views: Vec<(f64, f64, f64, bool)> = page.ask("return window.views").await?;
        let between = views.iter().filter(|(x, ..)| *x > aside.x + 1e-4 && *x < back.x - 1e-4);
        assert!(between.count() >= 3, "{views:?}");
        assert!(views.windows(2).all(|pair| pair[1].0 >= pair[0].0 - 1e-6), "it does not go straight: {views:?}");
        Ok(())
    })
    .await;
}
