use std::sync::Arc;

use leptos::html::Canvas;
use leptos::prelude::*;

use super::ask::{Ask, Explanation};
use super::canvas::keep_painted;
use super::hero::loading;
use super::spectrogram::{paint_axes, paint_levels};
use crate::page::{KeptState, Page};
use crate::protocol::Part;
use crate::sound::RedrawnSound;

fn redrawn(page: Page) -> Option<Arc<RedrawnSound>> {
    match page.kept_of_sound() {
        Some(KeptState::Here(redrawn)) => Some(redrawn),
        _ => None,
    }
}

/// The sound drawn again from what the ear kept of it, with the axes of its spectrogram.
#[component]
pub fn KeptView() -> impl IntoView {
    let page = expect_context::<Page>();
    let here = Memo::new(move |_| redrawn(page).is_some());
    view! {
        <Show when=move || here.get()>
            <KeptPicture/>
        </Show>
    }
}

#[component]
fn KeptPicture() -> impl IntoView {
    let page = expect_context::<Page>();
    let canvas = NodeRef::<Canvas>::new();
    keep_painted(canvas, move |paper| {
        let (Some(sound), Some(redrawn)) = (page.sound.get(), redrawn(page)) else {
            return;
        };
        let painted = redrawn.excerpts.iter().try_for_each(|excerpt| {
            let (levels, columns) = (excerpt.beside(&sound), excerpt.columns);
            paint_levels(&paper, &levels, columns, excerpt.share_of(sound.duration_s))
        });
        if painted.is_ok() && paint_axes(&paper, &sound).is_ok() {
            // Setting an attribute with a valid name cannot fail.
            let _ = paper.canvas.set_attribute("data-drawn", "true");
        }
    });
    view! {
        <p class="stage-caption">
            "What the ear kept of it"
            <Ask about=Explanation::Error class="kept-error" reachable=true>
                {move || redrawn(page).map(|redrawn| format!("error {:.3}", redrawn.error))}
            </Ask>
        </p>
        <canvas
            id="kept"
            class="spectrogram-canvas"
            node_ref=canvas
            role="img"
            aria-label="The same spectrogram as the decoder redraws it from what the ear kept"
        ></canvas>
    }
}

/// The button that asks for the picture, and what is said of it.
#[component]
pub fn KeptTalk() -> impl IntoView {
    let page = expect_context::<Page>();
    let answered =
        Memo::new(move |_| page.answer.with(Option::is_some) && !page.stale.get() && page.stage.with(Option::is_none));
    let state = Memo::new(move |_| page.kept_of_sound());
    let label = move || match state.get() {
        None => "What the ear kept".to_owned(),
        Some(KeptState::Coming { received, total }) if received > 0.0 => loading(Part::Decoder, received, total),
        Some(KeptState::Coming { .. }) => "Redrawing".to_owned(),
        Some(KeptState::Here(_)) => "Hide it".to_owned(),
        Some(KeptState::Failed(_)) => "Try again".to_owned(),
    };
    let coming = move || matches!(state.get(), Some(KeptState::Coming { .. }));
    let here = move || matches!(state.get(), Some(KeptState::Here(_)));
    let failure = move || match state.get() {
        Some(KeptState::Failed(failure)) => Some(failure),
        _ => None,
    };
    let problem = move || {
        failure().map(|failure| {
            view! { <p id="kept-problem" class="kept-problem" role="alert" data-kind=failure.kind>{failure.sentence}</p> }
        })
    };
    view! {
        <Show when=move || answered.get()>
            <div class="kept-talk">
                <Show when=here>
                    <p id="kept-words" class="kept-words">
                        "The ear's decoder redraws this from the numbers that are compared: colour, and how it changes over \
                         seconds, but no single notes, because the ear sums up a few seconds at a time."
                    </p>
                </Show>
                {problem}
                <button
                    id="keep"
                    type="button"
                    class="button button-quiet"
                    aria-expanded=move || here().to_string()
                    aria-busy=move || coming().to_string()
                    on:click=move |_| page.toggle_kept()
                >
                    {label}
                </button>
            </div>
        </Show>
    }
}
