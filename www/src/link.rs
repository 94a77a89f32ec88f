//! Addresses that open a track: `#track=SOURCE:ID`, and `?query=WORDS`, which fills the search box.

use js_sys::{decode_uri_component, encode_uri_component};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use crate::page::{From, Page};
use crate::protocol::Track;
use crate::protocol::names::Key;

/// Begins the part of an address that names a track.
const TRACK: &str = "#track=";

/// Opens what the address names, now and whenever the back button changes it.
pub fn listen(page: Page) {
    window_event_listener(ev::popstate, move |_| match named() {
        Some(key) => page.choose(vec![key], From::Link),
        None => page.leave(),
    });
    if let Some(key) = named() {
        page.choose(vec![key], From::Link);
    }
    let search = location().search().unwrap_or_default();
    let words = UrlSearchParams::new_with_str(&search).ok().and_then(|parameters| parameters.get("query"));
    if let Some(words) = words.filter(|words| !words.trim().is_empty()) {
        page.find(words.chars().take(200).collect());
    }
}

/// Makes the address that of a track, so that it can be shared.
pub fn show(track: &Track) {
    push(&format!("{TRACK}{}", written(track)));
}

/// Makes the address that of no track.
pub fn clear() {
    if location().hash().is_ok_and(|hash| hash.starts_with(TRACK)) {
        push("");
    }
}

fn push(hash: &str) {
    let location = location();
    let (path, search) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    if location.hash().is_ok_and(|before| before == hash) {
        return;
    }
    if let Ok(history) = window().history() {
        // A browser that refuses keeps its address; nothing else depends on it.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{search}{hash}")));
    }
}

/// The track that the address names.
fn named() -> Option<Key> {
    read(location().hash().ok()?.strip_prefix(TRACK)?)
}

/// Tracks without a name at a source go by artist and title, after an empty source.
fn written(track: &Track) -> String {
    let parts = if track.source_id.is_empty() {
        vec!["", &track.artist, &track.title]
    } else {
        vec![track.source.as_str(), &track.source_id]
    };
    parts.into_iter().map(|part| String::from(encode_uri_component(part))).collect::<Vec<_>>().join(":")
}

fn read(text: &str) -> Option<Key> {
    let parts = text.split(':').map(|part| decode_uri_component(part).ok().map(String::from));
    match parts.collect::<Option<Vec<String>>>()?.as_slice() {
        [source, id] if !id.is_empty() => Some(Key::Source { source: source.clone(), id: id.clone() }),
        [empty, artist, title] if empty.is_empty() => Some(Key::Named { artist: artist.clone(), title: title.clone() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn track(source: &str, source_id: &str, artist: &str, title: &str) -> Track {
        let [source, source_id, artist, title] = [source, source_id, artist, title].map(str::to_owned);
        let none = String::new;
        let (licence, attribution, changes, page, audio) = (none(), none(), none(), none(), none());
        Track { title, artist, source, source_id, licence, attribution, changes, page, audio }
    }

    #[test]
    fn a_link_names_the_track_that_it_was_made_of() {
        let (source, id) = ("a/b: c", "2023/x %20é#?.mp3");
        let link = written(&track(source, id, "", ""));
        assert!(!link.contains([' ', '#', '/', '?']), "{link}");
        assert_eq!(read(&link), Some(Key::Source { source: source.into(), id: id.into() }));
        let link = written(&track("", "", "Björk", "Jóga: live"));
        assert_eq!(read(&link), Some(Key::Named { artist: "Björk".into(), title: "Jóga: live".into() }));
    }

    #[test]
    fn what_is_no_link_names_nothing() {
        for text in ["", "a", "a:", "a:b:c", "::", "%:b", "a:b:c:d"] {
            assert!(!matches!(read(text), Some(Key::Source { .. })), "{text}");
        }
    }
}
