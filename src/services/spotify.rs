//! Spotify's Web API, and how somebody signs in to it without a secret.
//!
//! # Source
//! <https://developer.spotify.com/documentation/web-api>, its changes of November 2024 and of February and March 2026 (ten
//! results a page, `/items` of playlists, no related artists and top tracks for keys in development mode), and its guide to the
//! “Authorization Code with PKCE Flow”; RFC 7636.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::field::{count, encode, id, isrc, link, list, number, text, year};
use super::{Answer, Ask, Candidate, Reply, Service, ServiceError, Sound, Trouble, next_page};

/// Where people sign in.
pub const ACCOUNTS: &str = "https://accounts.spotify.com";

/// What Spotify's developer policy says, for beside the switch that lets its previews be used.
pub const POLICY: &str = "Do not use the Spotify Platform or any Spotify Content to train a machine learning or AI model or otherwise ingest Spotify Content \
                          into a machine learning or AI model.";

const SEARCH_PAGE: u32 = 10;
const LIST_PAGE: u32 = 50;
/// The furthest result that it lets be asked for.
const MOST_RESULTS: u32 = 1_000;
const MOST_LISTED: u32 = 20_000;

/// What lets somebody in; kept in memory or for the length of a session, never in an address or a file.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Token {
    /// What goes into the header `Authorization`, after `Bearer`.
    pub access_token: String,
    /// What a new token is got with, once; only of somebody who signed in.
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// For how long it is good, in seconds.
    #[serde(default)]
    pub expires_in: u32,
}

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Token(good for {} s)", self.expires_in)
    }
}

/// The page where somebody signs in and lets `client_id` search; it leads back to `redirect`.
pub fn sign_in(accounts: &str, client_id: &str, redirect: &str, state: &str, verifier: &str) -> String {
    format!(
        "{accounts}/authorize?response_type=code&client_id={}&redirect_uri={}&state={}&code_challenge_method=S256&code_challenge={}",
        encode(client_id),
        encode(redirect),
        encode(state),
        challenge(verifier)
    )
}

/// The address that hands out tokens, for forms by POST.
pub fn token_address(accounts: &str) -> String {
    format!("{accounts}/api/token")
}

/// The form that makes a token of a code.
pub fn code_form(client_id: &str, redirect: &str, code: &str, verifier: &str) -> String {
    let [client_id, redirect, code, verifier] = [client_id, redirect, code, verifier].map(encode);
    format!(
        "grant_type=authorization_code&client_id={client_id}&redirect_uri={redirect}&code={code}&code_verifier={verifier}"
    )
}

/// The form that makes a new token of a refresh token, which is used up by that.
pub fn refresh_form(client_id: &str, refresh_token: &str) -> String {
    format!("grant_type=refresh_token&client_id={}&refresh_token={}", encode(client_id), encode(refresh_token))
}

/// The form by which a program gets a token in its own name; its id and secret go into the header `Authorization`.
pub fn program_form() -> &'static str {
    "grant_type=client_credentials"
}

/// What the address of tokens answers.
///
/// # Errors
/// When it refuses.
pub fn read_token(reply: &Reply) -> Result<Token, ServiceError> {
    let sign_in = |error: ServiceError| match error.trouble {
        Trouble::Refused | Trouble::Forbidden => ServiceError { trouble: Trouble::SignIn, ..error },
        _ => error,
    };
    let body = reply.json(Service::Spotify).map_err(|error| sign_in(error).of(reply))?;
    let token = Token::deserialize(body).ok().filter(|token| header_safe(&token.access_token));
    token.ok_or_else(|| ServiceError::new(Service::Spotify, Trouble::Foreign))
}

fn header_safe(text: &str) -> bool {
    !text.is_empty() && text.len() <= 4096 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The header `Authorization` of a program that asks for a token in its own name.
pub fn program_authorization(client_id: &str, secret: &str) -> String {
    let mut text = base64(format!("{client_id}:{secret}").as_bytes(), b"+/");
    text.extend(core::iter::repeat_n('=', (4 - text.len() % 4) % 4));
    format!("Basic {text}")
}

/// What stands for a verifier in the address where somebody signs in: SHA-256 in base64 for addresses.
pub fn challenge(verifier: &str) -> String {
    base64(&Sha256::digest(verifier.as_bytes()), b"-_")
}

/// Base64 without padding, whose last two letters differ from kind to kind.
fn base64(bytes: &[u8], last: &[u8; 2]) -> String {
    let letters: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*last).collect();
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        text.extend((0..=three.len()).map(|i| char::from(letters[(bits >> (18 - 6 * i) & 63) as usize])));
    }
    text
}

