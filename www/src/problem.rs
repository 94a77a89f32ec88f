//! What went wrong, as the page says it.

use crate::protocol::Failure;

/// A failure with what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A word for programs, such as `too-short`.
    pub kind: String,
    /// One plain sentence with a remedy.
    pub sentence: String,
    /// What trying again would repeat.
    pub retry: Retry,
}

/// What the retry button repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Nothing: there is no button.
    No,
    /// Fetching encoder and catalogue.
    Loading,
    /// The last query.
    Query,
}

impl Problem {
    /// A problem that trying again does not change.
    pub fn new(kind: &str, sentence: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), sentence: sentence.into(), retry: Retry::No }
    }

    /// The same problem with a retry button.
    pub fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// The worker's failure.
    pub fn of_worker(failure: Failure, retry: Retry) -> Self {
        Self { kind: failure.kind, sentence: failure.sentence, retry }
    }
}
