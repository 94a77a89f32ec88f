//! What a build says when it is done.

use std::time::Duration;

use serde::Serialize;

/// A file that is not in the catalogue, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub path: String,
    pub problem: String,
}

impl Problem {
    pub fn new(path: String, error: &anyhow::Error) -> Self {
        Self { path, problem: error.to_string() }
    }
}

/// A file left out because another has the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    pub path: String,
    pub same_as: String,
}

/// The outcome of a build.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Tracks in the catalogue.
    pub tracks: usize,
    /// Their excerpts.
    pub excerpts: usize,
    /// Files analysed in this run.
    pub analysed: usize,
    /// Files whose earlier analysis still holds.
    pub unchanged: usize,
    /// Files that have gone since the last run.
    pub removed: usize,
    pub seconds: f64,
    pub problems: Vec<Problem>,
    pub duplicates: Vec<Duplicate>,
}

impl Report {
    /// Prints the report, in JSON or for people.
    pub fn print(&self, json: bool) {
        if json {
            println!("{}", serde_json::to_string_pretty(self).unwrap_or_default());
            return;
        }
        let width = self.problems.iter().map(|p| p.path.chars().count()).max().unwrap_or(0).min(60);
        for Problem { path, problem } in &self.problems {
            println!("{path:width$}  {problem}");
        }
        for Duplicate { path, same_as } in &self.duplicates {
            println!("{path} is the same file as {same_as}; it is listed once.");
        }
        println!(
            "{} tracks, {} excerpts. Analysed {} files in {:.0?}, kept {} from before, dropped {} that have gone.",
            self.tracks,
            self.excerpts,
            self.analysed,
            Duration::from_secs_f64(self.seconds),
            self.unchanged,
            self.removed
        );
        if !self.problems.is_empty() {
            println!("{} files could not be used; the reasons stand above.", self.problems.len());
        }
    }
}
