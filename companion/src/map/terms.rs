//! What is said of tracks, in terms that regions can be named after.

use std::collections::{BTreeSet, HashMap};

use sonoscape::Track;

/// Longest term, in characters.
const MOST_TERM: usize = 40;

/// Words of a title that count.
const MOST_WORDS: usize = 12;

/// Shortest word of a title that counts, in characters.
const LEAST_WORD: usize = 4;

/// Words that say nothing of a sound.
const EMPTY_WORDS: [&str; 53] = [
    "about",
    "after",
    "again",
    "album",
    "alternate",
    "another",
    "artist",
    "audio",
    "been",
    "bonus",
    "demo",
    "edit",
    "extended",
    "feat",
    "featuring",
    "final",
    "first",
    "from",
    "game",
    "games",
    "have",
    "here",
    "instrumental",
    "intro",
    "into",
    "just",
    "like",
    "live",
    "main",
    "mono",
    "music",
    "original",
    "other",
    "outro",
    "part",
    "remaster",
    "remastered",
    "second",
    "song",
    "soundtrack",
    "stereo",
    "that",
    "their",
    "theme",
    "there",
    "this",
    "title",
    "track",
    "unknown",
    "untitled",
    "version",
    "with",
    "your",
];

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A style in the source's words, or a part of one.
    Style,
    Artist,
    /// What it sounds like.
    Sound,
    /// A word of titles or albums.
    Word,
    /// Ten years of release.
    Decade,
}

/// A number for each different term.
#[derive(Debug, Default)]
pub struct Terms {
    numbers: HashMap<(Kind, String), u32>,
    shown: Vec<(Kind, String)>,
}

impl Terms {
    /// The numbers of all that is said of a track, and of the words for its `sound`, each once.
    pub fn of(&mut self, track: &Track, sound: &[&str]) -> Vec<u32> {
        let mut found: BTreeSet<(Kind, String)> = styles(&track.style).map(|style| (Kind::Style, style)).collect();
        found.extend(sound.iter().map(|word| (Kind::Sound, (*word).to_owned())));
        found.extend([clean(&track.artist)].into_iter().flatten().map(|artist| (Kind::Artist, artist)));
        found.extend(words(&track.title).chain(words(&track.album)).map(|word| (Kind::Word, word)));
        found.extend(track.year.filter(|year| *year > 0).map(|year| (Kind::Decade, format!("{}s", year / 10 * 10))));
        found.into_iter().map(|(kind, shown)| self.number(kind, shown)).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// What a term is, and how it is written.
    pub fn shown(&self, number: u32) -> (Kind, &str) {
        let (kind, shown) = &self.shown[number as usize];
        (*kind, shown)
    }

    /// Terms that differ in their case only are the same; the first way of writing it is shown.
    fn number(&mut self, kind: Kind, shown: String) -> u32 {
        let next = self.shown.len() as u32;
        let number = *self.numbers.entry((kind, shown.to_lowercase())).or_insert(next);
        if number == next {
            self.shown.push((kind, shown));
        }
        number
    }
}

/// The parts of a style such as `game/orchestral (loud)`.
fn styles(style: &str) -> impl Iterator<Item = String> + '_ {
    let parts = style.split(['/', ',', ';', '|', '(', ')']).filter_map(clean);
    parts.filter(|part| !EMPTY_WORDS.contains(&part.to_lowercase().as_str()))
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let lower = text.split(|c: char| !c.is_alphabetic() && c != '\'' && c != '’');
    let lower = lower.map(|word| word.trim_matches(['\'', '’']).to_lowercase());
    let telling = |word: &String| {
        let length = word.chars().count();
        (LEAST_WORD..=MOST_TERM).contains(&length) && !EMPTY_WORDS.contains(&word.as_str())
    };
    lower.filter(telling).take(MOST_WORDS)
}

/// A text of strangers as it may stand in a name: on one line, without what turns text around, and not too long.
pub fn clean(text: &str) -> Option<String> {
    let plain = |c: char| if c.is_control() || is_invisible(c) { ' ' } else { c };
    let plain: String = text.chars().take(8 * MOST_TERM).map(plain).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let joined = words.join(" ");
    let mut short: String = joined.chars().take(MOST_TERM).collect();
    if short.len() < joined.len() {
        short = format!("{}…", short.trim_end());
    }
    short.chars().any(char::is_alphanumeric).then_some(short)
}

/// Marks of direction and joining, and what has no width.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_track_becomes_terms() {
        let mut terms = Terms::default();
        let track = Track {
            title: "Winter Waltz (Remastered Version)".into(),
            artist: " Some  One ".into(),
            style: "game/lo-fi hip-hop (DS-10)".into(),
            year: Some(1987),
            ..Track::default()
        };
        let numbers = terms.of(&track, &["bright"]);
        let shown: Vec<(Kind, &str)> = numbers.iter().map(|&number| terms.shown(number)).collect();
        let expected = [
            (Kind::Style, "DS-10"),
            (Kind::Style, "lo-fi hip-hop"),
            (Kind::Artist, "Some One"),
            (Kind::Sound, "bright"),
            (Kind::Word, "waltz"),
            (Kind::Word, "winter"),
            (Kind::Decade, "1980s"),
        ];
        assert_eq!(shown, expected);
        assert_eq!(terms.of(&Track { artist: "SOME ONE".into(), ..Track::default() }, &[]), [numbers[2]]);
        assert_eq!(terms.of(&Track::default(), &[]), [0_u32; 0]);
    }

    #[test]
    fn texts_of_strangers_are_tamed() {
        assert_eq!(clean("a\u{202e}b\n\tc\u{0}d").as_deref(), Some("a b c d"));
        assert_eq!(clean("…—!"), None);
        assert_eq!(clean(" \u{200b} "), None);
        let long = clean(&"я".repeat(5000)).unwrap();
        assert_eq!(long.chars().count(), MOST_TERM + 1);
        assert!(long.ends_with('…'));
    }
}
