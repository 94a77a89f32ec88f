//! Renders the page's example: thirty seconds of plucked strings, bells, bass and brushes, the same on every run.
//!
//! ```sh
//! cargo run --package xtask --example piece -- piece.wav
//! ffmpeg -i piece.wav -c:a libmp3lame -b:a 40k -map_metadata -1 -metadata title="Low Tide" -metadata artist=Sonoscape www/public/example.mp3
//! ```

use std::f32::consts::TAU;

const SAMPLE_RATE: usize = 22_050;
const BEAT_S: f32 = 0.625;
const BARS: usize = 12;

/// Chords of two bars each, as MIDI notes from the bass up.
const CHORDS: [[i32; 5]; 6] = [
    [38, 57, 60, 64, 65],
    [34, 53, 57, 60, 62],
    [31, 53, 58, 62, 65],
    [41, 57, 60, 64, 67],
    [36, 55, 59, 62, 67],
    [38, 57, 62, 64, 69],
];

/// Which note of the chord each eighth of a bar plucks, and how hard.
const PATTERN: [(usize, f32); 8] = [(1, 0.9), (2, 0.5), (3, 0.6), (4, 0.5), (2, 0.8), (3, 0.45), (4, 0.7), (3, 0.4)];

/// The melody of the bells: beat, MIDI note.
const BELLS: [(f32, i32); 12] = [
    (16.0, 81),
    (17.5, 79),
    (18.0, 76),
    (20.0, 77),
    (22.0, 74),
    (24.0, 72),
    (28.0, 76),
    (29.5, 79),
    (30.0, 84),
    (32.0, 83),
    (36.0, 79),
    (40.0, 81),
];

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "piece.wav".to_owned());
    std::fs::write(path, wav(&render()))
}

fn render() -> Vec<f32> {
    let mut noise = Noise(0x5eed);
    let mut dry = vec![0.0; (BARS as f32 * 4.0 * BEAT_S * SAMPLE_RATE as f32) as usize];
    for bar in 0..BARS {
        let chord = CHORDS[bar / 2 % CHORDS.len()];
        let beat = bar as f32 * 4.0;
        for (eighth, (voice, force)) in PATTERN.into_iter().enumerate() {
            pluck(&mut dry, beat + eighth as f32 / 2.0, hz(chord[voice]), 0.30 * force, &mut noise);
        }
        if bar >= 2 {
            for (offset, length) in [(0.0, 1.8), (2.5, 1.2)] {
                bass(&mut dry, beat + offset, length, hz(chord[0]));
            }
            for eighth in 0..8 {
                let force = if eighth % 2 == 1 { 0.05 } else { 0.025 };
                brush(&mut dry, beat + eighth as f32 / 2.0, force, &mut noise);
            }
        }
        if bar % 2 == 0 {
            pad(&mut dry, beat, &chord[1..]);
        }
    }
    for (beat, note) in BELLS {
        bell(&mut dry, beat, hz(note));
    }
    let mut wet = echo(&dry);
    fade(&mut wet);
    wet
}

/// A string after Karplus and Strong: noise that goes round through a soft filter.
fn pluck(out: &mut [f32], beat: f32, hz: f32, force: f32, noise: &mut Noise) {
    let period = (SAMPLE_RATE as f32 / hz) as usize;
    let mut string: Vec<f32> = (0..period).map(|_| noise.next()).collect();
    for _ in 0..2 {
        for i in 0..period {
            string[i] = 0.5 * (string[i] + string[(i + 1) % period]);
        }
    }
    for (i, sample) in from(out, beat).iter_mut().take(2 * SAMPLE_RATE).enumerate() {
        let (here, next) = (i % period, (i + 1) % period);
        *sample += force * string[here];
        string[here] = 0.996 * 0.5 * (string[here] + string[next]);
    }
}

