//! The Internet Archive: a search finds items, an item holds tracks.
//!
//! # Source
//! <https://archive.org/developers>: “Advanced search”, “Item metadata”; files lie at `/download/ITEM/FILE`.

use serde_json::Value;

use super::field::{count, encode, encode_path, first, licence, link, list, seconds, text, texts, year};
use super::{Answer, Ask, Candidate, Service, ServiceError, Sound, Trouble, next_page};

const PAGE: u32 = 100;
const MOST_RESULTS: u32 = 10_000;

/// Kinds of files that are taken, the dearest first.
const FORMATS: [&str; 6] = ["VBR MP3", "128Kbps MP3", "64Kbps MP3", "Ogg Vorbis", "Flac", "WAVE"];

pub(super) fn path(ask: &Ask) -> Option<String> {
    Some(match ask {
        Ask::Search { words, offset } => {
            let query = format!("({words}) AND mediatype:audio AND licenseurl:*creativecommons*");
            format!(
                "/advancedsearch.php?q={}&fl[]=identifier&rows={PAGE}&page={}&sort[]=identifier+asc&output=json",
                encode(&query),
                offset / PAGE + 1
            )
        }
        Ask::Album { id, .. } => format!("/metadata/{}", encode(id)),
        Ask::Track { id } => format!("/metadata/{}", encode(id.split_once('/')?.0)),
        _ => return None,
    })
}

pub(super) fn read(ask: &Ask, body: &Value, base: &str) -> Result<Answer, ServiceError> {
    let trouble = |trouble| ServiceError::new(Service::Archive, trouble);
    if let Ask::Search { words, offset } = ask {
        let response = &body["response"];
        let Some(length) = response["docs"].as_array().map(Vec::len) else {
            let refusal = first([&body["error"], &body["message"]]);
            let kind = if refusal.is_empty() { Trouble::Foreign } else { Trouble::Refused };
            return Err(ServiceError::saying(Service::Archive, kind, refusal));
        };
        let total = count(&response["numFound"]);
        let items = list(&response["docs"]).map(|item| text(&item["identifier"])).filter(|id| !id.is_empty());
        return Ok(Answer {
            further: items.map(|id| Ask::Album { id, offset: 0 }).collect(),
            next: next_page(length, *offset, PAGE, total, MOST_RESULTS, |offset| Ask::Search {
                words: words.clone(),
                offset,
            }),
            total,
            ..Answer::default()
        });
    }
    if !body["error"].is_null() {
        return Err(ServiceError::saying(Service::Archive, Trouble::Refused, text(&body["error"])));
    }
    let (item, files) = (&body["metadata"], &body["files"]);
    if !item.is_object() || !files.is_array() {
        return Err(trouble(Trouble::Missing));
    }
    let mut candidates = tracks(item, files, base);
    if let Ask::Track { id } = ask {
        candidates.retain(|candidate| candidate.id == *id);
        if candidates.is_empty() {
            return Err(trouble(Trouble::Missing));
        }
    }
    Ok(Answer { candidates, ..Answer::default() })
}

/// One candidate a recording: the best kind of file of each, whatever else it is derived into.
fn tracks(item: &Value, files: &Value, base: &str) -> Vec<Candidate> {
    let rank = |file: &Value| FORMATS.iter().position(|format| file["format"].as_str() == Some(*format));
    let mut best: Vec<(&str, usize, &Value)> = Vec::new();
    for file in list(files) {
        let (Some(rank), Some(name)) = (rank(file), file["name"].as_str()) else { continue };
        let original = file["original"].as_str().unwrap_or(name);
        match best.iter_mut().find(|(known, ..)| *known == original) {
            Some(known) if rank < known.1 => *known = (original, rank, file),
            Some(_) => {}
            None => best.push((original, rank, file)),
        }
    }
    best.into_iter().filter_map(|(_, _, file)| candidate(item, file, base)).collect()
}

fn candidate(item: &Value, file: &Value, base: &str) -> Option<Candidate> {
    let (identifier, name) = (text(&item["identifier"]), file["name"].as_str()?);
    if identifier.is_empty() || identifier.contains('/') || name.split('/').any(|part| part == ".." || part.is_empty())
    {
        return None;
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let title = first([&file["title"], &Value::from(stem)]);
    let mut found = Candidate::new(Service::Archive, format!("{identifier}/{name}"), title)?;
    found.artist = [texts(&file["creator"]), texts(&file["artist"]), texts(&item["creator"])]
        .into_iter()
        .find(|artist| !artist.is_empty())
        .unwrap_or_default();
    found.album = first([&file["album"], &item["title"]]);
    found.duration_s = seconds(&file["length"]);
    found.year = year(&item["year"]).or_else(|| year(&item["date"]));
    found.genre =
        [texts(&file["genre"]), texts(&item["genre"])].into_iter().find(|g| !g.is_empty()).unwrap_or_default();
    found.licence = licence(&item["licenseurl"]);
    found.page = format!("{}/details/{}", Service::Archive.address(), encode(&identifier));
    found.cover = format!("{base}/services/img/{}", encode(&identifier));
    let url = link(&Value::from(format!("{base}/download/{}/{}", encode(&identifier), encode_path(name))));
    found.sound = (!url.is_empty()).then_some(Sound { url, is_whole: true, is_lasting: true, may_keep: true });
    Some(found.credited())
}
