//! What drawing a map came to.

use std::time::Duration;

use anyhow::Result;
use indicatif::HumanBytes;
use serde::Serialize;
use sonoscape::catalogue::Region;

use super::umap::Laid;
use crate::catalogue::Written;

/// A map that is drawn.
#[derive(Debug, Serialize)]
pub struct Report {
    tracks: usize,
    /// Tracks that got a place on the map that was there.
    pub placed: usize,
    /// How the map was drawn, unless it was there.
    layout: Option<Laid>,
    regions: Vec<Region>,
    seconds: f64,
    /// Most memory that the program took, where the system says.
    peak_bytes: Option<u64>,
    #[serde(flatten)]
    written: Written,
}

impl Report {
    pub fn new(tracks: usize) -> Self {
        let (regions, written) = (Vec::new(), Written::default());
        Self { tracks, placed: 0, layout: None, regions, seconds: 0.0, peak_bytes: None, written }
    }

    pub fn drawn(&mut self, laid: Laid) {
        self.placed = self.tracks;
        self.layout = Some(laid);
    }

    pub fn finish(&mut self, regions: Vec<Region>, written: Written, taken: Duration) {
        (self.regions, self.written) = (regions, written);
        (self.seconds, self.peak_bytes) = (taken.as_secs_f64(), peak_bytes());
    }

    /// Prints the report, in JSON or for people.
    pub fn print(&self, json: bool) -> Result<()> {
        if json {
            println!("{}", serde_json::to_string_pretty(self)?);
            return Ok(());
        }
        print_regions(&self.regions, None);
        self.print_sum();
        if let Some(peak) = self.peak_bytes {
            println!("It took {} of memory at most.", HumanBytes(peak));
        }
        Ok(())
    }

    /// Prints what was done, for people.
    pub fn print_sum(&self) {
        match &self.layout {
            Some(laid) => println!(
                "Drew {} tracks in {:.1} s; {:.1} % of the nearest neighbours were found. {}",
                self.tracks,
                self.seconds,
                100.0 * laid.recall,
                self.written
            ),
            None => println!("Placed {} of {} tracks. {}", self.placed, self.tracks, self.written),
        }
    }
}

/// The parts of a region, each with its own below it.
fn print_regions(regions: &[Region], parent: Option<u16>) {
    for (place, region) in regions.iter().enumerate().filter(|(_, region)| region.parent == parent) {
        println!("{:indent$}{} ({} tracks)", "", region.name, region.tracks, indent = 2 * usize::from(region.level));
        print_regions(regions, Some(place as u16));
    }
}

/// Most memory that this process took so far, where the system says.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
