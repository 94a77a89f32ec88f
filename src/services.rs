//! Services that know recordings: what to ask them, and what they answer.
//!
//! An [`Ask`] becomes a web address, the bytes that come back become [`Candidate`]s or a [`ServiceError`]; whoever uses this does the
//! fetching. Answers are foreign: their texts are cut and cleaned, their links are web addresses or nothing, what is not known is
//! ignored, and no address that a service hands out decides what is asked next.

mod archive;
mod candidate;
mod deezer;
mod field;
mod itunes;
mod jamendo;
mod matching;
mod reply;
pub mod spotify;

use serde::{Deserialize, Serialize};

pub use candidate::{Candidate, Sound};
pub use matching::{Certainty, certainty};
pub use reply::{MOST_ANSWER_BYTES, Reply, ServiceError, Trouble, retry_after_s};

/// Most candidates that are taken from one answer.
pub const MOST_CANDIDATES: usize = 1000;

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// The Internet Archive.
    Archive,
    /// Deezer.
    Deezer,
    /// Apple's iTunes Search.
    Itunes,
    /// Jamendo.
    Jamendo,
    /// Spotify.
    Spotify,
}

/// How often a service may be asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// So many requests …
    pub requests: u32,
    /// … in so many seconds.
    pub per_s: f32,
    /// So many at the same time.
    pub at_once: u32,
}

/// What a service is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase")]
pub enum Ask {
    /// Tracks by words.
    Search {
        /// What somebody typed.
        words: String,
        /// How many results to skip.
        #[serde(default)]
        offset: u32,
    },
    /// One track.
    Track {
        /// What the service calls it.
        id: String,
    },
    /// The recording with an International Standard Recording Code.
    Isrc {
        /// The code.
        isrc: String,
    },
    /// Tracks of a playlist.
    Playlist {
        /// What the service calls it.
        id: String,
        /// How many tracks to skip.
        #[serde(default)]
        offset: u32,
    },
    /// Tracks of an album, or of an item of the Internet Archive.
    Album {
        /// What the service calls it.
        id: String,
        /// How many tracks to skip.
        #[serde(default)]
        offset: u32,
    },
    /// Tracks of an artist, the best known first.
    Artist {
        /// What the service calls the artist.
        id: String,
        /// What people do.
        #[serde(default)]
        name: String,
        /// How many tracks to skip.
        #[serde(default)]
        offset: u32,
    },
    /// Artists of a genre; those near them too, if `hops` is above zero.
    Genre {
        /// What the service calls it.
        id: String,
        /// How far to walk from artist to artist.
        #[serde(default)]
        hops: u8,
        /// How many artists to skip.
        #[serde(default)]
        offset: u32,
    },
    /// Artists near an artist.
    Related {
        /// What the service calls the artist.
        id: String,
        /// How far to walk, this step included.
        #[serde(default)]
        hops: u8,
    },
}

/// What a service answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Tracks, at most [`MOST_CANDIDATES`].
    pub candidates: Vec<Candidate>,
    /// The next page, where there is one.
    pub next: Option<Ask>,
    /// What leads to tracks: albums, artists.
    pub further: Vec<Ask>,
    /// How many results there are in all, where the service says so.
    pub total: Option<u32>,
}

