#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sonoscape::{Analyser, Clip, Encoder, EncoderCard, Error, MelImage, SAMPLE_RATE};

use crate::npy::{largest_difference, read};
use crate::tune::{samples, tune};

const SHIPPED: &[u8] = include_bytes!("../../models/encoder.onnx");

/// In standard deviations of a latent; sums are taken in another order. Measured: 4e-6 natively.
const ONNXRUNTIME_TOLERANCE: f32 = 1e-3;

fn shipped() -> Encoder {
    Encoder::from_onnx(SHIPPED).expect("the shipped encoder")
}

fn clip(seconds: f64) -> Clip {
    Clip::from_channels(&[tune(samples(seconds))], SAMPLE_RATE).expect("a clip")
}

#[test]
fn the_shipped_encoder_embeds_to_unit_length() {
    let mut analyser = Analyser::new(shipped()).expect("an analyser");
    let mut steps = vec![];
    let analysis = analyser.analyse(&clip(70.0), 8, |done, all| steps.push((done, all))).expect("an analysis");
    assert_eq!(steps, [(1, 3), (2, 3), (3, 3)]);
    for excerpt in &analysis.excerpts {
        assert_eq!(excerpt.embedding.dimension(), 256);
        let length: f32 = excerpt.embedding.as_slice().iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5);
    }
}

#[test]
fn the_shipped_encoders_latents_are_onnxruntimes() {
    let (shape, values) = read(include_bytes!("../golden/image.npy"));
    let image = MelImage { bands: shape[0], columns: shape[1], values, seconds: 7.5 };
    let (shape, expected) = read(include_bytes!("../golden/latents.npy"));
    assert_eq!(shape, [1, 256]);
    for latents in shipped().latents(&image).expect("latents").as_slice().chunks_exact(256) {
        let difference = largest_difference(latents, &expected);
        assert!(difference < ONNXRUNTIME_TOLERANCE, "off by {difference}: was tests/golden/make.py run?");
    }
}

#[test]
fn one_tile_is_enough_and_less_is_not() {
    let mut analyser = Analyser::new(shipped()).expect("an analyser");
    assert!(analyser.analyse(&clip(7.501), 8, |_, _| ()).is_ok());
    let error = analyser.analyse(&clip(7.0), 8, |_, _| ()).expect_err("too short");
    assert!(matches!(error, Error::TooShort { seconds, minimum } if seconds < 7.1 && minimum > 7.4), "{error}");
}

#[test]
fn silent_excerpts_are_left_out() {
    let mut sound = vec![0.0; samples(90.0)];
    let length = sound.len();
    sound[length - samples(20.0)..].copy_from_slice(&tune(samples(20.0)));
    let clip = Clip::from_channels(&[sound], SAMPLE_RATE).expect("a clip");
    let analysis = Analyser::new(shipped()).expect("an analyser").analyse(&clip, 8, |_, _| ()).expect("an analysis");
    assert_eq!(analysis.excerpts.len(), 1);
    assert_eq!(analysis.excerpts[0].start_s, 60.0);
}

#[test]
fn what_is_no_encoder_is_refused() {
    for bytes in [&b""[..], b"not an encoder", &SHIPPED[..SHIPPED.len() / 2], &[0xff; 1000]] {
        assert!(matches!(Encoder::from_onnx(bytes), Err(Error::Encoder(_))), "{} bytes", bytes.len());
    }
}

#[test]
fn a_card_that_cannot_be_carried_out_is_refused() {
    let card = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = serde_json::to_value(EncoderCard::default()).expect("a value");
        change(&mut value);
        EncoderCard::from_json(&value.to_string())
    };
    assert_eq!(card(&|_| ()), Ok(EncoderCard::default()));
    let future = card(&|value| value["version"] = 9.into());
    assert_eq!(future, Err(Error::Version { what: "encoder", found: 9, supported: 1 }));
    assert!(card(&|value| value["pooling"] = "max".into()).is_err());
    assert!(card(&|value| value["dimension"] = 0.into()).is_err());
    assert!(card(&|value| value["tiles"]["columns"] = 1_000_000.into()).is_err());
    assert!(card(&|value| value["halves"][0]["end"] = 300.into()).is_err());
    assert!(card(&|value| value["least_change"] = (-1.0).into()).is_err());
    assert!(card(&|value| value["front_end"]["n_fft"] = 2049.into()).is_err());
    assert!(card(&|value| value["front_end"]["n_mels"] = u32::MAX.into()).is_err());
    assert!(card(&|value| value["front_end"]["colour"] = "red".into()).is_err());
    assert!(EncoderCard::from_json("{}").is_err());
}

#[test]
fn a_card_may_leave_out_what_is_usual() {
    let without = serde_json::to_string(&EncoderCard::default()).expect("a card in JSON");
    assert!(!without.contains("least_change"));
    let with = EncoderCard { least_change: Some(2.5), ..EncoderCard::default() };
    let json = serde_json::to_string(&with).expect("a card in JSON");
    assert_eq!(EncoderCard::from_json(&json), Ok(with));
}

#[test]
fn a_held_tone_changes_less_than_a_tune() {
    let change = |samples: Vec<f32>| {
        let clip = Clip::from_channels(&[samples], SAMPLE_RATE).expect("a clip");
        let mut analyser = Analyser::new(shipped()).expect("an analyser");
        let excerpts = analyser.excerpts(&clip, 1).expect("an excerpt");
        let image = analyser.mel(&excerpts[0]).image();
        analyser.encoder().latents(&image).expect("latents").change()
    };
    let tone = (0..samples(30.0)).map(|n| if n % 100 < 50 { 0.5 } else { -0.5 }).collect();
    let (tone, tune) = (change(tone).expect("a change"), change(tune(samples(30.0))).expect("a change"));
    assert!(tone < tune, "{tone} {tune}");
    assert_eq!(change(self::tune(samples(14.0))), None);
}

#[test]
fn a_card_that_asks_for_too_much_memory_is_refused() {
    let json = |change: &dyn Fn(&mut EncoderCard)| {
        let mut card = EncoderCard::default();
        change(&mut card);
        EncoderCard::from_json(&serde_json::to_string(&card).expect("a card in JSON"))
    };
    assert!(json(&|card| card.tiles.excerpt_s = 600.0).is_ok());
    assert!(json(&|card| card.front_end.hop_length = 1).is_err());
    assert!(json(&|card| (card.tiles.per_excerpt, card.tiles.columns) = (4096, 4096)).is_err());
}
