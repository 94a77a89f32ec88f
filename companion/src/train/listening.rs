//! Training by listening: tiles of one recording are to be near each other, those of other artists far, and what a teacher
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
    /// Chance that a tile is also heard in a room; the same of another take mixed in, of what coders leave out, of hum
    /// and of crackle. None is none.
    pub disturbance: Option<f64>,
}

impl Listening {
    /// Whether a teacher is listened to.
    pub fn is_taught(&self) -> bool {
        self.teacher > 0
    }

    pub fn disturbance(&self) -> f64 {
        self.disturbance.unwrap_or_default()
    }
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
        let latents = self.autoencoder.encode(pairs.tiles.clone()); // [n, 2 · latents]
        let mse = self.redraw(&latents, pairs, listening.redrawn);
        let heard = standardised(latents);
        let halves = heard.clone().chunk(2, 1);
        let matching = Matching::new(pairs, &pairs.tiles.device());
        let mut loss = mse.clone();
        for view in [&heard, &halves[0], &halves[1]] {
            let cosines = cosines(view.clone());
            if !self.heads.is_empty() {
                loss = loss + relation(cosines.clone(), pairs) * (listening.relation / 3.0);
            }
            loss = loss + agreement(cosines, listening.temperature, &matching) * (listening.agreement / 3.0);
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

/// Which tiles are to be found, and which may not be.
struct Matching {
    /// 1 where two tiles are of one recording, else 0, `[n, n]`.
    partners: Tensor<2>,
    /// Far below every cosine where a tile meets itself or another recording of its artist, which is no wrong answer;
    /// else 0, `[n, n]`.
    left_out: Tensor<2>,
}

impl Matching {
    fn new(Pairs { tracks, artists, .. }: &Pairs, device: &Device) -> Self {
        let n = tracks.len();
        let matrix = |value: &dyn Fn(usize, usize) -> f32| {
            let values: Vec<f32> = (0..n * n).map(|i| value(i / n, i % n)).collect();
            Tensor::from_data(TensorData::new(values, [n, n]), device)
        };
        let partners = |i: usize, j: usize| i != j && tracks[i] == tracks[j];
        let left_out = |i: usize, j: usize| artists[i] == artists[j] && !partners(i, j);
        Self {
            partners: matrix(&|i, j| if partners(i, j) { 1.0 } else { 0.0 }),
            left_out: matrix(&|i, j| if left_out(i, j) { -1e4 } else { 0.0 }),
        }
    }
}

/// Cross entropy of finding a tile's partner among the tiles by other artists.
///
/// # Source
/// NT-Xent of T. Chen et al., *A Simple Framework for Contrastive Learning of Visual Representations*, 2020.
fn agreement(cosines: Tensor<2>, temperature: f64, matching: &Matching) -> Tensor<1> {
    let [n, _] = cosines.dims();
    let found = log_softmax(cosines / temperature + matching.left_out.clone(), 1) * matching.partners.clone();
    -found.sum() / n as f64
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::model::AutoencoderConfig;

    const SIDE: usize = 16;

    fn rows(values: &[[f32; 2]]) -> Tensor<2> {
        let flat: Vec<f32> = values.iter().flatten().copied().collect();
        Tensor::from_data(TensorData::new(flat, [values.len(), 2]), &Device::flex())
    }

    fn pairs(known: [f32; 4]) -> Pairs {
        let device = Device::flex();
        let tiles: Vec<f32> = (0..4 * SIDE * SIDE).map(|i| 0.5 + 0.5 * (i as f32 * 0.37).sin()).collect();
        Pairs {
            tracks: vec![0, 1, 0, 1],
            artists: vec![0, 1, 0, 1],
            tiles: Tensor::from_data(TensorData::new(tiles, [4, SIDE, SIDE]), &device),
            heard: rows(&[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0]]),
            known: Tensor::from_data(TensorData::new(known.to_vec(), [4, 1]), &device),
        }
    }

    fn number(tensor: Tensor<1>) -> f32 {
        tensor.into_scalar()
    }

    #[test]
    fn agreement_is_the_cross_entropy_of_the_partner() {
        let unit = [[1.0, 0.0], [0.6, 0.8], [0.8, 0.6], [0.0, 1.0]];
        let cosine = |i: usize, j: usize| unit[i][0] * unit[j][0] + unit[i][1] * unit[j][1];
        let weight = |i, j| f32::exp(cosine(i, j) / 0.5);
        let others = |i: usize| (0..4).filter(|&j| j != i).map(|j| weight(i, j)).sum::<f32>();
        let expected = (0..4).map(|i| -(weight(i, (i + 2) % 4) / others(i)).ln()).sum::<f32>() / 4.0;
        let matching = Matching::new(&pairs([0.0; 4]), &Device::flex());
        let found = number(agreement(cosines(rows(&unit)), 0.5, &matching));
        assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
    }

    #[test]
    fn another_recording_of_the_artist_is_no_wrong_answer() {
        let mut pairs = pairs([0.0; 4]);
        pairs.artists = vec![0; 4];
        let matching = Matching::new(&pairs, &Device::flex());
        let far = cosines(rows(&[[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]]));
        assert!(number(agreement(far, 0.5, &matching)).abs() < 1e-5);
    }

    #[test]
    fn relation_and_prediction_count_only_what_the_teacher_heard() {
        let all = pairs([1.0; 4]);
        let perfect = cosines(all.heard.clone());
        assert!(number(relation(perfect.clone(), &all)) < 1e-9);
        assert!(number(prediction(all.heard.clone(), &all)) < 1e-9);
        let first_two = pairs([1.0, 1.0, 0.0, 0.0]);
        let ours = perfect + 0.5;
        assert!((number(relation(ours, &first_two)) - 0.25).abs() < 1e-5);
        let off = rows(&[[2.0, 0.0], [0.0, 1.0], [9.0, 9.0], [9.0, 9.0]]);
        assert!((number(prediction(off, &first_two)) - 0.25).abs() < 1e-6);
    }

    #[test]
    fn a_taught_step_teaches_encoder_decoder_and_heads() {
        let device = Device::flex().autodiff();
        let mut listening = Listening::new();
        (listening.teacher, listening.redrawn) = (2, 2);
        let model = AutoencoderConfig::new()
            .with_side(SIDE)
            .with_time_filters([8, 8, 8, 8])
            .with_frequency_filters([8, 8, 8, 8])
            .with_decoder_filters([2, 3, 4, 4])
            .with_latents(3);
        let network = Network::new(&model, Some(&listening), 1, &device);
        let mut pairs = pairs([1.0; 4]);
        for tensor in [&mut pairs.heard, &mut pairs.known] {
            *tensor = Tensor::from_data(tensor.to_data(), &device);
        }
        pairs.tiles = Tensor::from_data(pairs.tiles.to_data(), &device);
        let (loss, mse) = network.listen(&pairs, &listening);
        assert!(number(loss.clone()) > number(mse));
        let gradients = loss.backward();
        let weights = [
            ("encoder", network.autoencoder.encoder.as_ref().unwrap().time.dense.weight.val()),
            ("decoder", network.autoencoder.decoder.dense.weight.val()),
            ("first head", network.heads[0].weight.val()),
            ("second head", network.heads[1].weight.val()),
        ];
        for (name, weight) in weights {
            let gradient = weight.grad(&gradients).expect("a gradient");
            assert!(gradient.abs().sum().into_scalar::<f32>() > 0.0, "{name}");
        }
    }
}
