use leptos::prelude::*;

use crate::clock::thousands;
use crate::page::Page;
use crate::protocol::Stage;

/// The words for a stage.
pub fn words(stage: Stage) -> String {
    match stage {
        Stage::Waiting => "waiting for the engine".to_owned(),
        Stage::Fetching => "fetching the sound".to_owned(),
        Stage::Decoding => "decoding".to_owned(),
        Stage::Drawing => "drawing the sound".to_owned(),
        Stage::Listening { .. } => "listening".to_owned(),
        Stage::Searching { tracks } => format!("searching {} tracks", thousands(tracks)),
    }
}

/// Says the stage and the outcome aloud to screen readers.
#[component]
pub fn Announcer() -> impl IntoView {
    let page = expect_context::<Page>();
    let text = Memo::new(move |_| match page.stage.get() {
        Some(stage) => words(stage),
        None => page.answer.with(|answer| match answer.as_ref().and_then(|answer| answer.neighbours.first()) {
            Some(nearest) => format!("Done. The nearest track is {} by {}.", nearest.track.title, nearest.track.artist),
            None => String::new(),
        }),
    });
    view! { <p id="announcer" class="spoken" role="status" aria-live="polite">{text}</p> }
}
