//! Building the page.

use crate::process::{cargo, run, tool, warn_of_overriding_flags};
use crate::{Result, tools};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What the page's own files name themselves with until the build is stamped.
const STAMP: &str = "BUILD_STAMP";

/// How the page is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build; shares its dependencies with the library's wasm tests.
    Quick,
    /// Small to download.
    Published,
}

impl Profile {
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "dev",
            Self::Published => "wasm-release",
        }
    }
}

pub fn build(profile: Profile) -> Result<()> {
    run(&mut trunk("build", profile)?)
}

/// `cargo xtask build`.
pub fn run_build(arguments: &[String]) -> Result<()> {
    let profile = match arguments {
        [] => Profile::Published,
        [flag] if flag == "--quick" => Profile::Quick,
        _ => return Err("`cargo xtask build` takes --quick or nothing".into()),
    };
    build(profile)
}

/// A trunk command with everything that it needs installed, its packages fetched first because trunk works offline.
pub fn trunk(command: &str, profile: Profile) -> Result<Command> {
    tools::ensure_all()?;
    warn_of_overriding_flags();
    run(cargo().args(["fetch", "--locked"]))?;
    let mut trunk = tool("trunk")?;
    trunk.args([command, "--offline", "true", "--skip-version-check", "--cargo-profile", profile.name()]);
    trunk.env_remove("NO_COLOR");
    Ok(trunk)
}

/// `cargo xtask stamp`: Trunk calls it when a build is ready and not yet in its place.
///
/// Names the build after its scripts, styles and modules, so that no browser mixes two builds from its cache.
pub fn run_stamp(arguments: &[String]) -> Result<()> {
    let folder = match (arguments, env::var_os("TRUNK_STAGING_DIR")) {
        ([folder], _) => PathBuf::from(folder),
        ([], Some(folder)) => PathBuf::from(folder),
        _ => return Err("`cargo xtask stamp` takes the folder of a built page".into()),
    };
    let index = folder.join("index.html");
    let stamped = fs::read_to_string(&index)?.replace(STAMP, &stamp(&folder)?);
    Ok(fs::write(index, stamped)?)
}

fn stamp(folder: &Path) -> Result<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|end| ["js", "wasm", "css"].iter().any(|kind| end == *kind)));
    files.sort();
    let mut hash = FNV_OFFSET;
    for file in files {
        hash = fnv(hash, &fs::read(file)?);
    }
    Ok(format!("{:012x}", hash >> 16))
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv(FNV_OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_stamp_changes_with_the_page_and_not_with_its_data() {
        let folder = env::temp_dir().join(format!("sonoscape-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("page.js"), "1").unwrap();
        let first = stamp(&folder).unwrap();
        fs::write(folder.join("encoder.onnx"), "2").unwrap();
        let with_data = stamp(&folder).unwrap();
        fs::write(folder.join("page.js"), "3").unwrap();
        let changed = stamp(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(first, with_data);
        assert_ne!(first, changed);
        assert_eq!(first.len(), 12);
    }
}
