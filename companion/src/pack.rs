//! `sonoscape pack`: what a library holds to a catalogue, segment by segment.

mod plan;
mod report;
mod table;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use sha2::{Digest, Sha256};
use sonoscape::catalogue::{Entry, Excerpt, MOST_SEGMENT_ROWS, PackedSegment, Placed};
use sonoscape::{Encoder, quantize};

use crate::catalogue::Writer;
use crate::library::{Candidate, FOLDER_SETTING, LIBRARY_NAME, Library};
use crate::map::Former;
use crate::{hear, progress};
use plan::{Member, Planned, plan};
pub use report::{Duplicate, Packed, Problem};
pub use table::Listing;

/// Where catalogues lie unless asked otherwise.
pub const DEFAULT_OUTPUT: &str = "catalogue";

/// Make a catalogue of what `sonoscape build` has analysed.
///
/// Files of a former catalogue that stay as they were are not written again. Interrupted at any moment, the former catalogue
/// stays; run the same command again.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub options: Options,
}

/// What packs a library in which way.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Folder that receives the catalogue.
    #[arg(long, short, value_name = "FOLDER", default_value = DEFAULT_OUTPUT)]
    pub output: PathBuf,
    /// CSV table of the tracks to take, instead of all; its cells override tags. Columns: path (relative to the folder),
    /// title, artist, album, year, licence, attribution, page, audio, style, changes, source, source_id, isrc.
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    pub tracks: Option<PathBuf>,
    /// Where analyses are kept between runs, if not in library.sqlite beside the catalogue.
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
    /// Name of the catalogue, if not that of the music's folder.
    #[arg(long)]
    pub name: Option<String>,
    /// Encoder to use instead of the shipped one.
    #[arg(long, value_name = "FILE")]
    pub encoder: Option<PathBuf>,
    /// Divide the tracks into segments anew, even where that changes every file.
    #[arg(long)]
    pub fresh: bool,
    /// Report in JSON.
    #[arg(long)]
    pub json: bool,
}

/// Packs the library and says what the catalogue holds.
///
/// # Errors
/// When there is no library, the table cannot be read, the catalogue cannot be written, or there is no track for it.
pub fn run(args: &Args) -> Result<()> {
    let options = &args.options;
    let place = options.library();
    ensure!(place.is_file(), "There is no library at {}. Make one with `sonoscape build`.", place.display());
    let listing = options.listing()?;
    let encoder = hear::encoder(options.encoder.as_deref())?;
    let packed = pack(&mut Library::open(&place)?, &listing, &encoder, options)?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&packed)?);
    } else {
        packed.print();
    }
    ensure!(packed.tracks > 0, "The library has no track that could be used, so no catalogue was written.");
    Ok(())
}

impl Options {
    /// The table of tracks, or all.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn listing(&self) -> Result<Listing> {
        self.tracks.as_deref().map_or_else(|| Ok(Listing::default()), Listing::read)
    }

    /// The library's file.
    pub fn library(&self) -> PathBuf {
        self.library.clone().unwrap_or_else(|| self.output.join(LIBRARY_NAME))
    }
}

/// Writes the catalogue of the tracks that `library` has from `encoder`, if there is one, or of those listed.
///
/// # Errors
/// When the library cannot be read, or the catalogue not be written.
pub fn pack(library: &mut Library, listing: &Listing, encoder: &Encoder, options: &Options) -> Result<Packed> {
    let Survey { mut packed, mut members, .. } = Survey::of(library, listing, encoder.id())?;
    if members.is_empty() {
        return Ok(packed);
    }
    if options.fresh {
        members.iter_mut().for_each(|member| member.segment = None);
    }
    let next = if options.fresh { 0 } else { library.next_segment()? };
    let planned = plan(members, next, MOST_SEGMENT_ROWS);
    let bar = progress::bar(packed.tracks, "Packing", options.json);
    let mut writer = Writer::begin(&options.output)?;
    // A damaged catalogue is replaced, too.
    let former = Former::read(&options.output, encoder.id()).unwrap_or_default();
    let mut clusters = Vec::new();
    for segment in &planned {
        let tracks = segment.members.iter().map(|member| entry(library, listing, member.id, &former));
        let tracks = tracks.collect::<Result<Vec<_>>>()?;
        clusters.extend(tracks.iter().filter_map(|track| track.cluster));
        writer.put(PackedSegment::new(encoder.card().dimension, &tracks)?)?;
        bar.inc(segment.members.len() as u64);
    }
    bar.finish_and_clear();
    writer.put_regions(&former.regions(clusters.into_iter()))?;
    packed.written = writer.finish(&name(library, options)?, encoder.id(), encoder.card().dimension)?;
    library.assign(moved(&planned), options.fresh)?;
    Ok(packed)
}

/// What is known of the tracks after looking at each once.
#[derive(Default)]
struct Survey {
    packed: Packed,
    members: Vec<Member>,
    /// The first track with each digest of a file's bytes.
    first_with: HashMap<Vec<u8>, i64>,
}

impl Survey {
    fn of(library: &Library, listing: &Listing, encoder: &str) -> Result<Self> {
        let mut survey = Self::default();
        let Some(paths) = listing.paths() else {
            library.candidates(encoder, |found| survey.take(library, listing, found))?;
            return Ok(survey);
        };
        for path in paths {
            match library.candidate(path, encoder)? {
                Some(found) => survey.take(library, listing, found)?,
                None => {
                    let error = anyhow!("It is listed, but was not analysed. Run `sonoscape build` on its folder.");
                    survey.packed.problems.push(Problem::new(path.to_owned(), &error));
                }
            }
        }
        Ok(survey)
    }

    fn take(&mut self, library: &Library, listing: &Listing, found: Candidate) -> Result<()> {
        if let Some(first) = self.first_with.get(&found.digest) {
            self.packed.duplicates.push(Duplicate { path: found.path, same_as: library.track(*first)?.path });
            return Ok(());
        }
        match listing.track(&found)?.check() {
            Err(error) => self.packed.problems.push(Problem::new(found.path, &error.into())),
            Ok(()) => {
                let key = Sha256::digest(found.path.as_bytes()).into();
                self.members.push(Member { id: found.id, key, segment: found.segment, rows: found.excerpts });
                self.packed.tracks += 1;
                self.packed.excerpts += found.excerpts;
                self.first_with.insert(found.digest, found.id);
            }
        }
        Ok(())
    }
}

/// A track where it lay on the former map.
fn entry(library: &Library, listing: &Listing, id: i64, former: &Former) -> Result<Entry> {
    let found = library.track(id)?;
    let excerpts = library.excerpts(id).with_context(|| format!("The library's entry of {} is damaged", found.path))?;
    let excerpts: Vec<Excerpt> =
        excerpts.iter().map(|e| Excerpt { start_s: e.start_s, code: quantize(&e.embedding) }).collect();
    let Placed { position, cluster } = former.place(&excerpts);
    Ok(Entry { track: listing.track(&found)?, position, cluster, excerpts })
}

fn moved(planned: &[Planned]) -> impl Iterator<Item = (i64, u32)> + '_ {
    planned.iter().flat_map(|segment| {
        let moved = segment.members.iter().filter(|member| member.segment != Some(segment.number));
        moved.map(|member| (member.id, segment.number))
    })
}

fn name(library: &Library, options: &Options) -> Result<String> {
    let folder = library.setting(FOLDER_SETTING)?.unwrap_or_default();
    let of_folder = || Some(Path::new(&folder).file_name()?.to_string_lossy().into_owned());
    Ok(options.name.clone().or_else(of_folder).unwrap_or_default())
}
