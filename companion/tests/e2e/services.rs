use crate::browser::on_page;
use crate::collection::Collection;
use crate::names::{FOUND, Found, type_name};
use crate::page::{Page, Side};
use crate::site::{Fault as Spoilt, Site};
use crate::stand_in::{CLIENT_ID, Fault, HOSTILE, JAMENDO_CLIENT, Settings, StandIn};
use anyhow::Result;
use serde_json::json;
use sonoscape::services::spotify;
use std::time::Duration;
use thirtyfour::prelude::*;

/// The page, whose services are those of the stand-in: allowed by its policy in the place of the real ones.
pub async fn served(settings: Settings) -> (Site, StandIn) {
    let world = StandIn::start(settings);
    let site = Site::start(&Collection::get().catalogue).await;
    let here = &world.address;
    let services = json!({
        "spotify": { "base": format!("{here}/spotify"), "accounts": format!("{here}/accounts") },
        "deezer": { "base": format!("{here}/deezer") },
        "itunes": { "base": format!("{here}/itunes") },
        "jamendo": { "base": format!("{here}/jamendo"), "clientId": JAMENDO_CLIENT },
    });
    site.spoil("services.json", Spoilt::Replaced(services.to_string().into_bytes()));
    for (file, real) in [
        ("index.html", ["https://i.scdn.co", "https://api.spotify.com", "media-src 'self'"].as_slice()),
        ("jsonp.html", ["https://api.deezer.com"].as_slice()),
    ] {
        let mut html = String::from_utf8(site.whole(file)).expect("text");
        for part in real {
            assert!(html.contains(part), "{file} does not allow {part}");
            html = html.replace(part, &format!("{part} {here}"));
        }
        site.spoil(file, Spoilt::Replaced(html.into_bytes()));
    }
    (site, world)
}

/// Looks for words at a service.
pub async fn look(page: &Page, service: &str, words: &str) -> Result<()> {
    page.engine_is_ready().await?;
    type_name(page, words).await?;
    choose(page, service).await
}

pub async fn choose(page: &Page, kind: &str) -> Result<()> {
    let here = format!("return document.querySelector('#found [data-kind={kind}]') !== null || null");
    let _: bool = page.until("it can be chosen", &here).await?;
    page.click(&format!("#found [data-kind={kind}]")).await
}

pub async fn offers(page: &Page) -> Result<Vec<Found>> {
    let script =
        format!("const offers = {FOUND}.filter(row => row.kind === 'offer'); return offers.length ? offers : null");
    page.until("tracks are offered", &script).await
}

pub async fn text(page: &Page, selector: &str) -> Result<String> {
    page.until(selector, &format!("return document.querySelector('{selector}')?.innerText || null")).await
}

pub async fn unbroken(page: &Page) -> Result<()> {
    assert_eq!(page.ask::<Vec<String>>("return window.violations").await?, Vec::<String>::new());
    Ok(())
}

