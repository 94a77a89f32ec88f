//! Shards that lie and name the digests to go with it.

use std::fs;

use sha2::{Digest, Sha256};

use crate::Workplace;

/// The folder whose catalogue is forged.
pub const FOLDER: &str = "demo";

/// Puts other bytes in place of a shard, and their digest and length wherever the shard is named.
pub fn forge(workplace: &Workplace, name: &str, bytes: &[u8]) -> String {
    let folder = workplace.path(FOLDER);
    let former = fs::read(folder.join(name)).unwrap();
    fs::remove_file(folder.join(name)).unwrap();
    let (old, new) = (Sha256::digest(&former), Sha256::digest(bytes));
    let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let renamed = name.replace(&hex(&old)[..16], &hex(&new)[..16]);
    fs::write(folder.join(&renamed), bytes).unwrap();
    if name.starts_with("text-") {
        let sketch = workplace.shard(FOLDER, "sketch-");
        let mut naming = fs::read(folder.join(&sketch)).unwrap();
        let place = naming.windows(32).position(|window| window == &old[..]).unwrap();
        naming[place..place + 32].copy_from_slice(&new);
        naming[place + 32..place + 36].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
        forge(workplace, &sketch, &naming);
    } else {
        let manifest = fs::read_to_string(folder.join("manifest.json")).unwrap();
        let manifest = manifest.replace(&hex(&old), &hex(&new)).replace(name, &renamed);
        let length = |bytes: &[u8]| format!("\"bytes\":{}", bytes.len());
        fs::write(folder.join("manifest.json"), manifest.replace(&length(&former), &length(bytes))).unwrap();
    }
    renamed
}
