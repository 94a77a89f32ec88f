//! The ways into the page: dropping, pasting, picking, and the example.

use gloo_net::http::Request;
use js_sys::{Array, Reflect, Uint8Array};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::{File, FileList};

use crate::page::Page;
use crate::problem::Problem;

/// Address of the example, relative to the page.
const EXAMPLE: &str = "example.mp3";

/// Listens for files that are dropped or pasted anywhere; `hovering` tells whether one is held over the page.
pub fn listen(page: Page, hovering: RwSignal<bool>) {
    let hold = move |event: ev::DragEvent| {
        event.prevent_default();
        hovering.set(true);
    };
    let leave = move |event: ev::DragEvent| {
        if event.related_target().is_none() {
            hovering.set(false);
        }
    };
    let drop = move |event: ev::DragEvent| {
        event.prevent_default();
        hovering.set(false);
        open_first(page, event.data_transfer().and_then(|transfer| transfer.files()));
    };
    let paste = move |event: ev::Event| {
        let clipboard = Reflect::get(&event, &"clipboardData".into()).unwrap_or(JsValue::UNDEFINED);
        let files = Reflect::get(&clipboard, &"files".into()).ok().and_then(|files| files.dyn_into::<FileList>().ok());
        if files.as_ref().is_some_and(|files| files.length() > 0) {
            open_first(page, files);
        }
    };
    window_event_listener(ev::dragenter, hold);
    window_event_listener(ev::dragover, hold);
    window_event_listener(ev::dragleave, leave);
    window_event_listener(ev::drop, drop);
    window_event_listener(ev::Custom::new("paste"), paste);
    open_early(page);
}

/// Opens the first of some files.
pub fn open_first(page: Page, files: Option<FileList>) {
    match files.and_then(|files| files.get(0)) {
        Some(file) => page.open(file),
        None => {
            let sentence = "What was dropped is not a file. Save the sound first, then drop the file.";
            page.problem.set(Some(Problem::new("not-audio", sentence)));
        }
    }
}

/// Opens the piece that the project renders itself.
pub fn open_example(page: Page) {
    spawn_local(async move {
        match fetch_example().await {
            Some(file) => page.open(file),
            None => {
                let sentence = "The example could not be fetched. Check the connection, or drop a file of your own.";
                page.problem.set(Some(Problem::new("network", sentence)));
            }
        }
    });
}

async fn fetch_example() -> Option<File> {
    let response = Request::get(EXAMPLE).send().await.ok().filter(|response| response.ok())?;
    let bytes = response.binary().await.ok()?;
    File::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes.as_slice())), EXAMPLE).ok()
}

/// Opens what was dropped before the page could listen.
fn open_early(page: Page) {
    let file = Reflect::get(&js_sys::global(), &"sonoscapeEarlyFile".into()).ok();
    if let Some(file) = file.and_then(|file| file.dyn_into().ok()) {
        page.open(file);
    }
}
