//! Any samples at any rate: refused, or analysed to values within bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sonoscape::{Clip, MelConfig, MelFrontEnd};

fuzz_target!(|sound: (Vec<Vec<f32>>, u32)| {
    let (channels, sample_rate) = sound;
    let Ok(clip) = Clip::from_channels(&channels, sample_rate) else {
        return;
    };
    let Ok(mut front_end) = MelFrontEnd::new(&MelConfig::default()) else {
        return;
    };
    for excerpt in clip.excerpts(30.0, 8) {
        let image = front_end.log_mel(excerpt.samples).image();
        assert!(image.values.iter().all(|value| (0.0..=1.0).contains(value)));
    }
});
