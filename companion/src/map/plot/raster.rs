//! Dots as pixels.

use anyhow::Result;
use png::ColorType;

use crate::png_file;

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// Pixels a side.
pub const SIDE: usize = 1600;

/// The picture's ground.
const GROUND: f32 = 255.0;

/// Dots, white where there are none: the more there are, the smaller and the more transparent, so that dense places stay darker.
///
/// # Errors
/// Never, while a row has as many pixels as the picture is wide.
pub fn png(dots: &[([f32; 2], Rgb)]) -> Result<Vec<u8>> {
    let reach = (160.0 / (dots.len() as f32).sqrt()).clamp(1.1, 9.0);
    let opacity = (40.0 / (dots.len() as f32).sqrt()).clamp(0.3, 0.85);
    let mut pixels = vec![GROUND; SIDE * SIDE * 3];
    for (at, colour) in dots {
        disc(&mut pixels, at.map(|along| along * SIDE as f32), reach, opacity, *colour);
    }
    let pixels: Vec<u8> = pixels.into_iter().map(|level| level.round() as u8).collect();
    png_file::encode(&pixels, SIDE, ColorType::Rgb)
}

/// Lays a disc over the pixels, with a soft edge one pixel wide.
fn disc(pixels: &mut [f32], [x, y]: [f32; 2], reach: f32, opacity: f32, colour: Rgb) {
    let ends = |along: f32| {
        let first = (along - reach - 1.0).max(0.0) as usize;
        first..((along + reach + 2.0).max(0.0) as usize).min(SIDE)
    };
    for row in ends(y) {
        for column in ends(x) {
            let away = (column as f32 + 0.5 - x).hypot(row as f32 + 0.5 - y);
            let share = opacity * (reach + 0.5 - away).clamp(0.0, 1.0);
            let pixel = &mut pixels[(row * SIDE + column) * 3..][..3];
            pixel.iter_mut().zip(colour).for_each(|(level, to)| *level += share * (f32::from(to) - *level));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_dot_has_its_colour_where_it_lies_and_the_rest_is_white() {
        let bytes = png(&[([0.25, 0.75], [0, 0, 200]), ([0.0, 1.0], [9, 9, 9])]).unwrap();
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut found = vec![0; SIDE * SIDE * 3];
        reader.next_frame(&mut found).unwrap();
        let pixel = |x: f32, y: f32| {
            let at = ((y * SIDE as f32) as usize * SIDE + (x * SIDE as f32) as usize) * 3;
            [found[at], found[at + 1], found[at + 2]]
        };
        let [red, green, blue] = pixel(0.25, 0.75);
        assert!(red < 60 && green < 60 && blue > 190, "{red} {green} {blue}");
        assert_eq!(pixel(0.75, 0.25), [255; 3]);
    }
}
