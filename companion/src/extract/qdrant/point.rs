//! One excerpt as Qdrant takes it.

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use sonoscape::Track;
use sonoscape::catalogue::Excerpt;

use crate::extract::segment::Row;

/// A point of a collection.
#[derive(Debug, Serialize)]
pub struct Point {
    pub id: Id,
    vector: Vec<f32>,
    payload: Payload,
}

/// A UUID that an excerpt always gets.
///
/// It is of version 8: the first 16 bytes of a SHA-256, in which 6 bits say so. The digest is of where the excerpt starts, and
/// of what its track is known by: source and what that calls it; or else its web address; or else its path and the name of the
/// catalogue; or else the digest of its segment and its place there.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub [u8; 16]);

/// What is said of a point; unknown values are left out.
#[derive(Debug, Serialize)]
struct Payload {
    #[serde(flatten)]
    track: Track,
    start_s: f32,
    scale: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<u16>,
}

impl Point {
    /// The excerpt at this place of a segment, which is known by its digest, of the catalogue with this name.
    pub fn new(catalogue: &str, place: (&str, usize), row: &Row, excerpt: &Excerpt, track: &Track) -> Self {
        let payload = Payload {
            track: track.clone(),
            start_s: excerpt.start_s,
            scale: excerpt.code.scale,
            x: row.position.map(|position| position.x),
            y: row.position.map(|position| position.y),
            cluster: row.cluster,
        };
        Self { id: Id::of(catalogue, place, excerpt.start_s, track), vector: excerpt.code.dequantize(), payload }
    }
}

impl Id {
    fn of(catalogue: &str, (segment, place): (&str, usize), start_s: f32, track: &Track) -> Self {
        let is_web = track.audio.starts_with("https://") || track.audio.starts_with("http://");
        let place = place.to_string();
        let known_by = if !track.source.is_empty() && !track.source_id.is_empty() {
            ["source", &track.source, &track.source_id]
        } else if is_web {
            ["address", &track.audio, ""]
        } else if !track.audio.is_empty() {
            ["path", catalogue, &track.audio]
        } else {
            ["place", segment, &place]
        };
        let digest = Sha256::digest(format!("{}\0{start_s}", known_by.join("\0")));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = u128::from_be_bytes(self.0);
        let (a, b, c, d, e) = (number >> 96, number >> 80, number >> 64, number >> 48, number);
        let [b, c, d] = [b, c, d].map(|part| part & 0xffff);
        serializer.collect_str(&format_args!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{:012x}", e & 0xffff_ffff_ffff))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(catalogue: &str, place: (&str, usize), start_s: f32, track: [&str; 3]) -> String {
        let [source, source_id, audio] = track.map(str::to_owned);
        let track = Track { source, source_id, audio, ..Track::default() };
        serde_json::to_string(&Id::of(catalogue, place, start_s, &track)).expect("a text")
    }

    #[test]
    fn an_id_is_what_sha_256_makes_of_what_the_excerpt_is_known_by() {
        let expected = "\"e530297d-5485-85f8-8647-fb58e53f4bdb\"";
        assert_eq!(id("c", ("s", 1), 30.5, ["fma", "2", "https://a.example/2.mp3"]), expected);
    }

    #[test]
    fn an_id_depends_on_the_surest_thing_that_is_known() {
        let (here, there) = (("a", 1), ("b", 2));
        let known = [["fma", "2", "x"], ["fma", "", "https://a.example/2.mp3"]];
        for track in known {
            assert_eq!(id("c", here, 0.0, track), id("d", there, 0.0, track));
            assert_ne!(id("c", here, 0.0, track), id("c", here, 30.0, track));
        }
        let path = ["", "", "audio/2.mp3"];
        assert_eq!(id("c", here, 0.0, path), id("c", there, 0.0, path));
        assert_ne!(id("c", here, 0.0, path), id("d", here, 0.0, path));
        let nothing = [""; 3];
        assert_eq!(id("c", here, 0.0, nothing), id("d", here, 0.0, nothing));
        assert_ne!(id("c", here, 0.0, nothing), id("c", there, 0.0, nothing));
    }
}
