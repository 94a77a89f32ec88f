//! The sound of a service's track that the catalogue does not have: its own, the same recording's elsewhere, or what else can be done.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sonoscape::services::{Ask, Candidate, Certainty, Service, certainty};

use super::Page;
use super::offers::Elsewhere;
use crate::link;
use crate::protocol::{Stage, Track};
use crate::services::session::uses_previews;
use crate::services::sound::{self, Missing};
use crate::services::{self};
use crate::sound::{Origin, Sound};

impl Page {
    /// Fetches the sound of a service's track, and goes on as with a file.
    pub fn hear_candidate(self, candidate: Candidate) {
        self.hear_as(candidate, "");
    }

    /// The same; `same` says why it stands for the track that was chosen.
    fn hear_as(self, candidate: Candidate, same: &str) {
        let same = same.to_owned();
        self.cancel();
        let number = self.next_number();
        self.work.update_value(|work| work.fetching = number);
        self.stage.set(Some(Stage::Fetching));
        spawn_local(async move {
            let found = self.sound_of(&candidate).await;
            if self.work.with_value(|work| work.fetching != number) {
                return;
            }
            let service = candidate.service.name();
            let (url, file, is_whole) = match found {
                Ok(Some((url, is_whole))) => {
                    (url.clone(), sound::fetch(&url, &candidate.title, sound::MOST_BYTES).await, is_whole)
                }
                Ok(None) => {
                    let sentence = if candidate.service == Service::Spotify && !uses_previews() {
                        "Spotify names tracks, but its sound is not used here.".to_owned()
                    } else {
                        format!("{service} gives no sound of this track.")
                    };
                    return self.offer_elsewhere(candidate, sentence);
                }
                Err(sentence) => return self.offer_elsewhere(candidate, sentence),
            };
            if self.work.with_value(|work| work.fetching != number) {
                return;
            }
            let what = if is_whole { "the whole track" } else { "a preview" };
            let same = if same.is_empty() { String::new() } else { format!(": {same}") };
            let way = format!("Heard from {what} at {service}{same}.");
            let (track, cover) = (shown(&candidate), candidate.cover.clone());
            let origin = Arc::new(Origin { track, cover, way, candidate: Some(candidate.clone()) });
            match file {
                Ok(file) => {
                    self.stage.set(None);
                    link::clear();
                    self.begin(file, 0, Some(origin));
                }
                Err(Missing::Closed) => {
                    self.play_only(url, &candidate, &origin);
                    let sentence = "Its sound can be played here, but its server does not let a page listen to it, so it cannot be compared.";
                    self.offer_elsewhere(candidate, sentence.to_owned());
                }
                Err(Missing::Broken) => {
                    let sentence = "Its sound did not come whole. Choose it once more, or another way.";
                    self.offer_elsewhere(candidate, sentence.to_owned());
                }
                Err(Missing::Gone) => {
                    self.offer_elsewhere(candidate, format!("{service} does not have this sound any more."));
                }
                Err(Missing::TooLong) => {
                    self.offer_elsewhere(candidate, "This sound is longer than a page can listen to.".to_owned());
                }
            }
        });
    }

    /// Where a track can be heard; an address that does not last is asked for anew.
    async fn sound_of(self, candidate: &Candidate) -> Result<Option<(String, bool)>, String> {
        let of = |candidate: &Candidate| candidate.sound.as_ref().map(|sound| (sound.url.clone(), sound.is_whole));
        let service = candidate.service;
        if service == Service::Spotify && !uses_previews() {
            return Ok(None);
        }
        if candidate.sound.as_ref().is_none_or(|sound| sound.is_lasting) && service != Service::Deezer {
            return Ok(of(candidate));
        }
        let config = self.services_config().await;
        let ask = Ask::Track { id: candidate.id.clone() };
        let answer = services::ask(&config, service, &ask).await.map_err(|error| error.to_string())?;
        Ok(answer.candidates.first().and_then(of))
    }

    /// Says what can be done about a track without a sound.
    pub(super) fn offer_elsewhere(self, wanted: Candidate, sentence: String) {
        self.stage.set(None);
        self.offers.elsewhere.set(Some(Elsewhere { wanted, sentence, perhaps: None, busy: false }));
    }

