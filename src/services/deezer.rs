//! Deezer's public interface.
//!
//! # Source
//! <https://developers.deezer.com/api>: search, track, playlist, album, artist, genre; errors come with status 200.

use serde_json::Value;

use super::field::{count, encode, first, id, isrc, link, list, number, seconds, text, year};
use super::{Answer, Ask, Candidate, Reply, Service, ServiceError, Sound, Trouble, next_page};

const PAGE: u32 = 100;
/// The furthest result that is asked for.
const MOST_RESULTS: u32 = 10_000;

const QUOTA: u64 = 4;
const BUSY: u64 = 700;
const NO_DATA: u64 = 800;
const TOKEN_INVALID: u64 = 300;
const PERMISSION: u64 = 200;

pub(super) fn path(ask: &Ask) -> Option<String> {
    Some(match ask {
        Ask::Search { words, offset } => format!("/search?q={}&limit={PAGE}&index={offset}", encode(words)),
        Ask::Track { id } => format!("/track/{}?", encode(id)),
        Ask::Isrc { isrc } => format!("/track/isrc:{}?", encode(isrc)),
        Ask::Playlist { id, offset } => format!("/playlist/{}/tracks?limit={PAGE}&index={offset}", encode(id)),
        Ask::Album { id, offset } => format!("/album/{}/tracks?limit={PAGE}&index={offset}", encode(id)),
        Ask::Artist { id, offset, .. } => format!("/artist/{}/top?limit={PAGE}&index={offset}", encode(id)),
        Ask::Genre { id, .. } => format!("/genre/{}/artists?", encode(id)),
        Ask::Related { id, .. } => format!("/artist/{}/related?limit={PAGE}", encode(id)),
    })
}

pub(super) fn read(ask: &Ask, reply: &Reply) -> Result<Answer, ServiceError> {
    let body = reply.json(Service::Deezer)?;
    let error = &body["error"];
    if error.is_object() && !error.as_object().is_some_and(serde_json::Map::is_empty) {
        let trouble = match error["code"].as_u64() {
            Some(QUOTA | BUSY) => Trouble::Busy,
            Some(NO_DATA) => Trouble::Missing,
            Some(TOKEN_INVALID) => Trouble::SignIn,
            Some(PERMISSION) => Trouble::Forbidden,
            _ => Trouble::Refused,
        };
        return Err(ServiceError::saying(Service::Deezer, trouble, text(&error["message"])));
    }
    let rows = &body["data"];
    match ask {
        Ask::Track { .. } | Ask::Isrc { .. } => {
            let found = candidate(&body).ok_or(ServiceError::new(Service::Deezer, Trouble::Foreign))?;
            Ok(Answer { candidates: vec![found], total: Some(1), ..Answer::default() })
        }
        _ if !rows.is_array() => Err(ServiceError::new(Service::Deezer, Trouble::Foreign)),
        Ask::Genre { hops, .. } => Ok(Answer { further: artists(rows, *hops), ..Answer::default() }),
        Ask::Related { hops, .. } => Ok(Answer { further: artists(rows, hops.saturating_sub(1)), ..Answer::default() }),
        Ask::Search { offset, .. } => Ok(tracks(&body, *offset, |offset| match ask {
            Ask::Search { words, .. } => Ask::Search { words: words.clone(), offset },
            other => other.clone(),
        })),
        Ask::Playlist { id, offset } => Ok(tracks(&body, *offset, |offset| Ask::Playlist { id: id.clone(), offset })),
        Ask::Album { id, offset } => Ok(tracks(&body, *offset, |offset| Ask::Album { id: id.clone(), offset })),
        Ask::Artist { id, name, offset } => {
            Ok(tracks(&body, *offset, |offset| Ask::Artist { id: id.clone(), name: name.clone(), offset }))
        }
    }
}

fn tracks(body: &Value, offset: u32, with: impl Fn(u32) -> Ask) -> Answer {
    let rows = &body["data"];
    let total = count(&body["total"]);
    let length = rows.as_array().map_or(0, Vec::len);
    Answer {
        candidates: list(rows).filter_map(candidate).collect(),
        next: next_page(length, offset, PAGE, total, MOST_RESULTS, with),
        total,
        ..Answer::default()
    }
}

fn artists(rows: &Value, hops: u8) -> Vec<Ask> {
    let both = |row: &Value| {
        let (artist, name) = (id(&row["id"]), text(&row["name"]));
        let near = (hops > 0).then(|| Ask::Related { id: artist.clone(), hops });
        [Some(Ask::Artist { id: artist, name, offset: 0 }), near]
    };
    list(rows).filter(|row| !id(&row["id"]).is_empty()).flat_map(both).flatten().collect()
}

fn candidate(row: &Value) -> Option<Candidate> {
    let mut found = Candidate::new(Service::Deezer, id(&row["id"]), text(&row["title"]))?;
    let preview = link(&row["preview"]);
    found.artist = text(&row["artist"]["name"]);
    found.album = text(&row["album"]["title"]);
    found.duration_s = seconds(&row["duration"]);
    found.year = year(&row["release_date"]).or_else(|| year(&row["album"]["release_date"]));
    found.isrc = isrc(&row["isrc"]);
    found.popularity = number(&row["rank"]).map(|rank| (rank / 10_000.0).min(100.0) as f32);
    found.page = format!("https://www.deezer.com/track/{}", encode(&found.id));
    found.cover = link_of([&row["album"]["cover_medium"], &row["album"]["cover"]]);
    // Its address is signed and lives about a quarter of an hour.
    found.sound =
        (!preview.is_empty()).then_some(Sound { url: preview, is_whole: false, is_lasting: false, may_keep: false });
    found.genre = first([&row["genre"], &row["album"]["genre"]]);
    Some(found.credited())
}

fn link_of<const N: usize>(values: [&Value; N]) -> String {
    values.into_iter().map(link).find(|link| !link.is_empty()).unwrap_or_default()
}
