//! A catalogue's files: read within bounds, and written so that a reader finds the old catalogue or the new one, never half of
//! each.

mod replacement;
mod stored;
mod writer;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};

pub use replacement::Replacement;
pub use stored::{Stored, texts};
pub use writer::{Writer, Written, leftover};

/// Writes a file under a temporary name and renames it.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    write_whole(path, bytes, File::sync_all)
}

/// Writes a file under a temporary name, sees it `settle` there, and renames it.
fn write_whole(path: &Path, bytes: &[u8], settle: fn(&File) -> io::Result<()>) -> Result<()> {
    let write = || {
        let mut replacement = Replacement::begin(path)?;
        replacement.write_all(bytes)?;
        replacement.settle(settle)
    };
    write().map(drop).with_context(|| refused(path))
}

/// What is said when the disk does not take a file.
pub fn refused(path: &Path) -> String {
    format!("{} cannot be written; see that the disk has room and allows it, then run the same command", path.display())
}

/// How names of files end that are still being written.
const TEMPORARY: &str = ".tmp";
