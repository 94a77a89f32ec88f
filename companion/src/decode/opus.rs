//! Opus packets for Symphonia, which finds them in Ogg and Matroska files but has no decoder of its own.

use opus_decoder::OpusMultistreamDecoder;
use symphonia::core::audio::{AsGenericAudioBufferRef, Audio, AudioBuffer, AudioMut, AudioSpec, GenericAudioBufferRef};
use symphonia::core::codecs::CodecInfo;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions, FinalizeResult};
use symphonia::core::codecs::registry::{RegisterableAudioDecoder, SupportedAudioCodec};
use symphonia::core::errors::{Error, Result};
use symphonia::core::packet::PacketRef;

const SAMPLE_RATE: u32 = 48_000;

/// The longest packet, 120 ms, in samples a channel.
const LONGEST_PACKET: usize = 5760;

/// Decodes Opus streams of any channel mapping to 48 kHz.
///
/// # Source
/// RFC 7845, section 5.1 (identification header: pre-skip, output gain, channel mapping).
pub struct OpusDecoder {
    parameters: AudioCodecParameters,
    streams: OpusMultistreamDecoder,
    gain: f32,
    pre_skip: usize,
    still_to_skip: usize,
    interleaved: Vec<f32>,
    buffer: AudioBuffer<f32>,
}

struct Header {
    channels: usize,
    pre_skip: usize,
    gain: f32,
    streams: usize,
    coupled: usize,
    mapping: Vec<u8>,
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let body = bytes.strip_prefix(b"OpusHead")?;
        let &[_version, channels, skip_low, skip_high, _, _, _, _, gain_low, gain_high, family, ref table @ ..] = body
        else {
            return None;
        };
        let gain_db = f32::from(i16::from_le_bytes([gain_low, gain_high])) / 256.0;
        let (streams, coupled, mapping) = match (family, table) {
            (0, _) => (1, usize::from(channels.checked_sub(1)?), (0..channels).collect()),
            (_, [streams, coupled, mapping @ ..]) => {
                (usize::from(*streams), usize::from(*coupled), mapping.get(..usize::from(channels))?.to_vec())
            }
            _ => return None,
        };
        Some(Self {
            channels: usize::from(channels),
            pre_skip: usize::from(u16::from_le_bytes([skip_low, skip_high])),
            gain: 10_f32.powf(gain_db / 20.0),
            streams,
            coupled,
            mapping,
        })
    }
}

impl OpusDecoder {
    fn try_new(parameters: &AudioCodecParameters) -> Result<Self> {
        let header = parameters.extra_data.as_deref().and_then(Header::parse);
        let header = header.ok_or(Error::DecodeError("opus: malformed identification header"))?;
        let streams =
            OpusMultistreamDecoder::new(SAMPLE_RATE, header.channels, header.streams, header.coupled, &header.mapping)
                .map_err(|_| Error::Unsupported("opus: channel mapping"))?;
        let channels = parameters.channels.clone().filter(|channels| channels.count() == header.channels);
        let channels = channels.ok_or(Error::DecodeError("opus: channels"))?;
        Ok(Self {
            parameters: parameters.clone(),
            streams,
            gain: header.gain,
            pre_skip: header.pre_skip,
            still_to_skip: header.pre_skip,
            interleaved: vec![0.0; LONGEST_PACKET * header.channels],
            buffer: AudioBuffer::new(AudioSpec::new(SAMPLE_RATE, channels), LONGEST_PACKET),
        })
    }

    fn fill(&mut self, packet: &PacketRef<'_>) -> Result<()> {
        let frames = self
            .streams
            .decode_float(packet.data, &mut self.interleaved, false)
            .map_err(|_| Error::DecodeError("opus: malformed packet"))?;
        let channels = self.buffer.num_planes();
        self.buffer.resize_uninit(frames);
        for (channel, plane) in self.buffer.iter_planes_mut().enumerate() {
            let samples = self.interleaved.iter().skip(channel).step_by(channels);
            for (out, sample) in plane.iter_mut().zip(samples) {
                *out = sample * self.gain;
            }
        }
        let start = self.still_to_skip.min(frames);
        self.still_to_skip -= start;
        self.buffer.trim(start, packet.trim_end.get() as usize);
        Ok(())
    }
}

impl AudioDecoder for OpusDecoder {
    fn reset(&mut self) {
        self.streams.reset();
        self.still_to_skip = self.pre_skip;
        self.buffer.clear();
    }

    fn codec_info(&self) -> &CodecInfo {
        &Self::supported_codecs()[0].info
    }

    fn codec_params(&self) -> &AudioCodecParameters {
        &self.parameters
    }

    fn decode_ref(&mut self, packet: &PacketRef<'_>) -> Result<GenericAudioBufferRef<'_>> {
        self.buffer.clear();
        self.fill(packet)?;
        Ok(self.buffer.as_generic_audio_buffer_ref())
    }

    fn finalize(&mut self) -> FinalizeResult {
        FinalizeResult::default()
    }

    fn last_decoded(&self) -> GenericAudioBufferRef<'_> {
        self.buffer.as_generic_audio_buffer_ref()
    }
}

impl RegisterableAudioDecoder for OpusDecoder {
    fn try_registry_new(
        parameters: &AudioCodecParameters,
        _options: &AudioDecoderOptions,
    ) -> Result<Box<dyn AudioDecoder>> {
        Ok(Box::new(Self::try_new(parameters)?))
    }

    fn supported_codecs() -> &'static [SupportedAudioCodec] {
        const INFO: CodecInfo = CodecInfo { short_name: "opus", long_name: "Opus", profiles: &[] };
        &[SupportedAudioCodec { id: CODEC_ID_OPUS, info: INFO }]
    }
}
