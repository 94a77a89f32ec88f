//! What is said of tracks: asked of the worker when it is wanted, one request at a time.

use std::collections::HashMap;

use leptos::prelude::*;

use super::super::Page;
use crate::protocol::{Described, MapRequest, Spot};

/// Tracks in one request.
const AT_ONCE: usize = 8;

/// Most tracks that are remembered.
const MOST: usize = 4096;

/// What has been asked, and what is to be asked next.
#[derive(Default)]
pub(super) struct Asking {
    /// Number of the last request.
    number: u32,
    /// The tracks of the request that has not been answered.
    asked: Vec<Spot>,
    /// The track that is meant: asked for before all others.
    pub(super) first: Option<Spot>,
    /// Tracks of a list.
    pub(super) rest: Vec<Spot>,
}

impl Page {
    /// What is known of a track; to be called where it is to change with what is known.
    pub fn text(self, spot: Spot) -> Option<Described> {
        self.landscape.told.track();
        self.text_untracked(spot)
    }

    pub(super) fn text_untracked(self, spot: Spot) -> Option<Described> {
        self.landscape.work.with_value(|work| work.texts.get(&spot).cloned().flatten())
    }

    /// Wants the text of the track that is meant, instead of any that was before.
    pub(super) fn want_text(self, spot: Spot) {
        self.landscape.work.update_value(|work| {
            work.asking.first = Some(spot);
            forget_failed(&mut work.texts, &[spot]);
        });
        self.ask_for_texts();
    }

    /// Wants the texts of a list, instead of those of any that was before.
    pub(super) fn want_texts(self, spots: &[Spot]) {
        self.landscape.work.update_value(|work| {
            work.asking.rest = spots.to_vec();
            forget_failed(&mut work.texts, spots);
        });
        self.ask_for_texts();
    }

    /// Takes in texts, and asks for those that are wanted next.
    pub(super) fn take_texts(self, number: u32, tracks: Vec<Option<Described>>) {
        let taken = self.landscape.work.try_update_value(|work| {
            if work.asking.number != number {
                return false;
            }
            if work.texts.len() > MOST {
                work.texts.clear();
            }
            let asked = std::mem::take(&mut work.asking.asked);
            work.texts.extend(asked.into_iter().zip(tracks));
            true
        });
        if taken == Some(true) {
            self.landscape.told.notify();
            self.do_what_waited();
            self.ask_for_texts();
        }
    }

    /// The worker has died: what it was asked it will not answer.
    pub(in super::super) fn forget_texts(self) {
        self.landscape.work.update_value(|work| work.asking.asked.clear());
    }

    /// The map is another one: what was asked of the former one is not taken in.
    pub(super) fn restart_texts(self) {
        self.landscape.work.update_value(|work| {
            work.texts.clear();
            work.asking = Asking { number: work.asking.number + 1, ..Asking::default() };
        });
    }

    fn ask_for_texts(self) {
        let request = self.landscape.work.try_update_value(|work| {
            let (asking, texts) = (&mut work.asking, &work.texts);
            if !asking.asked.is_empty() {
                return None;
            }
            let missing = |spot: &Spot| !texts.contains_key(spot);
            let first = asking.first.into_iter();
            let spots: Vec<Spot> = first.chain(asking.rest.iter().copied()).filter(missing).take(AT_ONCE).collect();
            if spots.is_empty() {
                return None;
            }
            asking.number += 1;
            asking.asked.clone_from(&spots);
            Some(MapRequest::Describe { number: asking.number, spots })
        });
        if let Some(request) = request.flatten() {
            self.ask_map(request);
        }
    }
}

/// What could not be had is asked for again when it is wanted anew.
fn forget_failed(texts: &mut HashMap<Spot, Option<Described>>, spots: &[Spot]) {
    for spot in spots {
        if matches!(texts.get(spot), Some(None)) {
            texts.remove(spot);
        }
    }
}
