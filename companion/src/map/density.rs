//! Clusters of a map where its points lie densely, at several scales.

use super::frame::Frame;

/// Cells along a side of the grid on which density is looked at.
const SIDE: usize = 256;

/// Narrowest and widest look at the map, in cells.
const SCALES: [f32; 2] = [1.0, 48.0];

/// Halvings of the interval between them.
const HALVINGS: usize = 12;

/// Regions of the coarsest level where there are enough points.
const COARSEST: f64 = 7.0;

/// Most regions of the finest level.
const MOST: usize = 512;

/// How many times more regions each level has, about.
const FINER: f64 = 4.0;

/// Points of one level, divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The cluster of each point.
    pub labels: Vec<usize>,
    /// Where each cluster is densest.
    pub peaks: Vec<[f32; 2]>,
}

/// Divides points at several levels, the coarsest first.
///
/// Each point climbs the density, a sum of Gaussian bells, to its peak; the width of the bells is that of the level at which about
/// as many peaks are left as there are to be regions. Peaks of few points fall to the nearest other one. So every point has a
/// cluster.
///
/// # Source
/// Mode seeking as by Fukunaga and Hostetler (1975), at the scales of Leung, Zhang and Xu, *Clustering by scale-space filtering*
/// (2000).
pub fn levels(positions: &[[f32; 2]]) -> Vec<Level> {
    let cells = Cells::of(positions);
    targets(positions.len()).into_iter().map(|target| cells.level(target)).collect()
}

/// How many regions each level is to have.
pub fn targets(points: usize) -> Vec<usize> {
    let finest = ((points as f64).sqrt() * 0.9).round().clamp(1.0, MOST as f64);
    let finer = (finest / COARSEST).ln() / FINER.ln();
    let steps = finer.round().max(0.0) as usize;
    let of = |step: usize| finest / (finest / COARSEST).powf((steps - step) as f64 / steps.max(1) as f64);
    (0..=steps).map(|step| of(step).round() as usize).collect()
}

/// Points on a grid.
struct Cells<'a> {
    positions: &'a [[f32; 2]],
    frame: Frame,
    of_points: Vec<usize>,
    counts: Vec<f32>,
}

impl<'a> Cells<'a> {
    fn of(positions: &'a [[f32; 2]]) -> Self {
        let frame = Frame::around(positions);
        let cell = |position: &[f32; 2]| {
            let [x, y] = frame.unit(*position).map(|along| ((along * SIDE as f32) as usize).min(SIDE - 1));
            y * SIDE + x
        };
        let of_points: Vec<usize> = positions.iter().map(cell).collect();
        let mut counts = vec![0.0; SIDE * SIDE];
        of_points.iter().for_each(|&cell| counts[cell] += 1.0);
        Self { positions, frame, of_points, counts }
    }

    /// The division whose number of clusters is nearest to `target`.
    fn level(&self, target: usize) -> Level {
        let [mut narrow, mut wide] = SCALES;
        let mut best: Option<Level> = None;
        for _ in 0..HALVINGS {
            let scale = (narrow * wide).sqrt();
            let level = self.at(scale, target);
            let count = level.peaks.len();
            if best.as_ref().is_none_or(|best| count.abs_diff(target) < best.peaks.len().abs_diff(target)) {
                best = Some(level);
            }
            if count == target {
                break;
            }
            *(if count > target { &mut narrow } else { &mut wide }) = scale;
        }
        best.expect("there is a halving")
    }

    fn at(&self, scale: f32, target: usize) -> Level {
        let density = blurred(&self.counts, scale);
        let summits = summits(&density);
        let mut sizes = vec![0usize; SIDE * SIDE];
        self.of_points.iter().for_each(|&cell| sizes[summits[cell]] += 1);
        let least = (self.positions.len() / (6 * target)).max(1);
        let largest = sizes.iter().copied().max().unwrap_or(0);
        let kept: Vec<usize> = (0..sizes.len()).filter(|&cell| sizes[cell] >= least.min(largest).max(1)).collect();
        let mut label_of = vec![0; SIDE * SIDE];
        for (cell, _) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
            let nearest = (0..kept.len()).min_by_key(|&label| distance(kept[label], cell));
            label_of[cell] = nearest.unwrap_or(0);
        }
        let centre = |cell: &usize| {
            let unit = [cell % SIDE, cell / SIDE].map(|along| (along as f32 + 0.5) / SIDE as f32);
            self.frame.place(unit)
        };
        Level {
            labels: self.of_points.iter().map(|&cell| label_of[summits[cell]]).collect(),
            peaks: kept.iter().map(centre).collect(),
        }
    }
}

fn distance(a: usize, b: usize) -> usize {
    let (x, y) = ((a % SIDE).abs_diff(b % SIDE), (a / SIDE).abs_diff(b / SIDE));
    x * x + y * y
}

/// The grid under a Gaussian bell of `scale` cells.
fn blurred(counts: &[f32], scale: f32) -> Vec<f32> {
    let reach = (4.0 * scale).ceil() as usize;
    let bell: Vec<f32> = (0..=reach).map(|i| (-0.5 * (i as f32 / scale).powi(2)).exp()).collect();
    let along_rows = |grid: &[f32]| {
        let mut out = vec![0.0; SIDE * SIDE];
        for (row, out) in grid.chunks_exact(SIDE).zip(out.chunks_exact_mut(SIDE)) {
            for (x, value) in row.iter().enumerate().filter(|(_, value)| **value > 0.0) {
                for to in x.saturating_sub(reach)..SIDE.min(x + reach + 1) {
                    out[to] += value * bell[to.abs_diff(x)];
                }
            }
        }
        out
    };
    let turned = |grid: Vec<f32>| -> Vec<f32> { (0..SIDE * SIDE).map(|i| grid[i % SIDE * SIDE + i / SIDE]).collect() };
    turned(along_rows(&turned(along_rows(counts))))
}

/// The cell at which each ends that climbs to its highest neighbour, until there is none higher; of equal ones the first counts.
fn summits(density: &[f32]) -> Vec<usize> {
    let higher = |a: usize, b: usize| density[a].total_cmp(&density[b]).then(b.cmp(&a));
    let uphill = |cell: usize| {
        let (x, y) = (cell % SIDE, cell / SIDE);
        let rows = y.saturating_sub(1)..SIDE.min(y + 2);
        let around = rows.flat_map(|y| (x.saturating_sub(1)..SIDE.min(x + 2)).map(move |x| y * SIDE + x));
        around.max_by(|&a, &b| higher(a, b)).unwrap_or(cell)
    };
    let mut order: Vec<usize> = (0..density.len()).collect();
    order.sort_unstable_by(|&a, &b| higher(b, a));
    let mut summits = vec![0; density.len()];
    for cell in order {
        let next = uphill(cell);
        summits[cell] = if next == cell { cell } else { summits[next] };
    }
    summits
}
