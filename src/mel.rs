//! From samples to a log-mel spectrogram, and from that to the picture that the encoder sees.

mod bank;
mod fft;
mod image;

use serde::{Deserialize, Serialize};

use crate::audio::SAMPLE_RATE;
use crate::error::{Error, Result};
use bank::MelBank;
use fft::RealFft;
use image::FRAMES_PER_COLUMN;
pub use image::MelImage;
pub(crate) use image::resize;

/// Smallest power that is told from silence, as librosa's `amin`.
const POWER_FLOOR: f32 = 1e-10;

/// Largest window that a card may ask for, in samples.
const MOST_N_FFT: usize = 1 << 16;

/// Settings of the log-mel spectrogram, in librosa's words. The default is the reference system's.
///
/// What is fixed, and needs no setting: a periodic Hann window as long as the transform, frames centred on their samples with
/// zeros beyond both ends, power 2, Slaney's mel scale with Slaney's area norm, decibels relative to the spectrogram's own
/// maximum.
///
/// # Source
/// `librosa.feature.melspectrogram` and `librosa.power_to_db(ref=numpy.max)`, librosa 0.11.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MelConfig {
    /// Sample rate in Hz; only [`SAMPLE_RATE`] is accepted.
    pub sample_rate: u32,
    /// Window and transform length in samples; even.
    pub n_fft: usize,
    /// Samples from one frame to the next.
    pub hop_length: usize,
    /// Number of mel bands.
    pub n_mels: usize,
    /// Lower edge of the lowest band, in Hz.
    pub fmin: f32,
    /// Upper edge of the highest band, in Hz.
    pub fmax: f32,
    /// Range below the maximum that is kept, in dB.
    pub top_db: f32,
}

impl Default for MelConfig {
    fn default() -> Self {
        Self {
            sample_rate: SAMPLE_RATE,
            n_fft: 2048,
            hop_length: 512,
            n_mels: 128,
            fmin: 0.0,
            fmax: 8000.0,
            top_db: 80.0,
        }
    }
}

impl MelConfig {
    /// Seconds that one column of a [`MelImage`] shows.
    pub fn column_s(&self) -> f32 {
        FRAMES_PER_COLUMN * self.hop_length as f32 / self.sample_rate as f32
    }

    pub(crate) fn check(&self) -> Result<()> {
        let nyquist = SAMPLE_RATE as f32 / 2.0;
        let sound = self.sample_rate == SAMPLE_RATE
            && self.n_fft.is_power_of_two()
            && (16..=MOST_N_FFT).contains(&self.n_fft)
            && (1..=self.n_fft).contains(&self.hop_length)
            && (1..=self.n_fft).contains(&self.n_mels)
            && self.fmin >= 0.0
            && self.fmin < self.fmax
            && self.fmax <= nyquist
            && self.top_db > 0.0
            && self.top_db.is_finite();
        if sound { Ok(()) } else { Err(Error::Encoder(format!("its front end is out of bounds: {self:?}"))) }
    }
}

/// A log-mel spectrogram.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | `values` | `[bands, frames]`, row by row, lowest band first | dB relative to the largest value, −`top_db` to 0 |
#[derive(Debug, Clone, PartialEq)]
pub struct MelSpectrogram {
    /// Number of mel bands.
    pub bands: usize,
    /// Number of frames.
    pub frames: usize,
    /// Decibels, band by band.
    pub values: Vec<f32>,
    /// Range that was kept, in dB.
    pub top_db: f32,
    /// Length in seconds of the sound it shows.
    pub seconds: f32,
}

/// A planned front end: window, transform and filter bank, made once and used for every excerpt.
pub struct MelFrontEnd {
    config: MelConfig,
    window: Vec<f32>,
    fft: RealFft,
    bank: MelBank,
}

