use leptos::html::Dialog;
use leptos::prelude::*;

use super::icon::{Icon, IconView};
use super::picker::Picker;
use super::search_box::SearchBox;
use crate::page::Page;
use crate::shortcuts;

/// The name, a way to the next sound, and the switches of the page.
#[component]
pub fn Header(
    /// The dialog that lists the keys.
    keys: NodeRef<Dialog>,
    /// Whether there is no sound yet, so that the picker is elsewhere.
    empty: Memo<bool>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <header class="header">
            <h1 class="brand">
                <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
                    <use href="mark.svg#mark"></use>
                </svg>
                <span class="brand-name">"Sonoscape"</span>
            </h1>
            <SearchBox/>
            <Show when=move || !empty.get()>
                <div class="next">
                    <Picker label="Choose another file" class="button button-quiet"/>
                </div>
            </Show>
            <div class="switches">
                <button id="microphone" type="button" class="switch" aria-label="Record with the microphone" on:click=move |_| page.record()>
                    <IconView icon=Icon::Microphone/>
                </button>
                <button id="show-services" type="button" class="switch" aria-label="Services" on:click=move |_| page.open_services()>
                    <IconView icon=Icon::Settings/>
                </button>
                <button id="show-keys" type="button" class="switch" aria-label="Keys" on:click=move |_| shortcuts::toggle(keys)>
                    <kbd aria-hidden="true">"?"</kbd>
                </button>
                <button id="theme" type="button" class="switch" aria-label="Light or dark" on:click=move |_| toggle_theme()>
                    <IconView icon=Icon::Theme/>
                </button>
            </div>
        </header>
    }
}

/// `theme.js` keeps the theme, because it has to know it before the first paint.
fn toggle_theme() {
    if let Ok(event) = web_sys::Event::new("themetoggle") {
        // A listener that throws is its own affair.
        let _ = document().dispatch_event(&event);
    }
}
