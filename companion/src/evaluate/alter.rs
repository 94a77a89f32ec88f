//! What transmission and playing do to a sound and a listener hears past.

use std::f64::consts::PI;

use anyhow::Result;
use rand::RngExt;
use rand::rngs::StdRng;
use sonoscape::{Clip, SAMPLE_RATE};

use super::mp3::Mp3;

const LOW_PASS_HZ: f64 = 4000.0;

/// Sections of second order: 48 dB an octave.
const LOW_PASS_SECTIONS: usize = 4;

/// Power of the sound over that of the noise: 20 dB.
const SIGNAL_TO_NOISE: f32 = 100.0;

/// Amplitude of 6 dB.
const GAIN: f32 = 1.995_262_3;

/// Sample rates as which the samples are read: 2 % faster and slower.
const FASTER: u32 = SAMPLE_RATE / 50 * 51;
const SLOWER: u32 = SAMPLE_RATE / 50 * 49;

/// One alteration of samples at [`SAMPLE_RATE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alteration {
    LowPass,
    Noise,
    Quieter,
    LouderClipped,
    Faster,
    Slower,
    Mp3(Mp3),
}

impl Alteration {
    /// All that this computer can carry out.
    pub fn available() -> Vec<Self> {
        let always = [Self::LowPass, Self::Noise, Self::Quieter, Self::LouderClipped, Self::Faster, Self::Slower];
        always.into_iter().chain(Mp3::find().map(Self::Mp3)).collect()
    }

    /// Its name in the card.
    pub fn name(self) -> &'static str {
        match self {
            Self::LowPass => "low_pass_4khz",
            Self::Noise => "white_noise_20db",
            Self::Quieter => "gain_minus_6db",
            Self::LouderClipped => "gain_plus_6db_clipped",
            Self::Faster => "speed_plus_2_percent",
            Self::Slower => "speed_minus_2_percent",
            Self::Mp3(_) => "mp3_64kbit",
        }
    }

    /// The altered sound.
    ///
    /// # Errors
    /// When nothing audible is left, or the MP3 program fails.
    pub fn apply(self, samples: &[f32], random: &mut StdRng) -> Result<Vec<f32>> {
        let read_at = |rate| Ok(Clip::from_channels(&[samples], rate)?.samples().to_vec());
        match self {
            Self::LowPass => Ok(low_pass(samples, LOW_PASS_HZ)),
            Self::Noise => Ok(with_noise(samples, random)),
            Self::Quieter => Ok(samples.iter().map(|sample| sample / GAIN).collect()),
            Self::LouderClipped => Ok(samples.iter().map(|sample| (sample * GAIN).clamp(-1.0, 1.0)).collect()),
            Self::Faster => read_at(FASTER),
            Self::Slower => read_at(SLOWER),
            Self::Mp3(mp3) => mp3.round_trip(samples),
        }
    }
}

/// White noise, evenly distributed, whose power is that of the sound over [`SIGNAL_TO_NOISE`].
fn with_noise(samples: &[f32], random: &mut StdRng) -> Vec<f32> {
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
    let peak = (3.0 * power / SIGNAL_TO_NOISE).sqrt();
    samples.iter().map(|sample| sample + peak * random.random_range(-1.0f32..1.0)).collect()
}

/// A Butterworth low-pass as a cascade of biquads.
///
/// # Source
/// R. Bristow-Johnson, *Audio EQ Cookbook*, <https://www.w3.org/TR/audio-eq-cookbook/>.
fn low_pass(samples: &[f32], hz: f64) -> Vec<f32> {
    let angle = 2.0 * PI * hz / f64::from(SAMPLE_RATE);
    let mut sound: Vec<f64> = samples.iter().map(|&sample| f64::from(sample)).collect();
    for section in 0..LOW_PASS_SECTIONS {
        let alpha = angle.sin() * ((2 * section + 1) as f64 * PI / (4 * LOW_PASS_SECTIONS) as f64).sin();
        let (a0, a1, a2) = (1.0 + alpha, -2.0 * angle.cos(), 1.0 - alpha);
        let b = (1.0 - angle.cos()) / 2.0;
        let (mut x, mut y) = ([0.0; 2], [0.0; 2]);
        for sample in &mut sound {
            let out = (b * (*sample + 2.0 * x[0] + x[1]) - a1 * y[0] - a2 * y[1]) / a0;
            (x, y) = ([*sample, x[0]], [out, y[0]]);
            *sample = out;
        }
    }
    sound.into_iter().map(|sample| sample as f32).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn tone(hz: f32) -> Vec<f32> {
        (0..SAMPLE_RATE).map(|n| (std::f32::consts::TAU * hz * n as f32 / SAMPLE_RATE as f32).sin()).collect()
    }

    fn decibels(of: &[f32], against: &[f32]) -> f32 {
        let power = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
        10.0 * (power(of) / power(against)).log10()
    }

    fn altered(alteration: Alteration, samples: &[f32]) -> Vec<f32> {
        alteration.apply(samples, &mut StdRng::seed_from_u64(1)).unwrap()
    }

    #[test]
    fn the_low_pass_keeps_what_lies_below_halves_the_edge_and_takes_what_lies_above() {
        let change = |hz| decibels(&altered(Alteration::LowPass, &tone(hz)), &tone(hz));
        assert!(change(1000.0).abs() < 0.1, "{}", change(1000.0));
        assert!((change(4000.0) + 3.0).abs() < 0.1, "{}", change(4000.0));
        assert!(change(8000.0) < -48.0, "{}", change(8000.0));
    }

    #[test]
    fn noise_and_gains_have_the_levels_that_their_names_say() {
        let clean = tone(440.0);
        let noisy = altered(Alteration::Noise, &clean);
        let noise: Vec<f32> = noisy.iter().zip(&clean).map(|(noisy, clean)| noisy - clean).collect();
        assert!((decibels(&noise, &clean) + 20.0).abs() < 0.1);
        assert!((decibels(&altered(Alteration::Quieter, &clean), &clean) + 6.0).abs() < 0.01);
        let loud = altered(Alteration::LouderClipped, &clean);
        assert!(loud.iter().all(|sample| sample.abs() <= 1.0) && decibels(&loud, &clean) > 1.5);
    }

    #[test]
    fn speed_changes_length_and_pitch_by_two_percent() {
        let crossings = |samples: &[f32]| samples.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        for (alteration, length) in [(Alteration::Faster, 50.0 / 51.0), (Alteration::Slower, 50.0 / 49.0)] {
            let changed = altered(alteration, &tone(440.0));
            assert!((changed.len() as f32 / SAMPLE_RATE as f32 - length).abs() < 1e-4);
            assert!(crossings(&changed).abs_diff(440) <= 1);
        }
    }
}
