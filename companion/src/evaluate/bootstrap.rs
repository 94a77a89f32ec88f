//! How far a mean over queries may be trusted.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const RESAMPLES: usize = 1000;

/// A mean and its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    pub value: f64,
    /// Lower and upper end of the 95 % interval.
    pub interval: [f64; 2],
    /// Queries that were asked.
    pub queries: usize,
}

/// The mean of the values that are there, and the 95 % percentile interval of the means of resampled recordings.
///
/// `recording` names the recording of each value: excerpts of one recording are no independent witnesses, so whole
/// recordings are drawn, with replacement. Every call draws the same ones. None where no value is there.
///
/// # Source
/// B. Efron, R. Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
pub fn summarise(values: &[Option<f64>], recording: &[usize]) -> Option<Summary> {
    let mut groups: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
    for (value, recording) in values.iter().zip(recording).filter_map(|(value, r)| Some(((*value)?, r))) {
        let group = groups.entry(*recording).or_default();
        *group = (group.0 + value, group.1 + 1);
    }
    let groups: Vec<(f64, usize)> = groups.into_values().collect();
    if groups.is_empty() {
        return None;
    }
    let mut random = StdRng::seed_from_u64(super::SEED);
    let mut draw = |_| mean((0..groups.len()).map(|_| groups[random.random_range(0..groups.len())])).0;
    let mut means: Vec<f64> = (0..RESAMPLES).map(&mut draw).collect();
    means.sort_by(f64::total_cmp);
    let (value, queries) = mean(groups.iter().copied());
    Some(Summary { value, interval: [means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40]], queries })
}

fn mean(groups: impl Iterator<Item = (f64, usize)>) -> (f64, usize) {
    let (sum, count) = groups.fold((0.0, 0), |total, group| (total.0 + group.0, total.1 + group.1));
    (sum / count as f64, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_contains_the_mean_and_is_as_wide_as_theory_says() {
        let values: Vec<Option<f64>> = (0..400).map(|i| Some(f64::from(i % 2))).collect();
        let recording: Vec<usize> = (0..400).collect();
        let Summary { value, interval: [low, high], queries } = summarise(&values, &recording).unwrap();
        assert_eq!((value, queries), (0.5, 400));
        let expected = 1.96 * (0.25f64 / 400.0).sqrt();
        assert!((0.5 - low - expected).abs() < 0.01 && (high - 0.5 - expected).abs() < 0.01, "{low} {high}");
    }

    #[test]
    fn excerpts_of_one_recording_count_as_one_witness() {
        let values: Vec<Option<f64>> = (0..400).map(|i| Some(f64::from(i / 100 % 2))).collect();
        let width = |recording: Vec<usize>| {
            let [low, high] = summarise(&values, &recording).unwrap().interval;
            high - low
        };
        assert!(width((0..400).map(|i| i / 100).collect()) > 5.0 * width((0..400).collect()));
    }

    #[test]
    fn missing_values_are_left_out() {
        let found = summarise(&[Some(1.0), None, Some(0.0), None], &[0, 0, 1, 2]).unwrap();
        assert_eq!((found.value, found.queries), (0.5, 2));
        assert_eq!(summarise(&[None, None], &[0, 1]), None);
    }
}