    /// Looks for the same recording at another service: by its code, then by title, artist and length.
    pub fn seek_elsewhere(self, service: Service) {
        let Some(Elsewhere { wanted, .. }) = self.offers.elsewhere.get_untracked() else { return };
        self.offers.elsewhere.maybe_update(|elsewhere| match elsewhere {
            Some(elsewhere) => {
                elsewhere.busy = true;
                true
            }
            None => false,
        });
        spawn_local(async move {
            let found = self.same_at(service, &wanted).await;
            let still =
                self.offers.elsewhere.with_untracked(|now| now.as_ref().is_some_and(|now| now.wanted == wanted));
            if !still {
                return;
            }
            let name = service.name();
            let (sentence, perhaps) = match found {
                Ok(Some((candidate, certainty))) if certainty >= Certainty::LIKELY => {
                    self.offers.elsewhere.set(None);
                    return self.hear_as(candidate, &in_words(certainty));
                }
                Ok(Some((candidate, certainty))) if certainty >= Certainty::POSSIBLE => {
                    let sentence =
                        format!("{name} has “{}” by {}: {}.", candidate.title, candidate.artist, in_words(certainty));
                    (sentence, Some((candidate, in_words(certainty))))
                }
                Ok(_) => (format!("{name} has nothing that is likely to be the same recording."), None),
                Err(sentence) => (sentence, None),
            };
            self.offers.elsewhere.set(Some(Elsewhere { wanted, sentence, perhaps, busy: false }));
        });
    }

    /// Takes what may be the same recording.
    pub fn accept_elsewhere(self) {
        if let Some(Elsewhere { perhaps: Some((candidate, words)), .. }) = self.offers.elsewhere.get_untracked() {
            self.offers.elsewhere.set(None);
            self.hear_as(candidate, &words);
        }
    }

    async fn same_at(self, service: Service, wanted: &Candidate) -> Result<Option<(Candidate, Certainty)>, String> {
        let config = self.services_config().await;
        let mut asks = vec![Ask::Search { words: format!("{} {}", wanted.artist, wanted.title), offset: 0 }];
        let by_code = Ask::Isrc { isrc: wanted.isrc.clone() };
        if !wanted.isrc.is_empty() && config.provider(service).address(&by_code).is_some() {
            asks.insert(0, by_code);
        }
        let mut failure = None;
        for ask in asks {
            match services::ask(&config, service, &ask).await {
                Ok(answer) => {
                    failure = None;
                    let audible = answer.candidates.into_iter().filter(|candidate| candidate.sound.is_some());
                    let judged = audible.map(|candidate| (certainty(wanted, &candidate), candidate));
                    let best = judged.max_by(|a, b| a.0.value().total_cmp(&b.0.value()));
                    if let Some((certainty, candidate)) =
                        best.filter(|(certainty, _)| *certainty >= Certainty::POSSIBLE)
                    {
                        return Ok(Some((candidate, certainty)));
                    }
                }
                Err(error) => failure = Some(error.to_string()),
            }
        }
        failure.map_or(Ok(None), Err)
    }

    /// Shows a sound that can be heard, but not listened to.
    fn play_only(self, url: String, candidate: &Candidate, origin: &Arc<Origin>) {
        let way = origin.way.replacen("Heard", "Played", 1);
        let origin = Arc::new(Origin { way, ..Origin::clone(origin) });
        let sound = Sound::unheard(self.next_number(), url, candidate.duration_s.into(), origin);
        self.player.set_sound(&sound.url);
        self.answer.set(None);
        self.stale.set(false);
        let sound = Arc::new(sound);
        self.work.update_value(|work| (work.settled, work.alongside) = (Some(Arc::clone(&sound)), sound.query));
        self.sound.set(Some(sound));
    }
}

fn in_words(certainty: Certainty) -> String {
    format!("{certainty} ({:.0} %)", 100.0 * certainty.value())
}

/// What the page shows of a service's track.
fn shown(candidate: &Candidate) -> Track {
    let track = candidate.track();
    Track {
        title: track.title,
        artist: track.artist,
        source: track.source,
        source_id: track.source_id,
        licence: track.licence,
        attribution: track.attribution,
        changes: String::new(),
        page: track.page,
        audio: String::new(),
    }
}