pub(super) fn path(ask: &Ask) -> Option<String> {
    Some(match ask {
        Ask::Search { words, offset } => {
            format!("/v1/search?type=track&q={}&limit={SEARCH_PAGE}&offset={offset}", encode(words))
        }
        Ask::Isrc { isrc } => {
            format!("/v1/search?type=track&q={}&limit={SEARCH_PAGE}&offset=0", encode(&format!("isrc:{isrc}")))
        }
        Ask::Track { id } => format!("/v1/tracks/{}", encode(id)),
        Ask::Playlist { id, offset } => format!("/v1/playlists/{}/items?limit={LIST_PAGE}&offset={offset}", encode(id)),
        Ask::Album { id, offset } => format!("/v1/albums/{}/tracks?limit={LIST_PAGE}&offset={offset}", encode(id)),
        Ask::Artist { id, .. } => format!("/v1/artists/{}/top-tracks", encode(id)),
        Ask::Genre { id, offset, .. } => {
            let words = encode(&format!("genre:\"{id}\""));
            format!("/v1/search?type=artist&q={words}&limit={SEARCH_PAGE}&offset={offset}")
        }
        Ask::Related { id, .. } => format!("/v1/artists/{}/related-artists", encode(id)),
    })
}

pub(super) fn read(ask: &Ask, body: &Value) -> Result<Answer, ServiceError> {
    let foreign = || ServiceError::new(Service::Spotify, Trouble::Foreign);
    let page = match ask {
        Ask::Track { .. } => {
            let found = candidate(body).ok_or_else(foreign)?;
            return Ok(Answer { candidates: vec![found], total: Some(1), ..Answer::default() });
        }
        Ask::Artist { .. } => {
            let rows = body["tracks"].as_array().map(|_| list(&body["tracks"])).ok_or_else(foreign)?;
            return Ok(Answer { candidates: rows.filter_map(candidate).collect(), ..Answer::default() });
        }
        Ask::Related { hops, .. } => {
            let rows = body["artists"].as_array().map(|_| list(&body["artists"])).ok_or_else(foreign)?;
            return Ok(Answer { further: artists(rows, hops.saturating_sub(1)), ..Answer::default() });
        }
        Ask::Search { .. } | Ask::Isrc { .. } => &body["tracks"],
        Ask::Genre { .. } => &body["artists"],
        Ask::Playlist { .. } | Ask::Album { .. } => body,
    };
    let (rows, total) = (&page["items"], count(&page["total"]));
    let length = rows.as_array().ok_or_else(foreign)?.len();
    let track = |row: &Value| match (&row["item"], &row["track"]) {
        (item, _) if item.is_object() => candidate(item),
        (_, track) if track.is_object() => candidate(track),
        _ => candidate(row),
    };
    let searched =
        |offset: u32, with: &dyn Fn(u32) -> Ask| next_page(length, offset, SEARCH_PAGE, total, MOST_RESULTS, with);
    let listed =
        |offset: u32, with: &dyn Fn(u32) -> Ask| next_page(length, offset, LIST_PAGE, total, MOST_LISTED, with);
    let next = match ask {
        Ask::Search { words, offset } => searched(*offset, &|offset| Ask::Search { words: words.clone(), offset }),
        Ask::Genre { id, hops, offset } => {
            searched(*offset, &|offset| Ask::Genre { id: id.clone(), hops: *hops, offset })
        }
        Ask::Playlist { id, offset } => listed(*offset, &|offset| Ask::Playlist { id: id.clone(), offset }),
        Ask::Album { id, offset } => listed(*offset, &|offset| Ask::Album { id: id.clone(), offset }),
        _ => None,
    };
    Ok(match ask {
        Ask::Genre { hops, .. } => Answer { further: artists(list(rows), *hops), next, total, ..Answer::default() },
        _ => Answer { candidates: list(rows).filter_map(track).collect(), next, total, ..Answer::default() },
    })
}

fn artists<'a>(rows: impl Iterator<Item = &'a Value>, hops: u8) -> Vec<Ask> {
    let both = |row: &Value| {
        let (artist, name) = (id(&row["id"]), text(&row["name"]));
        let near = (hops > 0).then(|| Ask::Related { id: artist.clone(), hops });
        [Some(Ask::Artist { id: artist, name, offset: 0 }), near]
    };
    rows.filter(|row| !id(&row["id"]).is_empty()).flat_map(both).flatten().collect()
}

fn candidate(row: &Value) -> Option<Candidate> {
    if row["type"].as_str().is_some_and(|kind| kind != "track") || row["is_local"].as_bool() == Some(true) {
        return None;
    }
    let mut found = Candidate::new(Service::Spotify, id(&row["id"]), text(&row["name"]))?;
    let preview = link(&row["preview_url"]);
    let names: Vec<String> = list(&row["artists"]).take(20).map(|artist| text(&artist["name"])).collect();
    found.artist = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
    found.album = text(&row["album"]["name"]);
    found.duration_s = number(&row["duration_ms"]).filter(|ms| *ms < 1e9).map_or(0.0, |ms| (ms / 1000.0) as f32);
    found.year = year(&row["album"]["release_date"]);
    found.isrc = isrc(&row["external_ids"]["isrc"]);
    found.popularity = number(&row["popularity"]).map(|popularity| popularity.min(100.0) as f32);
    found.page = format!("https://open.spotify.com/track/{}", encode(&found.id));
    let covers = list(&row["album"]["images"]);
    let by_width = |image: &&Value| (number(&image["width"]).unwrap_or(0.0) - 300.0).abs() as u32;
    found.cover = covers.min_by_key(by_width).map(|image| link(&image["url"])).unwrap_or_default();
    found.sound =
        (!preview.is_empty()).then_some(Sound { url: preview, is_whole: false, is_lasting: false, may_keep: false });
    Some(found.credited())
}
