//! What whoever hosts the page says of the services: `services.json` beside it.

use std::collections::BTreeMap;

use gloo_net::http::Request;
use serde::Deserialize;
use sonoscape::services::{Provider, Service, spotify};

/// Address of the file, relative to the page.
const CONFIG: &str = "services.json";

/// Longest file, in bytes.
const MOST_BYTES: usize = 16 << 10;

/// Where services lie, and by which ids this page asks them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Config(BTreeMap<String, Entry>);

/// What is said of one service; what is not said is as usual.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    /// Public id of this page at the service.
    client_id: String,
    /// Where the service lies.
    base: String,
    /// Where people sign in.
    accounts: String,
    /// Whether it is not to be offered.
    off: bool,
}

impl Config {
    /// The file beside the page; without one, everything is as usual.
    ///
    /// # Errors
    /// One sentence for whoever hosts the page.
    pub async fn fetch() -> Result<Self, String> {
        let Ok(response) = Request::get(CONFIG).send().await else { return Ok(Self::default()) };
        if !response.ok() {
            return Ok(Self::default());
        }
        let bytes = response.binary().await.unwrap_or_default();
        let read = if bytes.len() > MOST_BYTES { None } else { serde_json::from_slice(&bytes).ok() };
        read.ok_or_else(|| format!("{CONFIG} cannot be read. Whoever runs this site needs to mend it."))
    }

    /// The services that can be asked from a page, in the order in which they are offered.
    pub fn offered(&self) -> Vec<Service> {
        let usable = |service: &Service| {
            let entry = self.entry(*service);
            !entry.off && (*service != Service::Jamendo || !entry.client_id.is_empty())
        };
        [Service::Spotify, Service::Deezer, Service::Itunes, Service::Jamendo].into_iter().filter(usable).collect()
    }

    /// The service where this page finds it.
    pub fn provider(&self, service: Service) -> Provider {
        let Entry { client_id, base, .. } = self.entry(service);
        let usual = Provider::new(service);
        Provider { client_id, base: if base.is_empty() { usual.base } else { base }, ..usual }
    }

    /// The public id that whoever hosts the page has at Spotify; empty where that is none.
    pub fn spotify_id(&self) -> String {
        self.entry(Service::Spotify).client_id
    }

    /// Where people sign in to Spotify.
    pub fn accounts(&self) -> String {
        let accounts = self.entry(Service::Spotify).accounts;
        if accounts.is_empty() { spotify::ACCOUNTS.to_owned() } else { accounts }
    }

    fn entry(&self, service: Service) -> Entry {
        self.0.get(service.id()).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn without_ids_only_services_that_need_none_are_offered() {
        let offered = |json: &str| serde_json::from_str::<Config>(json).map(|config| config.offered());
        let usual = [Service::Spotify, Service::Deezer, Service::Itunes];
        assert_eq!(offered("{}").ok(), Some(usual.to_vec()));
        assert_eq!(offered(r#"{"jamendo":{"clientId":"x"}}"#).ok().map(|offered| offered.len()), Some(4));
        assert_eq!(offered(r#"{"spotify":{"off":true},"deezer":{"off":true}}"#).ok(), Some(vec![Service::Itunes]));
        assert!(offered("[]").is_err());
    }
}
