//! Signs of codes: one bit a value, enough for a first look.

use super::dot::differing::{PLANES, WORD, differing_rows};
use super::{BLOCK, Scores};
use crate::error::{Error, Result};
use crate::quantize::Code;

/// The highest level of a value of the query.
const TOP_LEVEL: f32 = ((1 << PLANES) - 1) as f32;

/// The expected cosine of a direction and its signs, √(2/π).
const COSINE_OF_SIGNS: f32 = 0.797_884_6;

/// The signs of codes, row by row.
///
/// # Shapes and units
/// | value | shape |
/// |---|---|
/// | signs | `[rows, stride]` bytes; bit `i % 8` of byte `i / 8`, lowest first, is set where value `i` of the code is not negative |
///
/// # Source
/// The estimate follows Gao and Long, *RaBitQ* (SIGMOD 2024), with the rotation of [`crate::quantize::rotate`].
#[derive(Debug, Clone, PartialEq)]
pub struct Signs {
    dimension: usize,
    bits: Vec<u8>,
}

impl Signs {
    /// Length in bytes of the signs of a code of `dimension` values.
    pub fn stride(dimension: usize) -> usize {
        dimension.div_ceil(8).next_multiple_of(WORD)
    }

    /// The signs of one code, `[stride]` bytes.
    pub fn of(values: &[i8]) -> Vec<u8> {
        let mut bits = vec![0; Self::stride(values.len())];
        for (i, _) in values.iter().enumerate().filter(|(_, value)| **value >= 0) {
            bits[i / 8] |= 1 << (i % 8);
        }
        bits
    }

    /// Takes over rows of [`Signs::stride`] bytes each.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when the bytes are not whole rows.
    pub fn new(dimension: usize, bits: Vec<u8>) -> Result<Self> {
        if dimension == 0 || !bits.len().is_multiple_of(Self::stride(dimension)) {
            return Err(Error::Catalogue(format!("{} bytes are not signs of {dimension} values", bits.len())));
        }
        Ok(Self { dimension, bits })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.bits.len() / Self::stride(self.dimension)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// As [`super::Index::scan`], with an estimate of each cosine.
    ///
    /// # Panics
    /// When a query has another dimension than the signs.
    pub fn scan(&self, queries: &[Code], mut visit: impl FnMut(Scores)) {
        let stride = Self::stride(self.dimension);
        let planes: Vec<Planes> = queries.iter().map(|query| Planes::new(query, self.dimension)).collect();
        let (mut sums, mut scores) = ([0; BLOCK], [0.0; BLOCK]);
        for (block, bits) in self.bits.chunks(BLOCK * stride).enumerate() {
            let rows = bits.len() / stride;
            for (query, planes) in planes.iter().enumerate() {
                differing_rows(bits, &planes.words, &mut sums[..rows]);
                for (score, &sum) in scores.iter_mut().zip(&sums[..rows]) {
                    *score = planes.estimate(sum);
                }
                visit(Scores { query, first_row: block * BLOCK, scores: &scores[..rows] });
            }
        }
    }
}

/// A query in [`PLANES`] bits a value, bit by bit: plane `b` holds bit `b` of every value.
///
/// A value of level `u` stands for `(u − 7.5) · width`, which is `Σ_b 2^(b−1) · ±1 · width` with the signs of its bits. So its
/// inner product with a row of signs is a sum of inner products of signs, and each of these counts the bits that differ.
struct Planes {
    /// Word by word, each with its planes.
    words: Vec<[u64; PLANES]>,
    /// The estimate of a row none of whose bits differ.
    most: f32,
    /// What each differing bit of plane 0 takes away.
    step: f32,
}

impl Planes {
    fn new(query: &Code, dimension: usize) -> Self {
        assert_eq!(query.values.len(), dimension, "the query's dimension");
        let largest = query.values.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0).max(1);
        let width = 2.0 * f32::from(largest) / TOP_LEVEL;
        let mut words = vec![[0; PLANES]; Signs::stride(dimension) / WORD];
        for (i, value) in query.values.iter().enumerate() {
            let level = (f32::from(*value) / width + TOP_LEVEL / 2.0).round() as u64;
            for (bit, plane) in words[i / 64].iter_mut().enumerate() {
                *plane |= (level >> bit & 1) << (i % 64);
            }
        }
        let step = width * query.scale / ((dimension as f32).sqrt() * COSINE_OF_SIGNS);
        Self { words, most: dimension as f32 * TOP_LEVEL / 2.0 * step, step }
    }

    fn estimate(&self, differing: i32) -> f32 {
        (self.most - differing as f32 * self.step).clamp(-1.0, 1.0)
    }
}
