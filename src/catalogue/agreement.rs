//! Whether the shards of a segment say the same.

use super::facets::artist_key;
use super::{Catalogue, TrackId, codes};
use crate::error::{Error, Result};
use crate::search::Signs;

impl Catalogue {
    /// Whether the sketch of a segment holds the signs of its codes, which have not been taken in yet.
    ///
    /// # Errors
    /// As [`Catalogue::take_codes`]; [`Error::Catalogue`] also when a sign is another.
    ///
    /// # Panics
    /// When the manifest has no such segment.
    pub fn verify_signs(&self, segment: usize, codes: &[u8]) -> Result<()> {
        self.manifest.segments[segment].codes.verify(codes)?;
        let index = codes::read(codes.to_vec())?.index;
        let signs = (0..index.len()).filter_map(|row| index.code(row)).flat_map(|code| Signs::of(&code.values));
        let signs = Signs::new(index.dimension(), signs.collect())?;
        match &self.segments[segment].sketch {
            Some(sketch) if sketch.signs == signs => Ok(()),
            Some(_) => Err(Error::Catalogue("its signs are not those of its codes".into())),
            None => Err(Error::Catalogue("codes come before their signs".into())),
        }
    }

    /// Whether the facets say of a track what its text says; codes and text have arrived.
    ///
    /// # Errors
    /// [`Error::Catalogue`] when it does not.
    pub fn verify_facets(&self, id: TrackId) -> Result<()> {
        let excerpts = self.segments.get(id.segment as usize).and_then(|segment| segment.excerpts.as_ref());
        let (Some(excerpts), Some(track)) = (excerpts, self.track(id)) else {
            return Err(Error::Catalogue("the codes or the text of a track are missing".into()));
        };
        let (facets, place) = (&excerpts.facets, id.track as usize);
        let texts = [&facets.sources, &facets.licences, &facets.styles];
        let texts = texts.map(|column| &facets.dictionary.texts()[usize::from(column[place])]);
        let agrees = texts == [&track.source, &track.licence, &track.style]
            && facets.years[place] == track.year.unwrap_or(0)
            && facets.artists[place] == artist_key(&track.artist);
        if agrees {
            Ok(())
        } else {
            Err(Error::Catalogue(format!("its facets say something else of {:.40} than its text", track.title)))
        }
    }
}
