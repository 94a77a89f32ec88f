use crate::browser::on_page;
use crate::collection::Collection;
use crate::companion::sonoscape;
use crate::music::{SAMPLE_RATE, STYLES, noise};
use crate::page::Page;
use crate::site::{Fault, Site};
use crate::wav;
use anyhow::Result;
use prost::Message;
use sonoscape::{Analyser, Clip, Encoder, EncoderCard};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use tract_onnx::pb::ModelProto;

const DECODER: &str = "decoder.onnx";
const ENCODER: &str = "encoder.onnx";

fn times_asked(site: &Site) -> usize {
    site.asked().iter().filter(|file| *file == DECODER).count()
}

/// Asks for what the ear kept and waits until it is painted.
async fn keep(page: &Page) -> Result<()> {
    page.click("#keep").await?;
    page.until("it is redrawn", "return document.querySelector('#kept')?.dataset.drawn === 'true' || null")
        .await
        .map(|_: bool| ())
}

/// The colours of a canvas, as far as anything is painted.
async fn colours(page: &Page, canvas: &str) -> Result<usize> {
    page.ask(&format!(
        "const canvas = document.querySelector('{canvas}');
         const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
         return new Set(new Uint32Array(pixels.buffer)).size"
    ))
    .await
}

async fn is_shown(page: &Page, selector: &str) -> Result<bool> {
    page.ask(&format!("return document.querySelector('{selector}')?.checkVisibility() === true")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ear_kept_is_drawn_on_request_and_the_decoder_fetched_only_then() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            page.neighbours_of(&collection.cut(&STYLES[2])).await?;
            assert!(!is_shown(&page, "#kept").await? && times_asked(site) == 0);
            keep(&page).await?;
            let count = colours(&page, "#kept").await?;
            assert!(count > 50, "a picture of {count} colours is no spectrogram");
            assert!(is_shown(&page, "#kept-words").await?);
            let widths = "return ['#spectrogram', '#kept'].map(id => document.querySelector(id).clientWidth)";
            let widths: Vec<u32> = page.ask(widths).await?;
            assert_eq!(widths[0], widths[1], "one axis of time for both");

            page.click("#keep").await?;
            assert!(!is_shown(&page, "#kept").await?);
            page.neighbours_of(&collection.cut(&STYLES[4])).await?;
            assert!(!is_shown(&page, "#kept").await?, "the picture of the sound before");
            keep(&page).await?;
            assert_eq!(times_asked(site), 1);
            assert_eq!(page.ask::<Vec<String>>("return window.violations").await?, Vec::<String>::new());
            Ok(())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decoder_that_cannot_be_used_gets_a_sentence_and_everything_else_goes_on() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    let faults = [
        (Fault::Missing, "decoder"),
        (Fault::Truncated, "decoder"),
        (Fault::Broken, "network"),
        (Fault::Replaced(of_another_encoder(&site)), "mismatch"),
    ];
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            let rows = page.neighbours_of(&collection.cut(&STYLES[6])).await?;
            for (fault, kind) in faults {
                site.spoil(DECODER, fault);
                page.click("#keep").await?;
                let told =
                    format!("return document.querySelector('#kept-problem[data-kind={kind}]')?.innerText || null");
                let sentence: String = page.until("the problem is told", &told).await?;
                assert!(sentence.trim().len() > 20, "{sentence}");
                assert_eq!(page.rows().await?, rows);
                assert_eq!(page.present_problem().await?, None);
            }
            assert_eq!(page.neighbours_of(&collection.cut(&STYLES[7])).await?[0].title, STYLES[7].name);
            assert!(!is_shown(&page, "#kept-problem").await?);
            site.mend();
            keep(&page).await
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_dropped_meanwhile_is_heard_at_once() {
    let collection = Collection::get();
    let site = Site::start(&collection.catalogue).await;
    site.spoil(DECODER, Fault::Late(Duration::from_secs(6)));
    on_page(&site.address, |page| {
        let site = &site;
        async move {
            page.neighbours_of(&collection.cut(&STYLES[8])).await?;
            page.click("#keep").await?;
            assert_eq!(page.neighbours_of(&collection.cut(&STYLES[9])).await?[0].title, STYLES[9].name);
            assert!(!is_shown(&page, "#kept").await?);
            site.mend();
            keep(&page).await
        }
    })
    .await;
}

/// The decoder, with the name of another encoder.
fn of_another_encoder(site: &Site) -> Vec<u8> {
    let mut decoder = ModelProto::decode(&*site.whole(DECODER)).expect("an ONNX file");
    decoder.metadata_props[0].value = "0".repeat(64);
    decoder.encode_to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_is_said_to_change_too_little_and_music_is_not() {
    let collection = Collection::get();
    let music = collection.cut(&STYLES[2]);
    let noise = noise(30);
    let halfway = (change(&noise) + change(&STYLES[2].play(30.0))) / 2.0;
    let noise = collection.file("long noise.wav", &wav::pcm16(&noise, 1, SAMPLE_RATE));
    let encoder = collection.file("strict.onnx", &with_least_change(halfway));
    let catalogue = catalogue_of(collection, &encoder);
    let site = Site::start(&catalogue).await;
    site.spoil(ENCODER, Fault::Replaced(fs::read(&encoder).expect("the encoder")));
    on_page(&site.address, |page| async move {
        page.neighbours_of(&music).await?;
        assert!(!is_shown(&page, "#still").await?);
        page.neighbours_of(&noise).await?;
        let note = "return document.querySelector('#still')?.innerText || null";
        let note: String = page.until("it is said", note).await?;
        assert!(note.contains("hardly changes"), "{note}");
        page.neighbours_of(&music).await?;
        assert!(!is_shown(&page, "#still").await?);
        Ok(())
    })
    .await;
}

fn shipped() -> Vec<u8> {
    fs::read(crate::companion::built_site().join(ENCODER)).expect("the encoder")
}

/// How far thirty seconds change for the shipped encoder.
fn change(samples: &[f32]) -> f32 {
    let clip = Clip::from_channels(&[samples], SAMPLE_RATE).expect("a clip");
    let mut analyser = Analyser::new(Encoder::from_onnx(&shipped()).expect("an encoder")).expect("an analyser");
    let excerpts = analyser.excerpts(&clip, 1).expect("an excerpt");
    let image = analyser.mel(&excerpts[0]).image();
    analyser.encoder().latents(&image).expect("latents").change().expect("room for two tiles")
}

/// The shipped encoder, with another card.
fn with_least_change(least_change: f32) -> Vec<u8> {
    let mut encoder = ModelProto::decode(&*shipped()).expect("an ONNX file");
    let card = &mut encoder.metadata_props[0].value;
    let changed = EncoderCard { least_change: Some(least_change), ..EncoderCard::from_json(card).expect("a card") };
    *card = serde_json::to_string(&changed).expect("a card in JSON");
    encoder.encode_to_vec()
}

fn catalogue_of(collection: &Collection, encoder: &PathBuf) -> PathBuf {
    let catalogue = collection.catalogue.with_file_name("strict catalogue");
    let mut build = sonoscape();
    build.arg("build").arg(&collection.music).arg("--output").arg(&catalogue).arg("--encoder").arg(encoder);
    let output = build.output().expect("`sonoscape build`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    catalogue
}
