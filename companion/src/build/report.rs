//! What a build says when it is done.

use std::time::Duration;

use serde::Serialize;

use crate::map;
use crate::pack::Packed;

/// The outcome of a build.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Files analysed in this run.
    pub analysed: usize,
    /// Files whose earlier analysis still holds.
    pub unchanged: usize,
    /// Files that have gone since the last run.
    pub removed: usize,
    /// Files that were lent to be heard, and removed after that.
    pub dropped: usize,
    /// Such files that are to be collected again, because another encoder heard them.
    pub to_fetch_again: usize,
    pub seconds: f64,
    #[serde(flatten)]
    pub packed: Packed,
    /// Unless the map was left as it is.
    pub map: Option<map::Report>,
}

impl Report {
    /// Prints the report, in JSON or for people.
    pub fn print(&self, json: bool) {
        if json {
            println!("{}", serde_json::to_string_pretty(self).unwrap_or_default());
            return;
        }
        println!(
            "Analysed {} files in {:.0?}, kept {} from before, dropped {} that have gone.",
            self.analysed,
            Duration::from_secs_f64(self.seconds),
            self.unchanged,
            self.removed
        );
        if self.dropped > 0 {
            println!("Removed {} previews after hearing them.", self.dropped);
        }
        if self.to_fetch_again > 0 {
            println!(
                "{} previews were heard by another encoder; `sonoscape collect` fetches them again.",
                self.to_fetch_again
            );
        }
        self.packed.print();
        if let Some(map) = &self.map {
            map.print_sum();
        }
    }
}
