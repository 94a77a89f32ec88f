//! The encoder of the autoencoder: from a picture of sound to an embedding, through tract.

mod card;
mod embedding;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod kernel;

use std::sync::Arc;

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

pub use card::{EncoderCard, Half, Tiling, Training};
pub use embedding::Embedding;
pub(crate) use embedding::cosine;

use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use crate::mel::{MelFrontEnd, MelImage};

/// Largest encoder file accepted, in bytes.
pub const MOST_ENCODER_BYTES: usize = 64 << 20;

/// A loaded encoder. Cloning is cheap: clones share the network.
#[derive(Clone)]
pub struct Encoder {
    plan: Arc<TypedRunnableModel>,
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
        if bytes.len() > MOST_ENCODER_BYTES {
            let (found, limit) = (bytes.len() as u64, MOST_ENCODER_BYTES as u64);
            return Err(Error::Limit { what: "bytes of encoder", found, limit });
        }
        let proto =
            onnx().proto_model_for_read(&mut &*bytes).map_err(|_| Error::Encoder("it is not an ONNX file".into()))?;
        let card = read_card(&proto)?;
        let plan =
            plan(&proto, &card).map_err(|error| Error::Encoder(format!("its network does not load: {error}")))?;
        Ok(Self { plan, card: Arc::new(card), id: sha256_hex(bytes).into() })
    }

    /// What the encoder says of itself.
    pub fn card(&self) -> &EncoderCard {
        &self.card
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

    /// The embedding of one excerpt: the mean of the latents of evenly spaced tiles, scaled to unit length.
    ///
    /// # Errors
    /// [`Error::TooShort`] when the picture is narrower than one tile, [`Error::Encoder`] when the network fails.
    pub fn embed(&self, image: &MelImage) -> Result<Embedding> {
        let latents = self.latents(image)?;
        let mut mean = vec![0.0; self.card.dimension];
        for tile in latents.chunks_exact(self.card.dimension) {
            for (sum, latent) in mean.iter_mut().zip(tile) {
                *sum += latent;
            }
        }
        Embedding::from_slice(&mean)
    }

    /// The latents of evenly spaced tiles, shape `[per_excerpt, dimension]`, tile by tile.
    ///
    /// # Errors
    /// As [`Encoder::embed`].
    pub fn latents(&self, image: &MelImage) -> Result<Vec<f32>> {
        let tiling = &self.card.tiles;
        let shape = [tiling.per_excerpt, self.card.front_end.n_mels, tiling.columns];
        let Some(spare) = image.columns.checked_sub(tiling.columns) else {
            return Err(Error::TooShort { seconds: image.seconds, minimum: self.card.tile_s() });
        };
        if image.bands != shape[1] {
            return Err(Error::Encoder(format!("it takes {} bands, not {}", shape[1], image.bands)));
        }
        let mut tiles = vec![0.0; shape.iter().product()];
        for (i, tile) in tiles.chunks_exact_mut(shape[1] * shape[2]).enumerate() {
            image.copy_tile(tiling.offset(i, spare), tiling.columns, tile);
        }
        self.run(&shape, &tiles).map_err(|error| Error::Encoder(format!("its network failed: {error}")))
    }

    fn run(&self, shape: &[usize], tiles: &[f32]) -> TractResult<Vec<f32>> {
        let output = self.plan.run(tvec!(Tensor::from_shape(shape, tiles)?.into()))?;
        Ok(output[0].to_plain_array_view::<f32>()?.iter().copied().collect())
    }
}

fn read_card(proto: &ModelProto) -> Result<EncoderCard> {
    let entry = proto.metadata_props.iter().find(|entry| entry.key == EncoderCard::METADATA_KEY);
    let json = entry.ok_or_else(|| Error::Encoder("it carries no Sonoscape card".into()))?;
    EncoderCard::from_json(&json.value)
}

fn plan(proto: &ModelProto, card: &EncoderCard) -> TractResult<Arc<TypedRunnableModel>> {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    kernel::register();
    let input = [card.tiles.per_excerpt, card.front_end.n_mels, card.tiles.columns];
    let model = onnx()
        .model_for_proto_model(proto)?
        .with_input_fact(0, f32::fact(input).into())?
        .with_output_fact(0, f32::fact([card.tiles.per_excerpt, card.dimension]).into())?
        .into_optimized()?;
    model.into_runnable()
}
