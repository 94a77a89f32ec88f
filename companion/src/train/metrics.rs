//! `metrics.csv`: how the loss fell.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub step: u64,
    /// Tiles seen so far.
    pub tile_steps: u64,
    /// Time of training so far, in seconds.
    pub seconds: f64,
    /// What the network is trained to lower, over the training tiles since the row before.
    pub training_loss: Option<f64>,
    /// Mean squared error over what was redrawn of the training tiles, altered as they were heard, since the row before.
    pub training_mse: Option<f64>,
    /// Mean squared error over the validation tiles.
    pub validation_mse: Option<f64>,
}

/// The table, open for appending.
pub struct Metrics(csv::Writer<File>);

impl Metrics {
    /// Opens the table of a run that stands at `step`; later rows, written before a kill, go.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub fn open(path: &Path, step: u64) -> Result<Self> {
        let rows = if path.exists() { read(path)? } else { Vec::new() };
        let part = path.with_extension("part");
        let mut writer =
            csv::Writer::from_path(&part).with_context(|| format!("{} cannot be written", part.display()))?;
        for row in rows.iter().filter(|row| row.step <= step) {
            writer.serialize(row)?;
        }
        writer.flush()?;
        fs::rename(&part, path)?;
        Ok(Self(writer))
    }

    /// # Errors
    /// When the disk refuses.
    pub fn write(&mut self, row: &Row) -> Result<()> {
        self.0.serialize(row)?;
        Ok(self.0.flush()?)
    }
}

/// The rows of a table; a last one that a kill cut short is left out.
///
/// # Errors
/// When the table cannot be opened.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(reader.deserialize().map_while(Result::ok).collect())
}
