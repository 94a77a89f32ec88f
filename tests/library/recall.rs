//! What the searches find, beside an exact search of embeddings that are not rounded.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::real::embeddings;
use sonoscape::search::coarse_top_k;
use sonoscape::{Code, Embedding, Index, Neighbour, Signs, quantize};

const K: usize = 10;
/// Two sums of 256 products in f32 may differ by this.
const ROUNDING: f32 = 1e-5;

/// Real rows and queries, none of which is a row.
fn rows_and_queries() -> (Vec<Embedding>, Vec<Embedding>) {
    let (queries, rows): (Vec<_>, Vec<_>) = embeddings().into_iter().enumerate().partition(|(i, _)| i % 20 == 0);
    let without_place = |set: Vec<(usize, Embedding)>| set.into_iter().map(|(_, embedding)| embedding).collect();
    (without_place(rows), without_place(queries))
}

fn index_of(rows: &[Embedding]) -> (Index, Signs) {
    let codes: Vec<Code> = rows.iter().map(quantize).collect();
    let values: Vec<i8> = codes.iter().flat_map(|code| code.values.clone()).collect();
    let signs = codes.iter().flat_map(|code| Signs::of(&code.values)).collect();
    let index = Index::new(256, &values, codes.iter().map(|code| code.scale).collect()).expect("an index");
    (index, Signs::new(256, signs).expect("signs"))
}

/// The share of the truly nearest rows that `find` finds.
fn recall(rows: &[Embedding], queries: &[Embedding], find: impl Fn(&Embedding) -> Vec<Neighbour>) -> f64 {
    let found = |query: &Embedding| {
        let mut exact: Vec<(f32, usize)> = rows.iter().enumerate().map(|(i, row)| (row.cosine(query), i)).collect();
        exact.sort_by(|a, b| b.0.total_cmp(&a.0));
        let rows: Vec<usize> = find(query).iter().map(|neighbour| neighbour.row).collect();
        exact[..K].iter().filter(|(_, row)| rows.contains(row)).count()
    };
    queries.iter().map(found).sum::<usize>() as f64 / (queries.len() * K) as f64
}

#[test]
fn codes_find_what_is_truly_nearest() {
    let (rows, queries) = rows_and_queries();
    let (index, _) = index_of(&rows);
    let rounded = recall(&rows, &queries, |query| index.top_k(&quantize(query), K));
    let unrounded = recall(&rows, &queries, |query| index.nearest(query, K));
    assert!(rounded >= 0.995 && unrounded >= 0.995, "{rounded} {unrounded}");
}

#[test]
fn signs_and_a_second_look_find_what_is_truly_nearest() {
    let (rows, queries) = rows_and_queries();
    let (index, signs) = index_of(&rows);
    let found = recall(&rows, &queries, |query| coarse_top_k(&signs, &index, query, K, 128));
    assert!(found >= 0.98, "{found}");
}

#[test]
fn a_second_look_at_everything_is_a_full_search() {
    let (rows, queries) = rows_and_queries();
    let (index, signs) = index_of(&rows);
    for query in &queries {
        let cosine =
            |row| Embedding::from_slice(&index.code(row).expect("a row").dequantize()).expect("a row").cosine(query);
        let mut cosines: Vec<f32> = (0..rows.len()).map(cosine).collect();
        cosines.sort_by(|a, b| b.total_cmp(a));
        let found = coarse_top_k(&signs, &index, query, K, usize::MAX);
        assert_eq!(found.len(), K);
        for (neighbour, cosine) in found.iter().zip(cosines) {
            assert!((neighbour.score - cosine).abs() < ROUNDING, "{} instead of {cosine}", neighbour.score);
        }
    }
}
