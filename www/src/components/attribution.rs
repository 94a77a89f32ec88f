use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::licence;
use crate::page::Page;
use crate::player::Side;
use crate::protocol::Neighbour;

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
        let shown = player.side.get() == Side::B || player.problem.with(Option::is_some);
        player.neighbour.get().filter(|_| shown).map(|neighbour| view! { <Credit neighbour/> })
    };
    view! { <p id="attribution" class="attribution">{problem}{credit}</p> }
}

/// The credit that the licence asks for.
#[component]
fn Credit(
    /// The neighbour whose track is credited.
    neighbour: Neighbour,
) -> impl IntoView {
    let track = neighbour.track;
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
    let source = if track.source.is_empty() { "Its page".to_owned() } else { track.source.clone() };
    let page = (!track.page.is_empty()).then(|| {
        view! {
            <a href=track.page.clone() target="_blank" rel="noopener noreferrer">{source}<IconView icon=Icon::Leave/></a>
        }
    });
    view! { <span class="credit">{words}</span>{licence}{changes}{page} }
}
