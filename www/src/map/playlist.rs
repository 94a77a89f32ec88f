//! Playlists for other players.

use crate::protocol::Described;

/// An extended M3U playlist, in UTF-8 (`.m3u8`), of the tracks that can be heard; `absolute` makes an address that holds outside the
/// page.
pub fn m3u8<'a>(tracks: impl IntoIterator<Item = &'a Described>, absolute: impl Fn(&str) -> String) -> String {
    let mut lines = vec!["#EXTM3U".to_owned()];
    for described in tracks {
        let track = &described.track;
        if track.audio.is_empty() {
            continue;
        }
        let seconds = if described.duration_s > 0.0 { described.duration_s.round() as i64 } else { -1 };
        lines.push(format!("#EXTINF:{seconds},{} - {}", line(&track.artist), line(&track.title)));
        lines.push(line(&absolute(&track.audio)));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A text as one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::protocol::Track;

    fn described(title: &str, artist: &str, audio: &str, duration_s: f32) -> Described {
        let text = str::to_owned;
        let track = Track {
            title: text(title),
            artist: text(artist),
            audio: text(audio),
            source: String::new(),
            source_id: String::new(),
            licence: String::new(),
            attribution: String::new(),
            changes: String::new(),
            page: String::new(),
        };
        Described { track, style: String::new(), year: None, duration_s, start_s: 0.0 }
    }

    #[test]
    fn a_playlist_is_written_as_players_read_it() {
        let tracks = [
            described("One\n#EXTINF:9,x", "A", "a%20b.mp3", 61.6),
            described("Silent", "B", "", 10.0),
            described("Two", "C", "https://example.org/2.mp3", 0.0),
        ];
        let absolute =
            |address: &str| if address.contains(':') { address.to_owned() } else { format!("https://here/{address}") };
        assert_eq!(
            m3u8(&tracks, absolute),
            "#EXTM3U\n#EXTINF:62,A - One #EXTINF:9,x\nhttps://here/a%20b.mp3\n#EXTINF:-1,C - Two\nhttps://example.org/2.mp3\n"
        );
    }
}
