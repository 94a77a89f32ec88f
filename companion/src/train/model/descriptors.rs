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
        Self { norm: standard(config.cepstral(), device) }
    }

    /// Columns of tiles `[n, columns, bands]` to `[n, 3 · coefficients]`.
    pub fn forward(&self, columns: &Tensor<3>, config: &Descriptors) -> Tensor<2> {
        let cepstra = columns.clone().matmul(constant(config.cosines(), config.bands, &columns.device())); // [n, 128, 13]
        let spreads = mean_and_spread(changes(cepstra.clone())).narrow(1, config.coefficients, config.coefficients);
        self.norm.forward(Tensor::cat(vec![mean_and_spread(cepstra), spreads], 1))
    }
}

impl Rhythm {
    pub fn new(config: &Descriptors, device: &Device) -> Self {
        Self { norm: standard(config.rhythmic(), device) }
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

/// Batch norm whose scale is not learnt: the losses do not see it, so it would drift to nothing.
fn standard(count: usize, device: &Device) -> BatchNorm {
    let norm = BatchNormConfig::new(count).init(device);
    BatchNorm { gamma: norm.gamma.set_require_grad(false), beta: norm.beta.set_require_grad(false), ..norm }
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

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 32;

    fn config() -> Descriptors {
        Descriptors::new().with_bands(24).with_coefficients(4).with_groups(2)
    }

    /// Columns of one tile, each value from its column and band.
    fn tile(value: impl Fn(usize, usize) -> f32, device: &Device) -> Tensor<3> {
        let values: Vec<f32> = (0..SIDE * 24).map(|i| value(i / 24, i % 24)).collect();
        Tensor::from_data(TensorData::new(values, [1, SIDE, 24]), device)
    }

    fn rhythm(period: usize) -> Vec<f32> {
        let device = Device::flex();
        let struck = tile(|t, band| if band < 12 && t % period == 0 { 1.0 } else { 0.5 }, &device);
        let values = Rhythm::new(&config(), &device).forward(struck, &config());
        values.into_data().try_into_vec::<f32>().unwrap()
    }

    #[test]
    fn ranges_cover_every_rate_once_and_widen() {
        let (bins, matrix) = (63, ranges(63));
        let widths: Vec<usize> =
            (0..RATES).map(|rate| (0..bins).filter(|bin| matrix[bin * RATES + rate] > 0.0).count()).collect();
        assert_eq!(widths, [1, 3, 7, 16, 36]);
        assert!((0..bins).all(|bin| (0..RATES).filter(|rate| matrix[bin * RATES + rate] > 0.0).count() == 1));
    }

    #[test]
    fn rhythm_tells_speeds_and_bands_apart() {
        let (slow, fast) = (rhythm(16), rhythm(3));
        let strongest =
            |values: &[f32]| values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(rate, _)| rate);
        assert!(strongest(&slow[..RATES]) < strongest(&fast[..RATES]), "{slow:?} {fast:?}");
        assert!(fast[RATES..].iter().all(|&still| still < 0.1), "{fast:?}");
    }

    #[test]
    fn a_louder_tile_differs_in_the_mean_of_the_first_coefficient_only() {
        let device = Device::flex();
        let cepstra = |gain: f32| {
            let tile = tile(|t, band| 0.3 + gain + 0.01 * ((t * band) as f32).sin(), &device);
            Cepstra::new(&config(), &device).forward(&tile, &config()).into_data().try_into_vec::<f32>().unwrap()
        };
        let (quiet, loud) = (cepstra(0.0), cepstra(0.2));
        assert!(loud[0] - quiet[0] > 10.0);
        assert!(quiet.iter().zip(&loud).skip(1).all(|(a, b)| (a - b).abs() < 0.1), "{quiet:?} {loud:?}");
    }

    #[test]
    fn nothing_about_them_is_learnt() {
        let device = Device::flex().autodiff();
        let (cepstra, columns) = (Cepstra::new(&config(), &device), tile(|t, band| (t + band) as f32 / 56.0, &device));
        let weight = Tensor::<2>::ones([1, config().cepstral()], &device).require_grad();
        let gradients = (cepstra.forward(&columns, &config()) * weight).sum().backward();
        assert!(cepstra.norm.gamma.val().grad(&gradients).is_none());
    }
}
