//! Asking a service, more than once if need be, and never more often than it allows.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use sonoscape::services::{
    Answer, Ask, MOST_ANSWER_BYTES, Provider, Reply, Service, ServiceError, Trouble, retry_after_s, spotify,
};
use ureq::{Agent, Body, Error, http};

use super::bucket::Bucket;

/// What every request says of who asks.
const USER_AGENT: &str = concat!("Sonoscape/", env!("CARGO_PKG_VERSION"), " (finds music by how it sounds)");

/// How often a question is asked at most.
const TRIES: u32 = 5;
/// The longest wait before a second try is drawn up to this; the bound doubles from try to try.
const FIRST_WAIT_S: f64 = 1.0;
const LONGEST_WAIT_S: f64 = 60.0;
/// Who asks to wait longer is left alone for this run.
const MOST_PATIENCE_S: f64 = 120.0;

/// Sounds that may be fetched from one host, within how many seconds.
const SOUNDS: (u32, f64) = (20, 5.0);
const REDIRECTS: u32 = 5;

/// Where the services lie, if not at their own addresses: the variables of the environment are for tests.
#[derive(Debug, Clone)]
pub struct Surroundings {
    base: Option<String>,
    /// How many times as fast time is taken to pass.
    pace: f64,
    pub timeout: Duration,
}

/// Why something could not be had.
#[derive(Debug, Clone)]
pub struct Failure {
    pub sentence: String,
    pub trouble: Trouble,
    wait_s: Option<f64>,
}

/// A service, or the hosts of a list.
pub struct Client {
    provider: Option<Provider>,
    agent: Agent,
    questions: Bucket,
    sounds: Bucket,
    keys: Option<Keys>,
    surroundings: Surroundings,
}

/// What Spotify lets a program in with.
struct Keys {
    id: String,
    secret: String,
    accounts: String,
    token: Mutex<Option<(String, Instant)>>,
}

impl Surroundings {
    /// As the environment has them.
    pub fn new(timeout: Duration) -> Self {
        let base = std::env::var("SONOSCAPE_SERVICES").ok().filter(|base| !base.is_empty());
        let is_local = base.as_ref().is_some_and(|base| base.starts_with("http://127.0.0.1:"));
        let pace = std::env::var("SONOSCAPE_PACE").ok().and_then(|pace| pace.parse().ok());
        Self { base, pace: pace.filter(|pace| is_local && *pace >= 1.0).unwrap_or(1.0), timeout }
    }

    fn of(&self, name: &str, otherwise: &str) -> String {
        self.base.as_ref().map_or(otherwise.to_owned(), |base| format!("{base}/{name}"))
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self { sentence: error.to_string(), trouble: error.trouble, wait_s: error.retry_after_s }
    }
}

impl Client {
    /// A service; none stands for the hosts that a list names.
    ///
    /// # Errors
    /// When the environment lacks what the service wants.
    pub fn new(service: Option<Service>, surroundings: &Surroundings) -> Result<Self> {
        let provider = service.map(|service| Provider {
            base: surroundings.of(service.id(), service.address()),
            ..Provider::new(service)
        });
        let provider = match provider {
            Some(provider) if provider.service == Service::Jamendo => {
                let client_id = variable("JAMENDO_CLIENT_ID").context(
                    "Jamendo wants to know who asks: get a client id at https://devportal.jamendo.com and put it into JAMENDO_CLIENT_ID",
                )?;
                Some(Provider { client_id, ..provider })
            }
            provider => provider,
        };
        let keys = (service == Some(Service::Spotify)).then(|| Keys::new(surroundings)).transpose()?;
        let limit = service.map(Service::limit);
        let (requests, seconds, burst) =
            limit.map_or((SOUNDS.0, SOUNDS.1, 4), |l| (l.requests, f64::from(l.per_s), l.at_once));
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(USER_AGENT)
            .timeout_global(Some(surroundings.timeout));
        let sounds = surroundings.pace * f64::from(SOUNDS.0);
        Ok(Self {
            provider,
            agent: config.build().into(),
            questions: Bucket::new(requests, seconds / surroundings.pace, burst),
            sounds: Bucket::new(sounds as u32, SOUNDS.1, 4),
            keys,
            surroundings: surroundings.clone(),
        })
    }

