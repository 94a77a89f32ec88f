//! What can go wrong, divided by what the caller can do about it.

/// The library's result.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Every failure of the library; its `Display` is one sentence that says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The sound is shorter than one tile. Choose a longer one.
    #[error("This sound lasts {seconds:.1} s, but at least {minimum:.1} s are needed. Choose a longer piece.")]
    TooShort {
        /// Length of the sound in seconds.
        seconds: f32,
        /// Shortest length that can be analysed, in seconds.
        minimum: f32,
    },
    /// The sound holds nothing louder than [`crate::audio::SILENCE_PEAK`]. Choose another.
    #[error("This recording is silent. Choose one that can be heard.")]
    Silent,
    /// The sound holds samples that are no numbers. Export it again.
    #[error("This recording is damaged: {count} of its samples are not numbers. Export it again from its source.")]
    NotFinite {
        /// How many samples are NaN or infinite.
        count: usize,
    },
    /// The channels are missing, too many, or of different lengths.
    #[error("A sound of 1 to {limit} channels of equal length is needed; this one has {found}. Mix it down first.")]
    Channels {
        /// Number of channels given.
        found: usize,
        /// Largest number accepted.
        limit: usize,
    },
    /// The sample rate lies outside what the resampler takes.
    #[error("A sample rate of {found} Hz cannot be used; {lowest} to {highest} Hz can. Convert the file first.", lowest = crate::audio::SAMPLE_RATES.start(), highest = crate::audio::SAMPLE_RATES.end())]
    SampleRate {
        /// The rate given, in Hz.
        found: u32,
    },
    /// The encoder's file cannot be used. Fetch it again or export it anew.
    #[error("The encoder cannot be used: {0}. Fetch or export it again.")]
    Encoder(String),
    /// The decoder's file cannot be used. Fetch it again or export it anew.
    #[error("The decoder cannot be used: {0}. Fetch or export it again.")]
    Decoder(String),
    /// A catalogue or decoder and the encoder do not belong together. Take the pair that does.
    #[error("The {what} was made with encoder {expected:.12}…, but this is encoder {found:.12}…. Use them as a pair.")]
    EncoderMismatch {
        /// What does not belong to the encoder.
        what: &'static str,
        /// Id of the encoder that it names.
        expected: String,
        /// Id of the encoder at hand.
        found: String,
    },
    /// The catalogue's bytes are damaged. Fetch it again or build it anew.
    #[error("The catalogue is damaged: {0}. Fetch or build it again.")]
    Catalogue(String),
    /// The file was written by another version. Update, or make the file again.
    #[error("This {what} has version {found}, but version {supported} is read here. {}", remedy(.found > .supported))]
    Version {
        /// Which kind of file.
        what: &'static str,
        /// Version the file states.
        found: u32,
        /// Version this library reads.
        supported: u32,
    },
    /// A count or length lies beyond what this library accepts from outside.
    #[error("Too many {what}: {found}, and at most {limit} are accepted.")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// The count found.
        found: u64,
        /// The largest count accepted.
        limit: u64,
    },
}

/// That `found` things, called `what`, are at most `limit`.
pub(crate) fn within(what: &'static str, found: u64, limit: u64) -> Result<()> {
    if found > limit { Err(Error::Limit { what, found, limit }) } else { Ok(()) }
}

fn remedy(is_later: bool) -> &'static str {
    if is_later { "Update Sonoscape." } else { "Make it again with this Sonoscape." }
}