/// A service at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Which service.
    pub service: Service,
    /// Where it lies, without a slash at the end.
    pub base: String,
    /// The public id of who asks, which Jamendo wants in the address.
    pub client_id: String,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Archive, Self::Deezer, Self::Itunes, Self::Jamendo, Self::Spotify];

    /// What it is called in files and on command lines.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Deezer => "deezer",
            Self::Itunes => "itunes",
            Self::Jamendo => "jamendo",
            Self::Spotify => "spotify",
        }
    }

    /// The service with this [`Self::id`].
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.id() == id)
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive => "the Internet Archive",
            Self::Deezer => "Deezer",
            Self::Itunes => "iTunes",
            Self::Jamendo => "Jamendo",
            Self::Spotify => "Spotify",
        }
    }

    /// Where it lies.
    pub const fn address(self) -> &'static str {
        match self {
            Self::Archive => "https://archive.org",
            Self::Deezer => "https://api.deezer.com",
            Self::Itunes => "https://itunes.apple.com",
            Self::Jamendo => "https://api.jamendo.com",
            Self::Spotify => "https://api.spotify.com",
        }
    }

    /// How often it may be asked: what it states, and where it states nothing, what is polite.
    pub const fn limit(self) -> Limit {
        match self {
            Self::Archive => Limit { requests: 10, per_s: 10.0, at_once: 1 },
            Self::Deezer => Limit { requests: 50, per_s: 5.0, at_once: 4 },
            Self::Itunes => Limit { requests: 20, per_s: 60.0, at_once: 1 },
            Self::Jamendo => Limit { requests: 10, per_s: 5.0, at_once: 2 },
            Self::Spotify => Limit { requests: 30, per_s: 30.0, at_once: 2 },
        }
    }

    /// Whether its sounds may stay on disk; others are analysed and dropped.
    pub const fn lets_keep(self) -> bool {
        matches!(self, Self::Archive | Self::Jamendo)
    }

    /// The same address, answered by a script that calls the function `callback`; only of services without CORS.
    pub fn jsonp(self, address: &str, callback: &str) -> Option<String> {
        let callback = field::encode(callback);
        match self {
            Self::Deezer => Some(format!("{address}&output=jsonp&callback={callback}")),
            Self::Itunes => Some(format!("{address}&callback={callback}")),
            _ => None,
        }
    }
}

impl Provider {
    /// The service at its own address.
    pub fn new(service: Service) -> Self {
        Self { service, base: service.address().to_owned(), client_id: String::new() }
    }

    /// The address of what is asked; none where the service cannot be asked so.
    pub fn address(&self, ask: &Ask) -> Option<String> {
        let path = match self.service {
            Service::Archive => archive::path(ask),
            Service::Deezer => deezer::path(ask),
            Service::Itunes => itunes::path(ask),
            Service::Jamendo => jamendo::path(ask, &self.client_id),
            Service::Spotify => spotify::path(ask),
        };
        path.map(|path| format!("{}{path}", self.base))
    }

    /// What the service answers to `ask`.
    ///
    /// # Errors
    /// When it refuses, or what came is no answer of it.
    pub fn read(&self, ask: &Ask, reply: &Reply) -> Result<Answer, ServiceError> {
        let service = self.service;
        let answer = match service {
            Service::Archive => archive::read(ask, &reply.json(service)?, &self.base),
            Service::Deezer => deezer::read(ask, reply),
            Service::Itunes => itunes::read(ask, reply),
            Service::Jamendo => jamendo::read(ask, reply),
            Service::Spotify => reply.json(service).and_then(|body| spotify::read(ask, &body)),
        };
        answer.map_err(|error| error.of(reply))
    }

    /// Another way to what `ask` was for, after the service has refused it for good.
    pub fn instead(&self, ask: &Ask, error: &ServiceError) -> Option<Ask> {
        match (self.service, ask, error.trouble) {
            (Service::Spotify, Ask::Artist { name, .. }, Trouble::Forbidden | Trouble::Missing) if !name.is_empty() => {
                Some(Ask::Search { words: format!("artist:\"{}\"", name.replace('"', " ")), offset: 0 })
            }
            _ => None,
        }
    }
}

/// The page after one of `count` results, if there is one: there are `total`, or `page` a page.
fn next_page(
    count: usize,
    offset: u32,
    page: u32,
    total: Option<u32>,
    most: u32,
    with: impl Fn(u32) -> Ask,
) -> Option<Ask> {
    let next = offset.checked_add(page)?;
    let more = total.map_or(count as u32 >= page, |total| next < total);
    (count > 0 && more && next < most).then(|| with(next))
}
