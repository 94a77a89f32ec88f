//! Time in the page: waiting, measuring, and alarms that can be put off.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, delay_ms: u32) -> i32;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: i32);

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    /// Milliseconds since the page was opened.
    pub fn now_ms() -> f64;

    #[wasm_bindgen(js_namespace = performance, js_name = measure, catch)]
    fn performance_measure(name: &str, options: &Object) -> Result<JsValue, JsValue>;
}

/// Waits; with zero, just long enough for the page to draw and to take input.
pub async fn pause(delay_ms: u32) {
    let promise = Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, delay_ms);
    });
    // A promise that only ever resolves.
    let _ = JsFuture::from(promise).await;
}

/// Leaves a measure on the browser's timeline, where its developer tools show it.
pub fn measure(name: &str, start_ms: f64, duration_ms: f64) {
    let options = Object::new();
    for (key, value) in [("start", start_ms), ("duration", duration_ms)] {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    // A browser that does not keep measures loses nothing but these.
    let _ = performance_measure(&format!("sonoscape:{name}"), &options);
}

/// Calls back once, unless it is put off or silenced before.
pub struct Alarm {
    callback: Closure<dyn Fn()>,
    pending: Rc<Cell<Option<i32>>>,
}

impl Alarm {
    /// A silent alarm.
    pub fn new(callback: impl Fn() + 'static) -> Self {
        let pending = Rc::new(Cell::new(None));
        let rung = Rc::clone(&pending);
        let callback = Closure::new(move || {
            rung.set(None);
            callback();
        });
        Self { callback, pending }
    }

    /// Rings after `delay_ms` from now instead of whenever it would have.
    pub fn ring_in(&self, delay_ms: u32) {
        self.silence();
        self.pending.set(Some(set_timeout(self.callback.as_ref().unchecked_ref(), delay_ms)));
    }

    /// Whether it is going to ring.
    pub fn is_set(&self) -> bool {
        self.pending.get().is_some()
    }

    /// Does not ring any more.
    pub fn silence(&self) {
        if let Some(id) = self.pending.take() {
            clear_timeout(id);
        }
    }
}
