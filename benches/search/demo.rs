//! The catalogue that comes with the page.

use crate::real::unrounded;
use sonoscape::catalogue::{MANIFEST_NAME, Manifest};
use sonoscape::quantize::rotate;
use sonoscape::{Catalogue, Embedding};
use std::path::Path;

pub fn embeddings() -> Vec<Embedding> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo");
    let file = |name: &str| std::fs::read(folder.join(name)).expect("a file of the demo catalogue");
    let manifest = Manifest::parse(&file(MANIFEST_NAME)).expect("a manifest");
    let mut catalogue = Catalogue::new(manifest.clone());
    for (i, segment) in manifest.segments.iter().enumerate() {
        catalogue.take_sketch(i, &file(&segment.sketch.name)).expect("a sketch");
        catalogue.take_codes(i, file(&segment.codes.name)).expect("codes");
    }
    let excerpts = catalogue.ids().flat_map(|id| catalogue.excerpts(id));
    let rotated = unrounded(&excerpts.flat_map(|excerpt| excerpt.code.values).collect::<Vec<_>>());
    rotated.iter().map(turned_back).collect()
}

/// Codes are of rotated embeddings.
fn turned_back(rotated: &Embedding) -> Embedding {
    let mut values = rotated.as_slice().to_vec();
    rotate(&mut values);
    Embedding::from_slice(&values).expect("a direction")
}
