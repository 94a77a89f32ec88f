use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::page::{Current, From, Page, Pointed};
use crate::protocol::names::Key;
use crate::protocol::{Described, Spot};

/// Below this height of the map, in CSS pixels, a card has no room above its track.
const ROOM_ABOVE: f64 = 120.0;

/// Half of a card's width, in CSS pixels.
const HALF: f64 = 130.0;

/// The track that is pointed at on the map: what it is, and a way to hear it.
#[component]
pub fn MapCard() -> impl IntoView {
    let page = expect_context::<Page>();
    let map = page.landscape;
    let meant = Memo::new(move |_| map.current.get().filter(|current| current.by != Pointed::List));
    let place = move || map.current_at.get().unwrap_or_default();
    let width = || {
        let map = document().get_element_by_id("map");
        map.map_or(0.0, |map| f64::from(map.client_width()))
    };
    let is_low = move || {
        let map = document().get_element_by_id("map");
        place().1 > map.map_or(0.0, |map| f64::from(map.client_height())) / 2.0
    };
    let left = move || format!("{:.1}px", place().0.clamp(HALF + 8.0, (width() - HALF - 8.0).max(HALF + 8.0)));
    let top = move || format!("{:.1}px", place().1);
    let said = move || {
        let current = meant.get().filter(|current| current.by == Pointed::Chosen)?;
        let Described { track, style, .. } = page.text(current.spot)?;
        Some(format!("{} by {}, {style}", track.title, track.artist))
    };
    let card = move || {
        let Current { spot, by } = meant.get().filter(|_| map.current_at.with(Option::is_some))?;
        Some(view! {
            <div
                id="map-card"
                class="map-card"
                class:map-card-below=move || place().1 < ROOM_ABOVE
                class:map-card-high=is_low
                class:map-card-chosen=by == Pointed::Chosen
                style=("--card-x", left)
                style=("--card-y", top)
            >
                <TrackLine spot/>
                {(by == Pointed::Chosen).then(|| view! {
                    <button
                        id="map-choose"
                        type="button"
                        class="switch"
                        title="Find what sounds like this"
                        aria-label="Find what sounds like this"
                        on:click=move |_| page.choose(vec![Key::Place(spot)], From::List)
                    >
                        <IconView icon=Icon::Here/>
                    </button>
                })}
            </div>
        })
    };
    view! {
        {card}
        <p id="map-said" class="spoken" role="status" aria-live="polite">{said}</p>
    }
}

/// A track with its play button.
#[component]
pub fn TrackLine(
    /// Which one.
    spot: Spot,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let text = Memo::new(move |_| page.text(spot));
    let title = move || match text.get() {
        Some(text) if text.track.title.is_empty() => "Untitled".to_owned(),
        Some(text) => text.track.title,
        None => "…".to_owned(),
    };
    let by = move || {
        let Described { track, style, year, .. } = text.get()?;
        let year = year.map(|year| year.to_string()).unwrap_or_default();
        let parts = [track.artist, style, year];
        Some(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
    };
    let sounding = Memo::new(move |_| page.is_sounding(spot));
    let icon = Signal::derive(move || if sounding.get() { Icon::Pause } else { Icon::Play });
    view! {
        <button
            type="button"
            class="play"
            aria-pressed=move || sounding.get().to_string()
            aria-label=move || format!("Play {}", title())
            on:click=move |_| page.play_spot(spot)
        >
            <IconView icon/>
        </button>
        <p class="who">
            <span class="title">{title}</span>
            <span class="by"><span class="artist">{by}</span></span>
        </p>
    }
}
