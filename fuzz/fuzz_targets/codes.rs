//! Any bytes as shards whose checksums and counts are right: refused, or read and searched without harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sonoscape::catalogue::Manifest;
use sonoscape::{AnalysedExcerpt, Analysis, Catalogue, Embedding, EncoderCard};

fuzz_target!(|shards: (Vec<u8>, Vec<u8>)| {
    let (codes, tracks) = shards;
    let Ok(manifest) = Manifest::parse(describe(&codes, &tracks).to_string().as_bytes()) else {
        return;
    };
    let dimension = manifest.dimension;
    let Ok(catalogue) = Catalogue::unpack(&manifest, &[codes, tracks]) else {
        return;
    };
    let Ok(embedding) = Embedding::from_slice(&vec![1.0; dimension]) else {
        return;
    };
    let heard = Analysis::new(vec![AnalysedExcerpt { start_s: 0.0, embedding }]).expect("one direction");
    assert!(catalogue.nearest(&heard, &EncoderCard::default(), 10).len() <= 10);
});

fn describe(codes: &[u8], tracks: &[u8]) -> Value {
    let number = |at| codes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let count = serde_json::from_slice::<Vec<Value>>(tracks).map_or(0, |tracks| tracks.len());
    let shard = |kind: &str, bytes: &[u8]| {
        let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "kind": kind, "name": kind, "bytes": bytes.len(), "sha256": sha256 })
    };
    json!({
        "format": "sonoscape-catalogue", "version": 0, "name": "fuzz", "encoder": "fuzz",
        "tracks": count, "excerpts": number(16), "dimension": number(12),
        "shards": [shard("codes", codes), shard("tracks", tracks)],
    })
}
