//! End to end: the page as a static host gets it, in a real Chromium, with real files.
//!
//! `cargo xtask test e2e` builds the page into `pkg/site`, finds the browser and runs these.

mod browser;
mod collection;
mod companion;
mod crowd;
mod mapped;
mod music;
mod page;
mod site;
#[allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#[path = "../services/stand_in.rs"]
mod stand_in;
mod wav;

/// A catalogue that comes part by part, and stays.
mod arriving;
/// A site whose files are missing, cut short, altered or foreign.
mod broken_sites;
/// What a list leaves out.
mod filters;
/// The main job: drop, neighbours, hear.
mod finding;
/// The page and the companion hear the same in every format.
mod formats;
/// What happens while something else is happening.
mod interruptions;
/// What the ear kept, and sounds that hardly change.
mod kept;
/// The map: seen, walked and heard.
mod landscape;
/// Keyboard, console, network, blocking.
mod manners;
/// A sound from the microphone.
mod microphone;
/// Tracks of the catalogue by name.
mod names;
/// The player and the keys outside the page.
mod player;
/// Tracks of services by name.
mod services;
/// Services that fail in every way they know, and sounds that do.
mod services_faults;
/// Files that are no music, and music in unusual files.
mod sounds;
