//! From an embedding to 8-bit numbers and back.

use crate::encoder::Embedding;

/// Largest magnitude of a code's value.
const LARGEST: f32 = 127.0;

/// An embedding in 8 bits a dimension: value `i` stands for `values[i] · scale`, and together they have unit length again.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// −127 to 127, shape `[dimension]`.
    pub values: Vec<i8>,
    /// What one step of a value is worth.
    pub scale: f32,
}

/// Rounds each value to the nearest of 255 steps between ± the largest magnitude.
///
/// The scale is one over the length of the rounded vector, so that the inner product of two codes is a cosine: of a code with
/// itself it is 1.
pub fn quantize(embedding: &Embedding) -> Code {
    let largest = embedding.as_slice().iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let step = largest / LARGEST;
    let values: Vec<i8> = embedding.as_slice().iter().map(|value| (value / step).round() as i8).collect();
    let squares: i32 = values.iter().map(|&value| i32::from(value) * i32::from(value)).sum();
    Code { values, scale: 1.0 / (squares as f32).sqrt() }
}

impl Code {
    /// The values that the code stands for.
    pub fn dequantize(&self) -> Vec<f32> {
        self.values.iter().map(|&value| f32::from(value) * self.scale).collect()
    }
}
