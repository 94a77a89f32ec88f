//! Any bytes as a manifest: refused, or read into bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sonoscape::catalogue::Manifest;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert!(manifest.shards.iter().all(|shard| !shard.name.contains(['/', '\\'])));
    }
});
