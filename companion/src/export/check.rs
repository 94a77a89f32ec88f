//! Whether the exported graphs compute what the network in Burn does.

use anyhow::{Result, anyhow, ensure};
use burn::tensor::{Tensor, TensorData};
use tract_onnx::prelude::*;

use super::network;
use super::whitening::Whitening;
use crate::onnx::Precision;
use crate::train::model::{Autoencoder, AutoencoderConfig};

/// Largest difference of a latent or of a pixel with `f32` weights: sums are taken in another order.
pub const FULL_TOLERANCE: f32 = 1e-3;

/// Largest difference with weights rounded to `f16`, in standard deviations of a latent, or in brightness.
pub const HALF_TOLERANCE: f32 = 5e-2;

/// Compares both graphs in both precisions on `tiles` `[n, bands, columns]`, and prints the largest differences.
///
/// # Errors
/// When a difference is beyond its tolerance.
pub fn agreement(
    model: &Autoencoder,
    config: &AutoencoderConfig,
    whitening: &Whitening,
    tiles: &Tensor<3>,
) -> Result<()> {
    let latents = model.encode(tiles.clone());
    let whitened = whitened(&latents, whitening)?;
    let reconstruction = model.decoder.forward(latents);
    for (precision, tolerance) in [(Precision::Full, FULL_TOLERANCE), (Precision::Half, HALF_TOLERANCE)] {
        let encoder = network::encoder(model, config, whitening, precision)?.into_bytes(&[]);
        let decoder = network::decoder(model, config, whitening, precision)?.into_bytes(&[]);
        let latents = largest_difference(&whitened, &tract(&encoder, tiles)?)?;
        let pixels = largest_difference(&reconstruction, &tract(&decoder, &whitened)?)?;
        println!(
            "{precision:?} precision, Burn against tract: latents differ by {latents:.1e}, pixels by {pixels:.1e}"
        );
        ensure!(
            latents <= tolerance && pixels <= tolerance,
            "The exported graph differs by more than {tolerance:.0e}."
        );
    }
    Ok(())
}

/// Runs an ONNX file in tract.
///
/// # Errors
/// When the file does not load or run.
pub fn tract<const D: usize>(onnx_bytes: &[u8], input: &Tensor<D>) -> Result<Vec<f32>> {
    let shape = input.dims();
    let values = values(input)?;
    let plan = onnx()
        .model_for_read(&mut &*onnx_bytes)?
        .with_input_fact(0, f32::fact(shape).into())?
        .into_optimized()?
        .into_runnable()?;
    let output = plan.run(tvec!(tract_onnx::prelude::Tensor::from_shape(&shape, &values)?.into()))?;
    Ok(output[0].to_plain_array_view::<f32>()?.iter().copied().collect())
}

/// No number at all where any of the values is none.
fn largest_difference<const D: usize>(ours: &Tensor<D>, theirs: &[f32]) -> Result<f32> {
    let ours = values(ours)?;
    ensure!(ours.len() == theirs.len(), "The exported graph gives {} values instead of {}.", theirs.len(), ours.len());
    let differences = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
    Ok(differences.fold(0.0, |most, difference| if difference <= most { most } else { difference }))
}

fn whitened(latents: &Tensor<2>, whitening: &Whitening) -> Result<Tensor<2>> {
    let mut values = values(latents)?;
    whitening.apply(&mut values);
    Ok(Tensor::from_data(TensorData::new(values, latents.dims()), &latents.device()))
}

fn values<const D: usize>(tensor: &Tensor<D>) -> Result<Vec<f32>> {
    tensor.to_data().try_into_vec::<f32>().map_err(|error| anyhow!("A tensor cannot be read: {error:?}"))
}
