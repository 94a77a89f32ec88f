//! Band-limited resampling by a windowed sinc, the same bits on every target.

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side of its centre.
const ZERO_CROSSINGS: usize = 16;

/// Kaiser window parameter: stop band near −90 dB.
const KAISER_BETA: f64 = 9.0;

/// Cut-off as a share of the lower of both Nyquist frequencies.
const ROLL_OFF: f64 = 0.94;

/// Phases of the kernel that are tabulated; ratios that need more share the nearest of these.
const MOST_PHASES: u64 = 4096;

/// Independent sums of a dot product: fixed, so that every target adds in the same order.
const LANES: usize = 8;

/// Resamples `input` from `from` Hz to `to` Hz.
///
/// Output sample `n` is `Σ x[i] · h(n · from / to − i)` with `h` a Kaiser-windowed sinc whose cut-off lies below the lower
/// Nyquist frequency. Outside its ends the input counts as zero. The output has `round(len · to / from)` samples.
///
/// # Source
/// J. O. Smith, *Digital Audio Resampling*, <https://ccrma.stanford.edu/~jos/resample/>.
pub(crate) fn resample(input: Vec<f32>, from: u32, to: u32) -> Vec<f32> {
    if from == to {
        return input;
    }
    let divisor = gcd(from, to);
    let (step, ratio) = (u64::from(from / divisor), u64::from(to / divisor));
    let kernel = Kernel::new(from, to, ratio.min(MOST_PHASES));
    let padded = pad(&input, kernel.half_width);
    let length = (input.len() as u64 * ratio + step / 2) / step;
    (0..length)
        .map(|n| {
            let position = n * step;
            let (start, fraction) = ((position / ratio) as usize, position % ratio);
            kernel.apply(&padded, start, fraction, ratio)
        })
        .collect()
}

/// The sinc at each phase, one row of `taps` weights a phase.
struct Kernel {
    half_width: usize,
    taps: usize,
    phases: u64,
    weights: Vec<f32>,
}

impl Kernel {
    fn new(from: u32, to: u32, phases: u64) -> Self {
        let cut_off = ROLL_OFF * (f64::from(to) / f64::from(from)).min(1.0);
        let half_width = libm::ceil(ZERO_CROSSINGS as f64 / cut_off) as usize;
        let taps = (2 * half_width + 1).next_multiple_of(LANES);
        let weights = (0..phases)
            .flat_map(|phase| {
                let fraction = phase as f64 / phases as f64;
                let row: Vec<f64> = (0..taps)
                    .map(|tap| {
                        let distance = tap as f64 - half_width as f64 - fraction;
                        cut_off * sinc(cut_off * distance) * kaiser(distance / half_width as f64)
                    })
                    .collect();
                let gain: f64 = row.iter().sum();
                row.into_iter().map(move |weight| (weight / gain) as f32)
            })
            .collect();
        Self { half_width, taps, phases, weights }
    }

    fn apply(&self, padded: &[f32], start: usize, fraction: u64, ratio: u64) -> f32 {
        let phase = if ratio == self.phases { fraction } else { fraction * self.phases / ratio };
        let row = phase as usize * self.taps;
        let weights = &self.weights[row..row + self.taps];
        dot(weights, &padded[start..start + self.taps])
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

fn pad(input: &[f32], half_width: usize) -> Vec<f32> {
    let mut padded = Vec::with_capacity(input.len() + 2 * half_width + 2 * LANES);
    padded.resize(half_width, 0.0);
    padded.extend_from_slice(input);
    padded.resize(padded.len() + half_width + 2 * LANES, 0.0);
    padded
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) }
}

fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel_i0(KAISER_BETA * libm::sqrt(1.0 - x * x)) / bessel_i0(KAISER_BETA) }
}

fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..64 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
