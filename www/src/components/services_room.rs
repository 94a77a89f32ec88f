use leptos::html::Dialog;
use leptos::prelude::*;
use sonoscape::services::spotify::POLICY;

use super::icon::{Icon, IconView};
use crate::page::Page;
use crate::services::session::{client_id, redirect, set_client_id, set_uses_previews, uses_previews};

/// Which services can be asked, and what signing in to Spotify takes.
#[component]
pub fn ServicesRoom() -> impl IntoView {
    let page = expect_context::<Page>();
    let offers = page.offers;
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (offers.room.with(Option::is_some), dialog.open()) {
            // Only an open dialog cannot be opened.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog id="services" class="services" node_ref=dialog aria-labelledby="services-title" on:close=move |_| offers.room.set(None)>
            <div class="room-head">
                <h2 id="services-title">"Services"</h2>
                <button type="button" class="switch" aria-label="Close" on:click=move |_| offers.room.set(None)>
                    <IconView icon=Icon::Close/>
                </button>
            </div>
            <p class="services-promise">
                "A service is asked only when you choose it, and is sent nothing but the words you typed, or the name and code of the track you chose. Sounds that you drop stay on this computer."
            </p>
            {move || offers.room.get().map(|_| view! { <Spotify/> })}
        </dialog>
    }
}

/// Signing in, or out.
#[component]
fn Spotify() -> impl IntoView {
    let page = expect_context::<Page>();
    let offers = page.offers;
    let config = offers.config.get_untracked().unwrap_or_default();
    let id = RwSignal::new(client_id(&config));
    let wrong = RwSignal::new(false);
    let previews = RwSignal::new(uses_previews());
    let sentence = move || offers.room.get().filter(|sentence| !sentence.is_empty());
    let sign_in = move |_| {
        wrong.set(!set_client_id(&id.get_untracked()));
        if !wrong.get_untracked() {
            page.sign_in();
        }
    };
    let signed_out = move || {
        view! {
            <ol class="services-steps">
                <li>
                    "Open "
                    <a href="https://developer.spotify.com/dashboard" target="_blank" rel="noopener noreferrer">"Spotify’s dashboard"</a>
                    " and create an app (this needs a Premium account). Choose “Web API”."
                </li>
                <li>"As redirect URI, enter "<code id="redirect">{redirect()}</code></li>
                <li>"Copy its client id to here. It is no secret; the client secret is not needed."</li>
            </ol>
            <label class="services-field">
                "Client id"
                <input
                    id="client-id"
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="128"
                    prop:value=move || id.get()
                    on:input=move |event| id.set(event_target_value(&event))
                />
            </label>
            <Show when=move || wrong.get()>
                <p class="found-problem" role="alert">"A client id is a row of letters and digits. Copy it once more."</p>
            </Show>
            <button id="sign-in" type="button" class="button button-loud" on:click=sign_in>"Sign in to Spotify"</button>
        }
    };
    let signed_in = move || {
        view! {
            <p>"You are signed in, until this tab is closed."</p>
            <button id="sign-out" type="button" class="button button-quiet" on:click=move |_| page.sign_out()>"Sign out"</button>
        }
    };
    view! {
        <section class="services-part" aria-labelledby="spotify-title">
            <h3 id="spotify-title">"Spotify"</h3>
            <p>"Spotify finds tracks; their sound comes from the catalogue or from another service."</p>
            {move || sentence().map(|sentence| view! { <p id="room-problem" class="found-problem" role="alert">{sentence}</p> })}
            <Show when=move || offers.signed_in.get() fallback=signed_out>{signed_in()}</Show>
            <label class="services-switch">
                <input
                    id="previews"
                    type="checkbox"
                    prop:checked=move || previews.get()
                    on:change=move |event| {
                        previews.set(event_target_checked(&event));
                        set_uses_previews(previews.get_untracked());
                    }
                />
                <span>"Compare Spotify’s own previews, where it hands them out"</span>
            </label>
            <blockquote class="services-policy">
                <p>{POLICY}</p>
                <footer>"Spotify’s Developer Policy. Whether comparing a preview in your browser is allowed to you is yours to judge."</footer>
            </blockquote>
        </section>
    }
}
