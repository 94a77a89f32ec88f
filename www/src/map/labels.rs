//! Which names of regions are shown: as many as there is room for, the coarsest and largest first.

use super::camera::Place;

/// Room around a name, in CSS pixels.
const MARGIN: f64 = 6.0;

/// How many levels finer than the finest that may be shown there are on the screen.
const LEVELS_AT_ONCE: u8 = 2;

/// A name that might be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// Where its middle would be, in CSS pixels.
    pub at: Place,
    /// Its size in CSS pixels.
    pub size: Place,
    /// 0 for the coarsest.
    pub level: u8,
    /// Tracks in its region.
    pub tracks: u32,
}

/// Levels of names for a map that is so many times as large as the whole.
pub fn levels(magnification: f64) -> std::ops::RangeInclusive<u8> {
    let finest = (magnification.max(1.0).log2() / 1.25 + 0.4) as u8;
    finest.saturating_sub(LEVELS_AT_ONCE)..=finest
}

/// Which of the wishes come true on a screen of this size: no two overlap, none leaves the screen, and none of those that do not come true has room.
pub fn granted(wishes: &[Wish], size: Place) -> Vec<bool> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|i| (wishes[*i].level, std::cmp::Reverse(wishes[*i].tracks), *i));
    let mut granted = vec![false; wishes.len()];
    let mut shown: Vec<&Wish> = Vec::new();
    for i in order {
        let wish = &wishes[i];
        if lies_on(wish, size) && !shown.iter().any(|other| overlap(wish, other)) {
            granted[i] = true;
            shown.push(wish);
        }
    }
    granted
}

fn lies_on(wish: &Wish, size: Place) -> bool {
    let half = (wish.size.0 / 2.0, wish.size.1 / 2.0);
    let inside = |at: f64, half: f64, size: f64| at - half >= 0.0 && at + half <= size;
    inside(wish.at.0, half.0, size.0) && inside(wish.at.1, half.1, size.1)
}

fn overlap(a: &Wish, b: &Wish) -> bool {
    let near = |a: f64, b: f64, widths: f64| (a - b).abs() < widths / 2.0 + MARGIN;
    near(a.at.0, b.at.0, a.size.0 + b.size.0) && near(a.at.1, b.at.1, a.size.1 + b.size.1)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn wishes() -> Vec<Wish> {
        let mut state = 7u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from((state >> 8) % below)
        };
        (0..120)
            .map(|_| Wish {
                at: (random(900) - 50.0, random(700) - 50.0),
                size: (40.0 + random(90), 16.0),
                level: random(3) as u8,
                tracks: random(5000) as u32,
            })
            .collect()
    }

    #[test]
    fn no_two_names_touch_and_none_leaves_the_screen() {
        let (wishes, size) = (wishes(), (800.0, 600.0));
        let granted = granted(&wishes, size);
        let shown: Vec<&Wish> =
            wishes.iter().zip(&granted).filter(|(_, granted)| **granted).map(|(wish, _)| wish).collect();
        assert!(shown.len() > 10);
        for (i, a) in shown.iter().enumerate() {
            assert!(a.at.0 - a.size.0 / 2.0 >= 0.0 && a.at.0 + a.size.0 / 2.0 <= size.0);
            assert!(a.at.1 - a.size.1 / 2.0 >= 0.0 && a.at.1 + a.size.1 / 2.0 <= size.1);
            for b in &shown[i + 1..] {
                let across = (a.at.0 - b.at.0).abs() >= (a.size.0 + b.size.0) / 2.0;
                let down = (a.at.1 - b.at.1).abs() >= (a.size.1 + b.size.1) / 2.0;
                assert!(across || down, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn the_largest_of_the_coarsest_comes_first() {
        let at = |level, tracks| Wish { at: (100.0, 100.0), size: (50.0, 16.0), level, tracks };
        let wishes = [at(1, 900), at(0, 10), at(0, 20)];
        assert_eq!(granted(&wishes, (200.0, 200.0)), [false, false, true]);
    }

    #[test]
    fn finer_names_come_as_the_map_grows() {
        assert_eq!(*levels(1.0).end(), 0);
        assert!(levels(3.0).end() > levels(1.0).end());
        assert!(levels(40.0).start() > levels(1.0).start());
    }
}
