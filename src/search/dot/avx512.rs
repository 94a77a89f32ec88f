//! 64 products an instruction on x86-64 processors with AVX-512 VNNI.
//!
//! The instruction multiplies unsigned by signed numbers, so 128 is added to every value of a row, which is its top bit turned
//! over, and 128 times the sum of the query is taken from the result.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m256i, __m512i, _mm256_loadu_si256, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_reduce_add_epi32,
    _mm512_set1_epi8, _mm512_setzero_si512, _mm512_xor_si512, _mm512_zextsi256_si512,
};

const LANES: usize = 64;

/// What is added to a value of a row.
const OFFSET: i32 = 128;

pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni")
}

pub(super) fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    assert!(is_available(), "a kernel for another processor");
    // SAFETY: the processor has these instructions, as just seen.
    unsafe { dot_each(rows, query, sums) }
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn dot_each(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    let too_much = OFFSET * query.iter().map(|&value| i32::from(value)).sum::<i32>();
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len())) {
        *sum = dot_with_offset(row, query).wrapping_sub(too_much);
    }
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn dot_with_offset(row: &[i8], query: &[i8]) -> i32 {
    let ((values, rest), (others, rest_of_query)) = (row.as_chunks(), query.as_chunks());
    let mut sums = _mm512_setzero_si512();
    for (values, others) in values.iter().zip(others) {
        sums = add_products(sums, load(values), load(others));
    }
    if let (Some(rest), Some(rest_of_query)) = (rest.first_chunk(), rest_of_query.first_chunk()) {
        sums = add_products(sums, load_half(rest), load_half(rest_of_query));
    }
    _mm512_reduce_add_epi32(sums)
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn add_products(sums: __m512i, values: __m512i, others: __m512i) -> __m512i {
    _mm512_dpbusd_epi32(sums, _mm512_xor_si512(values, _mm512_set1_epi8(i8::MIN)), others)
}

#[target_feature(enable = "avx512f")]
fn load(values: &[i8; LANES]) -> __m512i {
    // SAFETY: these are the 64 bytes that are read; the load needs no alignment.
    unsafe { _mm512_loadu_si512(values.as_ptr().cast::<__m512i>()) }
}

/// The upper half is zero.
#[target_feature(enable = "avx512f")]
fn load_half(values: &[i8; LANES / 2]) -> __m512i {
    // SAFETY: these are the 32 bytes that are read; the load needs no alignment.
    _mm512_zextsi256_si512(unsafe { _mm256_loadu_si256(values.as_ptr().cast::<__m256i>()) })
}
