#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use proptest::prelude::*;
use sonoscape::quantize::rotate;
use sonoscape::search::dot::{ALIGNMENT, kernel, kernels, scalar};
use sonoscape::{Code, Embedding, Index, Neighbour, Signs, quantize};

fn codes(rows: usize, dimension: usize) -> impl Strategy<Value = Vec<i8>> {
    prop::collection::vec(any::<i8>(), rows * dimension)
}

/// Scores every row and sorts: the oracle of the search.
fn by_sorting(dimension: usize, values: &[i8], scales: &[f32], query: &Code, k: usize) -> Vec<Neighbour> {
    let score = |(row, code): (usize, &[i8])| {
        let sum: i32 = code.iter().zip(&query.values).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
        Neighbour { row, score: sum as f32 * (scales[row] * query.scale) }
    };
    let mut all: Vec<_> = values.chunks_exact(dimension).enumerate().map(score).collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
    all.truncate(k);
    all
}

/// The query in 16 levels, each multiplied by a sign.
fn estimate_by_levels(row: &[i8], query: &Code) -> f32 {
    let largest = query.values.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0).max(1);
    let width = 2.0 * f32::from(largest) / 15.0;
    let product = |(row, query): (&i8, &i8)| {
        let level = (f32::from(*query) / width + 7.5).round() - 7.5;
        if *row < 0 { -level } else { level }
    };
    let sum: f32 = row.iter().zip(&query.values).map(product).sum();
    sum * width * query.scale / ((row.len() as f32).sqrt() * (2.0 / core::f32::consts::PI).sqrt())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_kernel_gives_the_scalar_kernels_integers(
        (query, rows) in (1..10usize).prop_flat_map(|n| (codes(1, n * ALIGNMENT), codes(7, n * ALIGNMENT)))
    ) {
        let mut expected = [1; 7];
        scalar::dot_rows(&rows, &query, &mut expected);
        for kernel in kernels() {
            let mut found = [2; 7];
            kernel.dot_rows(&rows, &query, &mut found);
            prop_assert_eq!(expected, found, "{}", kernel.name);
        }
    }

    #[test]
    fn signs_are_scored_by_the_querys_levels(
        (dimension, rows, query) in (1..300usize).prop_flat_map(|d| (Just(d), codes(5, d), codes(1, d))),
    ) {
        let bits = rows.chunks_exact(dimension).flat_map(Signs::of).collect();
        let query = Code { values: query, scale: 1e-5 };
        let mut found: Vec<f32> = Vec::new();
        Signs::new(dimension, bits).expect("signs").scan(core::slice::from_ref(&query), |block| found.extend(block.scores));
        for (row, found) in rows.chunks_exact(dimension).zip(found) {
            let expected = estimate_by_levels(row, &query);
            prop_assert!((found - expected).abs() < 1e-5, "{} instead of {}", found, expected);
        }
    }

    #[test]
    fn top_k_is_what_sorting_gives(
        (dimension, rows, query) in (1..70usize).prop_flat_map(|d| (Just(d), codes(60, d), codes(1, d))),
        k in 0..70usize,
    ) {
        let scales: Vec<f32> = (0..60).map(|row| 0.01 + (row % 3) as f32 * 0.005).collect();
        let index = Index::new(dimension, &rows, scales.clone()).expect("an index");
        let query = Code { values: query, scale: 0.01 };
        prop_assert_eq!(index.top_k(&query, k), by_sorting(dimension, &rows, &scales, &query, k));
    }

    #[test]
    fn a_code_is_off_by_less_than_a_step(values in prop::collection::vec(-1.0f32..1.0, 256)) {
        prop_assume!(values.iter().any(|value| value.abs() > 1e-3));
        let embedding = Embedding::from_slice(&values).expect("a direction");
        let code = quantize(&embedding);
        let mut rotated = embedding.as_slice().to_vec();
        rotate(&mut rotated);
        for (value, level) in rotated.iter().zip(&code.values) {
            prop_assert!((value - f32::from(*level) * code.scale).abs() < code.scale);
        }
        let back = Embedding::from_slice(&code.dequantize()).expect("a direction");
        prop_assert!(back.cosine(&embedding) > 0.999);
    }

    #[test]
    fn a_code_scores_one_with_itself(values in prop::collection::vec(-1.0f32..1.0, 256)) {
        prop_assume!(values.iter().any(|value| value.abs() > 1e-3));
        let code = quantize(&Embedding::from_slice(&values).expect("a direction"));
        let index = Index::new(256, &code.values, vec![code.scale]).expect("an index");
        prop_assert!((index.top_k(&code, 1)[0].score - 1.0).abs() < 1e-6);
    }
}

