//! The page's layout.

use leptos::prelude::*;

use crate::components::{
    Announcer, ElsewhereBar, Explanations, Header, Hero, Keys, LandscapeRoom, LinkedBar, MapSwap, Neighbours,
    PlayerBar, ProblemBar, Progress, RecorderBar, ServicesRoom, SoundPanel,
};
use crate::page::{EngineState, Page};
use crate::services::session::Returned;
use crate::{intake, link, player, shortcuts};

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    // Before anything else: what lets somebody in does not stay in the address.
    let returned = Returned::take();
    let page = Page::new();
    provide_context(page);
    let keys = NodeRef::new();
    let hovering = RwSignal::new(false);
    intake::listen(page, hovering);
    shortcuts::listen(page, keys);
    link::listen(page);
    if let Some(returned) = returned {
        page.meet(returned);
    }
    player::media_keys::listen(page);
    Effect::new(move |_| page.look_ahead());
    let silent = Memo::new(move |_| page.stage.with(Option::is_none) && page.sound.with(Option::is_none));
    let empty = Memo::new(move |_| silent.get() && !page.landscape.alone.get());
    Effect::new(move |_| tell_state(page, empty.get()));
    view! {
        <Header keys empty/>
        <ProblemBar/>
        <RecorderBar/>
        <ElsewhereBar/>
        <LinkedBar/>
        <Show when=move || empty.get() fallback=move || view! { <Rooms silent/> }>
            <Hero/>
        </Show>
        <Progress/>
        <PlayerBar/>
        <Keys dialog=keys/>
        <ServicesRoom/>
        <Explanations/>
        <Announcer/>
        <div class="veil" class:veil-shown=hovering aria-hidden="true">
            <p>"Drop it anywhere"</p>
        </div>
    }
}

/// The rooms of the screen once there is a sound, or somebody looks at the map without one.
#[component]
fn Rooms(
    /// Whether there is no sound.
    silent: Memo<bool>,
) -> impl IntoView {
    let landscape = expect_context::<Page>().landscape;
    let mapped = Memo::new(move |_| landscape.expected.get() > 0);
    view! {
        <main
            class="rooms"
            class:rooms-mapped=mapped
            class:rooms-alone=silent
            class:rooms-map-shown=move || landscape.shown.get() || silent.get()
        >
            <Show when=move || !silent.get()>
                <div class="room-sound">
                    <SoundPanel/>
                </div>
                <div class="room-nearest">
                    <Neighbours/>
                </div>
            </Show>
            <Show when=move || mapped.get()>
                <div class="room-landscape">
                    <LandscapeRoom/>
                </div>
            </Show>
        </main>
        <Show when=move || mapped.get() && !silent.get()>
            <MapSwap/>
        </Show>
    }
}

/// Keeps the state where style sheets and scripts can read it.
fn tell_state(page: Page, empty: bool) {
    let Some(app) = document().get_element_by_id("app") else {
        return;
    };
    let engine = match page.engine.get() {
        EngineState::Loading { .. } => "loading",
        EngineState::Ready(_) => "ready",
        EngineState::Failed => "failed",
    };
    let state = match (empty, page.stage.with(Option::is_some)) {
        (true, _) => "empty",
        (false, true) => "working",
        (false, false) => "results",
    };
    if let EngineState::Ready(standing) = page.engine.get() {
        for (name, count) in [("data-found", standing.found), ("data-exact", standing.exact)] {
            // Setting an attribute with a valid name cannot fail.
            let _ = app.set_attribute(name, &count.to_string());
        }
    }
    for (name, value) in [("data-engine", engine), ("data-state", state)] {
        // Setting an attribute with a valid name cannot fail.
        let _ = app.set_attribute(name, value);
    }
}