impl MelFrontEnd {
    /// Plans the front end.
    ///
    /// # Errors
    /// [`Error::Encoder`] when a setting is out of bounds: settings come from an encoder's card.
    pub fn new(config: &MelConfig) -> Result<Self> {
        config.check()?;
        Ok(Self {
            window: hann(config.n_fft),
            fft: RealFft::new(config.n_fft),
            bank: MelBank::new(config),
            config: config.clone(),
        })
    }

    /// The settings it was planned with.
    pub fn config(&self) -> &MelConfig {
        &self.config
    }

    /// The centre frequency of each band in Hz, shape `[n_mels]`.
    pub fn band_centres_hz(&self) -> Vec<f32> {
        bank::band_edges_hz(&self.config).windows(3).map(|edges| edges[1] as f32).collect()
    }

    /// The log-mel spectrogram of `samples`, `1 + samples / hop_length` frames; every target computes the same bits.
    ///
    /// Per frame: window, Fourier transform, squared magnitude, mel bank; then decibels of the whole relative to its maximum:
    /// `10 log₁₀(max(power, 1e-10)) − 10 log₁₀(max(peak, 1e-10))`, cut at −`top_db`.
    ///
    /// # Examples
    /// ```
    /// use sonoscape::{MelConfig, MelFrontEnd};
    /// let tone: Vec<f32> = (0..22_050).map(|n| (n as f32 * 0.1254).sin()).collect();
    /// let mel = MelFrontEnd::new(&MelConfig::default())?.log_mel(&tone);
    /// assert_eq!((mel.bands, mel.frames), (128, 44));
    /// # Ok::<(), sonoscape::Error>(())
    /// ```
    pub fn log_mel(&mut self, samples: &[f32]) -> MelSpectrogram {
        self.log_mel_beside(samples, |_| ())
    }

    /// As [`Self::log_mel`], and shows each frame's power spectrum, shape `[n_fft / 2 + 1]`, to `look` on the way.
    pub(crate) fn log_mel_beside(&mut self, samples: &[f32], mut look: impl FnMut(&[f32])) -> MelSpectrogram {
        let frames = 1 + samples.len() / self.config.hop_length;
        let bands = self.config.n_mels;
        let mut values = vec![0.0; bands * frames];
        let mut frame = vec![0.0; self.config.n_fft];
        let mut power = vec![0.0; self.config.n_fft / 2 + 1];
        for t in 0..frames {
            self.windowed(samples, t, &mut frame);
            self.fft.power(&frame, &mut power);
            look(&power);
            self.bank.apply(&power, |band, energy| values[band * frames + t] = energy);
        }
        to_decibels(&mut values, self.config.top_db);
        let seconds = samples.len() as f32 / SAMPLE_RATE as f32;
        MelSpectrogram { bands, frames, values, top_db: self.config.top_db, seconds }
    }

    fn windowed(&self, samples: &[f32], frame_index: usize, frame: &mut [f32]) {
        let half = self.config.n_fft / 2;
        let centre = frame_index * self.config.hop_length;
        let first = half.saturating_sub(centre);
        let last = (samples.len() + half).saturating_sub(centre).min(frame.len());
        frame.fill(0.0);
        if first >= last {
            return;
        }
        let source = &samples[centre + first - half..centre + last - half];
        for ((out, sample), weight) in frame[first..last].iter_mut().zip(source).zip(&self.window[first..last]) {
            *out = sample * weight;
        }
    }
}

fn hann(length: usize) -> Vec<f32> {
    let step = 2.0 * std::f64::consts::PI / length as f64;
    (0..length).map(|n| (0.5 - 0.5 * libm::cos(step * n as f64)) as f32).collect()
}

fn to_decibels(power: &mut [f32], top_db: f32) {
    let peak = power.iter().fold(POWER_FLOOR, |peak, &value| peak.max(value));
    let reference = 10.0 * libm::log10f(peak);
    for value in power {
        let decibels = 10.0 * libm::log10f(value.max(POWER_FLOOR)) - reference;
        *value = decibels.max(-top_db);
    }
}
