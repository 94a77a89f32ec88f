use leptos::prelude::*;

use super::icon::{Icon, IconView};
use super::picker::Picker;
use crate::clock::{megabytes, thousands};
use crate::intake;
use crate::page::{EngineState, Page};
use crate::protocol::Part;

/// The first screen. `index.html` paints the same before this code has arrived.
#[component]
pub fn Hero() -> impl IntoView {
    let page = expect_context::<Page>();
    view! {
        <main class="hero">
            <h2 class="headline">"Find music by how it sounds"</h2>
            <p class="lead">"Drop in a recording. Hear the ten tracks that sound most like it, and see why."</p>
            <div class="drop">
                <span class="drop-wave"><IconView icon=Icon::Wave/></span>
                <p class="drop-title">"Drop a sound anywhere"</p>
                <div class="drop-choices">
                    <Picker label="Choose a file" class="button button-loud"/>
                    <button id="example" type="button" class="button button-quiet" on:click=move |_| intake::open_example(page)>
                        "Try the example"
                    </button>
                    <button id="record" type="button" class="button button-quiet" on:click=move |_| page.record()>"Use the microphone"</button>
                </div>
                <p class="promise"><IconView icon=Icon::Lock/>"Nothing you drop or record leaves this computer."</p>
                <p class="drop-formats">"MP3, M4A, FLAC, Ogg, Opus or WAV, from 8 seconds to 15 minutes"</p>
            </div>
            <Show when=move || page.landscape.expected.get() != 0>
                <button id="explore" type="button" class="button button-quiet explore" on:click=move |_| page.landscape.alone.set(true)>
                    <IconView icon=Icon::Map/>
                    "Walk the landscape"
                </button>
            </Show>
            <EngineLine/>
        </main>
    }
}

/// How far the engine is, in MB.
#[component]
fn EngineLine() -> impl IntoView {
    let page = expect_context::<Page>();
    let text = move || match page.engine.get() {
        EngineState::Loading { part, received, total } => loading(part, received, total),
        EngineState::Ready(standing) => format!("Ready to search {} tracks", thousands(standing.found)),
        EngineState::Failed => "The engine has not arrived".to_owned(),
    };
    view! { <p id="engine" class="engine">{text}</p> }
}

/// What is arriving, in words.
pub fn loading(part: Part, received: f64, total: Option<f64>) -> String {
    let name = match part {
        Part::Engine => "engine",
        Part::Encoder => "encoder",
        Part::Catalogue => "catalogue",
        Part::Decoder => "decoder",
    };
    match (received > 0.0, total) {
        (false, _) => format!("Fetching the {name}"),
        (true, None) => format!("Fetching the {name}: {}", megabytes(received)),
        (true, Some(total)) => format!("Fetching the {name}: {} of {}", megabytes(received), megabytes(total)),
    }
}
