//! Ways to describe a sound that need no network.

mod gaussian;

use sonoscape::{MelSpectrogram, N_MFCC};

use super::metrics::Likeness;

/// A way to turn a spectrogram into a vector.
pub struct Baseline {
    pub name: &'static str,
    pub describe: fn(&MelSpectrogram) -> Vec<f32>,
    /// How two vectors are compared; without it by their cosine, standardised over the whole set.
    pub likeness: Option<Likeness>,
}

/// All of them, in the order of their vectors.
pub const BASELINES: [Baseline; 3] = [
    Baseline { name: "mean_mel", describe: mean_mel, likeness: None },
    Baseline { name: "mfcc_mean_covariance", describe: mfcc_mean_covariance, likeness: None },
    Baseline { name: "mfcc_gaussian", describe: gaussian::describe, likeness: Some(gaussian::likeness) },
];

/// The mean level of each band, in dB below the loudest point, shape `[bands]`.
fn mean_mel(mel: &MelSpectrogram) -> Vec<f32> {
    mel.values.chunks_exact(mel.frames).map(mean).collect()
}

/// The mean of each coefficient, then the covariances of each with itself and the later ones.
fn mfcc_mean_covariance(mel: &MelSpectrogram) -> Vec<f32> {
    let mfcc = mel.mfcc(N_MFCC);
    let mut rows: Vec<Vec<f32>> = mfcc.values.chunks_exact(mfcc.frames).map(<[f32]>::to_vec).collect();
    let mut description: Vec<f32> = rows.iter().map(|row| mean(row)).collect();
    for (row, mean) in rows.iter_mut().zip(&description) {
        row.iter_mut().for_each(|value| *value -= mean);
    }
    for (i, a) in rows.iter().enumerate() {
        let covariance = |b: &Vec<f32>| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>() / mfcc.frames as f32;
        description.extend(rows[i..].iter().map(covariance));
    }
    description
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_frames() -> MelSpectrogram {
        MelSpectrogram { bands: 2, frames: 2, values: vec![-1.0, -3.0, -5.0, -5.0], top_db: 80.0, seconds: 1.0 }
    }

    #[test]
    fn the_mean_mel_is_the_mean_of_each_band() {
        assert_eq!(mean_mel(&two_frames()), [-2.0, -5.0]);
    }

    #[test]
    fn means_and_covariances_of_two_coefficients_are_those_by_hand() {
        let root = 2f32.sqrt();
        let expected = [-7.0 / root, 3.0 / root, 0.5, 0.5, 0.5];
        let found = mfcc_mean_covariance(&two_frames());
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?}");
    }
}
