//! Latents: what the encoder says of each tile of an excerpt.

use crate::encoder::Embedding;
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
    /// The latents, tile by tile.
    pub fn as_slice(&self) -> &[f32] {
        &self.values
    }

    /// The embedding of the excerpt: the tiles' mean, scaled to unit length.
    ///
    /// # Errors
    /// As [`Embedding::from_slice`].
    pub fn embedding(&self) -> Result<Embedding> {
        let mut mean = vec![0.0; self.dimension];
        for tile in self.values.chunks_exact(self.dimension) {
            for (sum, latent) in mean.iter_mut().zip(tile) {
                *sum += latent;
            }
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

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn latents(values: &[f32], offsets: &[usize]) -> Latents {
        let columns = offsets.iter().max().map_or(0, |last| last + 10);
        Latents { values: values.into(), dimension: 2, offsets: offsets.into(), width: 10, columns, seconds: 1.0 }
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
