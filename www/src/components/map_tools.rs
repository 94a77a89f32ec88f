use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::page::{Page, Tool};

/// One step of zooming.
const ZOOM: f64 = 1.8;

/// What dragging does, and ways to look closer and farther.
#[component]
pub fn MapTools() -> impl IntoView {
    let page = expect_context::<Page>();
    let answered = Memo::new(move |_| page.answer.with(Option::is_some) && !page.stale.get());
    view! {
        <div id="map-tools" class="map-tools" role="group" aria-label="What dragging does">
            <ToolButton tool=Tool::Move id="tool-move" icon=Icon::Move name="Move the map"/>
            <ToolButton tool=Tool::Hear id="tool-hear" icon=Icon::Loudness name="Hear the map"/>
            <ToolButton tool=Tool::Walk id="tool-walk" icon=Icon::Walk name="Walk along a line"/>
            <ToolButton tool=Tool::Lasso id="tool-lasso" icon=Icon::Lasso name="Enclose by a line"/>
            <ToolButton tool=Tool::Box id="tool-box" icon=Icon::Box name="Enclose by a box"/>
        </div>
        <div id="map-zooms" class="map-zooms" role="group" aria-label="Closer and farther">
            <Zoom id="zoom-in" icon=Icon::Plus name="Closer" act=move || page.zoom_map(ZOOM)/>
            <Zoom id="zoom-out" icon=Icon::Minus name="Farther" act=move || page.zoom_map(1.0 / ZOOM)/>
            <Zoom id="zoom-whole" icon=Icon::Whole name="The whole map" act=move || page.fly_home()/>
            <Show when=move || answered.get()>
                <Zoom id="zoom-query" icon=Icon::Here name="Your sound" act=move || page.fly_to_query()/>
            </Show>
        </div>
    }
}

/// Chooses a tool.
#[component]
fn ToolButton(
    /// What it does.
    tool: Tool,
    /// The element's id.
    id: &'static str,
    /// Its drawing.
    icon: Icon,
    /// Its name.
    name: &'static str,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let chosen = page.landscape.tool;
    let choose = move |_| {
        chosen.set(tool);
        page.stop_hearing();
        page.draw_map_soon();
    };
    view! {
        <button
            id=id
            type="button"
            class="map-tool"
            title=name
            aria-label=name
            aria-pressed=move || (chosen.get() == tool).to_string()
            on:click=choose
        >
            <IconView icon/>
        </button>
    }
}

#[component]
fn Zoom(
    /// The element's id.
    id: &'static str,
    /// Its drawing.
    icon: Icon,
    /// Its name.
    name: &'static str,
    /// What it does.
    act: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button id=id type="button" class="map-tool" title=name aria-label=name on:click=move |_| act()>
            <IconView icon/>
        </button>
    }
}
