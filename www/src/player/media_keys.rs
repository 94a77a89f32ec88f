//! The keys of keyboards, headsets and lock screens, and what those show.

use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::Side;
use crate::page::Page;

/// How far a key moves that does not say so, in seconds.
const STEP_S: f64 = 10.0;

#[wasm_bindgen]
extern "C" {
    type MediaSession;

    #[wasm_bindgen(method, js_name = setActionHandler, catch)]
    fn set_action_handler(this: &MediaSession, action: &str, act: &Function) -> Result<(), JsValue>;

    #[wasm_bindgen(method, setter)]
    fn set_metadata(this: &MediaSession, said: &MediaMetadata);

    #[wasm_bindgen(method, setter, js_name = playbackState)]
    fn set_playback_state(this: &MediaSession, state: &str);

    type MediaMetadata;

    #[wasm_bindgen(constructor, catch)]
    fn new(said: &Object) -> Result<MediaMetadata, JsValue>;
}

/// Listens to the keys, and tells what plays.
pub fn listen(page: Page) {
    let Some(session) = session() else { return };
    let player = page.player;
    on(&session, "play", move |_| player.resume());
    on(&session, "pause", move |_| player.pause());
    on(&session, "nexttrack", move |_| page.play_next(1));
    on(&session, "previoustrack", move |_| page.play_next(-1));
    let step = move |seconds: f64| player.seek(player.elapsed_s.get_untracked() + seconds);
    on(&session, "seekforward", move |said| step(number(said, "seekOffset").unwrap_or(STEP_S)));
    on(&session, "seekbackward", move |said| step(-number(said, "seekOffset").unwrap_or(STEP_S)));
    on(&session, "seekto", move |said| {
        if let Some(seconds) = number(said, "seekTime") {
            player.seek(seconds);
        }
    });
    Effect::new(move |_| {
        if let Ok(said) = MediaMetadata::new(&said(page)) {
            session.set_metadata(&said);
        }
        session.set_playback_state(match (player.playing.get(), player.url_a.with(Option::is_some)) {
            (true, _) => "playing",
            (false, true) => "paused",
            (false, false) => "none",
        });
    });
}

/// What is said of the sound that is meant.
fn said(page: Page) -> Object {
    let neighbour = page.player.neighbour.get().filter(|_| page.player.side.get() == Side::B);
    let name = page.sound.with(|sound| sound.as_ref().map(|sound| sound.name.clone()));
    let (title, artist, cover) = match neighbour {
        Some(neighbour) => (neighbour.track.title, neighbour.track.artist, String::new()),
        None => {
            let cover = page.origin().map(|origin| origin.cover.clone());
            (name.unwrap_or_else(|| "Sonoscape".to_owned()), "Your sound".to_owned(), cover.unwrap_or_default())
        }
    };
    let said = Object::new();
    set(&said, "title", &title.into());
    set(&said, "artist", &artist.into());
    if !cover.is_empty() {
        let picture = Object::new();
        set(&picture, "src", &cover.into());
        set(&said, "artwork", &Array::of1(&picture));
    }
    said
}

fn set(object: &Object, key: &str, value: &JsValue) {
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(object, &key.into(), value);
}

fn number(said: &JsValue, key: &str) -> Option<f64> {
    Reflect::get(said, &key.into()).ok()?.as_f64()
}

/// Not every browser has one.
fn session() -> Option<MediaSession> {
    let session = Reflect::get(&window().navigator(), &"mediaSession".into()).ok()?;
    session.is_object().then(|| session.unchecked_into())
}

/// `act` is told what the browser says of the key.
fn on(session: &MediaSession, action: &str, act: impl Fn(&JsValue) + 'static) {
    let act = Closure::<dyn Fn(JsValue)>::new(move |said| act(&said));
    // A browser that does not know the action does without.
    let _ = session.set_action_handler(action, act.as_ref().unchecked_ref());
    act.forget();
}
