//! 16 products an instruction on x86-64 processors with AVX2.
#![allow(unsafe_code)]

use core::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_shuffle_epi32, _mm256_add_epi32,
    _mm256_castsi256_si128, _mm256_cvtepi8_epi16, _mm256_extracti128_si256, _mm256_madd_epi16, _mm256_setzero_si256,
};

/// Values widened by one instruction.
const LANES: usize = 16;

pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2")
}

pub(super) fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    assert!(is_available(), "a kernel for another processor");
    // SAFETY: the processor has AVX2, as just seen.
    unsafe { dot_each(rows, query, sums) }
}

#[target_feature(enable = "avx2")]
fn dot_each(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len())) {
        *sum = dot(row, query);
    }
}

#[target_feature(enable = "avx2")]
fn dot(row: &[i8], query: &[i8]) -> i32 {
    let mut sums = _mm256_setzero_si256();
    for (values, others) in row.as_chunks().0.iter().zip(query.as_chunks().0) {
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(widen(values), widen(others)));
    }
    horizontal_sum(sums)
}

#[target_feature(enable = "avx2")]
fn widen(values: &[i8; LANES]) -> __m256i {
    // SAFETY: these are the 16 bytes that are read; the load needs no alignment.
    _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(values.as_ptr().cast::<__m128i>()) })
}

#[target_feature(enable = "avx2")]
fn horizontal_sum(sums: __m256i) -> i32 {
    let four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b00_00_00_01>(two)))
}
