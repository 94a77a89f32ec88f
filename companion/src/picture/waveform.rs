//! A waveform at three zooms.

use anyhow::Result;
use plotters::prelude::*;
use sonoscape::SAMPLE_RATE;

use crate::svg::{BLUE, svg};

const WIDTH: u32 = 960;
const PANEL_HEIGHT: u32 = 160;

/// Lengths of the looks in seconds, around the middle of the sound.
const LOOKS_S: [f64; 3] = [f64::INFINITY, 1.0, 0.02];

/// All of `samples`, then the nearer looks, one under the other.
///
/// # Errors
/// When it cannot be drawn.
pub fn waveform(samples: &[f32]) -> Result<String> {
    let rate = f64::from(SAMPLE_RATE);
    let looks = LOOKS_S.map(|seconds| {
        let length = ((seconds * rate) as usize).min(samples.len());
        let start = (samples.len() - length) / 2;
        start..start + length
    });
    svg((WIDTH, LOOKS_S.len() as u32 * PANEL_HEIGHT), |area| {
        for (panel, range) in area.split_evenly((LOOKS_S.len(), 1)).iter().zip(looks) {
            let seconds = range.start as f64 / rate..range.end as f64 / rate;
            let mut chart = ChartBuilder::on(panel)
                .margin(8)
                .x_label_area_size(24)
                .y_label_area_size(40)
                .build_cartesian_2d(seconds.clone(), -1.0..1.0)?;
            chart.configure_mesh().disable_mesh().x_desc("s").y_labels(3).draw()?;
            chart.draw_series(LineSeries::new(outline(&samples[range], seconds.start), &BLUE))?;
        }
        Ok(())
    })
}

/// Seconds and level of the lowest and the highest sample behind each pixel, or of each sample where there are fewer.
fn outline(samples: &[f32], start_s: f64) -> Vec<(f64, f64)> {
    let step = samples.len().div_ceil(WIDTH as usize).max(1);
    let at = |i: usize| start_s + i as f64 / f64::from(SAMPLE_RATE);
    let extremes = |(i, few): (usize, &[f32])| {
        let low = few.iter().copied().fold(f32::INFINITY, f32::min);
        let high = few.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        [(at(i * step), f64::from(low)), (at(i * step), f64::from(high))]
    };
    samples.chunks(step).enumerate().flat_map(extremes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_keeps_every_peak() {
        let mut samples = vec![0.0; 100_000];
        (samples[70_001], samples[70_002]) = (0.9, -0.8);
        let outline = outline(&samples, 2.0);
        let values = || outline.iter().map(|(_, level)| *level as f32);
        assert_eq!((values().fold(0.0, f32::max), values().fold(0.0, f32::min)), (0.9, -0.8));
        assert!(outline.len() <= 2 * WIDTH as usize && outline[0].0 == 2.0);
    }

    #[test]
    fn even_one_sample_can_be_drawn() {
        assert_eq!(waveform(&[0.5]).unwrap().matches("stroke=\"#0072B2\"").count(), 3);
    }
}