fn bass(out: &mut [f32], beat: f32, beats: f32, hz: f32) {
    let length = (beats * BEAT_S * SAMPLE_RATE as f32) as usize;
    for (i, sample) in from(out, beat).iter_mut().take(length).enumerate() {
        let (t, left) = (seconds(i), (length - i) as f32 / length as f32);
        let envelope = (t * 60.0).min(1.0) * left.sqrt();
        *sample += 0.16 * envelope * ((TAU * hz * t).sin() + 0.3 * (TAU * 2.0 * hz * t).sin());
    }
}

fn brush(out: &mut [f32], beat: f32, force: f32, noise: &mut Noise) {
    let mut before = 0.0;
    for (i, sample) in from(out, beat).iter_mut().take(SAMPLE_RATE / 6).enumerate() {
        let now = noise.next();
        *sample += force * (now - before) * (-seconds(i) * 34.0).exp();
        before = now;
    }
}

fn pad(out: &mut [f32], beat: f32, notes: &[i32]) {
    let length = (8.0 * BEAT_S * SAMPLE_RATE as f32) as usize;
    for (i, sample) in from(out, beat).iter_mut().take(length).enumerate() {
        let (t, share) = (seconds(i), i as f32 / length as f32);
        let envelope = (share * std::f32::consts::PI).sin().powf(0.6);
        let voice = |&note: &i32| (TAU * hz(note) * 1.002 * t).sin() + (TAU * hz(note) * 0.998 * t).sin();
        *sample += 0.014 * envelope * notes.iter().map(voice).sum::<f32>();
    }
}

/// A bell: one sine bends the phase of another, less and less.
fn bell(out: &mut [f32], beat: f32, hz: f32) {
    for (i, sample) in from(out, beat).iter_mut().take(3 * SAMPLE_RATE).enumerate() {
        let t = seconds(i);
        let bend = 2.2 * (-t * 3.0).exp() * (TAU * hz * 3.5 * t).sin();
        *sample += 0.085 * (t * 400.0).min(1.0) * (-t * 2.0).exp() * (TAU * hz * t + bend).sin();
    }
}

fn echo(dry: &[f32]) -> Vec<f32> {
    let delay = (0.75 * BEAT_S * SAMPLE_RATE as f32) as usize;
    let mut wet = dry.to_vec();
    for i in delay..wet.len() {
        wet[i] = dry[i] + 0.32 * wet[i - delay];
    }
    wet
}

fn fade(out: &mut [f32]) {
    let length = 3 * SAMPLE_RATE;
    let start = out.len() - length;
    for (i, sample) in out[start..].iter_mut().enumerate() {
        *sample *= 1.0 - i as f32 / length as f32;
    }
}

fn from(out: &mut [f32], beat: f32) -> &mut [f32] {
    let start = ((beat * BEAT_S * SAMPLE_RATE as f32) as usize).min(out.len());
    &mut out[start..]
}

fn seconds(samples: usize) -> f32 {
    samples as f32 / SAMPLE_RATE as f32
}

fn hz(note: i32) -> f32 {
    440.0 * 2f32.powf((note - 69) as f32 / 12.0)
}

/// White noise from a linear congruential generator.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 as f32 / 2f32.powi(31) - 1.0
    }
}

fn wav(samples: &[f32]) -> Vec<u8> {
    let loudest = samples.iter().fold(1e-6f32, |loudest, sample| loudest.max(sample.abs()));
    let bytes = 2 * samples.len() as u32;
    let rate = SAMPLE_RATE as u32;
    let mut out = Vec::with_capacity(44 + bytes as usize);
    out.extend(b"RIFF");
    out.extend((36 + bytes).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    for value in [1u16, 1] {
        out.extend(value.to_le_bytes());
    }
    for value in [rate, 2 * rate] {
        out.extend(value.to_le_bytes());
    }
    for value in [2u16, 16] {
        out.extend(value.to_le_bytes());
    }
    out.extend(b"data");
    out.extend(bytes.to_le_bytes());
    for sample in samples {
        out.extend(((0.89 * sample / loudest * 32_767.0) as i16).to_le_bytes());
    }
    out
}
