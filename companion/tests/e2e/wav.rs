//! Sound files, written byte by byte so that they can be wrong in chosen ways.

/// A WAV file of 16-bit samples, `samples` interleaved.
pub fn pcm16(samples: &[f32], channels: u16, sample_rate: u32) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sixteen_bits(*sample).to_le_bytes()).collect();
    [header(1, channels, sample_rate, 16, data.len() as u32), data].concat()
}

/// A WAV file of 32-bit floating-point samples, `samples` interleaved.
pub fn float32(samples: &[f32], channels: u16, sample_rate: u32) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    [header(3, channels, sample_rate, 32, data.len() as u32), data].concat()
}

/// The beginning of a WAV file with `data_bytes` of samples to follow.
pub fn header(format: u16, channels: u16, sample_rate: u32, bits: u16, data_bytes: u32) -> Vec<u8> {
    let block = channels * bits / 8;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0");
    bytes.extend(format.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(sample_rate.to_le_bytes());
    bytes.extend((sample_rate * u32::from(block)).to_le_bytes());
    bytes.extend(block.to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data_bytes.to_le_bytes());
    bytes
}

/// An AIFF file of 16-bit mono samples at 44.1 kHz: sound that browsers do not decode.
pub fn aiff(samples: &[f32]) -> Vec<u8> {
    const RATE_44100_EXTENDED: [u8; 10] = [0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0];
    let data: Vec<u8> = samples.iter().flat_map(|sample| sixteen_bits(*sample).to_be_bytes()).collect();
    let mut common = 1u16.to_be_bytes().to_vec();
    common.extend((samples.len() as u32).to_be_bytes());
    common.extend(16u16.to_be_bytes());
    common.extend(RATE_44100_EXTENDED);
    let sound = [vec![0; 8], data].concat();
    let chunks = [chunk(b"COMM", &common), chunk(b"SSND", &sound)].concat();
    chunk(b"FORM", &[b"AIFF".to_vec(), chunks].concat())
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [name.as_slice(), &(content.len() as u32).to_be_bytes(), content].concat()
}

fn sixteen_bits(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16
}
