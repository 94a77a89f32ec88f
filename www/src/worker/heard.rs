//! What was heard of the sound that was answered last: from this it is redrawn.

use sonoscape::encoder::EncoderCard;
use sonoscape::{AnalysedExcerpt, Latents, MelImage};

/// The excerpts of one query.
pub struct Heard {
    /// Number of the query.
    pub query: u32,
    /// In order of time.
    pub excerpts: Vec<HeardExcerpt>,
}

/// What the encoder saw of an excerpt, and what it made of it.
pub struct HeardExcerpt {
    /// Where it starts in the sound, in seconds.
    pub start_s: f32,
    /// The picture that the encoder saw.
    pub image: MelImage,
    /// What it made of it.
    pub latents: Latents,
}

impl Heard {
    /// The excerpts as the library searches for them.
    ///
    /// # Errors
    /// As [`Latents::embedding`].
    pub fn analysed(&self) -> sonoscape::Result<Vec<AnalysedExcerpt>> {
        let analysed = |heard: &HeardExcerpt| {
            Ok(AnalysedExcerpt { start_s: heard.start_s, embedding: heard.latents.embedding()? })
        };
        self.excerpts.iter().map(analysed).collect()
    }

    /// Whether the sound changes less than the encoder's card says is usual: so do noise, hums and held tones.
    pub fn is_still(&self, card: &EncoderCard) -> bool {
        let changes: Vec<f32> = self.excerpts.iter().filter_map(|heard| heard.latents.change()).collect();
        let mean = changes.iter().sum::<f32>() / changes.len() as f32;
        card.least_change.is_some_and(|least| mean < least)
    }
}
