//! How embeddings spread: what a whitening is measured on.

use anyhow::Result;
use rayon::prelude::*;
use sonoscape::{Encoder, Latents, MelImage};

use super::whitening::Whitening;
use crate::mel_store::StoredExcerpt;
use crate::train::Data;

/// Most excerpts that anything is measured on.
const MOST_MEASURED: usize = 4096;

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

    /// The whitening of the training excerpts' embeddings, before those are scaled to unit length.
    ///
    /// # Errors
    /// When the store cannot be read or the network fails.
    pub fn whitening(self, encoder: &Encoder, data: &Data<'_>, branch: usize, shrinkage: f64) -> Result<Whitening> {
        let rows = listen(encoder, data, data.training(), pooled)?;
        Ok(match self {
            Self::Total => {
                let mean = mean(rows.iter().map(Vec::as_slice));
                let deviations: Vec<_> = rows.iter().map(|row| difference(row, &mean, 1.0)).collect();
                Whitening::measure(&rows, &deviations, branch, shrinkage)
            }
            Self::Within => Whitening::measure(&rows, &within(encoder, data)?, branch, shrinkage),
        })
    }
}

/// A difference between two excerpts of each recording, the second altered, with the variance of one of them.
fn within(encoder: &Encoder, data: &Data<'_>) -> Result<Vec<Vec<f64>>> {
    let recordings: Vec<_> = data.recordings_to_train_on().collect();
    let count = recordings.len().min(MOST_MEASURED / 2);
    (0..count)
        .into_par_iter()
        .map(|i| {
            let excerpts = recordings[i * recordings.len() / count];
            let (first, last) = (&excerpts[0], &excerpts[excerpts.len() - 1]);
            let mut altered = data.store().image(last)?;
            altered.values = data.altered(last, last.columns, &mut data.stream(i as u64))?.values;
            let [clean, altered] = [data.store().image(first)?, altered]
                .map(|image: MelImage| encoder.latents(&image).map(|latents| pooled(&latents)));
            Ok(difference(&clean?, &altered?, 0.5f64.sqrt()))
        })
        .collect()
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
    let dimension = latents.dimension();
    let rows: Vec<Vec<f64>> = latents
        .as_slice()
        .chunks_exact(dimension)
        .map(|row| row.iter().map(|&value| f64::from(value)).collect())
        .collect();
    mean(rows.iter().map(Vec::as_slice))
}

fn mean<'a>(rows: impl ExactSizeIterator<Item = &'a [f64]>) -> Vec<f64> {
    let count = rows.len() as f64;
    let mut mean = Vec::new();
    for row in rows {
        mean.resize(row.len(), 0.0);
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / count);
    }
    mean
}

fn difference(a: &[f64], b: &[f64], scale: f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| scale * (a - b)).collect()
}
