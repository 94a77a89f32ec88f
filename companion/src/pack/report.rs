//! What packing says when it is done.

use serde::Serialize;

use crate::catalogue::Written;

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

/// What has become a catalogue, and what has not.
#[derive(Debug, Default, Serialize)]
pub struct Packed {
    /// Tracks in the catalogue.
    pub tracks: usize,
    /// Their excerpts.
    pub excerpts: usize,
    #[serde(flatten)]
    pub written: Written,
    pub problems: Vec<Problem>,
    pub duplicates: Vec<Duplicate>,
}

impl Packed {
    /// Prints for people what is wrong, and what the catalogue holds.
    pub fn print(&self) {
        let width = self.problems.iter().map(|p| p.path.chars().count()).max().unwrap_or(0).min(60);
        for Problem { path, problem } in &self.problems {
            println!("{path:width$}  {problem}");
        }
        for Duplicate { path, same_as } in &self.duplicates {
            println!("{path} is the same file as {same_as}; it is listed once.");
        }
        println!("{} tracks, {} excerpts. {}", self.tracks, self.excerpts, self.written);
        if !self.problems.is_empty() {
            println!("{} files could not be used; the reasons stand above.", self.problems.len());
        }
    }
}
