//! The player: the dropped sound (A) against a neighbour (B), one sounding at a time.

mod level;
pub mod media_keys;

use leptos::html::Audio;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlAudioElement;

use crate::protocol::Neighbour;

/// Which of the two sounds is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The dropped sound.
    A,
    /// The neighbour.
    B,
}

/// State of the player, and what can be asked of it.
#[derive(Clone, Copy)]
pub struct Player {
    /// The element that plays the dropped sound.
    pub audio_a: NodeRef<Audio>,
    /// The elements that play neighbours, by turns: while one plays, the other fetches the next.
    pub audios_b: [NodeRef<Audio>; 2],
    /// Which of them plays.
    pub front: RwSignal<usize>,
    /// Which sound is meant now.
    pub side: RwSignal<Side>,
    /// Whether it sounds.
    pub playing: RwSignal<bool>,
    /// Where it is, in seconds.
    pub elapsed_s: RwSignal<f64>,
    /// Its length in seconds; zero while unknown.
    pub duration_s: RwSignal<f64>,
    /// Address of the dropped sound.
    pub url_a: RwSignal<Option<String>>,
    /// The neighbour that B stands for.
    pub neighbour: RwSignal<Option<Neighbour>>,
    /// Loudness, 0 to 1.
    pub volume: RwSignal<f64>,
    /// Why the neighbour cannot be heard.
    pub problem: RwSignal<Option<String>>,
    /// Loudness of the dropped sound, as root mean square, where that is known.
    pub loudness_a: RwSignal<Option<f32>>,
    /// By how many decibels the neighbour is made louder, so that both are equally loud.
    pub change_db: RwSignal<Option<f32>>,
}

impl Neighbour {
    /// Where the part of the track that matched best starts, in seconds; at its start while that is unknown.
    pub fn start_s(&self) -> f64 {
        self.parts.map_or(0.0, |parts| parts.start_s.into())
    }

    /// How much later that part lies in the track than in the query, in seconds.
    pub fn offset_s(&self) -> f64 {
        self.parts.map_or(0.0, |parts| f64::from(parts.start_s - parts.query_start_s))
    }
}

impl Player {
    /// A player of nothing.
    pub fn new() -> Self {
        Self {
            audio_a: NodeRef::new(),
            audios_b: [NodeRef::new(), NodeRef::new()],
            front: RwSignal::new(0),
            side: RwSignal::new(Side::A),
            playing: RwSignal::new(false),
            elapsed_s: RwSignal::new(0.0),
            duration_s: RwSignal::new(0.0),
            url_a: RwSignal::new(None),
            neighbour: RwSignal::new(None),
            volume: RwSignal::new(1.0),
            problem: RwSignal::new(None),
            loudness_a: RwSignal::new(None),
            change_db: RwSignal::new(None),
        }
    }

    /// Makes `url` the dropped sound, and forgets the neighbour of the one before.
    pub fn set_sound(self, url: &str) {
        self.pause();
        self.url_a.set(Some(url.to_owned()));
        if let Some(audio) = self.audio_a.get_untracked() {
            // What is on this computer may come at once; what is not, when somebody wants to hear it.
            audio.set_preload(if url.starts_with("blob:") { "auto" } else { "none" });
            audio.set_src(url);
        }
        self.audios_b.iter().filter_map(|audio| audio.get_untracked()).for_each(|audio| empty(&audio));
        self.neighbour.set(None);
        self.problem.set(None);
        self.loudness_a.set(None);
        self.turn_to(Side::A);
    }

