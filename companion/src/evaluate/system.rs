//! The ways to compare sounds that are measured: unit vectors whose cosine says how alike two excerpts are.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sonoscape::EncoderCard;

use super::baseline::BASELINES;
use super::listen::{Described, Description};

/// Length of the random vectors.
const CHANCE_DIMENSION: usize = 256;

/// One way to compare sounds, with its vectors of all excerpts.
pub struct System {
    pub name: String,
    /// One unit vector an excerpt.
    pub clean: Vec<Vec<f32>>,
    /// One unit vector an alteration of each excerpt.
    pub altered: Vec<Vec<Option<Vec<f32>>>>,
}

impl System {
    fn new(name: String, excerpts: &[Described], mut view: impl FnMut(&Description) -> Vec<f32>) -> Self {
        let mut unit = |description: &Description| unit(view(description));
        let mut system = Self { name, clean: Vec::new(), altered: Vec::new() };
        for excerpt in excerpts {
            system.clean.push(unit(&excerpt.clean));
            system.altered.push(excerpt.altered.iter().map(|altered| altered.as_ref().map(&mut unit)).collect());
        }
        system
    }
}

/// The whole embedding, its halves, the baselines and chance.
pub fn systems(excerpts: &[Described], card: &EncoderCard) -> Vec<System> {
    let mut systems = vec![System::new("embedding".into(), excerpts, |description| description[0].clone())];
    for half in &card.halves {
        let name = format!("embedding.{}", half.name);
        systems.push(System::new(name, excerpts, |description| description[0][half.start..half.end].to_vec()));
    }
    for (baseline, i) in BASELINES.iter().zip(1..) {
        let clean: Vec<&[f32]> = excerpts.iter().map(|excerpt| excerpt.clean[i].as_slice()).collect();
        let standard = Standard::of(&clean);
        systems.push(System::new(baseline.name.into(), excerpts, |d| standard.apply(&d[i])));
    }
    let mut random = StdRng::seed_from_u64(super::SEED);
    let mut anything = |_: &Description| (0..CHANCE_DIMENSION).map(|_| random.random_range(-1.0f32..1.0)).collect();
    systems.push(System::new("chance".into(), excerpts, &mut anything));
    systems
}

/// Mean and spread of each dimension.
struct Standard {
    mean: Vec<f32>,
    spread: Vec<f32>,
}

impl Standard {
    fn of(vectors: &[&[f32]]) -> Self {
        let dimension = vectors.first().map_or(0, |vector| vector.len());
        let average = |value: &dyn Fn(&[f32], usize) -> f64, i| {
            vectors.iter().map(|vector| value(vector, i)).sum::<f64>() / vectors.len() as f64
        };
        let mean: Vec<f64> = (0..dimension).map(|i| average(&|vector, i| f64::from(vector[i]), i)).collect();
        let square = |vector: &[f32], i: usize| (f64::from(vector[i]) - mean[i]).powi(2);
        let spread = (0..dimension).map(|i| average(&square, i).sqrt() as f32).collect();
        Self { mean: mean.iter().map(|&mean| mean as f32).collect(), spread }
    }

    /// `(x − mean) / spread`; 0 in dimensions without spread.
    fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let standard =
            |((x, mean), spread): ((&f32, &f32), &f32)| if *spread > 0.0 { (x - mean) / spread } else { 0.0 };
        vector.iter().zip(&self.mean).zip(&self.spread).map(standard).collect()
    }
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
    fn standardised_dimensions_have_mean_0_and_spread_1_and_constant_ones_vanish() {
        let vectors: [&[f32]; 3] = [&[1.0, 7.0], &[2.0, 7.0], &[6.0, 7.0]];
        let standard = Standard::of(&vectors);
        let column: Vec<f32> = vectors.iter().map(|vector| standard.apply(vector)[0]).collect();
        assert!(column.iter().sum::<f32>().abs() < 1e-6);
        assert!((column.iter().map(|x| x * x).sum::<f32>() / 3.0 - 1.0).abs() < 1e-6);
        assert!(vectors.iter().all(|vector| standard.apply(vector)[1] == 0.0));
    }

    #[test]
    fn halves_are_parts_of_the_embedding_scaled_to_unit_length() {
        let half = |name: &str, start, end| sonoscape::encoder::Half { name: name.into(), start, end };
        let card = EncoderCard { dimension: 3, halves: vec![half("time", 0, 2)], ..EncoderCard::default() };
        let description = vec![vec![3.0, 4.0, 12.0], vec![1.0], vec![1.0]];
        let excerpts = [Described { clean: description.clone(), altered: vec![Some(description), None] }];
        let systems = systems(&excerpts, &card);
        let names: Vec<&str> = systems.iter().map(|system| system.name.as_str()).collect();
        assert_eq!(names, ["embedding", "embedding.time", "mean_mel", "mfcc_mean_covariance", "chance"]);
        assert_eq!(systems[1].clean[0], [0.6, 0.8]);
        assert_eq!(systems[1].altered[0], [Some(vec![0.6, 0.8]), None]);
        assert_eq!(systems[2].clean[0], [0.0]);
    }
}
