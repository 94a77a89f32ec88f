use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::check::{FULL_TOLERANCE, agreement, tract};
use super::network;
use super::whitening::{SHRINKAGE, Whitening};
use crate::onnx::Precision;
use crate::train::model::{Autoencoder, AutoencoderConfig, Descriptors, Pooling};

fn tiny() -> AutoencoderConfig {
    AutoencoderConfig::new()
        .with_side(32)
        .with_time_filters([4, 5, 6, 7])
        .with_frequency_filters([3, 4, 5, 6])
        .with_decoder_filters([3, 4, 5, 6])
        .with_latents(6)
}

fn pooled() -> AutoencoderConfig {
    tiny().with_pooling(Some(Pooling::new().with_window(8).with_summary(5)))
}

fn described() -> AutoencoderConfig {
    let descriptors = Descriptors::new().with_bands(24).with_coefficients(1).with_groups(1);
    pooled().with_descriptors(Some(descriptors))
}

fn basic() -> AutoencoderConfig {
    tiny().with_basic_filters(Some([3, 4, 5, 6]))
}

/// A network that has seen `tiles` often enough for its batch norms to know them.
fn settled(config: &AutoencoderConfig) -> Autoencoder {
    let device = Device::flex().autodiff();
    let model = config.init(3, &device);
    let tiles = Tensor::from_data(tiles(3).to_data(), &device);
    (0..60).for_each(|_| drop(model.forward(tiles.clone())));
    model.valid()
}

fn whitening(config: &AutoencoderConfig) -> Whitening {
    let latent = |row: usize, i: usize| ((row * (i + 2)) as f64).sin() + 0.3 * (row as f64).cos() + i as f64;
    let rows: Vec<Vec<f64>> = (0..40).map(|row| (0..12).map(|i| latent(row, i)).collect()).collect();
    Whitening::measure(&rows, &rows, config.group(), SHRINKAGE)
}

/// Tiles of sines, `[count, 32, 32]`.
fn tiles(count: usize) -> Tensor<3> {
    let values: Vec<f32> =
        (0..count * 32 * 32).map(|i| 0.5 + 0.5 * (0.013 * (i * (1 + i / 700)) as f32).sin()).collect();
    Tensor::from_data(TensorData::new(values, [count, 32, 32]), &Device::flex())
}

#[test]
fn exported_graphs_agree_with_burn_in_tract() {
    for config in [tiny(), pooled(), described(), basic()] {
        agreement(&settled(&config), &config, &whitening(&config), &tiles(3)).unwrap();
    }
}

#[test]
fn the_first_half_of_the_latents_is_the_time_branchs() {
    let mut model = tiny().init(3, &Device::flex());
    let dense = &mut model.encoder.as_mut().unwrap().time.dense;
    dense.weight = dense.weight.clone().map(|weight| weight.zeros_like());
    let onnx = network::encoder(&model, &tiny(), &Whitening::none(6, 2), Precision::Full).unwrap().into_bytes(&[]);
    let latents = tract(&onnx, &tiles(2)).unwrap();
    let (one, other) = latents.split_at(12);
    assert!(one[..6] == other[..6]);
    assert!(one[6..] != other[6..]);
}

#[test]
fn half_precision_halves_the_file() {
    let model = AutoencoderConfig::new().init(3, &Device::flex());
    let none = Whitening::none(128, 2);
    let bytes = |precision| {
        network::encoder(&model, &AutoencoderConfig::new(), &none, precision).unwrap().into_bytes(&[]).len()
    };
    assert!(bytes(Precision::Half) < 2_050_000 && bytes(Precision::Full) > 3_900_000);
}

/// `cargo xtask bench` installs onnxruntime there; without it nothing is compared.
fn python_with_onnxruntime() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/peers/python/bin/python");
    let found = Command::new(&python).args(["-c", "import onnxruntime"]).status();
    found.is_ok_and(|status| status.success()).then_some(python)
}

fn onnxruntime<const D: usize>(python: &Path, onnx: &[u8], input: &Tensor<D>) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name| folder.path().join(name);
    let values = input.to_data().try_into_vec::<f32>().unwrap();
    fs::write(path("model.onnx"), onnx).unwrap();
    fs::write(path("input.f32"), values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run_onnx.py");
    let arguments = [script, path("model.onnx"), path("input.f32"), path("output.f32")];
    let shape = input.dims().map(|size| size.to_string());
    assert!(Command::new(python).args(arguments).args(shape).status().unwrap().success());
    let output = fs::read(path("output.f32")).unwrap();
    output.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

#[test]
fn exported_graphs_agree_with_tract_in_onnxruntime() {
    let Some(python) = python_with_onnxruntime() else {
        eprintln!("no Python with onnxruntime under target/peers: nothing compared");
        return;
    };
    let tiles = tiles(3);
    let latents = tiles.clone().slice([0..3, 0..1, 0..12]).squeeze_dim::<2>(1);
    let networks = [tiny(), pooled(), described(), basic()].into_iter();
    for (config, precision) in
        networks.flat_map(|config| [(config.clone(), Precision::Full), (config, Precision::Half)])
    {
        let model = settled(&config);
        let encoder = network::encoder(&model, &config, &whitening(&config), precision).unwrap().into_bytes(&[]);
        let decoder = network::decoder(&model, &config, &whitening(&config), precision).unwrap().into_bytes(&[]);
        let pairs = [
            (tract(&encoder, &tiles).unwrap(), onnxruntime(&python, &encoder, &tiles)),
            (tract(&decoder, &latents).unwrap(), onnxruntime(&python, &decoder, &latents)),
        ];
        for (ours, theirs) in pairs {
            assert_eq!(ours.len(), theirs.len());
            let difference = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(difference <= FULL_TOLERANCE, "{precision:?}: {difference:e}");
        }
    }
}
