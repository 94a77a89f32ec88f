//! What an audio file says of itself.

use std::path::Path;

use serde::{Deserialize, Serialize};
use symphonia::core::meta::{Metadata, StandardTag};

/// Longest tag that is kept, in characters.
pub const LONGEST_TAG: usize = 300;

/// Descriptive tags; empty where the file has none, except for the title, which falls back to the file's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    /// Title of the track.
    pub title: String,
    /// Who performs it.
    pub artist: String,
    /// Album it appeared on.
    pub album: String,
    /// Year of recording or release.
    pub year: Option<u16>,
    /// International Standard Recording Code.
    pub isrc: String,
    /// Terms under which it may be used, as stated in the file.
    pub licence: String,
}

impl Tags {
    /// Gathers the tags of every revision; a later revision wins, since the poorer ID3v1 comes first.
    pub fn read(metadata: &mut Metadata<'_>, path: &Path) -> Self {
        let mut tags = Self::default();
        let mut album_artist = String::new();
        loop {
            let revision = metadata.current();
            let found = revision.iter().flat_map(|revision| &revision.media.tags).filter_map(|tag| tag.std.as_ref());
            let mut seen = Self::default();
            for tag in found {
                seen.take(tag, &mut album_artist);
            }
            tags.overlay(seen);
            if metadata.pop().is_none() {
                break;
            }
        }
        if tags.artist.is_empty() {
            tags.artist = album_artist;
        }
        if tags.title.is_empty() {
            tags.title = title_from_name(path);
        }
        tags
    }

    fn take(&mut self, tag: &StandardTag, album_artist: &mut String) {
        let field = match tag {
            StandardTag::TrackTitle(text) => (&mut self.title, text),
            StandardTag::Artist(text) => (&mut self.artist, text),
            StandardTag::AlbumArtist(text) => (album_artist, text),
            StandardTag::Album(text) => (&mut self.album, text),
            StandardTag::IdentIsrc(text) => (&mut self.isrc, text),
            StandardTag::License(text) => (&mut self.licence, text),
            StandardTag::RecordingYear(year) | StandardTag::ReleaseYear(year) => return self.take_year(Some(*year)),
            StandardTag::RecordingDate(text) | StandardTag::ReleaseDate(text) => {
                return self.take_year(text.get(..4).and_then(|year| year.parse().ok()));
            }
            _ => return,
        };
        let (slot, text) = field;
        if slot.is_empty() {
            *slot = tidy(text);
        }
    }

    fn take_year(&mut self, year: Option<u16>) {
        self.year = self.year.or(year.filter(|year| (1000..=2999).contains(year)));
    }

    fn overlay(&mut self, newer: Self) {
        let pairs = [
            (&mut self.title, newer.title),
            (&mut self.artist, newer.artist),
            (&mut self.album, newer.album),
            (&mut self.isrc, newer.isrc),
            (&mut self.licence, newer.licence),
        ];
        for (slot, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            *slot = value;
        }
        self.year = newer.year.or(self.year);
    }
}

/// One line without control characters or white space at its ends, at most [`LONGEST_TAG`] characters.
pub fn tidy(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let line = printable.collect::<String>();
    line.trim().chars().take(LONGEST_TAG).collect::<String>().trim_end().to_owned()
}

fn title_from_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    tidy(&stem.replace('_', " "))
}
