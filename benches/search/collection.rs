//! Codes of many embeddings, as a catalogue holds them.

use crate::real::DIMENSION;
use sonoscape::catalogue::{Entry, Excerpt, MOST_SEGMENT_ROWS, Manifest, PackedSegment};
use sonoscape::{Catalogue, Code, Embedding, Index, Signs, quantize};

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

    /// A catalogue of tracks of one excerpt each.
    pub fn catalogue(&self) -> Catalogue {
        let entry = |(values, scale): (&[i8], &f32)| {
            let code = Code { values: values.to_vec(), scale: *scale };
            Entry { excerpts: vec![Excerpt { start_s: 0.0, code }], ..Entry::default() }
        };
        let segments = self.codes.chunks(MOST_SEGMENT_ROWS * DIMENSION).zip(self.scales.chunks(MOST_SEGMENT_ROWS));
        let pack = |(codes, scales): (&[i8], &[f32])| {
            let entries: Vec<Entry> = codes.chunks_exact(DIMENSION).zip(scales).map(entry).collect();
            PackedSegment::new(DIMENSION, &entries).expect("a segment")
        };
        let packed: Vec<PackedSegment> = segments.map(pack).collect();
        let entries = packed.iter().map(|segment| segment.entry.clone()).collect();
        let mut catalogue = Catalogue::new(Manifest::new("made", "none", DIMENSION, entries));
        for (i, segment) in packed.into_iter().enumerate() {
            let mut shards = segment.shards.into_iter().map(|(_, bytes)| bytes);
            catalogue.take_sketch(i, &shards.next().expect("a sketch")).expect("a sketch");
            catalogue.take_codes(i, shards.next().expect("codes")).expect("codes");
        }
        catalogue
    }
}
