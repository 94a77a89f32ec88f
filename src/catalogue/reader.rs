//! Columns of little-endian numbers, read within bounds.

use crate::error::{Error, Result, within};

/// What is left of a shard's bytes.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, which are called `what` in errors, after the first words that every shard of this kind begins with.
    pub(super) fn new(bytes: &'a [u8], what: &'static str, magic: [u8; 8], version: u32) -> Result<Self> {
        let mut reader = Self { rest: bytes, what };
        if reader.take(magic.len())? != magic {
            return Err(Error::Catalogue(format!("its {what} are something else")));
        }
        let found = reader.u32()?;
        if found != version {
            return Err(Error::Version { what: "catalogue", found, supported: version });
        }
        Ok(reader)
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| self.too_early())?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        let four = self.numbers(1)?.next().unwrap_or_default();
        Ok(u32::from_le_bytes(four))
    }

    /// A count of `counted`, at most `limit`.
    pub(super) fn count(&mut self, counted: &'static str, limit: usize) -> Result<usize> {
        let found = self.u32()?;
        within(counted, found.into(), limit as u64)?;
        Ok(found as usize)
    }

    /// `count` numbers of `N` bytes each.
    pub(super) fn numbers<const N: usize>(
        &mut self,
        count: usize,
    ) -> Result<impl Iterator<Item = [u8; N]> + use<'a, N>> {
        let length = count.checked_mul(N).ok_or_else(|| self.too_early())?;
        Ok(self.take(length)?.as_chunks().0.iter().copied())
    }

    /// That nothing is left.
    pub(super) fn end(&self) -> Result<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Error::Catalogue(format!("its {} have bytes to spare", self.what)))
        }
    }

    fn too_early(&self) -> Error {
        Error::Catalogue(format!("its {} end too early", self.what))
    }
}
