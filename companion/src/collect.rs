//! `sonoscape collect`: tracks and their sounds from folders and services into a library.

mod bucket;
mod client;
mod crawl;
mod elsewhere;
mod list;
mod report;
mod sound;
mod wanted;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Subcommand;
use serde_json::json;
use sonoscape::Track;
use sonoscape::services::{Ask, Service, spotify};

use crate::build::files;
use crate::library::collected::Sound;
use crate::library::{FOLDER_SETTING, LIBRARY_NAME, Library};
use crate::pack::DEFAULT_OUTPUT;
use crate::progress;
use client::{Client, Surroundings};
use crawl::{Crawl, Settings, What};
use wanted::Wanted;

/// Most steps of a walk from artist to artist.
const MOST_HOPS: u8 = 4;

/// Collect tracks and their sounds into a library, from which `sonoscape build` makes a catalogue.
///
/// Run the same command again to go on where it stopped, whatever stopped it: nothing that was answered is asked again.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Source {
    /// Register the files of a music folder.
    Folder {
        /// Folder of music files.
        folder: PathBuf,
        #[command(flatten)]
        place: Place,
        /// Report in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Find tracks at Spotify, and their sounds elsewhere. Wants SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.
    Spotify(Collect),
    /// Previews from Deezer, which are analysed and dropped.
    Deezer(Collect),
    /// Previews from iTunes, which are analysed and dropped.
    Itunes(Collect),
    /// Openly licensed tracks from Jamendo. Wants JAMENDO_CLIENT_ID.
    Jamendo(Collect),
    /// Openly licensed tracks from the Internet Archive.
    Archive(Collect),
    /// Tracks of a CSV table with the columns of `build --tracks`: by web address (audio), by isrc, or by title and artist.
    List {
        /// The table.
        file: PathBuf,
        #[command(flatten)]
        options: Options,
    },
    Report(report::Args),
}

#[derive(Debug, clap::Args)]
struct Collect {
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// The library.
    #[arg(long, value_name = "FILE", default_value_os_t = Path::new(DEFAULT_OUTPUT).join(LIBRARY_NAME))]
    library: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Options {
    #[command(flatten)]
    place: Place,
    /// Folder that receives the sounds.
    #[arg(long, value_name = "FOLDER", default_value = "collected")]
    audio: PathBuf,
    /// Most tracks of this source in the library.
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    most: usize,
    /// How far a walk goes from each artist of a genre to those near.
    #[arg(long, value_name = "STEPS", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=i64::from(MOST_HOPS)))]
    hops: u8,
    /// Services to look at, in this order, for sounds that the source has not: deezer, itunes.
    #[arg(long, value_name = "SERVICES", value_delimiter = ',')]
    elsewhere: Vec<String>,
    /// Use Spotify's own previews where it hands them out. Its developer policy says: “Do not use the Spotify Platform or any Spotify Content
    /// to train a machine learning or AI model or otherwise ingest Spotify Content into a machine learning or AI model.”
    #[arg(long)]
    spotify_previews: bool,
    /// Fetch no sounds, only names.
    #[arg(long)]
    names_only: bool,
    /// Say how much there is, and keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// How long to wait for an answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Report in JSON.
    #[arg(long)]
    json: bool,
}

/// Collects, or reports on what was collected.
///
/// # Errors
/// When the library cannot be used, a key is missing, or a service cannot be asked so.
pub fn run(args: &Args) -> Result<()> {
    match &args.source {
        Source::Folder { folder, place, json } => register(folder, &place.library, *json),
        Source::Spotify(collect) => from_service(Service::Spotify, collect),
        Source::Deezer(collect) => from_service(Service::Deezer, collect),
        Source::Itunes(collect) => from_service(Service::Itunes, collect),
        Source::Jamendo(collect) => from_service(Service::Jamendo, collect),
        Source::Archive(collect) => from_service(Service::Archive, collect),
        Source::List { file, options } => from_list(file, options),
        Source::Report(args) => report::run(args),
    }
}

fn register(folder: &Path, place: &Path, json: bool) -> Result<()> {
    let mut library = open(place, folder)?;
    let (files, problems) = files::walk(&folder.canonicalize()?);
    let new = library.change(|change| {
        let mut new = 0;
        for file in &files {
            let track = Track {
                title: crate::tags::tidy(&file.place.file_stem().unwrap_or_default().to_string_lossy()),
                source: "folder".into(),
                source_id: file.path.clone(),
                ..Track::default()
            };
            let (id, is_new) = change.insert(&track, None, true)?;
            if is_new {
                change.sound(id, Sound::Kept, "")?;
                new += 1;
            }
        }
        Ok(new)
    })?;
    if json {
        println!("{}", json!({ "files": files.len(), "new": new, "problems": problems }));
    } else {
        problems.iter().for_each(|problem| println!("{}  {}", problem.path, problem.problem));
        println!("{} files, {new} of them new. `sonoscape build` makes a catalogue of them.", files.len());
    }
    Ok(())
}

fn from_service(service: Service, collect: &Collect) -> Result<()> {
    let options = &collect.options;
    ensure!(
        !options.spotify_previews || service == Service::Spotify,
        "--spotify-previews goes with `sonoscape collect spotify`."
    );
    let seeds = collect.wanted.seeds(options.hops);
    let clients = clients(Some(service), options)?;
    let client = &clients[service.id()];
    for seed in &seeds {
        ensure!(
            client.takes(seed),
            "{} cannot be asked for that. See `sonoscape collect {} --help`.",
            service.name(),
            service.id()
        );
    }
    if options.dry_run {
        return dry_run(client, &seeds, options);
    }
    if options.spotify_previews && !options.json {
        eprintln!("Spotify's developer policy says: “{}”", spotify::POLICY);
    }
    let mut library = open_for(options)?;
    library.change(|change| {
        seeds.iter().try_for_each(|seed| crawl::add(change, service.id(), &What::Ask(seed.clone())))
    })?;
    crawl(&mut library, service.id(), &clients, options)
}

fn from_list(file: &Path, options: &Options) -> Result<()> {
    let tracks = list::read(file)?;
    let with_audio = tracks.iter().filter(|track| !track.audio.is_empty()).count();
    if options.dry_run {
        if options.json {
            println!("{}", json!({ "known": tracks.len(), "with_audio": with_audio, "most": options.most }));
        } else {
            println!("{} tracks, {with_audio} of them with the address of a sound. Nothing was kept.", tracks.len());
        }
        return Ok(());
    }
    let clients = clients(None, options)?;
    let mut library = open_for(options)?;
    let first = elsewhere(options)?.first().copied();
    library.change(|change| tracks.iter().take(options.most).try_for_each(|track| list::add(change, track, first)))?;
    crawl(&mut library, list::SOURCE, &clients, options)
}

fn elsewhere(options: &Options) -> Result<Vec<Service>> {
    let known = |name: &String| match Service::from_id(name) {
        Some(service @ (Service::Deezer | Service::Itunes)) => Ok(service),
        _ => bail!("Sounds can be looked for at deezer and itunes, not at {name:?}."),
    };
    options.elsewhere.iter().map(known).collect()
}

fn clients(source: Option<Service>, options: &Options) -> Result<BTreeMap<String, Client>> {
    let surroundings = Surroundings::new(Duration::from_secs(options.timeout));
    let name = |service: Option<Service>| service.map_or(list::SOURCE, Service::id).to_owned();
    let wanted = std::iter::once(source).chain(elsewhere(options)?.into_iter().map(Some));
    wanted.map(|service| Ok((name(service), Client::new(service, &surroundings)?))).collect()
}

/// Asks for the first page of each and says what there is.
fn dry_run(client: &Client, seeds: &[Ask], options: &Options) -> Result<()> {
    let mut known = Some(0_usize);
    for seed in seeds {
        let answer = client.ask(seed).map_err(|failure| anyhow::anyhow!(failure.sentence))?;
        let count =
            answer.total.map(|total| total as usize).or(answer.next.is_none().then_some(answer.candidates.len()));
        known = known.zip(count.filter(|_| answer.further.is_empty())).map(|(a, b)| a + b);
    }
    if options.json {
        println!("{}", json!({ "known": known, "most": options.most }));
        return Ok(());
    }
    let known = known.map_or("It is not known how many tracks there are".to_owned(), |known| format!("{known} tracks"));
    println!("{known}; at most {} are taken. Nothing was kept.", options.most);
    Ok(())
}

/// The library at `place`, whose folder is `folder`.
fn open(place: &Path, folder: &Path) -> Result<Library> {
    let folder = folder.canonicalize().with_context(|| format!("The folder {} cannot be read", folder.display()))?;
    ensure!(folder.is_dir(), "{} is not a folder.", folder.display());
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    }
    let library = Library::open(place)?;
    let folder = folder.to_string_lossy();
    match library.setting(FOLDER_SETTING)? {
        Some(other) if other != folder => bail!(
            "The library {} is of the folder {other}. Name that folder, or another --library; `sonoscape merge` joins catalogues.",
            place.display()
        ),
        _ => library.set(FOLDER_SETTING, &folder)?,
    }
    Ok(library)
}

