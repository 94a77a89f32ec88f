//! PNG files of 8 bits a value.

use anyhow::Result;
use png::{BitDepth, ColorType, Encoder};

/// Encodes `pixels`, row by row from the top, `width` pixels each: one value a pixel in grey, three in colour.
///
/// # Errors
/// When the pixels are not as many whole rows.
pub fn encode(pixels: &[u8], width: usize, colour: ColorType) -> Result<Vec<u8>> {
    let height = pixels.len() / (width * colour.samples());
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, u32::try_from(width)?, u32::try_from(height)?);
    encoder.set_color(colour);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn pixels_come_back_and_half_a_row_is_refused() {
        let pixels: Vec<u8> = (0..24).collect();
        let bytes = encode(&pixels, 4, ColorType::Rgb).unwrap();
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut found = vec![0; 24];
        let frame = reader.next_frame(&mut found).unwrap();
        assert_eq!((frame.width, frame.height, found), (4, 2, pixels));
        assert!(encode(&[0; 10], 4, ColorType::Rgb).is_err());
    }
}
