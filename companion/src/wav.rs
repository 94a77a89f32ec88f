//! Sound files to hand to other programs.

use sonoscape::SAMPLE_RATE;

/// A mono WAV file of 16 bits at [`SAMPLE_RATE`].
pub fn mono16(samples: &[f32]) -> Vec<u8> {
    let size = (2 * samples.len()) as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(SAMPLE_RATE.to_le_bytes());
    bytes.extend((2 * SAMPLE_RATE).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode;

    #[test]
    fn the_wav_file_reads_back_within_half_a_step_and_a_truncation() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.wav");
        let samples: Vec<f32> = (0..1000).map(|n| (n as f32 * 0.1).sin()).collect();
        std::fs::write(&file, mono16(&samples)).unwrap();
        let decoded = decode(&file).unwrap();
        assert_eq!((decoded.sample_rate, decoded.channels[0].len()), (SAMPLE_RATE, samples.len()));
        let one_step = 1.0 / 16_384.0;
        assert!(decoded.channels[0].iter().zip(&samples).all(|(a, b)| (a - b).abs() < one_step));
    }
}
