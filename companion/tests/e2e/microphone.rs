use crate::browser::{flagged, on_page};
use crate::collection::Collection;
use crate::music::STYLES;
use crate::page::{Page, Side};
use crate::site::Site;
use anyhow::Result;
use thirtyfour::prelude::*;

/// Keeps what the page is given, to see whether it is given back.
const WATCH: &str = "
    window.streams = [];
    const give = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
    if (give) navigator.mediaDevices.getUserMedia = async wanted => {
        window.wanted = wanted;
        const stream = await give(wanted);
        window.streams.push(stream);
        return stream;
    };";

const OPEN: &str =
    "window.streams.flatMap(stream => stream.getTracks()).filter(track => track.readyState === 'live').length";

/// Waits until so much is recorded that it can be used.
async fn enough(page: &Page) -> Result<()> {
    let enough = "return document.querySelector('#recorded')?.disabled === false || null";
    page.until("enough is recorded", enough).await.map(|_: bool| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_microphone_hears_goes_the_way_of_a_file_and_is_given_back() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    let heard = format!("--use-file-for-fake-audio-capture={}", collection.cut(&STYLES[2]).display());
    let flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", &heard];
    flagged(&site.address, WATCH, &flags, |page| async move {
        page.engine_is_ready().await?;
        assert_eq!(page.ask::<usize>(&format!("return {OPEN}")).await?, 0);
        page.click("#record").await?;
        let loud = "return document.querySelector('#level')?.value > 0.2 || null";
        let _: bool = page.until("the level is shown", loud).await?;
        assert!(page.ask::<bool>("return wanted.audio.echoCancellation === false && !wanted.video").await?);
        assert_eq!(page.ask::<usize>(&format!("return {OPEN}")).await?, 1);
        page.press(Key::Escape).await?;
        let closed = format!("return ({OPEN} === 0 && !document.querySelector('#recorder')) || null");
        let _: bool = page.until("the microphone is given back", &closed).await?;
        assert!(page.analyses().await?.is_empty());

        page.click("#microphone").await?;
        enough(&page).await?;
        page.click("#recorded").await?;
        let rows = page.neighbours_after(0).await?;
        assert_eq!(rows[0].title, STYLES[2].name, "{rows:?}");
        let _: bool = page.until("the microphone is given back", &closed).await?;
        page.click("#play").await?;
        page.is_heard(Side::A).await?;
        assert_eq!(page.ask::<Vec<String>>("return window.violations").await?, Vec::<String>::new());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_microphone_that_is_refused_absent_busy_or_silent_says_so() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    let silence = "window.silent = () => new AudioContext().createMediaStreamDestination().stream;";
    let refused = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', window.refusal));";
    on_page(&site.address, |page| async move {
        page.engine_is_ready().await?;
        page.ask::<()>(&format!("{silence} {refused}")).await?;
        for (refusal, kind, sentence) in [
            ("NotAllowedError", "microphone-refused", "was not allowed"),
            ("NotFoundError", "microphone-absent", "No microphone was found"),
            ("NotReadableError", "microphone-busy", "Close other programs"),
        ] {
            page.ask::<()>(&format!("window.refusal = '{refusal}'")).await?;
            page.click("#microphone").await?;
            let problem = page.problem().await?;
            assert_eq!(problem.kind, kind);
            assert!(problem.sentence.contains(sentence), "{problem:?}");
            page.click("#dismiss").await?;
        }
        page.ask::<()>("navigator.mediaDevices.getUserMedia = async () => silent()").await?;
        page.click("#microphone").await?;
        let muted = "return document.querySelector('#recorder-words')?.textContent.includes('muted') || null";
        let _: bool = page.until("nothing is heard yet", muted).await?;
        enough(&page).await?;
        page.click("#recorded").await?;
        assert_eq!(page.problem().await?.kind, "microphone-silent");
        assert!(page.analyses().await?.is_empty());
        Ok(())
    })
    .await;
}
