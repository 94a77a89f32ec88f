//! From a file to its channels, through the browser's own decoders.

use std::ops::RangeInclusive;

use js_sys::{Array, ArrayBuffer, Float32Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, File, HtmlAudioElement, OfflineAudioContext};

use crate::clock::minutes;
use crate::pause::pause;
use crate::problem::Problem;
use crate::sniff::{ENDS_BYTES, Format, sample_rate, sniff};

/// Longest sound that is decoded here, in seconds. Decoded stereo takes about 21 MB a minute, three times over.
pub const LONGEST_S: f64 = 15.0 * 60.0;

/// Sample rates in Hz that a browser is asked to decode to: a file's own, so that only the library resamples. Higher
/// ones would only take memory.
const DECODED_RATES: RangeInclusive<u32> = 8_000..=48_000;

/// The rate where a file's own is unknown or out of these bounds, in Hz.
const USUAL_RATE: u32 = 44_100;

/// How long a browser may take to tell a file's duration, in milliseconds.
const DURATION_PATIENCE_MS: u32 = 3000;

/// The rate at which a sound is decoded whose outline alone is wanted, in Hz.
const OUTLINE_RATE: u32 = 22_050;

/// Columns of an outline, and those that are computed at once.
const COLUMNS: u32 = 1200;
const COLUMNS_AT_ONCE: u32 = 100;

/// Samples copied at once: under 10 ms on a slow machine.
const SLICE: u32 = 1 << 20;

#[wasm_bindgen]
extern "C" {
    type Channels;

    #[wasm_bindgen(method, js_name = getChannelData, catch)]
    fn channel_data(this: &Channels, channel: u32) -> Result<Float32Array, JsValue>;
}

/// A decoded sound.
pub struct Decoded {
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// One array a channel, of `Float32Array`s that follow one another, each with a buffer of its own.
    pub channels: Array,
}

/// Decodes a file.
///
/// # Errors
/// One sentence that says why not and what to do.
pub async fn decode(file: &File, url: &str) -> Result<Decoded, Problem> {
    if file.size() == 0.0 {
        return Err(Problem::new("empty", "This file is empty. Choose one with sound in it."));
    }
    let ends = ends(file).await?;
    let format = sniff(&ends);
    let rate = sample_rate(&ends).filter(|rate| DECODED_RATES.contains(rate)).unwrap_or(USUAL_RATE);
    if let Some(seconds) = duration_s(url).await {
        check_length(seconds, &file.name())?;
    }
    let bytes = read(file.array_buffer()).await?;
    let buffer = decode_bytes(&bytes, rate).await.map_err(|_| refusal(format, &file.name()))?;
    if buffer.length() == 0 {
        return Err(Problem::new("empty", "This file holds no sound. Choose another one."));
    }
    check_length(buffer.duration(), &file.name())?;
    Ok(Decoded { sample_rate: buffer.sample_rate() as u32, channels: copy_channels(&buffer).await? })
}

/// Root mean square of each column of a sound's waveform, and its length in seconds; none where this browser cannot decode it.
pub async fn loudness(file: &File) -> Option<(Vec<f32>, f64)> {
    let bytes = read(file.array_buffer()).await.ok()?;
    let buffer = decode_bytes(&bytes, OUTLINE_RATE).await.ok()?;
    let source: &Channels = buffer.unchecked_ref();
    let channels: Vec<Float32Array> =
        (0..buffer.number_of_channels()).map(|channel| source.channel_data(channel).ok()).collect::<Option<_>>()?;
    let (length, mut columns) = (buffer.length(), Vec::with_capacity(COLUMNS as usize));
    for column in 0..COLUMNS {
        let place = |column: u32| (u64::from(length) * u64::from(column) / u64::from(COLUMNS)) as u32;
        columns.push(level(&channels, place(column), place(column + 1)));
        if column % COLUMNS_AT_ONCE == 0 {
            pause(0).await;
        }
    }
    Some((columns, buffer.duration()))
}

/// Root mean square of the mean of the channels.
fn level(channels: &[Float32Array], start: u32, end: u32) -> f32 {
    let mut sum = vec![0.0; (end - start) as usize];
    for channel in channels {
        sum.iter_mut().zip(channel.subarray(start, end).to_vec()).for_each(|(sum, sample)| *sum += sample);
    }
    let squares = sum.iter().map(|sample| sample * sample).sum::<f32>();
    (squares / sum.len().max(1) as f32).sqrt() / channels.len().max(1) as f32
}

/// The first bytes of a file and its last: some containers say only at the end what is in them.
async fn ends(file: &File) -> Result<Vec<u8>, Problem> {
    let size = file.size();
    let tail = (size - f64::from(ENDS_BYTES)).max(f64::from(ENDS_BYTES)).min(size);
    let mut ends = Vec::new();
    for (start, end) in [(0.0, f64::from(ENDS_BYTES)), (tail, size)] {
        let blob = file.slice_with_f64_and_f64(start, end).map_err(|_| unreadable())?;
        let bytes = read(blob.array_buffer()).await?;
        ends.extend(Uint8Array::new(&bytes).to_vec());
    }
    Ok(ends)
}

