//! The page's state, and what a person can do to it.

mod alongside;
mod choosing;
mod finder;
mod hearing;
mod kept;
mod landscape;
mod linked;
mod offers;
mod recording;
mod resolving;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{File, Url};

use crate::decode::{Decoded, decode};
use crate::engine::Engine;
use crate::link;
use crate::microphone::Recording;
use crate::pause::{measure, now_ms};
use crate::player::{Player, Side};
use crate::problem::{Problem, Retry};
use crate::protocol::{Answer, Choices, Filter, Part, Stage, Standing, Track};
use crate::sound::{Origin, Sound};
use choosing::Choosing;
pub use choosing::From;
pub use finder::Finder;
pub use kept::{Kept, KeptState};
pub use landscape::{Current, Landscape, Pointed, Tool, Tour};
pub use offers::{Asked, Offered, Offers};
pub use recording::Recorder;

/// Share of clipped samples from which it is worth a remark.
const CLIPPED: f32 = 0.001;

/// How far the engine is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EngineState {
    /// Bytes are arriving.
    Loading {
        /// Of what.
        part: Part,
        /// Bytes so far.
        received: f64,
        /// Bytes in all, where known.
        total: Option<f64>,
    },
    /// It answers, from as much of the catalogue as has arrived.
    Ready(Standing),
    /// It does not.
    Failed,
}

impl Standing {
    /// Whether everything has arrived.
    pub fn is_whole(self) -> bool {
        self.received >= self.total && self.exact >= self.found
    }
}

/// The page's state. Copies are handles on the same state.
#[derive(Clone, Copy)]
pub struct Page {
    /// How far the engine is.
    pub engine: RwSignal<EngineState>,
    /// Where the query in work is.
    pub stage: RwSignal<Option<Stage>>,
    /// The sound that is shown.
    pub sound: RwSignal<Option<Arc<Sound>>>,
    /// The answer that is shown.
    pub answer: RwSignal<Option<Arc<Answer>>>,
    /// Whether the answer that is shown belongs to an earlier sound than the one that is.
    pub stale: RwSignal<bool>,
    /// Whether the rest of the catalogue has been given up.
    pub lacking: RwSignal<bool>,
    /// What the list leaves out.
    pub filter: RwSignal<Filter>,
    /// What the filter can choose among.
    pub choices: RwSignal<Choices>,
    /// What the ear kept of a sound, once that was asked for.
    pub kept: RwSignal<Option<Kept>>,
    /// The neighbour that the keyboard is on.
    pub current: RwSignal<usize>,
    /// Finding a sound by name.
    pub finder: Finder,
    /// What services offer.
    pub offers: Offers,
    /// What the microphone is at.
    pub recorder: RwSignal<Option<Recorder>>,
    /// What went wrong.
    pub problem: RwSignal<Option<Problem>>,
    /// The player.
    pub player: Player,
    /// The map.
    pub landscape: Landscape,
    work: StoredValue<Work, LocalStorage>,
}

/// What no view depends on.
#[derive(Default)]
struct Work {
    engine: Option<Engine>,
    last_query: u32,
    query: Option<Query>,
    /// The choice in work; never while there is a query.
    choosing: Option<Choosing>,
    /// Number of the sound that is being fetched; an older one is given up.
    fetching: u32,
    /// Number of the sound whose waveform is not to be drawn while it plays: that was tried, or cannot be.
    alongside: u32,
    /// Number of what the microphone is asked for, and the microphone once it is open.
    recording: Option<(u32, Option<Recording>)>,
    last_file: Option<File>,
    /// The sound to go back to when the query fails.
    settled: Option<Arc<Sound>>,
}

/// The query in work.
struct Query {
    number: u32,
    file: File,
    url: String,
    start_ms: f64,
    decoded: Option<Decoded>,
    tries: u32,
    /// Where the file comes from, unless it was dropped.
    origin: Option<Arc<Origin>>,
}

