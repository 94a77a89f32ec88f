//! Jamendo's interface, version 3.0.
//!
//! # Source
//! <https://developer.jamendo.com/v3.0>: tracks, response codes; errors come with status 200.

use serde_json::Value;

use super::field::{count, encode, id, isrc, licence, link, list, seconds, text, texts, year};
use super::{Answer, Ask, Candidate, Reply, Service, ServiceError, Sound, Trouble, next_page};

const PAGE: u32 = 200;
const MOST_RESULTS: u32 = 100_000;

const INVALID_CLIENT: u64 = 5;
const RATE_LIMIT: u64 = 6;
const SUSPENDED: u64 = 11;
const ACCESS_TOKEN: u64 = 12;

pub(super) fn path(ask: &Ask, client_id: &str) -> Option<String> {
    let (what, offset) = match ask {
        Ask::Search { words, offset } => (format!("search={}&boost=popularity_total", encode(words)), *offset),
        Ask::Track { id } => (format!("id={}", encode(id)), 0),
        Ask::Album { id, offset } => (format!("album_id={}", encode(id)), *offset),
        Ask::Artist { id, offset, .. } => (format!("artist_id={}", encode(id)), *offset),
        Ask::Genre { id, offset, .. } => (format!("fuzzytags={}&order=popularity_total", encode(id)), *offset),
        Ask::Playlist { .. } | Ask::Isrc { .. } | Ask::Related { .. } => return None,
    };
    let client_id = encode(client_id);
    Some(format!(
        "/v3.0/tracks/?client_id={client_id}&format=json&{what}&limit={PAGE}&offset={offset}\
         &include=musicinfo+licenses&audioformat=mp32&fullcount=true"
    ))
}

pub(super) fn read(ask: &Ask, reply: &Reply) -> Result<Answer, ServiceError> {
    let body = reply.json(Service::Jamendo)?;
    let (headers, rows) = (&body["headers"], &body["results"]);
    let code = headers["code"].as_u64();
    if code.is_some_and(|code| code != 0) || headers["status"].as_str() == Some("failed") {
        let trouble = match code {
            Some(INVALID_CLIENT | ACCESS_TOKEN) => Trouble::SignIn,
            Some(RATE_LIMIT) => Trouble::Busy,
            Some(SUSPENDED) => Trouble::Forbidden,
            _ => Trouble::Refused,
        };
        return Err(ServiceError::saying(Service::Jamendo, trouble, text(&headers["error_message"])));
    }
    let Some(length) = rows.as_array().map(Vec::len) else {
        return Err(ServiceError::new(Service::Jamendo, Trouble::Foreign));
    };
    let total = count(&headers["results_fullcount"]);
    let page = |offset: u32, with: &dyn Fn(u32) -> Ask| next_page(length, offset, PAGE, total, MOST_RESULTS, with);
    let next = match ask {
        Ask::Search { words, offset } => page(*offset, &|offset| Ask::Search { words: words.clone(), offset }),
        Ask::Album { id, offset } => page(*offset, &|offset| Ask::Album { id: id.clone(), offset }),
        Ask::Genre { id, hops, offset } => page(*offset, &|offset| Ask::Genre { id: id.clone(), hops: *hops, offset }),
        Ask::Artist { id, name, offset } => {
            page(*offset, &|offset| Ask::Artist { id: id.clone(), name: name.clone(), offset })
        }
        _ => None,
    };
    let candidates: Vec<Candidate> = list(rows).filter_map(candidate).collect();
    if candidates.is_empty() && matches!(ask, Ask::Track { .. }) {
        return Err(ServiceError::new(Service::Jamendo, Trouble::Missing));
    }
    Ok(Answer { candidates, next, total, ..Answer::default() })
}

fn candidate(row: &Value) -> Option<Candidate> {
    let mut found = Candidate::new(Service::Jamendo, id(&row["id"]), text(&row["name"]))?;
    let (stream, download) = (link(&row["audio"]), link(&row["audiodownload"]));
    let may_download = row["audiodownload_allowed"].as_bool().unwrap_or(false) && !download.is_empty();
    found.artist = text(&row["artist_name"]);
    found.album = text(&row["album_name"]);
    found.duration_s = seconds(&row["duration"]);
    found.year = year(&row["releasedate"]);
    found.isrc = isrc(&row["isrc"]);
    found.genre = texts(&row["musicinfo"]["tags"]["genres"]);
    found.licence = licence(&row["license_ccurl"]);
    found.page = match link(&row["shareurl"]) {
        page if page.is_empty() => format!("https://www.jamendo.com/track/{}", encode(&found.id)),
        page => page,
    };
    found.cover =
        [&row["image"], &row["album_image"]].map(link).into_iter().find(|l| !l.is_empty()).unwrap_or_default();
    found.sound = if may_download {
        Some(Sound { url: download, is_whole: true, is_lasting: true, may_keep: true })
    } else {
        // The stream's address names who asked for it.
        (!stream.is_empty()).then_some(Sound { url: stream, is_whole: true, is_lasting: false, may_keep: false })
    };
    Some(found.credited())
}
