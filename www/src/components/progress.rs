use leptos::prelude::*;

use super::announcer::words;
use super::hero::loading;
use crate::page::{EngineState, Page};
use crate::protocol::Stage;

/// Where the query in work is, in plain words, and a way to stop it.
#[component]
pub fn Progress() -> impl IntoView {
    let page = expect_context::<Page>();
    let shown = Memo::new(move |_| page.stage.with(Option::is_some));
    let stage = move || page.stage.get().unwrap_or(Stage::Decoding);
    let text = move || match (stage(), page.engine.get()) {
        (Stage::Waiting, EngineState::Loading { part, received, total }) => loading(part, received, total),
        (stage, _) => words(stage),
    };
    let count = move || match stage() {
        Stage::Listening { done, of } if of > 1 => format!("{} of {of}", done + 1),
        _ => String::new(),
    };
    let share = move || share(stage(), page.engine.get());
    view! {
        <Show when=move || shown.get()>
            <div id="progress" class="progress" data-stage=move || name(stage())>
                <p class="progress-words"><span class="progress-stage">{text}</span>" "<span class="progress-count">{count}</span></p>
                <button id="cancel" type="button" class="button button-quiet" on:click=move |_| page.cancel()>"Cancel"</button>
                <progress class="progress-bar" aria-label="Progress" max="1" prop:value=share></progress>
            </div>
        </Show>
    }
}

/// A word for programs.
fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Waiting => "waiting",
        Stage::Fetching => "fetching",
        Stage::Decoding => "decoding",
        Stage::Drawing => "drawing",
        Stage::Listening { .. } => "listening",
        Stage::Searching { .. } => "searching",
    }
}

/// How much of the way is done, 0 to 1: what the stages take of a typical piece.
fn share(stage: Stage, engine: EngineState) -> f64 {
    match (stage, engine) {
        (Stage::Waiting, EngineState::Loading { received, total: Some(total), .. }) => received / total.max(1.0),
        (Stage::Waiting, _) => 0.3,
        (Stage::Fetching, _) => 0.05,
        (Stage::Decoding, _) => 0.1,
        (Stage::Drawing, _) => 0.25,
        (Stage::Listening { done, of }, _) => 0.35 + 0.55 * f64::from(done) / f64::from(of.max(1)),
        (Stage::Searching { .. }, _) => 0.95,
    }
}
