//! The kernel that every other is held to.

/// See [`super::dot_rows`].
pub fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    super::check_shapes(rows, query, sums);
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len())) {
        *sum = row.iter().zip(query).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
    }
}
