//! The numbers as a safetensors file.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};
use sonoscape::catalogue::{FORMAT_VERSION, Manifest};

use super::{Segment, Sink, Taken};
use crate::catalogue::{Replacement, Stored, refused};

/// A safetensors file in the making; each segment adds to the end of each tensor.
///
/// # Shapes and units
/// | tensor | type | shape | |
/// |---|---|---|---|
/// | `embeddings` | `F32` | `[excerpts, dimension]` | vectors of unit length |
/// | `scales` | `F32` | `[excerpts]` | what one step of a code is worth |
/// | `tracks` | `U32` | `[excerpts]` | number of the track, from 0 |
/// | `starts_s` | `F32` | `[excerpts]` | where the excerpt starts in its track, in seconds |
/// | `codes` | `I8` | `[excerpts, dimension]` | the rotated embeddings in 8 bits, as `docs/catalogue-format.md` says |
///
/// # Source
/// <https://github.com/huggingface/safetensors#format>: the length of the header as a little-endian `u64`, the header in JSON
/// filled up with spaces to a multiple of 8 bytes, the tensors without gaps.
pub struct Safetensors {
    file: Replacement,
    path: PathBuf,
    /// Where the next values of each tensor belong, in the order of [`tensors`].
    ends: [u64; 5],
}

impl Safetensors {
    pub fn begin(mut file: Replacement, path: &Path, stored: &Stored) -> Result<Box<dyn Sink>> {
        let (header, starts) = header(stored.manifest())?;
        file.write_all(&header).with_context(|| refused(path))?;
        let ends = starts.map(|start| header.len() as u64 + start);
        Ok(Box::new(Self { file, path: path.to_owned(), ends }))
    }

    fn append(&mut self, pieces: &[Vec<u8>; 5]) -> io::Result<()> {
        for (end, piece) in self.ends.iter_mut().zip(pieces) {
            self.file.seek(SeekFrom::Start(*end))?;
            self.file.write_all(piece)?;
            *end += piece.len() as u64;
        }
        Ok(())
    }
}

impl Sink for Safetensors {
    fn put(&mut self, segment: &mut Segment, bar: &ProgressBar) -> Result<()> {
        let mut pieces = <[Vec<u8>; 5]>::default();
        let [embeddings, scales, tracks, starts, codes] = &mut pieces;
        for row in segment.ids().into_iter().map(|id| segment.row(id)) {
            for excerpt in row.excerpts {
                embeddings.extend(excerpt.code.dequantize().into_iter().flat_map(f32::to_le_bytes));
                scales.extend(excerpt.code.scale.to_le_bytes());
                tracks.extend(row.track.to_le_bytes());
                starts.extend(excerpt.start_s.to_le_bytes());
                codes.extend(excerpt.code.values.iter().map(|value| value.cast_unsigned()));
            }
        }
        self.append(&pieces).with_context(|| refused(&self.path))?;
        bar.inc(segment.len() as u64);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Taken> {
        self.file.finish().map(Taken::Bytes).with_context(|| refused(&self.path))
    }
}

/// Name, type, shape and bytes of each tensor; the last one's values need not be aligned.
fn tensors(manifest: &Manifest) -> [(&'static str, &'static str, Vec<usize>, u64); 5] {
    let (rows, dimension) = (manifest.excerpts(), manifest.dimension);
    let of = |name, kind, shape: Vec<usize>, bytes| {
        let count: usize = shape.iter().product();
        (name, kind, shape, (count * bytes) as u64)
    };
    [
        of("embeddings", "F32", vec![rows, dimension], 4),
        of("scales", "F32", vec![rows], 4),
        of("tracks", "U32", vec![rows], 4),
        of("starts_s", "F32", vec![rows], 4),
        of("codes", "I8", vec![rows, dimension], 1),
    ]
}

/// What stands before the tensors, and where each begins after it.
fn header(manifest: &Manifest) -> Result<(Vec<u8>, [u64; 5])> {
    let said = json!({
        "name": manifest.name,
        "encoder": manifest.encoder,
        "dimension": manifest.dimension.to_string(),
        "format_version": FORMAT_VERSION.to_string(),
    });
    let mut entries: Map<String, Value> = Map::from_iter([("__metadata__".to_owned(), said)]);
    let mut end = 0;
    let starts = tensors(manifest).map(|(name, kind, shape, bytes)| {
        let start = end;
        end += bytes;
        entries.insert(name.to_owned(), json!({ "dtype": kind, "shape": shape, "data_offsets": [start, end] }));
        start
    });
    let mut text = serde_json::to_vec(&entries)?;
    text.resize(text.len().next_multiple_of(8), b' ');
    Ok(([&(text.len() as u64).to_le_bytes(), &text[..]].concat(), starts))
}
