//! A service's track that the page's address names and the catalogue does not have. Opening a link chooses no service: a click does.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sonoscape::services::{Ask, Service};

use super::Page;
use crate::protocol::names::Key;
use crate::services;
use crate::services::session::Session;

/// A service's track that the page's address names.
#[derive(Debug, Clone, PartialEq)]
pub struct Linked {
    /// The service.
    pub service: Service,
    /// What it calls the track.
    pub id: String,
    /// What there is to say.
    pub sentence: String,
    /// Whether the service is being asked.
    pub busy: bool,
}

impl Page {
    /// Offers to ask the service that the address names, if it names one that can be asked.
    pub(super) fn offer_linked(self, keys: &[Key]) {
        let of_service = |key: &Key| match key {
            Key::Source { source, id } => Some((Service::from_id(source)?, id.clone())),
            _ => None,
        };
        let Some((service, id)) = keys.iter().find_map(of_service) else { return self.say_absent() };
        let number = self.next_number();
        spawn_local(async move {
            let config = self.services_config().await;
            if self.work.with_value(|work| work.last_query) != number {
                return;
            }
            if !config.offered().contains(&service) {
                return self.say_absent();
            }
            let name = service.name();
            let sentence = format!("The track of this link is not in this catalogue; {name} may have it.");
            self.offers.linked.set(Some(Linked { service, id, sentence, busy: false }));
        });
    }

    /// Asks the service for the track that the address names.
    pub fn ask_linked(self) {
        let Some(linked) = self.offers.linked.get_untracked() else { return };
        let (service, id) = (linked.service, linked.id.clone());
        if service == Service::Spotify && !Session::is_open() {
            return self.open_services();
        }
        self.offers.linked.set(Some(Linked { busy: true, ..linked.clone() }));
        spawn_local(async move {
            let config = self.services_config().await;
            let answer = services::ask(&config, service, &Ask::Track { id: id.clone() }).await;
            if !self.offers.linked.with_untracked(|now| now.as_ref().is_some_and(|now| now.id == id)) {
                return;
            }
            self.offers.signed_in.set(Session::is_open());
            let sentence = match answer.map(|answer| answer.candidates.into_iter().next()) {
                Ok(Some(candidate)) => return self.choose_offer(candidate),
                Ok(None) => format!("{} has no such track.", service.name()),
                Err(error) => error.to_string(),
            };
            self.offers.linked.set(Some(Linked { sentence, busy: false, ..linked }));
        });
    }
}
