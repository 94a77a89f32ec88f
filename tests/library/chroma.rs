#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sonoscape::chroma::PITCH_CLASSES;
use sonoscape::{Chromagram, MelConfig, MelFrontEnd};

use crate::npy::{largest_difference, read};
use crate::tune::{samples, sine, tune};

/// Relative to the frame's maximum. librosa sums 1025 bins in another order; measured: 1.5e-6.
const LIBROSA_TOLERANCE: f32 = 1e-5;

fn chroma(sound: &[f32]) -> Chromagram {
    MelFrontEnd::new(&MelConfig::default()).expect("the default settings").log_mel_and_chroma(sound).1
}

#[test]
fn the_chromagram_is_librosas() {
    let (shape, expected) = read(include_bytes!("../golden/chroma.npy"));
    let chroma = chroma(&tune(samples(3.0)));
    assert_eq!([PITCH_CLASSES, chroma.frames], shape[..]);
    let difference = largest_difference(&chroma.values, &expected);
    assert!(difference < LIBROSA_TOLERANCE, "off by {difference}");
}

#[test]
fn a_tone_is_strongest_in_its_pitch_class_in_every_octave() {
    for (class, hz) in [(9, 220.0), (9, 440.0), (9, 3520.0), (0, 261.63), (0, 2093.0), (11, 493.88)] {
        let chroma = chroma(&sine(hz, 22_050, 1.0));
        let middle = |class: usize| chroma.values[class * chroma.frames + chroma.frames / 2];
        let strongest = (0..PITCH_CLASSES).max_by(|&a, &b| middle(a).total_cmp(&middle(b)));
        assert_eq!(strongest, Some(class), "{hz} Hz");
    }
}

#[test]
fn the_mel_spectrogram_beside_it_is_the_one_alone() {
    let sound = tune(samples(0.5));
    let mut front_end = MelFrontEnd::new(&MelConfig::default()).expect("the default settings");
    assert_eq!(front_end.log_mel_and_chroma(&sound).0, front_end.log_mel(&sound));
}

#[test]
fn values_lie_between_zero_and_one_even_for_silence() {
    for sound in [vec![0.0; 30_000], tune(30_000), vec![1e-30; 700], vec![]] {
        assert!(chroma(&sound).values.iter().all(|value| (0.0..=1.0).contains(value)));
    }
}
