//! The tracks along a line that was drawn over the map.

use super::camera::Place;

/// The places along a line at equal distances of about `step`, with both of its ends.
pub fn steps(line: &[Place], step: f64) -> Vec<Place> {
    let lengths: Vec<f64> = line.windows(2).map(|ends| apart(ends[0], ends[1])).collect();
    let total: f64 = lengths.iter().sum();
    let Some(&first) = line.first() else { return Vec::new() };
    let count = (total / step).round().max(1.0) as usize;
    let (mut places, mut side, mut before) = (vec![first], 0, 0.0);
    for i in 1..=count {
        let wanted = total * i as f64 / count as f64;
        while side + 1 < lengths.len() && before + lengths[side] < wanted {
            before += lengths[side];
            side += 1;
        }
        let Some((from, to)) = line.get(side).zip(line.get(side + 1)) else { break };
        let share = ((wanted - before) / lengths[side].max(f64::EPSILON)).min(1.0);
        places.push((from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1)));
    }
    places
}

/// For each place in turn the track that `nearest(place, taken)` finds and that was not taken before; none is found twice.
pub fn along(places: &[Place], nearest: impl Fn(Place, &[u32]) -> Option<u32>) -> Vec<u32> {
    let mut taken = Vec::new();
    for place in places {
        if let Some(track) = nearest(*place, &taken) {
            taken.push(track);
        }
    }
    taken
}

fn apart(a: Place, b: Place) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn steps_are_of_equal_length_along_the_line() {
        let line = [(0.0, 0.0), (3.0, 0.0), (3.0, 4.0), (3.0, 4.0), (0.0, 4.0)];
        let places = steps(&line, 1.0);
        assert_eq!(places.len(), 11);
        let known = [
            (0.0, 0.0),
            (1.0, 0.0),
            (2.0, 0.0),
            (3.0, 0.0),
            (3.0, 1.0),
            (3.0, 2.0),
            (3.0, 3.0),
            (3.0, 4.0),
            (2.0, 4.0),
        ];
        for (place, wanted) in places.iter().zip(known) {
            assert!(apart(*place, wanted) < 1e-9, "{place:?} instead of {wanted:?}");
        }
        assert!(apart(places[10], (0.0, 4.0)) < 1e-9);
    }

    #[test]
    fn a_point_is_a_line_too() {
        assert_eq!(steps(&[(0.5, 0.5)], 0.1), [(0.5, 0.5)]);
        assert_eq!(steps(&[], 0.1), []);
        assert_eq!(steps(&[(0.5, 0.5), (0.5, 0.5)], 0.1).len(), 2);
    }

    #[test]
    fn tracks_come_in_order_and_once() {
        let tracks = [0.0f64, 1.1, 1.9, 5.0];
        let nearest = |(x, _): Place, taken: &[u32]| {
            let free = (0..4u32).filter(|track| !taken.contains(track));
            free.filter(|track| (tracks[*track as usize] - x).abs() < 1.5)
                .min_by(|a, b| (tracks[*a as usize] - x).abs().total_cmp(&(tracks[*b as usize] - x).abs()))
        };
        let walked = along(&steps(&[(0.0, 0.0), (5.0, 0.0)], 1.0), nearest);
        assert_eq!(walked, [0, 1, 2, 3]);
        let back = along(&steps(&[(5.0, 0.0), (0.0, 0.0)], 1.0), nearest);
        assert_eq!(back, [3, 2, 1, 0]);
    }
}
