//! The page's handle on the worker: starts it, talks to it, and notices when it has died.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Float32Array, Reflect};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::decode::Decoded;
use crate::pause::Alarm;
use crate::protocol::names::Ask;
use crate::protocol::{self, Event, Filter, MapRequest, Part, Request};

/// What loads the worker, beside the page.
const WORKER: &str = "worker-boot.js";

/// How long the worker may say nothing while it loads, in milliseconds.
const LOADING_PATIENCE_MS: u32 = 30_000;

/// How long the worker may take to acknowledge a query, in milliseconds.
const QUERY_PATIENCE_MS: u32 = 4000;

/// How long the worker may say nothing while it works, in milliseconds.
const WORKING_PATIENCE_MS: u32 = 45_000;

/// What the page learns from its worker.
pub enum Report {
    /// A message.
    Said(Event),
    /// It could not even be loaded.
    Unreachable,
    /// It has stopped answering.
    Died,
}

/// What `worker-boot.js` says before the worker itself can speak.
#[derive(Deserialize)]
struct Boot {
    #[serde(default)]
    received: f64,
    #[serde(default)]
    total: f64,
    failed: Option<String>,
}

/// A running worker. It is replaced by [`Engine::restart`].
pub struct Engine {
    worker: RefCell<Option<Worker>>,
    on_message: Closure<dyn Fn(MessageEvent)>,
    on_error: Closure<dyn Fn(web_sys::Event)>,
    alarm: Rc<Alarm>,
}

impl Engine {
    /// Starts a worker; everything it does is reported.
    pub fn start(report: impl Fn(Report) + 'static) -> Self {
        let report = Rc::new(report);
        let alarm = Rc::new(Alarm::new({
            let report = Rc::clone(&report);
            move || report(Report::Died)
        }));
        let on_message = Closure::new({
            let (report, alarm) = (Rc::clone(&report), Rc::clone(&alarm));
            move |message: MessageEvent| {
                if alarm.is_set() {
                    alarm.ring_in(WORKING_PATIENCE_MS);
                }
                report(read(message.data()));
            }
        });
        let on_error = Closure::new(move |_| report(Report::Died));
        let engine = Self { worker: RefCell::default(), on_message, on_error, alarm };
        engine.restart();
        engine
    }

    /// Ends the worker, whatever state it is in, and starts a new one.
    pub fn restart(&self) {
        if let Some(old) = self.worker.take() {
            old.set_onmessage(None);
            old.set_onerror(None);
            old.terminate();
        }
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let Ok(worker) = Worker::new_with_options(&stamped(WORKER), &options) else {
            return;
        };
        worker.set_onmessage(Some(self.on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(self.on_error.as_ref().unchecked_ref()));
        self.worker.replace(Some(worker));
        self.alarm.ring_in(LOADING_PATIENCE_MS);
    }

    /// Asks for encoder and catalogue, and leaves out tracks from the first search on.
    pub fn load(&self, filter: Filter) {
        self.alarm.ring_in(LOADING_PATIENCE_MS);
        self.post(Request::Load { filter }, &Array::new());
    }

    /// Asks for the neighbours of a sound, whose channels the worker takes over.
    pub fn analyse(&self, query: u32, sound: Decoded) {
        let slices = sound.channels.iter().flat_map(|channel| channel.unchecked_into::<Array>().to_vec());
        let transfer: Array = slices.map(|slice| slice.unchecked_into::<Float32Array>().buffer()).collect();
        let request = Request::Analyse { query, sample_rate: sound.sample_rate, channels: sound.channels };
        self.alarm.ring_in(QUERY_PATIENCE_MS);
        self.post(request, &transfer);
    }

    /// Asks for the sound of a query, drawn again from what was heard of it.
    pub fn redraw(&self, query: u32) {
        self.alarm.ring_in(QUERY_PATIENCE_MS);
        self.post(Request::Redraw { query }, &Array::new());
    }

    /// Asks something about names; only a choice is waited for.
    pub fn names(&self, ask: Ask) {
        if matches!(ask, Ask::Choose { .. }) {
            self.alarm.ring_in(WORKING_PATIENCE_MS);
        }
        self.post(Request::Names(ask), &Array::new());
    }

    /// Leaves out tracks from now on.
    pub fn filter(&self, filter: Filter) {
        self.post(Request::Filter { filter }, &Array::new());
    }

    /// Asks about the map.
    pub fn ask_map(&self, request: MapRequest) {
        self.post(Request::Map(request), &Array::new());
    }

    /// Asks the worker to stop working on a query.
    pub fn cancel(&self, query: u32) {
        self.rest();
        self.post(Request::Cancel { query }, &Array::new());
    }

    /// Expects nothing of the worker for now.
    pub fn rest(&self) {
        self.alarm.silence();
    }

    fn post(&self, request: Request, transfer: &Array) {
        if let (Some(worker), Ok(message)) = (self.worker.borrow().as_ref(), protocol::seal(request)) {
            // A worker that cannot be reached does not answer, and the alarm rings.
            let _ = worker.post_message_with_transfer(&message, transfer);
        }
    }
}

/// The address of a script beside the page, with the same stamp of the build as the page's own.
pub fn stamped(script: &str) -> String {
    let document = leptos::prelude::document();
    let own = document.query_selector("script[src*='boot.js']").ok().flatten();
    let source = own.and_then(|own| own.get_attribute("src")).unwrap_or_default();
    let stamp = source.find('?').map_or("", |at| &source[at..]);
    format!("{script}{stamp}")
}

fn read(data: JsValue) -> Report {
    let boot = Reflect::get(&data, &"boot".into()).unwrap_or(JsValue::UNDEFINED);
    if boot.is_undefined() {
        return protocol::open(data).map_or(Report::Unreachable, Report::Said);
    }
    match serde_wasm_bindgen::from_value(boot) {
        Ok(Boot { failed: None, received, total }) => {
            let total = (total > 0.0).then_some(total);
            Report::Said(Event::Fetched { part: Part::Engine, received, total })
        }
        _ => Report::Unreachable,
    }
}
