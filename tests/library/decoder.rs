#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sonoscape::{Decoder, Encoder, Error, MelImage};

use crate::npy::{largest_difference, read};

const ENCODER: &[u8] = include_bytes!("../../models/encoder.onnx");
const SHIPPED: &[u8] = include_bytes!("../../models/decoder.onnx");

/// In brightness; sums are taken in another order. Measured: 3e-7 natively.
const ONNXRUNTIME_TOLERANCE: f32 = 1e-3;

fn encoder() -> Encoder {
    Encoder::from_onnx(ENCODER).expect("the shipped encoder")
}

fn shipped(encoder: &Encoder) -> Decoder {
    Decoder::from_onnx(SHIPPED, encoder).expect("the shipped decoder")
}

/// Waves that move through the bands, `columns` wide.
fn picture(columns: usize) -> MelImage {
    let brightness = |i: usize| {
        let (band, column) = (i / columns, i % columns);
        ((band * 3 + column * (1 + band / 40)) % 64) as f32 / 63.0
    };
    MelImage { bands: 128, columns, values: (0..128 * columns).map(brightness).collect(), seconds: 30.0 }
}

#[test]
fn a_tile_redrawn_by_the_shipped_pair_is_onnxruntimes() {
    let (shape, values) = read(include_bytes!("../golden/image.npy"));
    let image = MelImage { bands: shape[0], columns: shape[1], values, seconds: 7.5 };
    let (shape, expected) = read(include_bytes!("../golden/redrawn.npy"));
    let encoder = encoder();
    let redrawn = shipped(&encoder).redraw(&encoder.latents(&image).expect("latents")).expect("a picture");
    assert_eq!((redrawn.bands, redrawn.columns), (shape[0], shape[1]));
    let difference = largest_difference(&redrawn.values, &expected);
    assert!(difference < ONNXRUNTIME_TOLERANCE, "off by {difference}: was tests/golden/make.py run?");
}

#[test]
fn a_picture_of_any_width_is_redrawn_as_wide_and_like_itself() {
    let encoder = encoder();
    let decoder = shipped(&encoder);
    for columns in [128, 129, 300, 512] {
        let image = picture(columns);
        let redrawn = decoder.redraw(&encoder.latents(&image).expect("latents")).expect("a picture");
        assert_eq!((redrawn.bands, redrawn.columns, redrawn.seconds), (128, columns, 30.0));
        assert!(redrawn.values.iter().all(|value| (0.0..=1.0).contains(value)));
        let black = MelImage { values: vec![0.0; image.values.len()], ..image.clone() };
        assert!(image.mean_squared_error(&redrawn) < image.mean_squared_error(&black), "{columns} columns");
    }
}

#[test]
fn the_error_is_the_mean_squared_difference() {
    let image = |values: [f32; 4]| MelImage { bands: 2, columns: 2, values: values.into(), seconds: 1.0 };
    assert_eq!(image([0.0, 0.5, 1.0, 0.0]).mean_squared_error(&image([0.0, 1.0, 0.0, 0.0])), 1.25 / 4.0);
}

#[test]
fn the_error_of_tiles_that_are_all_the_same_is_that_of_the_picture() {
    let encoder = encoder();
    let (decoder, image) = (shipped(&encoder), picture(128));
    let latents = encoder.latents(&image).expect("latents");
    let redrawn = decoder.redraw(&latents).expect("a picture");
    let error = decoder.mean_squared_error(&latents, &image).expect("an error");
    assert!((error - image.mean_squared_error(&redrawn)).abs() < 1e-5, "{error}");
}

#[test]
fn what_is_no_decoder_is_refused() {
    let encoder = encoder();
    for bytes in [&b""[..], b"not a decoder", &SHIPPED[..SHIPPED.len() / 2], &[0xff; 1000], ENCODER] {
        let refused = Decoder::from_onnx(bytes, &encoder);
        assert!(matches!(refused, Err(Error::Decoder(_))), "{} bytes", bytes.len());
    }
}

#[test]
fn the_decoder_of_another_encoder_is_refused_and_both_are_named() {
    let encoder = encoder();
    let mut foreign = SHIPPED.to_vec();
    let id = encoder.id().as_bytes();
    let at = foreign.windows(id.len()).position(|window| window == id).expect("the id in the metadata");
    foreign[at..at + id.len()].fill(b'0');
    let Err(error) = Decoder::from_onnx(&foreign, &encoder) else { panic!("accepted") };
    assert!(matches!(error, Error::EncoderMismatch { what: "decoder", .. }), "{error}");
    let sentence = error.to_string();
    assert!(sentence.contains("000000000000…") && sentence.contains(&encoder.id()[..12]), "{sentence}");
}
