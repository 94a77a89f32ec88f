//! Exact nearest neighbours among 8-bit codes.

pub mod dot;

use crate::error::{Error, Result};
use crate::quantize::Code;

/// Most rows of an index.
pub const MOST_ROWS: usize = 1 << 24;

/// Rows whose scores are computed at a time.
const BLOCK: usize = 1024;

/// Codes in one stretch of memory, searched one after another.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | codes | `[rows, stride]`, the stride being the dimension rounded up to [`dot::ALIGNMENT`] and filled with zeros | steps |
/// | scales | `[rows]` | worth of one step |
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    dimension: usize,
    codes: Vec<i8>,
    scales: Vec<f32>,
}

/// A row and how near it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// The row of the index.
    pub row: usize,
    /// Inner product with the query, which for unit vectors is the cosine: higher is nearer.
    pub score: f32,
}

impl Index {
    /// An index of `scales.len()` rows of `dimension` values each, given row by row.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when the lengths do not agree or a scale is not between 0 and 1, where those of all codes lie;
    /// [`Error::Limit`] beyond [`MOST_ROWS`].
    pub fn new(dimension: usize, codes: &[i8], scales: Vec<f32>) -> Result<Self> {
        let rows = scales.len();
        if rows > MOST_ROWS {
            return Err(Error::Limit { what: "rows", found: rows as u64, limit: MOST_ROWS as u64 });
        }
        if dimension == 0 || rows.checked_mul(dimension) != Some(codes.len()) {
            let values = codes.len();
            return Err(Error::Catalogue(format!("{values} values are not {rows} rows of {dimension}")));
        }
        if !scales.iter().all(|scale| *scale > 0.0 && *scale <= 1.0) {
            return Err(Error::Catalogue("a scale is not between 0 and 1".into()));
        }
        Ok(Self { dimension, codes: with_stride(dimension, codes), scales })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// Length of a row.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The code of `row`, or none beyond the last.
    pub fn code(&self, row: usize) -> Option<Code> {
        let stride = self.dimension.next_multiple_of(dot::ALIGNMENT);
        let scale = *self.scales.get(row)?;
        let values = self.codes.get(row * stride..row * stride + self.dimension)?;
        Some(Code { values: values.to_vec(), scale })
    }

    /// Calls `visit` with every row and its score, in order of rows.
    ///
    /// The score is `scale · query_scale · Σ code · query`, the sum being exact.
    ///
    /// # Panics
    /// When the query has another dimension than the index.
    pub fn scan(&self, query: &Code, mut visit: impl FnMut(Neighbour)) {
        assert_eq!(query.values.len(), self.dimension, "the query's dimension");
        let query_values = with_stride(self.dimension, &query.values);
        let stride = query_values.len();
        let mut sums = [0; BLOCK];
        for (block, codes) in self.codes.chunks(BLOCK * stride).enumerate() {
            let sums = &mut sums[..codes.len() / stride];
            dot::dot_rows(codes, &query_values, sums);
            for (i, &sum) in sums.iter().enumerate() {
                let row = block * BLOCK + i;
                visit(Neighbour { row, score: sum as f32 * (self.scales[row] * query.scale) });
            }
        }
    }

    /// The `k` nearest rows, nearest first; of rows that are equally near, the earlier one first.
    ///
    /// # Panics
    /// As [`Index::scan`].
    ///
    /// # Examples
    /// ```
    /// use sonoscape::{Code, Index};
    /// let index = Index::new(2, &[127, 0, 0, 127], vec![0.01, 0.01])?;
    /// let query = Code { values: vec![3, 90], scale: 0.01 };
    /// assert_eq!(index.top_k(&query, 1)[0].row, 1);
    /// # Ok::<(), sonoscape::Error>(())
    /// ```
    pub fn top_k(&self, query: &Code, k: usize) -> Vec<Neighbour> {
        let mut nearest: Vec<Neighbour> = Vec::with_capacity(k.min(self.len()) + 1);
        self.scan(query, |neighbour| {
            if nearest.len() == k && nearest.last().is_none_or(|last| neighbour.score <= last.score) {
                return;
            }
            let place = nearest.partition_point(|other| other.score >= neighbour.score);
            nearest.insert(place, neighbour);
            nearest.truncate(k);
        });
        nearest
    }
}

fn with_stride(dimension: usize, codes: &[i8]) -> Vec<i8> {
    let stride = dimension.next_multiple_of(dot::ALIGNMENT);
    let mut padded = vec![0; codes.len() / dimension * stride];
    for (out, row) in padded.chunks_exact_mut(stride).zip(codes.chunks_exact(dimension)) {
        out[..dimension].copy_from_slice(row);
    }
    padded
}
