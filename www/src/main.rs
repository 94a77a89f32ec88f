//! The page: drop a sound, see and hear its nearest tracks. Everything that takes time happens in the worker.

mod app;
mod clock;
mod components;
mod decode;
mod engine;
mod intake;
mod licence;
mod link;
mod magma;
mod map;
mod microphone;
mod page;
mod pause;
mod player;
mod problem;
mod protocol;
mod services;
mod shortcuts;
mod sniff;
mod sound;

use wasm_bindgen::JsCast;

fn main() {
    console_error_panic_hook::set_once();
    let document = leptos::prelude::document();
    if let Some(shell) = document.get_element_by_id("app").and_then(|shell| shell.dyn_into().ok()) {
        let shell: web_sys::HtmlElement = shell;
        shell.set_inner_html("");
        leptos::mount::mount_to(shell, app::App).forget();
    }
}
