//! A catalogue's files: written so that a reader finds the old catalogue or the new one, never half of each.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use sonoscape::Catalogue;
use sonoscape::catalogue::{MANIFEST_NAME, Manifest};

/// Writes the shards, then the manifest, then removes the shards that only the former manifest named.
pub fn write(catalogue: &Catalogue, name: &str, folder: &Path) -> Result<()> {
    let former = read_manifest(folder).map(|manifest| manifest.shards).unwrap_or_default();
    let (manifest, shards) = catalogue.pack(name)?;
    for (entry, bytes) in manifest.shards.iter().zip(&shards) {
        replace(&folder.join(&entry.name), bytes)?;
    }
    replace(&folder.join(MANIFEST_NAME), &serde_json::to_vec_pretty(&manifest)?)?;
    for entry in former.iter().filter(|old| manifest.shards.iter().all(|new| new.name != old.name)) {
        let _ = fs::remove_file(folder.join(&entry.name));
    }
    Ok(())
}

/// Reads the manifest in `folder`.
pub fn read_manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join(MANIFEST_NAME);
    let json = fs::read(&path)
        .with_context(|| format!("There is no catalogue in {}. Make one with `sonoscape build`", folder.display()))?;
    Ok(Manifest::parse(&json)?)
}

/// Reads the whole catalogue in `folder`.
pub fn read(folder: &Path) -> Result<Catalogue> {
    let manifest = read_manifest(folder)?;
    let shards = manifest.shards.iter().map(|entry| {
        let path = folder.join(&entry.name);
        fs::read(&path).with_context(|| format!("The catalogue's file {} cannot be read", path.display()))
    });
    Ok(Catalogue::unpack(&manifest, &shards.collect::<Result<Vec<_>>>()?)?)
}

/// Writes a file under a temporary name and renames it.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&temporary))).with_context(|| refused(path))
}

/// What is said when the disk does not take a file.
pub fn refused(path: &Path) -> String {
    format!("{} cannot be written; see that the disk has room and allows it, then run the same command", path.display())
}
