//! Catalogues made for tests: a manifest and files by name, as a host keeps them.

use sonoscape::catalogue::{Entry, Excerpt, Manifest, PackedSegment, ShardEntry, ShardKind, TrackId};
use sonoscape::{AnalysedExcerpt, Analysis, Catalogue, Embedding, Result, Track, quantize};
use std::collections::BTreeMap;

pub const DIMENSION: usize = 256;

pub fn direction(seed: usize) -> Embedding {
    let values: Vec<f32> = (0..DIMENSION).map(|i| ((i * 31 + seed * 57 + i * seed) % 19) as f32 - 9.0).collect();
    Embedding::from_slice(&values).expect("a direction")
}

pub fn track(t: usize) -> Track {
    Track {
        title: format!("Track {t}"),
        artist: format!("Artist {}", t / 3),
        style: format!("style {}", t % 3),
        source: format!("source {}", t % 2),
        year: (t > 0).then_some(2000 + t as u16),
        audio: format!("audio/{t}.ogg"),
        ..Track::default()
    }
}

/// Track `t`, whose excerpts are `direction(10 * t)` and, half a minute on, `direction(10 * t + 1)`.
pub fn entry(t: usize) -> Entry {
    let excerpt = |e: usize| Excerpt { start_s: 30.0 * e as f32, code: quantize(&direction(10 * t + e)) };
    Entry { track: track(t), excerpts: [0, 1].map(excerpt).to_vec(), ..Entry::default() }
}

/// What was heard of a sound whose excerpts are these directions.
pub fn heard(seeds: &[usize]) -> Analysis {
    let excerpt =
        |(i, seed): (usize, &usize)| AnalysedExcerpt { start_s: 12.0 * i as f32, embedding: direction(*seed) };
    Analysis::new(seeds.iter().enumerate().map(excerpt).collect()).expect("an analysis")
}

#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    pub manifest: Manifest,
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Packed {
    pub fn new(segments: &[&[Entry]]) -> Self {
        let segments: Vec<PackedSegment> =
            segments.iter().map(|entries| PackedSegment::new(DIMENSION, entries).expect("packs")).collect();
        let entries = segments.iter().map(|segment| segment.entry.clone()).collect();
        let files = segments.into_iter().flat_map(|segment| segment.shards);
        Self {
            manifest: Manifest::new("tests", "an encoder", DIMENSION, entries),
            files: files.map(|(entry, bytes)| (entry.name, bytes)).collect(),
        }
    }

    /// Reads everything, texts included.
    pub fn read(&self) -> Result<Catalogue> {
        let mut catalogue = Catalogue::new(self.manifest.clone());
        for (i, segment) in self.manifest.segments.iter().enumerate() {
            catalogue.take_sketch(i, &self.files[&segment.sketch.name])?;
            catalogue.take_codes(i, self.files[&segment.codes.name].clone())?;
            if let Some(names) = &segment.names {
                catalogue.take_names(i, &self.files[&names.name])?;
            }
        }
        let ids: Vec<TrackId> = catalogue.ids().collect();
        for text in catalogue.missing_texts(&ids) {
            catalogue.take_text(text.segment, text.block, &self.files[&text.shard.name])?;
        }
        Ok(catalogue)
    }

    pub fn whole(&self) -> Catalogue {
        self.read().expect("reads")
    }

    /// Without codes and texts.
    pub fn sketched(&self) -> Catalogue {
        let mut catalogue = Catalogue::new(self.manifest.clone());
        for (i, segment) in self.manifest.segments.iter().enumerate() {
            catalogue.take_sketch(i, &self.files[&segment.sketch.name]).expect("a sketch");
        }
        catalogue
    }

    /// With a shard of the first segment changed, and everything that names its digest changed to match.
    pub fn with(mut self, kind: ShardKind, change: impl Fn(&mut Vec<u8>)) -> Self {
        let segment = &mut self.manifest.segments[0];
        match kind {
            ShardKind::Sketch => segment.sketch = changed(&mut self.files, &segment.sketch, kind, change),
            ShardKind::Names => {
                let names = segment.names.as_ref().expect("names");
                segment.names = Some(changed(&mut self.files, names, kind, change));
            }
            ShardKind::Codes => segment.codes = changed(&mut self.files, &segment.codes, kind, change),
            ShardKind::Regions => {
                let regions = self.manifest.regions.as_mut().expect("regions");
                *regions = changed(&mut self.files, regions, kind, change);
            }
            ShardKind::Text => {
                let old = self.files.keys().find(|name| name.starts_with("text")).expect("a text").clone();
                let digests: BTreeMap<String, ShardEntry> = self
                    .files
                    .iter()
                    .map(|(name, bytes)| (name.clone(), ShardEntry::of(ShardKind::Text, bytes)))
                    .collect();
                let new = changed(&mut self.files, &digests[&old], kind, change);
                for segment in &mut self.manifest.segments {
                    let exchange = |bytes: &mut Vec<u8>| exchange(bytes, &digests[&old], &new);
                    segment.sketch = changed(&mut self.files, &segment.sketch, ShardKind::Sketch, exchange);
                }
            }
        }
        self
    }
}

fn changed(
    files: &mut BTreeMap<String, Vec<u8>>,
    old: &ShardEntry,
    kind: ShardKind,
    change: impl Fn(&mut Vec<u8>),
) -> ShardEntry {
    let mut bytes = files.remove(&old.name).expect("a shard");
    change(&mut bytes);
    let new = ShardEntry::of(kind, &bytes);
    files.insert(new.name.clone(), bytes);
    new
}

/// Puts the digest and length of one text where another's were.
fn exchange(sketch: &mut [u8], old: &ShardEntry, new: &ShardEntry) {
    let bytes = |entry: &ShardEntry| -> Vec<u8> {
        let digits = entry.sha256.as_bytes().chunks(2);
        let digest =
            digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("hex"));
        digest.chain((entry.bytes as u32).to_le_bytes()).collect()
    };
    let (old, new) = (bytes(old), bytes(new));
    if let Some(place) = sketch.windows(old.len()).position(|window| window == old) {
        sketch[place..place + new.len()].copy_from_slice(&new);
    }
}
