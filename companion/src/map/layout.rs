//! Points on a plane, moved until those that belong together lie together.

use rayon::prelude::*;

use super::curve::{Curve, Table};
use super::fuzzy::Graph;
use super::random::Random;

/// Parts that take turns in an epoch: the points of one see where the others have moved to.
const TURNS: usize = 8;

/// Points that one thread moves at a time, at least.
const LEAST_TASK: usize = 256;

/// Farthest move along an axis, in learning rates.
const FARTHEST: f32 = 4.0;

/// How points are moved; names are umap-learn's.
#[derive(Debug, Clone, Copy)]
pub struct Descent {
    pub curve: Curve,
    pub n_epochs: usize,
    pub learning_rate: f32,
    pub negative_sample_rate: usize,
    pub repulsion_strength: f32,
    pub seed: u64,
}

/// Moves points by stochastic gradient descent of the fuzzy sets' cross entropy; `visit` is called after every epoch.
///
/// In an epoch each edge is due with a frequency in proportion to its strength; it pulls both its ends together and pushes each of them
/// from points drawn at random. umap-learn moves both ends at once, one edge after the other, so that its
/// threads race. Here every point is moved by the edges that begin at it, one after the other, and only where its turn begins are the
/// others' moves seen: so threads share nothing, and the same graph, start and seed give the same bits however many there are.
///
/// # Source
/// `optimize_layout_euclidean` of umap-learn 0.5.12.
pub fn descend(graph: &Graph, positions: &mut [[f32; 2]], descent: &Descent, visit: impl Fn()) {
    let graph = graph.at_least(graph.strongest() / descent.n_epochs.max(1) as f32);
    let forces = Forces::of(descent);
    let strongest = graph.strongest();
    for epoch in 0..descent.n_epochs {
        let rate = descent.learning_rate * (1.0 - epoch as f32 / descent.n_epochs as f32);
        let step = Step { graph: &graph, forces: &forces, strongest, epoch, rate, descent };
        for turn in 0..TURNS.min(positions.len()) {
            let count = (positions.len() - turn).div_ceil(TURNS);
            let seen = &*positions;
            let vertices = (0..count).into_par_iter().with_min_len(LEAST_TASK);
            let moved: Vec<[f32; 2]> = vertices.map(|i| step.moved(turn + i * TURNS, seen)).collect();
            for (i, position) in moved.into_iter().enumerate() {
                positions[turn + i * TURNS] = position;
            }
        }
        visit();
    }
}

/// Pull and push by squared distance.
struct Forces {
    pull: Table,
    push: Table,
}

impl Forces {
    fn of(descent: &Descent) -> Self {
        let (curve, strength) = (descent.curve, f64::from(descent.repulsion_strength));
        Self {
            pull: Table::of(|squared| curve.pull(squared)),
            push: Table::of(|squared| strength * curve.push(squared)),
        }
    }
}

/// One epoch.
struct Step<'a> {
    graph: &'a Graph,
    forces: &'a Forces,
    strongest: f32,
    epoch: usize,
    rate: f32,
    descent: &'a Descent,
}

impl Step<'_> {
    /// Where a vertex goes.
    fn moved(&self, vertex: usize, seen: &[[f32; 2]]) -> [f32; 2] {
        let (ends, strengths) = self.graph.edges(vertex);
        let mut random = Random::at(self.descent.seed, self.epoch as u64 + 1, vertex as u64);
        let mut position = seen[vertex];
        for (&end, strength) in ends.iter().zip(strengths) {
            if !self.is_due(strength / self.strongest) {
                continue;
            }
            let end = seen[end as usize];
            self.shift(&mut position, end, &self.forces.pull);
            for _ in 0..self.descent.negative_sample_rate {
                let other = random.below(seen.len());
                if other != vertex {
                    self.shift(&mut position, seen[other], &self.forces.push);
                }
            }
            self.shift(&mut position, end, &self.forces.pull);
        }
        position
    }

    /// Whether an edge that is due in this share of the epochs is due in this one.
    fn is_due(&self, share: f32) -> bool {
        let until = |epoch: usize| (epoch as f32 * share) as u32;
        self.epoch > 0 && until(self.epoch) > until(self.epoch - 1)
    }

    fn shift(&self, position: &mut [f32; 2], other: [f32; 2], force: &Table) {
        let [dx, dy] = [position[0] - other[0], position[1] - other[1]];
        let squared = dx * dx + dy * dy;
        if squared > 0.0 {
            let share = force.at(squared);
            position[0] += self.rate * (share * dx).clamp(-FARTHEST, FARTHEST);
            position[1] += self.rate * (share * dy).clamp(-FARTHEST, FARTHEST);
        }
    }
}
