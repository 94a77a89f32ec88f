//! 8 products an instruction on 64-bit ARM processors with NEON.
//!
//! No product leaves 16 bits: the largest is −128 · −128 = 16 384. They are added pair by pair in 32 bits.
#![allow(unsafe_code)]

use core::arch::aarch64::{
    int8x16_t, int32x4_t, vaddq_s32, vaddvq_s32, vdupq_n_s32, vget_low_s8, vld1q_s8, vmull_high_s8, vmull_s8,
    vpadalq_s16,
};

/// Values of one load.
const LANES: usize = 16;

pub(super) fn is_available() -> bool {
    std::arch::is_aarch64_feature_detected!("neon")
}

pub(super) fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    assert!(is_available(), "a kernel for another processor");
    // SAFETY: the processor has NEON, as just seen.
    unsafe { dot_each(rows, query, sums) }
}

#[target_feature(enable = "neon")]
fn dot_each(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len())) {
        *sum = dot(row, query);
    }
}

#[target_feature(enable = "neon")]
fn dot(row: &[i8], query: &[i8]) -> i32 {
    let mut sums = [vdupq_n_s32(0); 2];
    for (values, others) in row.as_chunks().0.iter().zip(query.as_chunks().0) {
        sums = add_products(sums, load(values), load(others));
    }
    vaddvq_s32(vaddq_s32(sums[0], sums[1]))
}

#[target_feature(enable = "neon")]
fn add_products([low, high]: [int32x4_t; 2], values: int8x16_t, others: int8x16_t) -> [int32x4_t; 2] {
    let products = vmull_s8(vget_low_s8(values), vget_low_s8(others));
    [vpadalq_s16(low, products), vpadalq_s16(high, vmull_high_s8(values, others))]
}

#[target_feature(enable = "neon")]
fn load(values: &[i8; LANES]) -> int8x16_t {
    // SAFETY: these are the 16 bytes that are read; the load needs no alignment.
    unsafe { vld1q_s8(values.as_ptr()) }
}
