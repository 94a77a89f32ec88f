//! A flight from one view to another: away from the map, over it, and down again, so that the eye can follow.
//!
//! The path is that of van Wijk and Nuij, *Smooth and efficient zooming and panning* (InfoVis 2003), with ρ = √2.

use super::camera::Camera;

const RHO: f64 = std::f64::consts::SQRT_2;

/// Milliseconds for each unit of the path's length.
const PACE_MS: f64 = 420.0;

/// Shortest and longest flight, in milliseconds.
const DURATION_MS: (f64, f64) = (240.0, 1400.0);

/// A flight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flight {
    from: Camera,
    /// Where it ends.
    pub to: Camera,
    length: f64,
    /// How long it takes, in milliseconds.
    pub duration_ms: f64,
}

impl Flight {
    /// A flight to another view on the same screen.
    pub fn new(from: Camera, to: Camera) -> Self {
        let length = Path::new(&from, &to).length;
        Self { from, to, length, duration_ms: (length.abs() * PACE_MS).clamp(DURATION_MS.0, DURATION_MS.1) }
    }

    /// What is seen after some milliseconds.
    pub fn at(&self, elapsed_ms: f64) -> Camera {
        let share = (elapsed_ms / self.duration_ms).clamp(0.0, 1.0);
        if share >= 1.0 {
            return self.to;
        }
        let eased = share * share * (3.0 - 2.0 * share);
        Path::new(&self.from, &self.to).at(&self.from, eased * self.length)
    }
}

/// The curve, with widths in units of the map.
struct Path {
    /// From middle to middle.
    way: (f64, f64),
    distance: f64,
    /// Where the curve starts, in its own parameter.
    start: f64,
    length: f64,
    zoom: f64,
}

impl Path {
    fn new(from: &Camera, to: &Camera) -> Self {
        let way = (to.middle.0 - from.middle.0, to.middle.1 - from.middle.1);
        let distance = way.0.hypot(way.1);
        let (w0, w1) = (width(from), width(to));
        let zoom = (w1 / w0).ln();
        if distance < 1e-9 {
            return Self { way, distance: 0.0, start: 0.0, length: zoom.abs() / RHO, zoom };
        }
        let (rho2, rho4) = (RHO * RHO, RHO.powi(4));
        let b =
            |w: f64, sign: f64| (w1 * w1 - w0 * w0 + sign * rho4 * distance * distance) / (2.0 * w * rho2 * distance);
        let r = |b: f64| -b.asinh();
        let (start, end) = (r(b(w0, 1.0)), r(b(w1, -1.0)));
        Self { way, distance, start, length: (end - start) / RHO, zoom }
    }

    fn at(&self, from: &Camera, s: f64) -> Camera {
        let w0 = width(from);
        let (share, w) = if self.distance == 0.0 {
            (0.0, w0 * (self.zoom.signum() * RHO * s).exp())
        } else {
            let (r0, r) = (self.start, RHO * s + self.start);
            let gone = w0 / (RHO * RHO) * (r0.cosh() * r.tanh() - r0.sinh());
            (gone / self.distance, w0 * r0.cosh() / r.cosh())
        };
        let middle = (from.middle.0 + share * self.way.0, from.middle.1 + share * self.way.1);
        Camera { middle, scale: from.size.0 / w, ..*from }
    }
}

fn width(camera: &Camera) -> f64 {
    camera.size.0 / camera.scale
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn camera(middle: (f64, f64), scale: f64) -> Camera {
        Camera { middle, scale, size: (800.0, 600.0) }
    }

    #[test]
    fn a_flight_begins_and_ends_where_it_should() {
        let pairs = [
            (camera((0.5, 0.5), 600.0), camera((0.2, 0.9), 9000.0)),
            (camera((0.5, 0.5), 9000.0), camera((0.5, 0.5), 600.0)),
            (camera((0.1, 0.1), 5000.0), camera((0.9, 0.9), 5000.0)),
        ];
        for (from, to) in pairs {
            let flight = Flight::new(from, to);
            let (first, last) = (flight.at(0.0), flight.at(flight.duration_ms * 0.999_999));
            for (seen, wanted) in [(first, from), (last, to)] {
                let off = (seen.middle.0 - wanted.middle.0).hypot(seen.middle.1 - wanted.middle.1);
                assert!(off < 1e-4 && (seen.scale / wanted.scale - 1.0).abs() < 1e-3, "{seen:?} {wanted:?}");
            }
            assert_eq!(flight.at(1e9), to);
        }
    }

    #[test]
    fn a_far_flight_rises_between() {
        let flight = Flight::new(camera((0.1, 0.1), 20_000.0), camera((0.9, 0.9), 20_000.0));
        let highest = (0..100).map(|i| flight.at(flight.duration_ms * f64::from(i) / 100.0).scale).fold(1e9, f64::min);
        assert!(highest < 5000.0, "{highest}");
    }

    #[test]
    fn no_step_of_a_flight_is_a_jump() {
        let flight = Flight::new(camera((0.5, 0.5), 600.0), camera((0.13, 0.8), 30_000.0));
        let views: Vec<Camera> = (0..=200).map(|i| flight.at(flight.duration_ms * f64::from(i) / 200.0)).collect();
        for pair in views.windows(2) {
            let moved = (pair[1].middle.0 - pair[0].middle.0).hypot(pair[1].middle.1 - pair[0].middle.1);
            assert!(moved * pair[0].scale < 60.0, "{pair:?}");
            assert!((pair[1].scale / pair[0].scale - 1.0).abs() < 0.12, "{pair:?}");
        }
    }
}
