//! The chromagram: how strong each of the twelve pitch classes is, whatever its octave.

use crate::mel::{MelConfig, MelFrontEnd, MelSpectrogram};

/// Pitch classes of the octave, from C to B.
pub const PITCH_CLASSES: usize = 12;

/// Frequency of octave 0, in Hz: A0 when A4 is tuned to 440 Hz.
const OCTAVE_0_HZ: f64 = 27.5;

/// Octave in which a bin weighs most, and the distance at which its weight has fallen to e^−½.
const CENTRE_OCTAVE: f64 = 5.0;

/// See [`CENTRE_OCTAVE`].
const OCTAVE_WIDTH: f64 = 2.0;

/// Pitch classes from A, where octaves begin, up to C, where rows begin.
const A_TO_C: usize = 3;

/// A chromagram.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | `values` | `[12, frames]`, row by row, C first | power relative to the frame's strongest pitch class, 0 to 1 |
#[derive(Debug, Clone, PartialEq)]
pub struct Chromagram {
    /// Number of frames.
    pub frames: usize,
    /// Relative power, pitch class by pitch class.
    pub values: Vec<f32>,
}

impl MelFrontEnd {
    /// The log-mel spectrogram and the chromagram of `samples`, of the same frames; every target computes the same bits.
    ///
    /// The power of a bin at `p` semitones above A0, `w ≥ 1` semitones wide, goes to each pitch class by
    /// `exp(−½ (2d / w)²)`, where `d` is the distance from `p` to the nearest pitch of that class; the twelve weights are scaled
    /// to a sum of squares of 1, then by `exp(−½ ((p / 12 − 5) / 2)²)`. 0 Hz counts as 18 semitones below the first bin. Each
    /// frame is divided by its largest value, unless that is below the smallest normal number. A4 is 440 Hz: the tuning is not
    /// estimated.
    ///
    /// # Examples
    /// ```
    /// use sonoscape::{MelConfig, MelFrontEnd};
    /// let a4: Vec<f32> = (0..22_050).map(|n| (n as f32 * 0.1254).sin()).collect();
    /// let (mel, chroma) = MelFrontEnd::new(&MelConfig::default())?.log_mel_and_chroma(&a4);
    /// assert_eq!(chroma.frames, mel.frames);
    /// assert_eq!(chroma.values[9 * chroma.frames + 20], 1.0);
    /// # Ok::<(), sonoscape::Error>(())
    /// ```
    ///
    /// # Source
    /// `librosa.feature.chroma_stft(tuning=0.0)`, librosa 0.11. Golden: `tests/golden/chroma.npy`.
    pub fn log_mel_and_chroma(&mut self, samples: &[f32]) -> (MelSpectrogram, Chromagram) {
        let bank = bank(self.config());
        let mut frames = Vec::new();
        let mel = self.log_mel_beside(samples, |power| frames.push(chroma(&bank, power)));
        let rows = (0..PITCH_CLASSES).flat_map(|class| frames.iter().map(move |frame| frame[class]));
        let chroma = Chromagram { frames: frames.len(), values: rows.collect() };
        (mel, chroma)
    }
}

fn chroma(bank: &[[f32; PITCH_CLASSES]], power: &[f32]) -> [f32; PITCH_CLASSES] {
    let mut sums = [0.0; PITCH_CLASSES];
    for (weights, power) in bank.iter().zip(power) {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += weight * power;
        }
    }
    let peak = sums.iter().copied().fold(0.0, f32::max);
    if peak < f32::MIN_POSITIVE { sums } else { sums.map(|sum| sum / peak) }
}

/// Weights of each bin, from 0 Hz to half the sample rate.
fn bank(config: &MelConfig) -> Vec<[f32; PITCH_CLASSES]> {
    let hz_per_bin = f64::from(config.sample_rate) / config.n_fft as f64;
    let octave = |bin: usize| match bin {
        0 => libm::log2(hz_per_bin / OCTAVE_0_HZ) - 1.5,
        _ => libm::log2(bin as f64 * hz_per_bin / OCTAVE_0_HZ),
    };
    (0..=config.n_fft / 2).map(|bin| weights(octave(bin), octave(bin + 1) - octave(bin))).collect()
}

fn weights(octave: f64, width: f64) -> [f32; PITCH_CLASSES] {
    let (pitch, width) = (octave * PITCH_CLASSES as f64, (width * PITCH_CLASSES as f64).max(1.0));
    let bumps: [f64; PITCH_CLASSES] = std::array::from_fn(|class| {
        let half = PITCH_CLASSES as f64 / 2.0;
        let distance = (pitch - (class + A_TO_C) as f64 + half).rem_euclid(PITCH_CLASSES as f64) - half;
        gaussian(2.0 * distance / width)
    });
    let length = bumps.iter().map(|bump| bump * bump).sum::<f64>().sqrt();
    let loudness = gaussian((octave - CENTRE_OCTAVE) / OCTAVE_WIDTH);
    bumps.map(|bump| (bump / length * loudness) as f32)
}

fn gaussian(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}
