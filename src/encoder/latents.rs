//! Latents: what the encoder says of each tile of an excerpt.

use crate::encoder::{Embedding, Pooling};
use crate::error::Result;

/// The latents of an excerpt's tiles.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | values | `[tiles, dimension]`, tile by tile | standard deviations over the training excerpts |
#[derive(Debug, Clone, PartialEq)]
pub struct Latents {
    pub(crate) values: Vec<f32>,
    pub(crate) dimension: usize,
    pub(crate) pooling: Pooling,
    /// First column of each tile.
    pub(crate) offsets: Vec<usize>,
    /// Columns of a tile.
    pub(crate) width: usize,
    /// Columns of the picture that the tiles were cut from.
    pub(crate) columns: usize,
    /// Length in seconds of the sound it shows.
    pub(crate) seconds: f32,
}

impl Latents {
    /// Latents of one tile.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The latents, tile by tile.
    pub fn as_slice(&self) -> &[f32] {
        &self.values
    }

    /// The embedding of the excerpt: the mean of its tiles, or of their directions, scaled to unit length.
    ///
    /// # Errors
    /// As [`Embedding::from_slice`].
    pub fn embedding(&self) -> Result<Embedding> {
        let mut mean = vec![0.0; self.dimension];
        for tile in self.values.chunks_exact(self.dimension) {
            let weight = match self.pooling {
                Pooling::Mean => 1.0,
                Pooling::MeanDirection => 1.0 / length(tile).max(f32::MIN_POSITIVE),
            };
            mean.iter_mut().zip(tile).for_each(|(sum, latent)| *sum += weight * latent);
        }
        Embedding::from_slice(&mean)
    }

    /// How far the sound changes: the mean distance between the latents of two tiles that share no column, 0 or more. None
    /// where the excerpt has no room for two.
    pub fn change(&self) -> Option<f32> {
        let tiles: Vec<_> = self.offsets.iter().zip(self.values.chunks_exact(self.dimension)).collect();
        let (mut sum, mut count) = (0.0, 0.0);
        for (i, (offset, tile)) in tiles.iter().enumerate() {
            for (_, earlier) in tiles[..i].iter().filter(|(earlier, _)| **earlier + self.width <= **offset) {
                sum += distance(tile, earlier);
                count += 1.0;
            }
        }
        (count > 0.0).then(|| sum / count)
    }
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
}

fn length(tile: &[f32]) -> f32 {
    tile.iter().map(|latent| latent * latent).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn latents(values: &[f32], offsets: &[usize]) -> Latents {
        let columns = offsets.iter().max().map_or(0, |last| last + 10);
        let (values, offsets, pooling) = (values.into(), offsets.into(), Pooling::Mean);
        Latents { values, dimension: 2, pooling, offsets, width: 10, columns, seconds: 1.0 }
    }

    #[test]
    fn by_direction_every_tile_counts_alike() {
        let of = |pooling| Latents { pooling, ..latents(&[8.0, 0.0, 0.0, 2.0], &[0, 1]) }.embedding().unwrap();
        assert_eq!(of(Pooling::Mean), Embedding::from_slice(&[4.0, 1.0]).unwrap());
        assert_eq!(of(Pooling::MeanDirection), Embedding::from_slice(&[1.0, 1.0]).unwrap());
    }

    #[test]
    fn a_tile_without_direction_counts_for_nothing() {
        let silent = Latents { pooling: Pooling::MeanDirection, ..latents(&[0.0, 0.0, 0.0, 3.0], &[0, 1]) };
        assert_eq!(silent.embedding().unwrap(), Embedding::from_slice(&[0.0, 1.0]).unwrap());
    }

    #[test]
    fn change_is_the_mean_distance_of_tiles_that_share_no_column() {
        assert_eq!(latents(&[0.0, 0.0, 9.0, 9.0, 3.0, 4.0], &[0, 5, 12]).change(), Some(5.0));
        assert_eq!(latents(&[0.0, 0.0, 3.0, 4.0, 3.0, 4.0], &[0, 10, 20]).change(), Some(10.0 / 3.0));
    }

    #[test]
    fn an_excerpt_without_room_for_two_tiles_has_no_change() {
        assert_eq!(latents(&[0.0, 0.0, 3.0, 4.0], &[0, 9]).change(), None);
    }
}
