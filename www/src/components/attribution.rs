use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::licence;
use crate::page::Page;
use crate::player::Side;
use crate::protocol::{Neighbour, Track};

/// Who made what plays, under which licence, and where it comes from; or why it cannot be heard.
#[component]
pub fn Attribution() -> impl IntoView {
    let player = expect_context::<Page>().player;
    let problem = move || {
        player
            .problem
            .get()
            .map(|sentence| view! { <span id="player-problem" role="alert" class="player-problem">{sentence}</span> })
    };
    let credit = move || {
        let shown = player.side.get() == Side::B && player.problem.with(Option::is_none);
        player.neighbour.get().filter(|_| shown).map(|neighbour| view! { <Credit neighbour/> })
    };
    let way_out = move || {
        let neighbour = player.neighbour.get().filter(|_| player.problem.with(Option::is_some));
        neighbour.map(|neighbour| view! { <PageLink track=neighbour.track/> })
    };
    view! { <p id="attribution" class="attribution">{problem}{way_out}{credit}</p> }
}

/// The credit that the licence asks for.
#[component]
fn Credit(
    /// The neighbour whose track is credited.
    neighbour: Neighbour,
) -> impl IntoView {
    view! { <TrackCredit track=neighbour.track/> }
}

/// The credit, licence and page of a track.
#[component]
pub fn TrackCredit(
    /// The track.
    track: Track,
) -> impl IntoView {
    let words = if track.attribution.is_empty() {
        format!("{} by {}", track.title, track.artist)
    } else {
        track.attribution.clone()
    };
    let name = licence::name(&track.licence);
    let licence = match licence::address(&track.licence) {
        Some(address) => {
            view! { <a href=address target="_blank" rel="noopener noreferrer license">{name}</a> }.into_any()
        }
        None => view! { <span>{name}</span> }.into_any(),
    };
    let changes =
        (!track.changes.is_empty()).then(|| view! { <span>"Analysed from a copy: "{track.changes.clone()}</span> });
    view! { <span class="credit">{words}</span>{licence}<PageLink track/>{changes} }
}

/// A link to the track's own page, where there is one.
#[component]
fn PageLink(
    /// The track.
    track: Track,
) -> impl IntoView {
    (!track.page.is_empty()).then(|| {
        view! { <a href=track.page target="_blank" rel="noopener noreferrer">"Its page"<IconView icon=Icon::Leave/></a> }
    })
}
