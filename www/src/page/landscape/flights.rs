//! Flights over the map: to the sound, to a region, and back.

use leptos::prelude::*;

use super::super::Page;
use super::frame::covered_by;
use crate::map::camera::{Bounds, Camera, Place};
use crate::map::flight::Flight;
use crate::map::grid::place;
use crate::map::labels::Area;
use crate::map::scene::whole;
use crate::pause::now_ms;
use crate::protocol::{Region, Spot};

/// A flight to a result shows at most this much of the map's detail.
const CLOSEST: f64 = 24.0;

/// Room around what a flight ends at, in CSS pixels.
const MARGIN: f64 = 28.0;

/// Least side of the room for it, in CSS pixels.
const LEAST: f64 = 48.0;

impl Page {
    /// Shows where a track lies, if that is not on the screen.
    pub fn show_on_map(self, spot: Spot) {
        let (Some(at), Some(camera)) = (self.landscape.place_of(spot), self.landscape.camera()) else { return };
        let (x, y) = camera.to_screen(at);
        let inside = |at: f64, size: f64| (24.0..=size - 24.0).contains(&at);
        if !inside(x, camera.size.0) || !inside(y, camera.size.1) {
            self.fly_to(Camera { middle: at, ..camera });
        }
    }

    /// Flies to the sound and its neighbours.
    pub fn fly_to_query(self) {
        if let (Some(query), Some(camera)) = (self.query_on_map(), self.landscape.camera()) {
            let neighbours = query.neighbours.iter().map(|(_, at)| *at);
            if let Some(bounds) = Bounds::around(neighbours.chain([query.at])) {
                self.fly_to(camera.onto(&bounds, &free_room(camera.size), CLOSEST));
            }
        }
    }

    /// Flies to a region.
    pub fn fly_to_region(self, region: &Region) {
        if let Some(camera) = self.landscape.camera() {
            let magnification = 2f64.powi(i32::from(region.level) + 1).max(camera.magnification().min(CLOSEST));
            let middle = place([region.x, region.y]);
            self.fly_to(camera.onto(&Bounds { low: middle, high: middle }, &free_room(camera.size), magnification));
        }
    }

    /// Flies back to where the whole map is seen.
    pub fn fly_home(self) {
        if let Some(camera) = self.landscape.camera() {
            self.fly_to(self.landscape.with_points(|points| whole(points, camera.size, &whole_room(camera.size))));
        }
    }

    /// Makes the map larger or smaller around its middle; in flight, what it will be.
    pub fn zoom_map(self, factor: f64) {
        let coming = self.landscape.with_scene(|scene| scene.flight.map(|(flight, _)| flight.to).or(scene.camera));
        if let Some(camera) = coming.flatten() {
            let mut target = camera;
            target.zoom((camera.size.0 / 2.0, camera.size.1 / 2.0), factor);
            self.fly_to(target);
        }
    }

    /// Flies, or is there at once for those who asked for no motion.
    pub(super) fn fly_to(self, target: Camera) {
        self.landscape.with_scene(|scene| match scene.camera {
            Some(camera) if !prefers_no_motion() => scene.flight = Some((Flight::new(camera, target), now_ms())),
            _ => {
                scene.flight = None;
                scene.camera = Some(target);
            }
        });
        self.draw_map_soon();
    }
}

/// The room for the whole map on a screen: all of it, but for tools where these take its whole width.
pub(super) fn whole_room((width, height): Place) -> Area {
    let wide = covered_by("map-tools").filter(|tools| tools.size.0 > width / 2.0);
    room((0.0, wide.map_or(0.0, |tools| tools.at.1 + tools.size.1 / 2.0)), (width, height))
}

/// The room that is left of a screen beside what lies above it: tools, and the legend where it is tall.
fn free_room((width, height): Place) -> Area {
    let (mut left, mut right) = (0.0, width);
    let top = covered_by("map-tools").map_or(0.0, |tools| tools.at.1 + tools.size.1 / 2.0);
    let tall = |area: &Area| area.size.1 > height / 4.0 && area.size.0 < width / 2.0;
    for Area { at, size } in ["map-zooms", "map-legend"].into_iter().filter_map(covered_by).filter(tall) {
        if at.0 < width / 2.0 {
            left = f64::max(left, at.0 + size.0 / 2.0);
        } else {
            right = f64::min(right, at.0 - size.0 / 2.0);
        }
    }
    room((left, top), (right, height))
}

/// What is between two corners but for a margin.
fn room((left, top): Place, (right, bottom): Place) -> Area {
    let side = |from: f64, to: f64| (to - from - 2.0 * MARGIN).max(LEAST);
    Area { at: ((left + right) / 2.0, (top + bottom) / 2.0), size: (side(left, right), side(top, bottom)) }
}

fn prefers_no_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    query.is_some_and(|query| query.matches())
}
