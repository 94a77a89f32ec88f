//! Signing in to Spotify: Authorization Code with PKCE. What lets somebody in stays in this tab's session storage, and nowhere else.

use std::cell::Cell;

use js_sys::{Date, Uint8Array};
use leptos::prelude::window;
use serde::{Deserialize, Serialize};
use sonoscape::services::spotify::{self, Token};
use sonoscape::services::{Reply, Service, ServiceError, Trouble};
use wasm_bindgen::JsValue;
use web_sys::{Storage, UrlSearchParams};

use super::config::Config;
use super::fetch::{self, Fetched};
use crate::pause::pause;

/// Where the session is kept, in session storage.
const SESSION: &str = "sonoscape-spotify";

/// Where a sign-in that has begun is kept, in session storage.
const BEGUN: &str = "sonoscape-spotify-sign-in";

/// Where the person's own client id is kept, in local storage; it is no secret.
const CLIENT_ID: &str = "sonoscape-spotify-client";

/// Where it is kept that Spotify's previews may be used.
const PREVIEWS: &str = "sonoscape-spotify-previews";

/// A token is renewed so long before it ends, in milliseconds.
const MARGIN_MS: f64 = 30_000.0;

/// How often to look whether another request has renewed the token, in milliseconds.
const GLANCE_MS: u32 = 50;

thread_local! {
    static IS_RENEWING: Cell<bool> = const { Cell::new(false) };
}

/// Somebody who is signed in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    client_id: String,
    access_token: String,
    /// Good for one renewal.
    refresh_token: Option<String>,
    ends_ms: f64,
}

/// A sign-in that has begun.
#[derive(Serialize, Deserialize)]
struct Begun {
    client_id: String,
    state: String,
    verifier: String,
    /// Where to go on afterwards: what follows the page's path.
    rest: String,
    /// What was looked for.
    words: String,
}

/// What somebody brings who comes back from Spotify's page.
pub struct Returned {
    state: String,
    code: Option<String>,
    begun: Option<Begun>,
}

impl Returned {
    /// Takes what Spotify's page has put into the address out of there, if somebody comes from it.
    pub fn take() -> Option<Self> {
        let search = window().location().search().unwrap_or_default();
        let found = UrlSearchParams::new_with_str(&search).ok()?;
        let (state, code) = (found.get("state")?, found.get("code"));
        if code.is_none() && !found.has("error") {
            return None;
        }
        let kept = session_storage().and_then(|storage| {
            let kept = storage.get_item(BEGUN).ok().flatten();
            let _ = storage.remove_item(BEGUN);
            kept
        });
        let begun = kept.and_then(|json| serde_json::from_str::<Begun>(&json).ok());
        clean_address(begun.as_ref().map_or("", |begun| &begun.rest));
        Some(Self { state, code, begun })
    }

    /// Signs in with it; the words that were looked for, or why not.
    ///
    /// # Errors
    /// One sentence.
    pub async fn enter(self, config: &Config) -> Result<String, String> {
        let Some(begun) = self.begun.filter(|begun| begun.state == self.state) else {
            return Err("This sign-in to Spotify was not begun in this tab. Sign in again.".to_owned());
        };
        let Some(code) = self.code else {
            return Err("Spotify was not allowed to let this page search. Sign in again to allow it.".to_owned());
        };
        let form = spotify::code_form(&begun.client_id, &redirect(), &code, &begun.verifier);
        let token = token(config, &form).await.map_err(|error| error.to_string())?;
        Session::write(begun.client_id, token, None);
        Ok(begun.words)
    }
}

impl Session {
    /// Whether somebody is signed in.
    pub fn is_open() -> bool {
        Self::read().is_some()
    }

    /// Goes to the page where somebody signs in.
    ///
    /// # Errors
    /// One sentence.
    pub fn begin(config: &Config, words: &str) -> Result<(), String> {
        let client_id = client_id(config);
        if client_id.is_empty() {
            return Err("Spotify wants a client id first. Enter yours.".to_owned());
        }
        let refused = || {
            "This browser keeps nothing for this tab, which signing in needs. Allow storage for this site.".to_owned()
        };
        let (state, verifier) = random().zip(random()).ok_or_else(refused)?;
        let location = window().location();
        let rest = format!("{}{}", location.search().unwrap_or_default(), location.hash().unwrap_or_default());
        let address = spotify::sign_in(&config.accounts(), &client_id, &redirect(), &state, &verifier);
        let begun = Begun { client_id, state, verifier, rest, words: words.to_owned() };
        let json = serde_json::to_string(&begun).map_err(|_| refused())?;
        session_storage().and_then(|storage| storage.set_item(BEGUN, &json).ok()).ok_or_else(refused)?;
        location.assign(&address).map_err(|_| refused())
    }

