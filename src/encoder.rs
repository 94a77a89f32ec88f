//! The encoder of the autoencoder: from a picture of sound to an embedding, through tract.

mod card;
mod embedding;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod kernel;
mod latents;
pub(crate) mod network;

use std::sync::Arc;

pub use card::{EncoderCard, Half, Pooling, Tiling, Training};
pub use embedding::Embedding;
pub(crate) use embedding::cosine;
pub use latents::Latents;

use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use crate::mel::{MelFrontEnd, MelImage};
use network::{MOST_BYTES, Network, OnnxFile};

/// Largest encoder file accepted, in bytes.
pub const MOST_ENCODER_BYTES: usize = MOST_BYTES;

/// A loaded encoder. Cloning is cheap: clones share the network.
#[derive(Clone)]
pub struct Encoder {
    network: Network,
    card: Arc<EncoderCard>,
    id: Arc<str>,
}

impl Encoder {
    /// Loads an encoder from the bytes of an ONNX file with an [`EncoderCard`] in its metadata.
    ///
    /// # Shapes and units
    /// | value | shape | unit |
    /// |---|---|---|
    /// | the network's input | `[tiles, bands, columns]` | brightness, 0 to 1, as in [`MelImage`] |
    /// | the network's output | `[tiles, dimension]` | latents, decorrelated over the training data |
    ///
    /// # Errors
    /// - [`Error::Encoder`] when the bytes are no ONNX network, carry no card, or do not do what the card says;
    /// - [`Error::Version`] when the card is of a later version;
    /// - [`Error::Limit`] beyond [`MOST_ENCODER_BYTES`].
    pub fn from_onnx(bytes: &[u8]) -> Result<Self> {
        let file = OnnxFile::read(bytes, "bytes of encoder", Error::Encoder)?;
        let json = file.metadata(EncoderCard::METADATA_KEY);
        let card = EncoderCard::from_json(json.ok_or_else(|| Error::Encoder("it carries no Sonoscape card".into()))?)?;
        let tiles = &card.tiles;
        let input = [tiles.per_excerpt, card.front_end.n_mels, tiles.columns];
        let network = file.network(&input, &[tiles.per_excerpt, card.dimension])?;
        Ok(Self { network, card: Arc::new(card), id: sha256_hex(bytes).into() })
    }

    /// What the encoder says of itself.
    pub fn card(&self) -> &EncoderCard {
        &self.card
    }

    pub(crate) fn shared_card(&self) -> Arc<EncoderCard> {
        Arc::clone(&self.card)
    }

    /// SHA-256 of the encoder's file in hexadecimal: catalogues name their encoder by it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The front end that this encoder was trained behind.
    ///
    /// # Errors
    /// [`Error::Encoder`] when the card's settings are out of bounds.
    pub fn front_end(&self) -> Result<MelFrontEnd> {
        MelFrontEnd::new(&self.card.front_end)
    }

    /// The embedding of one excerpt: the latents of evenly spaced tiles, [pooled](Pooling).
    ///
    /// # Errors
    /// [`Error::TooShort`] when the picture is narrower than one tile, [`Error::Encoder`] when the network fails.
    pub fn embed(&self, image: &MelImage) -> Result<Embedding> {
        self.latents(image)?.embedding()
    }

    /// The latents of evenly spaced tiles.
    ///
    /// # Errors
    /// As [`Encoder::embed`].
    pub fn latents(&self, image: &MelImage) -> Result<Latents> {
        let tiling = &self.card.tiles;
        let (bands, width) = (self.card.front_end.n_mels, tiling.columns);
        let Some(spare) = image.columns.checked_sub(width) else {
            return Err(Error::TooShort { seconds: image.seconds, minimum: self.card.tile_s() });
        };
        if image.bands != bands {
            return Err(Error::Encoder(format!("it takes {bands} bands, not {}", image.bands)));
        }
        let offsets: Vec<usize> = (0..tiling.per_excerpt).map(|i| tiling.offset(i, spare)).collect();
        let mut tiles = vec![0.0; offsets.len() * bands * width];
        for (&offset, tile) in offsets.iter().zip(tiles.chunks_exact_mut(bands * width)) {
            image.copy_tile(offset, width, tile);
        }
        let values = self.network.run(&tiles)?;
        let (dimension, pooling) = (self.card.dimension, self.card.pooling);
        Ok(Latents { values, dimension, pooling, offsets, width, columns: image.columns, seconds: image.seconds })
    }
}
