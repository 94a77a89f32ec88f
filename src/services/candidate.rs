//! A track that a service offers.

use serde::{Deserialize, Serialize};

use super::Service;
use crate::catalogue::Track;

/// A track that a service offers. Unknown texts are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who offers it.
    pub service: Service,
    /// What the service calls it.
    pub id: String,
    /// Title.
    pub title: String,
    /// Artist.
    pub artist: String,
    /// Album.
    #[serde(default)]
    pub album: String,
    /// Length in seconds; 0 where it is unknown.
    #[serde(default)]
    pub duration_s: f32,
    /// Year of release.
    #[serde(default)]
    pub year: Option<u16>,
    /// International Standard Recording Code.
    #[serde(default)]
    pub isrc: String,
    /// Genre, in the service's words.
    #[serde(default)]
    pub genre: String,
    /// How well it is known, from 0 to 100 on the service's own scale.
    #[serde(default)]
    pub popularity: Option<f32>,
    /// Licence, as an SPDX identifier where there is one.
    #[serde(default)]
    pub licence: String,
    /// Credit that is to be shown with it.
    #[serde(default)]
    pub attribution: String,
    /// Web address of its public page.
    #[serde(default)]
    pub page: String,
    /// Web address of its cover.
    #[serde(default)]
    pub cover: String,
    /// Where it can be heard; only an address that lasts is ever written down.
    #[serde(default, skip_serializing_if = "is_fleeting")]
    pub sound: Option<Sound>,
}

/// Where a track can be heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// Web address.
    pub url: String,
    /// Whether it is the whole track, and not a preview.
    pub is_whole: bool,
    /// Whether the address stays; one that is signed does not, and is asked for anew each time.
    pub is_lasting: bool,
    /// Whether the file may stay on disk.
    pub may_keep: bool,
}

impl Candidate {
    /// A track of a service, of which nothing is known.
    pub fn unknown(service: Service) -> Self {
        Self {
            service,
            id: String::new(),
            title: String::new(),
            artist: String::new(),
            album: String::new(),
            duration_s: 0.0,
            year: None,
            isrc: String::new(),
            genre: String::new(),
            popularity: None,
            licence: String::new(),
            attribution: String::new(),
            page: String::new(),
            cover: String::new(),
            sound: None,
        }
    }

    /// The same with its id and title; a service without either offers nothing.
    pub(super) fn new(service: Service, id: String, title: String) -> Option<Self> {
        (!id.is_empty() && !title.is_empty()).then(|| Self { id, title, ..Self::unknown(service) })
    }

    /// With the credit that its licence or its service asks for.
    pub(super) fn credited(mut self) -> Self {
        let artist = if self.artist.is_empty() { "an unknown artist" } else { &self.artist };
        let licence = if self.licence.is_empty() { String::new() } else { format!(", {}", self.licence) };
        let via = match self.service {
            Service::Itunes => "provided courtesy of iTunes".to_owned(),
            service => format!("via {}", service.name()),
        };
        self.attribution = format!("“{}” by {artist}{licence}, {via}", self.title);
        self
    }

    /// What a catalogue says of it; of addresses, only those that last.
    pub fn track(&self) -> Track {
        let lasting = self.sound.as_ref().filter(|sound| sound.is_lasting);
        Track {
            title: self.title.clone(),
            artist: self.artist.clone(),
            album: self.album.clone(),
            year: self.year,
            duration_s: self.duration_s,
            source: self.service.id().to_owned(),
            source_id: self.id.clone(),
            isrc: self.isrc.clone(),
            licence: self.licence.clone(),
            attribution: self.attribution.clone(),
            page: self.page.clone(),
            audio: lasting.map(|sound| sound.url.clone()).unwrap_or_default(),
            style: self.genre.clone(),
            changes: String::new(),
        }
    }
}

fn is_fleeting(sound: &Option<Sound>) -> bool {
    sound.as_ref().is_none_or(|sound| !sound.is_lasting)
}
