use leptos::html::Input;
use leptos::prelude::*;

use crate::intake;
use crate::page::Page;

/// A button that lets a file be chosen.
#[component]
pub fn Picker(
    /// What the button says.
    label: &'static str,
    /// Its classes.
    class: &'static str,
) -> impl IntoView {
    let page = expect_context::<Page>();
    let input = NodeRef::<Input>::new();
    let pick = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let picked = move |_| {
        if let Some(input) = input.get_untracked() {
            let files = input.files();
            if files.as_ref().is_some_and(|files| files.length() > 0) {
                intake::open_first(page, files);
            }
            // So that choosing the same file again is a change.
            input.set_value("");
        }
    };
    view! {
        <button id="choose" type="button" class=class on:click=pick>{label}</button>
        <input
            id="file"
            type="file"
            accept="audio/*,.mp3,.m4a,.aac,.flac,.ogg,.oga,.opus,.wav,.aiff,.aif"
            node_ref=input
            on:change=picked
            aria-label="Audio file"
            hidden
        />
    }
}
