//! Work that gives way to what is asked later.

use std::cell::Cell;
use std::rc::Rc;

use crate::scope;

/// A piece of work for one query, and which query the worker works for now.
pub struct Wanted {
    /// The query it is for.
    pub query: u32,
    now: Rc<Cell<u32>>,
}

impl Wanted {
    /// Makes `query` the one that the worker works for.
    pub fn from_now_on(query: u32, now: &Rc<Cell<u32>>) -> Self {
        now.set(query);
        Self { query, now: Rc::clone(now) }
    }

    /// Lets messages in and tells whether the work is still wanted.
    pub async fn still(&self) -> bool {
        scope::turn().await;
        self.is_now()
    }

    /// Whether the work is wanted as far as is known.
    pub fn is_now(&self) -> bool {
        self.now.get() == self.query
    }
}
