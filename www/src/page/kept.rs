//! What the ear kept of a sound: its picture, drawn again on request.

use std::sync::Arc;

use leptos::prelude::*;

use super::Page;
use crate::engine::Engine;
use crate::protocol::{Failure, Redrawn};
use crate::sound::RedrawnSound;

/// A request to draw a sound again.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Number of the sound's query.
    pub query: u32,
    /// What became of it.
    pub state: KeptState,
}

/// How far a sound is redrawn.
#[derive(Debug, Clone, PartialEq)]
pub enum KeptState {
    /// The decoder is arriving, or at work.
    Coming {
        /// Bytes of the decoder so far; 0 when it is there.
        received: f64,
        /// Bytes in all, where known.
        total: Option<f64>,
    },
    /// It can be seen.
    Here(Arc<RedrawnSound>),
    /// It cannot.
    Failed(Failure),
}

impl Page {
    /// What the ear kept of the sound that is shown, as far as that was asked for.
    pub fn kept_of_sound(self) -> Option<KeptState> {
        let query = self.sound.with(|sound| sound.as_ref().map(|sound| sound.query))?;
        self.kept.get().filter(|kept| kept.query == query).map(|kept| kept.state)
    }

    /// Shows what the ear kept of the sound that is shown, or hides it again.
    pub fn toggle_kept(self) {
        let Some(query) = self.sound.with_untracked(|sound| sound.as_ref().map(|sound| sound.query)) else {
            return;
        };
        match untrack(|| self.kept_of_sound()) {
            Some(KeptState::Coming { .. }) => {}
            Some(KeptState::Here(_)) => self.kept.set(None),
            Some(KeptState::Failed(_)) | None => {
                self.kept.set(Some(Kept { query, state: KeptState::Coming { received: 0.0, total: None } }));
                self.with_engine(|engine| engine.redraw(query));
            }
        }
    }

    /// The decoder is arriving.
    pub(super) fn await_decoder(self, received: f64, total: Option<f64>) {
        self.kept.maybe_update(|kept| match kept {
            Some(Kept { state: state @ KeptState::Coming { .. }, .. }) => {
                *state = KeptState::Coming { received, total };
                true
            }
            _ => false,
        });
    }

    /// The worker is done with redrawing.
    pub(super) fn show_kept(self, query: u32, outcome: Result<Redrawn, Failure>) {
        if self.is_kept_coming(query) {
            self.with_engine(Engine::rest);
            let state = match outcome {
                Ok(redrawn) => KeptState::Here(Arc::new(RedrawnSound::new(redrawn))),
                Err(failure) => KeptState::Failed(failure),
            };
            self.kept.set(Some(Kept { query, state }));
        }
    }

    /// A query begins: what is not here yet is not waited for.
    pub(super) fn forget_coming(self) {
        if let Some(query) = self.kept.with_untracked(|kept| kept.as_ref().map(|kept| kept.query))
            && self.is_kept_coming(query)
        {
            self.with_engine(|engine| engine.cancel(query));
            self.kept.set(None);
        }
    }

    /// The worker has died, and with it what it remembered.
    pub(super) fn lose_coming(self) {
        if let Some(query) = self.kept.with_untracked(|kept| kept.as_ref().map(|kept| kept.query)) {
            let sentence =
                "The engine stopped while it redrew this sound and was started again. Choose the sound once more.";
            self.show_kept(query, Err(Failure { kind: "worker".to_owned(), sentence: sentence.to_owned() }));
        }
    }

    fn is_kept_coming(self, query: u32) -> bool {
        let coming = |kept: &Kept| kept.query == query && matches!(kept.state, KeptState::Coming { .. });
        self.kept.with_untracked(|kept| kept.as_ref().is_some_and(coming))
    }
}
