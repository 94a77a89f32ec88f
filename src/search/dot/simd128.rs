//! 8 products an instruction in WebAssembly with simd128.
#![allow(unsafe_code)]

use core::arch::wasm32::{
    i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, v128,
    v128_load,
};

/// Values of one load.
const LANES: usize = 16;

pub(super) fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len())) {
        *sum = dot(row, query);
    }
}

fn dot(row: &[i8], query: &[i8]) -> i32 {
    let mut sums = [i32x4(0, 0, 0, 0); 2];
    for (a, b) in row.chunks_exact(LANES).zip(query.chunks_exact(LANES)) {
        let (a, b) = (load(a), load(b));
        let low = i32x4_dot_i16x8(i16x8_extend_low_i8x16(a), i16x8_extend_low_i8x16(b));
        let high = i32x4_dot_i16x8(i16x8_extend_high_i8x16(a), i16x8_extend_high_i8x16(b));
        sums = [i32x4_add(sums[0], low), i32x4_add(sums[1], high)];
    }
    let sum = i32x4_add(sums[0], sums[1]);
    i32x4_extract_lane::<0>(sum)
        + i32x4_extract_lane::<1>(sum)
        + i32x4_extract_lane::<2>(sum)
        + i32x4_extract_lane::<3>(sum)
}

fn load(values: &[i8]) -> v128 {
    debug_assert_eq!(values.len(), LANES);
    // SAFETY: `chunks_exact` gives exactly the 16 bytes that are read; the load needs no alignment.
    unsafe { v128_load(values.as_ptr().cast()) }
}
