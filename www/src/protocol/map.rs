//! What page and worker say to each other about the map.

use serde::{Deserialize, Serialize};

use super::Track;
pub use super::names::Place as Spot;

/// Stands for no place on the map, as both coordinates.
pub const NOWHERE: u16 = u16::MAX;

/// Categories that a legend names; all others share one colour.
pub const MOST_NAMED: usize = 7;

/// What the colours of the map say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colouring {
    /// The region that a track lies in.
    #[default]
    Region,
    /// Its style.
    Style,
    /// Where it was found.
    Source,
    /// Its year.
    Year,
    /// How near it is to the sound that was answered last.
    Score,
}

/// What the page asks about the map.
#[derive(Serialize, Deserialize)]
pub enum MapRequest {
    /// Show the map of a catalogue, if it has one. [`MapEvent::Begins`] follows, and everything of that map.
    Show {
        /// Its number, as [`MapEvent::Maps`] has it.
        catalogue: u32,
    },
    /// Colour the map so from now on: [`MapEvent::Painted`] follows for every segment, and again whenever what it says changes.
    Paint {
        /// What the colours say.
        colouring: Colouring,
    },
    /// Say what is known of some tracks. Ends with [`MapEvent::Described`].
    Describe {
        /// Number of the request.
        number: u32,
        /// The tracks.
        spots: Vec<Spot>,
    },
}

/// What the worker tells of the map.
#[derive(Serialize, Deserialize)]
pub enum MapEvent {
    /// Which catalogues have a map; told again when more have.
    Maps {
        /// Their numbers and names.
        maps: Vec<(u32, String)>,
        /// The one whose map is shown.
        shown: Option<u32>,
    },
    /// A map is about to come; what was told of an earlier one is void.
    Begins {
        /// Tracks in all.
        tracks: u32,
    },
    /// Where the tracks of a segment lie.
    Placed {
        /// The segment; its track is 0.
        of: Spot,
        /// `Uint16Array` of shape `[tracks, 2]`: from left and from below, 0 to 65 535, or both [`NOWHERE`]; transferred.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        places: js_sys::Uint16Array,
    },
    /// How the tracks of a segment look.
    Painted {
        /// The segment; its track is 0.
        of: Spot,
        /// `Uint8Array` of shape `[tracks]`: 0 for unknown; of categories one more than the place in the legend, of scales from 1 to
        /// 255; transferred.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        colours: js_sys::Uint8Array,
        /// `Uint8Array` of shape `[tracks]`: 1 for those that the filter admits, else 0; transferred.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        admitted: js_sys::Uint8Array,
    },
    /// What the colours mean.
    Legend {
        /// The legend.
        legend: Legend,
    },
    /// The named regions.
    Regions {
        /// Coarsest first.
        regions: Vec<Region>,
    },
    /// What is known of tracks that were asked about.
    Described {
        /// Number of the request.
        number: u32,
        /// In the order of the request; none where it has not come.
        tracks: Vec<Option<Described>>,
    },
}

/// What the colours mean.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Legend {
    /// What they say.
    pub colouring: Colouring,
    /// Categories with their numbers of tracks, most first; tracks of others have the colour after the last.
    pub named: Vec<(String, u32)>,
    /// Tracks of other categories.
    pub others: u32,
    /// Both ends of a scale.
    pub ends: Option<(f32, f32)>,
}

/// A named region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// 0 for the coarsest.
    pub level: u8,
    /// Where its name goes, as in [`MapEvent::Placed`].
    pub x: u16,
    /// The same, from below.
    pub y: u16,
    /// Tracks in it.
    pub tracks: u32,
    /// The colour of its tracks, as in [`MapEvent::Painted`].
    pub colour: u8,
}

/// A track of the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// What is said of it.
    pub track: Track,
    /// Its style; empty for unknown.
    pub style: String,
    /// Its year.
    pub year: Option<u16>,
    /// Its length in seconds; 0 for unknown.
    pub duration_s: f32,
    /// Where the part starts that was listened to, in seconds.
    pub start_s: f32,
}
