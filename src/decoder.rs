//! The decoder of the autoencoder: from latents back to a picture of sound, through tract.

use std::sync::Arc;

use crate::encoder::network::{MOST_BYTES, Network, OnnxFile};
use crate::encoder::{Encoder, EncoderCard, Latents};
use crate::error::{Error, Result};
use crate::mel::MelImage;

/// Largest decoder file accepted, in bytes.
pub const MOST_DECODER_BYTES: usize = MOST_BYTES;

/// A loaded decoder. Cloning is cheap: clones share the network.
#[derive(Clone)]
pub struct Decoder {
    network: Network,
    card: Arc<EncoderCard>,
}

impl Decoder {
    /// The key, in the ONNX file's metadata, of the id of the encoder that a decoder belongs to.
    pub const METADATA_KEY: &'static str = "sonoscape-decoder-of";

    /// Loads the decoder of `encoder` from the bytes of an ONNX file that names it in its metadata.
    ///
    /// # Shapes and units
    /// | value | shape | unit |
    /// |---|---|---|
    /// | the network's input | `[tiles, dimension]` | latents, as in [`Latents`] |
    /// | the network's output | `[tiles, bands, columns]` | brightness, 0 to 1, as in [`MelImage`] |
    ///
    /// # Errors
    /// - [`Error::Decoder`] when the bytes are no ONNX network, name no encoder, or do not fit the encoder's card;
    /// - [`Error::EncoderMismatch`] when they name another encoder;
    /// - [`Error::Limit`] beyond [`MOST_DECODER_BYTES`].
    pub fn from_onnx(bytes: &[u8], encoder: &Encoder) -> Result<Self> {
        let file = OnnxFile::read(bytes, "bytes of decoder", Error::Decoder)?;
        let Some(expected) = file.metadata(Self::METADATA_KEY) else {
            return Err(Error::Decoder("it does not say which encoder it belongs to".into()));
        };
        if expected != encoder.id() {
            let (expected, found) = (expected.to_owned(), encoder.id().to_owned());
            return Err(Error::EncoderMismatch { what: "decoder", expected, found });
        }
        let card = encoder.shared_card();
        let (tiles, bands) = (&card.tiles, card.front_end.n_mels);
        let network = file.network(&[tiles.per_excerpt, card.dimension], &[tiles.per_excerpt, bands, tiles.columns])?;
        Ok(Self { network, card })
    }

    /// Draws an excerpt again from its latents.
    ///
    /// Tiles overlap. A column is the mean of the tiles that show it, each weighted by the column's distance from the tile's
    /// nearer edge; one that no tile shows is 0.
    ///
    /// # Errors
    /// [`Error::Decoder`] when the latents are of another encoder, or the network fails or gives what is no number.
    pub fn redraw(&self, latents: &Latents) -> Result<MelImage> {
        let tiles = self.tiles(latents)?;
        let (bands, columns, width) = (self.card.front_end.n_mels, latents.columns, latents.width);
        let weights: Vec<f32> = (0..width).map(|column| (column + 1).min(width - column) as f32).collect();
        let mut totals = vec![0.0; columns];
        let mut values = vec![0.0; bands * columns];
        for (&offset, tile) in latents.offsets.iter().zip(tiles.chunks_exact(bands * width)) {
            add(&mut totals[offset..], weights.iter().copied());
            for (row, drawn) in values.chunks_exact_mut(columns).zip(tile.chunks_exact(width)) {
                add(&mut row[offset..], weights.iter().zip(drawn).map(|(weight, value)| weight * value));
            }
        }
        for row in values.chunks_exact_mut(columns) {
            row.iter_mut().zip(&totals).for_each(|(value, total)| *value = (*value / total.max(1.0)).clamp(0.0, 1.0));
        }
        Ok(MelImage { bands, columns, values, seconds: latents.seconds })
    }

    /// How far the tiles, as they are drawn again, are from those of `image`, from which the latents come: the mean squared
    /// difference of their brightness, 0 to 1. What several tiles show counts in each.
    ///
    /// # Errors
    /// As [`Self::redraw`].
    ///
    /// # Panics
    /// When the latents come from a picture of another size.
    pub fn mean_squared_error(&self, latents: &Latents, image: &MelImage) -> Result<f32> {
        let drawn = self.tiles(latents)?;
        let mut tile = vec![0.0; image.bands * latents.width];
        let mut squares = 0.0;
        for (&offset, drawn) in latents.offsets.iter().zip(drawn.chunks_exact(tile.len())) {
            image.copy_tile(offset, latents.width, &mut tile);
            squares += tile.iter().zip(drawn).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
        }
        Ok(squares / drawn.len() as f32)
    }

    fn tiles(&self, latents: &Latents) -> Result<Vec<f32>> {
        let tiles = self.network.run(&latents.values)?;
        let drawn = tiles.iter().all(|value| value.is_finite());
        drawn.then_some(tiles).ok_or_else(|| Error::Decoder("it drew what is no number".into()))
    }
}

fn add(sums: &mut [f32], values: impl Iterator<Item = f32>) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}
