//! A sound from the microphone instead of a file.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Page;
use crate::microphone::{LONGEST_S, Moment, Recording};

/// What the microphone is at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Recorder {
    /// The person is asked whether it may be used.
    Asking,
    /// It hears.
    Hearing(Moment),
}

impl Page {
    /// Asks for the microphone, and records until somebody says that it is enough, or it is long enough.
    pub fn record(self) {
        if self.recorder.with_untracked(Option::is_some) {
            return;
        }
        self.cancel();
        self.offers.drop_ways();
        // What plays here is not what is to be heard.
        self.player.pause();
        self.problem.set(None);
        let number = self.next_number();
        self.work.update_value(|work| work.recording = Some((number, None)));
        self.recorder.set(Some(Recorder::Asking));
        spawn_local(async move {
            let begun = Recording::begin(move |moment| self.follow_recording(number, moment)).await;
            if !self.is_recording(number) {
                return;
            }
            match begun {
                Ok(recording) => {
                    self.work.update_value(|work| work.recording = Some((number, Some(recording))));
                    self.recorder.set(Some(Recorder::Hearing(Moment::default())));
                }
                Err(problem) => {
                    self.forget_recording();
                    self.problem.set(Some(problem));
                }
            }
        });
    }

    /// It is enough: goes on with what was recorded as with a file.
    pub fn end_recording(self) {
        let recording = self.work.try_update_value(|work| work.recording.take()).flatten();
        self.recorder.set(None);
        match recording.and_then(|(_, recording)| recording).map(Recording::end) {
            Some(Ok(file)) => self.open(file),
            Some(Err(problem)) => self.problem.set(Some(problem)),
            None => {}
        }
    }

    /// Closes the microphone, if it is open, and keeps nothing.
    pub(super) fn forget_recording(self) {
        if self.recorder.with_untracked(Option::is_some) {
            let recording = self.work.try_update_value(|work| work.recording.take());
            self.recorder.set(None);
            drop(recording);
        }
    }

    fn follow_recording(self, number: u32, moment: Moment) {
        if !self.is_recording(number) {
            return;
        }
        self.recorder.set(Some(Recorder::Hearing(moment)));
        if moment.seconds >= LONGEST_S {
            // Later, because what calls this goes with the recording.
            spawn_local(async move {
                if self.is_recording(number) {
                    self.end_recording();
                }
            });
        }
    }

    fn is_recording(self, number: u32) -> bool {
        self.work.with_value(|work| work.recording.as_ref().is_some_and(|(of, _)| *of == number))
    }
}
