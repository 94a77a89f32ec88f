//! The map by keyboard.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::super::Page;
use super::{Current, Pointed, Tool};
use crate::map::camera::Place;

/// How far an arrow looks for a track, in sizes of the screen.
const AHEAD: f64 = 1.5;

/// Where the keyboard goes from the map.
const BESIDE: [&str; 2] = ["#neighbours .play", "#choose"];

/// One step of zooming.
const ZOOM: f64 = 1.6;

impl Page {
    /// Goes from the list to the map, or back.
    pub fn swap_map(self) {
        let map = self.landscape;
        if map.expected.get_untracked() == 0 {
            return;
        }
        if self.sound.with_untracked(Option::is_none) && self.stage.with_untracked(Option::is_none) {
            map.alone.set(true);
        }
        let active = document().active_element();
        let on_map = active.is_some_and(|element| element.closest("#landscape").ok().flatten().is_some());
        map.shown.set(!on_map);
        focus_soon(if on_map { &BESIDE } else { &["#map"] });
    }

    /// A key is pressed on the map.
    pub fn press_key_on_map(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "ArrowLeft" => self.step_on_map((-1.0, 0.0)),
            "ArrowRight" => self.step_on_map((1.0, 0.0)),
            "ArrowUp" => self.step_on_map((0.0, 1.0)),
            "ArrowDown" => self.step_on_map((0.0, -1.0)),
            "+" | "=" => self.zoom_map(ZOOM),
            "-" | "_" => self.zoom_map(1.0 / ZOOM),
            "0" => self.fly_home(),
            "Enter" => match self.landscape.current.get_untracked() {
                Some(current) => self.play_spot(current.spot),
                None => self.step_on_map((0.0, 0.0)),
            },
            "Escape" => return self.leave_by_key(event),
            _ => return,
        }
        event.prevent_default();
    }

    /// Goes to the next track in a direction; to the one nearest to the middle when none is meant yet.
    fn step_on_map(self, direction: Place) {
        let map = self.landscape;
        let Some(camera) = map.camera() else { return };
        let reach = AHEAD * camera.size.0.max(camera.size.1) / camera.scale;
        let current = map.current.get_untracked().and_then(|current| map.place_of(current.spot));
        let next = map.with_points(|points| {
            let next = match current {
                Some(from) => points.ahead(from, direction, reach),
                None => points.nearest(camera.middle, reach, |_| true),
            };
            points.spot(next?)
        });
        if let Some(spot) = next {
            self.point_at(Some(Current { spot, by: Pointed::Chosen }));
            self.want_text(spot);
            self.show_on_map(spot);
        }
    }

    /// Takes back one thing after the other, and then leaves the map.
    fn leave_by_key(self, event: &KeyboardEvent) {
        let map = self.landscape;
        if map.tool.get_untracked() != Tool::Move {
            map.tool.set(Tool::Move);
            self.stop_hearing();
        } else if map.tour.with_untracked(Option::is_some) {
            self.end_tour();
        } else if map.current.with_untracked(Option::is_some) {
            self.point_at(None);
        } else {
            map.shown.set(false);
            focus_soon(&BESIDE);
        }
        event.prevent_default();
    }
}

/// Puts the keyboard on the first of these that there is; it may only now be shown.
fn focus_soon(selectors: &'static [&'static str]) {
    request_animation_frame(move || {
        let element = selectors.iter().find_map(|selector| document().query_selector(selector).ok().flatten());
        if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // Focusing what is on the page cannot fail.
            let _ = element.focus();
        }
    });
}
