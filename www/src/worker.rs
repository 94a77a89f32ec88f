//! The worker: owns encoder and catalogue, and does everything that takes time, so that the page never waits.

mod protocol;

#[path = "worker/engine.rs"]
mod engine;
#[path = "worker/failure.rs"]
mod failure;
#[path = "worker/fetch.rs"]
mod fetch;
#[path = "worker/picture.rs"]
mod picture;
#[path = "worker/query.rs"]
mod query;
#[path = "worker/scope.rs"]
mod scope;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use engine::Engine;
use protocol::{Event, Failure, Request};
use query::Query;

/// What the worker holds from message to message.
#[derive(Clone, Default)]
struct State {
    engine: Rc<RefCell<Option<Engine>>>,
    /// The only query that may still be worked on; cancelled when zero.
    wanted: Rc<Cell<u32>>,
}

fn main() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        scope::post(Event::Died);
    }));
    let state = State::default();
    let listen =
        Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| match protocol::open(message.data()) {
            Ok(request) => receive(&state, request),
            Err(reason) => scope::post(Event::Failed { query: None, failure: Failure::stale(&reason) }),
        });
    scope::global().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    listen.forget();
    scope::post(Event::Awake);
}

fn receive(state: &State, request: Request) {
    match request {
        Request::Load => spawn_local(load(state.clone())),
        Request::Cancel { query } => {
            if state.wanted.get() <= query {
                state.wanted.set(0);
            }
        }
        Request::Analyse { query, sample_rate, channels } => {
            state.wanted.set(query);
            let wanted = Rc::clone(&state.wanted);
            let query = Query { number: query, sample_rate, channels, wanted };
            spawn_local(answer(Rc::clone(&state.engine), query));
        }
    }
}

async fn load(state: State) {
    match Engine::fetch().await {
        Ok(engine) => {
            let tracks = engine.catalogue.tracks().len() as u32;
            state.engine.replace(Some(engine));
            scope::post(Event::Loaded { tracks });
        }
        Err(failure) => scope::post(Event::Failed { query: None, failure }),
    }
}

async fn answer(engine: Rc<RefCell<Option<Engine>>>, query: Query) {
    let number = query.number;
    if let Err(failure) = query::answer(&engine, query).await {
        scope::post(Event::Failed { query: Some(number), failure });
    }
}
