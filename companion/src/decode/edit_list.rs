//! The edit list of an MP4 file, which says how much of an AAC stream is the encoder's delay and padding.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

/// Most boxes of one level that are looked at.
const MOST_BOXES: usize = 4096;

/// The one stretch of the sound track that is to be heard.
///
/// # Source
/// ISO/IEC 14496-12, edit list box; players agree that its first entry with a media time tells the encoder's delay.
#[derive(Debug, PartialEq)]
pub struct EditList {
    start_s: f64,
    duration_s: f64,
}

impl EditList {
    /// Reads the edit list of the first sound track; `None` where there is none or the file is no MP4.
    pub fn read<R: Read + Seek>(reader: &mut R) -> Option<Self> {
        let end = reader.seek(SeekFrom::End(0)).ok()?;
        let first: [u8; 8] = fixed(reader, 0)?;
        if &first[4..] != b"ftyp" {
            return None;
        }
        let movie = child(reader, 0..end, b"moov")?;
        let header = child(reader, movie.clone(), b"mvhd")?;
        let movie_scale = timescale(reader, &header)?;
        let track = boxes(reader, movie).into_iter().filter(|(kind, _)| kind == b"trak");
        let track = track.map(|(_, body)| body).find(|body| is_sound(reader, body).is_some())?;
        let edits = descend(reader, track.clone(), &[b"edts", b"elst"])?;
        let media = descend(reader, track, &[b"mdia", b"mdhd"])?;
        let media_scale = timescale(reader, &media)?;
        let (duration, start) = first_edit(reader, &edits)?;
        Some(Self { start_s: start as f64 / media_scale, duration_s: duration as f64 / movie_scale })
    }

    /// Leaves only the samples to be heard. An edit that would leave nothing is ignored.
    pub fn apply(&self, samples: &mut Vec<f32>, sample_rate: u32) {
        let rate = f64::from(sample_rate);
        let start = (self.start_s * rate).round() as usize;
        if start >= samples.len() {
            return;
        }
        samples.drain(..start);
        let length = (self.duration_s * rate).round() as usize;
        if length > 0 {
            samples.truncate(length);
        }
    }
}

fn fixed<const N: usize>(reader: &mut (impl Read + Seek), at: u64) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    reader.seek(SeekFrom::Start(at)).ok()?;
    reader.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn boxes(reader: &mut (impl Read + Seek), within: Range<u64>) -> Vec<([u8; 4], Range<u64>)> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end && found.len() < MOST_BOXES {
        let Some([a, b, c, d, kind @ ..]) = fixed::<8>(reader, at) else { break };
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, within.end - at),
            1 => match fixed(reader, at + 8) {
                Some(size) => (16, u64::from_be_bytes(size)),
                None => break,
            },
            size => (8, u64::from(size)),
        };
        let Some(end) = at.checked_add(size).filter(|end| size >= header && *end <= within.end) else { break };
        found.push((kind, at + header..end));
        at = end;
    }
    found
}

fn child(reader: &mut (impl Read + Seek), within: Range<u64>, kind: &[u8; 4]) -> Option<Range<u64>> {
    boxes(reader, within).into_iter().find(|(found, _)| found == kind).map(|(_, body)| body)
}

fn descend(reader: &mut (impl Read + Seek), from: Range<u64>, path: &[&[u8; 4]]) -> Option<Range<u64>> {
    path.iter().try_fold(from, |within, kind| child(reader, within, kind))
}

fn is_sound(reader: &mut (impl Read + Seek), track: &Range<u64>) -> Option<()> {
    let handler = descend(reader, track.clone(), &[b"mdia", b"hdlr"])?;
    let bytes: [u8; 12] = fixed(reader, handler.start)?;
    (&bytes[8..] == b"soun").then_some(())
}

fn timescale(reader: &mut (impl Read + Seek), header: &Range<u64>) -> Option<f64> {
    let [version] = fixed(reader, header.start)?;
    let at = header.start + if version == 1 { 20 } else { 12 };
    let scale = u32::from_be_bytes(fixed(reader, at)?);
    (scale > 0).then_some(f64::from(scale))
}

fn first_edit(reader: &mut (impl Read + Seek), list: &Range<u64>) -> Option<(u64, u64)> {
    let [version, _, _, _, count @ ..] = fixed::<8>(reader, list.start)?;
    let size = if version == 1 { 20 } else { 12 };
    for entry in 0..u64::from(u32::from_be_bytes(count)).min(16) {
        let at = list.start + 8 + entry * size;
        let (duration, start) = if version == 1 {
            (u64::from_be_bytes(fixed(reader, at)?), i64::from_be_bytes(fixed(reader, at + 8)?))
        } else {
            let duration = u32::from_be_bytes(fixed(reader, at)?);
            (u64::from(duration), i64::from(i32::from_be_bytes(fixed(reader, at + 4)?)))
        };
        if let Ok(start) = u64::try_from(start) {
            return Some((duration, start));
        }
    }
    None
}
