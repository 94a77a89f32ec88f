//! From a clip to its embeddings: audio, mel spectrogram and encoder joined.

use crate::audio::{Clip, Excerpt, SILENCE_PEAK};
use crate::encoder::{Embedding, Encoder};
use crate::error::{Error, Result};
use crate::mel::{MelFrontEnd, MelSpectrogram};

/// Excerpts of one track that are analysed unless asked otherwise.
pub const EXCERPTS_PER_TRACK: usize = 8;

/// What was heard in a clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// The excerpts, in order of time.
    pub excerpts: Vec<AnalysedExcerpt>,
    /// The mean direction of the excerpts' embeddings.
    pub embedding: Embedding,
}

/// One excerpt and its embedding.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysedExcerpt {
    /// Where it starts in the clip, in seconds.
    pub start_s: f32,
    /// Its embedding.
    pub embedding: Embedding,
}

/// An encoder with its front end planned.
pub struct Analyser {
    encoder: Encoder,
    front_end: MelFrontEnd,
}

impl Analyser {
    /// Plans the front end that the encoder's card asks for.
    ///
    /// # Errors
    /// [`Error::Encoder`] when the card's settings are out of bounds.
    pub fn new(encoder: Encoder) -> Result<Self> {
        Ok(Self { front_end: encoder.front_end()?, encoder })
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The front end.
    pub fn front_end(&self) -> &MelFrontEnd {
        &self.front_end
    }

    /// At most `most` evenly spaced excerpts of `clip`; those in which nothing can be heard are left out.
    ///
    /// # Errors
    /// [`Error::Silent`] when none is left.
    pub fn excerpts<'a>(&self, clip: &'a Clip, most: usize) -> Result<Vec<Excerpt<'a>>> {
        let audible = |excerpt: &Excerpt| excerpt.samples.iter().any(|sample| sample.abs() >= SILENCE_PEAK);
        let excerpts = clip.excerpts(self.encoder.card().tiles.excerpt_s, most);
        let excerpts: Vec<_> = excerpts.into_iter().filter(audible).collect();
        if excerpts.is_empty() { Err(Error::Silent) } else { Ok(excerpts) }
    }

    /// The log-mel spectrogram of one excerpt.
    pub fn mel(&mut self, excerpt: &Excerpt) -> MelSpectrogram {
        self.front_end.log_mel(excerpt.samples)
    }

    /// The embedding of one excerpt's spectrogram.
    ///
    /// # Errors
    /// [`Error::TooShort`] below one tile, [`Error::Encoder`] when the network fails.
    pub fn embed(&self, mel: &MelSpectrogram) -> Result<Embedding> {
        self.encoder.embed(&mel.image())
    }

    /// Analyses at most `most` excerpts, calling `progress(done, all)` after each.
    ///
    /// # Errors
    /// As [`Analyser::excerpts`] and [`Analyser::embed`].
    pub fn analyse(&mut self, clip: &Clip, most: usize, mut progress: impl FnMut(usize, usize)) -> Result<Analysis> {
        let excerpts = self.excerpts(clip, most)?;
        let mut analysed = Vec::with_capacity(excerpts.len());
        for (i, excerpt) in excerpts.iter().enumerate() {
            let mel = self.mel(excerpt);
            analysed.push(AnalysedExcerpt { start_s: excerpt.start_s, embedding: self.embed(&mel)? });
            progress(i + 1, excerpts.len());
        }
        Analysis::new(analysed)
    }
}

impl Analysis {
    /// What is heard of an embedding alone, such as a blend of several.
    pub fn of(embedding: Embedding) -> Self {
        Self { excerpts: vec![AnalysedExcerpt { start_s: 0.0, embedding: embedding.clone() }], embedding }
    }

    /// Joins the excerpts of one clip.
    ///
    /// # Errors
    /// As [`Embedding::mean`].
    pub fn new(excerpts: Vec<AnalysedExcerpt>) -> Result<Self> {
        let embeddings: Vec<Embedding> = excerpts.iter().map(|excerpt| excerpt.embedding.clone()).collect();
        Ok(Self { embedding: Embedding::mean(&embeddings)?, excerpts })
    }
}