impl Page {
    /// An empty page whose engine begins to load.
    pub fn new() -> Self {
        let page = Self {
            engine: RwSignal::new(EngineState::Loading { part: Part::Engine, received: 0.0, total: None }),
            stage: RwSignal::new(None),
            sound: RwSignal::new(None),
            answer: RwSignal::new(None),
            stale: RwSignal::new(false),
            lacking: RwSignal::new(false),
            filter: RwSignal::default(),
            choices: RwSignal::default(),
            kept: RwSignal::new(None),
            current: RwSignal::new(0),
            finder: Finder::new(),
            offers: Offers::new(),
            recorder: RwSignal::new(None),
            problem: RwSignal::new(None),
            player: Player::new(),
            landscape: Landscape::new(),
            work: StoredValue::new_local(Work::default()),
        };
        let engine = Engine::start(move |report| page.hear(report));
        page.work.update_value(|work| work.engine = Some(engine));
        page
    }

    /// Begins a query with a file; one in work is cancelled.
    pub fn open(self, file: File) {
        link::clear();
        self.begin(file, 0, None);
    }

    /// Stops the query in work and shows what was there before it; a recording is forgotten.
    pub fn cancel(self) {
        self.forget_recording();
        if let Some(query) = self.end_query() {
            self.with_engine(|engine| engine.cancel(query.number));
            self.give_up(&query);
        }
        if self.stage.get_untracked() == Some(Stage::Fetching) {
            self.work.update_value(|work| work.fetching = 0);
            self.stage.set(None);
        }
        if let Some(choosing) = self.end_choice() {
            self.with_engine(|engine| engine.cancel(choosing.number));
            self.stage.set(None);
        }
    }

    /// The address names no track any more: shows the last file again, or else the first screen.
    pub fn leave(self) {
        self.cancel();
        self.offers.drop_ways();
        if self.work.with_value(|work| work.last_file.is_some()) {
            return self.open_again();
        }
        self.player.pause();
        self.work.update_value(|work| work.settled = None);
        self.sound.set(None);
        self.answer.set(None);
    }

    /// Changes what the list leaves out.
    pub fn refilter(self, change: impl FnOnce(&mut Filter)) {
        self.filter.update(change);
        self.with_engine(|engine| engine.filter(self.filter.get_untracked()));
    }

    /// Does again what failed.
    pub fn retry(self) {
        let Some(problem) = self.problem.get_untracked() else {
            return;
        };
        self.problem.set(None);
        if self.engine.get_untracked() == EngineState::Failed || problem.retry == Retry::Loading {
            return self.fetch_rest();
        }
        self.open_again();
    }

    /// Fetches what is missing of the catalogue, and looks again for the last sound.
    pub fn fetch_rest(self) {
        self.restart();
        self.open_again();
    }

    /// Plays the neighbour so many places further down the list, from where it matches; the first, when none plays, and none after one
    /// that is not in the list.
    pub fn play_next(self, step: isize) {
        let Some(answer) = self.answer.get_untracked() else { return };
        let place = |track: &Track| answer.neighbours.iter().position(|neighbour| neighbour.track == *track);
        let next = self.player.neighbour.with_untracked(|playing| match playing {
            Some(playing) => place(&playing.track)?.checked_add_signed(step),
            None => Some(0),
        });
        if let Some(neighbour) = next.and_then(|next| answer.neighbours.get(next)) {
            self.current.set(next.unwrap_or_default());
            self.player.toggle_neighbour(neighbour);
        }
    }

    /// Fetches the neighbour after the one that plays before it is asked for.
    pub fn look_ahead(self) {
        let after = |answer: &Arc<Answer>| {
            let playing = self.player.neighbour.get()?.track;
            let place = answer.neighbours.iter().position(|neighbour| neighbour.track == playing)?;
            Some(answer.neighbours.get(place + 1)?.track.audio.clone())
        };
        if self.player.playing.get() && self.player.side.get() == Side::B {
            let next = self.answer.with(|answer| answer.as_ref().and_then(after));
            self.player.look_ahead(&next.unwrap_or_default());
        }
    }

    fn open_again(self) {
        if let Some(file) = self.work.with_value(|work| work.last_file.clone()) {
            self.open(file);
        }
    }

    /// Whether the answer to the sound that is shown is there and calls for a remark.
    pub fn is_told(self, remark: fn(&Answer) -> bool) -> bool {
        !self.stale.get() && self.answer.with(|answer| answer.as_ref().is_some_and(|answer| remark(answer)))
    }

