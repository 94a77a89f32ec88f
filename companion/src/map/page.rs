//! A page that shows each cluster of a catalogue's map with some of its tracks.

use std::fmt::Write;
use std::path::Path;

use anyhow::Result;
use sonoscape::TrackId;
use sonoscape::catalogue::{Position, Region};

use super::terms::clean;
use crate::catalogue::{Stored, replace};

/// Tracks of a cluster that are shown.
const SHOWN: usize = 10;

/// Writes the page in Markdown: the tracks of each cluster that lie nearest to its name.
///
/// # Errors
/// When the catalogue cannot be read, or the disk does not take the page.
pub fn write(folder: &Path, page: &Path) -> Result<()> {
    let stored = Stored::open(folder)?;
    let mut catalogue = stored.load()?;
    let regions = stored.regions()?;
    let mut text =
        format!("Regions of {}, each with the tracks nearest to its name.\n", plain(&stored.manifest().name));
    for (number, region) in regions.iter().enumerate().filter(|(_, region)| region.cluster.is_some()) {
        write!(text, "\n### {}\n\n{} tracks", path(&regions, number), region.tracks)?;
        let mut members: Vec<TrackId> = catalogue.ids().filter(|id| catalogue.cluster(*id) == region.cluster).collect();
        let away = |id: &TrackId| catalogue.position(*id).map(|at| distance(at, region.position()));
        members.sort_by_key(|id| (away(id), *id));
        text.push('\n');
        for id in members.into_iter().take(SHOWN) {
            let track = stored.track(&mut catalogue, id)?;
            write!(text, "\n- {} — {} ({})", plain(&track.title), plain(&track.artist), plain(&track.style))?;
        }
        text.push('\n');
    }
    replace(page, text.as_bytes())
}

/// The names of a region and of what it is part of, the coarsest first; those that all its tracks share only once.
fn path(regions: &[Region], number: usize) -> String {
    let mut names: Vec<String> = Region::lineage(regions, number).map(|place| escaped(&regions[place].name)).collect();
    names.dedup();
    names.reverse();
    names.join(" › ")
}

fn distance(a: Position, b: Position) -> u64 {
    let along = |a: u16, b: u16| u64::from(a.abs_diff(b)).pow(2);
    along(a.x, b.x) + along(a.y, b.y)
}

/// A text of strangers that Markdown shows as it is.
fn plain(text: &str) -> String {
    escaped(&clean(text).unwrap_or_else(|| "?".to_owned()))
}

fn escaped(text: &str) -> String {
    let marks = |c: char| "\\`*_{}[]<>()#+!|&~".contains(c);
    text.chars().flat_map(|c| marks(c).then_some('\\').into_iter().chain([c])).collect()
}
