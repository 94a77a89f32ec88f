use leptos::html::Dialog;
use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::shortcuts::{self, KEYS};

/// The list of keys.
#[component]
pub fn Keys(
    /// The dialog, for whoever opens it.
    dialog: NodeRef<Dialog>,
) -> impl IntoView {
    let row = |(key, action): (&'static str, &'static str)| {
        view! {
            <div class="key-row">
                <dt>{key.split(' ').map(|key| view! { <kbd>{key}</kbd> }).collect_view()}</dt>
                <dd>{action}</dd>
            </div>
        }
    };
    view! {
        <dialog id="keys" class="keys" node_ref=dialog aria-labelledby="keys-title">
            <div class="room-head">
                <h2 id="keys-title">"Keys"</h2>
                <button type="button" class="switch" aria-label="Close" on:click=move |_| shortcuts::toggle(dialog)>
                    <IconView icon=Icon::Close/>
                </button>
            </div>
            <dl>{KEYS.map(row).collect_view()}</dl>
        </dialog>
    }
}
