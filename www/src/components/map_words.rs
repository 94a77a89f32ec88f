use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::map_card::TrackLine;
use crate::clock::thousands;
use crate::page::{Current, Page, Pointed};
use crate::protocol::Spot;

/// The map in words: its regions, and the tracks around the one that is meant, or around the middle of what is seen.
#[component]
pub fn MapWords() -> impl IntoView {
    let page = expect_context::<Page>();
    let map = page.landscape;
    let near = RwSignal::new(Vec::<Spot>::new());
    let open = RwSignal::new(false);
    let look = move || {
        if open.get_untracked() {
            near.set(page.tracks_around());
        }
    };
    Effect::new(move |_| {
        map.current.track();
        map.seen.track();
        if open.get() {
            look();
        }
    });
    let toggled = move |event: leptos::ev::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let regions = move || {
        let go = |region: crate::protocol::Region| {
            let words = format!("{} ({})", region.name, thousands(region.tracks));
            view! {
                <li><button type="button" class="map-word" on:click=move |_| page.fly_to_region(&region)>{words}</button></li>
            }
        };
        let coarse = map.regions.get().into_iter().filter(|region| region.level < 2);
        coarse.map(go).collect_view()
    };
    let row = move |spot: Spot| {
        let point = move |_| page.point_at(Some(Current { spot, by: Pointed::List }));
        view! { <li class="map-list-row" on:focusin=point><TrackLine spot/></li> }
    };
    view! {
        <details id="map-words" class="map-words" on:toggle=toggled>
            <summary class="filters-title">"This map as a list"</summary>
            <Show when=move || open.get()>
                <Show when=move || map.regions.with(|regions| !regions.is_empty())>
                    <h3 class="map-words-title">"Regions"</h3>
                    <ul class="map-word-list">{regions}</ul>
                </Show>
                <h3 class="map-words-title">"Tracks around here"</h3>
                <ol class="map-list-rows">{move || near.get().into_iter().map(row).collect_view()}</ol>
            </Show>
        </details>
    }
}
