//! The keyboard.

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use crate::page::Page;
use crate::player::Side;

/// The keys and what they do, as they are listed for people.
pub const KEYS: [(&str, &str); 13] = [
    ("Space", "Play or pause"),
    ("↑ ↓", "Walk the list"),
    ("Enter", "Play the track you are on"),
    ("A", "Hear your sound"),
    ("B", "Hear the track, at the matching moment"),
    ("X", "Turn from one to the other"),
    ("N P", "Play the next track, or the one before"),
    ("← →", "Move by five seconds, on the waveform"),
    ("/", "Search by name"),
    ("M", "Map and list"),
    ("+ - 0", "Closer, farther, and the whole, on the map"),
    ("?", "Show or hide these keys"),
    ("Esc", "Cancel, or close"),
];

/// Listens for keys anywhere on the page; `keys` is the dialog that lists them.
pub fn listen(page: Page, keys: NodeRef<Dialog>) {
    window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        let is_list_open = keys.get_untracked().is_some_and(|dialog| dialog.open());
        let is_dialog_open = document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some());
        if is_dialog_open && !(is_list_open && event.key() == "?") {
            return;
        }
        let on_control = is_on(&event, &["BUTTON", "A", "SUMMARY"]);
        let on_slider = is_on(&event, &["INPUT"]);
        let is_typing = is_on_text(&event);
        match event.key().as_str() {
            "/" if !is_typing => focus_search(),
            "?" if !is_typing => toggle(keys),
            _ if is_typing => return,
            "Escape" => escape(page),
            " " if !on_control => page.player.toggle(),
            "ArrowDown" if !on_slider => walk(page, 1),
            "ArrowUp" if !on_slider => walk(page, -1),
            "x" | "X" => page.player.switch(),
            "n" | "N" => page.play_next(1),
            "p" | "P" => page.play_next(-1),
            "a" | "A" => page.player.compare(Side::A),
            "b" | "B" => compare_b(page),
            "m" | "M" if !on_slider => page.swap_map(),
            _ => return,
        }
        event.prevent_default();
    });
}

/// Opens the list of keys, or closes it.
pub fn toggle(keys: NodeRef<Dialog>) {
    if let Some(dialog) = keys.get_untracked() {
        if dialog.open() {
            dialog.close();
        } else {
            // Only an open dialog cannot be opened.
            let _ = dialog.show_modal();
        }
    }
}

/// Whether the key was pressed on an element that has uses of its own for it.
fn is_on(event: &ev::KeyboardEvent, tags: &[&str]) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|target| tags.contains(&target.tag_name().as_str()))
}

/// Whether the key was pressed where somebody types.
fn is_on_text(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    target.is_some_and(|input| !["range", "checkbox", "radio", "button"].contains(&input.type_().as_str()))
}

/// Goes to the search box.
pub fn focus_search() {
    let input = document().get_element_by_id("search").and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    if let Some(input) = input {
        // Focusing what is on the page cannot fail.
        let _ = input.focus();
        input.select();
    }
}

/// Leaves the search box, so that keys are the player's again.
pub fn leave_search() {
    let input = document().get_element_by_id("search").and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    if let Some(input) = input {
        // Leaving what is on the page cannot fail.
        let _ = input.blur();
    }
}

fn escape(page: Page) {
    if page.stage.with_untracked(Option::is_some) || page.recorder.with_untracked(Option::is_some) {
        page.cancel();
    } else {
        page.problem.set(None);
    }
}

/// Turns to the neighbour; to the one that the keyboard is on, when none has been chosen.
fn compare_b(page: Page) {
    if page.player.neighbour.with_untracked(Option::is_some) {
        page.player.compare(Side::B);
    } else {
        play_current(page);
    }
}

fn play_current(page: Page) {
    let current = page.current.get_untracked();
    let neighbour =
        page.answer.with_untracked(|answer| answer.as_ref().and_then(|answer| answer.neighbours.get(current).cloned()));
    if let Some(neighbour) = neighbour {
        page.player.toggle_neighbour(&neighbour);
    }
}

fn walk(page: Page, step: isize) {
    let count = page.answer.with_untracked(|answer| answer.as_ref().map_or(0, |answer| answer.neighbours.len()));
    if count == 0 {
        return;
    }
    let inside =
        document().active_element().is_some_and(|element| element.closest("#neighbours").ok().flatten().is_some());
    let current = page.current.get_untracked();
    let next = if inside { current.saturating_add_signed(step).min(count - 1) } else { current };
    page.current.set(next);
    let button = document().query_selector(&format!("#neighbours > li[data-rank='{}'] .play", next + 1));
    if let Some(button) = button.ok().flatten().and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        // Focusing what is on the page cannot fail.
        let _ = button.focus();
    }
    if inside && next != current && page.player.playing.get_untracked() {
        play_current(page);
    }
}
