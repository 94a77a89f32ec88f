use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::page::Page;

/// What can be done about a service's track that a link names and the catalogue does not have.
#[component]
pub fn LinkedBar() -> impl IntoView {
    let page = expect_context::<Page>();
    let linked = page.offers.linked;
    let bar = move || {
        linked.get().map(|of| {
            let name = of.service.name();
            view! {
                <section id="linked" class="elsewhere" role="status" aria-label="The track of the link">
                    <p id="linked-words">{of.sentence}</p>
                    <div class="elsewhere-ways">
                        <button
                            id="ask-linked"
                            type="button"
                            class="button button-loud"
                            disabled=of.busy
                            on:click=move |_| page.ask_linked()
                        >
                            {format!("Ask {name} for this track")}
                        </button>
                        <span class="quiet">{format!("sends its number to {name}")}</span>
                    </div>
                    <button type="button" class="switch" aria-label="Dismiss" on:click=move |_| linked.set(None)>
                        <IconView icon=Icon::Close/>
                    </button>
                </section>
            }
        })
    };
    view! { {bar} }
}
