//! What one query's neighbours are worth. Orders name excerpts, nearest first, without the query itself.

use super::set::Classes;

/// Neighbours that are looked at for precision and hubness.
pub const NEIGHBOURS: usize = 10;

/// Neighbours that vote.
const VOTERS: usize = 5;

/// How alike two excerpts are, by their vectors; the greater the more.
pub type Likeness = fn(&[f32], &[f32]) -> f32;

/// The cosine of vectors of unit length.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The Euclidean distance of vectors, negative and squared.
pub fn nearness(a: &[f32], b: &[f32]) -> f32 {
    -a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>()
}

/// All excerpts by falling likeness to `query`; of equally near ones the earlier first.
pub fn order(query: &[f32], gallery: &[Vec<f32>], likeness: Likeness) -> Vec<usize> {
    let scores: Vec<f32> = gallery.iter().map(|row| likeness(row, query)).collect();
    let mut order: Vec<usize> = (0..gallery.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order
}

/// The first of [`order`].
pub fn nearest(query: &[f32], gallery: &[Vec<f32>], likeness: Likeness) -> Option<usize> {
    let scores = gallery.iter().map(|row| likeness(row, query)).enumerate();
    scores.reduce(|best, next| if next.1.total_cmp(&best.1).is_gt() { next } else { best }).map(|(excerpt, _)| excerpt)
}

/// The place, from 1, of the first other excerpt of the query's recording; none where there is no other.
pub fn own_rank(order: &[usize], query: usize, recording: &[usize]) -> Option<usize> {
    order.iter().position(|&excerpt| recording[excerpt] == recording[query]).map(|place| place + 1)
}

/// The share of the nearest [`NEIGHBOURS`] that have the query's class.
///
/// The query's own recording and excerpts of unknown class are left out; none where the query's class is not asked about.
pub fn precision(order: &[usize], query: usize, recording: &[usize], classes: &Classes) -> Option<f64> {
    let (class, others) = others(order, query, recording, classes, NEIGHBOURS)?;
    let same = others.iter().filter(|&&other| other == class).count();
    (!others.is_empty()).then(|| same as f64 / others.len() as f64)
}

/// 1 where most of the nearest [`VOTERS`] have the query's class, else 0; of equally frequent classes the one whose first
/// excerpt is nearest wins. Leaves out what [`precision`] leaves out.
pub fn vote(order: &[usize], query: usize, recording: &[usize], classes: &Classes) -> Option<f64> {
    let (class, others) = others(order, query, recording, classes, VOTERS)?;
    let votes = |class: usize| others.iter().filter(|&&other| other == class).count();
    let winner = others.iter().rev().max_by_key(|&&other| votes(other))?;
    Some(f64::from(u8::from(*winner == class)))
}

fn others(
    order: &[usize],
    query: usize,
    recording: &[usize],
    classes: &Classes,
    most: usize,
) -> Option<(usize, Vec<usize>)> {
    let class = classes.of[query].filter(|&class| classes.asked[class])?;
    let foreign = order.iter().filter(|&&excerpt| recording[excerpt] != recording[query]);
    Some((class, foreign.filter_map(|&excerpt| classes.of[excerpt]).take(most).collect()))
}

/// How unevenly excerpts are neighbours of others.
#[derive(Debug, PartialEq)]
pub struct Hubness {
    /// Skewness of the counts: third central moment over the spread cubed; 0 where all counts are equal.
    pub skewness: f64,
    /// Most often that one excerpt is a neighbour.
    pub largest_count: usize,
}

/// Hubness of `count` excerpts, from the neighbours of each.
pub fn hubness<'a>(neighbours: impl Iterator<Item = &'a [usize]>, count: usize) -> Hubness {
    let mut counts = vec![0_usize; count];
    for &neighbour in neighbours.flatten() {
        counts[neighbour] += 1;
    }
    let mean = counts.iter().sum::<usize>() as f64 / count as f64;
    let moment = |power| counts.iter().map(|&c| (c as f64 - mean).powi(power)).sum::<f64>() / count as f64;
    let spread = moment(2).sqrt();
    let skewness = if spread > 0.0 { moment(3) / spread.powi(3) } else { 0.0 };
    Hubness { skewness, largest_count: counts.into_iter().max().unwrap_or(0) }
}

#[cfg(test)]
mod tests;
