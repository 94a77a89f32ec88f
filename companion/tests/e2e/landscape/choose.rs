use super::*;
use crate::browser::{on_page, prepared};
use crate::collection::Collection;
use crate::companion::Server;
use crate::mapped;
use crate::page::Side;
use crate::site::Site;
use anyhow::Context;
use std::collections::BTreeSet;
use thirtyfour::prelude::*;

/// Lets every choice of a track be one of a catalogue that has been replaced since.
const REPLACED: &str = "
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (request, ...rest) {
        for (const key of request?.message?.Names?.Choose?.keys ?? []) {
            key.Place.edition -= 1;
            window.replaced = true;
        }
        return post.call(this, request, ...rest);
    };";

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
async fn what_the_list_points_at_is_ringed_on_the_map() {
    let (folder, _) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.neighbours_of(&Collection::get().cut(&STYLES[4])).await?;
        seen(&page).await?;
        let (_, before) = drawn(&page, ".map-marks").await?;
        page.ask::<()>("document.querySelector('#neighbours > li:nth-child(6) .play').focus()").await?;
        let pointed = "return document.querySelector('#neighbours > li:nth-child(6).row-pointed') !== null || null";
        let _: bool = page.until("the row is pointed at", pointed).await?;
        let (_, ringed) = drawn(&page, ".map-marks").await?;
        assert!(ringed > before + 60, "{before} {ringed}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_of_the_map_is_a_sound_to_look_for() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    on_page(&site.address, |page| async move {
        let map = open(&page, placed.len()).await?;
        drag(&page, &[map.screen(own(placed, 5).at)]).await?;
        card(&page, STYLES[5].name).await?;
        page.click("#map-choose").await?;
        let rows = page.neighbours_after(0).await?;
        assert!(rows.len() == 10 && rows.iter().all(|row| row.title != STYLES[5].name), "{rows:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_of_a_catalogue_that_was_replaced_is_not_taken_for_another() {
    let (folder, placed) = mapped::folder();
    let site = Site::start(folder).await;
    prepared(&site.address, REPLACED, |page| async move {
        let map = open(&page, placed.len()).await?;
        drag(&page, &[map.screen(own(placed, 5).at)]).await?;
        card(&page, STYLES[5].name).await?;
        page.click("#map-choose").await?;
        let problem = page.problem().await?;
        assert!(page.ask::<bool>("return window.replaced").await?);
        assert!(problem.sentence.contains("has changed"), "{}", problem.sentence);
        assert!(page.rows().await?.is_empty());
        Ok(())
    })
    .await;
}