    /// A token that is good now, renewed if need be.
    ///
    /// # Errors
    /// When nobody is signed in any more.
    pub async fn token(config: &Config) -> Result<String, ServiceError> {
        let signed_out = || ServiceError::new(Service::Spotify, Trouble::SignIn);
        while IS_RENEWING.get() {
            pause(GLANCE_MS).await;
        }
        let session = Self::read().ok_or_else(signed_out)?;
        if Date::now() < session.ends_ms - MARGIN_MS {
            return Ok(session.access_token);
        }
        let Some(refresh) = session.refresh_token else {
            Self::close();
            return Err(signed_out());
        };
        IS_RENEWING.set(true);
        let renewed = token(config, &spotify::refresh_form(&session.client_id, &refresh)).await;
        IS_RENEWING.set(false);
        if Self::read().and_then(|now| now.refresh_token).as_ref() != Some(&refresh) {
            // Signed out meanwhile, or signed in anew.
            return Err(signed_out());
        }
        match renewed {
            Ok(token) => {
                let access_token = token.access_token.clone();
                Self::write(session.client_id, token, Some(refresh));
                Ok(access_token)
            }
            Err(error) => {
                if !error.may_pass() {
                    Self::close();
                }
                Err(error)
            }
        }
    }

    /// The token was refused: the next request renews it first. Says whether anybody is signed in.
    pub fn spoil() -> bool {
        let Some(session) = Self::read() else { return false };
        Self { ends_ms: 0.0, ..session }.keep();
        true
    }

    /// Signs out: nothing is left that lets somebody in.
    pub fn close() {
        if let Some(storage) = session_storage() {
            let _ = storage.remove_item(SESSION);
            let _ = storage.remove_item(BEGUN);
        }
    }

    fn read() -> Option<Self> {
        serde_json::from_str(&session_storage()?.get_item(SESSION).ok()??).ok()
    }

    /// A renewal that brings no new refresh token leaves the old one good.
    fn write(client_id: String, token: Token, before: Option<String>) {
        let ends_ms = Date::now() + f64::from(token.expires_in) * 1e3;
        let refresh_token = token.refresh_token.or(before);
        Self { client_id, access_token: token.access_token, refresh_token, ends_ms }.keep();
    }

    fn keep(&self) {
        if let (Some(storage), Ok(json)) = (session_storage(), serde_json::to_string(self)) {
            // Without room, the next request says that nobody is signed in.
            let _ = storage.set_item(SESSION, &json);
        }
    }
}

/// The client id to sign in with: the person's own before the host's.
pub fn client_id(config: &Config) -> String {
    let own = local_storage().and_then(|storage| storage.get_item(CLIENT_ID).ok().flatten());
    own.filter(|own| !own.is_empty()).unwrap_or_else(|| config.spotify_id())
}

/// Keeps the person's own client id; an empty one is forgotten. Says whether it can be one.
pub fn set_client_id(id: &str) -> bool {
    let id = id.trim();
    if id.len() > 128 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return false;
    }
    if let Some(storage) = local_storage() {
        let _ = if id.is_empty() { storage.remove_item(CLIENT_ID) } else { storage.set_item(CLIENT_ID, id) };
    }
    true
}

/// Whether Spotify's previews may be used.
pub fn uses_previews() -> bool {
    local_storage().and_then(|storage| storage.get_item(PREVIEWS).ok().flatten()).is_some()
}

/// Lets Spotify's previews be used, or not.
pub fn set_uses_previews(uses: bool) {
    if let Some(storage) = local_storage() {
        let _ = if uses { storage.set_item(PREVIEWS, "on") } else { storage.remove_item(PREVIEWS) };
    }
}

/// Where Spotify sends people back to: this page without anything after its path.
pub fn redirect() -> String {
    let location = window().location();
    format!("{}{}", location.origin().unwrap_or_default(), location.pathname().unwrap_or_default())
}

async fn token(config: &Config, form: &str) -> Result<Token, ServiceError> {
    let fetched = fetch::post(&spotify::token_address(&config.accounts()), form).await;
    let Fetched { status, retry_after, body } =
        fetched.map_err(|trouble| ServiceError::new(Service::Spotify, trouble))?;
    let now_s = (Date::now() / 1e3) as u64;
    spotify::read_token(&Reply { status, retry_after: retry_after.as_deref(), now_s, body: &body })
}

fn clean_address(rest: &str) {
    let path = window().location().pathname().unwrap_or_default();
    if let Ok(history) = window().history() {
        // A code is good for one exchange only, should a browser refuse this.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{rest}")));
    }
}

/// 64 letters and digits that nobody can guess: 32 random bytes.
fn random() -> Option<String> {
    let bytes = Uint8Array::new_with_length(32);
    window().crypto().ok()?.get_random_values_with_array_buffer_view(&bytes).ok()?;
    Some(bytes.to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn session_storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn local_storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
