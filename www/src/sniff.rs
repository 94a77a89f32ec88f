//! What a file is, told from its first and last bytes, so that a refusal can name it.

/// How many bytes from each end of a file are enough for [`sniff`].
pub const ENDS_BYTES: u32 = 64 * 1024;

/// An audio format, as far as the ends of a file tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RIFF, RIFX or RF64 waveform audio.
    Wav,
    /// MPEG layer 3, with or without an ID3 tag.
    Mp3,
    /// Free Lossless Audio Codec.
    Flac,
    /// Ogg with Vorbis or FLAC inside.
    Ogg,
    /// Ogg with Opus inside.
    Opus,
    /// MPEG-4 with AAC, or with what they do not tell.
    Mp4,
    /// MPEG-4 with Apple Lossless.
    Alac,
    /// Bare AAC frames.
    Aac,
    /// Apple's uncompressed format.
    Aiff,
    /// Matroska or WebM.
    Matroska,
    /// Notes, not sound.
    Midi,
    /// Nothing known here.
    Unknown,
}

impl Format {
    /// The name that people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wav => "WAV",
            Self::Mp3 => "MP3",
            Self::Flac => "FLAC",
            Self::Ogg => "Ogg Vorbis",
            Self::Opus => "Opus",
            Self::Mp4 => "M4A",
            Self::Alac => "Apple Lossless",
            Self::Aac => "AAC",
            Self::Aiff => "AIFF",
            Self::Matroska => "WebM",
            Self::Midi => "MIDI",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the companion decodes it.
    pub fn companion_decodes(self) -> bool {
        !matches!(self, Self::Matroska | Self::Midi | Self::Unknown)
    }
}

/// Tells the format from the first and last [`ENDS_BYTES`] of a file, one after the other.
pub fn sniff(ends: &[u8]) -> Format {
    let at = |offset: usize, magic: &[u8]| ends.get(offset..offset + magic.len()) == Some(magic);
    let holds = |magic: &[u8]| find(ends, magic).is_some();
    if (at(0, b"RIFF") || at(0, b"RIFX") || at(0, b"RF64")) && at(8, b"WAVE") {
        Format::Wav
    } else if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        Format::Aiff
    } else if at(0, b"fLaC") {
        Format::Flac
    } else if at(0, b"OggS") {
        if holds(b"OpusHead") { Format::Opus } else { Format::Ogg }
    } else if at(4, b"ftyp") {
        if holds(b"alac") { Format::Alac } else { Format::Mp4 }
    } else if at(0, b"MThd") {
        Format::Midi
    } else if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
        Format::Matroska
    } else if at(0, b"ID3") {
        Format::Mp3
    } else {
        mpeg_frame(ends)
    }
}

fn mpeg_frame(head: &[u8]) -> Format {
    match head {
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Format::Aac,
        [0xff, second, third, ..] if second & 0xe6 == 0xe2 && third & 0xf0 != 0xf0 => Format::Mp3,
        _ => Format::Unknown,
    }
}

/// The sample rate in Hz that a file's head states, where it is found; `ends` as for [`sniff`].
pub fn sample_rate(ends: &[u8]) -> Option<u32> {
    match sniff(ends) {
        Format::Wav => little_endian(ends, find(ends, b"fmt ")? + 12),
        Format::Flac => big_endian(ends, 18).map(|word| word >> 12),
        Format::Ogg => little_endian(ends, find(ends, b"\x01vorbis")? + 12),
        Format::Opus => Some(48_000),
        Format::Mp4 => big_endian(ends, find(ends, b"mp4a")? + 28).map(|fixed_point| fixed_point >> 16),
        Format::Mp3 => mp3_rate(big_endian(ends, after_id3(ends)?)?),
        _ => None,
    }
}

/// Where the first frame starts: an ID3 tag states its length in four times seven bits.
fn after_id3(ends: &[u8]) -> Option<usize> {
    if !ends.starts_with(b"ID3") {
        return Some(0);
    }
    let length = ends.get(6..10)?.iter().fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f));
    (10 + length < ENDS_BYTES as usize).then_some(10 + length)
}

