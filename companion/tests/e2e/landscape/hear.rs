use super::*;
use crate::browser::prepared;
use crate::collection::Collection;
use crate::companion::Server;
use crate::mapped;
use crate::page::Side;
use std::collections::BTreeSet;

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
