//! Differing bits of rows of signs, counted by the processor's own instruction where it has one.
#![allow(unsafe_code)]

/// Bits of a query's value, each in a plane of its own.
pub(in crate::search) const PLANES: usize = 4;

/// Length of a word of a row, in bytes.
pub(in crate::search) const WORD: usize = 8;

/// For each row the sum over planes of `2^plane` times the number of bits in which row and plane differ.
///
/// # Shapes and units
/// | value | shape |
/// |---|---|
/// | `rows` | `[sums.len(), words of a row · WORD]` |
/// | `query` | `[words of a row, PLANES]` |
pub(in crate::search) fn differing_rows(rows: &[u8], query: &[[u64; PLANES]], sums: &mut [i32]) {
    assert_eq!(rows.len(), query.len() * WORD * sums.len(), "bytes of {} rows", sums.len());
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("popcnt") {
        // SAFETY: the processor has the instruction, as just seen.
        return unsafe { count_by_instruction(rows, query, sums) };
    }
    count(rows, query, sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn count_by_instruction(rows: &[u8], query: &[[u64; PLANES]], sums: &mut [i32]) {
    count(rows, query, sums);
}

#[inline(always)]
fn count(rows: &[u8], query: &[[u64; PLANES]], sums: &mut [i32]) {
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len() * WORD)) {
        let mut differing = [0u64; PLANES];
        for (word, planes) in row.as_chunks::<WORD>().0.iter().zip(query) {
            let word = u64::from_le_bytes(*word);
            for (count, plane) in differing.iter_mut().zip(planes) {
                *count += u64::from((word ^ plane).count_ones());
            }
        }
        *sum = differing.iter().enumerate().map(|(plane, count)| count << plane).sum::<u64>() as i32;
    }
}
