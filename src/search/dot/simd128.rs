//! 8 products an instruction in WebAssembly with simd128.
#![allow(unsafe_code)]

use core::arch::wasm32::{i16x8_load_extend_i8x8, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat, v128};

/// Values widened by one instruction.
const LANES: usize = 8;

/// Sums that grow side by side, none of which waits for another.
const PARTS: usize = super::ALIGNMENT / LANES;

/// [`super::ALIGNMENT`] values in 16 bits each.
type Widened = [v128; PARTS];

pub(super) fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    let widened: Vec<Widened> = query.as_chunks().0.iter().map(widen).collect();
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len())) {
        *sum = dot(row, &widened);
    }
}

fn dot(row: &[i8], query: &[Widened]) -> i32 {
    let mut sums = [i32x4_splat(0); PARTS];
    for (values, others) in row.as_chunks().0.iter().zip(query) {
        let values = widen(values);
        for part in 0..PARTS {
            sums[part] = i32x4_add(sums[part], i32x4_dot_i16x8(values[part], others[part]));
        }
    }
    let sum = i32x4_add(i32x4_add(sums[0], sums[1]), i32x4_add(sums[2], sums[3]));
    i32x4_extract_lane::<0>(sum)
        + i32x4_extract_lane::<1>(sum)
        + i32x4_extract_lane::<2>(sum)
        + i32x4_extract_lane::<3>(sum)
}

fn widen(values: &[i8; super::ALIGNMENT]) -> Widened {
    let parts = values.as_chunks::<LANES>().0;
    // SAFETY: each part is the 8 bytes that are read; the load needs no alignment.
    core::array::from_fn(|part| unsafe { i16x8_load_extend_i8x8(parts[part].as_ptr()) })
}
