//! What a published network, trained on people's tags, hears in the same recordings.
//!
//! One NumPy file a track, `float16` of shape `[patches, dimension]`; patch `i` covers [`PATCH_S`] seconds from
//! `i · PATCH_S` on.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use half::f16;

use crate::catalogue::refused;
use crate::mel_store::StoredTrack;
use crate::npy;
use crate::standard::Standard;

/// Seconds that one patch covers: 187 frames of hop 256 at 16 kHz.
pub const PATCH_S: f32 = 187.0 * 256.0 / 16_000.0;

/// The teacher's embeddings of a store's tracks, each dimension with mean 0 and variance 1.
pub struct Teacher {
    pub dimension: usize,
    /// Patches of each track, one after the other; none where the teacher did not hear it.
    tracks: Vec<Option<Vec<f32>>>,
}

impl Teacher {
    /// Reads `folder`, which mirrors the music's folder: `a/b.ogg` has its patches in `a/b.ogg.npy` or `a/b.npy`.
    ///
    /// # Errors
    /// When a file is no such array of `dimension` numbers a patch, or no track is known.
    pub fn read(folder: &Path, tracks: &[StoredTrack], dimension: usize) -> Result<Self> {
        let read = |track: &StoredTrack| -> Result<Option<Vec<f32>>> {
            let Some(path) = place(folder, &track.path) else { return Ok(None) };
            let failed = || format!("{} cannot be used as a teacher", path.display());
            let (values, shape) = npy::read_f16(&fs::read(&path).with_context(failed)?).with_context(failed)?;
            ensure!(matches!(shape[..], [_, columns] if columns == dimension), "{}: its shape is {shape:?}", failed());
            ensure!(values.iter().all(|value| value.is_finite()), "{}: it holds what is no number", failed());
            Ok(Some(values.into_iter().map(f16::to_f32).collect()))
        };
        let mut tracks = tracks.iter().map(read).collect::<Result<Vec<_>>>()?;
        ensure!(tracks.iter().any(Option::is_some), "{} knows none of the tracks.", folder.display());
        let patches = tracks.iter().flatten().flat_map(|patches| patches.chunks_exact(dimension));
        let standard = Standard::of(patches, dimension);
        tracks.iter_mut().flatten().for_each(|patches| standard.apply(patches));
        Ok(Self { dimension, tracks })
    }

    /// The mean of what the teacher heard from `start_s` to `end_s`, weighted by overlap; none where it heard less than
    /// half of it.
    pub fn heard(&self, track: usize, start_s: f32, end_s: f32) -> Option<Vec<f32>> {
        let patches = self.tracks[track].as_deref()?;
        let mut mean = vec![0.0; self.dimension];
        let mut covered = 0.0;
        for (i, patch) in patches.chunks_exact(self.dimension).enumerate() {
            let from = i as f32 * PATCH_S;
            let overlap = (end_s.min(from + PATCH_S) - start_s.max(from)).max(0.0);
            covered += overlap;
            mean.iter_mut().zip(patch).for_each(|(sum, value)| *sum += overlap * value);
        }
        mean.iter_mut().for_each(|sum| *sum /= covered);
        (covered > 0.5 * (end_s - start_s)).then_some(mean)
    }
}

/// Copies what `folder` holds of the tracks to `target`, which is there when all of it is.
///
/// # Errors
/// When the disk refuses.
pub fn copy(folder: &Path, tracks: &[StoredTrack], target: &Path) -> Result<()> {
    let part = target.with_extension("part");
    let copied = || -> std::io::Result<()> {
        for track in tracks {
            let Some(from) = place(folder, &track.path) else { continue };
            let to = part.join(format!("{}.npy", track.path));
            fs::create_dir_all(to.parent().unwrap_or(&part))?;
            fs::copy(from, to)?;
        }
        fs::rename(&part, target)
    };
    copied().with_context(|| refused(target))
}

fn place(folder: &Path, track: &str) -> Option<PathBuf> {
    let stem = Path::new(track).with_extension("npy");
    [folder.join(format!("{track}.npy")), folder.join(stem)].into_iter().find(|path| path.is_file())
}
