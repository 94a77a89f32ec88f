//! Which tracks train and which validate, and which tiles a step sees.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::Result;
use burn::tensor::{Device, Tensor, TensorData};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use crate::mel_store::{MelStore, StoredExcerpt, StoredTrack};

/// Streams of random numbers drawn from one seed: the split's, and from here on one a step.
const SPLIT_STREAM: u64 = 0;
const FIRST_STEP_STREAM: u64 = 1;

/// Tiles to train on and tiles to validate on; no artist is on both sides.
pub struct Data<'a> {
    store: &'a MelStore,
    side: usize,
    seed: u64,
    training: Vec<StoredExcerpt>,
    validation: Vec<StoredExcerpt>,
    /// Training excerpts of each track.
    tracks: Vec<Range<usize>>,
    /// The artist of each track, by number.
    artists: Vec<usize>,
}

impl<'a> Data<'a> {
    /// Splits the store's excerpts; those narrower than a tile of `side` columns are left out.
    pub fn new(store: &'a MelStore, side: usize, seed: u64, validation_share: f64) -> Self {
        let held_out = held_out(&store.tracks, seed, validation_share);
        let wide = store.excerpts.iter().copied().filter(|excerpt| excerpt.columns >= side);
        let (validation, training): (Vec<_>, Vec<StoredExcerpt>) = wide.partition(|excerpt| held_out[excerpt.track]);
        let from = |track| training.partition_point(|excerpt| excerpt.track < track);
        let tracks = (0..store.tracks.len()).map(|track| from(track)..from(track + 1)).collect();
        let mut artists = vec![0; store.tracks.len()];
        for (number, indices) in by_artist(&store.tracks).into_iter().enumerate() {
            indices.into_iter().for_each(|track| artists[track] = number);
        }
        Self { store, side, seed, training, validation, tracks, artists }
    }

    /// The same number for all tracks of an artist.
    pub fn artist(&self, track: usize) -> usize {
        self.artists[track]
    }

    pub fn training(&self) -> &[StoredExcerpt] {
        &self.training
    }

    pub fn validation(&self) -> &[StoredExcerpt] {
        &self.validation
    }

    /// Paths of the tracks that only validate.
    pub fn held_out(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.validation.iter().map(|e| self.store.tracks[e.track].path.as_str()).collect();
        paths.dedup();
        paths
    }

    /// The training excerpts of one track.
    pub fn of_track(&self, track: usize) -> &[StoredExcerpt] {
        &self.training[self.tracks[track].clone()]
    }

    /// The training excerpts of each track that has any.
    pub fn recordings_to_train_on(&self) -> impl Iterator<Item = &[StoredExcerpt]> {
        self.tracks.iter().filter(|range| !range.is_empty()).map(|range| &self.training[range.clone()])
    }

    pub fn store(&self) -> &MelStore {
        self.store
    }

    /// Bands and columns of a tile.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The random numbers of one step: they depend on the seed and the step alone, so a resumed run needs no memory of
    /// what it drew before.
    pub fn stream(&self, step: u64) -> StdRng {
        stream(self.seed, FIRST_STEP_STREAM + step)
    }

    /// The tiles of one step, `[batch_size, bands, columns]`: random excerpts, random offsets.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn batch(&self, step: u64, batch_size: usize, device: &Device) -> Result<Tensor<3>> {
        let mut random = self.stream(step);
        let mut tiles = Vec::with_capacity(batch_size * self.side * self.side);
        for _ in 0..batch_size {
            tiles.extend(self.any_piece(self.side, &mut random)?);
        }
        Ok(self.tensor(tiles, device))
    }

    /// A piece of a random training excerpt, `[bands, columns]`, from a random offset; black where that is shorter.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn any_piece(&self, columns: usize, random: &mut StdRng) -> Result<Vec<f32>> {
        let excerpt = &self.training[random.random_range(0..self.training.len())];
        let Some(spare) = excerpt.columns.checked_sub(columns) else {
            return Ok(vec![0.0; self.store.settings.front_end.n_mels * columns]);
        };
        self.store.read(excerpt, random.random_range(0..=spare), columns)
    }

    /// At most `most` tiles spread evenly over the validation excerpts, always the same ones, in batches.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn validation_batches(&self, most: usize, batch_size: usize, device: &Device) -> Result<Vec<Tensor<3>>> {
        let per_excerpt = most.div_ceil(self.validation.len().max(1)).max(1);
        let all = self.validation.iter().flat_map(|excerpt| {
            let spare = excerpt.columns - self.side;
            (0..per_excerpt).map(move |i| (excerpt, (2 * i + 1) * spare / (2 * per_excerpt)))
        });
        let all: Vec<_> = all.collect();
        let count = most.min(all.len());
        let chosen: Vec<_> = (0..count).map(|i| all[i * all.len() / count]).collect();
        let batch = |few: &[(&StoredExcerpt, usize)]| {
            let mut tiles = Vec::with_capacity(few.len() * self.side * self.side);
            for &(excerpt, column) in few {
                tiles.extend(self.store.read(excerpt, column, self.side)?);
            }
            Ok(self.tensor(tiles, device))
        };
        chosen.chunks(batch_size).map(batch).collect()
    }

    pub fn tensor(&self, tiles: Vec<f32>, device: &Device) -> Tensor<3> {
        let count = tiles.len() / (self.side * self.side);
        Tensor::from_data(TensorData::new(tiles, [count, self.side, self.side]), device)
    }
}

/// The tracks of each artist; where only one artist is known, each track counts as its own.
fn by_artist(tracks: &[StoredTrack]) -> Vec<Vec<usize>> {
    let single = tracks.iter().all(|track| track.artist == tracks[0].artist);
    let mut artists: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, track) in tracks.iter().enumerate() {
        artists.entry(if single { &track.path } else { &track.artist }).or_default().push(index);
    }
    artists.into_values().collect()
}

/// Whether each track is held out: whole artists at random, until about `share` of the tracks are.
pub fn held_out(tracks: &[StoredTrack], seed: u64, share: f64) -> Vec<bool> {
    let mut artists = by_artist(tracks);
    artists.shuffle(&mut stream(seed, SPLIT_STREAM));
    artists.sort_by_key(|indices| indices.len() as f64 > share * tracks.len() as f64);
    let wanted = (share * tracks.len() as f64).round() as usize;
    let mut held_out = vec![false; tracks.len()];
    let mut count = 0;
    for indices in artists {
        let first = count == 0 && indices.len() < tracks.len();
        if wanted > 0 && (first || count + indices.len() <= wanted) {
            count += indices.len();
            indices.into_iter().for_each(|index| held_out[index] = true);
        }
    }
    held_out
}

fn stream(seed: u64, number: u64) -> StdRng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&number.to_le_bytes());
    StdRng::from_seed(key)
}
