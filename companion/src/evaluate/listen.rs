//! From files to the vectors of their excerpts, as they are and altered; no sound is kept.

use anyhow::Result;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;
use sonoscape::audio::SILENCE_PEAK;
use sonoscape::{Analyser, Clip, SAMPLE_RATE};

use super::alter::Alteration;
use super::baseline::BASELINES;
use super::candidate::Candidate;
use super::labels::{Known, Labels};
use super::peer::{Broken, Peer};
use crate::build::files::File;
use crate::pack::Problem;
use crate::{hear, progress};

/// Most excerpts of one recording.
const MOST_EXCERPTS: usize = 6;

/// The vectors of one sound: an embedding of each encoder, then one of each baseline and of each peer.
pub type Description = Vec<Vec<f32>>;

/// What is kept of an excerpt.
#[derive(Debug)]
pub struct Described {
    pub clean: Description,
    /// One of each alteration; none where the altered sound could not be described.
    pub altered: Vec<Option<Description>>,
    /// How far each encoder's decoder is from the clean sound's tiles; none without one.
    pub reconstruction_errors: Vec<Option<f32>>,
}

/// What is kept of a file.
#[derive(Debug)]
pub struct Recording {
    pub known: Known,
    pub excerpts: Vec<Described>,
}

/// How to listen.
pub struct Listener<'a> {
    pub candidates: &'a [Candidate],
    pub peers: &'a [Peer],
    pub labels: &'a Labels,
    pub alterations: &'a [Alteration],
    pub excerpt_s: f32,
}

impl Listener<'_> {
    /// Describes the files on all cores, in their order; those that cannot be used are returned apart.
    ///
    /// # Errors
    /// [`Broken`] as soon as a peer is.
    pub fn listen(&self, files: &[File], quiet: bool) -> Result<(Vec<Recording>, Vec<Problem>)> {
        let bar = progress::bar(files.len(), "Listening", quiet);
        let heard: Vec<Result<Recording>> = files
            .par_iter()
            .enumerate()
            .map_init(
                || {
                    self.candidates
                        .iter()
                        .map(|each| Analyser::new(each.encoder.clone()))
                        .collect::<Result<Vec<_>, _>>()
                },
                |analysers, (index, file)| {
                    let analysers = analysers.as_mut().map_err(|error| error.clone())?;
                    let recording = self.record(file, index, analysers);
                    bar.inc(1);
                    recording
                },
            )
            .map(|heard| match heard {
                Err(error) if error.is::<Broken>() => Err(error),
                heard => Ok(heard),
            })
            .collect::<Result<_>>()?;
        bar.finish_and_clear();
        let (mut recordings, mut problems) = (Vec::new(), Vec::new());
        for (file, heard) in files.iter().zip(heard) {
            match heard {
                Ok(recording) => recordings.push(recording),
                Err(error) => problems.push(Problem::new(file.path.clone(), &error)),
            }
        }
        Ok((recordings, problems))
    }

    fn record(&self, file: &File, index: usize, analysers: &mut [Analyser]) -> Result<Recording> {
        let mut random = StdRng::seed_from_u64(super::SEED.wrapping_add(index as u64));
        hear::with_clip(&file.place, |clip, tags| {
            let excerpts = disjoint(clip, self.excerpt_s)?.into_iter().map(|samples| {
                let clean = self.describe(samples, analysers)?;
                let altered = self.alterations.iter().map(|alteration| {
                    let altered = alteration.apply(samples, &mut random);
                    match altered.and_then(|samples| self.describe(&samples, analysers)) {
                        Err(error) if error.is::<Broken>() => Err(error),
                        described => Ok(described.ok()),
                    }
                });
                let altered = altered.collect::<Result<_>>()?;
                let pairs = self.candidates.iter().zip(&mut *analysers);
                let errors = pairs.map(|(candidate, analyser)| candidate.reconstruction_error(samples, analyser));
                Ok(Described { clean, altered, reconstruction_errors: errors.collect::<Result<_>>()? })
            });
            Ok(Recording { excerpts: excerpts.collect::<Result<_>>()?, known: self.labels.of(&file.place, tags) })
        })
    }

    fn describe(&self, samples: &[f32], analysers: &mut [Analyser]) -> Result<Description> {
        let (mut embeddings, mut baselines) = (Vec::new(), Vec::new());
        for (i, analyser) in analysers.iter_mut().enumerate() {
            let mel = analyser.mel(&sonoscape::Excerpt { start_s: 0.0, samples });
            embeddings.push(analyser.embed(&mel)?.as_slice().to_vec());
            if i == 0 {
                baselines = BASELINES.iter().map(|baseline| (baseline.describe)(&mel)).collect();
            }
        }
        let answers = self.peers.iter().map(|peer| peer.describe(samples)).collect::<Result<Vec<_>>>()?;
        Ok([embeddings, baselines, answers].concat())
    }
}

/// At most [`MOST_EXCERPTS`] audible excerpts that share no sample, the first and the last at the clip's ends; a clip
/// shorter than one is one.
fn disjoint(clip: &Clip, excerpt_s: f32) -> Result<Vec<&[f32]>> {
    let samples = clip.samples();
    let length = ((excerpt_s * SAMPLE_RATE as f32) as usize).clamp(1, samples.len());
    let count = (samples.len() / length).min(MOST_EXCERPTS);
    let spare = samples.len() - length;
    let start = |i: usize| if count == 1 { spare / 2 } else { i * spare / (count - 1) };
    let all = (0..count).map(|i| &samples[start(i)..start(i) + length]);
    let audible: Vec<_> = all.filter(|e| e.iter().any(|sample| sample.abs() >= SILENCE_PEAK)).collect();
    if audible.is_empty() { Err(sonoscape::Error::Silent.into()) } else { Ok(audible) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_share_no_sample_and_reach_both_ends() {
        for (seconds, expected) in [(1, 1), (3, 1), (6, 2), (8, 2), (9, 3), (100, 6)] {
            let ramp: Vec<f32> = (0..seconds * SAMPLE_RATE).map(|n| n as f32 + 1.0).collect();
            let clip = Clip::from_channels(&[ramp], SAMPLE_RATE).unwrap();
            let excerpts = disjoint(&clip, 3.0).unwrap();
            assert_eq!(excerpts.len(), expected, "{seconds} s");
            assert!(excerpts.windows(2).all(|pair| pair[0].last() < pair[1].first()), "{seconds} s");
            if expected > 1 {
                assert_eq!((excerpts[0][0], excerpts[expected - 1].last()), (1.0, clip.samples().last()));
            }
        }
    }
}
