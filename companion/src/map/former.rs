//! Where tracks lay in a catalogue that is made anew.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};
use sonoscape::catalogue::{Excerpt, MANIFEST_NAME, Placed, Region};

use crate::catalogue::Stored;

/// The map of a former catalogue.
#[derive(Debug, Default)]
pub struct Former {
    /// By how the tracks sound.
    places: HashMap<u64, Placed>,
    regions: Vec<Region>,
}

impl Former {
    /// The map in `folder`, or an empty one where there is no catalogue, one of another encoder, or one without a map.
    ///
    /// # Errors
    /// When the catalogue is damaged.
    pub fn read(folder: &Path, encoder: &str) -> Result<Self> {
        let mut former = Self::default();
        if !folder.join(MANIFEST_NAME).is_file() {
            return Ok(former);
        }
        let stored = Stored::open(folder)?;
        let manifest = stored.manifest();
        if manifest.encoder != encoder {
            return Ok(former);
        }
        for (segment, entry) in manifest.segments.iter().enumerate() {
            let mut alone = stored.sketch(segment)?;
            if alone.ids().any(|id| alone.position(id).is_some()) {
                alone.take_codes(0, stored.shard(&entry.codes)?)?;
                for id in alone.ids() {
                    let place = Placed { position: alone.position(id), cluster: alone.cluster(id) };
                    former.places.insert(key(&alone.excerpts(id)), place);
                }
            }
        }
        former.regions = stored.regions()?;
        Ok(former)
    }

    /// Where a track with these excerpts lay.
    pub fn place(&self, excerpts: &[Excerpt]) -> Placed {
        self.places.get(&key(excerpts)).copied().unwrap_or_default()
    }

    /// Its regions as far as tracks lie in them.
    pub fn regions(&self, clusters: impl Iterator<Item = u16>) -> Vec<Region> {
        recount(&self.regions, clusters)
    }
}

/// A digest of how a track sounds.
fn key(excerpts: &[Excerpt]) -> u64 {
    let mut digest = Sha256::new();
    for excerpt in excerpts {
        digest.update(excerpt.code.scale.to_le_bytes());
        digest.update(excerpt.code.values.iter().map(|value| value.cast_unsigned()).collect::<Vec<u8>>());
    }
    digest.finalize().iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// Regions with the number of tracks that lie in them now, without those in which none do.
pub fn recount(regions: &[Region], clusters: impl Iterator<Item = u16>) -> Vec<Region> {
    let of_cluster: BTreeMap<u16, usize> =
        regions.iter().enumerate().filter_map(|(place, region)| Some((region.cluster?, place))).collect();
    let mut counts = vec![0u32; regions.len()];
    for cluster in clusters {
        let lineage = of_cluster.get(&cluster).map(|place| Region::lineage(regions, *place));
        lineage.into_iter().flatten().for_each(|place| counts[place] += 1);
    }
    let mut moved = vec![0u16; regions.len()];
    let kept = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    kept.zip(0..).for_each(|((place, _), to)| moved[place] = to);
    let counted = regions.iter().zip(&counts).filter(|(_, count)| **count > 0);
    let of = |(region, &tracks): (&Region, &u32)| Region {
        tracks,
        parent: region.parent.map(|parent| moved[usize::from(parent)]),
        ..region.clone()
    };
    counted.map(of).collect()
}