fn open_for(options: &Options) -> Result<Library> {
    fs::create_dir_all(&options.audio).with_context(|| format!("{} cannot be made", options.audio.display()))?;
    open(&options.place.library, &options.audio)
}

/// Names first; then says how many sounds there are, and fetches them.
fn crawl(library: &mut Library, source: &str, clients: &BTreeMap<String, Client>, options: &Options) -> Result<()> {
    let started = Instant::now();
    let before = library.found_count(source)?;
    let settings = Settings {
        source: source.to_owned(),
        elsewhere: elsewhere(options)?,
        folder: (!options.names_only).then(|| options.audio.canonicalize()).transpose()?,
        most: options.most,
        spotify_previews: options.spotify_previews,
    };
    let bar = progress::bar(options.most, "Asking for names", options.json);
    let names = Crawl::new(library, clients, &settings, bar.clone()).run(false);
    bar.finish_and_clear();
    let mut resting = names?;
    let found = library.found_count(source)?;
    if !options.json {
        announce(library, clients, found, found - before, &settings)?;
    }
    if settings.folder.is_some() {
        let due = library.due_counts()?.iter().map(|(_, count)| count).sum();
        let bar = progress::bar(due, "Fetching sounds", options.json);
        let sounds = Crawl::new(library, clients, &settings, bar.clone()).run(true);
        bar.finish_and_clear();
        resting.extend(sounds?);
    }
    let seconds = started.elapsed().as_secs_f64();
    report::finish(library, source, (found, found - before), &resting, seconds, options.json)
}

fn announce(
    library: &Library,
    clients: &BTreeMap<String, Client>,
    found: usize,
    new: usize,
    settings: &Settings,
) -> Result<()> {
    println!("{found} tracks in the library, {new} of them new.");
    if settings.folder.is_none() {
        return Ok(());
    }
    for (name, count) in library.due_counts()? {
        match clients.get(&name) {
            Some(client) => println!("{count} to do at {name}, which takes at least {:.0?}.", client.time_for(count)),
            None => println!("{count} to do at {name}, which is not asked this time."),
        }
    }
    Ok(())
}
