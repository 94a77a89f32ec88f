//! The colours of tracks. Categories have those of the style sheet's tokens, scales those of viridis and magma.

use crate::magma::MAGMA;
use crate::protocol::{Colouring, MOST_NAMED};

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// A colour for each byte that the worker paints a track with.
pub type Palette = [Rgb; 256];

/// matplotlib's viridis, at ten even steps.
const VIRIDIS: [Rgb; 10] = [
    [68, 1, 84],
    [72, 40, 120],
    [62, 73, 137],
    [49, 104, 142],
    [38, 130, 142],
    [31, 158, 137],
    [53, 183, 121],
    [110, 206, 88],
    [181, 222, 43],
    [253, 231, 37],
];

/// What colours are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Inks {
    /// Those of categories, the most frequent one's first.
    pub named: [Rgb; MOST_NAMED],
    /// That of all other categories, and of what is unknown.
    pub other: Rgb,
    /// Whether the ground is dark.
    pub dark: bool,
}

impl Inks {
    /// The colours for what is painted so.
    pub fn palette(&self, colouring: Colouring) -> Palette {
        let mut palette = [self.other; 256];
        for (code, colour) in palette.iter_mut().enumerate().skip(1) {
            *colour = match colouring {
                Colouring::Region => self.named[(code - 1) % MOST_NAMED],
                Colouring::Style | Colouring::Source => self.named.get(code - 1).copied().unwrap_or(self.other),
                Colouring::Year | Colouring::Score => self.on_scale(colouring, (code - 1) as f64 / 254.0),
            };
        }
        palette
    }

    /// The colour of a place on a scale from 0 to 1; the end that stands out from the ground is the upper one.
    pub fn on_scale(&self, colouring: Colouring, at: f64) -> Rgb {
        match (colouring, self.dark) {
            (Colouring::Score, true) => MAGMA[(38.0 + at * 214.0) as usize],
            (Colouring::Score, false) => MAGMA[(238.0 - at * 200.0) as usize],
            (_, true) => viridis(0.12 + 0.88 * at),
            (_, false) => viridis(0.92 * at),
        }
    }
}

fn viridis(at: f64) -> Rgb {
    let place = at.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let (low, share) = (place as usize, place.fract());
    let high = (low + 1).min(VIRIDIS.len() - 1);
    let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    std::array::from_fn(|i| mix(VIRIDIS[low][i], VIRIDIS[high][i]))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn inks(dark: bool) -> Inks {
        Inks { named: std::array::from_fn(|i| [i as u8 + 1; 3]), other: [99; 3], dark }
    }

    #[test]
    fn categories_beyond_the_named_are_others_and_regions_begin_again() {
        let style = inks(true).palette(Colouring::Style);
        assert_eq!((style[0], style[1], style[7], style[8], style[255]), ([99; 3], [1; 3], [7; 3], [99; 3], [99; 3]));
        let region = inks(true).palette(Colouring::Region);
        assert_eq!((region[0], region[7], region[8]), ([99; 3], [7; 3], [1; 3]));
    }

    #[test]
    fn the_upper_end_of_a_scale_stands_out_from_the_ground() {
        let light =
            |colour: Rgb| 0.2126 * f64::from(colour[0]) + 0.7152 * f64::from(colour[1]) + 0.0722 * f64::from(colour[2]);
        let score = |dark: bool, at: f64| light(inks(dark).on_scale(Colouring::Score, at));
        for step in 0..10 {
            let (here, next) = (f64::from(step) / 10.0, f64::from(step + 1) / 10.0);
            assert!(score(true, here) < score(true, next));
            assert!(score(false, here) > score(false, next));
        }
    }

    #[test]
    fn viridis_passes_through_its_steps() {
        assert_eq!(viridis(0.0), [68, 1, 84]);
        assert_eq!(viridis(1.0), [253, 231, 37]);
        assert_eq!(viridis(4.0 / 9.0), [38, 130, 142]);
    }
}
