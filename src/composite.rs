//! The composite picture: mel spectrogram, MFCC and chromagram of one sound as the three colours of one picture.

use crate::mel::{MelFrontEnd, resize};
use crate::mfcc::N_MFCC;

/// A picture of three features, frame under frame.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | `pixels` | `[height, columns, 3]`, row by row from the top | 0 to 255 |
///
/// | colour | feature | top row | 0 | 255 |
/// |---|---|---|---|---|
/// | red | mel spectrogram | highest band | `top_db` below the maximum | the maximum |
/// | green | MFCC | highest of [`N_MFCC`] coefficients | the picture's lowest value | its highest |
/// | blue | chromagram | B | nothing | the frame's strongest pitch class |
#[derive(Debug, Clone, PartialEq)]
pub struct CompositeImage {
    /// Number of rows: the mel bands.
    pub height: usize,
    /// Number of columns: those of [`MelImage`](crate::MelImage), 512 for 30 s.
    pub columns: usize,
    /// Red, green and blue of each pixel.
    pub pixels: Vec<u8>,
}

impl MelFrontEnd {
    /// The composite picture of `samples`; every target computes the same bits.
    ///
    /// Each feature is scaled to 0…1, resized as [`MelSpectrogram::image`](crate::MelSpectrogram::image) does along time, in
    /// the same way to as many rows as there are bands, and rounded to 8 bits.
    ///
    /// # Examples
    /// ```
    /// use sonoscape::{MelConfig, MelFrontEnd};
    /// let tone: Vec<f32> = (0..661_500).map(|n| (n as f32 * 0.1254).sin()).collect();
    /// let picture = MelFrontEnd::new(&MelConfig::default())?.composite(&tone);
    /// assert_eq!((picture.height, picture.columns), (128, 512));
    /// # Ok::<(), sonoscape::Error>(())
    /// ```
    ///
    /// # Source
    /// `PIL.Image.resize(…, BILINEAR)` on floats, Pillow 13, of librosa's features. Golden: `tests/golden/composite.npy`.
    pub fn composite(&mut self, samples: &[f32]) -> CompositeImage {
        let (mel, chroma) = self.log_mel_and_chroma(samples);
        let (height, frames) = (mel.bands, mel.frames);
        let image = mel.image();
        let mfcc = resize(&from_lowest_to_highest(mel.mfcc(N_MFCC).values), frames, height);
        let chroma = resize(&chroma.values, frames, height);

        let rows = (0..height).rev().flat_map(|row| row * image.columns..(row + 1) * image.columns);
        let levels = rows.flat_map(|i| [image.values[i], mfcc[i], chroma[i]]);
        let pixels = levels.map(|level| (255.0 * level).round() as u8).collect();
        CompositeImage { height, columns: image.columns, pixels }
    }
}

fn from_lowest_to_highest(mut values: Vec<f32>) -> Vec<f32> {
    let lowest = values.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let range = (highest - lowest).max(f32::MIN_POSITIVE);
    for value in &mut values {
        *value = (*value - lowest) / range;
    }
    values
}
