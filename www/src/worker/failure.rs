//! The library's errors and the network's as failures of the protocol.

use sonoscape::Error;

use crate::protocol::Failure;

impl Failure {
    /// A failure of kind `kind` that reads `sentence`.
    pub fn new(kind: &str, sentence: impl Into<String>) -> Self {
        Self { kind: kind.into(), sentence: sentence.into() }
    }

    /// Page and worker come from two builds.
    pub fn stale(reason: &str) -> Self {
        Self::new("worker", format!("Two versions of this page are mixed up ({reason}). Reload it to get the new one."))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::TooShort { .. } => "too-short",
            Error::Silent => "silent",
            Error::NotFinite { .. } => "not-finite",
            Error::Channels { .. } => "channels",
            Error::SampleRate { .. } => "sample-rate",
            Error::Encoder(_) => "encoder",
            Error::Decoder(_) => "decoder",
            Error::EncoderMismatch { .. } => "mismatch",
            Error::Catalogue(_) => "catalogue",
            Error::Version { .. } => "version",
            Error::Limit { .. } => "limit",
            _ => "unknown",
        };
        Self::new(kind, error.to_string())
    }
}
