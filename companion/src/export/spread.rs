//! How embeddings spread: what a whitening is measured on.

use std::f64::consts::FRAC_1_SQRT_2;

use anyhow::Result;
use rayon::prelude::*;
use sonoscape::{Encoder, Latents};

use super::whitening::{Whitening, centred, difference, mean};
use crate::mel_store::StoredExcerpt;
use crate::train::Data;

/// Most excerpts that anything is measured on.
const MOST_MEASURED: usize = 4096;

/// Chance of rare alterations; see [`Listening`](crate::train::listening::Listening).
const NO_DISTURBANCE: f64 = 0.0;

/// The differences that a whitening makes alike in all directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Spread {
    /// Those between all excerpts.
    Total,
    /// Those between two excerpts of one recording, one of them altered as in training: what says nothing about a
    /// recording then counts for little (within-class covariance normalisation; Hatch, Kajarekar and Stolcke 2006).
    Within,
}

impl Spread {
    pub fn name(self) -> &'static str {
        match self {
            Self::Total => "all training excerpts",
            Self::Within => "excerpts of one recording, one of them altered",
        }
    }

    /// The whitening of the training excerpts' embeddings, before those are scaled to unit length. Every recording counts
    /// alike, however long.
    ///
    /// # Errors
    /// When the store cannot be read or the network fails.
    pub fn whitening(self, encoder: &Encoder, data: &Data<'_>, branch: usize, shrinkage: f64) -> Result<Whitening> {
        let recordings: Vec<_> = data.recordings_to_train_on().collect();
        let recordings = evenly(&recordings);
        let ends: Vec<_> = recordings.iter().flat_map(|excerpts| [excerpts[0], excerpts[excerpts.len() - 1]]).collect();
        let embed = |excerpt: &StoredExcerpt| Ok(pooled(&encoder.latents(&data.store().image(excerpt)?)?));
        let rows = ends.par_iter().map(embed).collect::<Result<Vec<_>>>()?;
        let deviations = match self {
            Self::Total => centred(&rows, &mean(&rows)),
            Self::Within => rows
                .par_chunks_exact(2)
                .zip(ends.par_chunks_exact(2))
                .enumerate()
                .map(|(i, (rows, ends))| Ok(deviation(&rows[0], &altered(encoder, data, &ends[1], i as u64)?)))
                .collect::<Result<_>>()?,
        };
        Ok(Whitening::measure(&rows, &deviations, branch, shrinkage))
    }
}

/// The embedding of an excerpt that is altered as in training, with the random numbers of step `step`.
fn altered(encoder: &Encoder, data: &Data<'_>, excerpt: &StoredExcerpt, step: u64) -> Result<Vec<f64>> {
    let mut image = data.store().image(excerpt)?;
    image.values = data.altered(excerpt, excerpt.columns, NO_DISTURBANCE, &mut data.stream(step))?.values;
    Ok(pooled(&encoder.latents(&image)?))
}

/// The difference of two embeddings, with the variance of one.
fn deviation(a: &[f64], b: &[f64]) -> Vec<f64> {
    difference(a, b).iter().map(|value| value * FRAC_1_SQRT_2).collect()
}

/// At most [`MOST_MEASURED`] of `all`, evenly spaced.
fn evenly<T: Copy>(all: &[T]) -> Vec<T> {
    let count = all.len().min(MOST_MEASURED);
    (0..count).map(|i| all[i * all.len() / count]).collect()
}

/// What `note` takes down of the latents of at most [`MOST_MEASURED`] evenly spaced excerpts.
///
/// # Errors
/// When the store cannot be read or the network fails.
pub fn listen<T: Send>(
    encoder: &Encoder,
    data: &Data<'_>,
    excerpts: &[StoredExcerpt],
    note: impl Fn(&Latents) -> T + Sync,
) -> Result<Vec<T>> {
    let note = |excerpt: &StoredExcerpt| Ok(note(&encoder.latents(&data.store().image(excerpt)?)?));
    evenly(excerpts).par_iter().map(note).collect()
}

/// The mean latents of an excerpt's tiles.
fn pooled(latents: &Latents) -> Vec<f64> {
    let tiles = latents.as_slice().chunks_exact(latents.dimension());
    mean(&tiles.map(|tile| tile.iter().map(|&latent| f64::from(latent)).collect()).collect::<Vec<_>>())
}
