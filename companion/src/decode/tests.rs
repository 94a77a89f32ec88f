//! Against the files of `tests/audio`, whose README says what they hold.

use std::path::{Path, PathBuf};

use super::*;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio").join(name)
}

fn sound(name: &str) -> (Vec<f32>, u32) {
    let decoded = decode(&file(name)).unwrap_or_else(|error| panic!("{name}: {error:#}"));
    (decoded.channels.concat(), decoded.sample_rate)
}

/// The tune of `tests/audio/make.sh`: the left channel, or the mean of both.
fn tune(sample_rate: u32, length: usize, stereo: bool) -> Vec<f32> {
    let sample = |i: usize| {
        let t = i as f64 / f64::from(sample_rate);
        let note = 220.0 * (((7.0 * (4.0 * t).floor()) % 12.0) / 12.0).exp2();
        let envelope = (-4.0 * (t % 0.25)).exp();
        let left = 0.5 * envelope * (std::f64::consts::TAU * note * t).sin();
        let right = 0.3 * envelope * (1.5 * std::f64::consts::TAU * note * t).sin();
        if stereo { (left + right) / 2.0 } else { left }
    };
    (0..length).map(|i| sample(i) as f32).collect()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// One and a half steps of the coarser of the sample formats.
const LOSSLESS_16_BIT: f32 = 1.5 / 32_768.0;
const LOSSLESS_24_BIT: f32 = 1.5 / 8_388_608.0;
const LOSSLESS_8_BIT: f32 = 1.5 / 128.0;

#[test]
fn lossless_formats_give_the_tune_sample_by_sample() {
    for (name, sample_rate, length, gain, tolerance) in [
        ("s24.wav", 22_050, 11_025, 1.0, LOSSLESS_24_BIT),
        ("f32.wav", 22_050, 11_025, 1.0, LOSSLESS_24_BIT),
        ("8khz.wav", 8_000, 4_000, 1.0, LOSSLESS_8_BIT),
        ("192khz.wav", 192_000, 24_000, 1.0, LOSSLESS_16_BIT),
        ("6channels.wav", 22_050, 2_756, 1.0 / 6.0, LOSSLESS_16_BIT),
        ("8channels.wav", 22_050, 2_756, 1.0 / 8.0, LOSSLESS_16_BIT),
        ("aiff.aiff", 22_050, 11_025, 1.0, LOSSLESS_16_BIT),
        ("alac.m4a", 22_050, 22_050, 1.0, LOSSLESS_16_BIT),
        ("flac.flac", 8_000, 72_000, 1.0 / 16.0, LOSSLESS_16_BIT),
        ("flac-named.mp3", 22_050, 11_025, 1.0, LOSSLESS_16_BIT),
    ] {
        let (samples, rate) = sound(name);
        assert_eq!((rate, samples.len()), (sample_rate, length), "{name}");
        let expected: Vec<f32> = tune(rate, length, false).iter().map(|sample| sample * gain).collect();
        let difference = largest_difference(&samples, &expected);
        assert!(difference <= tolerance, "{name} is off by {difference}");
    }
}

#[test]
fn several_channels_become_their_mean() {
    let (samples, rate) = sound("s16.wav");
    assert!(largest_difference(&samples, &tune(rate, 11_025, true)) <= LOSSLESS_16_BIT);
}

#[test]
fn lossy_formats_give_the_tune_without_delay_or_padding() {
    for (name, sample_rate, least) in [
        ("cbr.mp3", 44_100, 0.999),
        ("vbr.mp3", 44_100, 0.99),
        ("aac.m4a", 44_100, 0.95),
        ("vorbis.ogg", 44_100, 0.999),
        ("opus.opus", 48_000, 0.999),
    ] {
        let (samples, rate) = sound(name);
        assert_eq!((rate, samples.len()), (sample_rate, 9 * sample_rate as usize), "{name}");
        let tune = tune(rate, samples.len(), true);
        let found = correlation(&samples, &tune);
        assert!(found > least, "{name} correlates by {found}");
        let shifted = correlation(&samples[1..], &tune).max(correlation(&samples, &tune[1..]));
        assert!(found > shifted, "{name} is off by a sample or more: {found}, shifted {shifted}");
    }
}

#[test]
fn tags_are_read_from_every_format() {
    for name in ["cbr.mp3", "vbr.mp3", "aac.m4a", "vorbis.ogg", "opus.opus", "flac.flac"] {
        let tags = decode(&file(name)).expect("it decodes").tags;
        let found = (tags.title.as_str(), tags.artist.as_str(), tags.album.as_str(), tags.year);
        assert_eq!(found, ("Fifths", "Sonoscape", "Tests", Some(2026)), "{name}");
    }
    assert_eq!(decode(&file("vbr.mp3")).expect("it decodes").tags.isrc, "GBXXX2600001");
}

#[test]
fn without_tags_the_file_name_is_the_title() {
    assert_eq!(decode(&file("s16.wav")).expect("it decodes").tags.title, "s16");
}

#[test]
fn a_truncated_file_gives_what_it_still_holds() {
    let (samples, _) = sound("truncated.ogg");
    assert!((22_050..9 * 44_100).contains(&samples.len()), "{}", samples.len());
}

#[test]
fn a_page_position_that_lags_behind_costs_no_samples() {
    let mut bytes = std::fs::read(file("vorbis.ogg")).expect("it is there");
    let pages: Vec<usize> = (0..bytes.len() - 4).filter(|&at| bytes[at..].starts_with(b"OggS")).collect();
    let page = &mut bytes[pages[3]..pages[4]];
    let position = u64::from_le_bytes(page[6..14].try_into().expect("eight bytes"));
    page[6..14].copy_from_slice(&(position - 100).to_le_bytes());
    page[22..26].fill(0);
    let checksum = page.iter().fold(0, |sum, byte| ogg_crc(sum, *byte));
    page[22..26].copy_from_slice(&checksum.to_le_bytes());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lagging.ogg");
    std::fs::write(&path, bytes).expect("it is written");
    let lagging = decode(&path).expect("it decodes").channels.concat();
    assert!(lagging == sound("vorbis.ogg").0, "{} samples", lagging.len());
}

fn ogg_crc(sum: u32, byte: u8) -> u32 {
    (0..8).fold(sum ^ (u32::from(byte) << 24), |sum, _| (sum << 1) ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 })
}

