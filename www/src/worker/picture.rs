//! What the page draws of a sound: its waveform and its mel spectrogram, no wider than a screen.

use js_sys::Uint8Array;
use sonoscape::{Analyser, Clip, Excerpt, MelSpectrogram, SAMPLE_RATE};

use crate::protocol::Picture;

/// Most columns of the spectrogram, and columns of the waveform.
const COLUMNS: usize = 1200;

/// Draws a clip, and hands on its mel spectrogram where that is of the whole.
///
/// The work is bounded by that of [`COLUMNS`] windows, however long the clip.
pub fn draw(analyser: &mut Analyser, clip: &Clip) -> (Picture, Option<MelSpectrogram>) {
    let samples = clip.samples();
    let window = analyser.front_end().config().n_fft;
    let frames_per_window = window / analyser.front_end().config().hop_length;
    let short = samples.len() <= COLUMNS * window;
    let mel = if short { mel_of(analyser, samples) } else { mel_of(analyser, &every_column(samples, window)) };
    let (columns, levels) = levels(&mel, if short { 1 } else { frames_per_window });
    let picture = Picture {
        duration_s: samples.len() as f32 / SAMPLE_RATE as f32,
        loudness: loudness(samples),
        bands: mel.bands as u32,
        columns: columns as u32,
        levels: Uint8Array::from(levels.as_slice()),
        band_hz: analyser.front_end().band_centres_hz(),
    };
    (picture, short.then_some(mel))
}

fn mel_of(analyser: &mut Analyser, samples: &[f32]) -> MelSpectrogram {
    analyser.mel(&Excerpt { start_s: 0.0, samples })
}

/// One window from the middle of each column, one after the other: every frame that is centred on one of them sees that window
/// and no other.
fn every_column(samples: &[f32], window: usize) -> Vec<f32> {
    (0..COLUMNS)
        .flat_map(|column| {
            let start = place(column, COLUMNS - 1, samples.len() - window);
            &samples[start..start + window]
        })
        .copied()
        .collect()
}

/// Brightness of each band and column, band by band. Of several frames in a column the brightest counts; with a `step` above one
/// only the frames in the middle of each step count.
fn levels(mel: &MelSpectrogram, step: usize) -> (usize, Vec<u8>) {
    let frames = if step > 1 { COLUMNS } else { mel.frames };
    let columns = frames.min(COLUMNS);
    let frame_at = |frame: usize| if step > 1 { (frame * step + step / 2).min(mel.frames - 1) } else { frame };
    let mut levels = Vec::with_capacity(mel.bands * columns);
    for row in mel.values.chunks_exact(mel.frames) {
        for column in 0..columns {
            let (first, last) = (place(column, columns, frames), place(column + 1, columns, frames));
            let brightest = (first..last).map(|frame| row[frame_at(frame)]).fold(f32::NEG_INFINITY, f32::max);
            levels.push(((brightest / mel.top_db + 1.0).clamp(0.0, 1.0) * 255.0) as u8);
        }
    }
    (columns, levels)
}

/// Root mean square of each column.
fn loudness(samples: &[f32]) -> Vec<f32> {
    (0..COLUMNS)
        .map(|column| {
            let column = &samples[place(column, COLUMNS, samples.len())..place(column + 1, COLUMNS, samples.len())];
            (column.iter().map(|sample| sample * sample).sum::<f32>() / column.len().max(1) as f32).sqrt()
        })
        .collect()
}

/// Where part `part` of `parts` equal parts of `length` begins. In 64 bits, because the product outgrows 32.
fn place(part: usize, parts: usize, length: usize) -> usize {
    (part as u64 * length as u64 / parts.max(1) as u64) as usize
}
