use leptos::prelude::*;

use super::ask::{Ask, Explanation};
use super::icon::{Icon, IconView};
use crate::clock::minutes;
use crate::licence;
use crate::page::{Current, Page, Pointed};
use crate::player::Side;
use crate::protocol::Neighbour;

/// One of the nearest tracks.
#[component]
pub fn NeighbourRow(
    /// Its place, 0 for the nearest.
    index: usize,
    /// The track and how near it is.
    neighbour: Neighbour,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let track = neighbour.track.clone();
    let chosen = {
        let track = track.clone();
        Memo::new(move |_| {
            page.player.neighbour.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.track == track))
        })
    };
    let sounding = Memo::new(move |_| chosen.get() && page.player.side.get() == Side::B && page.player.playing.get());
    let current = Signal::derive(move || page.current.get() == index);
    let spot = neighbour.spot;
    let pointed = Memo::new(move |_| page.landscape.current.get().is_some_and(|current| current.spot == spot));
    let point = move || page.point_at(Some(Current { spot, by: Pointed::List }));
    let icon = Signal::derive(move || if sounding.get() { Icon::Pause } else { Icon::Play });
    let name = if track.title.is_empty() { "Untitled".to_owned() } else { track.title.clone() };
    let label = format!("{name} by {}", track.artist);
    let licence = licence::name(&track.licence);
    let (score, parts) = (neighbour.score, neighbour.parts);
    let (time, frequency) = parts.map_or((None, None), |parts| (parts.time_score, parts.frequency_score));
    let copies = (neighbour.copies > 0).then(|| {
        let (count, ending) = (neighbour.copies, if neighbour.copies == 1 { "y" } else { "ies" });
        view! { <span class="copies">{format!("+{count} cop{ending}")}</span> }
    });
    let differences = neighbour.differences.join(", ");
    let differences = (!differences.is_empty()).then(|| {
        view! { <Ask about=Explanation::Differences class="differences" reachable=current>{differences}</Ask> }
    });
    let half = move |about, class, name, score: Option<f32>| {
        score.map(|score| view! { <Half about class name score reachable=current/> })
    };
    let play = move |_| page.player.toggle_neighbour(&neighbour);
    view! {
        <li
            class="row"
            class:row-chosen=chosen
            class:row-current=current
            data-rank=index + 1
            data-title=track.title.clone()
            data-artist=track.artist.clone()
            data-source-id=track.source_id.clone()
            data-score=score
            data-time-score=time
            data-frequency-score=frequency
            data-start-s=parts.map(|parts| parts.start_s)
            data-query-start-s=parts.map(|parts| parts.query_start_s)
            class:row-pointed=pointed
            on:focusin=move |_| {
                page.current.set(index);
                point();
                page.show_on_map(spot);
            }
            on:pointerenter=move |_| point()
        >
            <button type="button" class="play" aria-pressed=move || sounding.get().to_string() aria-label=format!("Play {label}") on:click=play>
                <IconView icon/>
            </button>
            <p class="who">
                <span class="title" title=name.clone()>{name.clone()}</span>
                <span class="by">
                    <span class="artist" title=track.artist.clone()>{track.artist.clone()}</span>
                    <span class="licence" title=licence.clone()>{licence.clone()}</span>
                    {copies}
                </span>
                {differences}
            </p>
            {parts.map(|parts| view! {
                <Ask about=Explanation::Parts class="parts" reachable=current>
                    <span class="spoken">"Your sound at "</span>{minutes(parts.query_start_s.into())}
                    <span class="arrow" aria-hidden="true">"↔"</span><span class="spoken">" is like this track at "</span>
                    {minutes(parts.start_s.into())}
                </Ask>
            })}
            <div class="halves">
                {half(Explanation::Time, "half time-score", "time", time)}
                {half(Explanation::Frequency, "half frequency-score", "frequency", frequency)}
            </div>
            <Ask about=Explanation::Score class="score" reachable=current>
                <span class="spoken">"Score "</span>{format!("{score:.2}")}
            </Ask>
            <PageLink address=track.page.clone() label reachable=current/>
        </li>
    }
}

/// A sub-score as a bar with its number.
#[component]
fn Half(
    /// What it means.
    about: Explanation,
    /// Classes of the element.
    class: &'static str,
    /// The axis it is about.
    name: &'static str,
    /// The sub-score, −1 to 1.
    score: f32,
    /// Whether the tab key comes here.
    reachable: Signal<bool>,
) -> impl IntoView {
    let width = format!("{:.1}%", score.clamp(0.0, 1.0) * 100.0);
    view! {
        <Ask about class reachable>
            <span class="half-name">{name}</span>
            <span class="half-number">{format!("{score:.2}")}</span>
            <span class="bar" aria-hidden="true"><span class="bar-fill" style:width=width></span></span>
        </Ask>
    }
}

/// A link to the track's own page, where there is one.
#[component]
fn PageLink(
    /// The page's address; empty for none.
    address: String,
    /// The track's title and artist.
    label: String,
    /// Whether the tab key comes here.
    reachable: Signal<bool>,
) -> impl IntoView {
    if address.is_empty() {
        return view! { <span class="page page-none"></span> }.into_any();
    }
    view! {
        <a
            class="page"
            href=address
            target="_blank"
            rel="noopener noreferrer"
            aria-label=format!("Page of {label}")
            tabindex=move || if reachable.get() { "0" } else { "-1" }
        >
            <IconView icon=Icon::Leave/>
        </a>
    }
    .into_any()
}
