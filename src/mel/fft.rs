//! The power spectrum of a real frame, the same bits on every target.

use std::sync::Arc;

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlannerScalar};

/// A real transform of even length `n` through one complex transform of length `n / 2`.
///
/// Even samples are the real parts and odd samples the imaginary parts of `z`; with `Z` its transform and `m = n / 2`,
/// `X[k] = (Z[k] + Z*[m − k]) / 2 − i · e^(−2πik/n) · (Z[k] − Z*[m − k]) / 2`. The scalar planner is chosen by name, because
/// rustfft's default one picks by processor and so rounds differently from machine to machine.
pub(super) struct RealFft {
    half: Arc<dyn Fft<f32>>,
    twiddles: Vec<Complex32>,
    packed: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl RealFft {
    pub(super) fn new(length: usize) -> Self {
        let half = FftPlannerScalar::new().plan_fft_forward(length / 2);
        let step = -2.0 * std::f64::consts::PI / length as f64;
        let twiddles = (0..=length / 2)
            .map(|k| Complex32::new(libm::cos(step * k as f64) as f32, libm::sin(step * k as f64) as f32))
            .collect();
        let scratch = vec![Complex32::default(); half.get_inplace_scratch_len()];
        Self { half, twiddles, packed: vec![Complex32::default(); length / 2], scratch }
    }

    /// Writes `|X[k]|²` of `frame` (`[n]`) to `power` (`[n / 2 + 1]`).
    pub(super) fn power(&mut self, frame: &[f32], power: &mut [f32]) {
        for (z, pair) in self.packed.iter_mut().zip(frame.chunks_exact(2)) {
            *z = Complex32::new(pair[0], pair[1]);
        }
        self.half.process_with_scratch(&mut self.packed, &mut self.scratch);
        let m = self.packed.len();
        for (k, (out, twiddle)) in power.iter_mut().zip(&self.twiddles).enumerate() {
            let (z, mirrored) = (self.packed[k % m], self.packed[(m - k) % m].conj());
            let (even, odd) = (z + mirrored, z - mirrored);
            let turned = odd * twiddle;
            let (re, im) = (even.re + turned.im, even.im - turned.re);
            *out = 0.25 * (re * re + im * im);
        }
    }
}
