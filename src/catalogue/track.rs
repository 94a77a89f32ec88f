//! What a catalogue says of one track.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Longest text of a track, in bytes.
pub(super) const MOST_TEXT: usize = 2048;

/// A track: what is shown beside its sound. Unknown texts are empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Track {
    /// Title.
    pub title: String,
    /// Artist.
    pub artist: String,
    /// Album.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub album: String,
    /// Year of release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// Length in seconds.
    pub duration_s: f32,
    /// Where it was found: a collection or service.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// What that source calls it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_id: String,
    /// International Standard Recording Code, where it is known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub isrc: String,
    /// Licence, as an SPDX identifier where there is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub licence: String,
    /// The credit that the licence asks for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub attribution: String,
    /// Web address of its public page.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub page: String,
    /// Where it can be heard: a web address, or a path beside the page.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub audio: String,
    /// Style, in the source's words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub style: String,
    /// How what was analysed differs from the public original.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub changes: String,
}

impl Track {
    /// Whether its texts and links are fit to be shown.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when a text is too long, a link is none, or the length is not a number.
    pub fn check(&self) -> Result<()> {
        let texts = [
            &self.title,
            &self.artist,
            &self.album,
            &self.source,
            &self.source_id,
            &self.isrc,
            &self.licence,
            &self.attribution,
            &self.page,
            &self.audio,
            &self.style,
            &self.changes,
        ];
        if texts.iter().any(|text| text.len() > MOST_TEXT) {
            return Err(Error::Catalogue(format!("a text of {:.40}… is longer than {MOST_TEXT} bytes", self.title)));
        }
        if !self.page.is_empty() && !is_web_address(&self.page) {
            return Err(Error::Catalogue(format!("{:.200} is no web address", self.page)));
        }
        if !self.audio.is_empty() && !is_web_address(&self.audio) && !is_relative_path(&self.audio) {
            return Err(Error::Catalogue(format!(
                "{:.200} is neither a web address nor a path beside the page",
                self.audio
            )));
        }
        if !self.duration_s.is_finite() || self.duration_s < 0.0 {
            return Err(Error::Catalogue(format!("{:.40} has no sensible length", self.title)));
        }
        Ok(())
    }
}

fn is_web_address(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !link.contains(|c: char| c.is_control() || c.is_whitespace()))
}

fn is_relative_path(path: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && c != '\\' && c != ':';
    !path.starts_with('/') && path.chars().all(plain) && path.split('/').all(|part| part != "..")
}
