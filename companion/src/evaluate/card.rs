//! The quality card of an encoder.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use sonoscape::Encoder;

use super::plot::plot;
use super::set::Set;
use super::table::Table;
use crate::catalogue;
use crate::pack::Problem;

const LEGEND: &str = "\
Means over query excerpts, with the 95 % interval of a bootstrap over recordings. `same_recording`: the other excerpts of
the query's recording among all excerpts. `same_artist`, `same_album`, `same_label`: neighbours of other recordings only,
for those with at least three recordings. `robustness`: the altered query finds its original among all excerpts. `confound`:
the share of altered excerpts among the ten nearest of an altered one, all other recordings being there as they are and
altered; one half where the alteration is not heard. `hubness`: how often one excerpt is among the ten nearest of others.
`reconstruction`: mean squared error of the tiles that the decoder redraws, in brightness from 0 to 1. `cost`: milliseconds from
the samples of an excerpt to its embedding; millions of bytes of the encoder's file; latents of a tile.";

/// The plots beside the card, and which figures each shows.
const PLOTS: [(&str, &str); 3] =
    [("retrieval.svg", "same_"), ("robustness.svg", "robustness."), ("confound.svg", "confound.")];

/// One measured value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured: an embedding or a baseline.
    pub system: String,
    pub name: String,
    pub value: f64,
    /// Lower and upper end of the 95 % interval, where there is one.
    pub interval: Option<[f64; 2]>,
    /// Excerpts that asked, or were redrawn; 0 where none was needed.
    pub queries: usize,
}

/// How well an encoder hears a music folder.
#[derive(Debug, Serialize)]
pub struct Card {
    pub version: u32,
    pub encoder: String,
    /// SHA-256 of the encoder's file.
    pub encoder_id: String,
    pub recordings: usize,
    pub excerpts: usize,
    /// Length of an excerpt in seconds.
    pub excerpt_s: f32,
    pub seed: u64,
    pub figures: Vec<Figure>,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// Files that could not be used.
    pub problems: Vec<Problem>,
}

impl Card {
    pub fn new(
        encoder: &Encoder,
        excerpt_s: f32,
        set: &Set,
        figures: Vec<Figure>,
        notes: Vec<String>,
        problems: Vec<Problem>,
    ) -> Self {
        Self {
            version: 1,
            encoder: encoder.card().name.clone(),
            encoder_id: encoder.id().to_owned(),
            recordings: set.recordings(),
            excerpts: set.recording.len(),
            excerpt_s,
            seed: super::SEED,
            figures,
            notes,
            problems,
        }
    }

    /// Prints the card, in JSON or as a table.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn print(&self, json: bool) -> Result<()> {
        if json {
            println!("{}", self.json()?);
            return Ok(());
        }
        println!("{}\n\n{}", self.summary(), Table::new(&self.figures).text());
        for note in &self.notes {
            println!("{note}");
        }
        if !self.problems.is_empty() {
            println!("{} files could not be used; the reasons stand above.", self.problems.len());
        }
        Ok(())
    }

    /// Writes `card.json`, `card.md` and its plots into `folder`, each under a temporary name first.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        for (name, group) in PLOTS {
            if let Some(picture) = plot(&self.figures, group)? {
                catalogue::replace(&folder.join(name), picture.as_bytes())?;
            }
        }
        catalogue::replace(&folder.join("card.json"), self.json()?.as_bytes())?;
        catalogue::replace(&folder.join("card.md"), self.markdown().as_bytes())
    }

    fn json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).context("The card cannot be written as JSON")
    }

    fn summary(&self) -> String {
        format!(
            "Encoder {} ({:.12}…): {} recordings, {} excerpts of at most {} s.",
            self.encoder, self.encoder_id, self.recordings, self.excerpts, self.excerpt_s
        )
    }

    fn markdown(&self) -> String {
        let table = Table::new(&self.figures).markdown();
        let mut text = format!("# Quality card\n\n{}\n\n{table}\n{LEGEND}\n", self.summary());
        for note in &self.notes {
            let _ = write!(text, "\n- {note}");
        }
        for Problem { path, problem } in &self.problems {
            let _ = write!(text, "\n- `{}`: {problem}", path.replace('`', "'"));
        }
        text.trim_end().to_owned() + "\n"
    }
}
