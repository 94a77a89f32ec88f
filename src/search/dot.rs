//! Inner products of 8-bit codes. [`scalar`] is the oracle; every other kernel gives the same integers faster.

#[cfg(target_arch = "x86_64")]
mod avx2;
pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

/// Rows and query are as long as a multiple of this.
pub const ALIGNMENT: usize = 32;

/// Writes the inner product of `query` with each row of `rows` to `sums`, by the fastest kernel this processor has.
///
/// # Shapes and units
/// | value | shape |
/// |---|---|
/// | `rows` | `[sums.len(), query.len()]` |
/// | `query` | `[stride]`, a positive multiple of [`ALIGNMENT`], at most 65 536 |
///
/// # Panics
/// When the shapes do not agree.
pub fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    check_shapes(rows, query, sums);
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    simd128::dot_rows(rows, query, sums);
    #[cfg(target_arch = "x86_64")]
    if avx2::dot_rows(rows, query, sums) {
        return;
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    scalar::dot_rows(rows, query, sums);
}

/// The name of the kernel that [`dot_rows`] uses here.
pub fn kernel() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if avx2::is_available() {
        return "avx2";
    }
    if cfg!(all(target_arch = "wasm32", target_feature = "simd128")) { "simd128" } else { "scalar" }
}

fn check_shapes(rows: &[i8], query: &[i8], sums: &[i32]) {
    let sound = query.len().is_multiple_of(ALIGNMENT) && (ALIGNMENT..=1 << 16).contains(&query.len());
    assert!(sound, "a query of {} values", query.len());
    assert_eq!(rows.len(), query.len() * sums.len(), "values of {} rows of {}", sums.len(), query.len());
}
