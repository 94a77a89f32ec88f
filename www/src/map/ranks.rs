//! Where the numbers of neighbours go, which may lie as close together as they like.

use super::camera::Place;

/// Rounds after which what still touches is left so.
const ROUNDS: usize = 400;

/// The golden angle, by which those are told apart that lie on one another.
const ANGLE: f64 = 2.399_963;

/// Places for discs as near to the given ones as can be without two of them being closer than `apart`, or one closer than `clear` to what
/// stays at `fixed`. What touches nothing stays where it is.
pub fn spread(places: &[Place], apart: f64, fixed: Place, clear: f64) -> Vec<Place> {
    let mut at = places.to_vec();
    for _ in 0..ROUNDS {
        let of_disc = |i: usize| {
            let others = (0..at.len())
                .filter(|j| *j != i)
                .map(|j| push(at[j], at[i], apart, i))
                .map(|(x, y)| (x / 2.0, y / 2.0));
            let pushes = others.chain([push(fixed, at[i], clear, i)]).filter(|push| *push != (0.0, 0.0));
            let (x, y, count) =
                pushes.fold((0.0, 0.0, 0.0), |(x, y, count), push| (x + push.0, y + push.1, count + 1.0));
            // Their mean: all of them together would throw what lies in a crowd far off.
            (x / f64::max(count, 1.0), y / f64::max(count, 1.0))
        };
        let moves: Vec<Place> = (0..at.len()).map(of_disc).collect();
        if moves.iter().all(|by| *by == (0.0, 0.0)) {
            break;
        }
        at.iter_mut().zip(moves).for_each(|(at, by)| *at = (at.0 + by.0, at.1 + by.1));
    }
    at
}

/// What moves `to` away from `from` until they are `apart`, a little more for the rounds to end.
fn push(from: Place, to: Place, apart: f64, seed: usize) -> Place {
    let way = (to.0 - from.0, to.1 - from.1);
    let distance = way.0.hypot(way.1);
    if distance >= apart {
        return (0.0, 0.0);
    }
    let by = apart - distance + 0.05;
    if distance > 1e-6 {
        return (way.0 / distance * by, way.1 / distance * by);
    }
    let angle = seed as f64 * ANGLE;
    (angle.cos() * by, angle.sin() * by)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const FIXED: Place = (100.0, 100.0);

    fn distance(a: Place, b: Place) -> f64 {
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    #[test]
    fn no_two_discs_touch_however_close_their_places_are() {
        for scale in [0.0, 1.0, 6.0, 30.0, 300.0] {
            let places: Vec<Place> = (0..10)
                .map(|i| f64::from(i) * ANGLE)
                .map(|angle| (100.0 + scale * angle.cos(), 100.0 + scale * (3.0 * angle).sin()))
                .collect();
            let at = spread(&places, 20.0, FIXED, 18.0);
            for (i, a) in at.iter().enumerate() {
                assert!(distance(*a, FIXED) > 17.9, "{scale}: {a:?}");
                assert!(distance(*a, places[i]) < 60.0, "{scale}: {a:?} is far from {:?}", places[i]);
                for b in &at[..i] {
                    assert!(distance(*a, *b) > 19.9, "{scale}: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn what_touches_nothing_stays() {
        let places = [(0.0, 0.0), (30.0, 0.0), (200.0, 200.0)];
        assert_eq!(spread(&places, 20.0, FIXED, 18.0), places);
    }

    #[test]
    fn places_that_move_together_keep_their_discs() {
        let places = [(90.0, 95.0), (92.0, 97.0), (101.0, 99.0)];
        let moved: Vec<Place> = places.iter().map(|(x, y)| (x + 31.0, y - 7.0)).collect();
        let (before, after) = (spread(&places, 20.0, FIXED, 18.0), spread(&moved, 20.0, (131.0, 93.0), 18.0));
        for (a, b) in before.iter().zip(&after) {
            assert!(distance((a.0 + 31.0, a.1 - 7.0), *b) < 1e-6);
        }
    }
}
