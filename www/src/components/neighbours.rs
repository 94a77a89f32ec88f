use leptos::prelude::*;

use super::filters::Filters;
use super::neighbour_row::NeighbourRow;
use crate::clock::{megabytes, thousands};
use crate::page::{EngineState, Page};

/// Rows that hold the place of an answer that is on its way.
const PLACEHOLDERS: usize = 10;

/// A best score below this is said to be far: of pieces that the encoder had not heard, nineteen in twenty find a track
/// above it in the demo catalogue.
const CLOSE: f32 = 0.32;

/// The ten nearest tracks.
#[component]
pub fn Neighbours() -> impl IntoView {
    let page = expect_context::<Page>();
    let best = move || page.answer.with(|answer| answer.as_ref()?.neighbours.first().map(|nearest| nearest.score));
    let far = move || best().is_some_and(|score| score < CLOSE);
    let searched = move || match page.engine.get() {
        EngineState::Ready(standing) => {
            let close = if far() { "nothing close " } else { "" };
            format!("{close}among {} tracks", thousands(standing.found))
        }
        _ => String::new(),
    };
    let none = move || {
        page.answer.with(|answer| answer.as_ref().is_some_and(|answer| answer.neighbours.is_empty())).then(|| {
            let whole = matches!(page.engine.get(), EngineState::Ready(standing) if standing.is_whole());
            let words = if whole {
                "No track passes this filter. Choose less, or show all."
            } else {
                "No track that has arrived passes this filter."
            };
            view! { <p id="none" class="note" data-kind="none">{words}</p> }
        })
    };
    let rows = move || {
        page.answer.get().map(|answer| {
            let row = |(index, neighbour): (usize, _)| view! { <NeighbourRow index neighbour/> };
            answer.neighbours.iter().cloned().enumerate().map(row).collect_view()
        })
    };
    let still = move || {
        page.is_told(|answer| answer.still).then(|| {
            view! {
                <p id="still" class="note" data-kind="still">
                    "This sound hardly changes, much like noise or a held tone. There is little in it to compare, so take these tracks with care."
                </p>
            }
        })
    };
    let answered = Memo::new(move |_| page.answer.with(Option::is_some));
    view! {
        <section class="nearest" aria-labelledby="nearest-title">
            <div class="room-head">
                <h2 id="nearest-title">"Nearest"</h2>
                <p id="searched" class="quiet" class:warned=far>{searched}</p>
            </div>
            {still}
            <Arriving/>
            <Filters/>
            {none}
            <Show when=move || answered.get() fallback=Placeholders>
                <ol id="neighbours" class="rows" class:rows-stale=page.stale aria-busy=move || page.stale.get().to_string()>
                    {rows}
                </ol>
            </Show>
        </section>
    }
}

#[component]
fn Placeholders() -> impl IntoView {
    let row = |_| view! { <li class="row row-empty"><span></span><span></span><span></span></li> };
    view! { <ol class="rows" aria-hidden="true">{(0..PLACEHOLDERS).map(row).collect_view()}</ol> }
}

/// How much of the catalogue is still to come.
#[component]
fn Arriving() -> impl IntoView {
    let page = expect_context::<Page>();
    let missing = Memo::new(move |_| match page.engine.get() {
        EngineState::Ready(standing) if !standing.is_whole() => {
            Some(format!("{} of {} of the catalogue", megabytes(standing.received), megabytes(standing.total)))
        }
        _ => None,
    });
    let hint = move || {
        if page.lacking.get() {
            view! {
                " are here, and the rest did not come. "
                <button id="fetch-rest" type="button" class="button button-quiet" on:click=move |_| page.fetch_rest()>
                    "Fetch the rest"
                </button>
            }
            .into_any()
        } else {
            " are here. This list sharpens by itself when the rest has come.".into_any()
        }
    };
    view! {
        <Show when=move || missing.with(Option::is_some)>
            <p id="arriving" class="note" data-kind="arriving">"A first look: " {missing} {hint}</p>
        </Show>
    }
}
