//! A dropped sound, as it is shown and played.

use std::sync::Arc;

use sonoscape::services::Candidate;

use crate::protocol::{Picture, Redrawn, RedrawnExcerpt, Track};

/// A sound with its picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// Number of the query that it was dropped for.
    pub query: u32,
    /// The file's name.
    pub name: String,
    /// Address that it can be played from.
    pub url: String,
    /// Length in seconds.
    pub duration_s: f64,
    /// Root mean square of each column of the waveform.
    pub loudness: Vec<f32>,
    /// Its mel spectrogram.
    pub spectrogram: Spectrogram,
    /// Where it comes from, unless it was dropped.
    pub origin: Option<Arc<Origin>>,
}

/// Where a sound that was found by name comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// What is said of it.
    pub track: Track,
    /// Web address of its cover; empty where there is none.
    pub cover: String,
    /// How it came to be heard, in one sentence.
    pub way: String,
    /// What a service said of it, unless it is of the catalogue.
    pub candidate: Option<Candidate>,
}

/// A mel spectrogram in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrogram {
    /// Number of mel bands.
    pub bands: usize,
    /// Number of columns.
    pub columns: usize,
    /// Shape `[bands, columns]`, lowest band first; 0 is 80 dB below the maximum, 255 the maximum.
    pub levels: Vec<u8>,
    /// Centre frequency of each band in Hz, shape `[bands]`.
    pub band_hz: Vec<f32>,
}

impl Sound {
    /// The sound that the worker drew.
    pub fn new(query: u32, name: String, url: String, picture: Picture) -> Self {
        let spectrogram = Spectrogram {
            bands: picture.bands as usize,
            columns: picture.columns as usize,
            levels: picture.levels.to_vec(),
            band_hz: picture.band_hz,
        };
        let (duration_s, loudness) = (f64::from(picture.duration_s), picture.loudness);
        Self { query, name, url, duration_s, loudness, spectrogram, origin: None }
    }

    /// A track of the catalogue, of which nothing was fetched.
    pub fn of_catalogue(query: u32, track: Track, duration_s: f64) -> Self {
        let url = track.audio.clone();
        let way = "From the catalogue, by what it already knows of this track: no sound was fetched.".to_owned();
        Self::unheard(query, url, duration_s, Arc::new(Origin { track, cover: String::new(), way, candidate: None }))
    }

    /// A sound that can be played but not listened to: there is nothing to draw.
    pub fn unheard(query: u32, url: String, duration_s: f64, origin: Arc<Origin>) -> Self {
        let spectrogram = Spectrogram { bands: 0, columns: 0, levels: Vec::new(), band_hz: Vec::new() };
        let Track { title, artist, .. } = &origin.track;
        let name = if artist.is_empty() { title.clone() } else { format!("{title} by {artist}") };
        Self { query, name, url, duration_s, loudness: Vec::new(), spectrogram, origin: Some(origin) }
    }

    /// Whether its waveform can be drawn.
    pub fn has_waveform(&self) -> bool {
        !self.loudness.is_empty()
    }

    /// Whether its spectrogram can be drawn.
    pub fn has_spectrogram(&self) -> bool {
        self.spectrogram.columns > 0
    }
}

/// A sound drawn again from what the ear kept of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RedrawnSound {
    /// What was heard of it, in order of time.
    pub excerpts: Vec<Redrawing>,
    /// Mean squared error, in brightness from 0 to 1.
    pub error: f32,
}

/// An excerpt drawn again.
#[derive(Debug, Clone, PartialEq)]
pub struct Redrawing {
    /// Where it starts in the sound, in seconds.
    pub start_s: f64,
    /// Its length in seconds.
    pub duration_s: f64,
    /// Number of columns.
    pub columns: usize,
    /// Shape `[bands, columns]`, lowest band first; 0 is 80 dB below the excerpt's own maximum, 255 the maximum.
    pub levels: Vec<u8>,
}

impl RedrawnSound {
    /// The sound that the worker drew again.
    pub fn new(redrawn: Redrawn) -> Self {
        let excerpt = |excerpt: RedrawnExcerpt| Redrawing {
            start_s: f64::from(excerpt.start_s),
            duration_s: f64::from(excerpt.duration_s),
            columns: excerpt.columns as usize,
            levels: excerpt.levels.to_vec(),
        };
        Self { excerpts: redrawn.excerpts.into_iter().map(excerpt).collect(), error: redrawn.error }
    }
}

impl Redrawing {
    /// Where it begins and ends, as shares of a sound of `duration_s` seconds.
    pub fn share_of(&self, duration_s: f64) -> (f64, f64) {
        let share = |s: f64| (s / duration_s.max(0.001)).clamp(0.0, 1.0);
        (share(self.start_s), share(self.start_s + self.duration_s))
    }

    /// Its levels relative to the maximum of the whole sound, as that is drawn.
    pub fn beside(&self, sound: &Sound) -> Vec<u8> {
        let columns = sound.spectrogram.columns;
        let (from, to) = self.share_of(sound.duration_s);
        let (from, to) = ((from * columns as f64) as usize, (to * columns as f64).ceil() as usize);
        let rows = sound.spectrogram.levels.chunks_exact(columns.max(1));
        let loudest = rows.filter_map(|row| row.get(from..to.min(columns))?.iter().max()).max().copied();
        let below = u8::MAX - loudest.unwrap_or(u8::MAX);
        self.levels.iter().map(|level| level.saturating_sub(below)).collect()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_redrawn_excerpt_is_as_bright_as_its_place_in_the_sound() {
        let spectrogram = Spectrogram { bands: 1, columns: 4, levels: vec![255, 90, 55, 20], band_hz: vec![] };
        let (name, url, loudness) = (String::new(), String::new(), vec![]);
        let sound = Sound { query: 1, name, url, duration_s: 8.0, loudness, spectrogram, origin: None };
        let excerpt = |start_s| Redrawing { start_s, duration_s: 4.0, columns: 3, levels: vec![255, 210, 100] };
        assert_eq!(excerpt(0.0).beside(&sound), [255, 210, 100]);
        assert_eq!(excerpt(4.0).beside(&sound), [55, 10, 0]);
        assert_eq!(excerpt(4.0).share_of(8.0), (0.5, 1.0));
    }
}
