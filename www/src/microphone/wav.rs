//! Samples as a file, so that a recording goes the same way as a file that is dropped.

/// A WAV file of one channel of 16-bit samples.
pub fn of(samples: &[f32], sample_rate: u32) -> Vec<u8> {
    let length = samples.len() as u32 * 2;
    let mut bytes = Vec::with_capacity(44 + length as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    for number in [16, 1 | 1 << 16, sample_rate, sample_rate * 2, 2 | 16 << 16] {
        bytes.extend(u32::to_le_bytes(number));
    }
    bytes.extend(b"data");
    bytes.extend(length.to_le_bytes());
    let sixteen_bits = |sample: &f32| (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
    bytes.extend(samples.iter().flat_map(|sample| sixteen_bits(sample).to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::sniff::{Format, sample_rate, sniff};

    #[test]
    fn a_recording_is_a_wav_file_of_its_rate() {
        let bytes = of(&[0.0, 1.0, -1.0, 2.0], 48_000);
        assert_eq!((sniff(&bytes), sample_rate(&bytes)), (Format::Wav, Some(48_000)));
        assert_eq!(bytes[44..], [0, 0, 0xff, 0x7f, 1, 0x80, 0xff, 0x7f]);
        assert_eq!(bytes[4..8], 44_u32.to_le_bytes());
    }
}
