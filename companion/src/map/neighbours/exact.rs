//! Neighbours among all points.

use rayon::prelude::*;
use sonoscape::Code;

use super::{Best, Metric, Near, codes, index, nearest_of};
use crate::map::points::Points;

/// Points that are compared with all others at a time.
const BLOCK: usize = 64;

/// Candidates beyond those wanted, because codes are rounded.
pub const MORE: usize = 8;

pub fn euclidean(points: &Points, k: usize, visit: &(dyn Fn(usize) + Sync)) -> Vec<Vec<Near>> {
    let near = |point: usize| {
        let near = nearest_of(points, point, 0..points.len(), k, Metric::Euclidean);
        visit(1);
        near
    };
    (0..points.len()).into_par_iter().map(near).collect()
}

pub fn cosine(
    points: &Points,
    queries: &[usize],
    among: &[usize],
    k: usize,
    visit: &(dyn Fn(usize) + Sync),
) -> Vec<Vec<Near>> {
    let index = index(points.dimension, codes(points, among).iter());
    let block = |queries: &[usize]| {
        let codes: Vec<Code> = codes(points, queries);
        let mut best = vec![Best::new(k + MORE); queries.len()];
        index.scan(&codes, |part| best[part.query].take_in(part.first_row as u32, part.scores));
        visit(queries.len());
        let again = |(&point, best): (&usize, Best)| {
            let candidates = best.found.iter().map(|(_, row)| among[*row as usize]);
            nearest_of(points, point, candidates, k, Metric::Cosine)
        };
        queries.iter().zip(best).map(again).collect::<Vec<_>>()
    };
    queries.par_chunks(BLOCK).flat_map_iter(block).collect()
}
