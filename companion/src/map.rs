//! `sonoscape map`: where the tracks of a catalogue lie on the map, and what its regions are called.

mod curve;
mod density;
mod former;
mod frame;
mod fuzzy;
mod kmeans;
mod layout;
mod names;
mod neighbours;
mod page;
mod pca;
mod place;
mod plot;
mod points;
mod random;
mod regions;
mod report;
mod start;
mod terms;
mod texts;
mod umap;
mod vectors;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use sonoscape::catalogue::{Placed, Region, ShardEntry};

use crate::catalogue::{Stored, Writer, Written, texts as shards_of_text};
use crate::progress;
pub use former::Former;
use names::Said;
use neighbours::Metric;
use points::Points;
pub use report::Report;
use texts::Texts;
use umap::{Laid, Umap};

/// Draw the map of a catalogue: a place for every track, and names for its regions.
///
/// Tracks that have a place keep it, and new ones are placed among them; --fresh draws all anew. Only sketches, regions and the
/// manifest are written. Interrupted at any moment, the former map stays; run the same command again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the catalogue; or FILE.npy with vectors, float32, one a row, whose places go to --output.
    catalogue: PathBuf,
    /// Draw all tracks anew.
    #[arg(long)]
    fresh: bool,
    /// Where the places of vectors go: FILE.npy, float32, two a row.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also write a page in Markdown that shows each cluster with ten of its tracks.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Also draw pictures of the map into this folder, as PNG and as SVG.
    #[arg(long, value_name = "FOLDER")]
    plot: Option<PathBuf>,
    /// Audio file to show among its neighbours in one of the pictures.
    #[arg(long, value_name = "FILE", requires = "plot")]
    query: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// How a map is drawn.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    #[command(flatten)]
    umap: Umap,
    /// What makes a cluster.
    #[arg(long, value_enum, default_value_t = Clusters::Density)]
    clusters: Clusters,
    /// How many clusters k-means makes [default: as many as there would be by density].
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=4096))]
    k: Option<u16>,
}

impl Options {
    /// Those of a command line that says nothing of them.
    ///
    /// # Errors
    /// Never, while the defaults are within their bounds.
    pub fn usual() -> Result<Self> {
        #[derive(clap::Parser)]
        struct Nothing {
            #[command(flatten)]
            options: Options,
        }
        Ok(<Nothing as clap::Parser>::try_parse_from(["sonoscape"])?.options)
    }
}

/// What makes a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Clusters {
    /// Where tracks lie densely on the map, at several levels.
    Density,
    /// Which of k centres a track's embedding is nearest to, at one level.
    Kmeans,
}

/// Draws the map and writes it.
///
/// # Errors
/// When the catalogue or the vectors cannot be read, or the disk does not take the map.
pub fn run(args: &Args) -> Result<()> {
    if args.catalogue.extension().is_some_and(|extension| extension == "npy") {
        return vectors::run(&args.catalogue, args.output.as_deref(), &args.options.umap, args.json);
    }
    ensure!(args.output.is_none(), "--output is for vectors; the map of a catalogue goes into its folder.");
    draw(&args.catalogue, &args.options, args.fresh, args.json)?.print(args.json)?;
    if let Some(page) = &args.page {
        page::write(&args.catalogue, page)?;
    }
    args.plot.as_ref().map_or(Ok(()), |folder| plot::write(&args.catalogue, folder, args.query.as_deref()))
}

/// Draws the map of the catalogue in `folder`, or places what is new on it.
///
/// # Errors
/// As [`run`].
pub fn draw(folder: &Path, options: &Options, fresh: bool, quiet: bool) -> Result<Report> {
    let started = Instant::now();
    ensure!(options.umap.metric == Metric::Cosine, "Tracks are compared by the cosine; --metric is for vectors.");
    Stored::open(folder)?;
    let writer = Writer::begin(folder)?;
    let stored = Stored::open(folder)?;
    let bar = progress::bar(stored.manifest().tracks(), "Reading", quiet);
    let (points, former) = Points::of(&stored, |tracks| bar.inc(tracks as u64))?;
    bar.finish_and_clear();
    let mut report = Report::new(points.len());
    let has_map = former.iter().any(|place| place.position.is_some());
    let (places, regions) = if fresh || !has_map {
        let laid = options.umap.lay(&points, quiet)?;
        let (places, regions) = divided(&stored, &points, &laid, options)?;
        report.drawn(laid);
        (places, regions)
    } else {
        report.placed = former.iter().filter(|place| place.position.is_none()).count();
        let places = place::place(&points, &former, options.umap.n_neighbors.into());
        let clusters = places.iter().filter_map(|place| place.cluster);
        let regions = former::recount(&stored.regions()?, clusters);
        (places, regions)
    };
    let written = write(writer, &stored, &places, &regions)?;
    report.finish(regions, written, started.elapsed());
    Ok(report)
}

/// Clusters and named regions of points on a map.
fn divided(stored: &Stored, points: &Points, laid: &Laid, options: &Options) -> Result<(Vec<Placed>, Vec<Region>)> {
    let texts = Texts::read(stored, points)?;
    let said = Said::of(&texts.terms, &texts.of_tracks);
    let levels = match options.clusters {
        Clusters::Density => density::levels(&laid.positions),
        Clusters::Kmeans => {
            let usual = density::targets(points.len()).last().copied().unwrap_or(1);
            let count = options.k.map_or(usual, usize::from).min(points.len());
            vec![kmeans::level(points, &laid.positions, count, options.umap.seed)]
        }
    };
    let divided = regions::divide(levels, &laid.positions, &said, |track| texts.titles[track].clone());
    Ok((regions::places(&laid.positions, &divided.clusters), divided.regions))
}

/// Writes the sketches anew, and what names them.
fn write(mut writer: Writer, stored: &Stored, places: &[Placed], regions: &[Region]) -> Result<Written> {
    let manifest = stored.manifest();
    let mut first = 0;
    for (segment, entry) in manifest.segments.iter().enumerate() {
        let texts = shards_of_text(&stored.sketch(segment)?).into_iter().map(|text| text.shard);
        let texts: Vec<ShardEntry> = texts.collect();
        let places = &places[first..first + entry.tracks];
        let (entry, (_, bytes)) = entry.placed(&stored.shard(&entry.sketch)?, places)?;
        writer.put_placed(entry, &bytes, &texts)?;
        first += places.len();
    }
    writer.put_regions(regions)?;
    writer.finish(&manifest.name, &manifest.encoder, manifest.dimension)
}
