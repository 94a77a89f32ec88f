//! Mel-frequency cepstral coefficients: the shape of a frame's spectrum in a few numbers.

use std::f64::consts::PI;

use crate::mel::MelSpectrogram;

/// Coefficients that are kept unless asked otherwise, as in librosa.
pub const N_MFCC: usize = 20;

/// Mel-frequency cepstral coefficients.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | `values` | `[coefficients, frames]`, row by row, the mean's coefficient first | dB, weighed by the transform |
#[derive(Debug, Clone, PartialEq)]
pub struct Mfcc {
    /// Number of coefficients.
    pub coefficients: usize,
    /// Number of frames.
    pub frames: usize,
    /// Coefficient by coefficient.
    pub values: Vec<f32>,
}

impl MelSpectrogram {
    /// The first `n_mfcc` coefficients of each frame; all of them when it has fewer bands.
    ///
    /// The orthonormal cosine transform of type II along the bands, with `B` of them and `x[b]` in dB:
    /// `c[k] = √((k = 0 ? 1 : 2) / B) · Σ x[b] · cos(πk (2b + 1) / 2B)`. Every target computes the same bits.
    ///
    /// # Examples
    /// ```
    /// use sonoscape::{MelConfig, MelFrontEnd, N_MFCC};
    /// let tone: Vec<f32> = (0..22_050).map(|n| (n as f32 * 0.1254).sin()).collect();
    /// let mfcc = MelFrontEnd::new(&MelConfig::default())?.log_mel(&tone).mfcc(N_MFCC);
    /// assert_eq!((mfcc.coefficients, mfcc.frames), (20, 44));
    /// # Ok::<(), sonoscape::Error>(())
    /// ```
    ///
    /// # Source
    /// `librosa.feature.mfcc(S=…)`, librosa 0.11, of this spectrogram. Left to itself, librosa's function takes decibels
    /// relative to a power of 1, which moves coefficient 0 by a constant, and bands up to half the sample rate.
    /// Golden: `tests/golden/mfcc.npy`.
    pub fn mfcc(&self, n_mfcc: usize) -> Mfcc {
        let coefficients = n_mfcc.min(self.bands);
        let mut values = vec![0.0; coefficients * self.frames];
        for (k, row) in values.chunks_exact_mut(self.frames).enumerate() {
            for (band, decibels) in self.values.chunks_exact(self.frames).enumerate() {
                let weight = cosine(k, band, self.bands);
                for (sum, value) in row.iter_mut().zip(decibels) {
                    *sum += weight * value;
                }
            }
        }
        Mfcc { coefficients, frames: self.frames, values }
    }
}

fn cosine(k: usize, band: usize, bands: usize) -> f32 {
    let energy = if k == 0 { 1.0 } else { 2.0 };
    let angle = PI * (k * (2 * band + 1)) as f64 / (2 * bands) as f64;
    ((energy / bands as f64).sqrt() * libm::cos(angle)) as f32
}
