use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;

fn without(mut order: Vec<usize>, query: usize) -> Vec<usize> {
    order.retain(|&excerpt| excerpt != query);
    order
}

/// Twenty recordings of three excerpts at random; classes by turns, the last recording's unknown.
fn random_set() -> (Vec<Vec<f32>>, Vec<usize>, Classes) {
    let mut random = StdRng::seed_from_u64(7);
    let vector = |_| (0..4).map(|_| random.random_range(-1.0f32..1.0)).collect();
    let vectors: Vec<Vec<f32>> = (0..60).map(vector).collect();
    let recording: Vec<usize> = (0..60).map(|i| i / 3).collect();
    let names: Vec<&str> = (0..20).map(|i| ["a", "b", "c"][i % 3]).chain([""]).skip(1).collect();
    let classes = Classes::new(&names, &recording);
    (vectors, recording, classes)
}

#[test]
fn the_order_is_that_of_a_full_sort() {
    let (vectors, ..) = random_set();
    for query in &vectors {
        let found = order(query, &vectors, cosine);
        assert!(found.windows(2).all(|p| cosine(query, &vectors[p[0]]) >= cosine(query, &vectors[p[1]])));
        assert_eq!(found.iter().collect::<std::collections::BTreeSet<_>>().len(), vectors.len());
    }
    assert_eq!(order(&[1.0], &[vec![0.5], vec![1.0], vec![0.5]], cosine), [1, 0, 2]);
}

#[test]
fn the_rank_is_one_more_than_the_excerpts_nearer_than_the_nearest_of_the_recording() {
    let (vectors, recording, _) = random_set();
    for query in 0..vectors.len() {
        let score = |i: usize| cosine(&vectors[query], &vectors[i]);
        let others = || (0..vectors.len()).filter(|&i| i != query);
        let own = others().filter(|&i| recording[i] == recording[query]).map(score).fold(f32::MIN, f32::max);
        let expected = 1 + others().filter(|&i| score(i) > own).count();
        assert_eq!(
            own_rank(&without(order(&vectors[query], &vectors, cosine), query), query, &recording),
            Some(expected)
        );
    }
    assert_eq!(own_rank(&[1, 2], 0, &[0, 1, 1]), None);
}

#[test]
fn precision_is_the_share_of_the_nearest_ten_of_other_recordings() {
    let (vectors, recording, classes) = random_set();
    for query in 0..vectors.len() {
        let mut others: Vec<usize> =
            (0..60).filter(|&i| recording[i] != recording[query] && classes.of[i].is_some()).collect();
        others.sort_by(|&a, &b| cosine(&vectors[query], &vectors[b]).total_cmp(&cosine(&vectors[query], &vectors[a])));
        let same = others[..10].iter().filter(|&&i| classes.of[i] == classes.of[query]).count();
        let expected = classes.of[query].map(|_| same as f64 / 10.0);
        let order = without(order(&vectors[query], &vectors, cosine), query);
        assert_eq!(precision(&order, query, &recording, &classes), expected);
    }
}

#[test]
fn a_class_of_two_recordings_is_not_asked_about_but_stays_among_the_neighbours() {
    let recording = [0, 1, 2, 3, 4, 4];
    let classes = Classes::new(&["a", "a", "a", "b", "b"], &recording);
    assert_eq!(classes.asked, [true, false]);
    assert_eq!(precision(&[4, 1, 5, 2, 3], 0, &recording, &classes), Some(0.4));
    assert_eq!(precision(&[0, 1, 2, 4, 5], 3, &recording, &classes), None);
}

#[test]
fn the_majority_of_five_wins_and_in_a_tie_the_nearest() {
    let recording: Vec<usize> = (0..8).collect();
    let classes = Classes::new(&["a", "a", "a", "b", "b", "b", "c", ""], &recording);
    let voted = |order: &[usize]| vote(order, 0, &recording, &classes);
    assert_eq!(voted(&[3, 1, 2, 4, 5]), Some(0.0));
    assert_eq!(voted(&[1, 3, 4, 2, 6, 5]), Some(1.0), "two of each, and a is the nearest");
    assert_eq!(voted(&[3, 1, 2, 4, 6]), Some(0.0), "two of each, and b is the nearest");
    assert_eq!(voted(&[7, 1, 2, 7, 4, 5, 6]), Some(1.0), "what is unknown does not vote");
}

#[test]
fn the_middle_of_a_star_is_everyones_neighbour() {
    let star: Vec<Vec<usize>> = std::iter::once(vec![1]).chain(std::iter::repeat_n(vec![0], 9)).collect();
    let found = hubness(star.iter().map(Vec::as_slice), 10);
    let counts = [9.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let moment = |p| counts.iter().map(|c: &f64| (c - 1.0).powi(p)).sum::<f64>() / 10.0;
    assert_eq!(found.largest_count, 9);
    assert!((found.skewness - moment(3) / moment(2).powf(1.5)).abs() < 1e-12 && found.skewness > 2.0);
    let ring: Vec<Vec<usize>> = (0..10).map(|i| vec![(i + 1) % 10]).collect();
    assert_eq!(hubness(ring.iter().map(Vec::as_slice), 10), Hubness { skewness: 0.0, largest_count: 1 });
}

#[test]
fn the_nearest_is_the_first_in_order() {
    let gallery: Vec<Vec<f32>> = (0..30).map(|i| vec![((i * 7) % 11) as f32, (i % 3) as f32]).collect();
    for query in &gallery {
        assert_eq!(nearest(query, &gallery, cosine), order(query, &gallery, cosine).first().copied());
    }
    assert_eq!(nearest(&[1.0], &[], cosine), None);
}
