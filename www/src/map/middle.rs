//! Where a sound lies that is not of the catalogue: in the midst of its neighbours.

use super::camera::Place;

/// Rounds of the search.
const ROUNDS: usize = 60;

/// Added to every distance, so that a place may lie on a neighbour.
const SOFT: f64 = 1e-4;

/// The place with the least sum of weighted distances to `places` (the weighted geometric median, by Weiszfeld's rounds).
///
/// Unlike the mean it lies where most of the weight is, and not between two far groups.
pub fn middle(places: &[(Place, f64)]) -> Option<Place> {
    let mut at = mean(places, |_| 1.0)?;
    for _ in 0..ROUNDS {
        at = mean(places, |place| 1.0 / ((place.0 - at.0).hypot(place.1 - at.1) + SOFT))?;
    }
    Some(at)
}

fn mean(places: &[(Place, f64)], share: impl Fn(Place) -> f64) -> Option<Place> {
    let weigh = |sum: (f64, f64, f64), (place, weight): &(Place, f64)| {
        let weight = weight * share(*place);
        (sum.0 + weight * place.0, sum.1 + weight * place.1, sum.2 + weight)
    };
    let (x, y, weight) = places.iter().fold((0.0, 0.0, 0.0), weigh);
    (weight > 0.0).then_some((x / weight, y / weight))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn no_place_of_a_fine_mesh_is_better() {
        let places = [((0.2, 0.2), 0.9), ((0.25, 0.22), 0.8), ((0.21, 0.27), 0.7), ((0.9, 0.9), 0.6)];
        let cost = |at: Place| places.iter().map(|(p, w)| w * (p.0 - at.0).hypot(p.1 - at.1)).sum::<f64>();
        let found = middle(&places).expect("a middle");
        let mesh = (0..=500).flat_map(|i| (0..=500).map(move |j| (f64::from(i) / 500.0, f64::from(j) / 500.0)));
        let least = mesh.map(cost).fold(f64::INFINITY, f64::min);
        assert!(cost(found) <= least + 1e-3, "{found:?}: {} instead of {least}", cost(found));
        assert!(found.0 < 0.3 && found.1 < 0.3, "{found:?} is between the groups");
    }

    #[test]
    fn what_weighs_nothing_does_not_count() {
        assert_eq!(middle(&[((0.5, 0.5), 0.0)]), None);
        assert_eq!(middle(&[]), None);
        let (x, y) = middle(&[((0.4, 0.1), 1.0), ((0.9, 0.9), 0.0)]).expect("a middle");
        assert!((x - 0.4).abs() < 1e-6 && (y - 0.1).abs() < 1e-6);
    }
}
