use crate::browser::prepared;
use crate::page::{Page, Side};
use crate::services::{choose, look, offers, served, sign_in, text, unbroken};
use crate::stand_in::{Fault, HOSTILE, Settings, StandIn};
use anyhow::Result;
use std::time::Duration;

/// In the order of the tables below.
const SERVICES: [&str; 4] = ["spotify", "deezer", "itunes", "jamendo"];

/// The page's patience with services is ten seconds; here it is shorter.
const HASTE: &str = "
    const hasten = ms => ms === 10000 ? 1500 : ms;
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = ms => timeout(hasten(ms));
    const later = window.setTimeout.bind(window);
    window.setTimeout = (act, ms, ...rest) => later(act, hasten(ms), ...rest);";

const UNREACHABLE: &str = "cannot be reached";
const STRANGER: &str = "does not know who asks";
const FORBIDDEN: &str = "does not allow this";
const MISSING: &str = "has no such thing";
const DOWN: &str = "does not work at the moment";
const BUSY: &str = "is asked too often";
const FOREIGN: &str = "is no answer of";
const SILENT: &str = "does not answer in time";
const TOO_LONG: &str = "more than can be read";

/// What each service is said to do. A script that fails says nothing of why.
fn table() -> Vec<(Fault, [&'static str; 4])> {
    let status = |status| Fault::Status(status, None);
    vec![
        (status(401), [STRANGER, UNREACHABLE, STRANGER, STRANGER]),
        (status(403), [FORBIDDEN, UNREACHABLE, BUSY, FORBIDDEN]),
        (status(404), [MISSING, UNREACHABLE, MISSING, MISSING]),
        (status(429), [BUSY, UNREACHABLE, BUSY, BUSY]),
        (status(500), [DOWN, UNREACHABLE, DOWN, DOWN]),
        (status(503), [DOWN, UNREACHABLE, DOWN, DOWN]),
        (Fault::Html, [FOREIGN, UNREACHABLE, FOREIGN, FOREIGN]),
        (Fault::Inside, [BUSY; 4]),
        (Fault::Empty, [FOREIGN, SILENT, FOREIGN, FOREIGN]),
        (Fault::Enormous, [TOO_LONG, SILENT, TOO_LONG, TOO_LONG]),
        (Fault::Cut, [UNREACHABLE; 4]),
        (Fault::Hangs, [SILENT; 4]),
        (Fault::Slow(Duration::from_millis(100)), [SILENT; 4]),
        (Fault::Status(429, Some("77".into())), ["asks to wait 7", UNREACHABLE, "asks to wait 7", "asks to wait 7"]),
    ]
}

/// Asks a service once more; another blank makes other words of the same.
async fn ask_again(page: &Page, service: &str) -> Result<()> {
    page.click("#search").await?;
    page.press(" ").await?;
    choose(page, service).await
}

async fn signed_in(page: &Page) -> Result<()> {
    look(page, "spotify", "piece 8").await?;
    sign_in(page).await?;
    page.click("#agree").await?;
    offers(page).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_every_service_has_its_sentence() {
    let (site, world) = served(Settings::default()).await;
    let here = &world;
    prepared(&site.address, HASTE, |page| async move {
        signed_in(&page).await?;
        for (fault, sentences) in table() {
            for (service, sentence) in SERVICES.into_iter().zip(sentences) {
                here.spoil(&format!("/{service}"), fault.clone(), usize::MAX);
                ask_again(&page, service).await?;
                let problem = text(&page, "#offer-problem").await?;
                assert!(problem.contains(sentence), "{service}, {fault:?}: {problem}");
                here.mend();
            }
        }
        // Who asks to be left alone is.
        let before = here.asked("/jamendo").len();
        ask_again(&page, "jamendo").await?;
        assert!(text(&page, "#offer-problem").await?.contains("asks to wait"));
        assert_eq!(here.asked("/jamendo").len(), before);
        unbroken(&page).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_that_mean_harm_stay_text_whoever_gives_them() {
    let (site, world) = served(Settings::default()).await;
    let here = &world;
    prepared(&site.address, "", |page| async move {
        signed_in(&page).await?;
        for service in SERVICES {
            here.spoil(&format!("/{service}"), Fault::Hostile, usize::MAX);
            ask_again(&page, service).await?;
            let found = offers(&page).await?;
            assert!(found.iter().all(|found| found.title.contains(&HOSTILE[..20])), "{service}: {found:?}");
            let strange = "return document.querySelectorAll('#found script, #found iframe, #found [onerror], #found svg[onload]').length";
            assert_eq!(page.ask::<u32>(strange).await?, 0, "{service}");
        }
        assert!(!page.ask::<String>("return document.title").await?.contains("owned"));
        unbroken(&page).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn itunes_is_asked_by_script_where_it_answers_no_page() {
    let (site, world) = served(Settings::default()).await;
    world.spoil("/itunes", Fault::NoCors, usize::MAX);
    let here = &world;
    prepared(&site.address, "", |page| async move {
        look(&page, "itunes", "piece 8").await?;
        assert!(!offers(&page).await?.is_empty());
        assert!(here.asked("/itunes").iter().any(|asked| asked.path.contains("callback=")));
        unbroken(&page).await
    })
    .await;
}

/// Chooses the first track that a service offers, whose sound is spoilt.
async fn hear(page: &Page, world: &StandIn, service: &str, fault: Fault) -> Result<()> {
    world.mend();
    world.spoil(&format!("/audio/{service}"), fault, usize::MAX);
    ask_again(page, service).await?;
    offers(page).await?;
    page.click("#found [data-kind=offer]").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_a_sound_has_its_sentence_and_other_ways() {
    let (site, world) = served(Settings { without_preview: 1000, ..Settings::default() }).await;
    let here = &world;
    prepared(&site.address, "", |page| async move {
        look(&page, "deezer", "piece 8").await?;
        offers(&page).await?;
        for service in ["deezer", "itunes", "jamendo"] {
            for (fault, sentence) in [
                // As an address that ran out.
                (Fault::Status(403, None), "does not have this sound any more"),
                (Fault::Status(404, None), "does not have this sound any more"),
                (Fault::Html, "is no sound that this browser can decode"),
                (Fault::Empty, "is no sound that this browser can decode"),
                (Fault::Cut, "did not come whole"),
            ] {
                let told = format!("{service}, {fault:?}");
                hear(&page, here, service, fault).await?;
                let words = "document.querySelector('#elsewhere-words')?.innerText";
                let said = format!("const said = {words}; return said?.includes('{sentence}') || null");
                let _: bool = page.until(&format!("{told}: {sentence}"), &said).await?;
                assert!(
                    page.ask::<bool>("return document.querySelector('#elsewhere-record') !== null").await?,
                    "{told}"
                );
                page.click("#elsewhere .switch").await?;
            }
        }
        unbroken(&page).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_that_pages_may_not_read_plays_and_other_ways_are_offered() {
    let (site, world) = served(Settings::default()).await;
    world.spoil("/audio/jamendo", Fault::NoCors, usize::MAX);
    prepared(&site.address, "", |page| async move {
        look(&page, "jamendo", "piece 5").await?;
        offers(&page).await?;
        page.click("#found [data-kind=offer]").await?;
        assert!(text(&page, "#elsewhere-words").await?.contains("can be played here"));
        page.click("#play").await?;
        page.is_heard(Side::A).await?;
        page.click("#elsewhere [data-service=itunes]").await?;
        page.neighbours_after(0).await?;
        assert!(text(&page, "#origin").await?.contains("the same recording"));
        Ok(())
    })
    .await;
}
