//! Second looks: the candidates of a rougher search, scored anew.

use super::{Index, Nearest, Neighbour, Signs};
use crate::encoder::Embedding;
use crate::quantize::{quantize, rotated};

/// Candidates of a search by codes for each neighbour that is asked for.
pub(crate) const CANDIDATES_EACH: usize = 4;

impl Index {
    /// The `k` nearest rows to a query that is not rounded: [`Index::top_k`] finds candidates, [`Index::rescore`] orders them.
    ///
    /// # Panics
    /// As [`Index::scan`].
    pub fn nearest(&self, query: &Embedding, k: usize) -> Vec<Neighbour> {
        let candidates = self.top_k(&quantize(query), k.saturating_mul(CANDIDATES_EACH));
        self.rescore(query, candidates, k)
    }

    /// The `k` nearest of `candidates` by the cosine of the query with what their codes stand for, nearest first; of rows that
    /// are equally near, the earlier one first.
    ///
    /// # Panics
    /// When the query has another dimension than the index, or a candidate is beyond the last row.
    pub fn rescore(&self, query: &Embedding, mut candidates: Vec<Neighbour>, k: usize) -> Vec<Neighbour> {
        assert_eq!(query.dimension(), self.dimension, "the query's dimension");
        let query = rotated(query);
        for candidate in &mut candidates {
            let (values, scale) = self.row(candidate.row);
            let sum: f32 = values.iter().zip(&query).map(|(&value, other)| f32::from(value) * other).sum();
            candidate.score = sum * scale;
        }
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
        candidates.truncate(k);
        candidates
    }
}

/// The `k` nearest of the `candidates` rows that are nearest by their signs, [rescored](Index::rescore) by their codes.
///
/// # Panics
/// When the query has another dimension than the signs or the index, or there are more signs than codes.
pub fn coarse_top_k(signs: &Signs, index: &Index, query: &Embedding, k: usize, candidates: usize) -> Vec<Neighbour> {
    let mut nearest = Nearest::new(candidates.min(signs.len()));
    signs.scan(&[quantize(query)], |block| nearest.take_in(block.first_row, block.scores));
    index.rescore(query, nearest.into_sorted(), k)
}
