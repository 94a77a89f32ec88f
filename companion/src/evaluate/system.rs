//! The ways to compare sounds that are measured: vectors, and how alike two of them are.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sonoscape::EncoderCard;

use super::baseline::{BASELINES, Baseline};
use super::listen::{Described, Description};
use super::metrics::{Likeness, cosine, nearness};
use super::peer::Peer;
use crate::standard::Standard;

/// Length of the random vectors.
const CHANCE_DIMENSION: usize = 256;

/// One way to compare sounds, with its vectors of all excerpts.
pub struct System {
    pub name: String,
    pub likeness: Likeness,
    /// One vector an excerpt.
    pub clean: Vec<Vec<f32>>,
    /// One vector an alteration of each excerpt.
    pub altered: Vec<Vec<Option<Vec<f32>>>>,
}

impl System {
    fn new(
        name: String,
        likeness: Likeness,
        excerpts: &[Described],
        mut view: impl FnMut(&Description) -> Vec<f32>,
    ) -> Self {
        let mut system = Self { name, likeness, clean: Vec::new(), altered: Vec::new() };
        for excerpt in excerpts {
            system.clean.push(view(&excerpt.clean));
            system.altered.push(excerpt.altered.iter().map(|altered| altered.as_ref().map(&mut view)).collect());
        }
        system
    }

    /// Vectors of unit length, compared by their cosine.
    fn of_directions(name: String, excerpts: &[Described], mut view: impl FnMut(&Description) -> Vec<f32>) -> Self {
        Self::new(name, cosine, excerpts, |description| unit(view(description)))
    }
}

/// The first encoder's whole embedding and its halves, the others' embeddings, the baselines, the peers and chance.
pub fn systems(excerpts: &[Described], encoders: &[(&str, &EncoderCard)], peers: &[Peer]) -> Vec<System> {
    let mut systems = Vec::new();
    for (i, (name, card)) in encoders.iter().enumerate() {
        systems.push(System::of_directions((*name).into(), excerpts, |description| description[i].clone()));
        for half in card.halves.iter().filter(|_| i == 0) {
            let name = format!("{name}.{}", half.name);
            systems.push(System::of_directions(name, excerpts, |description| {
                description[i][half.start..half.end].to_vec()
            }));
        }
    }
    systems.extend(BASELINES.iter().zip(encoders.len()..).map(|(baseline, i)| of_baseline(baseline, i, excerpts)));
    for (peer, i) in peers.iter().zip(encoders.len() + BASELINES.len()..) {
        systems.push(System::new(peer.name.clone(), nearness, excerpts, |description| description[i].clone()));
    }
    let mut random = StdRng::seed_from_u64(super::SEED);
    let mut anything = |_: &Description| (0..CHANCE_DIMENSION).map(|_| random.random_range(-1.0f32..1.0)).collect();
    systems.push(System::of_directions("chance".into(), excerpts, &mut anything));
    systems
}

/// The system of a baseline whose vectors stand at place `i` of each description.
fn of_baseline(baseline: &Baseline, i: usize, excerpts: &[Described]) -> System {
    let name = baseline.name.into();
    if let Some(likeness) = baseline.likeness {
        return System::new(name, likeness, excerpts, |description| description[i].clone());
    }
    let dimension = excerpts.first().map_or(0, |excerpt| excerpt.clean[i].len());
    let standard = Standard::of(excerpts.iter().map(|excerpt| excerpt.clean[i].as_slice()), dimension);
    System::of_directions(name, excerpts, |description| {
        let mut vector = description[i].clone();
        standard.apply(&mut vector);
        vector
    })
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 && length.is_finite() {
        vector.iter_mut().for_each(|value| *value /= length);
    } else {
        vector.fill(0.0);
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_parts_of_the_embedding_scaled_to_unit_length() {
        let half = |name: &str, start, end| sonoscape::encoder::Half { name: name.into(), start, end };
        let card = EncoderCard { dimension: 3, halves: vec![half("time", 0, 2)], ..EncoderCard::default() };
        let other = EncoderCard { dimension: 1, ..card.clone() };
        let description = vec![vec![3.0, 4.0, 12.0], vec![5.0], vec![1.0], vec![1.0], vec![1.0]];
        let excerpts = [Described {
            clean: description.clone(),
            altered: vec![Some(description), None],
            reconstruction_errors: vec![],
        }];
        let systems = systems(&excerpts, &[("embedding", &card), ("other", &other)], &[]);
        let names: Vec<&str> = systems.iter().map(|system| system.name.as_str()).collect();
        assert_eq!(names[..3], ["embedding", "embedding.time", "other"]);
        assert_eq!(names[3..], ["mean_mel", "mfcc_mean_covariance", "mfcc_gaussian", "chance"]);
        assert_eq!(systems[1].clean[0], [0.6, 0.8]);
        assert_eq!(systems[1].altered[0], [Some(vec![0.6, 0.8]), None]);
        assert_eq!((&systems[2].clean[0], &systems[3].clean[0]), (&vec![1.0], &vec![0.0]));
    }
}
