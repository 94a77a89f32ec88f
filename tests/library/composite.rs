#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use sonoscape::{CompositeImage, MelConfig, MelFrontEnd};

use crate::npy::{largest_difference, read};
use crate::tune::{samples, tune};

/// Where a value lies halfway between two levels, its last bit decides which one it becomes; measured: none does.
const MOST_HALFWAY: usize = 5;

fn composite(sound: &[f32]) -> CompositeImage {
    MelFrontEnd::new(&MelConfig::default()).expect("the default settings").composite(sound)
}

#[test]
fn the_composite_picture_is_pillows_of_librosas_features() {
    let (shape, expected) = read(include_bytes!("../golden/composite.npy"));
    let picture = composite(&tune(samples(1.0)));
    assert_eq!([picture.height, picture.columns, 3], shape[..]);
    let levels: Vec<f32> = picture.pixels.iter().map(|&level| f32::from(level)).collect();
    let difference = largest_difference(&levels, &expected);
    assert!(difference <= 1.0, "off by {difference} levels");
    let others = levels.iter().zip(&expected).filter(|(a, b)| a != b).count();
    assert!(others <= MOST_HALFWAY, "{others} of {} levels differ", levels.len());
}

#[test]
fn thirty_seconds_are_128_rows_of_512_columns() {
    let picture = composite(&tune(samples(30.0)));
    assert_eq!((picture.height, picture.columns, picture.pixels.len()), (128, 512, 128 * 512 * 3));
}

#[test]
fn silence_has_a_composite_picture_too() {
    for sound in [vec![], vec![0.0; 30_000]] {
        let picture = composite(&sound);
        assert_eq!(picture.pixels.len(), picture.height * picture.columns * 3);
    }
}
