//! Points on a plane, moved until those that belong together lie together.

use rayon::prelude::*;

use super::curve::{Curve, Table};
use super::fuzzy::Graph;
use super::random::Random;

/// Parts that points are divided into, an even number: two and two of them work side by side.
const PARTS: usize = 16;

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
/// In an epoch each edge is due with a frequency in proportion to its strength; it pulls both its ends together and pushes the first from
/// points drawn at random. umap-learn's threads race for the points. Here points are divided into parts, and an epoch into rounds, as in a
/// tournament: in each, every part meets one other and the two are moved by the edges between them, one after the other, while what
/// pushes lies where it lay before the round. So threads share nothing, and the same graph, start and seed give the same bits however many
/// there are.
///
/// # Source
/// `optimize_layout_euclidean` of umap-learn 0.5.12.
pub fn descend(graph: &Graph, positions: &mut [[f32; 2]], descent: &Descent, visit: impl Fn()) {
    let meetings = Meetings::of(&graph.at_least(graph.strongest() / descent.n_epochs.max(1) as f32));
    let forces = Forces::of(descent);
    let mut parts: Vec<Vec<[f32; 2]>> =
        (0..PARTS).map(|part| positions.iter().skip(part).step_by(PARTS).copied().collect()).collect();
    for epoch in 0..descent.n_epochs {
        let rate = descent.learning_rate * (1.0 - epoch as f32 / descent.n_epochs as f32);
        for (number, round) in meetings.rounds.iter().enumerate() {
            let step = Step { seen: positions, forces: &forces, epoch, rate, descent };
            let mut sides: Vec<_> =
                round.iter().map(|met| (met, met.parts.map(|part| std::mem::take(&mut parts[part])))).collect();
            sides.par_iter_mut().for_each(|(met, [first, second])| step.meet(met, number, first, second));
            for (met, sides) in sides {
                for (part, side) in met.parts.into_iter().zip(sides).filter(|(_, side)| !side.is_empty()) {
                    positions.iter_mut().skip(part).step_by(PARTS).zip(&side).for_each(|(to, from)| *to = *from);
                    parts[part] = side;
                }
            }
        }
        visit();
    }
}

/// An edge between two parts; its ends are places in them.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    /// The share of the epochs in which it is due.
    share: f32,
}

/// Two parts, or one twice, and the edges between them.
#[derive(Debug, Clone)]
struct Met {
    parts: [usize; 2],
    /// From the first to the second, and back.
    edges: [Vec<Edge>; 2],
}

/// Who meets whom in each round.
struct Meetings {
    rounds: Vec<Vec<Met>>,
}

impl Meetings {
    /// In the first round every part is by itself; in the others one stays where it is and the rest go round.
    fn of(graph: &Graph) -> Self {
        let strongest = graph.strongest();
        let mut edges = vec![Vec::new(); PARTS * PARTS];
        for vertex in 0..graph.len() {
            let (ends, strengths) = graph.edges(vertex);
            for (&end, strength) in ends.iter().zip(strengths) {
                let (from, to) = ((vertex / PARTS) as u32, end / PARTS as u32);
                let edge = Edge { from, to, share: strength / strongest };
                edges[vertex % PARTS * PARTS + end as usize % PARTS].push(edge);
            }
        }
        let mut between = |a: usize, b: usize| {
            let back = if a == b { Vec::new() } else { std::mem::take(&mut edges[b * PARTS + a]) };
            Met { parts: [a, b], edges: [std::mem::take(&mut edges[a * PARTS + b]), back] }
        };
        let mut rounds = vec![(0..PARTS).map(|part| between(part, part)).collect()];
        let going = PARTS - 1;
        for round in 0..going {
            let pair = |i: usize| ((round + i) % going, (round + going - i) % going);
            let pairs = (0..PARTS / 2).map(|i| if i == 0 { (round, going) } else { pair(i) });
            rounds.push(pairs.map(|(a, b)| between(a, b)).collect());
        }
        Self { rounds }
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

/// One round of an epoch.
struct Step<'a> {
    /// Where all points lay before it.
    seen: &'a [[f32; 2]],
    forces: &'a Forces,
    epoch: usize,
    rate: f32,
    descent: &'a Descent,
}

impl Step<'_> {
    /// Moves two parts; of one that meets itself, the second is empty.
    fn meet(&self, met: &Met, round: usize, first: &mut [[f32; 2]], second: &mut [[f32; 2]]) {
        let [a, b] = met.parts;
        let mut random = Random::at(self.descent.seed, self.epoch as u64 + 1, (round * PARTS + a) as u64);
        for edge in met.edges[0].iter().filter(|edge| self.is_due(edge.share)) {
            let (from, to) = (edge.from as usize, edge.to as usize);
            let end = if a == b { first[to] } else { second[to] };
            let (start, end) = self.drawn(first[from], end, from * PARTS + a, &mut random);
            first[from] = start;
            (if a == b { &mut *first } else { &mut *second })[to] = end;
        }
        for edge in met.edges[1].iter().filter(|edge| self.is_due(edge.share)) {
            let (from, to) = (edge.from as usize, edge.to as usize);
            (second[from], first[to]) = self.drawn(second[from], first[to], from * PARTS + b, &mut random);
        }
    }

    /// Whether an edge that is due in this share of the epochs is due in this one.
    fn is_due(&self, share: f32) -> bool {
        let until = |epoch: usize| (epoch as f32 * share) as u32;
        self.epoch > 0 && until(self.epoch) > until(self.epoch - 1)
    }

    /// Where the ends of an edge go, of which the first is `vertex`.
    fn drawn(&self, start: [f32; 2], end: [f32; 2], vertex: usize, random: &mut Random) -> ([f32; 2], [f32; 2]) {
        let mut moved = start;
        self.shift(&mut moved, end, &self.forces.pull);
        let back = [0, 1].map(|axis| end[axis] - (moved[axis] - start[axis]));
        for _ in 0..self.descent.negative_sample_rate {
            let other = random.below(self.seen.len());
            if other != vertex {
                self.shift(&mut moved, self.seen[other], &self.forces.push);
            }
        }
        (moved, back)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_part_meets_every_other_once_and_is_in_each_round_once() {
        let graph = Graph { starts: vec![0], ends: Vec::new(), strengths: Vec::new() };
        let meetings = Meetings::of(&graph);
        let mut pairs = BTreeSet::new();
        for round in &meetings.rounds {
            let in_round: BTreeSet<usize> = round.iter().flat_map(|met| met.parts).collect();
            assert_eq!(in_round.len(), PARTS);
            pairs.extend(round.iter().map(|met| (met.parts[0].min(met.parts[1]), met.parts[0].max(met.parts[1]))));
        }
        assert_eq!(pairs.len(), PARTS * (PARTS + 1) / 2);
    }
}
