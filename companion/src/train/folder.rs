//! Where a run's files lie.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::config::Config;
use burn::tensor::Device;

use super::RunConfig;
use super::checkpoint::Checkpoint;

/// The files of a run.
#[derive(Debug, Clone)]
pub struct RunFolder(PathBuf);

impl RunFolder {
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Settings.
    pub fn config(&self) -> PathBuf {
        self.0.join("config.json")
    }

    /// Mel images of the music.
    pub fn mels(&self) -> PathBuf {
        self.0.join("mels.bin")
    }

    /// What the teacher hears, a file a track.
    pub fn teacher(&self) -> PathBuf {
        self.0.join("teacher")
    }

    /// Paths of the tracks that only validate, one a line.
    pub fn held_out(&self) -> PathBuf {
        self.0.join("held-out.txt")
    }

    /// Network, optimiser and progress.
    pub fn checkpoint(&self) -> PathBuf {
        self.0.join("checkpoint.bin")
    }

    /// How the loss fell.
    pub fn metrics(&self) -> PathBuf {
        self.0.join("metrics.csv")
    }

    /// How the loss fell, as a picture.
    pub fn curves(&self) -> PathBuf {
        self.0.join("curves.svg")
    }

    /// Validation tiles and how the decoder draws them.
    pub fn reconstructions(&self) -> PathBuf {
        self.0.join("reconstructions.png")
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// When there is no run.
    pub fn load_config(&self) -> Result<RunConfig> {
        let path = self.config();
        RunConfig::load(&path)
            .with_context(|| format!("{} cannot be read; start a run with `sonoscape train`", path.display()))
    }

    /// Reads the checkpoint.
    ///
    /// # Errors
    /// When there is no checkpoint, or one of another network.
    pub fn load_checkpoint(&self, config: &RunConfig, device: &Device) -> Result<Checkpoint> {
        let fresh = Checkpoint::new(config, device);
        Checkpoint::load(&self.checkpoint(), fresh.model, fresh.optimizer)
    }
}
