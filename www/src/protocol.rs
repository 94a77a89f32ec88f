//! The messages between the page and its worker.
//!
//! Every message travels in an [`Envelope`] that states the protocol's version: page and worker are two files that a cache
//! may hold in different states. Large arrays are JavaScript's own and are transferred, not copied.

mod map;
pub mod names;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

pub use map::{Colouring, Described, Legend, MOST_NAMED, MapEvent, MapRequest, NOWHERE, Region, Spot};

/// Version of everything in this file; raise it with every change.
pub const VERSION: u32 = 5;

/// A message with the version of the protocol it belongs to.
#[derive(Serialize, Deserialize)]
pub struct Envelope<T> {
    /// The sender's [`VERSION`].
    pub version: u32,
    /// The message.
    pub message: T,
}

/// What the page asks of the worker.
#[derive(Serialize, Deserialize)]
pub enum Request {
    /// Fetch encoder and catalogue. Sent once, after [`Event::Awake`].
    Load {
        /// What searches leave out.
        filter: Filter,
    },
    /// Analyse a sound and find its neighbours. Ends with [`Event::Answered`] or [`Event::Failed`], or silently when a later
    /// query or [`Request::Cancel`] has overtaken it.
    Analyse {
        /// Number of the query; later queries have higher numbers.
        query: u32,
        /// Sample rate of the channels in Hz.
        sample_rate: u32,
        /// One array a channel, of `Float32Array`s that follow one another; transferred.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        channels: js_sys::Array,
    },
    /// Draw the sound that was answered last again from its latents. Ends with [`Event::Redrawn`] or [`Event::NotRedrawn`], or
    /// silently when a query or [`Request::Cancel`] has overtaken it.
    Redraw {
        /// Number of its query.
        query: u32,
    },
    /// Something about names.
    Names(names::Ask),
    /// Leave out tracks from now on, also for the sound that was answered last: then [`Event::Refined`] follows.
    Filter {
        /// What to leave out.
        filter: Filter,
    },
    /// Something about the map.
    Map(MapRequest),
    /// Stop working on this query and on all before it.
    Cancel {
        /// Number of the query.
        query: u32,
    },
}

/// What the worker tells the page.
#[derive(Serialize, Deserialize)]
pub enum Event {
    /// The worker runs and takes messages.
    Awake,
    /// Bytes of a part have arrived.
    Fetched {
        /// What is being fetched.
        part: Part,
        /// Bytes so far.
        received: f64,
        /// Bytes in all, where known.
        total: Option<f64>,
    },
    /// Queries can be answered; told again whenever more of the catalogue has arrived.
    Usable {
        /// How far the catalogue is.
        standing: Standing,
    },
    /// What a filter can choose among.
    Choices {
        /// The choices.
        choices: Choices,
    },
    /// The catalogue, or the rest of it, has not arrived.
    Incomplete {
        /// Why.
        failure: Failure,
    },
    /// The neighbours have been looked for again: more of the catalogue has arrived, or the filter is another.
    Refined {
        /// Number of the query.
        query: u32,
        /// Nearest first.
        neighbours: Vec<Neighbour>,
    },
    /// A query has come to a new stage.
    Reached {
        /// Number of the query.
        query: u32,
        /// The stage.
        stage: Stage,
    },
    /// The sound can be drawn.
    Drawn {
        /// Number of the query.
        query: u32,
        /// What there is to draw.
        picture: Picture,
    },
    /// The neighbours have been found.
    Answered {
        /// Number of the query.
        query: u32,
        /// The answer.
        answer: Answer,
    },
    /// Something about names.
    Names(names::Told),
    /// A sound has been drawn again.
    Redrawn {
        /// Number of its query.
        query: u32,
        /// What there is to draw.
        redrawn: Redrawn,
    },
    /// A sound could not be drawn again.
    NotRedrawn {
        /// Number of its query.
        query: u32,
        /// Why.
        failure: Failure,
    },
    /// Something about the map.
    Map(MapEvent),
    /// The worker has panicked and will not answer any more.
    Died,
    /// A query, or without a number the loading, has failed.
    Failed {
        /// Number of the query.
        query: Option<u32>,
        /// Why.
        failure: Failure,
    },
}

/// How far the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Tracks that can be found.
    pub found: u32,
    /// Those of them whose scores are exact, not estimates.
    pub exact: u32,
    /// Bytes that have arrived.
    pub received: f64,
    /// Bytes in all.
    pub total: f64,
}

/// What a search leaves out. The default leaves out nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// The only style to take.
    pub style: Option<String>,
    /// The only licence to take.
    pub licence: Option<String>,
    /// The only source to take.
    pub source: Option<String>,
    /// First and last year to take.
    pub years: Option<(u16, u16)>,
    /// Whether at most one track of each artist is taken.
    pub one_per_artist: bool,
}

/// What a filter can choose among, each with its number of tracks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    /// Styles, by name.
    pub styles: Vec<(String, u32)>,
    /// Licences, by name.
    pub licences: Vec<(String, u32)>,
    /// Sources, by name.
    pub sources: Vec<(String, u32)>,
    /// Years, earliest first.
    pub years: Vec<(u16, u32)>,
}

/// A part of the engine that is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// The worker's own WebAssembly.
    Engine,
    /// The encoder.
    Encoder,
    /// The catalogue.
    Catalogue,
    /// The decoder, which only redrawing needs.
    Decoder,
}

