//! The map's frames: drawn when something has changed, and not otherwise.

use leptos::prelude::*;
use web_sys::Element;

use super::super::Page;
use super::flights::whole_room;
use super::{Pointed, Tool};
use crate::map::camera::Place;
use crate::map::labels::Area;
use crate::map::marks::Marks;
use crate::map::scene::{Beside, Drawn};
use crate::pause::{measure, now_ms};
use crate::protocol::Spot;

/// What lies above the map.
const ABOVE: [&str; 4] = ["map-tools", "map-zooms", "map-legend", "map-hint"];

impl Page {
    /// Draws the map with the next frame.
    pub fn draw_map_soon(self) {
        let first = self.landscape.with_scene(|scene| !std::mem::replace(&mut scene.asked, true));
        if first == Some(true) {
            request_animation_frame(move || self.draw_map());
        }
    }

    fn draw_map(self) {
        let map = self.landscape;
        let marks = self.marks();
        let covered = ABOVE.iter().filter_map(|id| covered_by(id)).collect();
        let beside = Beside { covered, room: whole_room(size()) };
        let (ratio, is_first) = (window().device_pixel_ratio().max(1.0), map.camera().is_none());
        let colouring = map.legend.with_untracked(|legend| legend.colouring);
        let drawn = map.with_scene(|scene| {
            scene.asked = false;
            let drawn = scene.draw(now_ms(), (ratio, colouring), &marks, &beside)?;
            Some((drawn, scene.painter(), scene.points.placed()))
        });
        let Some((mut drawn, painter, tracks)) = drawn.flatten() else { return };
        if is_first {
            self.fly_to_query();
            drawn.moving = map.with_scene(|scene| scene.flight.is_some()) == Some(true);
        }
        if let Some(came_ms) = map.with_scene(|scene| scene.came_ms.take()).flatten() {
            measure("shard", came_ms, now_ms() - came_ms);
        }
        let seen_before = map.work.try_update_value(|work| work.seen.replace(drawn.camera)).flatten();
        let current = map.current.get_untracked().filter(|current| current.by != Pointed::List);
        let at = marks.current.filter(|_| current.is_some()).map(|at| drawn.camera.to_screen(at));
        if map.current_at.get_untracked() != at {
            map.current_at.set(at);
        }
        tell(&drawn, painter, tracks);
        if drawn.moving {
            self.draw_map_soon();
        } else if seen_before != Some(drawn.camera) {
            map.seen.notify();
        }
    }

    /// What lies over the tracks now.
    fn marks(self) -> Marks {
        let map = self.landscape;
        let place = |spot: &Spot| map.place_of(*spot);
        let drawing = map.with_scene(|scene| scene.line.clone()).filter(|line| !line.is_empty());
        let tool = map.tool.get_untracked();
        let (line, closed, stops) = match (drawing, map.tour.get_untracked()) {
            (Some(line), _) => (line, tool != Tool::Walk, Vec::new()),
            (None, Some(tour)) => {
                let stops: Vec<Place> =
                    if tour.walked { tour.spots.iter().filter_map(place).collect() } else { Vec::new() };
                (tour.line, !tour.walked, stops)
            }
            (None, None) => Default::default(),
        };
        Marks {
            regions: map.regions.get_untracked(),
            query: self.query_on_map(),
            current: map.current.get_untracked().and_then(|current| place(&current.spot)),
            heard: map.heard.get_untracked().and_then(|spot| place(&spot)),
            highlights: map.highlights.with_untracked(|spots| spots.iter().filter_map(place).collect()),
            line,
            closed,
            stops,
        }
    }
}

/// Size of the map in CSS pixels.
fn size() -> Place {
    let map = document().get_element_by_id("map");
    map.map_or((0.0, 0.0), |map| (map.client_width().into(), map.client_height().into()))
}

/// Part of the map that an element lies above.
pub(super) fn covered_by(id: &str) -> Option<Area> {
    let place = |id: &str| Some(document().get_element_by_id(id)?.get_bounding_client_rect());
    let (map, above) = (place("map")?, place(id)?);
    let middle = (above.left() + above.width() / 2.0, above.top() + above.height() / 2.0);
    Some(Area { at: (middle.0 - map.left(), middle.1 - map.top()), size: (above.width(), above.height()) })
}

/// Keeps what is seen where style sheets and scripts can read it.
fn tell(drawn: &Drawn, painter: &str, tracks: usize) {
    let Some(map) = document().get_element_by_id("map") else { return };
    let (x, y) = drawn.camera.middle;
    let said = [
        ("data-painter", painter.to_owned()),
        ("data-tracks", tracks.to_string()),
        ("data-x", format!("{x:.6}")),
        ("data-y", format!("{y:.6}")),
        ("data-scale", format!("{:.3}", drawn.camera.scale)),
        ("data-names", drawn.names.join("\n")),
        ("data-moving", drawn.moving.to_string()),
    ];
    said.iter().for_each(|(name, value)| say(&map, name, value));
}

fn say(map: &Element, name: &str, value: &str) {
    if map.get_attribute(name).as_deref() != Some(value) {
        // Setting an attribute with a valid name cannot fail.
        let _ = map.set_attribute(name, value);
    }
}
