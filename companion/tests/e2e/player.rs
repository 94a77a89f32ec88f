use crate::browser::prepared;
use crate::collection::Collection;
use crate::companion::Server;
use crate::manners::requested;
use crate::music::STYLES;
use crate::names::{offers_first, type_name};
use crate::page::{Page, Side};
use anyhow::Result;
use thirtyfour::prelude::*;

/// Keeps what the page does at the keys of keyboards, headsets and lock screens.
const MEDIA_KEYS: &str = "
    window.mediaKeys = {};
    const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
    navigator.mediaSession.setActionHandler = (key, act) => {
        window.mediaKeys[key] = act;
        set(key, act);
    };";

async fn key(page: &Page, key: &str, said: &str) -> Result<()> {
    page.ask::<()>(&format!("mediaKeys.{key}({{ action: '{key}', {said} }})")).await
}

/// What the second player plays from.
async fn playing(page: &Page) -> Result<String> {
    page.ask("return document.querySelector('#audio-b').src").await
}

#[tokio::test(flavor = "multi_thread")]
async fn media_keys_play_pause_move_and_walk_the_list() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    prepared(&server.address, MEDIA_KEYS, |page| async move {
        page.neighbours_of(&collection.cut(&STYLES[3])).await?;
        key(&page, "play", "").await?;
        page.is_heard(Side::A).await?;
        key(&page, "seekto", "seekTime: 20").await?;
        key(&page, "seekbackward", "seekOffset: 5").await?;
        let moved = "const at = document.querySelector('#audio-a').currentTime; return (at >= 15 && at < 20) || null";
        let _: bool = page.until("it has moved", moved).await?;
        key(&page, "pause", "").await?;
        page.is_silent().await?;

        key(&page, "nexttrack", "").await?;
        page.is_heard(Side::B).await?;
        let first = playing(&page).await?;
        let title: String = page.ask("return navigator.mediaSession.metadata.title").await?;
        assert_eq!(title, page.rows().await?[0].title);
        key(&page, "nexttrack", "").await?;
        page.is_heard(Side::B).await?;
        assert_ne!(playing(&page).await?, first);
        key(&page, "previoustrack", "").await?;
        page.is_heard(Side::B).await?;
        assert_eq!(playing(&page).await?, first);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_track_starts_from_what_was_fetched_ahead() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    prepared(&server.address, "", |page| async move {
        page.neighbours_of(&collection.cut(&STYLES[5])).await?;
        page.play_row(0).await?;
        page.is_heard(Side::B).await?;
        let first = playing(&page).await?;
        let mut ahead = Vec::new();
        while ahead.is_empty() {
            let asked = requested(&page).await?;
            ahead = asked.into_iter().filter(|url| url.contains("/audio/") && *url != first).collect();
        }
        let enough =
            "return document.querySelector('#audio-ahead').readyState === HTMLMediaElement.HAVE_ENOUGH_DATA || null";
        let _: bool = page.until("the next track is here", enough).await?;
        requested(&page).await?;
        page.press("n").await?;
        page.is_heard(Side::B).await?;
        assert_eq!(playing(&page).await?, ahead[0]);
        let again: Vec<String> = requested(&page).await?.into_iter().filter(|url| *url == ahead[0]).collect();
        assert!(again.is_empty(), "{again:?}");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_of_the_catalogue_gets_its_waveform_and_its_loudness_when_it_plays() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    prepared(&server.address, "", |page| async move {
        page.engine_is_ready().await?;
        type_name(&page, STYLES[6].name).await?;
        offers_first(&page, STYLES[6].name).await?;
        page.press(Key::Enter).await?;
        page.neighbours_after(0).await?;
        let waveform = "document.querySelector('#waveform') !== null";
        assert!(!page.ask::<bool>(&format!("return {waveform}")).await?);
        page.click("#play").await?;
        page.is_heard(Side::A).await?;
        let _: bool = page.until("its waveform is drawn", &format!("return {waveform} || null")).await?;
        assert!(!page.ask::<bool>("return document.querySelector('#spectrogram') !== null").await?);
        page.ask::<()>("document.querySelector('#waveform').focus()").await?;
        page.press(Key::Right + Key::Right + Key::Right).await?;
        let moved = "return document.querySelector('#audio-a').currentTime >= 15 || null";
        let _: bool = page.until("it has moved", moved).await?;

        page.play_row(0).await?;
        page.is_heard(Side::B).await?;
        let matched = "return document.querySelector('#matched')?.textContent || null";
        assert!(page.until::<String>("both are equally loud", matched).await?.ends_with("dB"));
        Ok(())
    })
    .await;
}
