//! A large catalogue on the disk, made of what the demo catalogue holds.

use anyhow::{Context, Result};
use sonoscape::catalogue::{Entry, Excerpt, MANIFEST_NAME, MOST_SEGMENT_ROWS, Manifest, PackedSegment, Position};
use sonoscape::{Catalogue, Embedding, Enlargement, Track, TrackId, quantize};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a catalogue of `tracks` tracks of one excerpt each, made unless it is there.
pub fn catalogue(tracks: usize) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("large-{tracks}"));
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/demo");
    let model = manifest(&demo)?;
    if manifest(&folder).is_ok_and(|made| made.tracks() == tracks && made.encoder == model.encoder) {
        return Ok(folder);
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let real = entries(&demo, &model)?;
    let embeddings: Vec<Embedding> =
        real.iter().flat_map(|entry| &entry.excerpts).map(embedding).collect::<Result<_>>()?;
    let mut made = Enlargement::new(&embeddings, 1)?
        .take(tracks)
        .enumerate()
        .map(|(i, embedding)| entry(&real[i % real.len()].track, i, &embedding));
    let mut segments = Vec::new();
    loop {
        let entries: Vec<Entry> = made.by_ref().take(MOST_SEGMENT_ROWS).collect();
        if entries.is_empty() {
            break;
        }
        let packed = PackedSegment::new(model.dimension, &entries)?;
        for (shard, bytes) in &packed.shards {
            fs::write(folder.join(&shard.name), bytes)?;
        }
        segments.push(packed.entry);
    }
    let manifest = Manifest::new("large", &model.encoder, model.dimension, segments);
    fs::write(folder.join(MANIFEST_NAME), serde_json::to_vec(&manifest)?)?;
    Ok(folder)
}

/// The manifest of the catalogue in `folder`.
pub fn manifest(folder: &Path) -> Result<Manifest> {
    Ok(Manifest::parse(&fs::read(folder.join(MANIFEST_NAME))?)?)
}

fn entry(track: &Track, number: usize, embedding: &Embedding) -> Entry {
    let title = format!("{} {number}", track.title);
    let place = |value: f32| ((value + 1.0) / 2.0 * f32::from(u16::MAX - 1)) as u16;
    let values = embedding.as_slice();
    Entry {
        track: Track { title, ..track.clone() },
        position: Some(Position { x: place(values[0]), y: place(values[1]) }),
        cluster: Some((number % 64) as u16),
        excerpts: vec![Excerpt { start_s: 0.0, code: quantize(embedding) }],
    }
}

fn embedding(excerpt: &Excerpt) -> Result<Embedding> {
    Ok(Embedding::from_slice(&excerpt.code.dequantize())?)
}

fn entries(folder: &Path, manifest: &Manifest) -> Result<Vec<Entry>> {
    let read = |name: &str| fs::read(folder.join(name)).with_context(|| name.to_owned());
    let mut catalogue = Catalogue::new(manifest.clone());
    for (i, segment) in manifest.segments.iter().enumerate() {
        catalogue.take_sketch(i, &read(&segment.sketch.name)?)?;
        catalogue.take_codes(i, read(&segment.codes.name)?)?;
    }
    let ids: Vec<TrackId> = catalogue.ids().collect();
    for text in catalogue.missing_texts(&ids) {
        catalogue.take_text(text.segment, text.block, &read(&text.shard.name)?)?;
    }
    Ok(ids.iter().filter_map(|id| catalogue.entry(*id)).collect())
}