async fn read(bytes: Promise) -> Result<ArrayBuffer, Problem> {
    JsFuture::from(bytes).await.ok().and_then(|bytes| bytes.dyn_into().ok()).ok_or_else(unreadable)
}

fn unreadable() -> Problem {
    Problem::new("unreadable", "This file could not be read. Check that it is still there and that you may open it.")
}

/// The duration that the browser's player reads from the file's header, without decoding it.
async fn duration_s(url: &str) -> Option<f64> {
    let audio = HtmlAudioElement::new().ok()?;
    audio.set_preload("metadata");
    let told = Promise::new(&mut |resolve, _| {
        audio.set_onloadedmetadata(Some(&resolve));
        audio.set_onerror(Some(&resolve));
    });
    audio.set_src(url);
    let patience = wasm_bindgen_futures::future_to_promise(async {
        pause(DURATION_PATIENCE_MS).await;
        Ok(JsValue::UNDEFINED)
    });
    // Both promises only resolve; an error of the element leaves its duration unknown.
    let _ = JsFuture::from(Promise::race(&Array::of2(&told, &patience))).await;
    let seconds = audio.duration();
    audio.set_onloadedmetadata(None);
    audio.set_onerror(None);
    let _ = audio.remove_attribute("src");
    seconds.is_finite().then_some(seconds)
}

fn check_length(seconds: f64, name: &str) -> Result<(), Problem> {
    if seconds <= LONGEST_S {
        return Ok(());
    }
    Err(Problem::new(
        "too-long",
        format!(
            "This recording lasts {}, and a browser manages {} at most. Cut out a part, or run: sonoscape search {}",
            minutes(seconds),
            minutes(LONGEST_S),
            quoted(name)
        ),
    ))
}

async fn decode_bytes(bytes: &ArrayBuffer, rate: u32) -> Result<AudioBuffer, JsValue> {
    let context = OfflineAudioContext::new_with_number_of_channels_and_length_and_sample_rate(1, 1, rate as f32)?;
    JsFuture::from(context.decode_audio_data(bytes)?).await?.dyn_into()
}

fn refusal(format: Format, name: &str) -> Problem {
    if format.companion_decodes() {
        Problem::new(
            "undecodable",
            format!(
                "This browser cannot decode this {} file, but the command-line program may: sonoscape search {}",
                format.name(),
                quoted(name)
            ),
        )
    } else if format == Format::Midi {
        Problem::new("not-audio", "A MIDI file holds notes, not sound. Render it to audio first, then drop that.")
    } else if format == Format::Matroska {
        Problem::new("undecodable", "This browser cannot decode this WebM file. Convert it to MP3, FLAC or WAV first.")
    } else {
        Problem::new("not-audio", "This is not an audio file. Choose an MP3, M4A, FLAC, Ogg, Opus or WAV file.")
    }
}

/// A file name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-".contains(c);
    if !name.is_empty() && !name.starts_with('-') && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

/// Copies in slices, and lets the page breathe between them.
async fn copy_channels(buffer: &AudioBuffer) -> Result<Array, Problem> {
    let too_large =
        |_| Problem::new("limit", "This recording does not fit into the browser's memory. Choose a shorter one.");
    let source: &Channels = buffer.unchecked_ref();
    let length = buffer.length();
    let channels = Array::new();
    for channel in 0..buffer.number_of_channels() {
        let data = source.channel_data(channel).map_err(too_large)?;
        let slices = Array::new();
        for start in (0..length).step_by(SLICE as usize) {
            let end = length.min(start.saturating_add(SLICE));
            slices.push(&Float32Array::new(&data.subarray(start, end)));
            if end < length {
                pause(0).await;
            }
        }
        channels.push(&slices);
    }
    Ok(channels)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn file_names_are_quoted_only_where_a_shell_needs_it() {
        assert_eq!(quoted("song.aiff"), "song.aiff");
        assert_eq!(quoted("my song.aiff"), "'my song.aiff'");
        assert_eq!(quoted("it's.aiff"), r"'it'\''s.aiff'");
        assert_eq!(quoted("-rf"), "'-rf'");
    }

    #[test]
    fn a_refusal_names_the_format_and_the_way_out() {
        let problem = refusal(Format::Aiff, "a.aiff");
        assert_eq!(problem.kind, "undecodable");
        assert!(problem.sentence.contains("AIFF") && problem.sentence.contains("sonoscape search a.aiff"));
        assert_eq!(refusal(Format::Unknown, "a.txt").kind, "not-audio");
    }

    #[test]
    fn three_hours_are_too_long_and_the_sentence_says_what_to_do() {
        let problem = check_length(3.0 * 3600.0, "mix.mp3").expect_err("too long");
        assert_eq!(problem.kind, "too-long");
        assert!(problem.sentence.contains("3:00:00") && problem.sentence.contains("sonoscape search mix.mp3"));
    }
}
