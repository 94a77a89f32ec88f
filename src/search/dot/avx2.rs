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

/// Returns whether the processor has AVX2; if not, nothing was written.
pub(super) fn dot_rows(rows: &[i8], query: &[i8], sums: &mut [i32]) -> bool {
    if !is_available() {
        return false;
    }
    // SAFETY: the processor has AVX2, as just seen.
    unsafe { dot_each(rows, query, sums) };
    true
}

#[target_feature(enable = "avx2")]
fn dot_each(rows: &[i8], query: &[i8], sums: &mut [i32]) {
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len())) {
        *sum = dot(row, query);
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn dot(row: &[i8], query: &[i8]) -> i32 {
    let mut sums = _mm256_setzero_si256();
    for (a, b) in row.chunks_exact(LANES).zip(query.chunks_exact(LANES)) {
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(widen(a), widen(b)));
    }
    horizontal_sum(sums)
}

#[target_feature(enable = "avx2")]
fn widen(values: &[i8]) -> __m256i {
    debug_assert_eq!(values.len(), LANES);
    // SAFETY: `chunks_exact` gives exactly the 16 bytes that are read; the load needs no alignment.
    _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(values.as_ptr().cast::<__m128i>()) })
}

#[target_feature(enable = "avx2")]
fn horizontal_sum(sums: __m256i) -> i32 {
    let four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b00_00_00_01>(two)))
}
