//! Sonoscape finds music by how it sounds.
//!
//! This library is the part that gives the same answer in a browser and natively: bytes or samples in, values out. It opens no
//! files, reads no clocks, starts no threads and prints nothing. Two lines of modules meet only here:
//!
//! 1. **audio → mel → encoder.** Decoded channels become a [`Clip`]: mono at [`SAMPLE_RATE`]. Each 30 s excerpt becomes a
//!    log-mel spectrogram ([`MelFrontEnd`]), that a picture ([`MelImage`]), and its tiles go through the [`Encoder`], a network
//!    read from ONNX together with the card that states every setting before it. The mean of the tiles' [`Latents`] is the
//!    [`Embedding`]. [`Analyser`] joins these steps; a [`Decoder`] shows what latents still hold of the picture. Beside them, for looking at a sound and not for the encoder, stand its [`Mfcc`], its
//!    [`Chromagram`] and the picture of all three ([`CompositeImage`]).
//! 2. **quantise → search → catalogue.** An embedding becomes a [`Code`] of 8-bit numbers; an [`Index`] of codes finds the
//!    nearest ones exactly, their [`Signs`] roughly; a [`Catalogue`] says which tracks they belong to, takes in shards of bytes as they
//!    arrive, and leaves out what a [`Filter`] names.
//!
//! Beside both lines, [`services`] says what to ask the services that know recordings and what their answers mean, and [`fold()`] how names
//! are compared.
//!
//! For tests and measurements, an [`Enlargement`] makes a large collection of embeddings out of a small one.
//!
//! From samples to picture, and from code to neighbours, every target computes the same bits. The network itself agrees within
//! a tolerance, because each processor sums its products in its own order.

mod analysis;
pub mod attributes;
pub mod audio;
pub mod catalogue;
pub mod chroma;
pub mod composite;
pub mod decoder;
mod digest;
pub mod encoder;
mod enlarge;
mod error;
mod fold;
pub mod mel;
pub mod mfcc;
pub mod quantize;
pub mod search;
pub mod services;

pub use analysis::{AnalysedExcerpt, Analyser, Analysis, EXCERPTS_PER_TRACK};
pub use audio::{Clip, Excerpt, SAMPLE_RATE};
pub use catalogue::{Catalogue, Filter, Match, Track, TrackId};
pub use chroma::Chromagram;
pub use composite::CompositeImage;
pub use decoder::Decoder;
pub use encoder::{Embedding, Encoder, EncoderCard, Latents};
pub use enlarge::Enlargement;
pub use error::{Error, Result};
pub use fold::fold;
pub use mel::{MelConfig, MelFrontEnd, MelImage, MelSpectrogram};
pub use mfcc::{Mfcc, N_MFCC};
pub use quantize::{Code, quantize};
pub use search::{Index, Neighbour, Signs};
