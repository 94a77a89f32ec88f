//! Names of regions, made from what is typical of their tracks.

use std::collections::HashSet;

use super::terms::{Kind, Terms, clean};

/// Parts of a name.
const PARTS: usize = 2;

/// Further parts where names would be the same.
const MORE_PARTS: usize = 2;

/// Longest name, in bytes.
const MOST_BYTES: usize = 120;

/// Between the parts.
const JOINT: &str = " · ";

/// Smallest share of a region's tracks that a term must be said of, and smallest count.
const LEAST_SHARE: f64 = 0.12;
const LEAST_TRACKS: u32 = 2;

/// How sure it must be that a term is more frequent than elsewhere, in standard deviations.
const LEAST_SURENESS: f64 = 1.0;

/// Terms that are looked at for one name.
const CANDIDATES: usize = 24;

/// A region to be named: the places of its tracks, the nearest to its middle first.
pub type Members = Vec<usize>;

/// The terms of all tracks, counted.
pub struct Said<'a> {
    terms: &'a Terms,
    of_tracks: &'a [Vec<u32>],
    counts: Vec<u32>,
}

impl<'a> Said<'a> {
    pub fn of(terms: &'a Terms, of_tracks: &'a [Vec<u32>]) -> Self {
        let mut counts = vec![0; terms.len()];
        of_tracks.iter().flatten().for_each(|&term| counts[term as usize] += 1);
        Self { terms, of_tracks, counts }
    }

    /// A name for each of the regions of one level, all different.
    ///
    /// A term's worth is how sure it is that it is more frequent in a region than elsewhere, times the root of the share of
    /// the region's tracks that it is said of; the worthiest become the name. `title` says what a track is called, for regions of which nothing
    /// typical is said.
    ///
    /// # Source
    /// The log-odds ratio with an informative Dirichlet prior: Monroe, Colaresi and Quinn, *Fightin' Words* (2008).
    pub fn names(&self, regions: &[Members], mut title: impl FnMut(usize) -> String) -> Vec<String> {
        let mut taken = HashSet::new();
        let mut name = |(number, members): (usize, &Members)| {
            let typical = self.typical(members);
            let by_terms = (PARTS.min(typical.len()).max(1)..=(PARTS + MORE_PARTS).min(typical.len()))
                .map(|parts| typical[..parts].join(JOINT));
            let by_tracks = members
                .iter()
                .take(3)
                .filter_map(|&track| clean(&title(track)))
                .map(|title| format!("around “{title}”"));
            let numbered = format!("Region {}", number + 1);
            let mut names = by_terms.chain(by_tracks).filter(|name| name.len() <= MOST_BYTES).chain([numbered]);
            let name = names.find(|name| taken.insert(name.to_lowercase()));
            name.unwrap_or_else(|| format!("Region {}", number + 1))
        };
        regions.iter().enumerate().map(&mut name).collect()
    }

    /// The worthiest terms, of which none says what another says: the worthiest of each kind before others, and a sound not first.
    fn typical(&self, members: &Members) -> Vec<&'a str> {
        let mut inside = std::collections::BTreeMap::<u32, u32>::new();
        members
            .iter()
            .flat_map(|&track| &self.of_tracks[track])
            .for_each(|&term| *inside.entry(term).or_default() += 1);
        let least = LEAST_TRACKS.max((LEAST_SHARE * members.len() as f64).ceil() as u32).min(members.len() as u32);
        let frequent = inside.iter().filter(|(_, count)| **count >= least);
        let mut worthy: Vec<(f64, u32)> =
            frequent.filter_map(|(&term, &count)| Some((self.worth(term, count, members.len())?, term))).collect();
        worthy.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen: Vec<(Kind, &str)> = Vec::new();
        for (_, term) in worthy.into_iter().take(CANDIDATES) {
            let (kind, shown) = self.terms.shown(term);
            let new = shown.to_lowercase();
            let says = |(_, other): &(Kind, &str)| other.to_lowercase();
            if !chosen.iter().map(says).any(|other| other.contains(&new) || new.contains(&other)) {
                chosen.push((kind, shown));
            }
        }
        let mut kinds = HashSet::new();
        let (mut first, others): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|(kind, _)| kinds.insert(*kind));
        if let [(Kind::Sound, _), _, ..] = first[..] {
            first.swap(0, 1);
        }
        first.into_iter().chain(others).map(|(_, shown)| shown).collect()
    }

    fn worth(&self, term: u32, count: u32, size: usize) -> Option<f64> {
        let (inside, all) = (f64::from(count), f64::from(self.counts[term as usize]));
        let (size, tracks) = (size as f64, self.of_tracks.len() as f64);
        let share = inside / size;
        let weight = match self.terms.shown(term).0 {
            Kind::Style => 1.0,
            Kind::Artist => 0.7,
            Kind::Sound => 0.7,
            Kind::Word => 0.5,
            Kind::Decade => 0.4,
        };
        if size == tracks {
            return Some(weight * share);
        }
        let prior = all / tracks;
        let odds = |count: f64, size: f64| ((count + prior) / (size - count + 1.0 - prior + f64::EPSILON)).ln();
        let difference = odds(inside, size) - odds(all - inside, tracks - size);
        let sureness = difference / (1.0 / (inside + prior) + 1.0 / (all - inside + prior)).sqrt();
        (sureness > LEAST_SURENESS).then(|| weight * sureness * share.sqrt())
    }
}
