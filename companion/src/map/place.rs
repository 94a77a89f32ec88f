//! New tracks on a map that is there: nothing on it moves.

use sonoscape::catalogue::{Placed, Position};

use super::fuzzy::{smooth, strengths};
use super::neighbours::{Near, nearest_among};
use super::points::Points;

/// Steps towards the middle of the neighbours.
const STEPS: usize = 64;

/// Gives a place to tracks that have none: in the middle of their nearest neighbours among those that have one, and in the
/// cluster of most of them, each counted as strongly as umap-learn says that they belong together.
///
/// The middle is the place from which the sum of distances is smallest, so that a track whose neighbours lie apart goes to most of
/// them and not into the void between.
///
/// # Source
/// Weiszfeld's algorithm (1937), for the geometric median.
pub fn place(points: &Points, former: &[Placed], n_neighbors: usize) -> Vec<Placed> {
    let (known, new): (Vec<usize>, Vec<usize>) = (0..former.len()).partition(|&track| former[track].position.is_some());
    let mut places = former.to_vec();
    for (track, near) in new.iter().zip(nearest_among(points, &new, &known, n_neighbors)) {
        places[*track] = among(&near, former);
    }
    places
}

fn among(near: &[Near], former: &[Placed]) -> Placed {
    let distances: Vec<f32> = [0.0].into_iter().chain(near.iter().map(|near| near.distance)).collect();
    let mean = f64::from(distances.iter().sum::<f32>()) / distances.len() as f64;
    let weights: Vec<f64> =
        strengths(&distances, smooth(&distances, 1.0, mean))[1..].iter().map(|weight| f64::from(*weight)).collect();
    let neighbours: Vec<Placed> = near.iter().map(|near| former[near.row as usize]).collect();
    let positions = neighbours.iter().filter_map(|placed| placed.position);
    let positions: Vec<[f64; 2]> = positions.map(|at| [f64::from(at.x), f64::from(at.y)]).collect();
    let [x, y] = median(&positions, &weights).map(|along| along.round() as u16);
    Placed { position: Some(Position { x: x.min(u16::MAX - 1), y }), cluster: vote(&neighbours, &weights) }
}

/// The place from which the weighted sum of distances is smallest.
pub fn median(positions: &[[f64; 2]], weights: &[f64]) -> [f64; 2] {
    let mean = |weights: &mut dyn Iterator<Item = f64>| {
        let (mut sum, mut total) = ([0.0; 2], f64::MIN_POSITIVE);
        for (position, weight) in positions.iter().zip(weights) {
            total += weight;
            sum.iter_mut().zip(position).for_each(|(sum, along)| *sum += weight * along);
        }
        sum.map(|sum| sum / total)
    };
    let mut middle = mean(&mut weights.iter().copied());
    for _ in 0..STEPS {
        let distance = |position: &[f64; 2]| (position[0] - middle[0]).hypot(position[1] - middle[1]).max(1.0);
        let nearer: Vec<f64> =
            positions.iter().zip(weights).map(|(position, weight)| weight / distance(position)).collect();
        middle = mean(&mut nearer.into_iter());
    }
    middle
}

/// The cluster of the greatest weight.
fn vote(neighbours: &[Placed], weights: &[f64]) -> Option<u16> {
    let mut votes = std::collections::BTreeMap::<u16, f64>::new();
    for (neighbour, weight) in neighbours.iter().zip(weights) {
        if let Some(cluster) = neighbour.cluster {
            *votes.entry(cluster).or_default() += weight;
        }
    }
    votes.into_iter().rev().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(cluster, _)| cluster)
}
