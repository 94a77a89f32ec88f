//! Audio files to samples.

mod edit_list;
mod opus;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Result, anyhow, bail, ensure};
use sonoscape::audio::MOST_CHANNELS;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::common::Limit;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::FORMAT_ID_ISOMP4;
use symphonia::core::formats::{FormatReader, Track};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::Duration;

use crate::tags::Tags;
use edit_list::EditList;

/// Longest recording that is decoded, in seconds.
pub const LONGEST_S: u64 = 6 * 3600;

/// Most damaged packets in a row that are skipped before the rest of the file is given up.
const MOST_DAMAGED_IN_A_ROW: usize = 256;

const LARGEST_TAG_BYTES: usize = 64 << 10;
const LARGEST_PICTURE_BYTES: usize = 16 << 20;

/// What an audio file holds.
#[derive(Debug)]
pub struct Decoded {
    /// Samples, one vector a channel, all of the same length; mixed down to one channel while decoding, so that
    /// memory grows with the length of a recording only.
    pub channels: Vec<Vec<f32>>,
    /// Samples a second of each channel, in Hz.
    pub sample_rate: u32,
    /// What the file says of itself.
    pub tags: Tags,
}

/// Decodes a whole file, whatever its name ends in.
///
/// Delay and padding that an encoder added are removed where the file states them, as browsers do. Damaged packets
/// are skipped; a truncated file gives what it still holds.
///
/// # Errors
/// One sentence with a remedy: no file, empty, not audio, no sound in it, mostly damaged, longer than [`LONGEST_S`].
pub fn decode(path: &Path) -> Result<Decoded> {
    catch_unwind(AssertUnwindSafe(|| read(path)))
        .unwrap_or_else(|_| Err(anyhow!("This file is damaged. Copy it again from its source.")))
}

fn read(path: &Path) -> Result<Decoded> {
    let (file, edits) = open(path)?;
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|e| e.to_str()) {
        hint.with_extension(extension);
    }
    let limits = MetadataOptions::default()
        .limit_tag_bytes(Limit::Maximum(LARGEST_TAG_BYTES))
        .limit_visual_bytes(Limit::Maximum(LARGEST_PICTURE_BYTES));
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&hint, stream, Default::default(), limits)
        .map_err(|error| explain(&error))?;
    let mut mixdown = Mixdown::default();
    decode_packets(format.as_mut(), &mut mixdown)?;
    ensure!(!mixdown.mono.is_empty(), "This file ends before its first sound. Copy it again from its source.");
    let mut mono = mixdown.mono;
    if let Some(edits) = edits.filter(|_| format.format_info().format == FORMAT_ID_ISOMP4) {
        edits.apply(&mut mono, mixdown.sample_rate);
    }
    let tags = Tags::read(&mut format.metadata(), path);
    Ok(Decoded { channels: vec![mono], sample_rate: mixdown.sample_rate, tags })
}

fn open(path: &Path) -> Result<(File, Option<EditList>)> {
    let metadata = std::fs::metadata(path).map_err(|e| anyhow!("This file cannot be opened ({e})."))?;
    ensure!(metadata.is_file(), "This is not a file. Name an audio file.");
    ensure!(metadata.len() > 0, "This file is empty. Copy it again from its source.");
    let open = || File::open(path).map_err(|e| anyhow!("This file cannot be opened ({e})."));
    Ok((open()?, EditList::read(&mut open()?)))
}

fn decode_packets(format: &mut dyn FormatReader, mixdown: &mut Mixdown) -> Result<()> {
    let (mut track, mut decoder) = first_sound(format)?;
    check_length(&track)?;
    let (mut good, mut damaged, mut in_a_row) = (0_u64, 0_u64, 0);
    while in_a_row < MOST_DAMAGED_IN_A_ROW {
        let mut packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Err(Error::ResetRequired) => {
                mixdown.cut_padding();
                (track, decoder) = first_sound(format)?;
                continue;
            }
            // Demuxers report a truncated file in several ways; none can be read on from.
            Ok(None) | Err(_) => break,
        };
        if packet.track_id != track.id {
            continue;
        }
        let padding = std::mem::replace(&mut packet.trim_end, Duration::ZERO);
        match decoder.decode(&packet) {
            Ok(buffer) => {
                mixdown.push(&buffer)?;
                mixdown.note_padding(padding, packet.dur);
                (good, in_a_row) = (good + 1, 0);
            }
            Err(Error::ResetRequired) => decoder.reset(),
            Err(Error::DecodeError(_) | Error::IoError(_)) => (damaged, in_a_row) = (damaged + 1, in_a_row + 1),
            Err(error) => return Err(explain(&error)),
        }
    }
    mixdown.cut_padding();
    ensure!(damaged <= good, "Most of this file is damaged. Copy it again from its source.");
    Ok(())
}

