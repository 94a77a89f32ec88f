//! A run's state on disk: one file, whole or not there.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{ModuleOptimizer, OptimizerRecord};
use burn::store::ModuleRecord;
use burn::tensor::{Bytes, Tensor};
use serde::{Deserialize, Serialize};

use super::listening::Network;
use crate::catalogue::replace;

const MAGIC: &[u8; 8] = b"SONOCKPT";

/// What is said when the numbers have run away.
pub const DIVERGED: &str = "Training diverged. Lower the learning rate; the last checkpoint is from before.";

/// What a run knows besides its weights.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps taken.
    pub step: u64,
    /// Time they took, over all its starts, in seconds.
    pub seconds: f64,
    /// Training loss and error since the last row of the metrics: sums and count.
    pub loss_sum: f64,
    pub mse_sum: f64,
    pub loss_count: u64,
    /// Latest row of the metrics.
    pub training_loss: Option<f64>,
    pub training_mse: Option<f64>,
    pub validation_mse: Option<f64>,
}

/// Model, optimiser and progress.
pub struct Checkpoint {
    pub progress: Progress,
    pub model: Network,
    pub optimizer: ModuleOptimizer,
}

impl Checkpoint {
    /// A kill leaves the old file or the new one.
    ///
    /// # Errors
    /// When the disk refuses, or a weight is no number any more: the file then stays as it was.
    pub fn save(&self, path: &Path) -> Result<()> {
        // A record misses the batch norms' latest running statistics; `valid` takes them in first.
        let settled = self.model.valid();
        ensure!(is_finite(&settled), DIVERGED);
        let sections = [
            Bytes::from_bytes_vec(serde_json::to_vec(&self.progress)?),
            settled.into_record().into_bytes()?,
            self.optimizer.to_record().into_bytes()?,
        ];
        let mut bytes = MAGIC.to_vec();
        for section in sections {
            bytes.extend((section.len() as u64).to_le_bytes());
            bytes.extend(&section[..]);
        }
        replace(path, &bytes)
    }

    /// Reads into a model and an optimiser of the right shape.
    ///
    /// # Errors
    /// When the file cannot be read or belongs to another network.
    pub fn load(path: &Path, model: Network, optimizer: ModuleOptimizer) -> Result<Self> {
        let read = || -> Result<Self> {
            let mut file = File::open(path)?;
            let mut magic = [0; MAGIC.len()];
            file.read_exact(&mut magic)?;
            ensure!(&magic == MAGIC, "this is not a checkpoint");
            let progress = serde_json::from_slice(&section(&mut file)?)?;
            let weights = ModuleRecord::from_bytes(Bytes::from_bytes_vec(section(&mut file)?))?;
            let moments = OptimizerRecord::from_bytes(Bytes::from_bytes_vec(section(&mut file)?))?;
            let model = model.try_load_record(weights)?;
            let optimizer = optimizer.load_record(moments);
            Ok(Self { progress, model, optimizer })
        };
        read().with_context(|| format!("The checkpoint {} cannot be used", path.display()))
    }
}

fn is_finite(model: &Network) -> bool {
    struct Check(bool);
    impl ModuleVisitor for Check {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 &= param.val().sum().into_scalar::<f32>().is_finite();
        }
    }
    let mut check = Check(true);
    model.visit(&mut check);
    check.0
}

fn section(file: &mut File) -> Result<Vec<u8>> {
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    ensure!(length <= file.metadata()?.len(), "it is damaged");
    let mut bytes = vec![0; length as usize];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
