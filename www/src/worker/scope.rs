//! The worker's surroundings: messages out, time, and turns of the event loop.

use js_sys::{Array, ArrayBuffer, Promise, WebAssembly};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::DedicatedWorkerGlobalScope;

use crate::protocol::{self, Event};

/// The worker's global object.
pub fn global() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Sends a message to the page.
pub fn post(event: Event) {
    post_with(event, &Array::new());
}

/// Sends a message to the page together with buffers that it takes over.
pub fn post_with(event: Event, transfer: &Array) {
    match protocol::seal(event) {
        Ok(message) => {
            // The page may be going away; there is nobody left to tell.
            let _ = global().post_message_with_transfer(&message, transfer);
        }
        Err(error) => wasm_bindgen::throw_val(error.into()),
    }
}

/// The whole address of what lies at `path` beside the worker.
pub fn address(path: &str) -> String {
    web_sys::Url::new_with_base(path, &global().location().href()).map_or_else(|_| path.to_owned(), |url| url.href())
}

/// Milliseconds since the worker started.
pub fn now_ms() -> f64 {
    global().performance().map_or(0.0, |performance| performance.now())
}

/// Bytes of memory that this WebAssembly has; what it has had once it keeps.
pub fn memory_bytes() -> f64 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: ArrayBuffer = memory.buffer().unchecked_into();
    buffer.byte_length().into()
}

/// Lets waiting messages in before going on.
pub async fn turn() {
    pause(0).await;
}

/// Waits, and lets messages in meanwhile.
pub async fn pause(duration_ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Without a timer the promise would never be kept.
        if global().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, duration_ms).is_err() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    let _ = JsFuture::from(promise).await;
}
