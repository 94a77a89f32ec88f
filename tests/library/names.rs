//! Finding tracks by name, against a plain way to do it: every word of every track, by the whole matrix of edit distances.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::shelf::{Packed, entry};
use sonoscape::catalogue::{Entry, ShardKind, TrackId, by_name};
use sonoscape::{Catalogue, Error, Track, fold};

const WORDS: [&str; 40] = [
    "the",
    "love",
    "Love",
    "lover",
    "loved",
    "glove",
    "night",
    "knight",
    "nights",
    "Björk",
    "Jóga",
    "bjorn",
    "Motörhead",
    "Motorheads",
    "symphony",
    "symphonies",
    "Symphonie",
    "concerto",
    "concertos",
    "in",
    "of",
    "my",
    "me",
    "a",
    "Ágætis",
    "byrjun",
    "live",
    "life",
    "lives",
    "remastered",
    "remaster",
    "東京",
    "東京事変",
    "хорошо",
    "AC/DC",
    "R&B",
    "don't",
    "o",
    "naïve",
    "1999",
];

/// Named by words in an order that looks like none.
fn named(t: usize) -> Entry {
    let mut state = (t as u32).wrapping_mul(2_654_435_761);
    let mut word = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        WORDS[(state >> 16) as usize % WORDS.len()]
    };
    let mut words = |count: usize| (0..count).map(|_| word()).collect::<Vec<_>>().join(" ");
    let (title, artist, album) = (words(1 + t % 4), words(1 + t % 2), words(t % 3));
    let (source, source_id) = ("somewhere".to_owned(), format!("id-{t}"));
    let (isrc, duration_s) = (format!("XX{t:010}"), t as f32 + 0.4);
    let track = Track { title, artist, album, source, source_id, isrc, duration_s, ..Track::default() };
    Entry { track, ..entry(0) }
}

fn packed() -> Packed {
    let entries = |range: std::ops::Range<usize>| range.map(named).collect::<Vec<_>>();
    Packed::new(&[&entries(0..150), &entries(150..300)])
}

fn with_names(packed: &Packed) -> Result<Catalogue, Error> {
    let mut catalogue = packed.read()?;
    for (i, segment) in packed.manifest.segments.iter().enumerate() {
        let shard = segment.names.as_ref().expect("names");
        catalogue.take_names(i, &packed.files[&shard.name])?;
    }
    Ok(catalogue)
}

/// Of each beginning of `word`, the distance to `typed`.
fn distances(word: &[char], typed: &[char]) -> Vec<usize> {
    let mut d = vec![vec![0; typed.len() + 1]; word.len() + 1];
    for i in 0..=word.len() {
        for j in 0..=typed.len() {
            d[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = d[i - 1][j - 1] + usize::from(word[i - 1] != typed[j - 1]);
                let exchanged = i > 1 && j > 1 && word[i - 1] == typed[j - 2] && word[i - 2] == typed[j - 1];
                let exchanged = if exchanged { d[i - 2][j - 2] + 1 } else { usize::MAX };
                changed.min(d[i - 1][j] + 1).min(d[i][j - 1] + 1).min(exchanged)
            };
        }
    }
    d.iter().map(|row| row[typed.len()]).collect()
}

/// What a word of a name is worth for a word of the query.
fn worth(word: &str, typed: &str, unfinished: bool) -> Option<usize> {
    let (word, typed): (Vec<char>, Vec<char>) = (word.chars().collect(), typed.chars().collect());
    let tolerance = [0, 0, 0, 0, 1, 1, 1, 1].get(typed.len()).copied().unwrap_or(2);
    let distances = distances(&word, &typed);
    let whole = *distances.last().expect("a distance");
    let begins = if unfinished { *distances.iter().min().expect("a distance") } else { whole };
    let edits = whole.min(begins);
    (edits <= tolerance).then(|| 32 - 8 * edits - if begins < whole { 4 } else { 0 })
}

