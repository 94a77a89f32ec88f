//! Neighbours among the points of the nearest cells, for collections in which all pairs are too many.

use rayon::prelude::*;
use sonoscape::{Code, Embedding, Index, quantize};

use super::exact::MORE;
use super::{Best, Metric, Near, codes, index, nearest_of};
use crate::map::points::Points;
use crate::map::random::Random;

/// Cells, in roots of the number of points.
const CELLS: f64 = 1.0;

/// Share of the cells that are searched for each point.
const SEARCHED: f64 = 0.03;

/// Fewest cells that are searched.
const LEAST_SEARCHED: usize = 12;

/// Points a cell that the centres are moved by.
const SAMPLED: usize = 40;

/// Times that they are moved.
const MOVES: usize = 6;

/// Points that are looked after together.
const BLOCK: usize = 256;

/// Points divided among centres.
struct Cells {
    centres: Index,
    /// The points of each cell.
    members: Vec<Vec<u32>>,
    /// Their codes.
    codes: Vec<Index>,
}

/// # Source
/// An inverted file as in Jégou, Douze and Schmid, *Product quantization for nearest neighbor search* (2011), without the product.
pub fn cosine(points: &Points, k: usize, seed: u64, visit: &(dyn Fn(usize) + Sync)) -> Vec<Vec<Near>> {
    let codes = codes(points, &(0..points.len()).collect::<Vec<_>>());
    let count = ((points.len() as f64).sqrt() * CELLS).ceil() as usize;
    let cells = Cells::of(points, &codes, count, seed);
    let searched = ((count as f64 * SEARCHED) as usize).max(LEAST_SEARCHED).min(count);
    // Points of one cell search nearly the same cells, whose codes then stay near the processor.
    let order: Vec<u32> = cells.members.iter().flatten().copied().collect();
    let block = |block: &[u32]| {
        let found = cells.search(block, &codes, k + MORE, searched);
        visit(block.len());
        let again = |(&point, best): (&u32, Best)| {
            let candidates = best.found.iter().map(|(_, row)| *row as usize);
            nearest_of(points, point as usize, candidates, k, Metric::Cosine)
        };
        block.iter().zip(found).map(again).collect::<Vec<_>>()
    };
    let found: Vec<Vec<Near>> = order.par_chunks(BLOCK).flat_map_iter(block).collect();
    let mut lists = vec![Vec::new(); points.len()];
    for (point, near) in order.into_iter().zip(found) {
        lists[point as usize] = near;
    }
    lists.into_iter().map(|near| filled(near, k)).collect()
}

/// As many neighbours as wanted, the last repeated where the cells held too few.
fn filled(mut near: Vec<Near>, k: usize) -> Vec<Near> {
    if let Some(&last) = near.last() {
        near.resize(k, last);
    }
    near
}

impl Cells {
    fn of(points: &Points, codes: &[Code], count: usize, seed: u64) -> Self {
        let centres = centres(points, codes, count, seed);
        let mut members = vec![Vec::new(); count];
        for (point, cell) in nearest_centres(&centres, codes).into_iter().enumerate() {
            members[cell].push(point as u32);
        }
        let code = |members: &Vec<u32>| index(points.dimension, members.iter().map(|&point| &codes[point as usize]));
        let codes =
            members.par_iter().map(|members| if members.is_empty() { empty(points.dimension) } else { code(members) });
        Self { codes: codes.collect(), centres, members }
    }

    /// The best of the cells nearest to each of `block`.
    fn search(&self, block: &[u32], codes: &[Code], most: usize, searched: usize) -> Vec<Best> {
        let queries: Vec<Code> = block.iter().map(|&point| codes[point as usize].clone()).collect();
        let mut nearest = vec![Best::new(searched); queries.len()];
        self.centres.scan(&queries, |part| nearest[part.query].take_in(part.first_row as u32, part.scores));
        let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(block.len() * searched);
        for (query, nearest) in nearest.iter().enumerate() {
            pairs.extend(nearest.found.iter().map(|(_, cell)| (*cell, query as u32)));
        }
        pairs.sort_unstable();
        let mut best = vec![Best::new(most); queries.len()];
        let mut scores_of = Vec::new();
        for of_cell in pairs.chunk_by(|a, b| a.0 == b.0) {
            let (cell, members) = (of_cell[0].0 as usize, &self.members[of_cell[0].0 as usize]);
            let together: Vec<Code> = of_cell.iter().map(|(_, query)| queries[*query as usize].clone()).collect();
            self.codes[cell].scan(&together, |part| {
                let best = &mut best[of_cell[part.query].1 as usize];
                scores_of.clear();
                scores_of.extend_from_slice(part.scores);
                let limit = best.limit();
                for (i, &score) in scores_of.iter().enumerate().filter(|(_, score)| **score > limit) {
                    best.take((score, members[part.first_row + i]));
                }
            });
        }
        best
    }
}

/// An index of nothing.
fn empty(dimension: usize) -> Index {
    Index::new(dimension, &[], Vec::new()).expect("no codes")
}

/// Centres of cells: spherical k-means of a sample.
fn centres(points: &Points, codes: &[Code], count: usize, seed: u64) -> Index {
    let mut random = Random::at(seed, 1, 0);
    let mut order: Vec<usize> = (0..points.len()).collect();
    let sampled = (count * SAMPLED).min(points.len());
    for i in 0..sampled {
        order.swap(i, i + random.below(points.len() - i));
    }
    let sample = &order[..sampled];
    let of_sample: Vec<Code> = sample.iter().map(|&point| codes[point].clone()).collect();
    let mut centres = index(points.dimension, of_sample[..count].iter());
    for _ in 0..MOVES {
        let nearest = nearest_centres(&centres, &of_sample);
        let mut sums = vec![vec![0.0f32; points.dimension]; count];
        for (&point, cell) in sample.iter().zip(nearest) {
            sums[cell].iter_mut().zip(points.row(point)).for_each(|(sum, value)| *sum += value);
        }
        let moved = |(cell, sum): (usize, &Vec<f32>)| {
            Embedding::from_slice(sum).map_or_else(|_| of_sample[cell].clone(), |centre| quantize(&centre))
        };
        let moved: Vec<Code> = sums.iter().enumerate().map(moved).collect();
        centres = index(points.dimension, moved.iter());
    }
    centres
}

fn nearest_centres(centres: &Index, codes: &[Code]) -> Vec<usize> {
    let nearest = |codes: &[Code]| {
        let mut best = vec![Best::new(1); codes.len()];
        centres.scan(codes, |part| best[part.query].take_in(part.first_row as u32, part.scores));
        best.into_iter().map(|best| best.found.first().map_or(0, |(_, cell)| *cell as usize)).collect::<Vec<_>>()
    };
    codes.par_chunks(BLOCK).flat_map_iter(nearest).collect()
}
