//! Names: looking for the catalogue's own tracks, and choosing one.

use serde::{Deserialize, Serialize};

use super::{Answer, Failure, Track};

/// What the page asks about names.
#[derive(Serialize, Deserialize)]
pub enum Ask {
    /// Fetch the names of all tracks that have not come yet. [`Told::Named`] says how far that is.
    Fetch,
    /// Look for tracks that are called so. Ends with [`Told::Found`], or silently when a later search has overtaken it.
    Find {
        /// Number of the search; later ones have higher numbers.
        search: u32,
        /// What somebody typed.
        text: String,
    },
    /// Find the neighbours of a track of the catalogue by its codes. Ends with [`Told::Chosen`] or [`Told::Absent`], or silently
    /// when a later query or a cancellation has overtaken it.
    Choose {
        /// Number of the query.
        query: u32,
        /// Which of the tracks that are given is in the catalogue: the first that is.
        keys: Vec<Key>,
    },
}

/// What the worker tells of names.
#[derive(Serialize, Deserialize)]
pub enum Told {
    /// Names have arrived, or will not.
    Named {
        /// Tracks that can be found by name.
        named: u32,
        /// Whether all that there are have come.
        whole: bool,
        /// How long the worker has worked on them so far, in milliseconds.
        index_ms: f64,
        /// Why the rest has not come.
        failure: Option<Failure>,
    },
    /// Tracks have been looked for.
    Found {
        /// Number of the search.
        search: u32,
        /// Best first.
        hits: Vec<Hit>,
        /// How long it took, in milliseconds.
        search_ms: f64,
    },
    /// The neighbours of a track of the catalogue.
    Chosen {
        /// Number of the query.
        query: u32,
        /// The track.
        track: Track,
        /// Its length in seconds; 0 where it is unknown.
        duration_s: f32,
        /// Its neighbours.
        answer: Answer,
    },
    /// The track that was chosen is not in the catalogue, or has not arrived.
    Absent {
        /// Number of the query.
        query: u32,
        /// Why; none when it is simply not there.
        failure: Option<Failure>,
    },
}

/// How a track of the catalogue is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Key {
    /// By its place, which is good as long as the catalogue stays as it is.
    Place(Place),
    /// By what its source calls it.
    Source {
        /// The source.
        source: String,
        /// What it calls the track.
        id: String,
    },
    /// By its International Standard Recording Code.
    Isrc(String),
    /// By artist and title.
    Named {
        /// Artist.
        artist: String,
        /// Title.
        title: String,
    },
}

/// Where a track lies in the catalogues.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The edition of the catalogues: in another one this place is another track's.
    pub edition: u32,
    /// Index of the catalogue.
    pub catalogue: u32,
    /// Index of the segment.
    pub segment: u32,
    /// The track's place there.
    pub track: u32,
}

/// A track of the catalogue that is called much like what was looked for. Unknown texts are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Where it lies.
    pub place: Place,
    /// Title.
    pub title: String,
    /// Artist.
    pub artist: String,
    /// Album.
    pub album: String,
    /// Where it was found.
    pub source: String,
    /// Length in seconds; 0 where it is unknown.
    pub duration_s: u16,
    /// Whether its name has all words that were looked for.
    pub whole: bool,
}