fn mp3_rate(header: u32) -> Option<u32> {
    let base = [44_100, 48_000, 32_000].get((header >> 10 & 3) as usize)?;
    let is_layered = header >> 21 == 0x7ff && header >> 17 & 3 != 0;
    match header >> 19 & 3 {
        3 if is_layered => Some(*base),
        2 if is_layered => Some(base / 2),
        0 if is_layered => Some(base / 4),
        _ => None,
    }
}

fn find(bytes: &[u8], name: &[u8]) -> Option<usize> {
    bytes.windows(name.len()).position(|window| window == name)
}

fn little_endian(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}

fn big_endian(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn containers_are_told_by_their_magic_bytes() {
        assert_eq!(sniff(b"RIFF\0\0\0\0WAVEfmt "), Format::Wav);
        assert_eq!(sniff(b"FORM\0\0\0\0AIFFCOMM"), Format::Aiff);
        assert_eq!(sniff(b"fLaC\0\0"), Format::Flac);
        assert_eq!(sniff(b"OggS\0\x02 vorbis"), Format::Ogg);
        assert_eq!(sniff(b"OggS\0\x02 OpusHead"), Format::Opus);
        assert_eq!(sniff(b"\0\0\0\x20ftypM4A isom"), Format::Mp4);
        assert_eq!(sniff(b"\0\0\0\x20ftypM4A stsd alac"), Format::Alac);
        assert_eq!(sniff(b"MThd\0\0\0\x06"), Format::Midi);
    }

    #[test]
    fn mpeg_frames_are_told_from_each_other() {
        assert_eq!(sniff(b"ID3\x04"), Format::Mp3);
        assert_eq!(sniff(&[0xff, 0xfb, 0x90, 0x00]), Format::Mp3);
        assert_eq!(sniff(&[0xff, 0xf3, 0x40, 0x00]), Format::Mp3);
        assert_eq!(sniff(&[0xff, 0xf1, 0x50, 0x80]), Format::Aac);
    }

    #[test]
    fn heads_state_the_sample_rate() {
        let after = |head: &[u8], zeros: usize, rate: [u8; 4]| [head, &vec![0; zeros], &rate].concat();
        let wav = after(b"RIFF\0\0\0\0WAVEfmt ", 8, 22_050u32.to_le_bytes());
        assert_eq!(sample_rate(&wav), Some(22_050));
        let flac = after(b"fLaC", 14, (8_000u32 << 12).to_be_bytes());
        assert_eq!(sample_rate(&flac), Some(8_000));
        let vorbis = after(b"OggS\x01vorbis", 5, 32_000u32.to_le_bytes());
        assert_eq!(sample_rate(&vorbis), Some(32_000));
        let aac = after(b"\0\0\0\x20ftypM4A mp4a", 24, (48_000u32 << 16).to_be_bytes());
        assert_eq!(sample_rate(&aac), Some(48_000));
        assert_eq!(sample_rate(&[0xff, 0xfb, 0x90, 0x00]), Some(44_100));
        assert_eq!(sample_rate(b"ID3\x04\0\0\0\0\0\x02..\xff\xf3\x44\0"), Some(24_000));
        assert_eq!(sample_rate(b"OggS\0\x02 OpusHead"), Some(48_000));
    }

    #[test]
    fn a_head_that_is_cut_short_states_no_rate() {
        for head in
            [&b"RIFF\0\0\0\0WAVE"[..], b"fLaC", b"OggS", b"\0\0\0\x20ftypM4A mp4a", b"ID3\x04", b"\xff\xfb\x9c\0"]
        {
            assert_eq!(sample_rate(head), None, "{head:?}");
        }
    }

    #[test]
    fn anything_else_is_unknown() {
        assert_eq!(sniff(b""), Format::Unknown);
        assert_eq!(sniff(b"%PDF-1.7"), Format::Unknown);
        assert_eq!(sniff(&[0xff]), Format::Unknown);
        assert_eq!(sniff(&[0xff, 0xd8, 0xff, 0xe0]), Format::Unknown);
    }
}
