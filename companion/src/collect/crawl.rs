//! Working off what is to be done, some of it at the same time, and keeping each step's outcome at once.

mod keep;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use sonoscape::Track;
use sonoscape::services::{Answer, Ask, Candidate, Certainty, Service, Trouble};

use super::client::{Client, Failure};
use super::elsewhere::look;
use super::sound::{self, Fetched, Obstacle};
use crate::library::Library;
use crate::library::collected::{Change, Found, Sound, Task};

/// After so many failures in a row that may pass, a service, or a host of sounds, is left alone for this run.
const MOST_FAILURES: u32 = 3;

/// What a heard preview is, beside the whole track.
const PREVIEW: &str = "a preview was analysed";

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum What {
    /// A question that leads to names.
    Ask(Ask),
    /// Fetching the sound of a track.
    Sound { sound: i64 },
    /// Looking for a track's sound at another service.
    Elsewhere { elsewhere: i64 },
}

/// What is collected, and how.
pub struct Settings {
    /// What is asked; `list` stands for a table.
    pub source: String,
    /// Where else sound is looked for, in order.
    pub elsewhere: Vec<Service>,
    /// Receives the sounds; nothing is fetched if there is none.
    pub folder: Option<PathBuf>,
    /// Most tracks of the source.
    pub most: usize,
    /// Whether Spotify's own previews are used.
    pub spotify_previews: bool,
}

/// A crawl over a library.
pub struct Crawl<'a> {
    pub settings: &'a Settings,
    clients: &'a BTreeMap<String, Client>,
    state: Mutex<State<'a>>,
    woken: Condvar,
    bar: ProgressBar,
}

struct State<'a> {
    library: &'a mut Library,
    /// Whether sounds are fetched, too.
    sounds: bool,
    /// How many tracks of the source there are.
    found: usize,
    claimed: HashSet<i64>,
    /// Sounds that did not come and are left for another run.
    put_off: HashSet<i64>,
    /// Failures in a row, by service or host of sounds.
    failures: BTreeMap<String, u32>,
    /// Services and hosts that are left alone, and why.
    resting: BTreeMap<String, String>,
    /// Kinds of questions that a service does not allow.
    refused: BTreeSet<(String, &'static str)>,
    broken: Option<anyhow::Error>,
}

/// What came of a task.
enum Outcome {
    Answer(Ask, Answer),
    Fetched { found: i64, track: Track, file: Fetched, may_keep: bool },
    Same { found: i64, track: Track, other: i64 },
    Elsewhere { found: i64, offered: Option<(Candidate, Certainty)> },
    PutOff,
    Nothing,
}

/// What stands in the way of a task: a service, the host or the address of a sound, or this computer.
pub enum Setback {
    Service(Failure),
    Host(String, Failure),
    Here(anyhow::Error),
}

impl From<Failure> for Setback {
    fn from(failure: Failure) -> Self {
        Self::Service(failure)
    }
}

impl From<anyhow::Error> for Setback {
    fn from(error: anyhow::Error) -> Self {
        Self::Here(error)
    }
}

impl<'a> Crawl<'a> {
    pub fn new(
        library: &'a mut Library,
        clients: &'a BTreeMap<String, Client>,
        settings: &'a Settings,
        bar: ProgressBar,
    ) -> Self {
        let state = State {
            library,
            sounds: false,
            found: 0,
            claimed: HashSet::new(),
            put_off: HashSet::new(),
            failures: BTreeMap::new(),
            resting: BTreeMap::new(),
            refused: BTreeSet::new(),
            broken: None,
        };
        Self { settings, clients, state: Mutex::new(state), woken: Condvar::new(), bar }
    }

    /// Does what is due, names first; sounds, too, if asked. Says which services were left alone, and why.
    ///
    /// # Errors
    /// When the library or the disk refuses.
    pub fn run(&self, sounds: bool) -> Result<BTreeMap<String, String>> {
        {
            let mut state = self.state();
            state.sounds = sounds;
            state.found = state.library.found_count(&self.settings.source)?;
        }
        thread::scope(|scope| {
            for (name, client) in self.clients {
                for _ in 0..client.at_once() {
                    scope.spawn(move || self.work(name, client));
                }
            }
        });
        let mut state = self.state();
        match state.broken.take() {
            Some(error) => Err(error),
            None => Ok(state.resting.clone()),
        }
    }

    fn work(&self, name: &str, client: &Client) {
        while let Some(task) = self.claim(name) {
            let outcome = self.perform(&task, client);
            let mut state = self.state();
            if let Err(error) = self.settle(&mut state, &task, client, outcome) {
                state.broken.get_or_insert(error);
            }
            state.claimed.remove(&task.id);
            self.bar.set_position(if state.sounds { self.bar.position() + 1 } else { state.found as u64 });
            drop(state);
            self.woken.notify_all();
        }
    }

    /// The next task of a service; waits while others may still add one.
    fn claim(&self, service: &str) -> Option<Task> {
        let mut state = self.state();
        loop {
            if state.broken.is_some() || state.resting.contains_key(service) {
                return None;
            }
            let next = state.next(service, &self.settings.source, self.settings.most);
            match next {
                Ok(Some(task)) => {
                    state.claimed.insert(task.id);
                    return Some(task);
                }
                Ok(None) if state.claimed.is_empty() => return None,
                Ok(None) => state = self.woken.wait(state).unwrap_or_else(PoisonError::into_inner),
                Err(error) => {
                    state.broken = Some(error);
                    return None;
                }
            }
        }
    }

