//! Codes of many embeddings, as a catalogue holds them.

use crate::real::DIMENSION;
use sonoscape::{Embedding, Index, Signs, quantize};

pub struct Collection {
    pub codes: Vec<i8>,
    pub scales: Vec<f32>,
    pub signs: Vec<u8>,
}

impl Collection {
    pub fn of(rows: usize, embeddings: impl Iterator<Item = Embedding>) -> Self {
        let mut collection = Self {
            codes: Vec::with_capacity(rows * DIMENSION),
            scales: Vec::with_capacity(rows),
            signs: Vec::with_capacity(rows * Signs::stride(DIMENSION)),
        };
        for embedding in embeddings.take(rows) {
            let code = quantize(&embedding);
            collection.signs.extend(Signs::of(&code.values));
            collection.codes.extend(code.values);
            collection.scales.push(code.scale);
        }
        collection
    }

    pub fn index(&self) -> Index {
        Index::from_padded(DIMENSION, self.codes.clone(), self.scales.clone()).expect("an index")
    }

    pub fn signs(&self) -> Signs {
        Signs::new(DIMENSION, self.signs.clone()).expect("signs")
    }
}
