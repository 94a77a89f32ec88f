//! Every target computes the same bits: they share the digests kept in `../golden`.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sha2::{Digest, Sha256};
use sonoscape::catalogue::{Entry, Excerpt};
use sonoscape::{Catalogue, Clip, Embedding, EncoderCard, MelConfig, MelFrontEnd, N_MFCC, quantize};

use crate::shelf::{Packed, entry, heard};
use crate::tune::tune;

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn digest(parts: &[Vec<u8>]) -> String {
    Sha256::digest(parts.concat()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn scores(catalogue: &Catalogue) -> Vec<f32> {
    let found = catalogue.nearest(&heard(&[10, 21]), &EncoderCard::default(), 3);
    found.iter().map(|found| found.score).collect()
}

#[test]
fn samples_picture_and_catalogue_have_the_same_bits_on_every_target() {
    let clip = Clip::from_channels(&[tune(400_000)], 48_000).expect("a clip");
    let image = MelFrontEnd::new(&MelConfig::default()).expect("the default settings").log_mel(clip.samples()).image();
    let embedding = Embedding::from_slice(&image.values[..256]).expect("a direction");
    let excerpts = vec![Excerpt { start_s: 1.5, code: quantize(&embedding) }];
    let packed = Packed::new(&[&[Entry { excerpts, ..entry(0) }, entry(1), entry(2)]]);
    let manifest = serde_json::to_vec(&packed.manifest).expect("a manifest in JSON");
    let files: Vec<u8> = packed.files.values().flatten().copied().collect();
    let parts = [
        floats(clip.samples()),
        floats(&image.values),
        floats(embedding.as_slice()),
        manifest,
        files,
        floats(&scores(&packed.sketched())),
        floats(&scores(&packed.whole())),
    ];
    assert_eq!(digest(&parts), include_str!("../golden/bits.txt").trim());
}

#[test]
fn mfcc_chromagram_and_composite_picture_have_the_same_bits_on_every_target() {
    let sound = tune(100_000);
    let mut front_end = MelFrontEnd::new(&MelConfig::default()).expect("the default settings");
    let (mel, chroma) = front_end.log_mel_and_chroma(&sound);
    let parts = [floats(&mel.mfcc(N_MFCC).values), floats(&chroma.values), front_end.composite(&sound).pixels];
    assert_eq!(digest(&parts), include_str!("../golden/composite_bits.txt").trim());
}

#[test]
#[cfg(target_arch = "wasm32")]
fn simd128_is_as_it_was_asked_for() {
    if let Some(kernel) = option_env!("SONOSCAPE_KERNEL") {
        assert_eq!(sonoscape::search::dot::kernel(), kernel);
    }
}