    pub fn service(&self) -> Option<Service> {
        self.provider.as_ref().map(|provider| provider.service)
    }

    /// How many questions it takes at the same time.
    pub fn at_once(&self) -> u32 {
        self.service().map_or(4, |service| service.limit().at_once)
    }

    /// The shortest time in which it answers so many questions.
    pub fn time_for(&self, questions: usize) -> Duration {
        self.questions.time_for(questions)
    }

    /// Whether it can be asked this.
    pub fn takes(&self, ask: &Ask) -> bool {
        self.provider.as_ref().is_some_and(|provider| provider.address(ask).is_some())
    }

    /// Another way to what was asked for and refused.
    pub fn instead(&self, ask: &Ask, failure: &Failure) -> Option<Ask> {
        let provider = self.provider.as_ref()?;
        provider.instead(ask, &ServiceError::new(provider.service, failure.trouble))
    }

    /// What it answers.
    pub fn ask(&self, ask: &Ask) -> Result<Answer, Failure> {
        let provider =
            self.provider.as_ref().ok_or_else(|| Failure::new(Trouble::Refused, "A list cannot be asked."))?;
        let address = provider
            .address(ask)
            .ok_or_else(|| Failure::from(ServiceError::new(provider.service, Trouble::Refused)))?;
        let mut has_renewed = false;
        self.persist(&self.questions, || {
            loop {
                let authorization = self.keys.as_ref().map(|keys| keys.authorization(self)).transpose()?;
                let found = self
                    .get(&address, authorization.as_deref(), 0)
                    .map_err(|trouble| ServiceError::new(provider.service, trouble));
                let (response, body) = found?;
                let read = provider.read(ask, &reply(&response, &body));
                match (&read, &self.keys) {
                    (Err(error), Some(keys)) if error.trouble == Trouble::SignIn && !has_renewed => {
                        has_renewed = true;
                        keys.forget();
                        self.questions.take();
                    }
                    _ => return read.map_err(Failure::from),
                }
            }
        })
    }

    /// Has `take` read a sound.
    pub fn fetch<T>(&self, url: &str, mut take: impl FnMut(&mut dyn Read) -> Result<T, Failure>) -> Result<T, Failure> {
        self.persist(&self.sounds, || {
            let mut response = self.send(url, None, REDIRECTS).map_err(Failure::of_sound)?;
            let status = response.status().as_u16();
            let trouble = match status {
                200..=299 => None,
                401 | 403 => Some(Trouble::Forbidden),
                404 | 410 => Some(Trouble::Missing),
                429 => Some(Trouble::Busy),
                500..=599 => Some(Trouble::Down),
                _ => Some(Trouble::Refused),
            };
            match trouble {
                None => take(&mut response.body_mut().with_config().limit(u64::MAX).reader()),
                Some(trouble) => {
                    let wait_s = header(&response, "retry-after").and_then(|value| retry_after_s(value, now_s()));
                    Err(Failure { wait_s, ..Failure::of_sound(trouble) })
                }
            }
        })
    }

    /// Tries until it works, or until another try would not help.
    fn persist<T>(&self, bucket: &Bucket, mut once: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
        let mut bound_s = FIRST_WAIT_S;
        for attempt in 1.. {
            bucket.take();
            let failure = match once() {
                Ok(found) => return Ok(found),
                Err(failure) => failure,
            };
            let asked_s = failure.wait_s.unwrap_or(0.0);
            if attempt == TRIES || !failure.trouble.may_pass() || asked_s > MOST_PATIENCE_S {
                return Err(failure);
            }
            // Full jitter: whoever failed together does not come back together.
            let jitter_s = rand::random_range(0.0..bound_s) / self.surroundings.pace;
            match failure.trouble {
                Trouble::Busy if self.provider.is_some() => bucket.close(Duration::from_secs_f64(asked_s + jitter_s)),
                _ => thread::sleep(Duration::from_secs_f64(asked_s + jitter_s)),
            }
            bound_s = (2.0 * bound_s).min(LONGEST_WAIT_S);
        }
        unreachable!("the last try returns")
    }

    fn get(
        &self,
        url: &str,
        authorization: Option<&str>,
        redirects: u32,
    ) -> Result<(http::Response<()>, Vec<u8>), Trouble> {
        whole(self.send(url, authorization, redirects)?)
    }

