//! A dropped sound, as it is shown and played.

use crate::protocol::Picture;

/// A sound with its picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// The file's name.
    pub name: String,
    /// Address that it can be played from.
    pub url: String,
    /// Length in seconds.
    pub duration_s: f64,
    /// Root mean square of each column of the waveform.
    pub loudness: Vec<f32>,
    /// Its mel spectrogram.
    pub spectrogram: Spectrogram,
}

/// A mel spectrogram in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrogram {
    /// Number of mel bands.
    pub bands: usize,
    /// Number of columns.
    pub columns: usize,
    /// Shape `[bands, columns]`, lowest band first; 0 is 80 dB below the maximum, 255 the maximum.
    pub levels: Vec<u8>,
    /// Centre frequency of each band in Hz, shape `[bands]`.
    pub band_hz: Vec<f32>,
}

impl Sound {
    /// The sound that the worker drew.
    pub fn new(name: String, url: String, picture: Picture) -> Self {
        let spectrogram = Spectrogram {
            bands: picture.bands as usize,
            columns: picture.columns as usize,
            levels: picture.levels.to_vec(),
            band_hz: picture.band_hz,
        };
        Self { name, url, duration_s: f64::from(picture.duration_s), loudness: picture.loudness, spectrogram }
    }
}
