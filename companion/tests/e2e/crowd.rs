//! A catalogue of several segments that is too large to be awaited whole: the collection's tracks among many that resemble them.

use crate::collection::{Collection, scratch};
use sonoscape::catalogue::{Entry, MANIFEST_NAME, Manifest, PackedSegment, TrackId};
use sonoscape::{Catalogue, Code, Embedding, Track, quantize};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const SEGMENTS: usize = 3;
/// Tracks of one excerpt in each segment, beside those of the collection.
const CROWD: usize = 6000;
/// How far a crowd's track may lie from the one that it resembles, in steps of a code.
const JITTER: f32 = 60.0;

/// The folder of the catalogue, made on first use.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch().join("crowd");
        write(&folder, "crowd", &segments(&manifest(&Collection::get().catalogue)));
        folder
    })
}

/// The manifest of the catalogue in `folder`.
pub fn manifest(folder: &Path) -> Manifest {
    Manifest::parse(&fs::read(folder.join(MANIFEST_NAME)).expect("a manifest")).expect("a sound manifest")
}

/// Writes a catalogue of the encoder that the collection was made with.
pub fn write(folder: &Path, name: &str, segments: &[Vec<Entry>]) {
    let model = manifest(&Collection::get().catalogue);
    fs::create_dir_all(folder).expect("a folder");
    let pack = |entries: &Vec<Entry>| {
        let packed = PackedSegment::new(model.dimension, entries).expect("it can be packed");
        for (shard, bytes) in &packed.shards {
            fs::write(folder.join(&shard.name), bytes).expect("a shard");
        }
        packed.entry
    };
    let manifest = Manifest::new(name, &model.encoder, model.dimension, segments.iter().map(pack).collect());
    fs::write(folder.join(MANIFEST_NAME), serde_json::to_vec(&manifest).expect("JSON")).expect("a manifest");
}

/// The tracks of every segment.
pub fn segments(collection: &Manifest) -> Vec<Vec<Entry>> {
    let real = entries(&Collection::get().catalogue, collection);
    let mut random = Random(1);
    let segment = |segment: usize| {
        let own = real.iter().skip(segment).step_by(SEGMENTS).cloned();
        let crowd: Vec<Entry> =
            (0..CROWD).map(|i| resembling(&real[i % real.len()], segment * CROWD + i, &mut random)).collect();
        own.chain(crowd).collect()
    };
    (0..SEGMENTS).map(segment).collect()
}

fn resembling(entry: &Entry, number: usize, random: &mut Random) -> Entry {
    let mut excerpt = entry.excerpts[0].clone();
    let values: Vec<f32> = excerpt.code.values.iter().map(|value| f32::from(*value) + JITTER * random.next()).collect();
    excerpt.code = code(&values);
    let track =
        Track { title: format!("Crowd {number}"), artist: "Many".into(), style: "crowd".into(), ..Track::default() };
    Entry { track, excerpts: vec![excerpt], ..Entry::default() }
}

fn code(values: &[f32]) -> Code {
    quantize(&Embedding::from_slice(values).expect("a direction"))
}

fn entries(folder: &Path, manifest: &Manifest) -> Vec<Entry> {
    let read = |name: &str| fs::read(folder.join(name)).expect("a shard");
    let mut catalogue = Catalogue::new(manifest.clone());
    for (i, segment) in manifest.segments.iter().enumerate() {
        catalogue.take_sketch(i, &read(&segment.sketch.name)).expect("a sketch");
        catalogue.take_codes(i, read(&segment.codes.name)).expect("codes");
    }
    let ids: Vec<TrackId> = catalogue.ids().collect();
    for text in catalogue.missing_texts(&ids) {
        catalogue.take_text(text.segment, text.block, &read(&text.shard.name)).expect("a text");
    }
    ids.iter().filter_map(|id| catalogue.entry(*id)).collect()
}

/// Numbers from −1 to 1, the same on every run.
struct Random(u32);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}