    fn send(&self, url: &str, authorization: Option<&str>, redirects: u32) -> Result<http::Response<Body>, Trouble> {
        let mut request = self.agent.get(url).config().max_redirects(redirects).build();
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        request.call().map_err(|error| trouble(&error))
    }
}

impl Keys {
    fn new(surroundings: &Surroundings) -> Result<Self> {
        let wanted = "Spotify wants to know who asks: make an app at https://developer.spotify.com/dashboard and put its id and secret \
                      into SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET";
        let id = variable("SPOTIFY_CLIENT_ID").context(wanted)?;
        let secret = variable("SPOTIFY_CLIENT_SECRET").context(wanted)?;
        ensure!(!id.contains(':'), "SPOTIFY_CLIENT_ID holds no client id.");
        Ok(Self { id, secret, accounts: surroundings.of("accounts", spotify::ACCOUNTS), token: Mutex::new(None) })
    }

    fn authorization(&self, client: &Client) -> Result<String, Failure> {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((token, until)) = &*token
            && Instant::now() < *until
        {
            return Ok(format!("Bearer {token}"));
        }
        let request = client
            .agent
            .post(spotify::token_address(&self.accounts))
            .header("authorization", spotify::program_authorization(&self.id, &self.secret))
            .header("content-type", "application/x-www-form-urlencoded");
        let sent = request.send(spotify::program_form()).map_err(|error| trouble(&error)).and_then(whole);
        let (response, body) = sent.map_err(|trouble| ServiceError::new(Service::Spotify, trouble))?;
        let fresh = spotify::read_token(&reply(&response, &body))?;
        // A minute early, so that it does not end on the way.
        let good = Duration::from_secs(u64::from(fresh.expires_in.saturating_sub(60)));
        let authorization = format!("Bearer {}", fresh.access_token);
        *token = Some((fresh.access_token, Instant::now() + good));
        Ok(authorization)
    }

    fn forget(&self) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Failure {
    pub fn new(trouble: Trouble, sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), trouble, wait_s: None }
    }

    /// One of a sound's host, which is not the service.
    pub fn of_sound(trouble: Trouble) -> Self {
        let sentence = match trouble {
            Trouble::Forbidden | Trouble::SignIn => "Its sound is not handed out.",
            Trouble::Missing => "Its sound is gone.",
            Trouble::Busy => "The host of its sound is asked too often. Try again later.",
            Trouble::Down => "The host of its sound does not work at the moment. Try again later.",
            Trouble::Silent => "The host of its sound does not answer in time. Try again later.",
            Trouble::Unreachable => "The host of its sound cannot be reached. Check the connection.",
            Trouble::TooLong => "Its sound is larger than is taken.",
            Trouble::Foreign => "What came is no sound. A network that wants a sign-in may stand between.",
            Trouble::Refused => "The host of its sound refuses.",
        };
        Self::new(trouble, sentence)
    }

    /// Of bytes that stopped coming.
    pub fn of_reading(error: &io::Error) -> Self {
        let is_late = error.kind() == io::ErrorKind::TimedOut || error.to_string().contains("timeout");
        Self::of_sound(if is_late { Trouble::Silent } else { Trouble::Unreachable })
    }
}

fn whole(mut response: http::Response<Body>) -> Result<(http::Response<()>, Vec<u8>), Trouble> {
    let body = response.body_mut().with_config().limit(MOST_ANSWER_BYTES as u64).read_to_vec();
    let body = body.map_err(|error| trouble(&error))?;
    Ok((response.map(drop), body))
}

fn trouble(error: &Error) -> Trouble {
    match error {
        Error::Timeout(_) => Trouble::Silent,
        Error::BodyExceedsLimit(_) => Trouble::TooLong,
        Error::BadUri(_) | Error::Http(_) => Trouble::Refused,
        _ => Trouble::Unreachable,
    }
}

fn reply<'a>(response: &'a http::Response<()>, body: &'a [u8]) -> Reply<'a> {
    Reply { status: response.status().as_u16(), retry_after: header(response, "retry-after"), now_s: now_s(), body }
}

fn header<'a, T>(response: &'a http::Response<T>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// A variable of the environment that could be a key.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty() && value.chars().all(|c| c.is_ascii_graphic()))
}
