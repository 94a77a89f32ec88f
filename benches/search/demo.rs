//! The catalogue that comes with the page.

use crate::real::unrounded;
use sonoscape::catalogue::{MANIFEST_NAME, Manifest};
use sonoscape::{Catalogue, Embedding};
use std::path::Path;

pub fn embeddings() -> Vec<Embedding> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo");
    let file = |name: &str| std::fs::read(folder.join(name)).expect("a file of the demo catalogue");
    let manifest = Manifest::parse(&file(MANIFEST_NAME)).expect("a manifest");
    let shards: Vec<_> = manifest.shards.iter().map(|shard| file(&shard.name)).collect();
    let catalogue = Catalogue::unpack(&manifest, &shards).expect("a catalogue");
    let rows = (0..catalogue.index().len()).filter_map(|row| catalogue.index().code(row));
    unrounded(&rows.flat_map(|code| code.values).collect::<Vec<_>>())
}