    /// Plays a neighbour from where it matches; pauses when it already plays.
    pub fn toggle_neighbour(self, neighbour: &Neighbour) {
        let chosen = self
            .neighbour
            .with_untracked(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.track == neighbour.track));
        if chosen && self.side.get_untracked() == Side::B {
            self.toggle();
        } else if chosen {
            self.compare(Side::B);
        } else {
            self.load(neighbour);
            self.turn_to(Side::B);
            self.seek(neighbour.start_s());
            self.play();
        }
    }

    /// Says how loud the dropped sound is, by its columns.
    pub fn set_loudness(self, columns: &[f32]) {
        self.loudness_a.set(level::loudness(columns));
    }

    /// Turns from one sound to the other.
    pub fn switch(self) {
        self.compare(if self.side.get_untracked() == Side::A { Side::B } else { Side::A });
    }

    /// Plays on.
    pub fn resume(self) {
        if !self.playing.get_untracked() {
            self.play();
        }
    }

    /// Has the browser fetch what is likely to be played next.
    pub fn look_ahead(self, address: &str) {
        let Some(audio) = self.audios_b[1 - self.front.get_untracked()].get_untracked() else { return };
        if address.is_empty() {
            empty(&audio);
        } else if !holds(&audio, address) {
            audio.set_src(address);
        }
    }

    /// Plays or pauses the sound that is meant.
    pub fn toggle(self) {
        if self.playing.get_untracked() { self.pause() } else { self.play() }
    }

    /// Turns to the other sound at the moment that matches this one.
    pub fn compare(self, side: Side) {
        if side == self.side.get_untracked() {
            return self.toggle();
        }
        let Some(neighbour) = self.neighbour.get_untracked() else {
            return;
        };
        let offset = neighbour.offset_s();
        let here = self.elapsed_s.get_untracked();
        let there = if side == Side::B { here + offset } else { here - offset };
        self.turn_to(side);
        self.seek(there);
        self.play();
    }

    /// Goes to a moment of the sound that is meant.
    pub fn seek(self, seconds: f64) {
        if let Some(audio) = self.audio() {
            let last = if audio.duration().is_finite() { audio.duration() } else { f64::MAX };
            let seconds = seconds.clamp(0.0, last);
            audio.set_current_time(seconds);
            self.elapsed_s.set(seconds);
        }
    }

    /// Goes to a moment of the dropped sound, whichever was meant before.
    pub fn seek_sound(self, seconds: f64) {
        if self.side.get_untracked() == Side::B {
            let was_playing = self.playing.get_untracked();
            self.turn_to(Side::A);
            if was_playing {
                self.play();
            }
        }
        self.seek(seconds);
    }

    /// Sets the loudness, 0 to 1.
    pub fn set_volume(self, volume: f64) {
        self.volume.set(volume.clamp(0.0, 1.0));
        for audio in [self.audio_a, self.audios_b[0], self.audios_b[1]] {
            if let Some(audio) = audio.get_untracked() {
                audio.set_volume(self.volume.get_untracked());
            }
        }
    }

    /// Takes over what the element of `side` says of itself.
    pub fn follow(self, side: Side) {
        if side != self.side.get_untracked() {
            return;
        }
        let Some(audio) = self.audio() else {
            return;
        };
        if side == Side::B
            && !audio.paused()
            && let Some(wanted) = self.loudness_a.get_untracked()
        {
            settle(self.change_db, level::listen(wanted).map(|db| (db * 10.0).round() / 10.0));
        }
        settle(self.playing, !audio.paused() && !audio.ended());
        settle(self.elapsed_s, audio.current_time());
        settle(self.duration_s, if audio.duration().is_finite() { audio.duration() } else { 0.0 });
    }

    /// Says why the neighbour cannot be heard.
    pub fn fail(self) {
        if let Some(neighbour) = self.neighbour.get_untracked() {
            self.playing.set(false);
            self.elapsed_s.set(0.0);
            let title = &neighbour.track.title;
            self.problem.set(Some(format!("“{title}” cannot be played from here. Its own page may still play it.")));
        }
    }

    /// Pauses whatever sounds.
    pub fn pause(self) {
        if let Some(audio) = self.audio() {
            // Pausing what does not play is nothing.
            let _ = audio.pause();
        }
        self.playing.set(false);
    }

    fn play(self) {
        if let Some(audio) = self.audio().filter(|audio| audio.has_attribute("src")) {
            self.playing.set(true);
            if self.side.get_untracked() == Side::B {
                level::begin(&audio, self.change_db.get_untracked().is_none());
            }
            if let Ok(started) = audio.play() {
                // A sound that cannot be played says so through its error event.
                spawn_local(async move { drop(JsFuture::from(started).await) });
            }
        }
    }

    fn load(self, neighbour: &Neighbour) {
        self.pause();
        self.problem.set(None);
        self.neighbour.set(Some(neighbour.clone()));
        self.change_db.set(None);
        let front = self.front.get_untracked();
        let [Some(audio), Some(other)] = [front, 1 - front].map(|which| self.audios_b[which].get_untracked()) else {
            return;
        };
        // What played until now is over.
        let _ = audio.pause();
        if neighbour.track.audio.is_empty() {
            empty(&audio);
            self.fail();
        } else if holds(&other, &neighbour.track.audio) {
            self.front.set(1 - front);
        } else {
            audio.set_src(&neighbour.track.audio);
        }
    }

    fn turn_to(self, side: Side) {
        self.pause();
        self.side.set(side);
        self.follow(side);
    }

    fn audio(self) -> Option<HtmlAudioElement> {
        match self.side.get_untracked() {
            Side::A => self.audio_a.get_untracked(),
            Side::B => self.audios_b[self.front.get_untracked()].get_untracked(),
        }
    }
}

/// An element without a source has nothing to fail at.
fn empty(audio: &HtmlAudioElement) {
    let _ = audio.remove_attribute("src");
    // Else it goes on fetching.
    audio.load();
}

/// Whether an element has been given this address, and has not failed at it.
fn holds(audio: &HtmlAudioElement, address: &str) -> bool {
    audio.get_attribute("src").as_deref() == Some(address) && audio.error().is_none()
}

/// Sets a signal, but wakes nobody when nothing has changed.
fn settle<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
