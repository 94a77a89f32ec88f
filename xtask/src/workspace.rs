//! Where the workspace is, and the versions that it pins.

use crate::Result;
use std::fs;
use std::path::{Path, PathBuf};

pub const WASM: &str = "wasm32-unknown-unknown";

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// The folder that holds the tools this project installs for itself.
pub fn tools() -> PathBuf {
    root().join("target/tools")
}

/// The version of trunk under `[workspace.metadata.tools]`.
pub fn trunk_version() -> Result<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    tool_version(&manifest, "trunk").ok_or_else(|| "Cargo.toml names no version of trunk".into())
}

/// The version of wasm-bindgen in the lock file: its command-line tool must be the same.
pub fn wasm_bindgen_version() -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    locked_version(&lock, "wasm-bindgen").ok_or_else(|| "Cargo.lock names no version of wasm-bindgen".into())
}

fn tool_version(manifest: &str, tool: &str) -> Option<String> {
    let (_, section) = manifest.split_once("[workspace.metadata.tools]")?;
    section
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim() == tool)
        .map(|(_, version)| quoted(version))
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines.next()?.strip_prefix("version = ").map(quoted)
}

fn quoted(value: &str) -> String {
    value.trim().trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_read_from_its_own_section_only() {
        let manifest = "[workspace.metadata.tools]\ntrunk = \"1.2.3\"\n[other]\nother = \"9\"\n";
        assert_eq!(tool_version(manifest, "trunk").as_deref(), Some("1.2.3"));
        assert_eq!(tool_version(manifest, "other"), None);
    }

    #[test]
    fn a_package_is_not_taken_for_one_whose_name_begins_alike() {
        let lock = "[[package]]\nname = \"wasm-bindgen-test\"\nversion = \"0.3.1\"\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.9\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.9"));
    }

    #[test]
    fn this_workspace_names_its_versions() {
        assert!(trunk_version().is_ok());
        assert!(wasm_bindgen_version().is_ok());
    }
}
