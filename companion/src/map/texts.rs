//! What is said of a catalogue's tracks and how they sound, in words, read once.

use anyhow::Result;
use sonoscape::Embedding;

use super::points::Points;
use super::terms::Terms;
use crate::catalogue::Stored;
use crate::hear;

/// Terms and titles of all tracks, in the catalogue's order.
#[derive(Debug, Default)]
pub struct Texts {
    pub terms: Terms,
    pub of_tracks: Vec<Vec<u32>>,
    pub titles: Vec<String>,
}

impl Texts {
    /// Reads every block of text; `points` are the tracks in the catalogue's order.
    ///
    /// # Errors
    /// When one is missing or damaged.
    pub fn read(stored: &Stored, points: &Points) -> Result<Self> {
        let attributes = hear::attributes(&stored.manifest().encoder)?;
        let mut texts = Self::default();
        for segment in 0..stored.manifest().segments.len() {
            let mut alone = stored.sketch(segment)?;
            for id in alone.ids().collect::<Vec<_>>() {
                let track = stored.track(&mut alone, id)?;
                let embedding = Embedding::from_slice(points.row(texts.titles.len()));
                let sound = embedding.as_ref().map_or(Vec::new(), |embedding| attributes.words(embedding));
                texts.of_tracks.push(texts.terms.of(track, &sound));
                texts.titles.push(track.title.chars().take(80).collect());
            }
        }
        Ok(texts)
    }
}