#[test]
fn the_largest_sums_do_not_overflow() {
    for (row, query) in [(-128, -128), (-128, 127), (127, -128), (127, 127)] {
        let length = 1 << 16;
        for kernel in kernels() {
            let mut sums = [0];
            kernel.dot_rows(&vec![row; length], &vec![query; length], &mut sums);
            assert_eq!(sums, [i32::from(row) * i32::from(query) * length as i32], "{}", kernel.name);
        }
    }
}

#[test]
fn the_fastest_kernel_is_the_first() {
    assert_eq!(kernels().next().map(|kernel| kernel.name), Some(kernel()));
    assert_eq!(kernels().last().map(|kernel| kernel.name), Some("scalar"));
}

#[test]
fn more_rows_than_a_block_are_all_found() {
    let rows = 5000;
    let codes: Vec<i8> = (0..rows).map(|row| (row * 37 % 127) as i8).collect();
    let index = Index::new(1, &codes, vec![1.0; rows]).expect("an index");
    let query = Code { values: vec![1], scale: 1.0 };
    assert_eq!(index.top_k(&query, rows), by_sorting(1, &codes, &vec![1.0; rows], &query, rows));
}

#[test]
fn lengths_that_do_not_agree_and_scales_of_no_code_are_refused() {
    assert!(Index::new(2, &[1, 2, 3], vec![1.0]).is_err());
    assert!(Index::new(0, &[], vec![]).is_err());
    assert!(Index::new(1, &[1], vec![f32::NAN]).is_err());
    assert!(Index::new(1, &[1], vec![0.0]).is_err());
    assert!(Index::new(1, &[1], vec![1.5]).is_err());
}

#[test]
fn signs_estimate_the_cosine() {
    let embedding = |seed: u32| {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        let values: Vec<f32> = (0..256).map(|_| (0..12).map(|_| next()).sum::<f32>() - 6.0).collect();
        Embedding::from_slice(&values).expect("a direction")
    };
    let query = embedding(0);
    for share in [0.0, 0.3, 0.6, 0.9] {
        let mix = |seed| {
            let other = embedding(seed);
            let values: Vec<f32> =
                query.as_slice().iter().zip(other.as_slice()).map(|(q, o)| share * q + (1.0 - share) * o).collect();
            Embedding::from_slice(&values).expect("a direction")
        };
        let rows: Vec<Embedding> = (1..200).map(mix).collect();
        let bits = rows.iter().flat_map(|row| Signs::of(&quantize(row).values)).collect();
        let (mut estimated, mut exact) = (0.0, 0.0);
        Signs::new(256, bits).expect("signs").scan(&[quantize(&query)], |block| {
            estimated += block.scores.iter().sum::<f32>() / 199.0;
        });
        exact += rows.iter().map(|row| row.cosine(&query)).sum::<f32>() / 199.0;
        assert!((estimated - exact).abs() < 0.05, "{estimated} instead of {exact}");
    }
}

#[test]
fn a_rotation_is_the_walsh_hadamard_matrix_and_undoes_itself() {
    for dimension in [1usize, 3, 12, 32, 256] {
        let block = 1 << dimension.trailing_zeros();
        let values: Vec<f32> = (0..dimension).map(|i| ((i * 37) % 11) as f32 - 5.0).collect();
        let of = |place: usize| -> f32 {
            let (start, row) = (place / block * block, place % block);
            let sign = |i: usize| if (i & row).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
            (0..block).map(|i| sign(i) * values[start + i]).sum::<f32>() / (block as f32).sqrt()
        };
        let mut rotated = values.clone();
        rotate(&mut rotated);
        assert!(rotated.iter().enumerate().all(|(i, value)| (value - of(i)).abs() < 1e-4), "{dimension}");
        rotate(&mut rotated);
        assert!(rotated.iter().zip(&values).all(|(back, value)| (back - value).abs() < 1e-4), "{dimension}");
    }
}

#[test]
fn a_blend_lies_near_what_is_liked_and_far_from_what_is_not() {
    let axis = |i: usize| {
        let mut values = [0.1; 8];
        values[i] = 1.0;
        Embedding::from_slice(&values).expect("a direction")
    };
    let (liked, also, disliked) = (axis(0), axis(1), axis(2));
    let blend = Embedding::blend(&[(&liked, 0.5), (&also, 0.5), (&disliked, -0.5)]).expect("a direction");
    assert!((blend.cosine(&liked) - blend.cosine(&also)).abs() < 1e-6);
    assert!(blend.cosine(&liked) > 0.5 && blend.cosine(&disliked) < 0.0);
    assert!(Embedding::blend(&[(&liked, 1.0)]).is_ok_and(|alone| alone.cosine(&liked) > 0.999));
    assert!(Embedding::blend(&[]).is_err());
    assert!(Embedding::blend(&[(&liked, 1.0), (&liked, -1.0)]).is_err());
    let short = Embedding::from_slice(&[1.0]).expect("a direction");
    assert!(Embedding::blend(&[(&liked, 1.0), (&short, 1.0)]).is_err());
}
