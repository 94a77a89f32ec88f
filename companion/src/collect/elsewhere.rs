//! The sound of a track that a service names but does not give: at another service.

use anyhow::{Context, Result};
use sonoscape::Track;
use sonoscape::services::{Ask, Candidate, Certainty, Trouble, certainty};

use super::client::Client;
use super::crawl::Setback;

/// The same recording at another service, with a sound: by its code, or else by its names and length.
pub fn look(client: &Client, track: &Track) -> Result<Option<(Candidate, Certainty)>, Setback> {
    let service = client.service().context("A list has no sounds of others")?;
    let like = Candidate {
        title: track.title.clone(),
        artist: track.artist.clone(),
        album: track.album.clone(),
        duration_s: track.duration_s,
        year: track.year,
        isrc: track.isrc.clone(),
        ..Candidate::unknown(service)
    };
    let by_code = Ask::Isrc { isrc: track.isrc.clone() };
    let by_name = Ask::Search { words: format!("{} {}", track.artist, track.title), offset: 0 };
    for ask in [by_code, by_name] {
        let is_blank = matches!(&ask, Ask::Isrc { isrc } if isrc.is_empty());
        if is_blank || !client.takes(&ask) {
            continue;
        }
        let answer = match client.ask(&ask) {
            Ok(answer) => answer,
            Err(failure) if matches!(failure.trouble, Trouble::Missing | Trouble::Refused) => continue,
            Err(failure) => return Err(failure.into()),
        };
        let rated = answer.candidates.into_iter().filter(|found| found.sound.is_some());
        let rated = rated.map(|found| (certainty(&like, &found), found)).filter(|(sure, _)| *sure >= Certainty::LIKELY);
        if let Some((sure, best)) = rated.max_by(|(a, _), (b, _)| a.value().total_cmp(&b.value())) {
            return Ok(Some((best, sure)));
        }
    }
    Ok(None)
}
