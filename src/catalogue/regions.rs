//! The named regions of the map. `docs/catalogue-format.md` describes their shard.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Position, ShardEntry, ShardKind, packed_json};
use crate::error::{Error, Result, within};

/// Most regions of a catalogue.
pub const MOST_REGIONS: usize = 4096;

/// Longest name of a region, in bytes.
pub const MOST_REGION_NAME: usize = 200;

/// Levels of regions.
pub const MOST_LEVELS: u8 = 8;

/// What errors call the shard.
const WHAT: &str = "bytes of regions";

/// A named part of the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// What is typical of its tracks, in words.
    pub name: String,
    /// 0 is the coarsest.
    pub level: u8,
    /// Where its name goes, from left to right.
    pub x: u16,
    /// Where its name goes, from bottom to top.
    pub y: u16,
    /// How many tracks lie in it.
    pub tracks: u32,
    /// The region one level up that it is part of, as a place in the list; none at level 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u16>,
    /// The cluster of its tracks; only at the finest level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<u16>,
}

impl Region {
    /// Where its name goes.
    pub fn position(&self) -> Position {
        Position { x: self.x, y: self.y }
    }

    /// The place of a region in the list, and those of the regions that it is part of, the coarsest last.
    pub fn lineage(regions: &[Self], place: usize) -> impl Iterator<Item = usize> {
        core::iter::successors(Some(place), |place| regions.get(*place)?.parent.map(usize::from))
    }

    /// Packs the regions of a catalogue. Equal regions give equal bytes.
    ///
    /// # Errors
    /// [`Error::Limit`] beyond [`MOST_REGIONS`], [`MOST_LEVELS`] or [`MOST_REGION_NAME`]; [`Error::Catalogue`] when a region has
    /// no name, no track or no place, is not part of one that is one level up, or has a cluster that another has, too, or that
    /// is not of the finest level.
    pub fn pack(regions: &[Self]) -> Result<(ShardEntry, Vec<u8>)> {
        check(regions)?;
        let bytes = packed_json::write(WHAT, regions)?;
        Ok((ShardEntry::of(ShardKind::Regions, &bytes), bytes))
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Region>> {
    let regions = packed_json::read::<_, MOST_REGIONS>(WHAT, bytes)?;
    check(&regions)?;
    Ok(regions)
}

fn check(regions: &[Region]) -> Result<()> {
    within("regions", regions.len() as u64, MOST_REGIONS as u64)?;
    let finest = regions.iter().map(|region| region.level).max().unwrap_or(0);
    within("levels of regions", u64::from(finest) + 1, MOST_LEVELS.into())?;
    let mut clusters = BTreeSet::new();
    for region in regions {
        within("bytes of a region's name", region.name.len() as u64, MOST_REGION_NAME as u64)?;
        if region.name.trim().is_empty() || region.tracks == 0 || region.x == u16::MAX {
            return Err(Error::Catalogue("a region has no name, no track or no place".into()));
        }
        let above = region.parent.map(|parent| regions.get(usize::from(parent)).map(|parent| parent.level));
        let is_part = match above {
            None => region.level == 0,
            Some(level) => level.is_some_and(|level| level.checked_add(1) == Some(region.level)),
        };
        if !is_part {
            return Err(Error::Catalogue(format!("{:.40} is part of no region one level up", region.name)));
        }
        if region.cluster.is_some_and(|cluster| region.level != finest || !clusters.insert(cluster)) {
            return Err(Error::Catalogue(format!("the cluster of {:.40} is not its own", region.name)));
        }
    }
    Ok(())
}