/// Where a query is. Decoding happens in the page, everything after it in the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Waiting for the engine to arrive.
    Waiting,
    /// Fetching the sound of a service's track.
    Fetching,
    /// Turning the file into samples.
    Decoding,
    /// Resampling, and computing the waveform and the mel spectrogram.
    Drawing,
    /// Embedding the excerpts.
    Listening {
        /// Excerpts embedded so far.
        done: u32,
        /// Excerpts in all.
        of: u32,
    },
    /// Comparing with the catalogue.
    Searching {
        /// Tracks in the catalogue.
        tracks: u32,
    },
}

/// A sound as it is drawn. All columns are evenly spaced over `duration_s`.
#[derive(Serialize, Deserialize)]
pub struct Picture {
    /// Length of the sound in seconds.
    pub duration_s: f32,
    /// Root mean square of each column of the waveform.
    pub loudness: Vec<f32>,
    /// Number of mel bands.
    pub bands: u32,
    /// Number of columns of the mel spectrogram.
    pub columns: u32,
    /// `Uint8Array` of shape `[bands, columns]`, lowest band first: 0 is 80 dB below the maximum, 255 the maximum; transferred.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub levels: js_sys::Uint8Array,
    /// Centre frequency of each band in Hz, shape `[bands]`.
    pub band_hz: Vec<f32>,
}

/// A sound drawn again from its latents: of each excerpt that was heard, a picture.
#[derive(Serialize, Deserialize)]
pub struct Redrawn {
    /// In order of time; they may overlap, or leave gaps.
    pub excerpts: Vec<RedrawnExcerpt>,
    /// Mean squared error against the pictures that the encoder saw, in brightness from 0 to 1.
    pub error: f32,
}

/// An excerpt as it is drawn again.
#[derive(Serialize, Deserialize)]
pub struct RedrawnExcerpt {
    /// Where it starts in the sound, in seconds.
    pub start_s: f32,
    /// Its length in seconds.
    pub duration_s: f32,
    /// Number of columns, evenly spaced over its length.
    pub columns: u32,
    /// `Uint8Array` of shape `[bands, columns]`, lowest band first: 0 is 80 dB below the excerpt's own maximum, 255 the maximum;
    /// transferred.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub levels: js_sys::Uint8Array,
}

/// The neighbours of a sound.
#[derive(Clone, Serialize, Deserialize)]
pub struct Answer {
    /// Nearest first.
    pub neighbours: Vec<Neighbour>,
    /// The sound's embedding, shape `[dimension]`, unit length.
    pub embedding: Vec<f32>,
    /// Share of clipped samples, 0 to 1.
    pub clipped_fraction: f32,
    /// Whether the sound changes less than is usual for what the encoder learnt from, as noise and held tones do.
    pub still: bool,
    /// Length of what one comparison covers, in seconds.
    pub excerpt_s: f32,
    /// How long the stages took.
    pub timings: Timings,
    /// Memory of the worker, in bytes.
    pub memory_bytes: f64,
}

/// Durations in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Mixing down and resampling.
    pub resample_ms: f64,
    /// Mel spectrograms.
    pub mel_ms: f64,
    /// Encoder.
    pub encode_ms: f64,
    /// Search.
    pub search_ms: f64,
}

/// A track that sounds like the query. Scores are cosines, −1 to 1; higher is nearer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// The track.
    pub track: Track,
    /// Which one it is.
    pub spot: Spot,
    /// Cosine of the whole embeddings.
    pub score: f32,
    /// Where the likeness lies, once the track's code has arrived; until then the score is an estimate.
    pub parts: Option<Parts>,
    /// How it differs from the query, such as `brighter`; the clearest first.
    pub differences: Vec<String>,
    /// How many other tracks are the same recording.
    pub copies: u32,
}

/// Where the likeness of two sounds lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// Cosine of the halves whose kernels slide along time, where the encoder has such.
    pub time_score: Option<f32>,
    /// Cosine of the halves whose kernels slide along frequency.
    pub frequency_score: Option<f32>,
    /// Where the part of the query that matched best starts, in seconds.
    pub query_start_s: f32,
    /// Where the part of the track that matched best starts, in seconds.
    pub start_s: f32,
}

/// What the page shows of a track. Unknown texts are empty.
///
/// The page does not take the library's own type, because its WebAssembly would then carry the whole library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// Title.
    pub title: String,
    /// Artist.
    pub artist: String,
    /// Where it was found.
    pub source: String,
    /// What that source calls it.
    pub source_id: String,
    /// Licence, as an SPDX identifier where there is one.
    pub licence: String,
    /// The credit that the licence asks for.
    pub attribution: String,
    /// How what was analysed differs from the public original.
    pub changes: String,
    /// Web address of its public page.
    pub page: String,
    /// Where it can be heard: a web address, or a path beside the page.
    pub audio: String,
}

/// A failure as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A word for programs, such as `too-short`.
    pub kind: String,
    /// One plain sentence with a remedy.
    pub sentence: String,
}

/// Puts a message into its envelope.
///
/// # Errors
/// When the message cannot be turned into a JavaScript value.
pub fn seal<T: Serialize>(message: T) -> Result<JsValue, serde_wasm_bindgen::Error> {
    serde_wasm_bindgen::to_value(&Envelope { version: VERSION, message })
}

/// Takes a message out of its envelope.
///
/// # Errors
/// When the value is no message of this version.
pub fn open<T: DeserializeOwned>(value: JsValue) -> Result<T, String> {
    let envelope: Envelope<T> = serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())?;
    if envelope.version == VERSION {
        Ok(envelope.message)
    } else {
        Err(format!("version {} of the protocol instead of {VERSION}", envelope.version))
    }
}
