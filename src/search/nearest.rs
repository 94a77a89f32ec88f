//! The best of many scores.

use super::Neighbour;

/// Scores that are looked at together, because hardly any of them is among the best.
const STRETCH: usize = 64;

/// The `k` best rows seen so far, nearest first.
#[derive(Debug)]
pub(crate) struct Nearest {
    k: usize,
    best: Vec<Neighbour>,
}

impl Nearest {
    pub(crate) fn new(k: usize) -> Self {
        Self { k, best: Vec::with_capacity(k + 1) }
    }

    /// Takes in the scores of the rows from `first_row` on; rows come in order.
    pub(crate) fn take_in(&mut self, first_row: usize, scores: &[f32]) {
        for (stretch, scores) in scores.chunks(STRETCH).enumerate() {
            if any_above(scores, self.bar()) {
                self.take_each_in(first_row + stretch * STRETCH, scores);
            }
        }
    }

    fn take_each_in(&mut self, first_row: usize, scores: &[f32]) {
        for (i, &score) in scores.iter().enumerate() {
            if score > self.bar() {
                let place = self.best.partition_point(|other| other.score >= score);
                self.best.insert(place, Neighbour { row: first_row + i, score });
                self.best.truncate(self.k);
            }
        }
    }

    /// What a score must be above to be among the best.
    fn bar(&self) -> f32 {
        let worst = self.best.last().map_or(f32::INFINITY, |worst| worst.score);
        if self.best.len() < self.k { f32::NEG_INFINITY } else { worst }
    }

    pub(crate) fn into_sorted(self) -> Vec<Neighbour> {
        self.best
    }
}

/// Looks at all of them, which is quicker than to stop at the first.
fn any_above(scores: &[f32], bar: f32) -> bool {
    scores.iter().fold(false, |any, &score| any | (score > bar))
}