/// The best ten tracks, as `(place, whether all words are there)`.
fn plainly(tracks: &[Track], query: &str) -> Vec<(usize, bool)> {
    let folded = fold(query);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let fit = |track: &Track| {
        let fields = [(&track.title, 3), (&track.artist, 2), (&track.album, 0)].map(|(text, more)| (fold(text), more));
        let best = |(i, typed): (usize, &&str)| {
            let unfinished = i + 1 == words.len() && !query.ends_with(char::is_whitespace);
            let of = |(text, more): &(String, usize)| {
                text.split_whitespace().filter_map(|word| Some(worth(word, typed, unfinished)? + more)).max()
            };
            fields.iter().filter_map(of).max()
        };
        let found: Vec<usize> = words.iter().enumerate().filter_map(best).collect();
        let length = fields[..2].iter().map(|(text, _)| text.split_whitespace().count()).sum::<usize>();
        (found.len(), found.iter().sum::<usize>(), usize::MAX - length)
    };
    let mut fits: Vec<_> = tracks.iter().map(fit).enumerate().collect();
    fits.sort_by_key(|(place, fit)| (std::cmp::Reverse(*fit), *place));
    let most = fits[0].1.0;
    let as_many = fits.iter().filter(|(_, fit)| most > 0 && most * 2 >= words.len() && fit.0 == most);
    as_many.take(10).map(|(place, _)| (*place, most == words.len())).collect()
}

#[test]
fn names_are_found_as_plainly_comparing_all_words_finds_them() {
    let catalogue = with_names(&packed()).expect("reads");
    let tracks: Vec<Track> = (0..300).map(|t| named(t).track).collect();
    let mut queries: Vec<String> = [
        "",
        " ",
        "l",
        "lo",
        "love ",
        "lvoe",
        "love night",
        "night love",
        "bjork joga",
        "björkk",
        "nigth knigth",
        "symphnoy",
        "smyphonies ",
        "conserto",
        "motorhaed live",
        "remastrd",
        "東京",
        "хорош",
        "acdc",
        "ac dc",
        "dont",
        "do n't",
        "r&b",
        "love zzzzzz",
        "zzzzzz yyyyyy",
        "love zzzzzz yyyyyy",
        "the the the",
        "naive 1999 o",
        "199",
        "1998",
    ]
    .map(String::from)
    .to_vec();
    for t in 0..60 {
        let Track { title, artist, .. } = named(t * 5).track;
        let typed: String =
            format!("{artist} {title}").chars().enumerate().filter(|(i, _)| i % 9 != t % 9).map(|c| c.1).collect();
        queries.push(typed.clone());
        queries.push(typed.chars().take(typed.chars().count() / 2).collect());
    }
    for query in queries {
        let found: Vec<(usize, bool)> = by_name(&[&catalogue], &query, 10)
            .iter()
            .map(|found| (found.track.segment as usize * 150 + found.track.track as usize, found.whole))
            .collect();
        assert_eq!(found, plainly(&tracks, &query), "{query:?}");
    }
}

#[test]
fn several_catalogues_are_searched_as_one() {
    let (one, other) = (with_names(&packed()).expect("reads"), with_names(&packed()).expect("reads"));
    let found = by_name(&[&one, &other], "love", 600);
    let of = |catalogue| found.iter().filter(move |found| found.catalogue == catalogue).map(|found| found.track);
    assert!(found.len() > 100 && found[1].catalogue == 0);
    assert!(of(0).eq(of(1)));
}

#[test]
fn names_come_back_as_they_were_packed() {
    let packed = packed();
    let catalogue = with_names(&packed).expect("reads");
    assert_eq!(catalogue.named(), 300);
    for id in catalogue.ids().step_by(7) {
        let track = named(id.segment as usize * 150 + id.track as usize).track;
        let name = catalogue.name(id).expect("a name");
        let said = [name.title, name.artist, name.album, name.source, name.source_id, name.isrc].map(String::from);
        assert_eq!(said, [track.title, track.artist, track.album, track.source, track.source_id, track.isrc]);
        assert_eq!(f32::from(name.duration_s), track.duration_s.round());
    }
}

