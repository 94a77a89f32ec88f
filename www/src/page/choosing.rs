//! Choosing a track by name: one of the catalogue needs no download of audio.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sonoscape::services::Candidate;

use super::hearing::{announce, of_sound, release};
use super::{EngineState, Page};
use crate::engine::Engine;
use crate::link;
use crate::pause::{measure, now_ms, pause};
use crate::problem::Problem;
use crate::protocol::names::{Ask, Key};
use crate::protocol::{Answer, Failure, Stage, Track};
use crate::sound::{Origin, Sound};

/// How long a choice may take before its progress is shown, in milliseconds.
const PATIENCE_MS: u32 = 100;

/// A choice in work.
pub(super) struct Choosing {
    pub(super) number: u32,
    start_ms: f64,
    keys: Vec<Key>,
    from: From,
}

/// What a choice comes from.
#[derive(Clone)]
pub enum From {
    /// The page's own list.
    List,
    /// The page's address.
    Link,
    /// A service's track, whose sound is looked for elsewhere when the catalogue does not have it.
    Service(Box<Candidate>),
}

impl Page {
    /// Shows the neighbours of the first of these tracks that the catalogue has.
    pub fn choose(self, keys: Vec<Key>, from: From) {
        self.cancel();
        self.forget_coming();
        self.problem.set(None);
        self.offers.drop_ways();
        self.finder.open.set(false);
        let number = self.next_number();
        let choosing = Choosing { number, start_ms: now_ms(), keys, from };
        self.work.update_value(|work| work.choosing = Some(choosing));
        self.ask_choice();
        spawn_local(async move {
            pause(PATIENCE_MS).await;
            if self.is_chosen(number) {
                let tracks = match self.engine.get_untracked() {
                    EngineState::Ready(standing) => Some(standing.found),
                    _ => None,
                };
                self.stage.set(Some(tracks.map_or(Stage::Waiting, |tracks| Stage::Searching { tracks })));
            }
        });
    }

    /// Hands the choice to the engine, or waits for the engine to arrive.
    pub(super) fn ask_choice(self) {
        let asked = self.work.with_value(|work| work.choosing.as_ref().map(|of| (of.number, of.keys.clone())));
        if let (Some((query, keys)), EngineState::Ready(_)) = (asked, self.engine.get_untracked()) {
            self.with_engine(|engine| engine.names(Ask::Choose { query, keys }));
        }
    }

    pub(super) fn end_choice(self) -> Option<Choosing> {
        self.work.try_update_value(|work| work.choosing.take()).flatten()
    }

    fn is_chosen(self, number: u32) -> bool {
        self.work.with_value(|work| work.choosing.as_ref().is_some_and(|choosing| choosing.number == number))
    }

    pub(super) fn show_chosen(self, query: u32, track: Track, duration_s: f32, answer: Answer) {
        let Some(choosing) = self.end_choice_of(query) else { return };
        self.with_engine(Engine::rest);
        if !matches!(choosing.from, From::Link) {
            link::show(&track);
        }
        let (name, search_ms) = (track.title.clone(), answer.timings.search_ms);
        let sound = Arc::new(Sound::of_catalogue(query, track, duration_s.into()));
        self.player.set_sound(&sound.url);
        self.sound.set(Some(Arc::clone(&sound)));
        announce(query, &name, &answer);
        self.current.set(0);
        self.answer.set(Some(Arc::new(answer)));
        self.stale.set(false);
        self.stage.set(None);
        let before = self.work.try_update_value(|work| work.settled.replace(sound)).flatten();
        release(before.as_deref());
        spawn_local(async move {
            pause(0).await;
            measure("choice", choosing.start_ms, now_ms() - choosing.start_ms);
            measure("search", choosing.start_ms, search_ms);
        });
    }

    pub(super) fn miss_chosen(self, query: u32, failure: Option<Failure>) {
        let Some(choosing) = self.end_choice_of(query) else { return };
        self.with_engine(Engine::rest);
        self.stage.set(None);
        match (failure, choosing.from) {
            (Some(failure), _) => self.problem.set(Some(of_sound(failure))),
            (None, From::Service(candidate)) => self.hear_candidate(*candidate),
            (None, From::Link) => self.offer_linked(&choosing.keys),
            (None, From::List) => self.say_absent(),
        }
    }

    pub(super) fn say_absent(self) {
        let sentence = "This track is not in this catalogue. Look for it by its name.";
        self.problem.set(Some(Problem::new("absent", sentence)));
    }

    fn end_choice_of(self, number: u32) -> Option<Choosing> {
        if self.is_chosen(number) { self.end_choice() } else { None }
    }

    /// Where the sound that is shown comes from, unless it was a file.
    pub fn origin(self) -> Option<Arc<Origin>> {
        self.sound.with(|sound| sound.as_ref().and_then(|sound| sound.origin.clone()))
    }
}
