//! Sounds made for tests.

use sonoscape::SAMPLE_RATE;

/// Three saw waves that come and go over noise, in integers; the same as `tune` in `../golden/make.py`.
pub fn tune(length: usize) -> Vec<f32> {
    let mut noise = 1u32;
    (0..length as i64)
        .map(|n| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let mut value = i64::from(noise >> 16) % 2048 - 1024;
            for (voice, step) in (0..).zip([97, 331, 1201]) {
                let loudness = n / (1000 + 700 * voice) % 8;
                value += (((n * step) % 65_536 - 32_768) * loudness).div_euclid(32);
            }
            value as f32 / 65_536.0
        })
        .collect()
}

/// A sine of `hz` at `sample_rate`, half of full scale.
pub fn sine(hz: f64, sample_rate: u32, seconds: f64) -> Vec<f32> {
    let step = std::f64::consts::TAU * hz / f64::from(sample_rate);
    (0..(seconds * f64::from(sample_rate)) as usize).map(|n| (0.5 * libm::sin(step * n as f64)) as f32).collect()
}

/// Seconds as samples at [`SAMPLE_RATE`].
pub fn samples(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE)) as usize
}
