//! A file in the making.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::TEMPORARY;

/// A file under a temporary name: unless it is finished, what was there stays and this one goes.
#[derive(Debug)]
pub struct Replacement {
    file: File,
    path: PathBuf,
    temporary: PathBuf,
}

impl Replacement {
    /// Begins a file that is to lie at `path`.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(TEMPORARY);
        let temporary = PathBuf::from(temporary);
        Ok(Self { file: File::create(&temporary)?, path: path.to_owned(), temporary })
    }

    /// Puts it in its place once the disk has all of it; says how long it is.
    pub fn finish(self) -> io::Result<u64> {
        self.settle(File::sync_all)
    }

    /// As [`Replacement::finish`], once it has come to rest as `rest` says.
    pub fn settle(self, rest: fn(&File) -> io::Result<()>) -> io::Result<u64> {
        rest(&self.file)?;
        let bytes = self.file.metadata()?.len();
        fs::rename(&self.temporary, &self.path)?;
        Ok(bytes)
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.temporary);
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Replacement {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
