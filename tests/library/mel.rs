#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sonoscape::{Error, MelConfig, MelFrontEnd, MelSpectrogram};

use crate::npy::{largest_difference, read};
use crate::tune::{samples, sine, tune};

/// In dB. librosa transforms in single precision through another FFT; at −80 dB its rounding shows most.
const LIBROSA_TOLERANCE_DB: f32 = 2e-3;

/// In brightness: the above over 80 dB.
const PILLOW_TOLERANCE: f32 = LIBROSA_TOLERANCE_DB / 80.0;

/// With the default settings.
pub fn log_mel(sound: &[f32]) -> MelSpectrogram {
    MelFrontEnd::new(&MelConfig::default()).expect("the default settings").log_mel(sound)
}

#[test]
fn the_log_mel_spectrogram_is_librosas() {
    let (shape, expected) = read(include_bytes!("../golden/log_mel.npy"));
    let mel = log_mel(&tune(samples(3.0)));
    assert_eq!([mel.bands, mel.frames], shape[..]);
    let difference = largest_difference(&mel.values, &expected);
    assert!(difference < LIBROSA_TOLERANCE_DB, "off by {difference} dB");
}

#[test]
fn the_picture_is_pillows_antialiased_resize() {
    let (shape, expected) = read(include_bytes!("../golden/image.npy"));
    let image = log_mel(&tune(322 * 512)).image();
    assert_eq!([image.bands, image.columns], shape[..]);
    let difference = largest_difference(&image.values, &expected);
    assert!(difference < PILLOW_TOLERANCE, "off by {difference}");
}

#[test]
fn thirty_seconds_are_1292_frames_and_512_columns() {
    let mel = log_mel(&tune(samples(30.0)));
    assert_eq!((mel.frames, mel.image().columns), (1292, 512));
}

#[test]
fn a_tone_is_brightest_in_the_band_around_it() {
    let front_end = MelFrontEnd::new(&MelConfig::default()).expect("the default settings");
    for hz in [220.0, 1000.0, 5000.0] {
        let mel = log_mel(&sine(hz, 22_050, 1.0));
        let middle = |band: usize| mel.values[band * mel.frames + mel.frames / 2];
        let brightest = (0..mel.bands).max_by(|&a, &b| middle(a).total_cmp(&middle(b))).expect("bands");
        let centre = front_end.band_centres_hz()[brightest];
        assert!((f64::from(centre) / hz - 1.0).abs() < 0.1, "{hz} Hz shows at {centre} Hz");
    }
}

#[test]
fn values_lie_between_top_db_and_zero_even_for_silence() {
    for sound in [vec![0.0; 30_000], tune(30_000), vec![1e-30; 700], vec![]] {
        let mel = log_mel(&sound);
        assert!(mel.values.iter().all(|value| (-80.0..=0.0).contains(value)));
        assert!(mel.image().values.iter().all(|value| (0.0..=1.0).contains(value)));
    }
}

#[test]
fn settings_out_of_bounds_are_refused() {
    let refused = [
        MelConfig { sample_rate: 44_100, ..MelConfig::default() },
        MelConfig { n_fft: 0, ..MelConfig::default() },
        MelConfig { n_fft: 1 << 30, ..MelConfig::default() },
        MelConfig { hop_length: 0, ..MelConfig::default() },
        MelConfig { n_mels: 0, ..MelConfig::default() },
        MelConfig { fmax: f32::NAN, ..MelConfig::default() },
        MelConfig { fmin: 9000.0, ..MelConfig::default() },
        MelConfig { top_db: f32::INFINITY, ..MelConfig::default() },
    ];
    for config in refused {
        assert!(matches!(MelFrontEnd::new(&config), Err(Error::Encoder(_))), "{config:?}");
    }
}
