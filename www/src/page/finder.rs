//! Finding a sound by name: what is typed, and what is found in the catalogue.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{EngineState, Page};
use crate::pause::{measure, pause};
use crate::protocol::Failure;
use crate::protocol::names::{Ask, Hit, Place, Told};

/// Nobody has typed for so long, in milliseconds.
const REST_MS: u32 = 200;

/// State of the search box.
#[derive(Clone, Copy)]
pub struct Finder {
    /// What is typed.
    pub text: RwSignal<String>,
    /// Whether what is found is shown.
    pub open: RwSignal<bool>,
    /// Which of the options the keyboard is on.
    pub active: RwSignal<Option<usize>>,
    /// Tracks of the catalogue, best first.
    pub hits: RwSignal<Vec<Hit>>,
    /// Where they lie, once nobody has typed for a moment: for what is not drawn with every letter.
    pub settled: RwSignal<Vec<Place>>,
    /// How far the names are.
    pub names: RwSignal<Standing>,
    last_search: StoredValue<u32>,
}

/// How far the names of the catalogue's tracks are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Whether somebody wants them.
    pub wanted: bool,
    /// Tracks that can be found by name.
    pub named: u32,
    /// Whether all that there are have come.
    pub whole: bool,
    /// Why the rest has not come.
    pub failure: Option<Failure>,
}

impl Finder {
    /// One in which nothing has been typed.
    pub fn new() -> Self {
        Self {
            text: RwSignal::default(),
            open: RwSignal::new(false),
            active: RwSignal::new(None),
            hits: RwSignal::default(),
            settled: RwSignal::default(),
            names: RwSignal::default(),
            last_search: StoredValue::new(0),
        }
    }
}

impl Page {
    /// Somebody is about to look for a name.
    pub fn want_names(self) {
        if !self.finder.names.with_untracked(|names| names.wanted && names.failure.is_none()) {
            self.finder.names.update(|names| (names.wanted, names.failure) = (true, None));
            self.fetch_names();
            self.learn_services();
        }
    }

    /// Fetches the names that are missing, if they are wanted and the engine is there.
    pub(super) fn fetch_names(self) {
        let ready = matches!(self.engine.get_untracked(), EngineState::Ready(_));
        if ready && self.finder.names.with_untracked(|names| names.wanted) {
            self.with_engine(|engine| engine.names(Ask::Fetch));
        }
    }

    /// Looks for what is typed.
    pub fn find(self, text: String) {
        self.want_names();
        self.finder.open.set(true);
        self.finder.active.set(None);
        self.offers.forget();
        self.finder.text.set(text);
        self.find_again();
    }

    fn find_again(self) {
        let text = self.finder.text.get_untracked();
        let search = self.finder.last_search.get_value() + 1;
        self.finder.last_search.set_value(search);
        if text.trim().is_empty() {
            self.finder.settled.set(Vec::new());
            return self.finder.hits.set(Vec::new());
        }
        self.with_engine(|engine| engine.names(Ask::Find { search, text }));
    }

    /// Shows the hits elsewhere too, unless other words are looked for by then.
    fn settle_hits(self, search: u32) {
        spawn_local(async move {
            pause(REST_MS).await;
            if self.finder.last_search.get_value() == search {
                let place = |hits: &Vec<Hit>| hits.iter().map(|hit| hit.place).collect::<Vec<_>>();
                let places = self.finder.hits.with_untracked(place);
                if self.finder.settled.with_untracked(|before| *before != places) {
                    self.finder.settled.set(places);
                }
            }
        });
    }

    /// Takes in what the worker tells of names.
    pub(super) fn hear_names(self, told: Told) {
        match told {
            Told::Named { named, whole, index_ms, failure } => {
                if whole {
                    measure("names", 0.0, index_ms);
                }
                self.finder.names.set(Standing { wanted: true, named, whole, failure });
                self.find_again();
            }
            Told::Found { search, hits, search_ms } => {
                if search == self.finder.last_search.get_value() {
                    measure("find", 0.0, search_ms);
                    if self.finder.hits.with_untracked(|before| *before != hits) {
                        self.finder.active.set(None);
                        self.finder.hits.set(hits);
                    }
                    self.settle_hits(search);
                }
            }
            Told::Chosen { query, track, duration_s, answer } => self.show_chosen(query, track, duration_s, answer),
            Told::Absent { query, failure } => self.miss_chosen(query, failure),
        }
    }
}
