//! A file seen as memory: the system reads what is looked at, and forgets it when memory is short.

use std::fs::File;
use std::io;
use std::ops::Deref;

use memmap2::Mmap;

/// The bytes of a file that is not changed in place.
pub struct Mapped(Mmap);

impl Mapped {
    /// Maps the whole of `file`.
    ///
    /// # Errors
    /// When the system refuses.
    #[expect(unsafe_code, reason = "a mapping cannot be checked against what other programs do to its file")]
    pub fn new(file: &File) -> io::Result<Self> {
        // SAFETY: this program writes stores under another name and renames them, so a file that is mapped never changes.
        // Where another program cuts one short, the system ends this process at the first read beyond the end.
        unsafe { Mmap::map(file) }.map(Self)
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
