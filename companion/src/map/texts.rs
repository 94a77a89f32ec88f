//! What is said of a catalogue's tracks, read once.

use anyhow::Result;

use super::terms::Terms;
use crate::catalogue::Stored;

/// Terms and titles of all tracks, in the catalogue's order.
#[derive(Debug, Default)]
pub struct Texts {
    pub terms: Terms,
    pub of_tracks: Vec<Vec<u32>>,
    pub titles: Vec<String>,
}

impl Texts {
    /// Reads every block of text.
    ///
    /// # Errors
    /// When one is missing or damaged.
    pub fn read(stored: &Stored) -> Result<Self> {
        let mut texts = Self::default();
        for segment in 0..stored.manifest().segments.len() {
            let mut alone = stored.sketch(segment)?;
            for id in alone.ids().collect::<Vec<_>>() {
                let track = stored.track(&mut alone, id)?;
                let terms = texts.terms.of(track);
                texts.of_tracks.push(terms);
                texts.titles.push(track.title.chars().take(80).collect());
            }
        }
        Ok(texts)
    }
}
