//! The vectors as a NumPy file.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;

use super::{Segment, Sink, Taken};
use crate::catalogue::{Replacement, Stored, refused};
use crate::npy;

/// A NumPy file in the making: `float32` of shape `[excerpts, dimension]`.
pub struct Npy {
    out: BufWriter<Replacement>,
    path: PathBuf,
}

impl Npy {
    pub fn begin(file: Replacement, path: &Path, stored: &Stored) -> Result<Box<dyn Sink>> {
        let manifest = stored.manifest();
        let mut out = BufWriter::new(file);
        npy::write_header(&mut out, manifest.excerpts(), manifest.dimension).with_context(|| refused(path))?;
        Ok(Box::new(Self { out, path: path.to_owned() }))
    }

    fn write(&mut self, segment: &Segment, bar: &ProgressBar) -> std::io::Result<()> {
        for id in segment.ids() {
            for excerpt in segment.row(id).excerpts {
                let values = excerpt.code.dequantize();
                self.out.write_all(&values.into_iter().flat_map(f32::to_le_bytes).collect::<Vec<u8>>())?;
                bar.inc(1);
            }
        }
        Ok(())
    }
}

impl Sink for Npy {
    fn put(&mut self, segment: &mut Segment, bar: &ProgressBar) -> Result<()> {
        self.write(segment, bar).with_context(|| refused(&self.path))
    }

    fn finish(self: Box<Self>) -> Result<Taken> {
        let Self { out, path } = *self;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(Replacement::finish).map(Taken::Bytes).with_context(|| refused(&path))
    }
}
