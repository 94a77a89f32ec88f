//! The worker: owns encoder and catalogue, and does everything that takes time, so that the page never waits.

mod protocol;

#[path = "worker/arrival.rs"]
mod arrival;
#[path = "worker/choices.rs"]
mod choices;
#[path = "worker/colours.rs"]
mod colours;
#[path = "worker/edition.rs"]
mod edition;
#[path = "worker/engine.rs"]
mod engine;
#[path = "worker/failure.rs"]
mod failure;
#[path = "worker/fetch.rs"]
mod fetch;
#[path = "worker/files.rs"]
mod files;
#[path = "worker/heard.rs"]
mod heard;
#[path = "worker/landscape.rs"]
mod landscape;
#[path = "worker/names.rs"]
mod names;
#[path = "worker/picture.rs"]
mod picture;
#[path = "worker/query.rs"]
mod query;
#[path = "worker/redraw.rs"]
mod redraw;
#[path = "worker/scope.rs"]
mod scope;
#[path = "worker/shelf.rs"]
mod shelf;
#[path = "worker/store.rs"]
mod store;
#[path = "worker/wanted.rs"]
mod wanted;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use engine::Engine;
use names::Names;
use protocol::{Event, Failure, Filter, Request};
use query::Query;
use wanted::Wanted;

/// What the worker holds from message to message.
#[derive(Clone, Default)]
struct State {
    engine: Rc<RefCell<Option<Engine>>>,
    /// What searches leave out.
    filter: Rc<RefCell<Filter>>,
    /// The only query that may still be worked on; cancelled when zero.
    wanted: Rc<Cell<u32>>,
    names: Names,
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
        Request::Load { filter } => {
            state.filter.replace(filter);
            spawn_local(load(state.clone()));
        }
        Request::Filter { filter } => {
            state.filter.replace(filter);
            let engine = Rc::clone(&state.engine);
            spawn_local(async move {
                query::refine(&engine).await;
                landscape::repaint(&engine);
            });
        }
        Request::Map(request) => {
            let engine = Rc::clone(&state.engine);
            spawn_local(async move { landscape::answer(&engine, request).await });
        }
        Request::Cancel { query } => {
            if state.wanted.get() <= query {
                state.wanted.set(0);
            }
        }
        Request::Analyse { query, sample_rate, channels } => {
            let query = Query { wanted: Wanted::from_now_on(query, &state.wanted), sample_rate, channels };
            spawn_local(answer(Rc::clone(&state.engine), query));
        }
        Request::Names(ask) => {
            let names = state.names.clone();
            spawn_local(names.take(Rc::clone(&state.engine), Rc::clone(&state.wanted), ask));
        }
        Request::Redraw { query } => {
            let wanted = Wanted::from_now_on(query, &state.wanted);
            spawn_local(redraw(Rc::clone(&state.engine), wanted));
        }
    }
}

async fn load(state: State) {
    match Engine::fetch(Rc::clone(&state.filter)).await {
        Ok(engine) => state.engine.replace(Some(engine)),
        Err(failure) => return scope::post(Event::Failed { query: None, failure }),
    };
    if let Err(failure) = arrival::load(&state.engine).await {
        scope::post(Event::Incomplete { failure });
    }
}

async fn answer(engine: Rc<RefCell<Option<Engine>>>, query: Query) {
    let number = query.wanted.query;
    if let Err(failure) = query::answer(&engine, query).await {
        scope::post(Event::Failed { query: Some(number), failure });
    }
}

async fn redraw(engine: Rc<RefCell<Option<Engine>>>, wanted: Wanted) {
    if let Err(failure) = redraw::redraw(&engine, &wanted).await {
        scope::post(Event::NotRedrawn { query: wanted.query, failure });
    }
}
