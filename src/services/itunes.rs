//! Apple's iTunes Search.
//!
//! # Source
//! Apple's “iTunes Search API”: searching, lookup, understanding search results. Refusals by 403 are *reported* to be the limit.

use serde_json::Value;

use super::field::{encode, id, link, list, number, text, year};
use super::{Answer, Ask, Candidate, Reply, Service, ServiceError, Sound, Trouble, next_page};

const PAGE: u32 = 200;
const MOST_RESULTS: u32 = 1_000;

pub(super) fn path(ask: &Ask) -> Option<String> {
    Some(match ask {
        Ask::Search { words, offset } => {
            format!("/search?term={}&media=music&entity=song&limit={PAGE}&offset={offset}", encode(words))
        }
        Ask::Track { id } => format!("/lookup?id={}&entity=song", encode(id)),
        Ask::Album { id, .. } | Ask::Artist { id, .. } => format!("/lookup?id={}&entity=song&limit={PAGE}", encode(id)),
        _ => return None,
    })
}

pub(super) fn read(ask: &Ask, reply: &Reply) -> Result<Answer, ServiceError> {
    let body = reply.json(Service::Itunes).map_err(|error| match error.trouble {
        Trouble::Forbidden => ServiceError { trouble: Trouble::Busy, ..error },
        _ => error,
    })?;
    let refusal = text(&body["errorMessage"]);
    if !refusal.is_empty() {
        return Err(ServiceError::saying(Service::Itunes, Trouble::Refused, refusal));
    }
    let rows = &body["results"];
    let Some(length) = rows.as_array().map(Vec::len) else {
        return Err(ServiceError::new(Service::Itunes, Trouble::Foreign));
    };
    let candidates: Vec<Candidate> = list(rows).filter_map(candidate).collect();
    if candidates.is_empty() && matches!(ask, Ask::Track { .. }) {
        return Err(ServiceError::new(Service::Itunes, Trouble::Missing));
    }
    let next = match ask {
        Ask::Search { words, offset } => {
            next_page(length, *offset, PAGE, None, MOST_RESULTS, |offset| Ask::Search { words: words.clone(), offset })
        }
        _ => None,
    };
    Ok(Answer { candidates, next, ..Answer::default() })
}

fn candidate(row: &Value) -> Option<Candidate> {
    if row["kind"].as_str().is_some_and(|kind| kind != "song") {
        return None;
    }
    let mut found = Candidate::new(Service::Itunes, id(&row["trackId"]), text(&row["trackName"]))?;
    let preview = link(&row["previewUrl"]);
    found.artist = text(&row["artistName"]);
    found.album = text(&row["collectionName"]);
    found.duration_s = number(&row["trackTimeMillis"]).filter(|ms| *ms < 1e9).map_or(0.0, |ms| (ms / 1000.0) as f32);
    found.year = year(&row["releaseDate"]);
    found.genre = text(&row["primaryGenreName"]);
    found.page = link(&row["trackViewUrl"]);
    found.cover = link(&row["artworkUrl100"]);
    found.sound =
        (!preview.is_empty()).then_some(Sound { url: preview, is_whole: false, is_lasting: true, may_keep: false });
    Some(found.credited())
}
