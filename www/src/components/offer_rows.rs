use leptos::prelude::*;
use sonoscape::services::{Candidate, Service};

use super::icon::{Icon, IconView};
use super::search_box::Choice;
use crate::clock::minutes;
use crate::page::{Asked, Offered, Page};
use crate::services::session::uses_previews;
use crate::shortcuts::leave_search;

/// What services offer, and those that can be asked; the options begin at `first`.
pub fn offer_rows(page: Page, first: usize) -> impl IntoView {
    let asked = page.offers.asked.get();
    let tracks = match &asked {
        Some(Asked { offered: Offered::Tracks(tracks), .. }) => tracks.clone(),
        _ => Vec::new(),
    };
    let count = tracks.len();
    let offer = |(index, candidate)| view! { <OfferRow index=first + index candidate/> };
    let rows = tracks.into_iter().enumerate().map(offer).collect_view();
    let others = page.offers.config.get().map(|config| config.offered()).unwrap_or_default();
    let others = others.into_iter().filter(|service| asked.as_ref().is_none_or(|asked| asked.service != *service));
    let ask = |(index, service)| view! { <AskRow index=first + count + index service/> };
    let others = others.enumerate().map(ask).collect_view();
    view! { {asked.map(standing)} {rows} {others} }
}

/// What the service that was asked says, if that is no list.
fn standing(asked: Asked) -> impl IntoView {
    let name = capitalised(asked.service.name());
    match asked.offered {
        Offered::Coming => view! { <li class="found-head" role="presentation">{format!("Asking {name} …")}</li> }.into_any(),
        Offered::Tracks(tracks) if tracks.is_empty() => {
            view! { <li class="found-head" id="offer-none" role="presentation">{format!("{name} knows nothing that is called so.")}</li> }
                .into_any()
        }
        Offered::Tracks(_) => view! { <li class="found-head" role="presentation">{name}</li> }.into_any(),
        Offered::Failed(sentence) => {
            view! { <li class="found-problem" id="offer-problem" role="alert">{sentence}</li> }.into_any()
        }
    }
}

/// A service's track.
#[component]
fn OfferRow(
    /// Its place among the options.
    index: usize,
    /// The track.
    candidate: Candidate,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let of = [candidate.artist.clone(), candidate.album.clone()];
    let of = of.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let length = (candidate.duration_s > 0.0).then(|| minutes(candidate.duration_s.into()));
    let heard = match (&candidate.sound, candidate.service) {
        (_, Service::Spotify) if !uses_previews() => "found here, heard elsewhere",
        (Some(sound), _) if sound.is_whole => "whole track",
        (Some(_), _) => "preview",
        (None, _) => "no sound",
    };
    let cover = candidate.cover.clone();
    let title = candidate.title.clone();
    view! {
        <Choice index kind="offer" choose=move || {
                leave_search();
                page.choose_offer(candidate.clone());
            }>
            {if cover.is_empty() {
                view! { <span class="found-mark"><IconView icon=Icon::Wave/></span> }.into_any()
            } else {
                view! { <img class="found-cover" src=cover alt="" width="40" height="40" loading="lazy" referrerpolicy="no-referrer"/> }.into_any()
            }}
            <span class="found-who">
                <span class="found-title">{title}</span>
                <span class="found-by">{of}</span>
            </span>
            <span class="found-source">{heard}</span>
            <span class="time">{length}</span>
        </Choice>
    }
}

/// A service that can be asked.
#[component]
fn AskRow(
    /// Its place among the options.
    index: usize,
    /// The service.
    service: Service,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let words = move || page.finder.text.get().trim().to_owned();
    let wants = move || (service == Service::Spotify && !page.offers.signed_in.get()).then_some("sign in first");
    view! {
        <Choice index kind=service.id() choose=move || page.ask_service(service)>
            <span class="found-mark"><IconView icon=Icon::Search/></span>
            <span class="found-who">
                <span class="found-title">{format!("Search {}", service.name())}</span>
                <span class="found-by">{move || format!("sends “{}” to {}", words(), service.name())}</span>
            </span>
            <span class="found-source">{wants}</span>
        </Choice>
    }
}

fn capitalised(name: &str) -> String {
    if name == Service::Itunes.name() {
        return name.to_owned();
    }
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
