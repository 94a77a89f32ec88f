//! From an embedding to 8-bit numbers and back.

use crate::encoder::Embedding;

/// Largest magnitude of a code's value.
const LARGEST: f32 = 127.0;

/// An embedding in 8 bits a dimension: value `i` of the [`rotate`]d embedding is `values[i] · scale`, and together these have unit
/// length.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// −127 to 127, shape `[dimension]`.
    pub values: Vec<i8>,
    /// What one step of a value is worth.
    pub scale: f32,
}

/// Rotates the embedding and rounds each value to the nearest of 255 steps between ± the largest magnitude.
///
/// The scale is one over the length of the rounded vector, so that the inner product of two codes is a cosine: of a code with
/// itself it is 1.
pub fn quantize(embedding: &Embedding) -> Code {
    let rotated = rotated(embedding);
    let largest = rotated.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let step = largest / LARGEST;
    let values: Vec<i8> = rotated.iter().map(|value| (value / step).round() as i8).collect();
    let squares: i32 = values.iter().map(|&value| i32::from(value) * i32::from(value)).sum();
    Code { values, scale: 1.0 / (squares as f32).sqrt() }
}

/// Rotates a vector so that no value is much larger than the others, by the normalised Walsh–Hadamard matrix; twice is not at all.
///
/// Codes then have smaller steps, and their signs say more. A vector whose length is no power of two is rotated in blocks of the
/// largest power of two that divides it.
///
/// # Source
/// As in QuIP# (Tseng et al., ICML 2024), without its random signs.
pub fn rotate(values: &mut [f32]) {
    let block = 1 << values.len().trailing_zeros().min(usize::BITS - 1);
    for values in values.chunks_exact_mut(block) {
        let mut half = 1;
        while half < block {
            for pair in values.chunks_exact_mut(2 * half) {
                let (left, right) = pair.split_at_mut(half);
                for (a, b) in left.iter_mut().zip(right) {
                    (*a, *b) = (*a + *b, *a - *b);
                }
            }
            half *= 2;
        }
        let norm = (block as f32).sqrt();
        values.iter_mut().for_each(|value| *value /= norm);
    }
}

/// The values of an embedding as codes see them.
pub(crate) fn rotated(embedding: &Embedding) -> Vec<f32> {
    let mut values = embedding.as_slice().to_vec();
    rotate(&mut values);
    values
}

impl Code {
    /// The values of the embedding that the code stands for.
    pub fn dequantize(&self) -> Vec<f32> {
        let mut values: Vec<f32> = self.values.iter().map(|&value| f32::from(value) * self.scale).collect();
        rotate(&mut values);
        values
    }
}