#[test]
fn tracks_are_looked_up_by_what_others_call_them() {
    let catalogue = with_names(&packed()).expect("reads");
    let id = |t: u32| Some(TrackId { segment: t / 150, track: t % 150 });
    assert_eq!(catalogue.by_isrc("XX0000000217"), id(217));
    assert_eq!(catalogue.by_source("somewhere", "id-42"), id(42));
    assert_eq!(catalogue.by_source("elsewhere", "id-42"), None);
    assert_eq!((catalogue.by_isrc(""), catalogue.by_source("somewhere", "")), (None, None));
    let Track { title, artist, .. } = named(211).track;
    let found = catalogue.by_artist_and_title(&artist.to_uppercase(), &format!("«{title}»")).expect("found");
    let name = catalogue.name(found).expect("a name");
    assert_eq!((fold(name.title), fold(name.artist)), (fold(&title), fold(&artist)));
}

#[test]
fn a_catalogue_without_names_is_one() {
    let mut packed = packed();
    packed.manifest.segments.iter_mut().for_each(|segment| segment.names = None);
    let mut catalogue = packed.whole();
    assert_eq!((catalogue.named(), by_name(&[&catalogue], "love", 10)), (0, Vec::new()));
    assert!(matches!(catalogue.take_names(0, &[]), Err(Error::Catalogue(_))));
}

#[test]
fn names_that_say_something_else_than_the_text_are_found() {
    let catalogue = with_names(&packed()).expect("reads");
    assert!(catalogue.ids().all(|id| catalogue.verify_names(id).is_ok()));
    let lying = packed().with(ShardKind::Names, |bytes| {
        *bytes = inflated(bytes);
        let place = bytes.windows(9).position(|window| window == b"somewhere").expect("the source");
        bytes[place..place + 9].copy_from_slice(b"nowhere..");
        *bytes = deflated(bytes);
    });
    let catalogue = with_names(&lying).expect("reads");
    let first = TrackId { segment: 0, track: 0 };
    assert!(matches!(catalogue.verify_names(first), Err(Error::Catalogue(_))));
}

#[test]
fn damaged_names_are_refused() {
    let whole = packed();
    let plain = inflated(&whole.files[&whole.manifest.segments[0].names.as_ref().expect("names").name]);
    let reads = |bytes: Vec<u8>| with_names(&whole.clone().with(ShardKind::Names, |shard| *shard = bytes.clone()));
    assert!(reads(deflated(&plain)).is_ok());
    let number = |place: usize, value: u32| {
        let mut bytes = plain.clone();
        bytes[place..place + 4].copy_from_slice(&value.to_le_bytes());
        deflated(&bytes)
    };
    let first = 16 + 4;
    let mut unordered = plain.clone();
    unordered[first + 2..first + 3].copy_from_slice(b"z");
    let mut no_text = plain.clone();
    no_text[first + 2] = 0xff;
    let cases = [
        (plain.clone(), "decompressed"),
        (deflated(&plain[..plain.len() - 1]), "end too early"),
        (deflated(&[&plain[..], b"x"].concat()), "to spare"),
        (deflated(&vec![0; 33 << 20]), "decompressed"),
        (number(8, 2), "version"),
        (number(12, 149), "Too many texts of names"),
        (number(12, u32::MAX), "Too many"),
        (number(16, u32::MAX), "Too many"),
        (number(plain.len() - 300 - 4, u32::MAX), "damaged"),
        (deflated(&unordered), "damaged"),
        (deflated(&no_text), "damaged"),
    ];
    for (bytes, sentence) in cases {
        let error = reads(bytes).expect_err(sentence).to_string();
        assert!(error.contains(sentence), "{error} does not say {sentence}");
    }
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec_zlib(bytes).expect("zlib")
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 1)
}
