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
        let brightness = |decibels: f32| (1.0 + decibels / self.top_db).clamp(0.0, 1.0);
        let values: Vec<f32> = resize_time(&self.values, self.frames).into_iter().map(brightness).collect();
        MelImage { bands: self.bands, columns: columns(self.frames), values, seconds: self.seconds }
    }
}

impl MelImage {
    /// How far `other` is from this picture: the mean squared difference of their brightness, 0 to 1.
    ///
    /// # Panics
    /// When they are not equally large.
    pub fn mean_squared_error(&self, other: &Self) -> f32 {
        assert_eq!((self.bands, self.columns), (other.bands, other.columns), "the pictures' sizes");
        let squares = self.values.iter().zip(&other.values).map(|(a, b)| (a - b) * (a - b));
        squares.sum::<f32>() / self.values.len() as f32
    }

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

/// Resizes rows of `frames` values along time, as [`MelSpectrogram::image`] does, and their number to `height`.
pub(crate) fn resize(values: &[f32], frames: usize, height: usize) -> Vec<f32> {
    let rows = values.len() / frames;
    let columns = columns(frames);
    let narrow = resize_time(values, frames);
    let scale = rows as f64 / height as f64;
    let mut resized = Vec::with_capacity(height * columns);
    for row in 0..height {
        let triangle = Triangle::new(row, scale, rows);
        resized.extend((0..columns).map(|column| triangle.mean(narrow[column..].iter().step_by(columns))));
    }
    resized
}

fn resize_time(values: &[f32], frames: usize) -> Vec<f32> {
    let scale = f64::from(FRAMES_PER_COLUMN);
    let triangles: Vec<Triangle> = (0..columns(frames)).map(|column| Triangle::new(column, scale, frames)).collect();
    let rows = values.chunks_exact(frames);
    rows.flat_map(|row| triangles.iter().map(|triangle| triangle.mean(row.iter()))).collect()
}

fn columns(frames: usize) -> usize {
    (frames * COLUMNS / FRAMES).max(1)
}

/// The weights of one output value: a triangle over the inputs it covers, never narrower than their distance.
struct Triangle {
    first: usize,
    weights: Vec<f32>,
}

impl Triangle {
    /// For output `index`, each `scale` of `length` inputs wide.
    fn new(index: usize, scale: f64, length: usize) -> Self {
        let centre = (index as f64 + 0.5) * scale;
        let reach = scale.max(1.0);
        let first = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(length);
        let weights: Vec<f64> =
            (first..end).map(|input| (1.0 - ((input as f64 + 0.5 - centre) / reach).abs()).max(0.0)).collect();
        let total: f64 = weights.iter().sum();
        Self { first, weights: weights.into_iter().map(|weight| (weight / total) as f32).collect() }
    }

    fn mean<'a>(&self, inputs: impl Iterator<Item = &'a f32>) -> f32 {
        self.weights.iter().zip(inputs.skip(self.first)).map(|(weight, value)| weight * value).sum()
    }
}