    fn perform(&self, task: &Task, client: &Client) -> Result<Outcome, Setback> {
        let what = serde_json::from_str(&task.what).context("The library's list of what is to be done is damaged")?;
        match what {
            What::Ask(ask) => {
                if self.state().refused.contains(&(task.service.clone(), kind(&ask))) {
                    return Err(Failure::new(
                        Trouble::Forbidden,
                        "The service does not allow such questions with this key.",
                    )
                    .into());
                }
                Ok(Outcome::Answer(ask.clone(), client.ask(&ask)?))
            }
            What::Sound { sound } => self.fetch(sound, &task.service, client),
            What::Elsewhere { elsewhere } => {
                let wanted = self.state().library.found(elsewhere)?;
                Ok(Outcome::Elsewhere { found: elsewhere, offered: look(client, &wanted.track)? })
            }
        }
    }

    fn fetch(&self, id: i64, service: &str, client: &Client) -> Result<Outcome, Setback> {
        let Some(folder) = &self.settings.folder else { return Ok(Outcome::Nothing) };
        let Found { mut track, sound, mut may_keep, .. } = self.state().library.found(id)?;
        if sound != Sound::Due {
            return Ok(Outcome::Nothing);
        }
        let stem = sound::stem(&track.source, &track.source_id);
        if let Some(file) = sound::earlier(folder, &stem) {
            return Ok(Outcome::Fetched { found: id, track, file, may_keep });
        }
        let mut is_whole = track.changes != PREVIEW;
        let mut minted = None;
        for attempt in 0..2 {
            let url = match (&minted, track.audio.is_empty()) {
                (_, false) => track.audio.clone(),
                _ => {
                    let offered = mint(client, &track.source_id)?;
                    let offered_sound = offered.sound.clone().ok_or_else(|| Failure::of_sound(Trouble::Missing))?;
                    (is_whole, may_keep) = (offered_sound.is_whole, may_keep && offered_sound.may_keep);
                    track = described(&offered, is_whole);
                    let other = self.state().library.change(|change| change.with_isrc(&track.isrc, id, false))?;
                    if let Some(other) = other {
                        return Ok(Outcome::Same { found: id, track, other });
                    }
                    minted = Some(offered_sound.url.clone());
                    offered_sound.url
                }
            };
            // Who hands out addresses hands out those of its own hosts.
            let host = if minted.is_some() { service } else { host(&url) };
            if self.state().resting.contains_key(host) {
                return Ok(Outcome::PutOff);
            }
            match sound::fetch(client, &url, is_whole, folder, &stem) {
                Ok(file) => {
                    self.state().failures.remove(host);
                    return Ok(Outcome::Fetched { found: id, track, file, may_keep });
                }
                // A signed address may have run out on the way here.
                Err(Obstacle::Sound(failure))
                    if attempt == 0 && minted.is_some() && failure.trouble == Trouble::Forbidden => {}
                Err(Obstacle::Sound(failure)) if failure.trouble.may_pass() => {
                    // A page in its place is a link that died, or a network that wants a sign-in: of its host it says nothing.
                    let is_page = minted.is_none() && failure.trouble == Trouble::Foreign;
                    let who = if is_page { &url } else { host };
                    return Err(Setback::Host(who.to_owned(), failure));
                }
                Err(Obstacle::Sound(failure)) => return Err(failure.into()),
                Err(Obstacle::Disk(error)) => return Err(refused(folder, error).into()),
            }
        }
        Err(Failure::of_sound(Trouble::Forbidden).into())
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State<'_> {
    fn next(&self, service: &str, source: &str, most: usize) -> Result<Option<Task>> {
        let names = service == source && self.found < most;
        let is_taken = |id| self.claimed.contains(&id) || self.put_off.contains(&id);
        self.library.due(service, (names, self.sounds), is_taken)
    }

    /// Counts a failure of a service or host, which is left alone after too many.
    fn failed(&mut self, name: &str, sentence: String) {
        let failures = self.failures.entry(name.to_owned()).or_default();
        *failures += 1;
        if *failures >= MOST_FAILURES {
            self.resting.insert(name.to_owned(), sentence);
        }
    }
}

/// Has something done.
pub fn add(change: &Change, service: &str, what: &What) -> Result<()> {
    change.add(service, &serde_json::to_string(what)?)
}

/// A track with its sound's present address.
fn mint(client: &Client, id: &str) -> Result<Candidate, Failure> {
    let answer = client.ask(&Ask::Track { id: id.to_owned() })?;
    answer.candidates.into_iter().next().ok_or_else(|| Failure::of_sound(Trouble::Missing))
}

/// What is said when the disk does not take a sound.
fn refused(folder: &Path, error: io::Error) -> anyhow::Error {
    let full = error.kind() == io::ErrorKind::StorageFull;
    let remedy = if full { "is full. Make room" } else { "cannot be written to. See that it can" };
    let place = folder.display();
    anyhow!("The disk of {place} {remedy}, then run the same command to go on.").context(error)
}

/// The host and port in a web address; the address itself where there is none.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn described(candidate: &Candidate, is_whole: bool) -> Track {
    let changes = if is_whole { String::new() } else { PREVIEW.to_owned() };
    Track { changes, ..candidate.track() }
}

const fn kind(ask: &Ask) -> &'static str {
    match ask {
        Ask::Search { .. } => "search",
        Ask::Track { .. } => "track",
        Ask::Isrc { .. } => "isrc",
        Ask::Playlist { .. } => "playlist",
        Ask::Album { .. } => "album",
        Ask::Artist { .. } => "artist",
        Ask::Genre { .. } => "genre",
        Ask::Related { .. } => "related",
    }
}
