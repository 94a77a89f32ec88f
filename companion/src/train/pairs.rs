//! Steps in which the encoder learns to recognise a recording and to hear what its teacher hears.

use std::collections::HashSet;

use anyhow::{Result, ensure};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand::rngs::StdRng;

use super::augment::{Tile, stretch};
use super::data::Data;
use super::teacher::Teacher;
use crate::mel_store::StoredExcerpt;

/// Bounds of the playing speed.
const SPEED: std::ops::Range<f32> = 0.87..1.15;

/// Draws after which a step gives up finding another recording.
const MOST_DRAWS: usize = 10_000;

/// What one step hears: tile `i` and tile `i + n / 2` come from the same recording, all others from others.
pub struct Pairs {
    /// The track of each tile.
    pub tracks: Vec<usize>,
    /// The artist of each tile, by number.
    pub artists: Vec<usize>,
    /// `[n, bands, columns]`, altered.
    pub tiles: Tensor<3>,
    /// What the teacher heard there, `[n, dimension]`; empty without a teacher.
    pub heard: Tensor<2>,
    /// 1 where the teacher heard anything, else 0, `[n, 1]`.
    pub known: Tensor<2>,
}

/// An altered piece of a track.
pub struct Altered {
    /// `[bands, columns]`.
    pub values: Vec<f32>,
    /// Where in the track it starts.
    start_s: f32,
    /// Where in the track it ends.
    end_s: f32,
}

impl Data<'_> {
    /// The pairs of one step; they depend on the seed and the step alone.
    ///
    /// # Errors
    /// When the store cannot be read, or has fewer recordings than `tiles / 2`.
    pub fn pairs(
        &self,
        step: u64,
        tiles: usize,
        disturbance: f64,
        teacher: Option<&Teacher>,
        device: &Device,
    ) -> Result<Pairs> {
        let mut random = self.stream(step);
        let excerpts = self.recordings(tiles / 2, &mut random)?;
        let second = |first: &StoredExcerpt, random: &mut StdRng| {
            let others = self.of_track(first.track);
            others[random.random_range(0..others.len())]
        };
        let others: Vec<_> = excerpts.iter().map(|excerpt| second(excerpt, &mut random)).collect();
        let dimension = teacher.map_or(0, |teacher| teacher.dimension);
        let (mut values, mut heard, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for excerpt in excerpts.iter().chain(&others) {
            let Altered { values: tile, start_s, end_s } =
                self.altered(excerpt, self.side(), disturbance, &mut random)?;
            values.extend(tile);
            let target = teacher.and_then(|teacher| teacher.heard(excerpt.track, start_s, end_s));
            known.push(f32::from(target.is_some()));
            heard.extend(target.unwrap_or_else(|| vec![0.0; dimension]));
        }
        let tracks: Vec<usize> = excerpts.iter().chain(&others).map(|excerpt| excerpt.track).collect();
        Ok(Pairs {
            artists: tracks.iter().map(|&track| self.artist(track)).collect(),
            tracks,
            tiles: self.tensor(values, device),
            heard: Tensor::from_data(TensorData::new(heard, [tiles, dimension]), device),
            known: Tensor::from_data(TensorData::new(known, [tiles, 1]), device),
        })
    }

    /// Excerpts of `count` different recordings.
    fn recordings(&self, count: usize, random: &mut StdRng) -> Result<Vec<StoredExcerpt>> {
        let (mut seen, mut excerpts) = (HashSet::new(), Vec::new());
        for _ in 0..MOST_DRAWS {
            if excerpts.len() == count {
                return Ok(excerpts);
            }
            let excerpt = self.training()[random.random_range(0..self.training().len())];
            if seen.insert(excerpt.track) {
                excerpts.push(excerpt);
            }
        }
        ensure!(
            excerpts.len() == count,
            "{count} recordings a step are too many for this music. Lower `batch_size` in the settings and choose another --run."
        );
        Ok(excerpts)
    }

    /// A piece of an excerpt at another speed, altered, `[bands, columns]`; `disturbance` as in
    /// [`Listening`](super::listening::Listening).
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn altered(
        &self,
        excerpt: &StoredExcerpt,
        columns: usize,
        disturbance: f64,
        random: &mut StdRng,
    ) -> Result<Altered> {
        let speed = random.random_range(SPEED);
        let width = ((columns as f32 * speed) as usize).min(excerpt.columns);
        let column = random.random_range(0..=excerpt.columns - width);
        let mut values = stretch(&self.store().read(excerpt, column, width)?, width, columns);
        let other = |random: &mut StdRng| self.any_piece(columns, random);
        Tile { values: &mut values, columns }.augment(disturbance, other, random)?;
        let column_s = self.store().settings.front_end.column_s();
        let start_s = excerpt.start_s + column as f32 * column_s;
        Ok(Altered { values, start_s, end_s: start_s + width as f32 * column_s })
    }
}
