//! Asking a Qdrant server, more than once if need be.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;
use ureq::{Agent, Body, Error, http};

/// The variable of the environment that holds the key.
const KEY: &str = "QDRANT_API_KEY";

/// How often a question is asked at most.
const TRIES: u32 = 6;

/// How long to wait before the second try; it doubles from try to try.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// Longest wait that a server may ask for.
const LONGEST_WAIT_S: u64 = 60;

/// Longest answer that is read, and longest part of it that is shown.
const MOST_BYTES: u64 = 1 << 20;
const MOST_SHOWN: usize = 300;

/// A server, as far as it is known.
pub struct Client {
    agent: Agent,
    address: String,
    key: Option<String>,
}

/// What the server says.
pub struct Answer {
    pub status: u16,
    /// None if it is no JSON.
    pub body: Option<Value>,
    retry_after: Option<Duration>,
}

impl Answer {
    /// Whether it has the form of what Qdrant says.
    pub fn is_qdrants(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body["status"] == "ok" || body["status"]["error"].is_string())
    }
}

impl Client {
    /// The server at `address`, whose key is in the environment if it needs one.
    ///
    /// # Errors
    /// When the address is none, or the key cannot be one.
    pub fn new(address: &str, timeout: Duration) -> Result<Self> {
        let host = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
        let plain = |host: &str| !host.is_empty() && !host.contains(|c: char| "@?#".contains(c) || c.is_whitespace());
        ensure!(
            host.is_some_and(plain),
            "The address of a Qdrant server is like http://127.0.0.1:6333; a key goes into {KEY}."
        );
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout));
        let address = address.trim_end_matches('/').to_owned();
        Ok(Self { agent: config.build().into(), address, key: key()? })
    }

    /// Asks until there is an answer that another try would not better.
    ///
    /// # Errors
    /// When there is none after [`TRIES`] tries.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.map(serde_json::to_vec).transpose()?.unwrap_or_default();
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let found = self.try_once(method, path, &body);
            let again = match &found {
                Ok(answer) => answer.status == 408 || answer.status == 429 || answer.status >= 500,
                Err(error) => {
                    matches!(error, Error::Io(_) | Error::Timeout(_) | Error::Protocol(_) | Error::ConnectionFailed)
                }
            };
            if !again || attempt == TRIES {
                return found.map_err(|error| self.unreachable(&error));
            }
            thread::sleep(found.ok().and_then(|answer| answer.retry_after).unwrap_or(wait));
            wait *= 2;
        }
        unreachable!("the last try returns")
    }

    /// What was asked for.
    ///
    /// # Errors
    /// When the server refuses `what`, in its own words.
    pub fn accepted(&self, answer: Answer, what: &str) -> Result<Value> {
        match (answer.status, &self.key) {
            (401 | 403, None) => bail!("Qdrant at {} wants an API key. Put it into the variable {KEY}.", self.address),
            (401 | 403, Some(_)) => {
                bail!(
                    "Qdrant at {} does not allow it with this API key. See that {KEY} holds the right one.",
                    self.address
                )
            }
            _ => {}
        }
        let (status, said) = (answer.status, self.readable(answer.body.as_ref()));
        if status == 429 || status >= 500 {
            bail!("Qdrant at {} fails {what} ({status}{said}). Run the same command later to go on.", self.address);
        }
        ensure!(answer.is_qdrants(), self.stranger());
        let body = answer.body.filter(|_| status == 200);
        body.with_context(|| format!("Qdrant at {} refuses {what} ({status}{said})", self.address))
    }

    /// What is said of an answer that Qdrant does not give.
    pub fn stranger(&self) -> String {
        format!("What answers at {} is not Qdrant. See that the address is right.", self.address)
    }

    fn try_once(&self, method: &str, path: &str, body: &[u8]) -> Result<Answer, Error> {
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        if let Some(key) = &self.key {
            request = request.header("api-key", key);
        }
        let response = if body.is_empty() {
            self.agent.run(request.body(())?)?
        } else {
            self.agent.run(request.header("content-type", "application/json").body(body)?)?
        };
        read(response)
    }

    fn unreachable(&self, error: &Error) -> anyhow::Error {
        anyhow!(
            "No answer from {}: {error}. See that Qdrant runs there, then run the same command to go on.",
            self.address
        )
    }

    /// The server's own words, as far as they can be shown.
    fn readable(&self, body: Option<&Value>) -> String {
        let said = body.and_then(|body| body["status"]["error"].as_str()).unwrap_or_default();
        let said = self.key.as_ref().map_or(said.to_owned(), |key| said.replace(key.as_str(), "…"));
        let said: String = said.chars().filter(|c| !c.is_control()).take(MOST_SHOWN).collect();
        if said.is_empty() { said } else { format!(": {said}") }
    }
}

fn read(mut response: http::Response<Body>) -> Result<Answer, Error> {
    let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let retry_after = after.map(|seconds: u64| Duration::from_secs(seconds.min(LONGEST_WAIT_S)));
    let bytes = response.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?;
    let status = response.status().as_u16();
    Ok(Answer { status, body: serde_json::from_slice(&bytes).ok(), retry_after })
}

fn key() -> Result<Option<String>> {
    let Some(key) = std::env::var_os(KEY).filter(|key| !key.is_empty()) else { return Ok(None) };
    let key = key.into_string().ok().filter(|key| key.chars().all(|c| c.is_ascii_graphic()));
    key.map(Some).with_context(|| format!("{KEY} holds no API key"))
}