    fn begin(self, file: File, tries: u32, origin: Option<Arc<Origin>>) {
        self.cancel();
        self.forget_coming();
        let Ok(url) = Url::create_object_url_with_blob(&file) else {
            return;
        };
        self.problem.set(None);
        self.stage.set(Some(Stage::Decoding));
        self.offers.drop_ways();
        let number = self.next_number();
        self.work.update_value(|work| {
            work.last_file = Some(file.clone());
            let (file, url) = (file.clone(), url.clone());
            work.query = Some(Query { number, file, url, start_ms: now_ms(), decoded: None, tries, origin });
        });
        spawn_local(async move {
            let start_ms = now_ms();
            let decoded = decode(&file, &url).await;
            if !self.is_in_work(number) {
                return;
            }
            measure("decode", start_ms, now_ms() - start_ms);
            match decoded {
                Ok(decoded) => {
                    self.with_query(|query| query.decoded = Some(decoded));
                    self.ask();
                }
                Err(problem) => self.fail_query(problem),
            }
        });
    }

    /// Hands the decoded sound to the engine, or waits for the engine to arrive.
    fn ask(self) {
        match self.engine.get_untracked() {
            EngineState::Loading { .. } => self.stage.set(Some(Stage::Waiting)),
            EngineState::Failed => {
                let sentence = "The engine has not arrived, so nothing can be compared yet. Try again.";
                self.fail_query(Problem::new("network", sentence).retry(Retry::Query));
            }
            EngineState::Ready(_) => {
                let Some((number, decoded)) = self.with_query(|query| (query.number, query.decoded.take())) else {
                    return;
                };
                let Some(decoded) = decoded else {
                    return;
                };
                self.stage.set(Some(Stage::Drawing));
                self.with_engine(|engine| engine.analyse(number, decoded));
            }
        }
    }

    fn fail_query(self, problem: Problem) {
        let query = self.end_query();
        if let Some(query) = &query {
            self.give_up(query);
        }
        let candidate = query.and_then(|query| query.origin?.candidate.clone());
        match candidate.filter(|_| problem.retry == Retry::No) {
            Some(candidate) => self.offer_elsewhere(candidate, of_service(problem)),
            None => self.problem.set(Some(problem)),
        }
    }

    /// Loads encoder and catalogue again; what has been kept is not fetched twice.
    fn restart(self) {
        self.lacking.set(false);
        self.engine.set(EngineState::Loading { part: Part::Engine, received: 0.0, total: None });
        self.with_engine(Engine::restart);
        self.forget_texts();
        self.lose_coming();
    }

    /// Shows again what was shown before a query.
    fn give_up(self, query: &Query) {
        self.stage.set(None);
        self.stale.set(false);
        let shown = self.sound.with_untracked(|sound| sound.as_ref().is_some_and(|sound| sound.url == query.url));
        if shown {
            let settled = self.work.with_value(|work| work.settled.clone());
            if let Some(settled) = &settled {
                self.player.set_sound(&settled.url);
            }
            self.sound.set(settled);
        }
        // An address that is gone cannot be revoked twice.
        let _ = Url::revoke_object_url(&query.url);
    }

    fn next_number(self) -> u32 {
        let next = |work: &mut Work| {
            work.last_query += 1;
            work.last_query
        };
        self.work.try_update_value(next).unwrap_or_default()
    }

    fn end_query(self) -> Option<Query> {
        self.work.try_update_value(|work| work.query.take()).flatten()
    }

    fn is_in_work(self, number: u32) -> bool {
        self.work.with_value(|work| work.query.as_ref().is_some_and(|query| query.number == number))
    }

    fn with_query<T>(self, act: impl FnOnce(&mut Query) -> T) -> Option<T> {
        self.work.try_update_value(|work| work.query.as_mut().map(act)).flatten()
    }

    fn with_engine(self, act: impl FnOnce(&Engine)) {
        self.work.with_value(|work| work.engine.as_ref().map(act));
    }
}

/// What is wrong with a sound that a service gave: those who chose it cannot choose another file.
fn of_service(problem: Problem) -> String {
    match problem.kind.as_str() {
        "too-short" | "too-long" | "silent" | "limit" => problem.sentence,
        _ => "What came is no sound that this browser can decode.".to_owned(),
    }
}

/// Whether so much of a sound is clipped that it is worth a remark.
pub fn is_clipped(answer: &Answer) -> bool {
    answer.clipped_fraction >= CLIPPED
}
