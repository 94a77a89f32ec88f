//! A Chromium and the driver that steers it.

use crate::Result;
use crate::process::{find, output, run};
use std::env;
use std::path::PathBuf;
use std::process::Command;

const BROWSERS: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const BROWSER_PLACES: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const DRIVER_PLACES: [&str; 2] = ["/usr/lib/chromium-browser/chromedriver", "/usr/lib/chromium/chromedriver"];

/// Where the browser and its driver are.
pub struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// Finds both, or installs them through apt where that is allowed, or says what to install.
    ///
    /// The variables `CHROMIUM` and `CHROMEDRIVER` come before the usual places.
    pub fn ensure() -> Result<Self> {
        if let Some(browser) = Self::find() {
            return Ok(browser);
        }
        install_through_apt();
        Self::find().ok_or_else(|| {
            "the browser tests need Chromium (or Chrome) and its chromedriver: install both, for instance with \
             `apt install chromium chromium-driver`, or name them in CHROMIUM and CHROMEDRIVER."
                .into()
        })
    }

    fn find() -> Option<Self> {
        Some(Self {
            chromium: named("CHROMIUM")
                .or_else(|| BROWSERS.into_iter().find_map(find))
                .or_else(|| first(&BROWSER_PLACES))?,
            driver: named("CHROMEDRIVER").or_else(|| find("chromedriver")).or_else(|| first(&DRIVER_PLACES))?,
        })
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn first(places: &[&str]) -> Option<PathBuf> {
    places.iter().map(PathBuf::from).find(|path| path.is_file())
}

fn install_through_apt() {
    if find("apt-get").is_none() {
        return;
    }
    let root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !root && output(Command::new("sudo").args(["-n", "true"])).is_none() {
        return;
    }
    eprintln!("Installing Chromium and its driver through apt.");
    for arguments in [&["update"][..], &["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"]]
    {
        let mut apt = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            apt.args(["-n", "apt-get"]);
        }
        if let Err(error) = run(apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive")) {
            eprintln!("{error}");
        }
    }
}
