//! Every target computes the same bits: they share one digest, kept in `../golden/bits.txt`.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sha2::{Digest, Sha256};
use sonoscape::{Catalogue, Clip, Embedding, MelConfig, MelFrontEnd, Row, Track, quantize};

use crate::tune::tune;

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn samples_picture_and_catalogue_have_the_same_bits_on_every_target() {
    let clip = Clip::from_channels(&[tune(400_000)], 48_000).expect("a clip");
    let image = MelFrontEnd::new(&MelConfig::default()).expect("the default settings").log_mel(clip.samples()).image();
    let embedding = Embedding::from_slice(&image.values[..256]).expect("a direction");
    let row = Row { track: 0, start_s: 1.5, code: quantize(&embedding) };
    let catalogue = Catalogue::new("parity", 256, vec![Track::default()], &[row]).expect("a catalogue");
    let (manifest, shards) = catalogue.pack("parity").expect("packs");

    let mut digest = Sha256::new();
    digest.update(floats(clip.samples()));
    digest.update(floats(&image.values));
    digest.update(floats(embedding.as_slice()));
    digest.update(serde_json::to_vec(&manifest).expect("a manifest in JSON"));
    digest.update(shards.concat());
    let found: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, include_str!("../golden/bits.txt").trim());
}

#[test]
#[cfg(target_arch = "wasm32")]
fn simd128_is_as_it_was_asked_for() {
    if let Some(kernel) = option_env!("SONOSCAPE_KERNEL") {
        assert_eq!(sonoscape::search::dot::kernel(), kernel);
    }
}
