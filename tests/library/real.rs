//! Real embeddings: those of the excerpts of a small catalogue of music.

use sonoscape::Embedding;

/// Codes, shape `[excerpts, DIMENSION]`.
static CODES: &[u8] = include_bytes!("../golden/embeddings.npy");

/// Length of an embedding.
pub const DIMENSION: usize = 256;

pub fn embeddings() -> Vec<Embedding> {
    let header_end = 10 + usize::from(u16::from_le_bytes([CODES[8], CODES[9]]));
    let codes: Vec<i8> = CODES[header_end..].iter().map(|byte| byte.cast_signed()).collect();
    unrounded(&codes)
}

/// Embeddings that have these codes. A code does not say where in its step a value was: here, anywhere with equal chance.
pub fn unrounded(codes: &[i8]) -> Vec<Embedding> {
    let mut state = 1u32;
    let mut place = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let mut embedding = |code: &[i8]| {
        let values: Vec<f32> = code.iter().map(|&value| f32::from(value) + place()).collect();
        Embedding::from_slice(&values).expect("a direction")
    };
    codes.chunks_exact(DIMENSION).map(&mut embedding).collect()
}
