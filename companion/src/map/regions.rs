//! The named regions of a map.

use sonoscape::catalogue::{Placed, Region};

use super::density::Level;
use super::frame::Frame;
use super::names::{Members, Said};

/// Clusters of the finest level, and regions at all levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Divided {
    /// The cluster of each track.
    pub clusters: Vec<u16>,
    pub regions: Vec<Region>,
}

/// Nests the levels of a map, the coarsest first, and names their regions.
pub fn divide(levels: Vec<Level>, positions: &[[f32; 2]], said: &Said, title: impl FnMut(usize) -> String) -> Divided {
    Nested::of(levels).named(positions, said, title)
}

/// Regions without names: those of a level are parts of those one level up.
struct Nested {
    /// The coarsest first.
    levels: Vec<Level>,
    /// For each level but the first, the region one level up of each of its regions.
    parents: Vec<Vec<usize>>,
}

impl Nested {
    /// A region is part of the one in which most of its tracks lie; those one level up then have exactly the tracks of their parts.
    fn of(mut levels: Vec<Level>) -> Self {
        let mut parents = Vec::new();
        for fine in (1..levels.len()).rev() {
            let (coarser, finer) = levels.split_at_mut(fine);
            let (coarse, fine) = (&mut coarser[fine - 1], &finer[0]);
            let of_fine = majority(fine, coarse);
            let mut used = of_fine.clone();
            used.sort_unstable();
            used.dedup();
            let number = |region: &usize| used.binary_search(region).unwrap_or(0);
            let of_fine: Vec<usize> = of_fine.iter().map(number).collect();
            coarse.peaks = used.iter().map(|&region| coarse.peaks[region]).collect();
            coarse.labels = fine.labels.iter().map(|&label| of_fine[label]).collect();
            parents.insert(0, of_fine);
        }
        Self { levels, parents }
    }

    fn named(self, positions: &[[f32; 2]], said: &Said, mut title: impl FnMut(usize) -> String) -> Divided {
        let frame = Frame::around(positions);
        let (mut regions, mut first) = (Vec::new(), 0);
        let finest = self.levels.len() - 1;
        for (number, level) in self.levels.iter().enumerate() {
            let members = members(level, positions);
            let names = said.names(&members, &mut title);
            let above = first;
            first = regions.len();
            let before = above;
            for (region, (name, members)) in names.into_iter().zip(&members).enumerate() {
                let position = frame.position(positions[members[0]]);
                let parent = number.checked_sub(1).map(|up| (before + self.parents[up][region]) as u16);
                let cluster = (number == finest).then_some(region as u16);
                let (x, y, tracks) = (position.x, position.y, members.len() as u32);
                regions.push(Region { name, level: number as u8, x, y, tracks, parent, cluster });
            }
        }
        let clusters = self.levels[finest].labels.iter().map(|&label| label as u16).collect();
        Divided { clusters, regions }
    }
}

/// The coarse region in which most tracks of each fine one lie.
fn majority(fine: &Level, coarse: &Level) -> Vec<usize> {
    let mut counts = vec![vec![0usize; coarse.peaks.len()]; fine.peaks.len()];
    fine.labels.iter().zip(&coarse.labels).for_each(|(&fine, &coarse)| counts[fine][coarse] += 1);
    let most = |counts: &Vec<usize>| (0..counts.len()).rev().max_by_key(|&region| counts[region]).unwrap_or(0);
    counts.iter().map(most).collect()
}

/// The tracks of each region, the nearest to its peak first.
fn members(level: &Level, positions: &[[f32; 2]]) -> Vec<Members> {
    let mut members = vec![Members::new(); level.peaks.len()];
    level.labels.iter().enumerate().for_each(|(track, &label)| members[label].push(track));
    for (members, peak) in members.iter_mut().zip(&level.peaks) {
        let distance = |&track: &usize| {
            let [x, y] = positions[track];
            (x - peak[0]).powi(2) + (y - peak[1]).powi(2)
        };
        members.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)));
    }
    members
}

/// Where tracks lie, as a catalogue keeps it.
pub fn places(positions: &[[f32; 2]], clusters: &[u16]) -> Vec<Placed> {
    let frame = Frame::around(positions);
    let place = |(position, cluster): (&[f32; 2], &u16)| Placed {
        position: Some(frame.position(*position)),
        cluster: Some(*cluster),
    };
    positions.iter().zip(clusters).map(place).collect()
}
