//! Services that know more recordings than the catalogue: asked only when somebody chooses one.

pub mod config;
mod fetch;
mod jsonp;
pub mod session;
pub mod sound;

use std::cell::RefCell;
use std::collections::BTreeMap;

use sonoscape::services::{Answer, Ask, MOST_ANSWER_BYTES, Reply, Service, ServiceError, Trouble};

use crate::pause::{now_ms, pause};
use config::Config;
use fetch::Fetched;
use session::Session;

/// Services without CORS, or whose CORS is not to be relied on.
const BY_SCRIPT: [Service; 2] = [Service::Deezer, Service::Itunes];

/// Name of the function that an answer's script calls, within its own frame.
const CALLBACK: &str = "sonoscape";

thread_local! {
    /// When each service was asked lately, in milliseconds.
    static ASKED_MS: RefCell<BTreeMap<Service, Vec<f64>>> = const { RefCell::new(BTreeMap::new()) };
    /// Until when each service wants to be left alone, in milliseconds.
    static AWAY_UNTIL_MS: RefCell<BTreeMap<Service, f64>> = const { RefCell::new(BTreeMap::new()) };
}

/// Asks a service, no more often than it allows.
///
/// # Errors
/// Why it did not help.
pub async fn ask(config: &Config, service: Service, ask: &Ask) -> Result<Answer, ServiceError> {
    let left_s = AWAY_UNTIL_MS.with_borrow(|until| until.get(&service).map_or(0.0, |until| until - now_ms())) / 1e3;
    if left_s > 0.0 {
        return Err(ServiceError { retry_after_s: Some(left_s.ceil()), ..ServiceError::new(service, Trouble::Busy) });
    }
    wait_turn(service).await;
    let mut answer = ask_now(config, service, ask).await;
    let refused = matches!(&answer, Err(error) if error.trouble == Trouble::SignIn);
    if service == Service::Spotify && refused && Session::spoil() {
        answer = ask_now(config, service, ask).await;
    }
    if let Err(ServiceError { retry_after_s: Some(wait_s), .. }) = &answer {
        AWAY_UNTIL_MS.with_borrow_mut(|until| until.insert(service, now_ms() + wait_s * 1e3));
    }
    answer
}

async fn ask_now(config: &Config, service: Service, ask: &Ask) -> Result<Answer, ServiceError> {
    let provider = config.provider(service);
    let address = provider.address(ask).ok_or_else(|| ServiceError::new(service, Trouble::Refused))?;
    let mut fetched = match service {
        Service::Deezer => Err(Trouble::Unreachable),
        Service::Spotify => {
            let token = Session::token(config).await?;
            fetch::get(&address, Some(&token)).await
        }
        _ => fetch::get(&address, None).await,
    };
    if BY_SCRIPT.contains(&service)
        && matches!(fetched, Err(Trouble::Unreachable))
        && let Some(script) = service.jsonp(&address, CALLBACK)
    {
        fetched = jsonp::answer(&script, CALLBACK).await.map(Fetched::of_script);
    }
    let Fetched { status, retry_after, body } = fetched.map_err(|trouble| ServiceError::new(service, trouble))?;
    let now_s = (js_sys::Date::now() / 1e3) as u64;
    provider.read(ask, &Reply { status, retry_after: retry_after.as_deref(), now_s, body: &body })
}

/// Waits until one more request keeps within the service's limit.
async fn wait_turn(service: Service) {
    let limit = service.limit();
    loop {
        let now = now_ms();
        let wait_ms = ASKED_MS.with_borrow_mut(|asked| {
            let asked = asked.entry(service).or_default();
            asked.retain(|at| now - at < f64::from(limit.per_s) * 1e3);
            if asked.len() < limit.requests as usize {
                asked.push(now);
                return None;
            }
            asked.first().map(|first| first + f64::from(limit.per_s) * 1e3 - now)
        });
        match wait_ms {
            None => return,
            Some(wait_ms) => pause(wait_ms.max(1.0) as u32).await,
        }
    }
}

/// Whether so many bytes may be an answer.
fn is_readable(bytes: usize) -> bool {
    bytes <= MOST_ANSWER_BYTES
}
