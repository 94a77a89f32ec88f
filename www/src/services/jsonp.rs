//! Answers that come as scripts: they run in a sandboxed frame of no one's origin, which posts plain text back.

use js_sys::{Array, JsString, Object, Promise, Reflect};
use leptos::prelude::{document, window};
use sonoscape::services::Trouble;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{HtmlIFrameElement, MessageEvent, Window};

use super::fetch::PATIENCE_MS;
use super::is_readable;
use crate::pause::pause;

/// Address of the frame, relative to the page.
const FRAME: &str = "jsonp.html";

/// The frame, gone when dropped, and with it whatever the script does.
struct Frame(HtmlIFrameElement);

impl Drop for Frame {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// The data that the script at `address` calls the function `callback` with, as JSON.
pub async fn answer(address: &str, callback: &str) -> Result<String, Trouble> {
    let frame = open().ok_or(Trouble::Unreachable)?;
    let question = Object::new();
    for (key, value) in [("address", address), ("callback", callback)] {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&question, &key.into(), &value.into());
    }
    let mut listener = None;
    let told = Promise::new(&mut |resolve, _| {
        let (frame, question) = (frame.0.clone(), question.clone());
        let listen = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let inside = frame.content_window();
            let is_from = |inside: &Window| message.source().is_some_and(|source| Object::is(&source, inside));
            // What has no origin says so in this word.
            if message.origin() != "null" || !inside.as_ref().is_some_and(is_from) {
                return;
            }
            if Reflect::has(&message.data(), &"ready".into()).unwrap_or(false) {
                // The frame has no origin that could be named.
                let _ = inside.map(|inside| inside.post_message(&question, "*"));
            } else {
                let _ = resolve.call1(&JsValue::UNDEFINED, &message.data());
            }
        });
        // Listening to the window cannot fail.
        let _ = window().add_event_listener_with_callback("message", listen.as_ref().unchecked_ref());
        listener = Some(listen);
    });
    if let Some(body) = document().body() {
        // A body takes what it is given.
        let _ = body.append_child(&frame.0);
    }
    let patience = future_to_promise(async {
        pause(PATIENCE_MS).await;
        Ok(JsValue::UNDEFINED)
    });
    let reply = JsFuture::from(Promise::race(&Array::of2(&told, &patience))).await;
    if let Some(listener) = &listener {
        let _ = window().remove_event_listener_with_callback("message", listener.as_ref().unchecked_ref());
    }
    let reply = reply.map_err(|_| Trouble::Unreachable)?;
    if reply.is_undefined() {
        return Err(Trouble::Silent);
    }
    let json = Reflect::get(&reply, &"json".into()).ok().and_then(|json| json.dyn_into::<JsString>().ok());
    let json = json.ok_or(Trouble::Unreachable)?;
    // In UTF-8 it is no shorter than here.
    if !is_readable(json.length() as usize) {
        return Err(Trouble::TooLong);
    }
    let json = String::from(json);
    if is_readable(json.len()) { Ok(json) } else { Err(Trouble::TooLong) }
}

fn open() -> Option<Frame> {
    let frame: HtmlIFrameElement = document().create_element("iframe").ok()?.dyn_into().ok()?;
    frame.set_attribute("sandbox", "allow-scripts").ok()?;
    frame.set_attribute("aria-hidden", "true").ok()?;
    frame.set_hidden(true);
    frame.set_src(FRAME);
    Some(Frame(frame))
}
