//! Nearest neighbours among 8-bit codes, exactly, and among their signs, roughly.

pub mod dot;
mod nearest;
mod rescore;
mod signs;

pub(crate) use nearest::Nearest;
pub(crate) use rescore::CANDIDATES_EACH;
pub use rescore::coarse_top_k;
pub use signs::Signs;

use crate::error::{Error, Result, within};
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

/// The scores of consecutive rows for one of the queries of a scan.
#[derive(Debug)]
pub struct Scores<'a> {
    /// Which query.
    pub query: usize,
    /// The row of the first score.
    pub first_row: usize,
    /// A score a row.
    pub scores: &'a [f32],
}

/// The length of a row of codes of `dimension` values, as it is kept in memory and in a catalogue's shards.
pub fn stride(dimension: usize) -> usize {
    dimension.next_multiple_of(dot::ALIGNMENT)
}

impl Index {
    /// An index of `scales.len()` rows of `dimension` values each, given row by row.
    ///
    /// # Errors
    /// As [`Index::from_padded`].
    pub fn new(dimension: usize, codes: &[i8], scales: Vec<f32>) -> Result<Self> {
        check_shape(codes.len(), scales.len(), dimension)?;
        Self::from_padded(dimension, padded(dimension, codes), scales)
    }

    /// An index that takes over rows of [`stride`] values each, of which those beyond the dimension are zero.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when the lengths do not agree or a scale is not between 0 and 1, where those of all codes lie;
    /// [`Error::Limit`] beyond [`MOST_ROWS`].
    pub fn from_padded(dimension: usize, codes: Vec<i8>, scales: Vec<f32>) -> Result<Self> {
        check_shape(codes.len(), scales.len(), stride(dimension))?;
        if !scales.iter().all(|scale| *scale > 0.0 && *scale <= 1.0) {
            return Err(Error::Catalogue("a scale is not between 0 and 1".into()));
        }
        let rests = codes.chunks_exact(stride(dimension)).flat_map(|row| &row[dimension..]);
        if rests.copied().any(|value| value != 0) {
            return Err(Error::Catalogue("a row is longer than its dimension".into()));
        }
        Ok(Self { dimension, codes, scales })
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
        (row < self.len()).then(|| {
            let (values, scale) = self.row(row);
            Code { values: values.to_vec(), scale }
        })
    }

    fn row(&self, row: usize) -> (&[i8], f32) {
        let start = row * stride(self.dimension);
        (&self.codes[start..start + self.dimension], self.scales[row])
    }

    /// Calls `visit` with the scores of every row for every query: block by block of rows, in order, and of each block query
    /// by query.
    ///
    /// The score is `scale · query_scale · Σ code · query`, the sum being exact.
    ///
    /// # Panics
    /// When a query has another dimension than the index.
    pub fn scan(&self, queries: &[Code], mut visit: impl FnMut(Scores)) {
        let stride = stride(self.dimension);
        let padded: Vec<Vec<i8>> = queries.iter().map(|query| self.pad(query)).collect();
        let (mut sums, mut scores) = ([0; BLOCK], [0.0; BLOCK]);
        for (block, codes) in self.codes.chunks(BLOCK * stride).enumerate() {
            let first_row = block * BLOCK;
            let rows = codes.len() / stride;
            for (query, code) in queries.iter().enumerate() {
                dot::dot_rows(codes, &padded[query], &mut sums[..rows]);
                let scales = &self.scales[first_row..first_row + rows];
                for ((score, &sum), scale) in scores.iter_mut().zip(&sums).zip(scales) {
                    *score = sum as f32 * (scale * code.scale);
                }
                visit(Scores { query, first_row, scores: &scores[..rows] });
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
        let mut nearest = Nearest::new(k.min(self.len()));
        self.scan(core::slice::from_ref(query), |block| nearest.take_in(block.first_row, block.scores));
        nearest.into_sorted()
    }

    fn pad(&self, query: &Code) -> Vec<i8> {
        assert_eq!(query.values.len(), self.dimension, "the query's dimension");
        padded(self.dimension, &query.values)
    }
}

fn check_shape(values: usize, rows: usize, width: usize) -> Result<()> {
    within("rows", rows as u64, MOST_ROWS as u64)?;
    if width == 0 || rows.checked_mul(width) != Some(values) {
        return Err(Error::Catalogue(format!("{values} values are not {rows} rows of {width}")));
    }
    Ok(())
}

fn padded(dimension: usize, codes: &[i8]) -> Vec<i8> {
    let stride = stride(dimension);
    let mut padded = vec![0; codes.len() / dimension * stride];
    for (out, row) in padded.chunks_exact_mut(stride).zip(codes.chunks_exact(dimension)) {
        out[..dimension].copy_from_slice(row);
    }
    padded
}
