use crate::browser::on_page;
use crate::collection::Collection;
use crate::companion::Server;
use crate::music::{SAMPLE_RATE, STYLES};
use crate::wav;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

const RATE_44100: u32 = 44_100;
const THREE_HOURS_S: u32 = 3 * 3600;

fn music(seconds: f32) -> Vec<f32> {
    STYLES[9].play(seconds)
}

fn interleaved(mono: &[f32], channels: usize) -> Vec<f32> {
    mono.iter().flat_map(|sample| std::iter::repeat_n(*sample, channels)).collect()
}

/// A file that says it holds three hours, most of which the file system need not store.
fn three_hours(collection: &Collection) -> PathBuf {
    let bytes = THREE_HOURS_S * 8_000;
    let path = collection.file("three hours.wav", &[]);
    let mut file = File::create(&path).expect("a long file");
    file.write_all(&wav::header(1, 1, 8_000, 8, bytes)).expect("a header");
    file.set_len(u64::from(bytes) + 44).expect("a length");
    path
}

/// Files that cannot be heard, each with the kind of problem that the page must tell.
fn unheard(collection: &Collection) -> Vec<(&'static str, PathBuf)> {
    let minute = 60 * RATE_44100 as usize;
    let mut not_finite = music(10.0);
    not_finite[5_000] = f32::NAN;
    vec![
        (
            "not-audio",
            collection.file("letter.mp3", b"Dear reader, this is a letter and no music. ".repeat(400).as_slice()),
        ),
        ("empty", collection.file("empty.wav", &[])),
        ("too-short", collection.file("short.wav", &wav::pcm16(&music(2.0), 1, SAMPLE_RATE))),
        ("silent", collection.file("silence.wav", &wav::pcm16(&vec![0.0; minute], 1, RATE_44100))),
        ("not-finite", collection.file("not finite.wav", &wav::float32(&not_finite, 1, SAMPLE_RATE))),
        ("undecodable", collection.file("for the companion.aiff", &wav::aiff(&music(10.0)))),
        ("too-long", three_hours(collection)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_heard_gets_a_sentence_and_the_last_result_stays() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        let good = page.neighbours_of(&collection.cut(&STYLES[1])).await?;
        for (kind, file) in unheard(collection) {
            page.choose(&file).await?;
            let problem = page.problem().await?;
            assert_eq!(problem.kind, kind, "{}: {}", file.display(), problem.sentence);
            assert!(problem.sentence.trim().len() > 20, "{kind}: {}", problem.sentence);
            if kind == "undecodable" {
                assert!(problem.sentence.contains("companion"), "{}", problem.sentence);
            }
            assert_eq!(page.rows().await?, good, "the last result went away for {kind}");
            page.click("#dismiss").await?;
        }
        assert_eq!(page.neighbours_of(&collection.cut(&STYLES[3])).await?[0].title, STYLES[3].name);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_channels_and_any_rate_will_do() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        for channels in 1..=8u16 {
            let samples = interleaved(&music(12.0), usize::from(channels));
            let name = format!("{channels} channels.wav");
            let rows =
                page.neighbours_of(&collection.file(&name, &wav::pcm16(&samples, channels, SAMPLE_RATE))).await?;
            assert_eq!(rows.len(), 10, "{name}");
            assert_eq!(rows[0].title, STYLES[9].name, "{name}");
        }
        for sample_rate in [8_000, 11_025, 48_000, 96_000, 192_000] {
            let samples: Vec<f32> =
                (0..12 * sample_rate).map(|n| (n as f32 * 3_000.0 / sample_rate as f32).sin()).collect();
            let name = format!("{sample_rate} Hz.wav");
            let rows = page.neighbours_of(&collection.file(&name, &wav::pcm16(&samples, 1, sample_rate))).await?;
            assert_eq!(rows.len(), 10, "{name}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clipped_sound_is_heard_with_a_remark() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        let loud: Vec<f32> = music(15.0).iter().map(|sample| 8.0 * sample).collect();
        let rows = page.neighbours_of(&collection.file("loud.wav", &wav::pcm16(&loud, 1, SAMPLE_RATE))).await?;
        assert_eq!(rows.len(), 10);
        let script = "return document.querySelector('#note[data-kind=clipped]')?.innerText || null";
        let remark: String = page.until("the clipping is remarked on", script).await?;
        assert!(!remark.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_shown_as_text() {
    let collection = Collection::get();
    let server = Server::start(&collection.catalogue, &collection.music);
    on_page(&server.address, |page| async move {
        let name = "<img src=x onerror=window.harmed=1>.wav";
        page.neighbours_of(&collection.file(name, &wav::pcm16(&music(10.0), 1, SAMPLE_RATE))).await?;
        let shown: String = page.ask("return document.querySelector('#sound-name').innerText").await?;
        assert!(shown.contains("<img src=x"), "{shown}");
        assert!(!page.ask::<bool>("return window.harmed === 1").await?);
        Ok(())
    })
    .await;
}
