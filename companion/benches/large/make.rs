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
    let is_as_wanted = |made: Manifest| {
        let named = made.segments.iter().all(|segment| segment.names.is_some());
        made.tracks() == tracks && made.encoder == model.encoder && named
    };
    if manifest(&folder).is_ok_and(is_as_wanted) {
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
    let (title, artist, album) = named(number);
    let source_id = number.to_string();
    let isrc = format!("XXSNS{:02}{:05}", number / 100_000 % 100, number % 100_000);
    let place = |value: f32| ((value + 1.0) / 2.0 * f32::from(u16::MAX - 1)) as u16;
    let values = embedding.as_slice();
    Entry {
        track: Track { title, artist, album, source_id, isrc, ..track.clone() },
        position: Some(Position { x: place(values[0]), y: place(values[1]) }),
        cluster: Some((number % 64) as u16),
        excerpts: vec![Excerpt { start_s: 0.0, code: quantize(embedding) }],
    }
}

/// Title, artist and album of a track: about twelve tracks an artist, eleven an album, and words of which few are frequent and most are
/// rare, as in names that people give.
pub fn named(number: usize) -> (String, String, String) {
    let words = |seed: usize, count: usize| (0..count).map(|i| word(seed * 8 + i)).collect::<Vec<_>>().join(" ");
    let (artist, album) = (number / 12, number / 11);
    (
        words(3 * number, 1 + number * 7 % 5),
        words(3 * artist + 1, 1 + artist * 5 % 3),
        words(3 * album + 2, 1 + album * 3 % 4),
    )
}

/// One of some 90 000 words, the shorter the more frequent.
fn word(seed: usize) -> String {
    const SYLLABLES: [&str; 45] = [
        "a", "the", "lo", "ve", "ni", "ght", "mo", "on", "ri", "ver", "da", "nce", "sha", "dow", "bel", "la", "kor",
        "sen", "tra", "um", "ge", "ist", "pol", "ska", "flu", "ter", "är", "ö", "ish", "qui", "et", "zan", "de", "ho",
        "me", "wa", "ter", "gr", "een", "st", "one", "fi", "re", "bl", "ue",
    ];
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    state = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let chance = (state >> 11) as f64 / (1_u64 << 53) as f64;
    let mut rank = (91_125.0_f64.powf(chance) - 1.0) as usize;
    let mut word = String::new();
    loop {
        word.push_str(SYLLABLES[rank % 45]);
        rank /= 45;
        if rank == 0 {
            return word;
        }
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
