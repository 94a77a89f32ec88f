//! Which tracks are known from another catalogue.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use sonoscape::Track;

/// What a track can be known by, the surest first.
const WAYS: usize = 4;

/// What tracks of earlier catalogues can be known by.
#[derive(Debug, Default)]
pub struct Known {
    /// For each key the tracks that have it, as a set of 2^[`WAYS`] kinds; a kind says which of the ways its tracks have.
    kinds: HashMap<u64, u16>,
}

/// What one track can be known by.
#[derive(Debug, Clone, Copy)]
pub struct Identity([Option<u64>; WAYS]);

impl Identity {
    /// ISRC; source and what it calls the track; public page; web address of its sound.
    pub fn of(track: &Track) -> Self {
        let isrc: String = track.isrc.chars().filter(char::is_ascii_alphanumeric).collect();
        let named = !track.source.is_empty() && !track.source_id.is_empty();
        let is_web = track.audio.starts_with("https://") || track.audio.starts_with("http://");
        let ways = [
            (!isrc.is_empty()).then(|| isrc.to_ascii_uppercase()),
            named.then(|| format!("{}\0{}", track.source, track.source_id)),
            (!track.page.is_empty()).then(|| track.page.clone()),
            is_web.then(|| track.audio.clone()),
        ];
        let mut way = 0;
        Self(ways.map(|text| {
            way += 1;
            text.map(|text| key(way, &text))
        }))
    }

    /// Bit `i` is set where the track can be known in way `i`.
    fn kind(&self) -> u8 {
        self.0.iter().enumerate().map(|(way, key)| u8::from(key.is_some()) << way).sum()
    }
}

impl Known {
    /// Whether the surest way in which both this track and an earlier one can be known says that they are the same.
    pub fn knows(&self, track: &Identity) -> bool {
        let same_in = |(way, key): (usize, &Option<u64>)| {
            let kinds = key.and_then(|key| self.kinds.get(&key)).copied().unwrap_or(0);
            let surer = track.kind() & ((1 << way) - 1);
            (0..1 << WAYS).any(|kind: u8| kinds >> kind & 1 == 1 && kind & surer == 0)
        };
        track.0.iter().enumerate().any(same_in)
    }

    /// Knows these tracks from now on.
    pub fn learn(&mut self, tracks: Vec<Identity>) {
        for track in tracks {
            for key in track.0.iter().flatten() {
                *self.kinds.entry(*key).or_default() |= 1 << track.kind();
            }
        }
    }
}

fn key(way: u8, text: &str) -> u64 {
    let digest = Sha256::new().chain_update([way]).chain_update(text).finalize();
    digest.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(isrc: &str, source_id: &str, page: &str, audio: &str) -> Identity {
        let source = if source_id.is_empty() { "" } else { "source" };
        let [isrc, source, source_id, page, audio] = [isrc, source, source_id, page, audio].map(str::to_owned);
        Identity::of(&Track { isrc, source, source_id, page, audio, ..Track::default() })
    }

    #[test]
    fn the_surest_way_that_both_have_decides() {
        let mut known = Known::default();
        known.learn(vec![
            track("GB-AAA-24-00001", "1", "https://a.example/album", "https://a.example/1.mp3"),
            track("", "2", "https://a.example/album", "audio/2.mp3"),
            track("", "", "", "https://b.example/3.mp3"),
            track("", "", "", "audio/4.mp3"),
        ]);
        assert!(known.knows(&track("gbaaa2400001", "9", "https://c.example/", "")));
        assert!(!known.knows(&track("GBAAA2400002", "9", "https://a.example/album", "")));
        assert!(known.knows(&track("", "2", "", "")));
        assert!(!known.knows(&track("", "9", "https://a.example/album", "")));
        assert!(known.knows(&track("", "", "https://a.example/album", "")));
        assert!(known.knows(&track("GBAAA2400002", "9", "https://c.example/", "https://b.example/3.mp3")));
        assert!(!known.knows(&track("", "", "", "audio/4.mp3")));
        assert!(!known.knows(&track("", "", "", "")));
    }
}
