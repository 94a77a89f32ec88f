//! The settings of a run.

use std::f64::consts::PI;

use anyhow::{Result, ensure};
use burn::config::Config;

use super::listening::Listening;
use super::model::AutoencoderConfig;
use crate::mel_store::Settings;

/// Settings of a run, kept in its folder as `config.json`.
#[derive(Config, Debug, PartialEq)]
pub struct RunConfig {
    pub model: AutoencoderConfig,
    #[config(default = 1)]
    pub seed: u64,
    /// Tiles a step.
    #[config(default = 32)]
    pub batch_size: usize,
    /// Learning rate of Adam.
    #[config(default = 1e-3)]
    pub learning_rate: f64,
    /// Steps of the whole run.
    #[config(default = 78_400)]
    pub steps: u64,
    /// Whether the learning rate falls to nearly nothing over the run, along a cosine.
    #[config(default = false)]
    pub decay: bool,
    /// Learning by listening; without it, by redrawing.
    pub listening: Option<Listening>,
    /// Evenly spaced tiles of an excerpt whose mean latents are its embedding.
    #[config(default = 32)]
    pub tiles_per_excerpt: usize,
    /// Share of the tracks that only validate.
    #[config(default = 0.08)]
    pub validation_share: f64,
    /// Most tiles that validate.
    #[config(default = 256)]
    pub validation_tiles: usize,
    /// Steps from one row of the metrics to the next.
    #[config(default = 100)]
    pub report_every: u64,
    /// Steps from one checkpoint to the next.
    #[config(default = 100)]
    pub checkpoint_every: u64,
}

impl RunConfig {
    /// # Errors
    /// One sentence, when the settings cannot be carried out.
    pub fn check(&self) -> Result<()> {
        ensure!(self.model.side == Settings::default().front_end.n_mels, "`side` must be the number of mel bands.");
        ensure!(
            [self.batch_size, self.tiles_per_excerpt, self.report_every as usize, self.checkpoint_every as usize]
                .iter()
                .all(|&count| count > 0),
            "`batch_size`, `tiles_per_excerpt`, `report_every` and `checkpoint_every` must be at least 1."
        );
        self.model.check()?;
        let Some(listening) = &self.listening else { return Ok(()) };
        ensure!(
            self.batch_size.is_multiple_of(2) && self.batch_size > 2,
            "`batch_size` must be even and above 2 where tiles are heard in pairs."
        );
        ensure!(listening.temperature > 0.0 && listening.redrawn > 0, "`temperature` and `redrawn` must be above 0.");
        ensure!((0.0..=1.0).contains(&listening.disturbance()), "`disturbance` must be a chance, 0 to 1.");
        ensure!(
            !listening.is_taught() || !listening.teacher_name.is_empty(),
            "`teacher_name` must say what the teacher is."
        );
        Ok(())
    }

    /// Whether a teacher is listened to.
    pub fn is_taught(&self) -> bool {
        self.listening.as_ref().is_some_and(Listening::is_taught)
    }

    /// The learning rate of a step.
    pub fn rate(&self, step: u64) -> f64 {
        if !self.decay {
            return self.learning_rate;
        }
        let done = (step as f64 / self.steps as f64).min(1.0);
        self.learning_rate * (0.01 + 0.99 * 0.5 * (1.0 + (PI * done).cos()))
    }
}
