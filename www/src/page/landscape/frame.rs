//! The map's frames: drawn when something has changed, and not otherwise.

use leptos::prelude::*;
use web_sys::Element;

use super::super::Page;
use super::{Pointed, Tool};
use crate::map::camera::Place;
use crate::map::marks::Marks;
use crate::map::scene::Drawn;
use crate::pause::{measure, now_ms};
use crate::protocol::Spot;

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
        let ratio = window().device_pixel_ratio().max(1.0);
        let colouring = map.legend.with_untracked(|legend| legend.colouring);
        let drawn = map.with_scene(|scene| {
            scene.asked = false;
            let drawn = scene.draw(now_ms(), ratio, colouring, &marks)?;
            Some((drawn, scene.painter(), scene.points.grid.order.len()))
        });
        let Some((drawn, painter, tracks)) = drawn.flatten() else { return };
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
