use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

/// Least distance of two times on the axis, in CSS pixels.
const TICK_DISTANCE: f64 = 72.0;

/// Least distance of two frequencies on the axis, in CSS pixels.
pub const LABEL_HEIGHT: f64 = 16.0;

/// Frequencies that are labelled, in Hz.
const LABELLED_HZ: [f32; 6] = [250.0, 500.0, 1000.0, 2000.0, 4000.0, 7000.0];

/// Distances of labelled times, in seconds.
const TICKS_S: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0];

/// A linear axis from zero that is labelled where one says.
pub struct Axis {
    /// Its upper end.
    pub end: f64,
    /// What is labelled.
    pub ticks: Vec<f64>,
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        first + (f64::from(last - first) * value / self.end) as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        0.0..self.end
    }
}

/// Where each labelled frequency lies on the scale of bands; those nearer than `distance` bands to the one above are left out.
pub fn frequency_ticks(band_hz: &[f32], distance: f64) -> Vec<(f64, f32)> {
    let place = |hz: f32| {
        let above = band_hz.iter().position(|&centre| centre >= hz).filter(|&above| above > 0)?;
        let (low, high) = (band_hz[above - 1], band_hz[above]);
        Some((above as f64 - 0.5 + f64::from((hz - low) / (high - low)), hz))
    };
    let mut ticks: Vec<(f64, f32)> = Vec::new();
    for tick in LABELLED_HZ.into_iter().rev().filter_map(place) {
        if ticks.last().is_none_or(|(above, _)| above - tick.0 >= distance) {
            ticks.push(tick);
        }
    }
    ticks
}

/// Times to label, so that they neither crowd nor run over the edge.
pub fn time_ticks(duration_s: f64, width: f64) -> Vec<f64> {
    let most = (width / TICK_DISTANCE).max(1.0);
    let step = TICKS_S.into_iter().find(|step| duration_s / step <= most).unwrap_or(600.0);
    let last = duration_s * (1.0 - 20.0 / width);
    (0..).map(|i| f64::from(i) * step).skip(1).take_while(|&tick| tick <= last).collect()
}

/// A frequency in words.
pub fn hertz(hz: f32) -> String {
    if hz >= 1000.0 { format!("{} kHz", hz / 1000.0) } else { format!("{hz} Hz") }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn times_are_labelled_at_round_distances() {
        assert_eq!(time_ticks(30.0, 600.0), [5.0, 10.0, 15.0, 20.0, 25.0]);
        assert_eq!(time_ticks(180.0, 320.0), [60.0, 120.0]);
    }

    #[test]
    fn frequencies_lie_between_the_bands_around_them() {
        assert_eq!(frequency_ticks(&[100.0, 200.0, 300.0], 0.0), [(2.0, 250.0)]);
    }

    #[test]
    fn frequencies_that_would_overlap_are_left_out() {
        let bands = [100.0, 300.0, 900.0, 1100.0];
        assert_eq!(frequency_ticks(&bands, 0.0).len(), 3);
        assert_eq!(frequency_ticks(&bands, 1.2).iter().map(|(_, hz)| *hz).collect::<Vec<_>>(), [1000.0, 250.0]);
    }

    #[test]
    fn frequencies_above_a_thousand_are_in_kilohertz() {
        assert_eq!(hertz(500.0), "500 Hz");
        assert_eq!(hertz(4000.0), "4 kHz");
    }
}
