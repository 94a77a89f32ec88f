//! How embeddings spread: what a whitening is measured on.

use std::f64::consts::FRAC_1_SQRT_2;

use anyhow::Result;
use rayon::prelude::*;
use sonoscape::{Encoder, Latents, MelImage};

use super::whitening::{Whitening, difference, mean};
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
        let count = recordings.len().min(MOST_MEASURED);
        let pairs: Vec<_> = (0..count)
            .into_par_iter()
            .map(|i| Pair::hear(encoder, data, recordings[i * recordings.len() / count], i as u64))
            .collect::<Result<_>>()?;
        let rows: Vec<_> = pairs.iter().flat_map(|pair| [pair.first.clone(), pair.last.clone()]).collect();
        let deviations: Vec<_> = match self {
            Self::Total => {
                let mean = mean(&rows);
                rows.iter().map(|row| difference(row, &mean)).collect()
            }
            Self::Within => pairs.iter().map(Pair::deviation).collect(),
        };
        Ok(Whitening::measure(&rows, &deviations, branch, shrinkage))
    }
}

/// The embeddings of a recording's first and last excerpt.
struct Pair {
    first: Vec<f64>,
    last: Vec<f64>,
    /// The last, altered as in training.
    altered: Vec<f64>,
}

impl Pair {
    fn hear(encoder: &Encoder, data: &Data<'_>, excerpts: &[StoredExcerpt], number: u64) -> Result<Self> {
        let (first, last) = (&excerpts[0], &excerpts[excerpts.len() - 1]);
        let embed = |image: &MelImage| encoder.latents(image).map(|latents| pooled(&latents));
        let mut image = data.store().image(last)?;
        let (first, last_clean) = (embed(&data.store().image(first)?)?, embed(&image)?);
        image.values = data.altered(last, last.columns, NO_DISTURBANCE, &mut data.stream(number))?.values;
        Ok(Self { first, last: last_clean, altered: embed(&image)? })
    }

    /// A difference with the variance of one excerpt.
    fn deviation(&self) -> Vec<f64> {
        difference(&self.first, &self.altered).iter().map(|value| value * FRAC_1_SQRT_2).collect()
    }
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
    let count = excerpts.len().min(MOST_MEASURED);
    (0..count)
        .into_par_iter()
        .map(|i| Ok(note(&encoder.latents(&data.store().image(&excerpts[i * excerpts.len() / count])?)?)))
        .collect()
}

/// The mean latents of an excerpt's tiles.
fn pooled(latents: &Latents) -> Vec<f64> {
    let tiles = latents.as_slice().chunks_exact(latents.dimension());
    mean(&tiles.map(|tile| tile.iter().map(|&latent| f64::from(latent)).collect()).collect::<Vec<_>>())
}
