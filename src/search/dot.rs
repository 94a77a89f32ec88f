//! Inner products of 8-bit codes. [`scalar`] is the oracle; every other kernel gives the same integers faster.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub(super) mod differing;
#[cfg(target_arch = "aarch64")]
mod neon;
pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

/// Rows and query are as long as a multiple of this.
pub const ALIGNMENT: usize = 32;

/// One way of computing inner products.
#[derive(Debug)]
pub struct Kernel {
    /// What it is called: the instructions that it is made of.
    pub name: &'static str,
    is_available: fn() -> bool,
    dot_rows: fn(&[i8], &[i8], &mut [i32]),
}

/// Fastest first; the last is available everywhere.
static KERNELS: &[Kernel] = &[
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "avx512", is_available: avx512::is_available, dot_rows: avx512::dot_rows },
    #[cfg(target_arch = "x86_64")]
    Kernel { name: "avx2", is_available: avx2::is_available, dot_rows: avx2::dot_rows },
    #[cfg(target_arch = "aarch64")]
    Kernel { name: "neon", is_available: neon::is_available, dot_rows: neon::dot_rows },
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Kernel { name: "simd128", is_available: || true, dot_rows: simd128::dot_rows },
    SCALAR,
];

const SCALAR: Kernel = Kernel { name: "scalar", is_available: || true, dot_rows: scalar::dot_rows };

/// The kernels that this processor can run, fastest first.
pub fn kernels() -> impl Iterator<Item = &'static Kernel> {
    KERNELS.iter().filter(|kernel| (kernel.is_available)())
}

/// Writes the inner product of `query` with each row of `rows` to `sums`, by the fastest kernel this processor has.
///
/// As [`Kernel::dot_rows`].
///
/// # Panics
/// When the shapes do not agree.
pub fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    fastest().dot_rows(rows, query, sums);
}

/// The name of the kernel that [`dot_rows`] uses here.
pub fn kernel() -> &'static str {
    fastest().name
}

fn fastest() -> &'static Kernel {
    kernels().next().unwrap_or(&SCALAR)
}

impl Kernel {
    /// Writes the inner product of `query` with each row of `rows` to `sums`, exactly.
    ///
    /// # Shapes and units
    /// | value | shape |
    /// |---|---|
    /// | `rows` | `[sums.len(), query.len()]` |
    /// | `query` | `[stride]`, a positive multiple of [`ALIGNMENT`], at most 65 536 |
    ///
    /// # Panics
    /// When the shapes do not agree.
    pub fn dot_rows(&self, rows: &[i8], query: &[i8], sums: &mut [i32]) {
        check_shapes(rows, query, sums);
        (self.dot_rows)(rows, query, sums);
    }
}

fn check_shapes(rows: &[i8], query: &[i8], sums: &[i32]) {
    let sound = query.len().is_multiple_of(ALIGNMENT) && (ALIGNMENT..=1 << 16).contains(&query.len());
    assert!(sound, "a query of {} values", query.len());
    assert_eq!(rows.len(), query.len() * sums.len(), "values of {} rows of {}", sums.len(), query.len());
}
