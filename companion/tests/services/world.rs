//! The recordings that every service of the stand-in knows, the same on every run.

use std::f32::consts::TAU;

const FIRST: [&str; 8] = ["Amber", "Broken", "Distant", "Électrique", "Golden", "Hollow", "Midnight", "Silver"];
const SECOND: [&str; 8] = ["Harbour", "Machine", "Meadow", "Orchid", "Parade", "Signal", "Staircase", "Tide"];
const NAMES: [&str; 6] = ["Björk Lund", "The Cartographers", "Dub Office", "Los Ríos", "Nadia & Sons", "Quiet Engine"];
const GENRES: [&str; 4] = ["ambient", "dub", "piano", "techno"];

/// Tracks of an album, and of an artist.
const ALBUM: usize = 10;
const ARTIST: usize = 20;

/// A recording.
pub struct Piece {
    pub number: usize,
    pub title: String,
    pub artist: String,
    pub artist_number: usize,
    pub album: String,
    pub album_number: usize,
    pub isrc: String,
    pub year: u16,
    pub duration_s: usize,
    /// From 0 to 100.
    pub popularity: usize,
    pub genre: &'static str,
}

/// Every title has the word “piece” and its number.
pub fn piece(number: usize) -> Piece {
    let (artist, album) = (number / ARTIST, number / ALBUM);
    Piece {
        title: format!("{} {}, piece {number}", FIRST[number % 8], SECOND[number / 8 % 8]),
        artist: format!("{} {artist}", NAMES[artist % NAMES.len()]),
        artist_number: artist,
        album: format!("{} No. {album}", SECOND[album % 8]),
        album_number: album,
        isrc: format!("GBXXX24{number:05}"),
        year: 1960 + (number * 7 % 64) as u16,
        duration_s: 120 + number * 13 % 240,
        popularity: number * 37 % 101,
        genre: GENRES[artist % GENRES.len()],
        number,
    }
}

/// The pieces that have every word of `words` in their title, artist, album or genre, whatever its case; all have “piece”.
pub fn matching(pieces: &[Piece], words: &str) -> Vec<usize> {
    let plain =
        words.replace("isrc:", "").replace("artist:", "").replace("genre:", "").replace(['"', '(', ')', ','], " ");
    let wanted: Vec<String> = plain.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let has = |piece: &&Piece| {
        let text = format!("{} {} {} {} {}", piece.title, piece.artist, piece.album, piece.genre, piece.isrc);
        let text = text.to_lowercase().replace(',', " ");
        let text: Vec<&str> = text.split_whitespace().collect();
        wanted.iter().all(|word| text.contains(&word.as_str()))
    };
    pieces.iter().filter(has).map(|piece| piece.number).collect()
}

/// A WAV file of a chord that belongs to the piece alone.
pub fn sound(number: usize, seconds: usize) -> Vec<u8> {
    const RATE: usize = 11_025;
    let hz = 110.0 * (1.0 + (number % 97) as f32 / 24.0);
    let beat = 1.0 + (number % 13) as f32;
    let sample = |at: usize| {
        let s = at as f32 / RATE as f32;
        let level = 0.2 + 0.2 * (TAU * beat * s / 4.0).sin().abs();
        let chord = [1.0, 1.25, 1.5 + (number % 5) as f32 / 40.0];
        chord.iter().map(|part| (TAU * hz * part * s).sin()).sum::<f32>() * level / 3.0
    };
    let samples: Vec<u8> = (0..seconds * RATE).flat_map(|at| ((sample(at) * 32_000.0) as i16).to_le_bytes()).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + samples.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend([RATE as u32, 2 * RATE as u32].iter().flat_map(|rate| rate.to_le_bytes()));
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((samples.len() as u32).to_le_bytes());
    bytes.extend(samples);
    bytes
}
