//! What one hears, measured on a mel spectrogram.

use sonoscape::MelSpectrogram;

/// Quieter than this below the loudest point of an excerpt is not heard, in dB.
const HEARD_DB: f32 = -60.0;

/// Frames that are averaged before tones are told from noise: about 0.2 s.
const TONE_FRAMES: usize = 8;

/// Bands on either side that a tone stands out from.
const TONE_BANDS: usize = 3;

/// How far the mean rise of all bands must stand out from its surroundings to be an onset, in dB, and how far these reach, in frames.
const ONSET_DB: f32 = 1.0;
const ONSET_FRAMES: usize = 10;

/// A measure, and what a sound is called that has little or much, or less or more, of it.
pub struct Measure {
    pub low: [&'static str; 2],
    pub high: [&'static str; 2],
    pub measured: &'static str,
    pub of: fn(&MelSpectrogram) -> f64,
}

/// All that is measured.
pub const MEASURES: [Measure; 4] = [
    Measure {
        low: ["dark", "darker"],
        high: ["bright", "brighter"],
        measured: "spectral centroid of amplitudes, in mel bands",
        of: centroid,
    },
    Measure {
        low: ["noisy", "noisier"],
        high: ["tonal", "more tonal"],
        measured: "contrast of bands to their neighbours, in dB",
        of: contrast,
    },
    Measure { low: ["slow", "slower"], high: ["fast", "faster"], measured: "onsets a second", of: onset_rate },
    Measure {
        low: ["smooth", "smoother"],
        high: ["percussive", "more percussive"],
        measured: "mean rise of bands from frame to frame, in dB",
        of: flux,
    },
];

/// The mean band, weighted by amplitude.
fn centroid(mel: &MelSpectrogram) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (band, row) in mel.values.chunks_exact(mel.frames).enumerate() {
        let amplitude: f64 = row.iter().map(|&db| 10f64.powf(f64::from(db) / 20.0)).sum();
        sum += amplitude * band as f64;
        weights += amplitude;
    }
    sum / weights
}

/// The mean distance, in dB, of heard bands from the mean of their neighbours, in moments long enough for noise to even out.
fn contrast(mel: &MelSpectrogram) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for first in (0..mel.frames.saturating_sub(TONE_FRAMES - 1)).step_by(TONE_FRAMES) {
        let moment = |band: usize| {
            let row = &mel.values[band * mel.frames + first..][..TONE_FRAMES];
            let power: f32 = row.iter().map(|db| 10f32.powf(db / 10.0)).sum();
            10.0 * (power / TONE_FRAMES as f32).log10()
        };
        let bands: Vec<f32> = (0..mel.bands).map(moment).collect();
        for (band, window) in bands.windows(2 * TONE_BANDS + 1).enumerate() {
            let level = bands[band + TONE_BANDS];
            if level > HEARD_DB {
                let mean = window.iter().sum::<f32>() / window.len() as f32;
                sum += f64::from((level - mean).abs());
                count += 1.0;
            }
        }
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Peaks of the mean rise, a second.
fn onset_rate(mel: &MelSpectrogram) -> f64 {
    let rises = rises(mel);
    let is_onset = |&t: &usize| {
        let around = &rises[t.saturating_sub(ONSET_FRAMES)..(t + ONSET_FRAMES).min(rises.len())];
        let near = &rises[t.saturating_sub(2)..(t + 3).min(rises.len())];
        let mean = around.iter().sum::<f32>() / around.len() as f32;
        rises[t] > mean + ONSET_DB && near.iter().all(|other| *other <= rises[t])
    };
    (0..rises.len()).filter(is_onset).count() as f64 / f64::from(mel.seconds)
}

/// The mean rise over all frames, in dB.
fn flux(mel: &MelSpectrogram) -> f64 {
    let rises = rises(mel);
    f64::from(rises.iter().sum::<f32>()) / rises.len().max(1) as f64
}

/// How much louder bands become from each frame to the next, on average over the bands, in dB; what becomes quieter counts as 0.
fn rises(mel: &MelSpectrogram) -> Vec<f32> {
    let mut rises = vec![0.0; mel.frames.saturating_sub(1)];
    for row in mel.values.chunks_exact(mel.frames) {
        for (rise, pair) in rises.iter_mut().zip(row.windows(2)) {
            *rise += (pair[1].max(HEARD_DB) - pair[0].max(HEARD_DB)).max(0.0) / mel.bands as f32;
        }
    }
    rises
}

#[cfg(test)]
mod tests {
    use sonoscape::{MelConfig, MelFrontEnd, SAMPLE_RATE};

    use super::*;

    fn mel(sound: impl Fn(f32) -> f32) -> MelSpectrogram {
        let samples: Vec<f32> = (0..4 * SAMPLE_RATE).map(|n| sound(n as f32 / SAMPLE_RATE as f32)).collect();
        MelFrontEnd::new(&MelConfig::default()).unwrap().log_mel(&samples)
    }

    fn tone(hertz: f32) -> impl Fn(f32) -> f32 {
        move |t| (std::f32::consts::TAU * hertz * t).sin()
    }

    /// White, and the same at each call.
    fn noise(t: f32) -> f32 {
        let mut x = t.to_bits().wrapping_mul(0x9e37_79b9);
        x = (x ^ (x >> 15)).wrapping_mul(0x85eb_ca6b);
        (x ^ (x >> 13)) as f32 / u32::MAX as f32 - 0.5
    }

    fn pulses(a_second: f32) -> impl Fn(f32) -> f32 {
        move |t| noise(t) * (-20.0 * (t * a_second).fract() / a_second).exp()
    }

    #[test]
    fn each_measure_grows_with_what_it_is_named_after() {
        assert!(centroid(&mel(tone(3000.0))) > centroid(&mel(tone(300.0))) + 20.0);
        assert!(contrast(&mel(tone(1000.0))) > 2.0 * contrast(&mel(noise)));
        let rates = [2.0, 5.0].map(|rate| onset_rate(&mel(pulses(rate))));
        assert!((rates[0] - 2.0).abs() < 0.5 && (rates[1] - 5.0).abs() < 0.7, "{rates:?}");
        // Its beginning is one.
        assert_eq!(onset_rate(&mel(tone(440.0))), 0.25);
        assert!(flux(&mel(pulses(5.0))) > flux(&mel(tone(440.0))));
    }
}
