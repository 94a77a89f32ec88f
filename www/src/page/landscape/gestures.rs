//! Pointers on the map: mouse, pen and fingers.

use leptos::ev::{PointerEvent, WheelEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::super::Page;
use super::{Current, Pointed, Tool};
use crate::map::camera::Place;
use crate::map::lasso::corners;
use crate::pause::now_ms;

/// How far a track is pointed at, in CSS pixels, with a mouse and with a finger.
const REACH: f64 = 16.0;
const FINGER_REACH: f64 = 28.0;

/// A press that moves less than this is a click, in CSS pixels.
const STILL: f64 = 6.0;

/// How long the pointer rests before what it points at is looked up, in milliseconds.
const RESTED_MS: u64 = 70;

/// Zoom for each pixel of a wheel.
const WHEEL: f64 = 0.0016;

/// What pointers do.
#[derive(Default)]
pub(super) struct Gesture {
    /// Pointers that are down, and where.
    down: Vec<(i32, Place)>,
    /// Where the first went down, while it has not moved.
    still: Option<Place>,
    /// When the last click was, and where.
    clicked: Option<(f64, Place)>,
}

impl Page {
    /// A pointer goes down on the map.
    pub fn press_map(self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        let at = place(event);
        if let Some(map) = event.current_target().and_then(|map| map.dyn_into::<Element>().ok()) {
            // A pointer that is gone is not followed.
            let _ = map.set_pointer_capture(event.pointer_id());
        }
        let work = self.landscape.work;
        work.update_value(|work| {
            work.scene.flight = None;
            work.gesture.down.retain(|(id, _)| *id != event.pointer_id());
            work.gesture.down.push((event.pointer_id(), at));
            work.gesture.still = (work.gesture.down.len() == 1).then_some(at);
            work.scene.line.clear();
        });
        if self.tool_of(event) == Tool::Hear && self.has_one_down() {
            self.hear_at(at);
        }
    }

    /// A pointer moves over the map.
    pub fn move_on_map(self, event: &PointerEvent) {
        let at = place(event);
        let before = self.landscape.work.with_value(|work| {
            work.gesture.down.iter().find(|(id, _)| *id == event.pointer_id()).map(|(_, before)| *before)
        });
        match before {
            Some(before) => self.drag_map(event, before, at),
            None if self.landscape.tool.get_untracked() == Tool::Hear => self.hear_at(at),
            None if event.pointer_type() == "mouse" => self.hover_map(at),
            None => {}
        }
    }

    /// A pointer goes up again, or is taken away.
    pub fn release_map(self, event: &PointerEvent) {
        let at = place(event);
        let ended = self.landscape.work.try_update_value(|work| {
            let held = work.gesture.down.len();
            work.gesture.down.retain(|(id, _)| *id != event.pointer_id());
            (held == 1 && work.gesture.down.is_empty()).then(|| work.gesture.still.take())
        });
        match ended.flatten() {
            Some(Some(_)) if event.type_() == "pointerup" => self.click_map(event, at),
            Some(None) => self.end_line(),
            _ => {}
        }
        if event.pointer_type() != "mouse" && self.landscape.tool.get_untracked() == Tool::Hear {
            self.stop_hearing();
        }
    }

    /// The pointer leaves the map.
    pub fn leave_map(self) {
        if self.landscape.current.get_untracked().is_some_and(|current| current.by == Pointed::Hover) {
            self.point_at(None);
        }
        if self.landscape.heard.get_untracked().is_some()
            && self.landscape.work.with_value(|work| work.gesture.down.is_empty())
        {
            self.stop_hearing();
            self.draw_map_soon();
        }
    }

    /// The wheel turns over the map, or two fingers move on a pad.
    pub fn turn_wheel(self, event: &WheelEvent) {
        event.prevent_default();
        let line = if event.delta_mode() == 0 { 1.0 } else { 24.0 };
        let pinch = if event.ctrl_key() { 6.0 } else { 1.0 };
        let factor = (-event.delta_y() * line * pinch * WHEEL).clamp(-1.0, 1.0).exp();
        let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        self.landscape.with_scene(|scene| {
            scene.flight = None;
            if let Some(camera) = &mut scene.camera {
                camera.zoom(at, factor);
            }
        });
        self.draw_map_soon();
    }

    fn drag_map(self, event: &PointerEvent, before: Place, at: Place) {
        let tool = self.tool_of(event);
        let work = self.landscape.work;
        let moved = work.try_update_value(|work| {
            let (gesture, scene) = (&mut work.gesture, &mut work.scene);
            if gesture.still.is_some_and(|start| apart(start, at) < STILL) {
                return false;
            }
            let start = gesture.still.take();
            let Some(camera) = &mut scene.camera else { return false };
            let before = start.unwrap_or(before);
            let other = gesture.down.iter().find(|(id, _)| *id != event.pointer_id()).map(|(_, other)| *other);
            if let Some(other) = other {
                camera.zoom(other, apart(other, at) / apart(other, before).max(1.0));
                let middle = ((at.0 - before.0) / 2.0, (at.1 - before.1) / 2.0);
                camera.pan(middle);
                scene.line.clear();
            } else {
                match tool {
                    Tool::Move => camera.pan((at.0 - before.0, at.1 - before.1)),
                    Tool::Hear => {}
                    Tool::Lasso | Tool::Walk => {
                        if let Some(start) = start {
                            scene.line = vec![camera.to_map(start)];
                        }
                        scene.line.push(camera.to_map(at));
                    }
                    Tool::Box => {
                        let first = start.map(|start| camera.to_map(start)).or(scene.line.first().copied());
                        scene.line = first.map_or(Vec::new(), |first| corners(first, camera.to_map(at)).to_vec());
                    }
                }
            }
            gesture.down.iter_mut().filter(|(id, _)| *id == event.pointer_id()).for_each(|(_, place)| *place = at);
            true
        });
        if moved == Some(true) {
            if tool == Tool::Hear && self.has_one_down() {
                self.hear_at(at);
            }
            self.draw_map_soon();
        }
    }

    /// A click or tap: the track there is meant from now on; a second one close after it looks closer.
    fn click_map(self, event: &PointerEvent, at: Place) {
        let last = self.landscape.work.try_update_value(|work| work.gesture.clicked.replace((now_ms(), at))).flatten();
        if last.is_some_and(|(ms, before)| now_ms() - ms < 350.0 && apart(before, at) < 24.0) {
            self.landscape.work.update_value(|work| work.gesture.clicked = None);
            let Some(mut target) = self.landscape.camera() else { return };
            target.zoom(at, 2.5);
            return self.fly_to(target);
        }
        let reach = if event.pointer_type() == "mouse" { REACH } else { FINGER_REACH };
        let spot = self.spot_at(at, reach);
        self.point_at(spot.map(|spot| Current { spot, by: Pointed::Chosen }));
        if let Some(spot) = spot {
            self.want_text(spot);
        }
    }

    fn hover_map(self, at: Place) {
        let current = self.landscape.current.get_untracked();
        if current.is_some_and(|current| current.by == Pointed::Chosen) {
            return;
        }
        let spot = self.spot_at(at, REACH);
        self.point_at(spot.map(|spot| Current { spot, by: Pointed::Hover }));
        if let Some(spot) = spot {
            self.after_a_moment(RESTED_MS, move || self.want_text(spot));
        }
    }

    fn hear_at(self, at: Place) {
        if let Some(camera) = self.landscape.camera() {
            self.hear_near(camera.to_map(at));
        }
    }

    /// The track at a place on the screen.
    fn spot_at(self, at: Place, reach: f64) -> Option<crate::protocol::Spot> {
        let camera = self.landscape.camera()?;
        let at = camera.to_map(at);
        self.landscape.with_points(|points| points.spot(points.nearest(at, reach / camera.scale, |_| true)?))
    }

    /// What a pointer does: shift encloses by a box, whatever the tool.
    fn tool_of(self, event: &PointerEvent) -> Tool {
        match self.landscape.tool.get_untracked() {
            Tool::Move if event.shift_key() => Tool::Box,
            tool => tool,
        }
    }

    fn has_one_down(self) -> bool {
        self.landscape.work.with_value(|work| work.gesture.down.len() == 1)
    }
}

/// Where on the map's element an event happened.
fn place(event: &PointerEvent) -> Place {
    let target = event.current_target().and_then(|map| map.dyn_into::<Element>().ok());
    let corner = target.map_or((0.0, 0.0), |map| {
        let place = map.get_bounding_client_rect();
        (place.left(), place.top())
    });
    (f64::from(event.client_x()) - corner.0, f64::from(event.client_y()) - corner.1)
}

fn apart(a: Place, b: Place) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}
