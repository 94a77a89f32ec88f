//! A catalogue with a map on which everything lies where a test can tell.

use crate::collection::{Collection, scratch};
use crate::crowd;
use crate::music::STYLES;
use sonoscape::catalogue::{Entry, Position};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Tracks a side of the lattice that the crowd lies on.
pub const SIDE: usize = 24;

/// Room around the middle row that the crowd leaves free.
const FREE: f64 = 0.06;

/// Units of a coordinate.
const UNITS: f64 = 65_535.0;

/// A track of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub title: String,
    pub at: (f64, f64),
    pub style: String,
}

/// The folder of a small catalogue of one segment, made on first use, and its tracks. The collection's own tracks lie in the middle row, in
/// the order of [`STYLES`]; all others on a lattice around them.
pub fn folder() -> (&'static Path, &'static [Placed]) {
    static MADE: OnceLock<(PathBuf, Vec<Placed>)> = OnceLock::new();
    let (folder, placed) = MADE.get_or_init(|| {
        let mut entries = laid_out(&crowd::segments(&crowd::manifest(&Collection::get().catalogue)).concat());
        entries.retain(|entry| entry.position.is_some());
        let folder = scratch().join("mapped");
        crowd::write(&folder, "mapped", std::slice::from_ref(&entries));
        (folder, entries.iter().map(placed).collect())
    });
    (folder, placed)
}

/// The folder of a large catalogue of several segments, each with tracks all over the map.
pub fn large() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let mut segments = crowd::segments(&crowd::manifest(&Collection::get().catalogue));
        for (i, entry) in segments.iter_mut().flatten().enumerate() {
            let (x, y) = ((i * 7919) % 65_521, (i * 104_729) % 65_519);
            entry.position = Some(Position { x: x as u16, y: y as u16 });
            entry.cluster = Some((x / 9000) as u16);
        }
        let folder = scratch().join("mapped-large");
        crowd::write(&folder, "mapped", &segments);
        folder
    })
}

fn laid_out(entries: &[Entry]) -> Vec<Entry> {
    let mut crowd = 0;
    let lay = |entry: &Entry| {
        let own = STYLES.iter().position(|style| style.name == entry.track.title);
        let at = match own {
            Some(i) => ((i as f64 + 0.5) / STYLES.len() as f64, 0.5),
            None => {
                crowd += 1;
                let (column, row) = ((crowd - 1) % SIDE, (crowd - 1) / SIDE);
                let lattice = |place: usize| (place as f64 + 0.25) / SIDE as f64;
                if (lattice(row) - 0.5).abs() < FREE { (0.0, 2.0) } else { (lattice(column), lattice(row)) }
            }
        };
        let unit = |share: f64| (share * UNITS) as u16;
        let position = (at.1 < 1.0).then(|| Position { x: unit(at.0), y: unit(at.1) });
        Entry { position, cluster: Some(u16::from(own.is_none())), ..entry.clone() }
    };
    entries.iter().map(lay).collect()
}

fn placed(entry: &Entry) -> Placed {
    let at = entry.position.map_or((0.0, 0.0), |place| (f64::from(place.x) / UNITS, f64::from(place.y) / UNITS));
    Placed { title: entry.track.title.clone(), at, style: entry.track.style.clone() }
}
