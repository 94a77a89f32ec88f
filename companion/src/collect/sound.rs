//! A sound to a file: under another name until it is whole.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sonoscape::services::Trouble;

use super::client::{Client, Failure};

/// Most bytes of a preview, and of a whole track.
const MOST_PREVIEW_BYTES: u64 = 8 << 20;
const MOST_WHOLE_BYTES: u64 = 512 << 20;

/// A file that holds a sound.
pub struct Fetched {
    /// Relative to the folder.
    pub path: String,
    pub digest: Vec<u8>,
}

/// Why there is none.
pub enum Obstacle {
    /// Of this sound.
    Sound(Failure),
    /// Of the disk, and so of all.
    Disk(io::Error),
}

/// Where the sound of a track goes, without its ending.
pub fn stem(source: &str, source_id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !source_id.is_empty() && source_id.len() <= 64 && source_id.chars().all(plain) {
        return format!("{source}/{source_id}");
    }
    let digest = Sha256::digest(source_id.as_bytes());
    format!("{source}/{}", digest[..12].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The file that an earlier run fetched but did not come to say so.
pub fn earlier(folder: &Path, stem: &str) -> Option<Fetched> {
    let endings = ["mp3", "m4a", "ogg", "flac", "wav", "aif"];
    let path = endings.iter().map(|ending| format!("{stem}.{ending}")).find(|path| folder.join(path).is_file())?;
    let mut file = File::open(folder.join(&path)).ok()?;
    let mut digest = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block).ok()? {
            0 => return Some(Fetched { path, digest: digest.finalize().to_vec() }),
            length => digest.update(&block[..length]),
        }
    }
}

/// Fetches the sound at `url` to `stem` in `folder`.
pub fn fetch(client: &Client, url: &str, is_whole: bool, folder: &Path, stem: &str) -> Result<Fetched, Obstacle> {
    let temporary = folder.join(format!("{stem}.part"));
    if let Some(parent) = temporary.parent() {
        fs::create_dir_all(parent).map_err(Obstacle::Disk)?;
    }
    let most = if is_whole { MOST_WHOLE_BYTES } else { MOST_PREVIEW_BYTES };
    let mut of_disk = None;
    let written = client.fetch(url, |sound| {
        write(sound, &temporary, most).map_err(|error| match error {
            Obstacle::Sound(failure) => failure,
            Obstacle::Disk(error) => {
                of_disk = Some(error);
                Failure::of_sound(Trouble::Refused)
            }
        })
    });
    let kept = match (written, of_disk) {
        (Ok((ending, digest)), _) => {
            let path = format!("{stem}.{ending}");
            fs::rename(&temporary, folder.join(&path)).map(|()| Fetched { path, digest }).map_err(Obstacle::Disk)
        }
        (Err(_), Some(error)) => Err(Obstacle::Disk(error)),
        (Err(failure), None) => Err(Obstacle::Sound(failure)),
    };
    if kept.is_err() {
        // What is left of it is of no use; the next try makes it anew.
        let _ = fs::remove_file(temporary);
    }
    kept
}

/// Writes what is a sound, and says which kind and what its bytes' SHA-256 is.
fn write(sound: &mut dyn Read, place: &PathBuf, most: u64) -> Result<(&'static str, Vec<u8>), Obstacle> {
    let failed = |trouble| Obstacle::Sound(Failure::of_sound(trouble));
    let mut file = File::create(place).map_err(Obstacle::Disk)?;
    let (mut digest, mut block) = (Sha256::new(), vec![0; 1 << 16]);
    let (mut length, mut ending) = (0, None);
    loop {
        let count = fill(sound, &mut block).map_err(|error| Obstacle::Sound(Failure::of_reading(&error)))?;
        if count == 0 {
            break;
        }
        length += count as u64;
        if length > most {
            return Err(failed(Trouble::TooLong));
        }
        let kind = match ending {
            Some(kind) => kind,
            None => kind(&block[..count]).ok_or_else(|| failed(Trouble::Foreign))?,
        };
        ending = Some(kind);
        digest.update(&block[..count]);
        file.write_all(&block[..count]).map_err(Obstacle::Disk)?;
    }
    let ending = ending.ok_or_else(|| failed(Trouble::Foreign))?;
    Ok((ending, digest.finalize().to_vec()))
}

/// As many bytes as there is room for, so that the first ones come together.
fn fill(sound: &mut dyn Read, block: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < block.len() {
        match sound.read(&mut block[count..])? {
            0 => break,
            more => count += more,
        }
    }
    Ok(count)
}

/// The ending for a file that begins with these bytes, if it is a sound.
fn kind(start: &[u8]) -> Option<&'static str> {
    match start {
        [b'I', b'D', b'3', ..] => Some("mp3"),
        [0xff, second, ..] if second & 0xe0 == 0xe0 => Some("mp3"),
        [b'O', b'g', b'g', b'S', ..] => Some("ogg"),
        [b'f', b'L', b'a', b'C', ..] => Some("flac"),
        [b'R', b'I', b'F', b'F', ..] => Some("wav"),
        [b'F', b'O', b'R', b'M', ..] => Some("aif"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("m4a"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lies_in_its_folder_whatever_the_service_calls_it() {
        assert_eq!(stem("deezer", "3135556"), "deezer/3135556");
        for id in ["../../etc/passwd", "a/b c.mp3", "", ".", "CON:", &"x".repeat(65)] {
            let stem = stem("archive", id);
            let name = stem.strip_prefix("archive/").expect("its folder");
            assert!(name.len() == 24 && name.chars().all(|c| c.is_ascii_hexdigit()), "{stem}");
        }
    }

    #[test]
    fn what_is_no_sound_is_told_by_its_first_bytes() {
        assert_eq!(kind(b"\xff\xfb\x90\x00"), Some("mp3"));
        assert_eq!(kind(b"\0\0\0\x20ftypM4A "), Some("m4a"));
        assert_eq!([kind(b"<html>"), kind(b""), kind(b"{\"error\":1}")], [None; 3]);
    }
}
