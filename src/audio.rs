//! A clip: mono samples at one sample rate, checked to be worth analysing.

mod resample;

use crate::error::{Error, Result};

/// The sample rate of every clip, in Hz.
pub const SAMPLE_RATE: u32 = 22_050;

/// Sample rates that can be brought to [`SAMPLE_RATE`], in Hz.
pub const SAMPLE_RATES: core::ops::RangeInclusive<u32> = 4_000..=768_000;

/// Most channels that are mixed down.
pub const MOST_CHANNELS: usize = 32;

/// A clip whose largest magnitude is below this (−80 dB of full scale) counts as silent.
pub const SILENCE_PEAK: f32 = 1e-4;

/// Magnitude from which a sample counts as clipped.
const FULL_SCALE: f32 = 0.999;

/// A sound to analyse: mono, at [`SAMPLE_RATE`], finite and not silent.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | samples | `[samples]` | full scale is −1 to 1; beyond is allowed |
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    samples: Vec<f32>,
    clipped: usize,
}

/// A stretch of a clip that becomes one mel spectrogram and one embedding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excerpt<'a> {
    /// Where it starts in the clip, in seconds.
    pub start_s: f32,
    /// Its samples at [`SAMPLE_RATE`].
    pub samples: &'a [f32],
}

impl Clip {
    /// Mixes the channels down to their mean and resamples that to [`SAMPLE_RATE`].
    ///
    /// Every target computes the same bits.
    ///
    /// # Errors
    /// - [`Error::Channels`] for none, more than [`MOST_CHANNELS`], or unequal lengths;
    /// - [`Error::SampleRate`] outside [`SAMPLE_RATES`];
    /// - [`Error::NotFinite`] when any sample is NaN or infinite, or too large to be resampled;
    /// - [`Error::Silent`] when nothing that is left at [`SAMPLE_RATE`] reaches [`SILENCE_PEAK`].
    ///
    /// # Examples
    /// ```
    /// let left = vec![0.5; 48_000];
    /// let right = vec![-0.25; 48_000];
    /// let clip = sonoscape::Clip::from_channels(&[left, right], 48_000)?;
    /// assert_eq!(clip.samples().len(), sonoscape::SAMPLE_RATE as usize);
    /// # Ok::<(), sonoscape::Error>(())
    /// ```
    pub fn from_channels<C: AsRef<[f32]>>(channels: &[C], sample_rate: u32) -> Result<Self> {
        if !SAMPLE_RATES.contains(&sample_rate) {
            return Err(Error::SampleRate { found: sample_rate });
        }
        let mono = mix_down(channels)?;
        check_finite(&mono)?;
        let clipped = channels.iter().map(|channel| samples_in_clipped_runs(channel.as_ref())).max().unwrap_or(0);
        let samples = resample::resample(mono, sample_rate, SAMPLE_RATE);
        check_finite(&samples)?;
        if samples.iter().all(|sample| sample.abs() < SILENCE_PEAK) {
            return Err(Error::Silent);
        }
        Ok(Self { clipped: rescale(clipped, sample_rate), samples })
    }

    /// The samples at [`SAMPLE_RATE`].
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> f32 {
        self.samples.len() as f32 / SAMPLE_RATE as f32
    }

    /// Share of the samples that lie in runs of at least three at full scale, 0 to 1, in the worst channel.
    pub fn clipped_fraction(&self) -> f32 {
        (self.clipped as f32 / self.samples.len().max(1) as f32).min(1.0)
    }

    /// At most `most` excerpts of `excerpt_s` seconds, evenly spaced from the first sample to the last.
    ///
    /// A clip shorter than one excerpt is one excerpt of its own length; where `most` is 1, the excerpt is the middle.
    pub fn excerpts(&self, excerpt_s: f32, most: usize) -> Vec<Excerpt<'_>> {
        let length = ((excerpt_s * SAMPLE_RATE as f32) as usize).min(self.samples.len()).max(1);
        let spare = self.samples.len().saturating_sub(length);
        let count = self.samples.len().div_ceil(length).min(most).max(1);
        (0..count)
            .map(|i| {
                let start = if count == 1 { spare / 2 } else { i * spare / (count - 1) };
                let samples = self.samples.get(start..start + length).unwrap_or(&self.samples);
                Excerpt { start_s: start as f32 / SAMPLE_RATE as f32, samples }
            })
            .collect()
    }
}

fn mix_down<C: AsRef<[f32]>>(channels: &[C]) -> Result<Vec<f32>> {
    let error = Error::Channels { found: channels.len(), limit: MOST_CHANNELS };
    let Some((first, rest)) = channels.split_first() else {
        return Err(error);
    };
    let mut mono = first.as_ref().to_vec();
    if channels.len() > MOST_CHANNELS || rest.iter().any(|c| c.as_ref().len() != mono.len()) {
        return Err(error);
    }
    for channel in rest {
        for (sum, sample) in mono.iter_mut().zip(channel.as_ref()) {
            *sum += sample;
        }
    }
    let count = channels.len() as f32;
    for sum in &mut mono {
        *sum /= count;
    }
    Ok(mono)
}

fn check_finite(samples: &[f32]) -> Result<()> {
    let count = samples.iter().filter(|sample| !sample.is_finite()).count();
    if count > 0 { Err(Error::NotFinite { count }) } else { Ok(()) }
}

fn samples_in_clipped_runs(samples: &[f32]) -> usize {
    samples
        .chunk_by(|a, b| (a.abs() >= FULL_SCALE) == (b.abs() >= FULL_SCALE))
        .filter(|run| run.len() >= 3 && run[0].abs() >= FULL_SCALE)
        .map(<[f32]>::len)
        .sum()
}

fn rescale(count: usize, sample_rate: u32) -> usize {
    (count as u64 * u64::from(SAMPLE_RATE) / u64::from(sample_rate)) as usize
}
