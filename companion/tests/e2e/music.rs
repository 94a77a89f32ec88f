//! Pieces to fill a collection with: each in a style of its own from beginning to end, and the same on every run.

use std::f32::consts::TAU;

pub const SAMPLE_RATE: u32 = 22_050;

/// How a piece sounds.
#[derive(Clone, Copy)]
pub struct Style {
    pub name: &'static str,
    /// Lowest note in Hz.
    root_hz: f32,
    /// Notes a second.
    pace: f32,
    /// How many harmonics a note has.
    harmonics: u32,
    /// What is left of a note after a second, from 0 to 1.
    sustain: f32,
    /// How much noise each note begins with.
    breath: f32,
    /// Semitones above the root that may follow each other.
    scale: &'static [u8],
}

const MAJOR: &[u8] = &[0, 2, 4, 5, 7, 9, 11, 12];
const MINOR: &[u8] = &[0, 2, 3, 5, 7, 8, 10, 12];
const PENTATONIC: &[u8] = &[0, 2, 4, 7, 9, 12, 14, 16];
const FIFTHS: &[u8] = &[0, 7, 12, 19];
const DRONE: &[u8] = &[0, 0, 7];

pub const STYLES: [Style; 14] = [
    style("Amber Bells", 523.0, 3.0, 3, 0.20, 0.0, PENTATONIC),
    style("Basalt Drone", 55.0, 0.4, 14, 0.95, 0.0, DRONE),
    style("Copper Arpeggio", 220.0, 9.0, 6, 0.05, 0.0, MAJOR),
    style("Dry Leaves", 300.0, 6.0, 1, 0.001, 1.0, MINOR),
    style("Evening Organ", 131.0, 1.0, 9, 0.9, 0.0, FIFTHS),
    style("Frost Glass", 1568.0, 5.0, 2, 0.3, 0.05, PENTATONIC),
    style("Gravel March", 82.0, 4.0, 12, 0.01, 0.6, FIFTHS),
    style("Harbour Whistle", 880.0, 1.5, 1, 0.8, 0.1, MINOR),
    style("Iron Clockwork", 392.0, 12.0, 10, 0.001, 0.3, FIFTHS),
    style("Jade Lute", 196.0, 2.5, 8, 0.15, 0.08, PENTATONIC),
    style("Kelp Choir", 262.0, 0.7, 5, 0.9, 0.15, MINOR),
    style("Lantern Waltz", 330.0, 3.0, 4, 0.4, 0.0, MAJOR),
    style("Mill Stream", 700.0, 14.0, 2, 0.02, 0.4, MAJOR),
    style("Night Surf", 40.0, 0.3, 2, 0.9, 2.0, DRONE),
];

const fn style(
    name: &'static str,
    root_hz: f32,
    pace: f32,
    harmonics: u32,
    sustain: f32,
    breath: f32,
    scale: &'static [u8],
) -> Style {
    Style { name, root_hz, pace, harmonics, sustain, breath, scale }
}

impl Style {
    /// `seconds` of the piece as mono samples at [`SAMPLE_RATE`].
    pub fn play(&self, seconds: f32) -> Vec<f32> {
        let mut chance = Chance(0x9E37_79B9 ^ self.root_hz.to_bits());
        let mut samples = vec![0.0; (seconds * SAMPLE_RATE as f32) as usize];
        let step = (SAMPLE_RATE as f32 / self.pace) as usize;
        for start in (0..samples.len()).step_by(step) {
            let semitone = self.scale[chance.below(self.scale.len())];
            let frequency = self.root_hz * (f32::from(semitone) / 12.0).exp2();
            let end = samples.len().min(start + 2 * step);
            self.add_note(&mut samples[start..end], frequency, &mut chance);
        }
        let loudest = samples.iter().fold(0.0f32, |loudest, sample| loudest.max(sample.abs()));
        samples.iter().map(|sample| 0.8 * sample / loudest).collect()
    }

    fn add_note(&self, samples: &mut [f32], frequency: f32, chance: &mut Chance) {
        let length = samples.len() as f32;
        for (n, sample) in samples.iter_mut().enumerate() {
            let time_s = n as f32 / SAMPLE_RATE as f32;
            let envelope = self.sustain.powf(time_s) * (1.0 - n as f32 / length) * (time_s / 0.004).min(1.0);
            let harmonics = 1..=self.harmonics;
            let tone: f32 = harmonics.map(|h| (TAU * frequency * h as f32 * time_s).sin() / h as f32).sum();
            let breath = self.breath * chance.sample() * (-12.0 * time_s).exp().max(0.2);
            *sample += envelope * (tone + breath);
        }
    }
}

/// `seconds` of noise as mono samples at [`SAMPLE_RATE`].
pub fn noise(seconds: u32) -> Vec<f32> {
    (0..seconds * SAMPLE_RATE).map(|n| (n.wrapping_mul(n) as f32 * 0.618).sin()).collect()
}

/// A xorshift generator: the same numbers everywhere.
struct Chance(u32);

impl Chance {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 8) as usize % limit
    }

    fn sample(&mut self) -> f32 {
        (self.next() >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}
