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
    let holds = |magic: &[u8]| ends.windows(magic.len()).any(|window| window == magic);
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
    fn anything_else_is_unknown() {
        assert_eq!(sniff(b""), Format::Unknown);
        assert_eq!(sniff(b"%PDF-1.7"), Format::Unknown);
        assert_eq!(sniff(&[0xff]), Format::Unknown);
        assert_eq!(sniff(&[0xff, 0xd8, 0xff, 0xe0]), Format::Unknown);
    }
}
