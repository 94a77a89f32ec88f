//! Tracks of the map as a list: enclosed by a line, or walked along.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::super::Page;
use super::{Landscape, Tool};
use crate::map::camera::{Bounds, Place};
use crate::map::grid::place;
use crate::map::{lasso, playlist, walk};
use crate::protocol::{Described, Spot};

/// Most tracks of a list.
const MOST_LISTED: usize = 100;

/// Tracks around a place that are listed.
const AROUND: usize = 10;

/// A walk stops every so many CSS pixels.
const STRIDE: f64 = 26.0;

/// How far from the line a walk finds tracks, in CSS pixels.
const ASIDE: f64 = 40.0;

/// Tracks of the map as a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Tour {
    /// Whether they were walked along, in order, or else enclosed.
    pub walked: bool,
    /// The line, on the map.
    pub line: Vec<Place>,
    /// The tracks, the first [`MOST_LISTED`] of them.
    pub spots: Vec<Spot>,
    /// How many there are.
    pub total: usize,
}

impl Landscape {
    /// The tracks of a line that was drawn with a tool.
    fn tour_of(self, line: Vec<Place>, walked: bool) -> Option<Tour> {
        let camera = self.camera()?;
        self.with_points(|points| {
            let numbers: Vec<u32> = if walked {
                let stops = walk::steps(&line, STRIDE / camera.scale);
                let nearest =
                    |at, taken: &[u32]| points.nearest(at, ASIDE / camera.scale, |number| !taken.contains(&number));
                walk::along(&stops[..stops.len().min(MOST_LISTED)], nearest)
            } else {
                let bounds = Bounds::around(line.iter().copied())?;
                let inside = |number: &u32| lasso::holds(&line, place(points.places[*number as usize]));
                points.within(&bounds).filter(inside).collect()
            };
            let total = numbers.len();
            let spots = numbers.into_iter().take(MOST_LISTED).filter_map(|number| points.spot(number)).collect();
            Some(Tour { walked, line, spots, total })
        })
    }
}

impl Page {
    /// Makes a list of the line that was drawn.
    pub(super) fn end_line(self) {
        let map = self.landscape;
        let line = map.with_scene(|scene| std::mem::take(&mut scene.line)).unwrap_or_default();
        if line.len() > 1 {
            let tour = map.tour_of(line, map.tool.get_untracked() == Tool::Walk);
            if let Some(tour) = &tour {
                self.want_texts(&tour.spots);
            }
            map.tour.set(tour);
        }
        self.draw_map_soon();
    }

    /// The tracks nearest to the one that is meant, or to the middle of what is seen; nearest first. Their texts are on their way.
    pub fn tracks_around(self) -> Vec<Spot> {
        let map = self.landscape;
        let Some(camera) = map.camera() else { return Vec::new() };
        let current = map.current.get_untracked().and_then(|current| map.place_of(current.spot));
        let middle = current.unwrap_or(camera.middle);
        let spots: Vec<Spot> = map.with_points(|points| {
            let mut taken = Vec::new();
            while taken.len() < AROUND
                && let Some(number) =
                    points.nearest(middle, camera.size.0 / camera.scale, |number| !taken.contains(&number))
            {
                taken.push(number);
            }
            taken.into_iter().filter_map(|number| points.spot(number)).collect()
        });
        self.want_texts(&spots);
        spots
    }

    /// Puts the list away.
    pub fn end_tour(self) {
        self.landscape.tour.set(None);
        self.want_texts(&[]);
        self.draw_map_soon();
    }

    /// Plays the track of the list that comes after the one that has been played; the player calls this at its end.
    pub fn play_next_of_tour(self) -> bool {
        let played = self.player.neighbour.with_untracked(|played| played.as_ref().map(|played| played.spot));
        let next = self.landscape.tour.with_untracked(|tour| {
            let spots = &tour.as_ref()?.spots;
            let at = spots.iter().position(|spot| Some(*spot) == played)?;
            spots.get(at + 1).copied()
        });
        if let Some(next) = next {
            self.play_spot(next);
        }
        next.is_some()
    }

    /// What is known of the list's tracks.
    pub fn told_of_tour(self) -> Vec<Described> {
        let spots = self.landscape.tour.with(|tour| tour.as_ref().map(|tour| tour.spots.clone())).unwrap_or_default();
        spots.into_iter().filter_map(|spot| self.text(spot)).collect()
    }

    /// Gives the list away as a playlist for other players.
    pub fn save_tour(self) {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let absolute = |address: &str| {
            web_sys::Url::new_with_base(address, &base).map_or_else(|_| address.to_owned(), |url| url.href())
        };
        let text = playlist::m3u8(&untrack(|| self.told_of_tour()), absolute);
        save("sonoscape-walk.m3u8", &text);
    }
}

/// Lets the browser save a text as a file.
fn save(name: &str, text: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("audio/x-mpegurl");
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) else { return };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    if let Some(link) = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        for (attribute, value) in [("href", url.as_str()), ("download", name)] {
            // Setting an attribute with a valid name cannot fail.
            let _ = link.set_attribute(attribute, value);
        }
        link.click();
    }
    // An address that is gone cannot be revoked twice.
    let _ = web_sys::Url::revoke_object_url(&url);
}
