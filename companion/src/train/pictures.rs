//! A run to look at: how the loss fell, and what the decoder draws.

use anyhow::{Result, anyhow};
use burn::module::Module;
use burn::tensor::Tensor;
use plotters::prelude::*;
use png::ColorType;

use super::folder::RunFolder;
use super::metrics::{self, Row};
use super::model::Autoencoder;
use crate::catalogue::replace;
use crate::png_file;
use crate::svg::{BLUE, ORANGE, svg};

const CURVES_SIZE: (u32, u32) = (960, 540);

/// Tiles that are drawn again.
const MOST_TILES: usize = 8;

/// Writes `curves.svg`, once there is a curve, and `reconstructions.png`, where anything validates.
///
/// # Errors
/// When a picture cannot be drawn or written.
pub fn write(folder: &RunFolder, model: &Autoencoder, validation: &[Tensor<3>]) -> Result<()> {
    let rows = metrics::read(&folder.metrics())?;
    if rows.len() > 1 {
        replace(&folder.curves(), curves(&rows)?.as_bytes())?;
    }
    if let Some(tiles) = validation.first() {
        replace(&folder.reconstructions(), &reconstructions(model, tiles)?)?;
    }
    Ok(())
}

/// The loss above, the errors below, over steps.
fn curves(rows: &[Row]) -> Result<String> {
    let curve = |value: fn(&Row) -> Option<f64>| -> Vec<(f64, f64)> {
        rows.iter().filter_map(|row| Some((row.step as f64, value(row)?))).collect()
    };
    let panels = [
        ("loss", vec![(BLUE, curve(|row| row.training_loss))]),
        (
            "MSE: training blue, validation orange",
            vec![(BLUE, curve(|row| row.training_mse)), (ORANGE, curve(|row| row.validation_mse))],
        ),
    ];
    let last = rows.last().map_or(1.0, |row| row.step as f64);
    svg(CURVES_SIZE, |area| {
        for (panel, (title, curves)) in area.split_evenly((panels.len(), 1)).iter().zip(&panels) {
            let highest = curves.iter().flat_map(|(_, curve)| curve).map(|point| point.1).fold(1e-6, f64::max);
            let mut chart = ChartBuilder::on(panel)
                .margin(8)
                .caption(title, ("sans-serif", 14))
                .x_label_area_size(28)
                .y_label_area_size(56)
                .build_cartesian_2d(0.0..last, 0.0..highest)?;
            chart.configure_mesh().light_line_style(TRANSPARENT).x_desc("steps").draw()?;
            for (colour, curve) in curves {
                chart.draw_series(LineSeries::new(curve.iter().copied(), colour.stroke_width(2)))?;
            }
        }
        Ok(())
    })
}

/// Tiles side by side, and under each what the decoder makes of its latents, the highest band on top, in grey.
fn reconstructions(model: &Autoencoder, tiles: &Tensor<3>) -> Result<Vec<u8>> {
    let count = tiles.dims()[0].min(MOST_TILES);
    let tiles = tiles.clone().narrow(0, 0, count); // [count, bands, columns]
    let redrawn = model.valid().forward(tiles.clone());
    let columns = count * tiles.dims()[2];
    let rows = Tensor::cat(vec![redrawn, tiles], 1).flip([1]).swap_dims(0, 1); // [2 · bands, count, columns]
    let values = rows.into_data().try_into_vec::<f32>().map_err(|error| anyhow!("Tiles cannot be read: {error:?}"))?;
    let pixels: Vec<u8> = values.iter().map(|value| (255.0 * value.clamp(0.0, 1.0)).round() as u8).collect();
    png_file::encode(&pixels, columns, ColorType::Grayscale)
}
