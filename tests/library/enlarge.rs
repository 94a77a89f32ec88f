#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::real::embeddings;
use sonoscape::{Embedding, Enlargement, Index, Neighbour, quantize};

const K: usize = 10;
/// Neighbours by which the intrinsic dimension is estimated.
const NEAR: usize = 20;

/// How a set of embeddings lies.
struct Shape {
    /// Median cosine to the nearest neighbour.
    first: f64,
    /// Median cosine to the tenth.
    tenth: f64,
    /// Skewness of how often a row is among the ten nearest of others (Radovanović et al., JMLR 2010).
    hubs: f64,
    /// Median estimate of Levina and Bickel (NeurIPS 2004).
    dimension: f64,
}

impl Shape {
    fn of(set: &[Embedding]) -> Self {
        let codes: Vec<_> = set.iter().map(quantize).collect();
        let values: Vec<i8> = codes.iter().flat_map(|code| code.values.clone()).collect();
        let index =
            Index::new(set[0].dimension(), &values, codes.iter().map(|code| code.scale).collect()).expect("rows");
        let others = |row: usize| {
            let nearest = index.top_k(&codes[row], NEAR + 1).into_iter();
            nearest.filter(|other| other.row != row).take(NEAR).collect::<Vec<_>>()
        };
        let neighbours: Vec<Vec<Neighbour>> = (0..set.len()).map(others).collect();
        let mut occurrences = vec![0.0; set.len()];
        for neighbour in neighbours.iter().flat_map(|row| &row[..K]) {
            occurrences[neighbour.row] += 1.0;
        }
        Self {
            first: median(neighbours.iter().map(|row| f64::from(row[0].score))),
            tenth: median(neighbours.iter().map(|row| f64::from(row[K - 1].score))),
            hubs: skewness(&occurrences),
            dimension: median(neighbours.iter().map(|row| intrinsic_dimension(row))),
        }
    }
}

fn intrinsic_dimension(neighbours: &[Neighbour]) -> f64 {
    let distance = |neighbour: &Neighbour| (2.0 - 2.0 * f64::from(neighbour.score)).max(1e-9).sqrt();
    let (last, nearer) = neighbours.split_last().expect("neighbours");
    let logarithms = nearer.iter().map(|neighbour| libm::log(distance(last) / distance(neighbour)));
    nearer.len() as f64 / logarithms.sum::<f64>()
}

fn skewness(values: &[f64]) -> f64 {
    let mean_of = |power: &dyn Fn(f64) -> f64| values.iter().map(|v| power(*v)).sum::<f64>() / values.len() as f64;
    let mean = mean_of(&|v| v);
    let variance = mean_of(&|v| (v - mean) * (v - mean));
    mean_of(&|v| (v - mean) * (v - mean) * (v - mean)) / (variance * variance.sqrt())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How much a cosine may differ: real excerpts come several a track, nearer to each other than to any other.
const COSINE_TOLERANCE: f64 = 0.05;
const FIRST_COSINE_TOLERANCE: f64 = 0.2;
const HUBS_TOLERANCE: f64 = 0.5;
const DIMENSION_TOLERANCE: f64 = 4.0;

#[test]
fn half_a_collection_made_large_resembles_the_whole() {
    let whole = embeddings();
    let half: Vec<Embedding> = whole.iter().step_by(2).cloned().collect();
    let made: Vec<Embedding> = Enlargement::new(&half, 1).expect("neighbours").take(whole.len()).collect();
    let (made, real) = (Shape::of(&made), Shape::of(&whole));
    let near = |name, made: f64, real: f64, tolerance| {
        assert!((made - real).abs() < tolerance, "{name}: {made:.3} instead of {real:.3}");
    };
    near("cosine to the nearest", made.first, real.first, FIRST_COSINE_TOLERANCE);
    near("cosine to the tenth", made.tenth, real.tenth, COSINE_TOLERANCE);
    near("hubs", made.hubs, real.hubs, HUBS_TOLERANCE);
    near("intrinsic dimension", made.dimension, real.dimension, DIMENSION_TOLERANCE);
}

#[test]
fn the_larger_the_denser() {
    let real: Vec<Embedding> = embeddings().into_iter().step_by(8).collect();
    let tenth = |rows| Shape::of(&Enlargement::new(&real, 1).expect("neighbours").take(rows).collect::<Vec<_>>()).tenth;
    let cosines = [500, 1000, 2000, 4000].map(tenth);
    assert!(cosines.is_sorted(), "{cosines:?}");
}

#[test]
fn a_stream_depends_on_its_seed_alone() {
    let real: Vec<Embedding> = embeddings().into_iter().take(100).collect();
    let stream = |seed| Enlargement::new(&real, seed).expect("neighbours").take(50).collect::<Vec<_>>();
    assert_eq!(stream(1), stream(1));
    assert_ne!(stream(1), stream(2));
    assert_eq!(stream(1)[..20], Enlargement::new(&real, 1).expect("neighbours").take(20).collect::<Vec<_>>());
}

#[test]
fn too_few_and_unlike_embeddings_are_refused() {
    let mut real: Vec<Embedding> = embeddings().into_iter().take(100).collect();
    assert!(Enlargement::new(&real[..12], 1).is_err());
    assert!(Enlargement::new(&[], 1).is_err());
    real.push(Embedding::from_slice(&[1.0, 2.0]).expect("a direction"));
    assert!(Enlargement::new(&real, 1).is_err());
}
