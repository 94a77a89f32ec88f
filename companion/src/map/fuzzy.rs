//! How strongly points belong together: umap-learn's fuzzy simplicial set, as a graph.

use rayon::prelude::*;

use super::neighbours::Neighbours;

/// How near to its goal the sum of strengths must come.
const TOLERANCE: f64 = 1e-5;

/// Halvings until then, at most.
const HALVINGS: usize = 64;

/// Smallest bandwidth, in mean distances.
const LEAST_BANDWIDTH: f64 = 1e-3;

/// A symmetric graph: the edges of each vertex, one after the other, in order of their ends.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | starts | `[vertices + 1]` | edges before those of a vertex |
/// | ends | `[edges]` | vertices |
/// | strengths | `[edges]` | above 0, at most 1 |
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub starts: Vec<usize>,
    pub ends: Vec<u32>,
    pub strengths: Vec<f32>,
}

/// Distance to the nearest neighbour, and bandwidth, of one point.
///
/// With `distances` to its neighbours, itself first, the bandwidth `s` solves `Σ exp(−max(0, d − r) / s) = log2(k)`.
///
/// # Source
/// `smooth_knn_dist` of umap-learn 0.5.12.
pub fn smooth(distances: &[f32], local_connectivity: f64, mean_of_all: f64) -> (f64, f64) {
    let positive: Vec<f64> = distances.iter().filter(|d| **d > 0.0).map(|d| f64::from(*d)).collect();
    let nearest = nearest(&positive, local_connectivity);
    let goal = (distances.len() as f64).log2();
    let (mut low, mut high, mut bandwidth) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..HALVINGS {
        let beyond = distances[1..].iter().map(|d| f64::from(*d) - nearest);
        let sum: f64 = beyond.map(|d| if d > 0.0 { (-d / bandwidth).exp() } else { 1.0 }).sum();
        if (sum - goal).abs() < TOLERANCE {
            break;
        }
        (if sum > goal { &mut high } else { &mut low }).clone_from(&bandwidth);
        bandwidth = if high.is_finite() { f64::midpoint(low, high) } else { bandwidth * 2.0 };
    }
    let own_mean = distances.iter().map(|d| f64::from(*d)).sum::<f64>() / distances.len() as f64;
    let least = LEAST_BANDWIDTH * if nearest > 0.0 { own_mean } else { mean_of_all };
    (nearest, bandwidth.max(least))
}

/// The distance within which neighbours belong wholly: that of neighbour number `local_connectivity`, or between two.
fn nearest(positive: &[f64], local_connectivity: f64) -> f64 {
    if (positive.len() as f64) < local_connectivity {
        return positive.iter().copied().fold(0.0, f64::max);
    }
    let (whole, share) = (local_connectivity.floor() as usize, local_connectivity.fract());
    match whole.checked_sub(1) {
        None => positive.first().map_or(0.0, |first| share * first),
        Some(last) if share > TOLERANCE && whole < positive.len() => {
            positive[last] + share * (positive[whole] - positive[last])
        }
        Some(last) => positive[last],
    }
}

/// The strengths of a point's neighbours, of which it is the first itself and has none.
pub fn strengths(distances: &[f32], (nearest, bandwidth): (f64, f64)) -> Vec<f32> {
    let strength = |d: &f32| {
        let beyond = f64::from(*d) - nearest;
        if beyond <= 0.0 || bandwidth == 0.0 { 1.0 } else { (-beyond / bandwidth).exp() as f32 }
    };
    [0.0].into_iter().chain(distances[1..].iter().map(strength)).collect()
}

impl Graph {
    /// The union of what each point says of its neighbours: `r · (A + Aᵀ − A ∘ Aᵀ) + (1 − r) · A ∘ Aᵀ`.
    ///
    /// # Source
    /// `fuzzy_simplicial_set` of umap-learn 0.5.12.
    pub fn of(neighbours: &Neighbours, local_connectivity: f64, set_op_mix_ratio: f32) -> Self {
        let all = &neighbours.distances;
        let mean = all.iter().map(|d| f64::from(*d)).sum::<f64>() / all.len().max(1) as f64;
        let said = |distances: &[f32]| strengths(distances, smooth(distances, local_connectivity, mean));
        let forward: Vec<f32> = all.par_chunks(neighbours.k).flat_map_iter(said).collect();
        let vertices = neighbours.len();
        let mut sides = vec![Vec::new(); vertices];
        for (edge, (&end, &strength)) in neighbours.rows.iter().zip(&forward).enumerate() {
            let start = edge / neighbours.k;
            if strength > 0.0 && end as usize != start {
                sides[start].push((end, strength, 0.0));
                sides[end as usize].push((start as u32, 0.0, strength));
            }
        }
        let joined: Vec<Vec<(u32, f32)>> = sides.into_par_iter().map(|sides| join(sides, set_op_mix_ratio)).collect();
        Self::of_lists(&joined)
    }

    fn of_lists(lists: &[Vec<(u32, f32)>]) -> Self {
        let mut starts = vec![0];
        let (mut ends, mut strengths) = (Vec::new(), Vec::new());
        for list in lists {
            ends.extend(list.iter().map(|(end, _)| *end));
            strengths.extend(list.iter().map(|(_, strength)| *strength));
            starts.push(ends.len());
        }
        Self { starts, ends, strengths }
    }

    /// How many vertices there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The edges of a vertex.
    pub fn edges(&self, vertex: usize) -> (&[u32], &[f32]) {
        let range = self.starts[vertex]..self.starts[vertex + 1];
        (&self.ends[range.clone()], &self.strengths[range])
    }

    /// The largest strength, 0 without edges.
    pub fn strongest(&self) -> f32 {
        self.strengths.iter().copied().fold(0.0, f32::max)
    }

    /// Without edges that are weaker than `least`.
    pub fn at_least(&self, least: f32) -> Self {
        let kept = |vertex| {
            let (ends, strengths) = self.edges(vertex);
            let edges = ends.iter().copied().zip(strengths.iter().copied());
            edges.filter(|(_, strength)| *strength >= least).collect()
        };
        Self::of_lists(&(0..self.len()).map(kept).collect::<Vec<_>>())
    }

    /// The number of parts that no edge joins.
    pub fn components(&self) -> usize {
        let (mut seen, mut components, mut waiting) = (vec![false; self.len()], 0, Vec::new());
        for vertex in 0..self.len() {
            if !seen[vertex] {
                components += 1;
                seen[vertex] = true;
                waiting.push(vertex);
            }
            while let Some(vertex) = waiting.pop() {
                for &end in self.edges(vertex).0 {
                    if !std::mem::replace(&mut seen[end as usize], true) {
                        waiting.push(end as usize);
                    }
                }
            }
        }
        components
    }
}

/// Joins what two points say of one another.
fn join(mut sides: Vec<(u32, f32, f32)>, ratio: f32) -> Vec<(u32, f32)> {
    sides.sort_unstable_by_key(|side| side.0);
    let joined = sides.chunk_by(|a, b| a.0 == b.0).map(|both| {
        let (there, back) = both.iter().fold((0.0, 0.0), |(there, back), side| (there + side.1, back + side.2));
        let product = there * back;
        (both[0].0, ratio * (there + back - product) + (1.0 - ratio) * product)
    });
    joined.filter(|(_, strength)| *strength > 0.0).collect()
}
