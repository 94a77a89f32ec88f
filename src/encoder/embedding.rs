//! An embedding: a direction in the space of sounds.

use crate::error::{Error, Result};

/// A vector of unit length; the nearer two sounds are, the larger the cosine of the angle between their embeddings.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// Scales `values` to unit length.
    ///
    /// # Errors
    /// [`Error::Encoder`] when the values have no direction: all zero, or not finite.
    pub fn from_slice(values: &[f32]) -> Result<Self> {
        let length = norm(values);
        if length > 0.0 && length.is_finite() {
            Ok(Self(values.iter().map(|value| value / length).collect()))
        } else {
            Err(Error::Encoder("it gave an embedding without direction".into()))
        }
    }

    /// The mean direction of several embeddings.
    ///
    /// # Errors
    /// [`Error::Encoder`] when there are none, or they cancel each other.
    pub fn mean(embeddings: &[Self]) -> Result<Self> {
        Self::blend(&embeddings.iter().map(|embedding| (embedding, 1.0)).collect::<Vec<_>>())
    }

    /// The direction of a weighted sum: near it lies what sounds like those with positive weights and unlike those with negative
    /// ones.
    ///
    /// # Errors
    /// As [`Embedding::mean`], and [`Error::Encoder`] when their dimensions differ.
    pub fn blend(parts: &[(&Self, f32)]) -> Result<Self> {
        let mut sum = vec![0.0; parts.first().map_or(0, |(embedding, _)| embedding.dimension())];
        if parts.iter().any(|(embedding, _)| embedding.dimension() != sum.len()) {
            return Err(Error::Encoder("embeddings of several dimensions cannot be blended".into()));
        }
        for (embedding, weight) in parts {
            for (total, value) in sum.iter_mut().zip(&embedding.0) {
                *total += weight * value;
            }
        }
        Self::from_slice(&sum)
    }

    /// Its values, shape `[dimension]`.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// How many values it has.
    pub fn dimension(&self) -> usize {
        self.0.len()
    }

    /// Cosine of the angle to `other`, −1 to 1.
    pub fn cosine(&self, other: &Self) -> f32 {
        cosine(&self.0, &other.0)
    }
}

/// Cosine of the angle between two vectors; 0 where one has no direction.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    let lengths = norm(a) * norm(b);
    if lengths > 0.0 { (dot / lengths).clamp(-1.0, 1.0) } else { 0.0 }
}

fn norm(values: &[f32]) -> f32 {
    values.iter().map(|value| value * value).sum::<f32>().sqrt()
}
