//! Whether two services offer the same recording.

use core::fmt;

use super::Candidate;
use crate::fold::fold;

/// Words that tell another recording of the same piece.
const OTHER: [&str; 20] = [
    "live",
    "cover",
    "karaoke",
    "instrumental",
    "remix",
    "mix",
    "acoustic",
    "demo",
    "tribute",
    "rehearsal",
    "session",
    "sessions",
    "unplugged",
    "slowed",
    "sped",
    "nightcore",
    "reprise",
    "backing",
    "cappella",
    "medley",
];
/// Words that tell another edition of the same recording.
const EDITION: [&str; 12] = [
    "remaster",
    "remastered",
    "mono",
    "stereo",
    "edit",
    "version",
    "extended",
    "deluxe",
    "anniversary",
    "explicit",
    "clean",
    "bonus",
];

/// Lengths of one recording differ by so many seconds at most, and by so many if it is unlikely to be one.
const SAME_LENGTH_S: f32 = 3.0;
const OTHER_LENGTH_S: f32 = 15.0;

/// How certain it is that two candidates are the same recording, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Certainty(f32);

impl Certainty {
    /// From here on, it may be taken for the same without asking.
    pub const LIKELY: Self = Self(0.8);
    /// From here on, it may be offered.
    pub const POSSIBLE: Self = Self(0.5);
    /// By the same recording code.
    pub const SAME: Self = Self(1.0);

    /// From 0 to 1.
    pub const fn value(self) -> f32 {
        self.0
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self(value) if *value >= Self::SAME.0 => "the same recording, by its code",
            Self(value) if *value >= Self::LIKELY.0 => "very likely the same recording",
            Self(value) if *value >= Self::POSSIBLE.0 => "perhaps the same recording",
            _ => "another recording",
        })
    }
}

/// How certain it is that both are the same recording.
///
/// 1 where both have one recording code. Else the product of four shares, at most 0.95: how many words their titles and how many
/// their artists have in common (Dice's coefficient, without guests and editions), how near their lengths are, and 0.3 for each
/// word such as “live” that only one title has, 0.95 where their editions differ. Where a length is unknown, 0.85.
pub fn certainty(wanted: &Candidate, offered: &Candidate) -> Certainty {
    if !wanted.isrc.is_empty() && wanted.isrc == offered.isrc {
        return Certainty::SAME;
    }
    let (a, b) = (Title::new(&wanted.title), Title::new(&offered.title));
    let names = in_common(&a.words, &b.words) * artists(&wanted.artist, &offered.artist);
    let others = a.others.iter().filter(|word| !b.others.contains(word)).count()
        + b.others.iter().filter(|word| !a.others.contains(word)).count();
    let versions = (0..others).fold(1.0, |share, _| share * 0.3);
    let editions = if a.editions == b.editions { 1.0 } else { 0.95 };
    Certainty((names * versions * editions * lengths(wanted.duration_s, offered.duration_s)).min(0.95))
}

fn lengths(a: f32, b: f32) -> f32 {
    if a <= 0.0 || b <= 0.0 {
        return 0.85;
    }
    let apart = (a - b).abs();
    if apart <= SAME_LENGTH_S {
        1.0
    } else if apart >= OTHER_LENGTH_S {
        0.3
    } else {
        1.0 - 0.7 * (apart - SAME_LENGTH_S) / (OTHER_LENGTH_S - SAME_LENGTH_S)
    }
}

/// The first named artist counts for all: services list guests or leave them out.
fn artists(a: &str, b: &str) -> f32 {
    let words = |artist: &str| words(without_guests(artist));
    let first = |artist: &str| words(artist.split([',', ';', '/', '&']).next().unwrap_or_default());
    let whole = in_common(&words(a), &words(b));
    let firsts = in_common(&first(a), &first(b));
    whole.max(firsts)
}

struct Title {
    words: Vec<String>,
    others: Vec<String>,
    editions: Vec<String>,
}

impl Title {
    /// Marks of a version count only in brackets or after a dash: “Live and Let Die” is no recording of a concert.
    fn new(title: &str) -> Self {
        let lower = title.to_lowercase();
        let start = [" (", " [", " - ", " – "].iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(lower.len());
        let (name, rest) = lower.split_at(start);
        let mut found = Self { words: words(without_guests(name)), others: Vec::new(), editions: Vec::new() };
        for part in
            rest.split(['(', ')', '[', ']']).flat_map(|part| part.split(" - ")).flat_map(|part| part.split(" – "))
        {
            let marks = words(part);
            let start = part.trim_start();
            let is_guest = ["feat", "ft", "with "].iter().any(|mark| start.starts_with(mark));
            let known = |word: &String| OTHER.contains(&word.as_str()) || EDITION.contains(&word.as_str());
            match (is_guest, marks.iter().any(known)) {
                (true, _) => {}
                (_, true) => {
                    for word in marks {
                        if OTHER.contains(&word.as_str()) {
                            found.others.push(word);
                        } else if EDITION.contains(&word.as_str()) {
                            found.editions.push(word);
                        }
                    }
                }
                _ => found.words.extend(marks),
            }
        }
        [&mut found.others, &mut found.editions].into_iter().for_each(|marks| {
            marks.sort();
            marks.dedup();
        });
        found
    }
}

fn without_guests(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let marks = [" feat. ", " feat ", " featuring ", " ft. ", " ft "];
    let end = marks.iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(name.len());
    &name[..end]
}

fn words(name: &str) -> Vec<String> {
    let folded = match fold(name) {
        folded if folded.is_empty() => name.trim().to_lowercase(),
        folded => folded,
    };
    let mut words: Vec<String> = folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.len() > 1 {
        words.retain(|word| word != "the");
    }
    words.sort();
    words
}

/// Dice's coefficient of two sorted lists of words.
fn in_common(a: &[String], b: &[String]) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let mut rest: Vec<&String> = b.iter().collect();
    let common =
        a.iter().filter(|word| rest.iter().position(|other| other == word).map(|at| rest.remove(at)).is_some());
    let common = common.count();
    2.0 * common as f32 / (a.len() + b.len()) as f32
}
