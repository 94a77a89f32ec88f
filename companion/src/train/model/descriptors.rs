//! Descriptors of a tile that are computed by formula: what is known to tell music apart is not left to be learnt.
//!
//! They look at the lower bands only and not below a floor, so that neither a narrow channel nor its noise changes them.

use std::f64::consts::PI;

use anyhow::{Result, ensure};
use burn::config::Config;
use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};

use super::encoder::{LEAST_VARIANCE, mean_and_spread};

/// Decibels from black to white.
pub const RANGE_DB: f32 = 80.0;

/// Ranges of speed in which rhythm is summed up.
pub const RATES: usize = 5;

/// Moments of a cepstral coefficient: its mean, its spread, and the spread of its changes; the mean of these tells nothing.
pub const MOMENTS: usize = 3;

/// Which descriptors there are.
#[derive(Config, Debug, PartialEq)]
pub struct Descriptors {
    /// The lowest bands, which are looked at.
    #[config(default = 96)]
    pub bands: usize,
    /// Brightness below which nothing is heard.
    #[config(default = 0.25)]
    pub floor: f32,
    /// Cepstral coefficients of the time half.
    #[config(default = 13)]
    pub coefficients: usize,
    /// Groups of bands of the frequency half, each with a rhythm of its own.
    #[config(default = 8)]
    pub groups: usize,
}

impl Descriptors {
    /// # Errors
    /// One sentence, when tiles of `side` bands and columns have no such descriptors, or `latents` no room for them.
    pub fn check(&self, side: usize, latents: usize) -> Result<()> {
        let Self { bands, floor, coefficients, groups } = *self;
        ensure!(side >= 32, "`descriptors` need tiles of at least 32 columns.");
        ensure!(bands <= side && (1..=bands).contains(&coefficients), "`bands` must be in coefficients..={side}.");
        ensure!((0.0..1.0).contains(&floor), "`floor` must be in 0..1.");
        ensure!(groups > 0 && bands.is_multiple_of(groups), "`groups` must divide `bands`.");
        ensure!(
            self.cepstral().max(self.rhythmic()) < latents,
            "`latents` leave no room to learn beside `descriptors`."
        );
        Ok(())
    }

    /// Descriptors in the time half.
    pub fn cepstral(&self) -> usize {
        MOMENTS * self.coefficients
    }

    /// Descriptors in the frequency half.
    pub fn rhythmic(&self) -> usize {
        RATES * self.groups
    }

    /// Brightness of the bands of a moment to its cepstral coefficients, `[bands, coefficients]`.
    ///
    /// # Source
    /// The orthonormal cosine transform of type II, as in `librosa.feature.mfcc`.
    pub fn cosines(&self) -> Vec<f32> {
        let bands = self.bands as f64;
        matrix(self.bands, self.coefficients, |band, k| {
            let energy = if k == 0 { 1.0 } else { 2.0 };
            (energy / bands).sqrt() * (PI * (k * (2 * band + 1)) as f64 / (2.0 * bands)).cos() * f64::from(RANGE_DB)
        })
    }

    /// Brightness of the bands to the level of their groups in dB, `[bands, groups]`.
    pub fn means(&self) -> Vec<f32> {
        let share = self.bands / self.groups;
        matrix(self.bands, self.groups, |band, group| match band / share == group {
            true => f64::from(RANGE_DB) / share as f64,
            false => 0.0,
        })
    }
}

/// Cosine and sine waves under a Hann window, for a Fourier transform of `length` values: `[length, length / 2]` each.
pub fn waves(length: usize) -> [Vec<f32>; 2] {
    [f64::cos, f64::sin].map(|wave| {
        matrix(length, length / 2, |t, k| {
            let window = 0.5 - 0.5 * (2.0 * PI * t as f64 / (length - 1) as f64).cos();
            window * wave(2.0 * PI * (t * (k + 1)) as f64 / length as f64)
        })
    })
}

/// Averages `bins` of a spectrum within [`RATES`] ranges, each as many times wider than the one before: `[bins, RATES]`.
pub fn ranges(bins: usize) -> Vec<f32> {
    let edge = |i: usize| ((bins + 1) as f64).powf(i as f64 / RATES as f64).round() as usize;
    matrix(bins, RATES, |bin, rate| {
        let range = edge(rate)..edge(rate + 1);
        if range.contains(&(bin + 1)) { 1.0 / range.len() as f64 } else { 0.0 }
    })
}

fn matrix(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f64) -> Vec<f32> {
    (0..rows * columns).map(|i| value(i / columns, i % columns) as f32).collect()
}

/// Moments of the cepstrum: what the spectrum is like and how it changes.
#[derive(Module, Debug)]
pub struct Cepstra {
    pub norm: BatchNorm,
}

/// Spectra of how groups of bands rise: at which speeds they are struck.
#[derive(Module, Debug)]
pub struct Rhythm {
    pub norm: BatchNorm,
}

impl Cepstra {
    pub fn new(config: &Descriptors, device: &Device) -> Self {
        Self { norm: BatchNormConfig::new(config.cepstral()).init(device) }
    }

    /// Columns of tiles `[n, columns, bands]` to `[n, 3 · coefficients]`.
    pub fn forward(&self, columns: Tensor<3>, config: &Descriptors) -> Tensor<2> {
        let cepstra = columns.clone().matmul(constant(config.cosines(), config.bands, &columns.device())); // [n, 128, 13]
        let spreads = mean_and_spread(changes(cepstra.clone())).narrow(1, config.coefficients, config.coefficients);
        self.norm.forward(Tensor::cat(vec![mean_and_spread(cepstra), spreads], 1))
    }
}

impl Rhythm {
    pub fn new(config: &Descriptors, device: &Device) -> Self {
        Self { norm: BatchNormConfig::new(config.rhythmic()).init(device) }
    }

    /// Columns of tiles `[n, columns, bands]` to `[n, groups · RATES]`.
    pub fn forward(&self, columns: Tensor<3>, config: &Descriptors) -> Tensor<2> {
        let device = columns.device();
        let rises = relu(changes(columns.matmul(constant(config.means(), config.bands, &device)))); // [n, 127, 8]
        let centred = rises.clone() - rises.mean_dim(1);
        let [_, length, _] = centred.dims();
        let rows = centred.swap_dims(1, 2); // [n, 8, 127]
        let [real, imaginary] = waves(length).map(|wave| rows.clone().matmul(constant(wave, length, &device)).square());
        let spectra = (real + imaginary).add_scalar(LEAST_VARIANCE).sqrt(); // [n, 8, 63]
        let strengths = spectra.matmul(constant(ranges(length / 2), length / 2, &device)); // [n, 8, 5]
        self.norm.forward(strengths.add_scalar(1.0).log().flatten(1, 2))
    }
}

/// From each row of `[n, rows, channels]` to the next.
fn changes(x: Tensor<3>) -> Tensor<3> {
    let [_, rows, _] = x.dims();
    x.clone().narrow(1, 1, rows - 1) - x.narrow(1, 0, rows - 1)
}

fn constant(values: Vec<f32>, rows: usize, device: &Device) -> Tensor<3> {
    let columns = values.len() / rows;
    Tensor::from_data(TensorData::new(values, [1, rows, columns]), device)
}
