//! The matrix product of the network in the browser: a kernel for tract's registry.
//!
//! tract's own for wasm keeps sixteen accumulators. An x86 processor has sixteen vector registers for them and their
//! operands together, so that a browser moves them to memory and back in the innermost loop. This one keeps eight.
//!
//! tract's registry is one for the whole program: every other network that it computes there uses this kernel too.
#![allow(unsafe_code)]

use std::arch::wasm32::*;
use std::array::from_fn;

use tract_onnx::prelude::DatumType;
use tract_onnx::tract_core::tract_linalg::isa::Arch;
use tract_onnx::tract_core::tract_linalg::mmm::{DynKernel, FusedKerSpec as Spec, OutputStoreKer, Query};
use tract_onnx::tract_core::tract_linalg::mmm_routines::MmmRoutine;
use tract_onnx::tract_core::tract_linalg::mmm_tiers::MmmTier;
use tract_onnx::tract_core::tract_linalg::pack::Packing;

const NAME: &str = "sonoscape_f32_4x8";

/// Rows of the product that are computed at once.
const ROWS: usize = 4;
/// Vectors of four columns that are computed at once.
const VECTORS: usize = 2;
const COLUMNS: usize = 4 * VECTORS;

/// What [`compute`] answers when it cannot do what it was asked.
const REFUSED: isize = 1;

type Tile = [[v128; VECTORS]; ROWS];

inventory::submit! {
    MmmRoutine { make: || kernel().mmm() }
}

inventory::submit! {
    MmmTier {
        arch: Some(Arch::Wasm32Simd128),
        precedence: 2,
        name: "sonoscape",
        applies: |_| true,
        preferred: |_, accumulator, query, _| preferred(accumulator, query),
    }
}

/// Keeps the linker from dropping the registration.
pub fn register() {
    std::hint::black_box(kernel as *const ());
}

fn preferred(accumulator: DatumType, query: &Query) -> Option<&'static str> {
    (accumulator == DatumType::F32 && query.n != Some(1)).then_some(NAME)
}

fn kernel() -> DynKernel<ROWS, COLUMNS, f32> {
    let mut kernel = DynKernel::new(NAME, compute, f32::packing(ROWS), f32::packing(COLUMNS));
    kernel.arch = Some(Arch::Wasm32Simd128);
    kernel
}

/// Does what tract asks for one tile of the product, in order.
///
/// # Safety
/// `specs` ends with [`Spec::Done`], and the pointers in it lead to what tract says: operands packed as [`kernel`] asks,
/// one value a row or a column, a tile of an array.
unsafe fn compute(specs: &[Spec<f32>]) -> isize {
    let zero: Tile = [[f32x4_splat(0.0); VECTORS]; ROWS];
    let mut tile = zero;
    for spec in specs {
        // SAFETY: the caller vouches for every pointer.
        unsafe {
            match *spec {
                Spec::Done => break,
                Spec::Clear => tile = zero,
                Spec::AddMatMul { k, pa, pb, .. } => multiply(&mut tile, k, pa.cast(), pb.cast()),
                Spec::Store(to) => store(&tile, &to),
                Spec::AddUnicast(from) => update(&mut tile, |v, r, j| f32x4_add(v, load(&from, r, j))),
                Spec::AddRowColProducts(a, b) => {
                    update(&mut tile, |v, r, j| f32x4_add(v, f32x4_mul(row(a, r), column(b, j))));
                }
                Spec::ScalarMin(x) => update(&mut tile, |v, _, _| f32x4_min(f32x4_splat(x), v)),
                Spec::ScalarMax(x) => update(&mut tile, |v, _, _| f32x4_max(f32x4_splat(x), v)),
                Spec::ScalarAdd(x) => update(&mut tile, |v, _, _| f32x4_add(f32x4_splat(x), v)),
                Spec::ScalarMul(x) => update(&mut tile, |v, _, _| f32x4_mul(f32x4_splat(x), v)),
                Spec::ScalarSub(x) => update(&mut tile, |v, _, _| f32x4_sub(f32x4_splat(x), v)),
                Spec::ScalarSubF(x) => update(&mut tile, |v, _, _| f32x4_sub(v, f32x4_splat(x))),
                Spec::PerRowMin(a) => update(&mut tile, |v, r, _| f32x4_min(row(a, r), v)),
                Spec::PerRowMax(a) => update(&mut tile, |v, r, _| f32x4_max(row(a, r), v)),
                Spec::PerRowAdd(a) => update(&mut tile, |v, r, _| f32x4_add(row(a, r), v)),
                Spec::PerRowMul(a) => update(&mut tile, |v, r, _| f32x4_mul(row(a, r), v)),
                Spec::PerRowSub(a) => update(&mut tile, |v, r, _| f32x4_sub(row(a, r), v)),
                Spec::PerRowSubF(a) => update(&mut tile, |v, r, _| f32x4_sub(v, row(a, r))),
                Spec::PerColMin(b) => update(&mut tile, |v, _, j| f32x4_min(column(b, j), v)),
                Spec::PerColMax(b) => update(&mut tile, |v, _, j| f32x4_max(column(b, j), v)),
                Spec::PerColAdd(b) => update(&mut tile, |v, _, j| f32x4_add(column(b, j), v)),
                Spec::PerColMul(b) => update(&mut tile, |v, _, j| f32x4_mul(column(b, j), v)),
                Spec::PerColSub(b) => update(&mut tile, |v, _, j| f32x4_sub(column(b, j), v)),
                Spec::PerColSubF(b) => update(&mut tile, |v, _, j| f32x4_sub(v, column(b, j))),
                Spec::LeakyRelu(slope) => update(&mut tile, |v, _, _| {
                    v128_bitselect(v, f32x4_mul(f32x4_splat(slope), v), f32x4_gt(v, f32x4_splat(0.0)))
                }),
                // tract asks for these in its own tests, or for integers.
                Spec::LoadTile(..) | Spec::QScale(..) | Spec::RoundingShiftRight(..) | Spec::ShiftLeft(_) => {
                    return REFUSED;
                }
            }
        }
    }
    0
}

