//! What lies inside of a line that was drawn around it.

use super::camera::Place;

/// Whether a place lies inside a closed line, as the number of crossings says (even–odd).
pub fn holds(line: &[Place], (x, y): Place) -> bool {
    let mut inside = false;
    let ends = line.iter().zip(line.iter().cycle().skip(1));
    for (&(x0, y0), &(x1, y1)) in ends {
        if (y0 > y) != (y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0) {
            inside = !inside;
        }
    }
    inside
}

/// The corners of the box between two places.
pub fn corners((x0, y0): Place, (x1, y1): Place) -> [Place; 4] {
    [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// By the sum of the angles under which the sides are seen.
    fn surrounds(line: &[Place], (x, y): Place) -> bool {
        let angle = |(a, b): (&Place, &Place)| {
            let (a, b) = ((a.0 - x, a.1 - y), (b.0 - x, b.1 - y));
            (a.0 * b.1 - a.1 * b.0).atan2(a.0 * b.0 + a.1 * b.1)
        };
        let turns = line.iter().zip(line.iter().cycle().skip(1)).map(angle).sum::<f64>() / std::f64::consts::TAU;
        turns.abs().round() as i32 % 2 == 1
    }

    #[test]
    fn a_line_holds_what_its_sides_surround() {
        let star: Vec<Place> = (0..9)
            .map(|i| {
                let (angle, reach) = (f64::from(i) * 0.7, if i % 2 == 0 { 1.0 } else { 0.37 });
                (angle.cos() * reach, angle.sin() * reach)
            })
            .collect();
        let mut held = 0;
        for i in 0..41 {
            for j in 0..41 {
                let at = (f64::from(i) * 0.0513 - 1.03, f64::from(j) * 0.0511 - 1.02);
                assert_eq!(holds(&star, at), surrounds(&star, at), "{at:?}");
                held += u32::from(holds(&star, at));
            }
        }
        assert!(held > 100);
    }

    #[test]
    fn a_box_may_be_drawn_from_any_corner() {
        for (a, b) in [((0.1, 0.2), (0.6, 0.8)), ((0.6, 0.2), (0.1, 0.8)), ((0.6, 0.8), (0.1, 0.2))] {
            assert!(holds(&corners(a, b), (0.3, 0.5)));
            assert!(!holds(&corners(a, b), (0.7, 0.5)));
        }
    }

    #[test]
    fn nothing_holds_nothing() {
        assert!(!holds(&[], (0.0, 0.0)));
        assert!(!holds(&[(0.0, 0.0), (1.0, 1.0)], (0.5, 0.2)));
    }
}
