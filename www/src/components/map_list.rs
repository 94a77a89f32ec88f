use leptos::prelude::*;

use super::icon::{Icon, IconView};
use super::map_card::TrackLine;
use crate::clock::thousands;
use crate::page::{Current, Page, Pointed, Tour};
use crate::protocol::Spot;

/// Tracks that were enclosed or walked along: a playlist.
#[component]
pub fn MapList() -> impl IntoView {
    let page = expect_context::<Page>();
    let tour = page.landscape.tour;
    let title = move || tour.with(|tour| tour.as_ref().map(title)).unwrap_or_default();
    let spots = move || tour.with(|tour| tour.as_ref().map(|tour| tour.spots.clone())).unwrap_or_default();
    let row = move |spot: Spot| {
        let meant = Memo::new(move |_| page.landscape.current.get().is_some_and(|current| current.spot == spot));
        let point = move || page.point_at(Some(Current { spot, by: Pointed::List }));
        view! {
            <li
                class="map-list-row"
                class:row-chosen=move || page.is_sounding(spot)
                class:row-pointed=meant
                on:pointerenter=move |_| point()
                on:focusin=move |_| point()
            >
                <TrackLine spot/>
            </li>
        }
    };
    let play = move |_| {
        if let Some(first) = tour.with_untracked(|tour| tour.as_ref()?.spots.first().copied()) {
            page.play_spot(first);
        }
    };
    view! {
        <Show when=move || tour.with(Option::is_some)>
            <section id="map-list" class="map-list" aria-labelledby="map-list-title">
                <div class="room-head">
                    <h3 id="map-list-title">{title}</h3>
                    <div class="map-list-acts">
                        <button id="tour-play" type="button" class="button button-quiet" on:click=play>"Play all"</button>
                        <button id="tour-save" type="button" class="switch" title="Save as .m3u8" aria-label="Save as .m3u8" on:click=move |_| page.save_tour()>
                            <IconView icon=Icon::Save/>
                        </button>
                        <button id="tour-close" type="button" class="switch" aria-label="Close" on:click=move |_| page.end_tour()>
                            <IconView icon=Icon::Close/>
                        </button>
                    </div>
                </div>
                <ol class="map-list-rows">{move || spots().into_iter().map(row).collect_view()}</ol>
            </section>
        </Show>
    }
}

fn title(tour: &Tour) -> String {
    let listed = tour.spots.len();
    let tracks = |count: usize| format!("{} track{}", thousands(count as u32), if count == 1 { "" } else { "s" });
    match (tour.walked, listed < tour.total) {
        _ if listed == 0 => "No track here".to_owned(),
        (true, _) => format!("A walk past {}", tracks(listed)),
        (false, false) => format!("{} enclosed", tracks(listed)),
        (false, true) => format!("{} of {} enclosed", thousands(listed as u32), tracks(tour.total)),
    }
}
