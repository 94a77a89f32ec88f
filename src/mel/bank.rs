//! The mel filter bank: triangles on Slaney's scale, each of unit area.

use super::MelConfig;

/// Below this frequency Slaney's mel scale is linear, in Hz.
const BREAK_HZ: f64 = 1000.0;

/// Width of one mel in the linear part, in Hz.
const HZ_PER_MEL: f64 = 200.0 / 3.0;

/// Natural logarithm of the frequency ratio of one mel in the logarithmic part: ln(6.4) / 27.
const LOG_STEP: f64 = 0.068_751_777_420_949_12;

/// Filters as runs of weights: band `b` weighs bins `starts[b]..` by its own run.
///
/// # Source
/// `librosa.filters.mel(htk=False, norm="slaney")`, librosa 0.11.
pub(super) struct MelBank {
    filters: Vec<Filter>,
}

struct Filter {
    first_bin: usize,
    weights: Vec<f32>,
}

impl MelBank {
    pub(super) fn new(config: &MelConfig) -> Self {
        let edges = band_edges_hz(config);
        let filters = edges.windows(3).map(|edges| Filter::triangle(edges, config)).collect();
        Self { filters }
    }

    /// Calls `out(band, energy)` for each band; `power` has shape `[n_fft / 2 + 1]`.
    pub(super) fn apply(&self, power: &[f32], mut out: impl FnMut(usize, f32)) {
        for (band, filter) in self.filters.iter().enumerate() {
            let bins = &power[filter.first_bin..filter.first_bin + filter.weights.len()];
            let energy = filter.weights.iter().zip(bins).map(|(weight, bin)| weight * bin).sum();
            out(band, energy);
        }
    }
}

impl Filter {
    fn triangle(edges: &[f64], config: &MelConfig) -> Self {
        let (low, centre, high) = (edges[0], edges[1], edges[2]);
        let hz_per_bin = f64::from(config.sample_rate) / config.n_fft as f64;
        let area = 2.0 / (high - low);
        let weight = |bin: usize| {
            let hz = bin as f64 * hz_per_bin;
            let slope = ((hz - low) / (centre - low)).min((high - hz) / (high - centre));
            (slope.max(0.0) * area) as f32
        };
        let last_bin = ((high / hz_per_bin) as usize).min(config.n_fft / 2);
        let first_bin = (low / hz_per_bin) as usize;
        Self { first_bin, weights: (first_bin..=last_bin).map(weight).collect() }
    }
}

/// Edges of the bands in Hz, shape `[n_mels + 2]`: band `b` rises from edge `b`, peaks at `b + 1` and ends at `b + 2`.
pub(super) fn band_edges_hz(config: &MelConfig) -> Vec<f64> {
    let (low, high) = (hz_to_mel(f64::from(config.fmin)), hz_to_mel(f64::from(config.fmax)));
    let count = config.n_mels + 2;
    (0..count).map(|i| mel_to_hz(low + (high - low) * i as f64 / (count - 1) as f64)).collect()
}

fn hz_to_mel(hz: f64) -> f64 {
    if hz < BREAK_HZ { hz / HZ_PER_MEL } else { BREAK_HZ / HZ_PER_MEL + libm::log(hz / BREAK_HZ) / LOG_STEP }
}

fn mel_to_hz(mel: f64) -> f64 {
    let break_mel = BREAK_HZ / HZ_PER_MEL;
    if mel < break_mel { mel * HZ_PER_MEL } else { BREAK_HZ * libm::exp(LOG_STEP * (mel - break_mel)) }
}
