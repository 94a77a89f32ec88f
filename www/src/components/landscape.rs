use leptos::ev;
use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::ResizeObserver;

use super::icon::{Icon, IconView};
use super::map_card::MapCard;
use super::map_legend::MapLegend;
use super::map_list::MapList;
use super::map_tools::MapTools;
use super::map_words::MapWords;
use crate::clock::thousands;
use crate::page::{Page, Tool};

/// The sonic landscape: a map that one can walk and hear.
#[component]
pub fn LandscapeRoom() -> impl IntoView {
    let page = expect_context::<Page>();
    let map = page.landscape;
    let facts = move || {
        let (arrived, expected) = (map.arrived.get(), map.expected.get());
        let several = map.maps.with(|maps| maps.len() > 1);
        let name = map.maps.with(|maps| maps.iter().find(|(number, _)| Some(*number) == map.of.get()).cloned());
        match name.filter(|_| several) {
            _ if arrived < expected => format!("{} of {} tracks so far", thousands(arrived), thousands(expected)),
            Some((_, name)) => format!("{} tracks of {name}", thousands(expected)),
            None => format!("{} tracks, alike lie close", thousands(expected)),
        }
    };
    let hint = move || match map.tool.get() {
        Tool::Move => None,
        Tool::Hear => Some("Move over the map to hear it."),
        Tool::Lasso => Some("Draw around tracks to list them."),
        Tool::Box => Some("Drag a box over tracks to list them."),
        Tool::Walk => Some("Draw a line to walk from track to track."),
    };
    view! {
        <section id="landscape" class="map-room" aria-labelledby="landscape-title">
            <div class="room-head">
                <h2 id="landscape-title">"Landscape"</h2>
                <p id="landscape-facts" class="quiet">{facts}</p>
            </div>
            <div class="map-frame">
                <Canvases/>
                <MapTools/>
                <MapLegend/>
                <MapCard/>
                {move || hint().map(|hint| view! { <p id="map-hint" class="map-hint">{hint}</p> })}
            </div>
            <MapList/>
            <MapWords/>
        </section>
    }
}

/// What is drawn, and where pointers and keys are listened to.
#[component]
fn Canvases() -> impl IntoView {
    let page = expect_context::<Page>();
    let map = page.landscape;
    let (points, marks) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    Effect::new(move |_| {
        if let (Some(points), Some(marks)) = (points.get(), marks.get())
            && let Some(context) = marks.get_context("2d").ok().flatten()
        {
            map.with_scene(|scene| scene.attach(points, marks, context.unchecked_into()));
            page.draw_map_soon();
        }
    });
    on_cleanup(move || map.detach());
    watch_size(points, page);
    watch_state(page);
    let theme = window_event_listener(ev::Custom::<ev::Event>::new("themechange"), move |_| {
        map.with_scene(|scene| scene.tokens = None);
        page.draw_map_soon();
    });
    on_cleanup(move || theme.remove());
    let lost = move |event: ev::Event| {
        event.prevent_default();
        map.with_scene(|scene| scene.lose());
        page.draw_map_soon();
    };
    let restored = move |_: ev::Event| {
        map.with_scene(|scene| scene.restore());
        page.draw_map_soon();
    };
    view! {
        <div
            id="map"
            class="map"
            class:map-hearing=move || map.tool.get() == Tool::Hear
            class:map-drawing=move || matches!(map.tool.get(), Tool::Lasso | Tool::Box | Tool::Walk)
            tabindex="0"
            role="application"
            aria-roledescription="map"
            aria-label="Landscape of all tracks"
            aria-describedby="map-help"
            on:pointerdown=move |event| page.press_map(&event)
            on:pointermove=move |event| page.move_on_map(&event)
            on:pointerup=move |event| page.release_map(&event)
            on:pointercancel=move |event| page.release_map(&event)
            on:pointerleave=move |_| page.leave_map()
            on:wheel=move |event| page.turn_wheel(&event)
            on:keydown=move |event| page.press_key_on_map(&event)
        >
            <canvas
                class="map-canvas"
                node_ref=points
                aria-hidden="true"
                on:webglcontextlost=lost
                on:webglcontextrestored=restored
            ></canvas>
            <canvas class="map-canvas map-marks" node_ref=marks aria-hidden="true"></canvas>
        </div>
        <p id="map-help" hidden>
            "Arrow keys go from track to track, plus and minus zoom, Enter plays, Escape leaves. The same is below as a list."
        </p>
    }
}

/// Draws again whenever what the map shows changes elsewhere on the page; flies to what has been found.
fn watch_state(page: Page) {
    let map = page.landscape;
    let found = Memo::new(move |_| {
        let spots = |answer: &std::sync::Arc<crate::protocol::Answer>| -> Vec<_> {
            answer.neighbours.iter().map(|neighbour| neighbour.spot).collect()
        };
        (!page.stale.get()).then(|| page.answer.with(|answer| answer.as_ref().map(spots))).flatten()
    });
    Effect::new(move |_| {
        if found.with(Option::is_some) && map.expected.get() > 0 {
            page.fly_to_query();
        }
        page.draw_map_soon();
    });
    Effect::new(move |_| {
        let open = page.finder.open.get();
        let hits = page.finder.settled.get();
        map.highlights.set(if open { hits } else { Vec::new() });
    });
    Effect::new(move |_| {
        map.highlights.track();
        map.current.track();
        map.heard.track();
        map.tour.track();
        map.shown.track();
        page.draw_map_soon();
    });
}

/// Draws again whenever the size of a canvas changes.
fn watch_size(canvas: NodeRef<Canvas>, page: Page) {
    let callback = StoredValue::new_local(Closure::<dyn Fn()>::new(move || page.draw_map_soon()));
    let watching = StoredValue::new_local(None::<ResizeObserver>);
    let stop = move || {
        watching.update_value(|observer| {
            if let Some(observer) = observer.take() {
                observer.disconnect();
            }
        });
    };
    Effect::new(move |_| {
        stop();
        let Some(canvas) = canvas.get() else { return };
        let observer = callback.with_value(|callback| ResizeObserver::new(callback.as_ref().unchecked_ref()));
        if let Ok(observer) = observer {
            observer.observe(&canvas);
            watching.set_value(Some(observer));
        }
    });
    on_cleanup(stop);
}

/// Swaps map and list where there is room for only one of them.
#[component]
pub fn MapSwap() -> impl IntoView {
    let page = expect_context::<Page>();
    let shown = page.landscape.shown;
    let side = move |map: bool, icon: Icon, name: &'static str| {
        view! {
            <button
                type="button"
                class="map-swap-side"
                data-side=name
                aria-pressed=move || (shown.get() == map).to_string()
                on:click=move |_| shown.set(map)
            >
                <IconView icon/>
                {name}
            </button>
        }
    };
    view! {
        <div class="map-swap" role="group" aria-label="List or map">
            {side(false, Icon::List, "List")}
            {side(true, Icon::Map, "Map")}
        </div>
    }
}
