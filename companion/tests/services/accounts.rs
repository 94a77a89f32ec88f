//! Spotify's page to sign in, and its address of tokens: PKCE by S256, codes and refresh tokens that work once.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use serde_json::json;
use sonoscape::services::spotify;

use super::Plain;
use super::query::Query;

/// What a program proves itself with.
pub const CLIENT_ID: &str = "stand-in-client";
pub const CLIENT_SECRET: &str = "stand-in-secret";

/// What has been handed out.
#[derive(Default)]
pub struct Accounts {
    issued: usize,
    codes: BTreeMap<String, Wanted>,
    refresh: BTreeMap<String, String>,
    good: BTreeSet<String>,
    /// For how long tokens are said to be good, in seconds; 0 says an hour.
    pub expires_in: u32,
}

struct Wanted {
    client_id: String,
    redirect: String,
    challenge: String,
}

impl Accounts {
    /// Makes every token that was handed out worthless.
    pub fn expire(&mut self) {
        self.good.clear();
    }

    pub fn lets_in(&self, authorization: Option<&str>) -> bool {
        authorization.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| self.good.contains(token))
    }

    /// The page with the two links `#agree` and `#cancel`.
    pub fn page(&mut self, query: &Query) -> Plain {
        let [client_id, redirect, state, challenge] =
            ["client_id", "redirect_uri", "state", "code_challenge"].map(|name| query.get(name));
        let loopback = redirect.starts_with("http://127.0.0.1:") || redirect.starts_with("http://[::1]:");
        if !redirect.starts_with("https://") && !loopback {
            return Plain::page(StatusCode::BAD_REQUEST, "INVALID_CLIENT: Insecure redirect URI");
        }
        if client_id != CLIENT_ID || query.get("response_type") != "code" {
            return Plain::page(StatusCode::BAD_REQUEST, "INVALID_CLIENT: Invalid client");
        }
        if query.get("code_challenge_method") != "S256" || challenge.len() != 43 {
            return Plain::page(StatusCode::BAD_REQUEST, "code_challenge must be made by S256");
        }
        let code = self.fresh("code");
        let state = super::query::encode(&state);
        let mark = if redirect.contains('?') { '&' } else { '?' };
        let html = format!(
            "<!doctype html><title>Stand-in</title><a id=agree href='{redirect}{mark}code={code}&amp;state={state}'>Agree</a> \
             <a id=cancel href='{redirect}{mark}error=access_denied&amp;state={state}'>Cancel</a>"
        );
        self.codes.insert(code, Wanted { client_id, redirect, challenge });
        Plain::html(StatusCode::OK, &html)
    }

    /// What the form is worth.
    pub fn token(&mut self, form: &Query, authorization: Option<&str>) -> Plain {
        let refuse = |error: &str, why: &str| {
            Plain::json(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": why }))
        };
        match form.get("grant_type").as_str() {
            "authorization_code" => {
                let Some(wanted) = self.codes.remove(&form.get("code")) else {
                    return refuse("invalid_grant", "Invalid authorization code");
                };
                if wanted.redirect != form.get("redirect_uri") || wanted.client_id != form.get("client_id") {
                    return refuse("invalid_grant", "Invalid redirect URI");
                }
                if spotify::challenge(&form.get("code_verifier")) != wanted.challenge {
                    return refuse("invalid_grant", "code_verifier was incorrect");
                }
                self.hand_out(Some(wanted.client_id))
            }
            "refresh_token" => match self.refresh.remove(&form.get("refresh_token")) {
                Some(client) if client == form.get("client_id") => self.hand_out(Some(client)),
                _ => refuse("invalid_grant", "Refresh token revoked"),
            },
            "client_credentials" => {
                let right = spotify::program_authorization(CLIENT_ID, CLIENT_SECRET);
                if authorization == Some(right.as_str()) {
                    self.hand_out(None)
                } else {
                    refuse("invalid_client", "Invalid client secret")
                }
            }
            _ => refuse("unsupported_grant_type", "grant_type is none"),
        }
    }

    fn hand_out(&mut self, client: Option<String>) -> Plain {
        let access = self.fresh("access");
        self.good.insert(access.clone());
        let expires_in = if self.expires_in == 0 { 3600 } else { self.expires_in };
        let mut token =
            json!({ "access_token": access, "token_type": "Bearer", "expires_in": expires_in, "scope": "" });
        if let Some(client) = client {
            let refresh = self.fresh("refresh");
            token["refresh_token"] = refresh.clone().into();
            self.refresh.insert(refresh, client);
        }
        Plain::json(StatusCode::OK, &token)
    }

    fn fresh(&mut self, kind: &str) -> String {
        self.issued += 1;
        format!("{kind}-{}-of-the-stand-in", self.issued)
    }
}
