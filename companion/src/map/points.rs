//! The tracks of a catalogue as points: how each sounds on the whole, and where it lay on the former map.

use anyhow::Result;
use rayon::prelude::*;
use sonoscape::catalogue::Placed;
use sonoscape::{Catalogue, TrackId};

use crate::catalogue::Stored;

/// Vectors, row by row.
///
/// # Shapes and units
/// | value | shape | unit |
/// |---|---|---|
/// | values | `[len, dimension]` | of unit length in a catalogue |
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    pub dimension: usize,
    pub values: Vec<f32>,
}

impl Points {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.dimension
    }

    /// The vectors in order.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.dimension)
    }

    /// One of them.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.dimension..(i + 1) * self.dimension]
    }

    /// The mean of each track's embeddings, scaled to unit length, in the catalogue's order; `visit` is told of every segment.
    ///
    /// # Errors
    /// When a shard is missing or damaged.
    pub fn of(stored: &Stored, mut visit: impl FnMut(usize)) -> Result<(Self, Vec<Placed>)> {
        let manifest = stored.manifest();
        let mut values = Vec::with_capacity(manifest.tracks() * manifest.dimension);
        let mut places = Vec::with_capacity(manifest.tracks());
        for (segment, entry) in manifest.segments.iter().enumerate() {
            let mut alone = stored.sketch(segment)?;
            alone.take_codes(0, stored.shard(&entry.codes)?)?;
            let ids: Vec<_> = alone.ids().collect();
            places.extend(ids.iter().map(|&id| Placed { position: alone.position(id), cluster: alone.cluster(id) }));
            let means: Vec<Vec<f32>> = ids.par_iter().map(|&id| mean(&alone, id)).collect();
            values.extend(means.into_iter().flatten());
            visit(entry.tracks);
        }
        Ok((Self { dimension: manifest.dimension, values }, places))
    }
}

/// The mean direction of a track's excerpts; that of the first where they cancel out.
fn mean(catalogue: &Catalogue, id: TrackId) -> Vec<f32> {
    let first = || catalogue.excerpts(id)[0].code.dequantize();
    catalogue.embedding(id).map_or_else(first, |mean| mean.as_slice().to_vec())
}
