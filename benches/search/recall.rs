//! What the searches find of the truly nearest rows, and the same rows and queries for the peers.

use crate::collection::Collection;
use crate::report::say;
use crate::{CANDIDATES, K, demo};
use sonoscape::search::coarse_top_k;
use sonoscape::{Embedding, Index, Neighbour, Signs, quantize};
use std::fs;
use std::path::{Path, PathBuf};

/// Names the folder where the peers look for rows and queries.
const VECTORS: &str = "VECTORS";

/// Values that are summed side by side.
const LANES: usize = 16;

pub fn measure(rows: &[Embedding], queries: &[Embedding]) {
    let nearest = exact(rows, queries, K);
    let large = Recall::of(rows, queries, &nearest);
    let demo = demo::embeddings();
    let small = Recall::of(&demo, &demo, &exact(&demo, &demo, K + 1));
    let label = |large: f64, small: f64| {
        format!("the worse of {} made rows: {large:.4} and the demo's {}: {small:.4}", rows.len(), demo.len())
    };
    say("vectors.recall_int8", large.codes.min(small.codes), &label(large.codes, small.codes));
    say("vectors.recall_rounded", large.rounded.min(small.rounded), &label(large.rounded, small.rounded));
    say("vectors.recall_coarse", large.coarse.min(small.coarse), &label(large.coarse, small.coarse));
    if let Some(folder) = std::env::var_os(VECTORS).map(PathBuf::from) {
        for_peers(&folder, rows, queries, &nearest, large.codes);
    }
}

/// Shares of the truly nearest rows that are found.
struct Recall {
    codes: f64,
    /// With the query rounded, too.
    rounded: f64,
    coarse: f64,
}

impl Recall {
    /// A query that is a row does not count itself, which is its own first neighbour.
    fn of(rows: &[Embedding], queries: &[Embedding], exact: &[Vec<usize>]) -> Self {
        let collection = Collection::of(rows.len(), rows.iter().cloned());
        let (index, signs): (Index, Signs) = (collection.index(), collection.signs());
        let k = exact[0].len();
        let share = |find: &dyn Fn(&Embedding) -> Vec<Neighbour>| {
            let found = |(query, exact): (&Embedding, &Vec<usize>)| {
                let found: Vec<usize> = find(query).iter().map(|neighbour| neighbour.row).collect();
                exact[k - K..].iter().filter(|row| found.contains(row)).count()
            };
            queries.iter().zip(exact).map(found).sum::<usize>() as f64 / (queries.len() * K) as f64
        };
        Self {
            codes: share(&|query| index.nearest(query, k)),
            rounded: share(&|query| index.top_k(&quantize(query), k)),
            coarse: share(&|query| coarse_top_k(&signs, &index, query, k, CANDIDATES)),
        }
    }
}

/// For each query the `k` rows with the highest cosine, highest first.
fn exact(rows: &[Embedding], queries: &[Embedding], k: usize) -> Vec<Vec<usize>> {
    let nearest = |query: &Embedding| {
        let mut cosines: Vec<(f32, usize)> = rows.iter().enumerate().map(|(i, row)| (cosine(row, query), i)).collect();
        cosines.select_nth_unstable_by(k, |a, b| b.0.total_cmp(&a.0));
        cosines.truncate(k);
        cosines.sort_by(|a, b| b.0.total_cmp(&a.0));
        cosines.into_iter().map(|(_, row)| row).collect()
    };
    queries.iter().map(nearest).collect()
}

fn cosine(a: &Embedding, b: &Embedding) -> f32 {
    let mut sums = [0.0; LANES];
    for (a, b) in a.as_slice().as_chunks::<LANES>().0.iter().zip(b.as_slice().as_chunks::<LANES>().0) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

/// Writes rows, queries, the truly nearest rows and the share of these that codes find.
fn for_peers(folder: &Path, rows: &[Embedding], queries: &[Embedding], nearest: &[Vec<usize>], recall: f64) {
    fs::create_dir_all(folder).expect("a folder for the peers");
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.join(name), bytes).expect("room for the peers' vectors");
    let floats = |set: &[Embedding]| set.iter().flat_map(Embedding::as_slice).flat_map(|v| v.to_le_bytes()).collect();
    write("rows.f32", floats(rows));
    write("queries.f32", floats(queries));
    write("nearest.u32", nearest.iter().flatten().flat_map(|row| (*row as u32).to_le_bytes()).collect());
    write("recall.txt", recall.to_string().into_bytes());
}
