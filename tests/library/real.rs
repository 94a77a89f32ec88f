//! Real embeddings: the codes of the excerpts of a small catalogue of music, `[excerpts, 256]`.

use sonoscape::Embedding;

static CODES: &[u8] = include_bytes!("../golden/embeddings.npy");

/// Length of an embedding.
pub const DIMENSION: usize = 256;

pub fn embeddings() -> Vec<Embedding> {
    let header_end = 10 + usize::from(u16::from_le_bytes([CODES[8], CODES[9]]));
    CODES[header_end..].chunks_exact(DIMENSION).map(embedding).collect()
}

fn embedding(code: &[u8]) -> Embedding {
    let values: Vec<f32> = code.iter().map(|value| f32::from(value.cast_signed())).collect();
    Embedding::from_slice(&values).expect("a direction")
}