/// Adds the product of `a` `[k, ROWS]`, transposed, and `b` `[k, COLUMNS]`.
///
/// # Safety
/// Both have that many values.
#[inline(always)]
unsafe fn multiply(tile: &mut Tile, k: usize, a: *const f32, b: *const f32) {
    for i in 0..k {
        // SAFETY: `i` is below `k`.
        let (a, b) = unsafe { (a.add(i * ROWS), b.add(i * COLUMNS)) };
        // SAFETY: each has its values of one `i`.
        let columns: [v128; VECTORS] = from_fn(|j| unsafe { column(b, j) });
        // SAFETY: as above.
        update(tile, |v, r, j| f32x4_add(v, f32x4_mul(unsafe { row(a, r) }, columns[j])));
    }
}

/// Replaces each vector, given its row and its place in it.
#[inline(always)]
fn update(tile: &mut Tile, vector: impl Fn(v128, usize, usize) -> v128) {
    *tile = from_fn(|r| from_fn(|j| vector(tile[r][j], r, j)));
}

/// The value of row `r`, four times.
///
/// # Safety
/// There are more than `r` values.
#[inline(always)]
unsafe fn row(values: *const f32, r: usize) -> v128 {
    // SAFETY: the caller vouches for it.
    unsafe { v128_load32_splat(values.add(r).cast()) }
}

/// The values of the `j`th four columns.
///
/// # Safety
/// There are at least `4 · (j + 1)` values.
#[inline(always)]
unsafe fn column(values: *const f32, j: usize) -> v128 {
    // SAFETY: the caller vouches for it; the load needs no alignment.
    unsafe { v128_load(values.add(4 * j).cast()) }
}

/// # Safety
/// `from` is a whole tile.
#[inline(always)]
unsafe fn load(from: &OutputStoreKer, r: usize, j: usize) -> v128 {
    // SAFETY: row and column are within the tile.
    let value = |c| unsafe { at(from, r, 4 * j + c).read() };
    f32x4(value(0), value(1), value(2), value(3))
}

/// # Safety
/// `to` is a whole tile that may be written.
#[inline(always)]
unsafe fn store(tile: &Tile, to: &OutputStoreKer) {
    for (r, vectors) in tile.iter().enumerate() {
        for (j, &v) in vectors.iter().enumerate() {
            let values = [
                f32x4_extract_lane::<0>(v),
                f32x4_extract_lane::<1>(v),
                f32x4_extract_lane::<2>(v),
                f32x4_extract_lane::<3>(v),
            ];
            for (c, value) in values.into_iter().enumerate() {
                // SAFETY: row and column are within the tile.
                unsafe { at(to, r, 4 * j + c).write(value) };
            }
        }
    }
}

/// # Safety
/// Row and column are within the tile.
#[inline(always)]
unsafe fn at(tile: &OutputStoreKer, row: usize, column: usize) -> *mut f32 {
    let offset = row as isize * tile.row_byte_stride + column as isize * tile.col_byte_stride;
    // SAFETY: the caller vouches for it.
    unsafe { tile.ptr.offset(offset).cast() }
}

#[cfg(test)]
mod tests;
