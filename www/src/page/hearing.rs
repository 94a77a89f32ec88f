//! What the page does with what its worker says.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{CustomEvent, CustomEventInit, Url};

use super::{EngineState, Page};
use crate::engine::{Engine, Report};
use crate::pause::{measure, now_ms, pause};
use crate::problem::{Problem, Retry};
use crate::protocol::{Answer, Event, Failure, Neighbour, Part, Picture, Standing};
use crate::sound::Sound;

impl Page {
    /// Takes in what the engine reports.
    pub(super) fn hear(self, report: Report) {
        match report {
            Report::Said(event) => self.hear_event(event),
            Report::Unreachable => {
                let sentence = "The engine could not be fetched. Check the connection, then try again.";
                self.fail_engine(Problem::new("network", sentence).retry(Retry::Loading));
            }
            Report::Died => self.revive(),
        }
    }

    fn hear_event(self, event: Event) {
        match event {
            Event::Awake => self.with_engine(|engine| engine.load(self.filter.get_untracked())),
            Event::Died => self.revive(),
            Event::Fetched { part: Part::Decoder, received, total } => self.await_decoder(received, total),
            Event::Redrawn { query, redrawn } => self.show_kept(query, Ok(redrawn)),
            Event::NotRedrawn { query, failure } => self.show_kept(query, Err(failure)),
            Event::Fetched { part, received, total } => {
                self.engine.set(EngineState::Loading { part, received, total });
            }
            Event::Names(told) => self.hear_names(told),
            Event::Usable { standing } => self.use_engine(standing),
            Event::Map(event) => self.hear_of_map(event),
            Event::Choices { choices } => self.choices.set(choices),
            Event::Incomplete { failure } => self.lack(failure),
            Event::Refined { query, neighbours } => self.refine(query, neighbours),
            Event::Failed { query: None, failure } => {
                self.fail_engine(Problem::of_worker(failure, Retry::Loading));
            }
            Event::Reached { query, stage } if self.is_in_work(query) => self.stage.set(Some(stage)),
            Event::Drawn { query, picture } if self.is_in_work(query) => self.show_sound(picture),
            Event::Answered { query, answer } if self.is_in_work(query) => self.show_answer(answer),
            Event::Failed { query: Some(query), failure } if self.is_in_work(query) => {
                self.with_engine(Engine::rest);
                self.fail_query(of_sound(failure));
            }
            Event::Reached { .. } | Event::Drawn { .. } | Event::Answered { .. } | Event::Failed { .. } => {}
        }
    }

    /// Queries can be answered, from as much of the catalogue as has arrived.
    fn use_engine(self, standing: Standing) {
        let was_ready = matches!(self.engine.get_untracked(), EngineState::Ready(_));
        self.engine.set(EngineState::Ready(standing));
        if !was_ready {
            measure("engine", 0.0, now_ms());
            self.ask();
            self.ask_choice();
        }
        self.fetch_names();
        if self.work.with_value(|work| work.query.is_none() && work.choosing.is_none()) {
            self.with_engine(Engine::rest);
        }
    }

    /// The catalogue, or the rest of it, does not come: what has arrived stays usable.
    fn lack(self, failure: Failure) {
        let problem = Problem::of_worker(failure, Retry::Loading);
        if matches!(self.engine.get_untracked(), EngineState::Ready(_)) {
            self.lacking.set(true);
            self.problem.set(Some(problem));
        } else {
            self.fail_engine(problem);
        }
    }

    /// Puts the neighbours among the whole catalogue in the place of those among a part of it.
    fn refine(self, query: u32, neighbours: Vec<Neighbour>) {
        if self.work.with_value(|work| work.settled.as_ref().is_some_and(|sound| sound.query == query)) {
            self.current.set(0);
            self.answer.update(|answer| {
                *answer = answer.take().map(|answer| Arc::new(Answer { neighbours, ..Answer::clone(&answer) }));
            });
        }
    }

