//! Training by listening: tiles of one recording are to be near each other, those of others far, and what a teacher
//! hears is to be read off each half of the latents.

use burn::config::Config;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::model::{Autoencoder, AutoencoderConfig, drawn};
use super::pairs::Pairs;

/// Settings of training by listening.
#[derive(Config, Debug, PartialEq)]
pub struct Listening {
    /// Divides cosines before they compete: lower tells recordings apart more sharply.
    #[config(default = 0.15)]
    pub temperature: f64,
    /// Weight of the agreement between tiles of one recording.
    #[config(default = 1.0)]
    pub agreement: f64,
    /// Weight of predicting the teacher's embedding.
    #[config(default = 2.0)]
    pub prediction: f64,
    /// Weight of having the teacher's cosines.
    #[config(default = 10.0)]
    pub relation: f64,
    /// Dimension of the teacher's embedding; 0 without a teacher.
    #[config(default = 0)]
    pub teacher: usize,
    /// What the teacher is, for the encoder's card.
    #[config(default = "String::new()")]
    pub teacher_name: String,
    /// Tiles a step that the decoder learns to redraw; the encoder learns nothing from it.
    #[config(default = 8)]
    pub redrawn: usize,
}

/// What is trained: the autoencoder, and what only training needs.
#[derive(Module, Debug)]
pub struct Network {
    pub autoencoder: Autoencoder,
    /// The teacher's embedding from the time half and from the frequency half.
    pub heads: Vec<Linear>,
}

impl Network {
    /// A network whose weights depend on `seed` alone.
    pub fn new(model: &AutoencoderConfig, listening: Option<&Listening>, seed: u64, device: &Device) -> Self {
        let autoencoder = model.init(seed, device);
        let teacher = listening.map_or(0, |listening| listening.teacher);
        let count = if teacher > 0 { 2 } else { 0 };
        let heads = drawn(seed, device, || {
            (0..count).map(|_| LinearConfig::new(model.latents, teacher).init(device)).collect::<Vec<_>>()
        });
        Self { autoencoder, heads }
    }

    /// The loss of one step, and the error of the tiles redrawn from it.
    pub fn listen(&self, pairs: &Pairs, listening: &Listening) -> (Tensor<1>, Tensor<1>) {
        let latents = self.autoencoder.encoder.forward(pairs.tiles.clone()); // [n, 2 · latents]
        let mse = self.redraw(&latents, pairs, listening.redrawn);
        let heard = standardised(latents);
        let halves = heard.clone().chunk(2, 1);
        let mut loss = mse.clone();
        for view in [&heard, &halves[0], &halves[1]] {
            let cosines = cosines(view.clone());
            if !self.heads.is_empty() {
                loss = loss + relation(cosines.clone(), pairs) * (listening.relation / 3.0);
            }
            loss = loss + agreement(cosines, listening.temperature) * (listening.agreement / 3.0);
        }
        for (head, half) in self.heads.iter().zip(halves) {
            loss = loss + prediction(head.forward(half), pairs) * (listening.prediction / 2.0);
        }
        (loss, mse)
    }

    /// The error of the first `count` tiles as the decoder draws them; it teaches the decoder alone.
    fn redraw(&self, latents: &Tensor<2>, pairs: &Pairs, count: usize) -> Tensor<1> {
        let count = count.min(latents.dims()[0]);
        let redrawn = self.autoencoder.decoder.forward(latents.clone().narrow(0, 0, count).detach());
        (redrawn - pairs.tiles.clone().narrow(0, 0, count)).square().mean()
    }
}

/// Each latent with mean 0 and variance 1 over the step's tiles.
fn standardised(latents: Tensor<2>) -> Tensor<2> {
    let centred = latents.clone() - latents.mean_dim(0);
    let deviation = centred.clone().square().mean_dim(0).add_scalar(1e-4).sqrt();
    centred / deviation
}

/// Cosines of all rows with all rows, `[n, n]`.
fn cosines(rows: Tensor<2>) -> Tensor<2> {
    let length = rows.clone().square().sum_dim(1).add_scalar(1e-6).sqrt();
    let rows = rows / length;
    rows.clone().matmul(rows.transpose())
}

/// Cross entropy of finding a tile's partner among all other tiles.
///
/// # Source
/// NT-Xent of T. Chen et al., *A Simple Framework for Contrastive Learning of Visual Representations*, 2020.
fn agreement(cosines: Tensor<2>, temperature: f64) -> Tensor<1> {
    let [n, _] = cosines.dims();
    let device = cosines.device();
    let matrix = |value: &dyn Fn(usize, usize) -> f32| {
        let values: Vec<f32> = (0..n * n).map(|i| value(i / n, i % n)).collect();
        Tensor::<2>::from_data(TensorData::new(values, [n, n]), &device)
    };
    let itself = matrix(&|i, j| if i == j { -1e4 } else { 0.0 });
    let partner = matrix(&|i, j| if j == (i + n / 2) % n { 1.0 } else { 0.0 });
    -(log_softmax(cosines / temperature + itself, 1) * partner).sum() / n as f64
}

/// Mean squared error of the teacher's embedding, where it heard the tile.
fn prediction(predicted: Tensor<2>, pairs: &Pairs) -> Tensor<1> {
    let error = (predicted - pairs.heard.clone()).square().mean_dim(1) * pairs.known.clone();
    error.sum() / pairs.known.clone().sum().clamp_min(1.0)
}

/// Mean squared difference from the teacher's cosines, where it heard both tiles.
fn relation(ours: Tensor<2>, pairs: &Pairs) -> Tensor<1> {
    let known = pairs.known.clone().matmul(pairs.known.clone().transpose());
    let count = known.clone().sum().clamp_min(1.0);
    ((ours - cosines(pairs.heard.clone())).square() * known).sum() / count
}
