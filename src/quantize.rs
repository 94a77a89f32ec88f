//! From an embedding to 8-bit numbers and back.

use crate::encoder::Embedding;

/// Largest magnitude of a code's value.
const LARGEST: f32 = 127.0;

/// An embedding in 8 bits a dimension: value `i` stands for `values[i] · scale`.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// −127 to 127, shape `[dimension]`.
    pub values: Vec<i8>,
    /// What one step of a value is worth.
    pub scale: f32,
}

/// Rounds each value to the nearest of 255 steps between ± the largest magnitude.
///
/// Each value is off by at most half a step, `scale / 2`.
pub fn quantize(embedding: &Embedding) -> Code {
    let largest = embedding.as_slice().iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let scale = largest / LARGEST;
    let values = embedding.as_slice().iter().map(|value| (value / scale).round() as i8).collect();
    Code { values, scale }
}

impl Code {
    /// The values that the code stands for.
    pub fn dequantize(&self) -> Vec<f32> {
        self.values.iter().map(|&value| f32::from(value) * self.scale).collect()
    }
}
