//! The picture that the encoder sees: a mel spectrogram at the reference system's columns a second.

use super::MelSpectrogram;

/// Frames that become [`COLUMNS`] columns: 1 292 frames of a 30 s excerpt become 512 columns.
const FRAMES: usize = 323;

/// See [`FRAMES`].
const COLUMNS: usize = 128;

/// Frames that one column stands for.
pub(crate) const FRAMES_PER_COLUMN: f32 = FRAMES as f32 / COLUMNS as f32;

/// A log-mel spectrogram as brightness, resized along time.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | `values` | `[bands, columns]`, row by row, lowest band first | 0 (`top_db` below the maximum) to 1 (the maximum) |
#[derive(Debug, Clone, PartialEq)]
pub struct MelImage {
    /// Number of mel bands.
    pub bands: usize,
    /// Number of columns, about 17 a second.
    pub columns: usize,
    /// Brightness, band by band.
    pub values: Vec<f32>,
    /// Length in seconds of the sound it shows.
    pub seconds: f32,
}

impl MelSpectrogram {
    /// Resizes along time and maps −`top_db`…0 dB to 0…1.
    ///
    /// Each column is the mean of the frames under a triangle of twice the column's width: linear interpolation with
    /// anti-aliasing. Columns have a fixed width, so a longer excerpt has more of them.
    ///
    /// # Source
    /// `PIL.Image.resize(…, BILINEAR)` on floats, Pillow 13.
    pub fn image(&self) -> MelImage {
        let columns = (self.frames * COLUMNS / FRAMES).max(1);
        let weights: Vec<Triangle> = (0..columns).map(|column| Triangle::new(column, self.frames)).collect();
        let mut values = Vec::with_capacity(self.bands * columns);
        for row in self.values.chunks_exact(self.frames) {
            values.extend(weights.iter().map(|triangle| (1.0 + triangle.mean(row) / self.top_db).clamp(0.0, 1.0)));
        }
        MelImage { bands: self.bands, columns, values, seconds: self.seconds }
    }
}

impl MelImage {
    /// Copies `width` columns from column `offset` on to `tile`, shape `[bands, width]`.
    ///
    /// # Panics
    /// When the columns asked for are not all there, or `tile` has another length.
    pub fn copy_tile(&self, offset: usize, width: usize, tile: &mut [f32]) {
        assert_eq!(tile.len(), self.bands * width, "the tile's length");
        for (out, row) in tile.chunks_exact_mut(width).zip(self.values.chunks_exact(self.columns)) {
            out.copy_from_slice(&row[offset..offset + width]);
        }
    }
}

struct Triangle {
    first: usize,
    weights: Vec<f32>,
}

impl Triangle {
    fn new(column: usize, frames: usize) -> Self {
        let scale = FRAMES as f64 / COLUMNS as f64;
        let centre = (column as f64 + 0.5) * scale;
        let first = (centre - scale + 0.5).max(0.0) as usize;
        let end = ((centre + scale + 0.5) as usize).min(frames);
        let weights: Vec<f64> =
            (first..end).map(|frame| (1.0 - ((frame as f64 + 0.5 - centre) / scale).abs()).max(0.0)).collect();
        let total: f64 = weights.iter().sum();
        Self { first, weights: weights.into_iter().map(|weight| (weight / total) as f32).collect() }
    }

    fn mean(&self, row: &[f32]) -> f32 {
        self.weights.iter().zip(&row[self.first..]).map(|(weight, value)| weight * value).sum()
    }
}
