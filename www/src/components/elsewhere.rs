use leptos::prelude::*;
use sonoscape::services::Service;

use super::icon::{Icon, IconView};
use crate::page::Page;

/// What can be done about a track whose sound its service does not give: never a dead end.
#[component]
pub fn ElsewhereBar() -> impl IntoView {
    let page = expect_context::<Page>();
    let offers = page.offers;
    let bar = move || {
        offers.elsewhere.get().map(|elsewhere| {
            let name = format!("“{}” by {}", elsewhere.wanted.title, elsewhere.wanted.artist);
            let words = format!("{} {}", elsewhere.wanted.artist, elsewhere.wanted.title);
            let (own, busy) = (elsewhere.wanted.service, elsewhere.busy);
            let others = offers.config.get().map(|config| config.offered()).unwrap_or_default();
            let others = others.into_iter().filter(move |service| *service != own && *service != Service::Spotify);
            let ask = move |service: Service| {
                view! {
                    <button
                        type="button"
                        class="button button-quiet"
                        data-service=service.id()
                        disabled=busy
                        on:click=move |_| page.seek_elsewhere(service)
                    >
                        {format!("Look on {}", service.name())}
                    </button>
                }
            };
            let accept = elsewhere.perhaps.is_some().then(|| {
                view! {
                    <button id="accept" type="button" class="button button-loud" on:click=move |_| page.accept_elsewhere()>
                        "Use that one"
                    </button>
                }
            });
            let near = move |_| {
                page.find(words.clone());
                crate::shortcuts::focus_search();
            };
            view! {
                <section id="elsewhere" class="elsewhere" role="status" aria-label="Without a sound">
                    <p><strong>{name}</strong>" "<span id="elsewhere-words">{elsewhere.sentence}</span></p>
                    <div class="elsewhere-ways">
                        {accept}
                        {others.map(ask).collect_view()}
                        <button id="near-names" type="button" class="button button-quiet" on:click=near>"Near names in the catalogue"</button>
                        <button id="elsewhere-record" type="button" class="button button-quiet" on:click=move |_| page.record()>"Use the microphone"</button>
                        <span class="quiet">"or drop a file of it anywhere"</span>
                    </div>
                    <button type="button" class="switch" aria-label="Dismiss" on:click=move |_| offers.elsewhere.set(None)>
                        <IconView icon=Icon::Close/>
                    </button>
                </section>
            }
        })
    };
    view! { {bar} }
}
