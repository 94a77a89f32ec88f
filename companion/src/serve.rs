//! `sonoscape serve`: the page, a catalogue and its audio on this computer.

mod answer;
mod place;
mod shelf;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::Router;
use serde_json::json;
use sonoscape::{Catalogue, Encoder};
use tokio::net::TcpListener;

use crate::catalogue::Stored;
use crate::hear;
use crate::library::{FOLDER_SETTING, LIBRARY_NAME, Library};
use crate::pack::DEFAULT_OUTPUT;
use answer::Site;
use shelf::Shelf;

/// The decoder's file, beside the page or beside the encoder that it belongs to.
const DECODER: &str = "decoder.onnx";

/// Serve the page with a catalogue.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the catalogue [default: ./catalogue where there is one, else the page's own].
    #[arg(long, value_name = "FOLDER")]
    catalogue: Option<PathBuf>,
    /// Have the page's own catalogue searched as well.
    #[arg(long)]
    with_demo: bool,
    /// Folder of the music [default: the one that the catalogue was built from].
    #[arg(long, value_name = "FOLDER")]
    audio: Option<PathBuf>,
    /// Folder of the built page.
    #[arg(long, value_name = "FOLDER", default_value = "pkg/site")]
    site: PathBuf,
    /// Encoder to use instead of the shipped one; a decoder.onnx beside it is served with it.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Port; 0 takes a free one.
    #[arg(long, default_value_t = 7777)]
    port: u16,
    /// Address to listen at. Other computers reach the page only when this is not a loopback address.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Open the page in the browser.
    #[arg(long)]
    open: bool,
    /// Print the address as JSON.
    #[arg(long)]
    json: bool,
}

/// Serves until it is interrupted.
///
/// # Errors
/// When the page or the catalogue cannot be read, they do not fit the encoder, or the port is taken.
pub fn run(args: &Args) -> Result<()> {
    let site = Arc::new(site(args)?);
    tokio::runtime::Runtime::new()?.block_on(async {
        let wanted = SocketAddr::new(args.address, args.port);
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("Nothing can listen at {wanted}; name another with --port or --address"))?;
        announce(args, listener.local_addr()?);
        let router = Router::new().fallback(answer::answer).with_state(site);
        axum::serve(listener, router).await.context("The server stopped")
    })
}

fn site(args: &Args) -> Result<Site> {
    let page = args.site.join("index.html");
    let html = fs::read_to_string(&page).with_context(|| {
        format!(
            "There is no page in {}. Build it with `cargo xtask build`, or name its folder with --site",
            args.site.display()
        )
    })?;
    let shelf = shelf(args)?;
    let encoder = match (&args.encoder, &shelf) {
        (None, None) => None,
        (file, _) => Some(hear::encoder_bytes(file.as_deref())?),
    };
    if let (Some(bytes), Some(shelf)) = (&encoder, &shelf) {
        let encoder = Encoder::from_onnx(bytes)?;
        let manifest = Stored::open(shelf.folder())?.manifest().clone();
        Catalogue::new(manifest).check_encoder(encoder.id(), encoder.card())?;
        if args.with_demo {
            let demo = Stored::open(&args.site.join("catalogue"))?.manifest().clone();
            Catalogue::new(demo).check_encoder(encoder.id(), encoder.card()).context("--with-demo")?;
        }
    }
    let decoder = args.encoder.as_deref().map(|file| file.with_file_name(DECODER)).filter(|file| file.is_file());
    Site::new(&args.site, &html, shelf, encoder, decoder)
}

fn shelf(args: &Args) -> Result<Option<Shelf>> {
    let default = Path::new(DEFAULT_OUTPUT);
    let folder = match &args.catalogue {
        Some(folder) => folder,
        None if Stored::open(default).is_ok() => default,
        None if args.audio.is_some() => bail!("--audio needs a catalogue that lists it: name one with --catalogue."),
        None => return Ok(None),
    };
    let audio = match &args.audio {
        Some(audio) => Some(audio.canonicalize().with_context(|| format!("{} cannot be read", audio.display()))?),
        None => Library::setting_of(&folder.join(LIBRARY_NAME), FOLDER_SETTING)?
            .and_then(|folder| PathBuf::from(folder).canonicalize().ok()),
    };
    Shelf::open(folder, audio, args.with_demo).map(Some)
}

fn announce(args: &Args, bound: SocketAddr) {
    let host = if bound.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { bound.ip() };
    let address = format!("http://{}/", SocketAddr::new(host, bound.port()));
    if args.json {
        println!("{}", json!({ "address": address }));
    } else {
        let reach = if bound.ip().is_loopback() {
            "Only this computer can reach it."
        } else {
            "Every computer that reaches this one can open it and hear the catalogue's audio."
        };
        println!("{address}\n{reach} Press Ctrl-C to stop.");
    }
    if args.open
        && let Err(error) = open::that_detached(&address)
    {
        eprintln!("No browser could be opened ({error}). Open the address yourself.");
    }
}