pub async fn sign_in(page: &Page) -> Result<()> {
    let _: bool =
        page.until("there is room for an id", "return document.querySelector('#client-id') !== null || null").await?;
    page.click("#client-id").await?;
    page.press(CLIENT_ID).await?;
    page.click("#sign-in").await?;
    let _: bool = page.until("Spotify asks", "return document.querySelector('#agree') !== null || null").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_of_deezer_is_heard_like_a_file_and_no_other_service_is_asked() {
    let (site, world) = served(Settings::default()).await;
    on_page(&site.address, |page| async move {
        look(&page, "deezer", "piece 12").await?;
        let found = offers(&page).await?;
        assert!(found[0].title.ends_with("piece 12"), "{found:?}");
        page.click("#found [data-kind=offer]").await?;
        let rows = page.neighbours_after(0).await?;
        assert_eq!(rows.len(), 10);
        assert!(text(&page, "#origin").await?.contains("a preview at Deezer"));
        page.click("#play").await?;
        page.is_heard(Side::A).await?;
        unbroken(&page).await
    })
    .await;
    assert!(!world.asked("/audio/deezer").is_empty());
    for other in ["/spotify", "/itunes", "/jamendo", "/accounts"] {
        assert!(world.asked(other).is_empty(), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tracks_of_itunes_and_jamendo_are_heard_too() {
    for (service, heard) in [("itunes", "a preview at iTunes"), ("jamendo", "the whole track at Jamendo")] {
        let (site, _world) = served(Settings::default()).await;
        on_page(&site.address, |page| async move {
            look(&page, service, "piece 8").await?;
            offers(&page).await?;
            page.click("#found [data-kind=offer]").await?;
            page.neighbours_after(0).await?;
            assert!(text(&page, "#origin").await?.contains(heard));
            unbroken(&page).await
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_to_spotify_searches_hears_the_same_recording_elsewhere_and_signs_out() {
    let (site, world) = served(Settings::default()).await;
    let (address, here) = (site.address.clone(), &world);
    on_page(&site.address, |page| async move {
        look(&page, "spotify", "piece 12").await?;
        sign_in(&page).await?;
        page.click("#agree").await?;
        let found = offers(&page).await?;
        assert!(found[0].title.ends_with("piece 12"), "{found:?}");
        assert_eq!(page.ask::<String>("return location.href").await?, address);
        for storage in ["localStorage", "document.cookie", "location", "window.name"] {
            let kept: String = page.ask(&format!("return JSON.stringify({storage})")).await?;
            assert!(!kept.contains("-of-the-stand-in"), "{storage}: {kept}");
        }

        here.expire_tokens();
        page.click("#search").await?;
        page.press(Key::End + Key::Backspace + "5").await?;
        choose(&page, "spotify").await?;
        let found = offers(&page).await?;
        assert!(found.iter().all(|found| found.text.contains("heard elsewhere")), "{found:?}");

        page.click("#found [data-kind=offer]").await?;
        assert!(text(&page, "#elsewhere-words").await?.contains("its sound is not used here"));
        assert!(here.asked("/deezer").is_empty());
        page.click("#elsewhere [data-service=deezer]").await?;
        page.neighbours_after(0).await?;
        assert!(text(&page, "#origin").await?.contains("the same recording, by its code"));

        page.click("#show-services").await?;
        page.click("#sign-out").await?;
        let _: bool = page.until("nobody is signed in", "return sessionStorage.length === 0 || null").await?;
        unbroken(&page).await
    })
    .await;
    let asked = world.asked("");
    assert!(asked.iter().all(|asked| !asked.path.contains("access-") && !asked.path.contains("refresh-")));
    let renewals = asked.iter().filter(|asked| asked.form.contains("grant_type=refresh_token")).count();
    assert_eq!(renewals, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_refused_or_was_begun_by_others_says_so() {
    let (site, world) = served(Settings::default()).await;
    let (address, here, host) = (site.address.clone(), &world, &site);
    on_page(&site.address, |page| async move {
        look(&page, "spotify", "piece").await?;
        sign_in(&page).await?;
        page.click("#cancel").await?;
        assert!(page.problem().await?.sentence.contains("was not allowed"));
        page.browser().goto(format!("{address}?code=stolen&state=forged")).await?;
        assert!(page.problem().await?.sentence.contains("was not begun in this tab"));
        assert_eq!(page.ask::<String>("return location.href").await?, address);
        assert!(here.asked("/accounts/api/token").is_empty());

        host.spoil("services.json", Spoilt::Late(Duration::from_secs(2)));
        page.browser().goto(format!("{address}?code=stolen&state=forged")).await?;
        let begun = "return document.querySelector('#search') !== null || null";
        let _: bool = page.until("the page has begun", begun).await?;
        assert_eq!(page.ask::<String>("return location.href").await?, address);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_calls_twice_is_heard_once_and_titles_that_mean_harm_stay_text() {
    let (site, world) = served(Settings::default()).await;
    world.spoil("/deezer", Fault::Twice, 1);
    world.spoil("/itunes", Fault::Hostile, 1000);
    on_page(&site.address, |page| async move {
        look(&page, "deezer", "piece").await?;
        assert!(!offers(&page).await?.is_empty());
        assert_eq!(page.ask::<u32>("return document.querySelectorAll('iframe').length").await?, 0);
        choose(&page, "itunes").await?;
        let hostile = "return document.querySelector('#found .found-head')?.textContent === 'iTunes' || null";
        let _: bool = page.until("iTunes has answered", hostile).await?;
        let found = offers(&page).await?;
        assert!(found.iter().any(|found| found.title.contains(&HOSTILE[..20])), "{found:?}");
        assert!(!page.ask::<String>("return document.title").await?.contains("owned"));
        let strange = "return document.querySelectorAll('#found script, #found iframe, #found [onerror], #found svg[onload]').length";
        assert_eq!(page.ask::<u32>(strange).await?, 0);
        unbroken(&page).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_of_spotify_are_used_only_once_they_are_switched_on_beside_its_policy() {
    let (site, world) = served(Settings { extended: true, ..Settings::default() }).await;
    let here = &world;
    on_page(&site.address, |page| async move {
        look(&page, "spotify", "piece 12").await?;
        let switch = "return document.querySelector('#previews')?.checked ?? null";
        assert!(!page.until::<bool>("there is a switch", switch).await?);
        assert!(text(&page, ".services-policy").await?.contains(spotify::POLICY));
        sign_in(&page).await?;
        page.click("#agree").await?;
        assert!(offers(&page).await?[0].text.contains("heard elsewhere"));
        page.click("#found [data-kind=offer]").await?;
        assert!(text(&page, "#elsewhere-words").await?.contains("its sound is not used here"));
        assert!(here.asked("/audio/spotify").is_empty());

        page.click("#show-services").await?;
        let _: bool =
            page.until("the room is open", "return document.querySelector('#previews') !== null || null").await?;
        page.click("#previews").await?;
        page.press(Key::Escape).await?;
        page.click("#search").await?;
        page.press(" ").await?;
        choose(&page, "spotify").await?;
        assert!(offers(&page).await?[0].text.contains("preview"));
        page.click("#found [data-kind=offer]").await?;
        page.neighbours_after(0).await?;
        assert!(text(&page, "#origin").await?.contains("a preview at Spotify"));
        assert!(!here.asked("/audio/spotify").is_empty());
        unbroken(&page).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_services_track_asks_the_service_only_after_a_click() {
    let (site, world) = served(Settings::default()).await;
    let (address, here) = (format!("{}#track=deezer:1000012", site.address), &world);
    on_page(&address, |page| async move {
        assert!(text(&page, "#linked-words").await?.contains("Deezer may have it"));
        assert!(here.asked("/").is_empty());
        page.click("#ask-linked").await?;
        page.neighbours_after(0).await?;
        assert!(text(&page, "#origin").await?.contains("a preview at Deezer"));

        page.ask::<()>("location.hash = '#track=deezer:7'").await?;
        let _: bool = page.until("it is offered", "return document.querySelector('#ask-linked') !== null || null").await?;
        page.click("#ask-linked").await?;
        let told = "const said = document.querySelector('#linked-words')?.innerText; return said?.includes('no such thing') ? said : null";
        assert!(page.until::<String>("Deezer has answered", told).await?.starts_with("Deezer"));
        unbroken(&page).await
    })
    .await;
}
