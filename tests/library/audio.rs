#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sonoscape::{Clip, Error, SAMPLE_RATE};

use crate::npy::largest_difference;
use crate::tune::{samples, sine, tune};

/// A windowed sinc of 16 zero crossings keeps the pass band to about −80 dB of half scale.
const PASS_BAND_TOLERANCE: f32 = 1e-4;

/// What is left of a tone that would fold back: about −80 dB.
const STOP_BAND_TOLERANCE: f32 = 1e-4;

fn middle(samples: &[f32]) -> &[f32] {
    &samples[samples.len() / 4..samples.len() * 3 / 4]
}

#[test]
fn a_tone_keeps_its_shape_at_every_sample_rate() {
    for rate in [8_000, 11_025, 16_000, 32_000, 44_100, 44_101, 48_000, 96_000, 192_000] {
        let clip = Clip::from_channels(&[sine(1000.0, rate, 0.5)], rate).expect("a tone");
        let expected = sine(1000.0, SAMPLE_RATE, 0.5);
        assert!(clip.samples().len().abs_diff(expected.len()) <= 1, "{rate} Hz: {} samples", clip.samples().len());
        let length = clip.samples().len().min(expected.len());
        let difference = largest_difference(middle(&clip.samples()[..length]), middle(&expected[..length]));
        let tolerance = if rate == 44_101 { 4.0 * PASS_BAND_TOLERANCE } else { PASS_BAND_TOLERANCE };
        assert!(difference < tolerance, "{rate} Hz: off by {difference}");
    }
}

#[test]
fn what_would_fold_back_is_taken_out() {
    for (hz, rate) in [(12_500.0, 44_100), (15_000.0, 48_000), (60_000.0, 192_000)] {
        let clip = Clip::from_channels(&[sine(hz, rate, 0.5)], rate);
        let left = clip.map_or(0.0, |clip| middle(clip.samples()).iter().fold(0.0f32, |peak, s| peak.max(s.abs())));
        assert!(left < STOP_BAND_TOLERANCE, "{hz} Hz at {rate} Hz leaves {left}");
    }
}

#[test]
fn channels_are_mixed_down_to_their_mean() {
    let clip = Clip::from_channels(&[vec![0.9; 100], vec![0.3; 100], vec![0.0; 100]], SAMPLE_RATE).expect("a clip");
    assert!(largest_difference(clip.samples(), &[0.4; 100]) < 1e-6);
}

#[test]
fn what_cannot_be_a_sound_is_refused() {
    let ones = vec![0.5; 100];
    assert_eq!(Clip::from_channels(&[[0.0; 100]], SAMPLE_RATE), Err(Error::Silent));
    assert_eq!(Clip::from_channels(&[[]], SAMPLE_RATE), Err(Error::Silent));
    assert_eq!(Clip::from_channels(&[[0.5, f32::NAN, f32::INFINITY]], SAMPLE_RATE), Err(Error::NotFinite { count: 2 }));
    assert!(matches!(Clip::from_channels::<Vec<f32>>(&[], SAMPLE_RATE), Err(Error::Channels { found: 0, .. })));
    assert!(matches!(
        Clip::from_channels(&vec![ones.clone(); 33], SAMPLE_RATE),
        Err(Error::Channels { found: 33, .. })
    ));
    assert!(matches!(Clip::from_channels(&[ones.clone(), vec![0.5; 99]], SAMPLE_RATE), Err(Error::Channels { .. })));
    assert_eq!(Clip::from_channels(&[ones], 0), Err(Error::SampleRate { found: 0 }));
}

#[test]
fn what_resampling_makes_infinite_or_silent_is_refused() {
    assert!(matches!(Clip::from_channels(&[[f32::MAX; 64]], 44_100), Err(Error::NotFinite { .. })));
    assert!(Clip::from_channels(&[[f32::MAX; 64]], SAMPLE_RATE).is_ok());
    assert_eq!(Clip::from_channels(&[[0.5]], 192_000), Err(Error::Silent));
}

#[test]
fn runs_at_full_scale_count_as_clipped() {
    let mut clipped = tune(1000);
    clipped[100..200].fill(1.0);
    clipped[300] = -1.0;
    let clip = Clip::from_channels(&[clipped], SAMPLE_RATE).expect("a clip");
    assert_eq!(clip.clipped_fraction(), 0.1);
}

#[test]
fn excerpts_reach_from_the_first_sample_to_the_last() {
    let clip = Clip::from_channels(&[tune(samples(100.0))], SAMPLE_RATE).expect("a clip");
    let starts = |most| clip.excerpts(30.0, most).iter().map(|e| e.start_s.round() as u32).collect::<Vec<_>>();
    assert_eq!(starts(8), [0, 23, 47, 70]);
    assert_eq!(starts(2), [0, 70]);
    assert_eq!(starts(1), [35]);
    assert!(clip.excerpts(30.0, 8).iter().all(|excerpt| excerpt.samples.len() == samples(30.0)));
}

#[test]
fn a_short_clip_is_one_excerpt_of_its_own_length() {
    let clip = Clip::from_channels(&[tune(samples(8.0))], SAMPLE_RATE).expect("a clip");
    let excerpts = clip.excerpts(30.0, 8);
    assert_eq!((excerpts.len(), excerpts[0].samples.len(), excerpts[0].start_s), (1, samples(8.0), 0.0));
}
