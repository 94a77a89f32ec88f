//! Playing tracks of the map: with the player, or fading from one to the next while one moves over them.

use leptos::prelude::*;

use super::super::Page;
use super::{Pointed, Tool};
use crate::map::camera::Place;
use crate::protocol::{Described, Neighbour, Spot};

/// How long the pointer must stay nearest to a track before that is heard, in milliseconds.
const SETTLED_MS: u64 = 110;

/// How far from the pointer a track is heard, in CSS pixels.
const EARSHOT: f64 = 64.0;

/// What to do with a track once it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Play it with the player.
    Play,
    /// Fade over to it.
    Fade,
}

impl Page {
    /// Plays a track with the player, or pauses it there.
    pub fn play_spot(self, spot: Spot) {
        self.stop_hearing();
        self.when_told(spot, Then::Play);
    }

    /// Whether the player plays a track.
    pub fn is_sounding(self, spot: Spot) -> bool {
        let meant = self.player.neighbour.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.spot == spot));
        meant && self.player.side.get() == crate::player::Side::B && self.player.playing.get()
    }

    /// Hears what lies nearest to a place on the map, once the pointer has stayed there for a moment.
    pub(super) fn hear_near(self, at: Place) {
        let map = self.landscape;
        let Some(camera) = map.camera() else { return };
        let reach = EARSHOT / camera.scale;
        let nearest = map.with_points(|points| points.spot(points.nearest(at, reach, |_| true)?));
        if nearest == map.heard.get_untracked() {
            return;
        }
        map.heard.set(nearest);
        self.draw_map_soon();
        let Some(spot) = nearest else { return self.fade_out() };
        self.point_at(Some(super::Current { spot, by: Pointed::Hover }));
        self.after_a_moment(SETTLED_MS, move || {
            if map.heard.get_untracked() == Some(spot) && map.tool.get_untracked() == Tool::Hear {
                self.when_told(spot, Then::Fade);
            }
        });
    }

    /// Hears nothing of the map any more.
    pub fn stop_hearing(self) {
        self.landscape.heard.set(None);
        self.fade_out();
    }

    /// Does something later, unless something else is to be done before.
    pub(super) fn after_a_moment(self, delay_ms: u64, act: impl FnOnce() + 'static) {
        let timer = set_timeout_with_handle(act, std::time::Duration::from_millis(delay_ms)).ok();
        self.landscape.work.update_value(|work| {
            if let Some(before) = std::mem::replace(&mut work.pause, timer) {
                before.clear();
            }
        });
    }

    /// Does what was put off until a track is known.
    pub(super) fn do_what_waited(self) {
        if let Some((spot, then)) = self.landscape.work.with_value(|work| work.then)
            && let Some(described) = self.text_untracked(spot)
        {
            self.landscape.work.update_value(|work| work.then = None);
            match then {
                Then::Play => self.player.toggle_neighbour(&self.neighbour(spot, &described)),
                Then::Fade => self.fade_to(spot, &described),
            }
        }
    }

    fn when_told(self, spot: Spot, then: Then) {
        self.landscape.work.update_value(|work| work.then = Some((spot, then)));
        self.do_what_waited();
        self.want_text(spot);
    }

    fn fade_to(self, spot: Spot, described: &Described) {
        if self.landscape.heard.get_untracked() != Some(spot) || described.track.audio.is_empty() {
            return self.fade_out();
        }
        self.player.pause();
        let (audio, start_s) = (described.track.audio.clone(), f64::from(described.start_s));
        let loudness = self.player.volume.get_untracked();
        self.landscape.work.update_value(|work| work.deck.play(&audio, start_s, loudness, move || self.step_deck()));
    }

    fn fade_out(self) {
        self.landscape.work.update_value(|work| work.deck.stop(move || self.step_deck()));
    }

    fn step_deck(self) {
        self.landscape.work.update_value(|work| work.deck.step());
    }

    /// The track as the player takes it: that of the answer, which knows where it matches, or one of its own.
    fn neighbour(self, spot: Spot, described: &Described) -> Neighbour {
        let found = self.answer.with_untracked(|answer| {
            let neighbours = &answer.as_ref()?.neighbours;
            neighbours.iter().find(|neighbour| neighbour.spot == spot).cloned()
        });
        let own = || Neighbour {
            track: described.track.clone(),
            spot,
            score: 0.0,
            parts: None,
            differences: Vec::new(),
            copies: 0,
        };
        found.unwrap_or_else(own)
    }
}
