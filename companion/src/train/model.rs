//! The time–frequency autoencoder.
//!
//! A tile is looked at twice. The **time** branch slides its kernels along time and takes the mel bands as channels;
//! the **frequency** branch slides them along frequency and takes the columns as channels. Each gives half of the
//! latents. The decoder draws the tile again from all of them, which is what both are trained for unless they learn by
//! listening.
//!
//! With [`Pooling`], a branch says how things are on average and how far they spread instead of where they are, and the
//! frequency branch looks at short windows one by one: music sounds the same a moment later.
//!
//! Branches are named by the axis their kernels slide along. Read "time" as *what happens when*, with the mel spectrum
//! of a moment as one unit; in the system re-created here the two names are the other way round.
//!
//! The **basic** network came before that: one encoder in two dimensions, the decoder's mirror.

mod basic;
mod decoder;
pub mod descriptors;
mod encoder;

use std::sync::Mutex;

use anyhow::{Result, ensure};
use burn::config::Config;
use burn::module::{Initializer, Module, ModuleVisitor, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

pub use basic::Basic;
pub use decoder::Decoder;
pub use descriptors::Descriptors;
pub use encoder::{Branch, Described, Encoder, LEAST_VARIANCE};

pub const KERNEL: usize = 5;
pub const STRIDE: usize = 2;
/// With [`KERNEL`] and [`STRIDE`] it halves an even length exactly, and doubles it in the decoder.
pub const PADDING: usize = KERNEL / 2;

/// Sizes of the network.
#[derive(Config, Debug, PartialEq)]
pub struct AutoencoderConfig {
    /// Bands of a tile, and columns: tiles are square.
    #[config(default = 128)]
    pub side: usize,
    /// Filters of the time branch's layers, finest first.
    #[config(default = "[32, 64, 128, 256]")]
    pub time_filters: [usize; 4],
    /// Filters of the frequency branch's layers, finest first.
    #[config(default = "[32, 64, 128, 256]")]
    pub frequency_filters: [usize; 4],
    /// Filters of the basic network's encoder, finest first; with them, there are no branches and what is said of them
    /// does not count.
    pub basic_filters: Option<[usize; 4]>,
    /// Whether the branches pool; without it, they keep every place.
    pub pooling: Option<Pooling>,
    /// Descriptors that take the last latents of each branch; without them, all are learnt.
    pub descriptors: Option<Descriptors>,
    /// Filters of the decoder's layers, finest first. The decoder takes nearly all of the training's time.
    #[config(default = "[32, 64, 128, 256]")]
    pub decoder_filters: [usize; 4],
    /// Latents of each branch; the basic network has as many as both.
    #[config(default = 128)]
    pub latents: usize,
}

/// How the branches forget where in a tile things are.
#[derive(Config, Debug, PartialEq)]
pub struct Pooling {
    /// Columns of one window of the frequency branch.
    #[config(default = 16)]
    pub window: usize,
    /// Values that sum up one window.
    #[config(default = 192)]
    pub summary: usize,
}

impl AutoencoderConfig {
    /// Length of each axis after the last encoder layer.
    pub fn coarsest(&self) -> usize {
        self.side / STRIDE.pow(self.time_filters.len() as u32)
    }

    /// Latents that one linear layer gives: a branch's, or all of the basic network's.
    pub fn group(&self) -> usize {
        if self.basic_filters.is_some() { 2 * self.latents } else { self.latents }
    }

    /// Latents of each branch that are learnt.
    pub fn learnt(&self) -> [usize; 2] {
        let described = self.descriptors.as_ref().map_or([0; 2], |config| [config.cepstral(), config.rhythmic()]);
        described.map(|count| self.latents - count)
    }

    /// # Errors
    /// One sentence, when there is no such network.
    pub fn check(&self) -> Result<()> {
        let filters = [self.time_filters, self.frequency_filters, self.decoder_filters].concat();
        let filters = filters.iter().chain(self.basic_filters.iter().flatten());
        ensure!(filters.chain([&self.latents]).all(|&width| width > 0), "Filters and `latents` must be at least 1.");
        ensure!(
            self.basic_filters.is_none() || (self.pooling.is_none() && self.descriptors.is_none()),
            "The basic network has no branches: leave `pooling` and `descriptors` out, or `basic_filters`."
        );
        if let Some(descriptors) = &self.descriptors {
            descriptors.check(self.side, self.latents)?;
        }
        let Some(Pooling { window, summary }) = self.pooling else { return Ok(()) };
        ensure!(summary > 0, "`summary` must be at least 1.");
        ensure!(window > 0 && self.side.is_multiple_of(window), "`window` must divide {}.", self.side);
        Ok(())
    }

    /// A network whose weights depend on `seed` alone.
    pub fn init(&self, seed: u64, device: &Device) -> Autoencoder {
        drawn(seed, device, || Autoencoder {
            encoder: self.basic_filters.is_none().then(|| Encoder::new(self, device)),
            basic: self.basic_filters.map(|filters| Basic::new(self, filters, device)),
            decoder: Decoder::new(self, device),
        })
    }
}

fn dense(from: usize, to: usize, device: &Device) -> Linear {
    let dense = LinearConfig::new(from, to).with_initializer(glorot(from, to)).with_bias(false).init(device);
    Linear { bias: Some(zeros(to, device)), ..dense }
}

/// A bias before training.
fn zeros(length: usize, device: &Device) -> Param<Tensor<1>> {
    Initializer::Zeros.init([length], device)
}

/// Glorot's uniform weights.
fn glorot(fan_in: usize, fan_out: usize) -> Initializer {
    let limit = (6.0 / (fan_in + fan_out) as f64).sqrt();
    Initializer::Uniform { min: -limit, max: limit }
}

/// A module whose weights depend on `seed` alone.
pub fn drawn<M: Module>(seed: u64, device: &Device, module: impl FnOnce() -> M) -> M {
    // Burn draws weights from one generator for the whole process.
    static DRAWING: Mutex<()> = Mutex::new(());
    let _alone = DRAWING.lock();
    device.seed(seed);
    let module = module();
    module.visit(&mut Draw);
    module
}

/// Draws weights now, which Burn leaves until they are used.
struct Draw;

impl ModuleVisitor for Draw {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        param.val();
    }
}

/// Encoder and decoder, trained together.
#[derive(Module, Debug)]
pub struct Autoencoder {
    /// Absent from the basic network, which has another.
    pub encoder: Option<Encoder>,
    pub basic: Option<Basic>,
    pub decoder: Decoder,
}

impl Autoencoder {
    /// Tiles `[n, bands, columns]` in 0..1 to their reconstruction, same shape.
    pub fn forward(&self, tiles: Tensor<3>) -> Tensor<3> {
        self.decoder.forward(self.encode(tiles))
    }

    /// Tiles `[n, bands, columns]` to latents `[n, 2 · latents]`.
    pub fn encode(&self, tiles: Tensor<3>) -> Tensor<2> {
        match (&self.encoder, &self.basic) {
            (Some(encoder), _) => encoder.forward(tiles),
            (None, Some(basic)) => basic.forward(tiles),
            (None, None) => unreachable!("a network is made with one encoder or the other"),
        }
    }
}