fn first_sound(format: &dyn FormatReader) -> Result<(Track, Box<dyn AudioDecoder>)> {
    static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
        let mut codecs = CodecRegistry::new();
        symphonia::default::register_enabled_codecs(&mut codecs);
        codecs.register_audio_decoder::<opus::OpusDecoder>();
        codecs
    });
    let options = AudioDecoderOptions::default();
    let mut tracks = format.tracks().iter();
    tracks
        .find_map(|track| {
            let parameters = track.codec_params.as_ref()?.audio()?;
            Some((track.clone(), CODECS.make_audio_decoder(parameters, &options).ok()?))
        })
        .ok_or_else(|| explain(&Error::Unsupported("")))
}

fn check_length(track: &Track) -> Result<()> {
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    if let (Some(frames), Some(rate)) = (track.num_frames, parameters.and_then(|p| p.sample_rate)) {
        check_frames(frames, rate)?;
    }
    Ok(())
}

fn check_frames(frames: u64, sample_rate: u32) -> Result<()> {
    ensure!(
        frames <= LONGEST_S.saturating_mul(u64::from(sample_rate)),
        "This recording is longer than {} hours. Cut it into shorter files.",
        LONGEST_S / 3600
    );
    Ok(())
}

fn explain(error: &Error) -> anyhow::Error {
    match error {
        Error::Unsupported(_) => anyhow!(
            "No sound that can be decoded was found in this file. Convert it to FLAC, MP3, M4A, Ogg or WAV, or copy it \
             again if it was cut short."
        ),
        Error::LimitError(_) => anyhow!("This file claims sizes beyond reason. Convert it to FLAC or WAV."),
        Error::IoError(_) => anyhow!("This file ends before its first sound. Copy it again from its source."),
        _ => anyhow!("This file is damaged. Copy it again from its source."),
    }
}

/// The running mean of the channels: sums in channel order, as the library mixes down.
#[derive(Default)]
struct Mixdown {
    mono: Vec<f32>,
    sample_rate: u32,
    planes: Vec<Vec<f32>>,
    padding: usize,
}

impl Mixdown {
    fn push(&mut self, buffer: &GenericAudioBufferRef<'_>) -> Result<()> {
        let (rate, count) = (buffer.spec().rate(), buffer.num_planes());
        if buffer.is_empty() {
            return Ok(());
        }
        if self.mono.is_empty() {
            self.sample_rate = rate;
        }
        if rate != self.sample_rate {
            bail!("The sample rate of this file changes part way. Convert it to FLAC or WAV.");
        }
        if !(1..=MOST_CHANNELS).contains(&count) {
            bail!("This file has {count} channels; 1 to {MOST_CHANNELS} can be used. Mix it down.");
        }
        check_frames((self.mono.len() + buffer.frames()) as u64, rate)?;
        buffer.copy_to_vecs_planar(&mut self.planes);
        let start = self.mono.len();
        let (first, rest) = self.planes.split_at(1);
        self.mono.extend_from_slice(&first[0]);
        for plane in &rest[..count - 1] {
            for (sum, sample) in self.mono[start..].iter_mut().zip(plane) {
                *sum += sample;
            }
        }
        for sum in &mut self.mono[start..] {
            *sum /= count as f32;
        }
        Ok(())
    }

    /// Remembers the padding of a packet that has `valid` frames besides.
    ///
    /// Padding counts at the end of a stream only: the page positions of many Ogg files lag behind by part of a block now
    /// and then, which Symphonia takes for padding too.
    fn note_padding(&mut self, padding: Duration, valid: Duration) {
        let before = if valid == Duration::ZERO { self.padding } else { 0 };
        self.padding = before.saturating_add(padding.get() as usize);
    }

    fn cut_padding(&mut self) {
        self.mono.truncate(self.mono.len().saturating_sub(self.padding));
        self.padding = 0;
    }
}

#[cfg(test)]
mod tests;