    fn show_sound(self, picture: Picture) {
        let of = |query: &mut super::Query| (query.number, query.file.name(), query.url.clone(), query.origin.clone());
        let Some((number, name, url, origin)) = self.with_query(of) else {
            return;
        };
        self.player.set_sound(&url);
        self.player.set_loudness(&picture.loudness);
        self.stale.set(self.answer.with_untracked(Option::is_some));
        self.sound.set(Some(Arc::new(Sound { origin, ..Sound::new(number, name, url, picture) })));
    }

    fn show_answer(self, answer: Answer) {
        self.with_engine(Engine::rest);
        let Some(query) = self.end_query() else {
            return;
        };
        let timings = answer.timings;
        let name = query.file.name();
        announce(query.number, &name, &answer);
        self.current.set(0);
        self.answer.set(Some(Arc::new(answer)));
        self.stale.set(false);
        self.stage.set(None);
        let settled = self.sound.get_untracked();
        let before = self.work.try_update_value(|work| std::mem::replace(&mut work.settled, settled)).flatten();
        release(before.as_deref());
        spawn_local(async move {
            pause(0).await;
            let stages = [
                ("resample", timings.resample_ms),
                ("mel", timings.mel_ms),
                ("encode", timings.encode_ms),
                ("search", timings.search_ms),
                ("total", now_ms() - query.start_ms),
            ];
            for (stage, duration_ms) in stages {
                measure(stage, query.start_ms, duration_ms);
            }
        });
    }

    /// The engine cannot answer until something changes.
    fn fail_engine(self, problem: Problem) {
        self.with_engine(Engine::rest);
        self.engine.set(EngineState::Failed);
        let waited = self.work.with_value(|work| work.query.is_some());
        let retry = if waited { Retry::Query } else { problem.retry };
        self.fail_query(problem.retry(retry));
    }

    /// The worker has died: starts another one, and with it the query, but not for ever.
    fn revive(self) {
        let loading = matches!(self.engine.get_untracked(), EngineState::Loading { .. });
        let (query, choice) = (self.end_query(), self.end_choice());
        if loading && query.as_ref().is_none_or(|query| query.tries > 0) {
            return self.hear(Report::Unreachable);
        }
        self.restart();
        match query {
            Some(query) if query.tries == 0 => {
                self.give_up(&query);
                self.begin(query.file.clone(), 1, query.origin.clone());
            }
            Some(query) => {
                self.give_up(&query);
                let sentence = "The engine stopped while it worked on this sound and was started again. Try once more, or choose a shorter piece.";
                self.problem.set(Some(Problem::new("worker", sentence).retry(Retry::Query)));
            }
            None if choice.is_some() => {
                self.stage.set(None);
                let sentence =
                    "The engine stopped while it looked for this track and was started again. Choose it once more.";
                self.problem.set(Some(Problem::new("worker", sentence)));
            }
            None => {}
        }
    }
}

pub(super) fn of_sound(failure: Failure) -> Problem {
    let retry = match failure.kind.as_str() {
        "worker" | "network" => Retry::Query,
        "catalogue" => Retry::Loading,
        _ => Retry::No,
    };
    Problem::of_worker(failure, retry)
}

pub(super) fn release(sound: Option<&Sound>) {
    if let Some(sound) = sound {
        // An address that is gone cannot be revoked twice.
        let _ = Url::revoke_object_url(&sound.url);
    }
}

/// Tells scripts on the page what was found.
pub(super) fn announce(query: u32, name: &str, answer: &Answer) {
    let detail = js_sys::Object::new();
    let embedding = js_sys::Float32Array::from(answer.embedding.as_slice());
    let entries = [
        ("query", query.into()),
        ("name", name.into()),
        ("embedding", embedding.into()),
        ("clippedFraction", answer.clipped_fraction.into()),
        ("matches", (answer.neighbours.len() as u32).into()),
        ("memoryBytes", answer.memory_bytes.into()),
    ];
    for (key, value) in entries {
        // Setting a property of a plain object cannot fail.
        let _ = js_sys::Reflect::set(&detail, &key.into(), &value);
    }
    let init = CustomEventInit::new();
    init.set_detail(&detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict("sonoscape:analysed", &init) {
        // A listener that throws is its own affair.
        let _ = document().dispatch_event(&event);
    }
}
