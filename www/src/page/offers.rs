//! What services offer for the words that are typed; each is asked only when somebody chooses it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sonoscape::services::{Ask, Candidate, Service};

use super::linked::Linked;
use super::{From, Page};
use crate::problem::Problem;
use crate::protocol::names::Key;
use crate::services::config::Config;
use crate::services::session::{Returned, Session};
use crate::services::{self};

/// Results of a service that are shown.
const SHOWN: usize = 10;

/// State of the services.
#[derive(Clone, Copy)]
pub struct Offers {
    /// What the host says of them, once somebody looks for a name.
    pub config: RwSignal<Option<Config>>,
    /// What was asked last, and the answer.
    pub asked: RwSignal<Option<Asked>>,
    /// Whether somebody is signed in to Spotify.
    pub signed_in: RwSignal<bool>,
    /// Whether the room for their settings is open, and what it says.
    pub room: RwSignal<Option<String>>,
    /// A track whose sound its service does not give.
    pub elsewhere: RwSignal<Option<Elsewhere>>,
    /// A service's track that the page's address names.
    pub linked: RwSignal<Option<Linked>>,
    last: StoredValue<u32>,
}

/// What a service was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Which service.
    pub service: Service,
    /// What it offers.
    pub offered: Offered,
}

/// What a service offers.
#[derive(Debug, Clone, PartialEq)]
pub enum Offered {
    /// The answer is on its way.
    Coming,
    /// These.
    Tracks(Vec<Candidate>),
    /// Nothing, and why.
    Failed(String),
}

/// A track that is looked for elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Elsewhere {
    /// The track.
    pub wanted: Candidate,
    /// What there is to say.
    pub sentence: String,
    /// What may be the same recording, and in which words.
    pub perhaps: Option<(Candidate, String)>,
    /// Whether a service is being asked.
    pub busy: bool,
}

impl Offers {
    /// Nothing asked.
    pub fn new() -> Self {
        Self {
            config: RwSignal::new(None),
            asked: RwSignal::new(None),
            signed_in: RwSignal::new(Session::is_open()),
            room: RwSignal::new(None),
            elsewhere: RwSignal::new(None),
            linked: RwSignal::new(None),
            last: StoredValue::new(0),
        }
    }

    /// Something else is typed: what was offered is of no more use.
    pub fn forget(self) {
        self.last.update_value(|last| *last += 1);
        // What shows them is drawn anew whenever this is set.
        if self.asked.with_untracked(Option::is_some) {
            self.asked.set(None);
        }
    }

    /// Something else is looked for: what could be done about a track is of no more use.
    pub fn drop_ways(self) {
        self.elsewhere.set(None);
        self.linked.set(None);
    }
}

impl Page {
    /// Takes in who comes back from signing in.
    pub fn meet(self, returned: Returned) {
        spawn_local(async move {
            let config = self.services_config().await;
            match returned.enter(&config).await {
                Ok(words) => {
                    self.offers.signed_in.set(true);
                    self.find(words);
                    self.ask_service(Service::Spotify);
                }
                Err(sentence) => self.problem.set(Some(Problem::new("sign-in", sentence))),
            }
        });
    }

    /// Reads what the host says of the services, before it is needed.
    pub(super) fn learn_services(self) {
        spawn_local(async move { drop(self.services_config().await) });
    }

    /// Opens the room for the services' settings.
    pub fn open_services(self) {
        spawn_local(async move {
            self.services_config().await;
            self.offers.room.set(Some(String::new()));
        });
    }

    /// What the host says of the services.
    pub async fn services_config(self) -> Config {
        if let Some(config) = self.offers.config.get_untracked() {
            return config;
        }
        let config = Config::fetch().await.unwrap_or_else(|sentence| {
            self.problem.set(Some(Problem::new("services", sentence)));
            Config::default()
        });
        self.offers.config.set(Some(config.clone()));
        config
    }

    /// Asks a service for what is typed.
    pub fn ask_service(self, service: Service) {
        let words = self.finder.text.get_untracked().trim().to_owned();
        if words.is_empty() {
            return;
        }
        if service == Service::Spotify && !Session::is_open() {
            return self.open_services();
        }
        self.offers.forget();
        let number = self.offers.last.get_value();
        self.finder.active.set(None);
        self.offers.asked.set(Some(Asked { service, offered: Offered::Coming }));
        spawn_local(async move {
            let config = self.services_config().await;
            let answer = services::ask(&config, service, &Ask::Search { words, offset: 0 }).await;
            if self.offers.last.get_value() != number {
                return;
            }
            self.offers.signed_in.set(Session::is_open());
            let offered = match answer {
                Ok(answer) => Offered::Tracks(answer.candidates.into_iter().take(SHOWN).collect()),
                Err(error) => Offered::Failed(error.to_string()),
            };
            self.offers.asked.set(Some(Asked { service, offered }));
        });
    }

    /// Goes to the page where somebody signs in to Spotify.
    pub fn sign_in(self) {
        spawn_local(async move {
            let config = self.services_config().await;
            if let Err(sentence) = Session::begin(&config, &self.finder.text.get_untracked()) {
                self.offers.room.set(Some(sentence));
            }
        });
    }

    /// Signs out of Spotify, and forgets what it offered.
    pub fn sign_out(self) {
        Session::close();
        self.offers.signed_in.set(false);
        self.offers.forget();
    }

    /// Finds the neighbours of a service's track: without any sound if the catalogue has it.
    pub fn choose_offer(self, candidate: Candidate) {
        let source = Key::Source { source: candidate.service.id().to_owned(), id: candidate.id.clone() };
        let isrc = Some(Key::Isrc(candidate.isrc.clone())).filter(|_| !candidate.isrc.is_empty());
        self.choose([Some(source), isrc].into_iter().flatten().collect(), From::Service(Box::new(candidate)));
    }
}
