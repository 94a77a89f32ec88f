#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sonoscape::N_MFCC;

use crate::mel::log_mel;
use crate::npy::{largest_difference, read};
use crate::tune::{samples, tune};

/// In dB. Sums of 128 bands reach 500, where single precision steps by 3e-5; measured: 2e-4 from librosa.
const TOLERANCE_DB: f32 = 1e-3;

#[test]
fn the_mfcc_are_librosas() {
    let (shape, expected) = read(include_bytes!("../golden/mfcc.npy"));
    let mfcc = log_mel(&tune(samples(3.0))).mfcc(N_MFCC);
    assert_eq!([mfcc.coefficients, mfcc.frames], shape[..]);
    let difference = largest_difference(&mfcc.values, &expected);
    assert!(difference < TOLERANCE_DB, "off by {difference} dB");
}

#[test]
fn all_coefficients_together_are_as_long_as_the_bands() {
    let mel = log_mel(&tune(samples(0.5)));
    let mfcc = mel.mfcc(usize::MAX);
    assert_eq!(mfcc.coefficients, mel.bands);
    let length = |values: &[f32], frame: usize| -> f32 {
        values.iter().skip(frame).step_by(mel.frames).map(|value| value * value).sum::<f32>().sqrt()
    };
    for frame in 0..mel.frames {
        let (found, expected) = (length(&mfcc.values, frame), length(&mel.values, frame));
        assert!((found - expected).abs() < TOLERANCE_DB, "{found} for {expected}");
    }
}
