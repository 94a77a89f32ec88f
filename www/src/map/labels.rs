//! Which names of regions are shown, and where: as many as there is room for, the coarsest and largest first.

use super::camera::Place;

/// Room around a name, in CSS pixels.
const MARGIN: f64 = 6.0;

/// How many levels finer than the finest that may be shown there are on the screen.
const LEVELS_AT_ONCE: u8 = 2;

/// How far a name may be shifted up or down, in its heights; what is tried first comes first.
const SHIFTS: [f64; 7] = [0.0, -0.6, 0.6, -1.2, 1.2, -1.8, 1.8];

/// A part of the screen, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Its middle.
    pub at: Place,
    /// Its width and height.
    pub size: Place,
}

/// A name that might be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it would be.
    pub area: Area,
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

/// Where the wishes come true, of those that do, on a screen of this size: none touches another or what is `taken`, none leaves the
/// screen, and none is there twice.
pub fn granted(wishes: &[Wish], taken: &[Area], size: Place) -> Vec<Option<Place>> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|i| (wishes[*i].level, std::cmp::Reverse(wishes[*i].tracks), *i));
    let mut granted = vec![None; wishes.len()];
    let mut taken = taken.to_vec();
    for i in order {
        let wish = &wishes[i];
        let is_there = wishes.iter().zip(&granted).any(|(other, at)| at.is_some() && other.name == wish.name);
        let free = |area: &Area| lies_on(area, size) && !taken.iter().any(|other| area.touches(other));
        if !is_there && let Some(area) = SHIFTS.iter().map(|shift| wish.shifted(*shift, size)).find(free) {
            granted[i] = Some(area.at);
            taken.push(area);
        }
    }
    granted
}

impl Wish<'_> {
    /// Its area so many heights further down, and as far aside as it must be to lie on the screen.
    fn shifted(&self, heights: f64, size: Place) -> Area {
        let Area { at, size: own } = self.area;
        let half = own.0 / 2.0;
        Area { at: (at.0.min(size.0 - half).max(half), at.1 + heights * own.1), size: own }
    }
}

impl Area {
    /// Whether there is less than a margin between them.
    fn touches(&self, other: &Self) -> bool {
        let near = |a: f64, b: f64, widths: f64| (a - b).abs() < widths / 2.0 + MARGIN;
        near(self.at.0, other.at.0, self.size.0 + other.size.0)
            && near(self.at.1, other.at.1, self.size.1 + other.size.1)
    }
}

fn lies_on(area: &Area, size: Place) -> bool {
    let inside = |at: f64, own: f64, size: f64| at - own / 2.0 >= 0.0 && at + own / 2.0 <= size;
    inside(area.at.0, area.size.0, size.0) && inside(area.at.1, area.size.1, size.1)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const NAMES: [&str; 30] = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v",
        "w", "x", "y", "z", "ä", "ö", "ü", "ß",
    ];

    /// Wishes in which every name comes several times, and parts of the screen that are taken.
    fn wishes() -> (Vec<Wish<'static>>, Vec<Area>) {
        let mut state = 7u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from((state >> 8) % below)
        };
        let mut area = |least: f64| Area { at: (random(800), random(600)), size: (least + random(90), 16.0) };
        let taken = (0..11).map(|_| area(16.0)).collect();
        let areas: Vec<Area> = (0..120).map(|_| area(40.0)).collect();
        let wish =
            |(i, area): (usize, Area)| Wish { name: NAMES[i % 30], area, level: (i % 3) as u8, tracks: i as u32 };
        (areas.into_iter().enumerate().map(wish).collect(), taken)
    }

    #[test]
    fn no_two_names_touch_none_leaves_the_screen_and_none_is_there_twice() {
        let ((wishes, taken), size) = (wishes(), (800.0, 600.0));
        let granted = granted(&wishes, &taken, size);
        let shown: Vec<(&str, Area)> = wishes
            .iter()
            .zip(&granted)
            .filter_map(|(wish, at)| Some((wish.name, Area { at: (*at)?, size: wish.area.size })))
            .collect();
        assert!(shown.len() > 15);
        for (i, (name, a)) in shown.iter().enumerate() {
            assert!(a.at.0 - a.size.0 / 2.0 >= 0.0 && a.at.0 + a.size.0 / 2.0 <= size.0);
            assert!(a.at.1 - a.size.1 / 2.0 >= 0.0 && a.at.1 + a.size.1 / 2.0 <= size.1);
            let others = shown[i + 1..].iter().map(|(_, area)| area);
            for b in others.chain(&taken) {
                let across = (a.at.0 - b.at.0).abs() >= (a.size.0 + b.size.0) / 2.0;
                let down = (a.at.1 - b.at.1).abs() >= (a.size.1 + b.size.1) / 2.0;
                assert!(across || down, "{a:?} {b:?}");
            }
            assert!(shown[i + 1..].iter().all(|(other, _)| other != name), "{name} is there twice");
        }
    }

    fn wish(name: &str, level: u8, tracks: u32, at: Place) -> Wish<'_> {
        Wish { name, area: Area { at, size: (50.0, 16.0) }, level, tracks }
    }

    #[test]
    fn the_largest_of_the_coarsest_comes_first_and_others_make_way() {
        let at = (100.0, 15.0);
        let wishes = [wish("fine", 1, 900, at), wish("small", 0, 10, at), wish("large", 0, 20, at)];
        assert_eq!(granted(&wishes, &[], (200.0, 30.0)), [None, None, Some(at)]);
        let roomy = granted(&wishes, &[], (200.0, 200.0));
        assert_eq!(roomy[2], Some(at));
        assert!(roomy[1].is_some_and(|(x, y)| x == at.0 && y > at.1 && y < at.1 + 32.0), "{roomy:?}");
    }

    #[test]
    fn of_two_levels_with_one_name_only_the_coarser_is_shown() {
        let wishes = [wish("piano", 1, 5, (100.0, 150.0)), wish("piano", 0, 9, (100.0, 50.0))];
        assert_eq!(granted(&wishes, &[], (200.0, 200.0)), [None, Some((100.0, 50.0))]);
    }

    #[test]
    fn a_name_at_the_edge_is_moved_onto_the_screen() {
        assert_eq!(granted(&[wish("piano", 0, 9, (5.0, 50.0))], &[], (200.0, 200.0)), [Some((25.0, 50.0))]);
    }

    #[test]
    fn finer_names_come_as_the_map_grows() {
        assert_eq!(*levels(1.0).end(), 0);
        assert!(levels(3.0).end() > levels(1.0).end());
        assert!(levels(40.0).start() > levels(1.0).start());
    }
}