#[test]
fn what_is_not_audio_is_refused_in_a_sentence() {
    for (name, expected) in [
        ("text.mp3", "No sound that can be decoded"),
        ("README.md", "No sound that can be decoded"),
        ("empty.wav", "This file is empty"),
        ("truncated.wav", "This file ends before its first sound"),
        ("truncated.m4a", "No sound that can be decoded"),
        (".", "This is not a file"),
        ("missing.mp3", "This file cannot be opened"),
    ] {
        let error = decode(&file(name)).expect_err(name);
        assert!(error.to_string().starts_with(expected), "{name}: {error}");
    }
}

#[test]
fn a_sample_that_is_no_number_reaches_the_library() {
    let (samples, _) = sound("nan.wav");
    assert_eq!(samples.iter().filter(|sample| sample.is_nan()).count(), 1);
}

#[test]
fn altered_bytes_never_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["cbr.mp3", "aac.m4a", "vorbis.ogg", "opus.opus", "s16.wav", "aiff.aiff", "alac.m4a"] {
        let sound = std::fs::read(file(name)).expect("it is there");
        for seed in 0..12_usize {
            let mut altered = sound.clone();
            for i in 0..20 {
                let at = (seed * 7919 + i * 104_729 + i * i * 31) % altered.len().min(1 << (7 + seed));
                altered[at] = altered[at].wrapping_add((seed + i) as u8 | 1);
            }
            let path = folder.path().join(name);
            std::fs::write(&path, altered).expect("it is written");
            let _ = read(&path);
        }
    }
}
