//! A Chromium of its own for each test.

use crate::companion::{free_port, wait_for_port};
use crate::page::Page;
use anyhow::Result;
use serde_json::json;
use std::env;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::testing::run_browser_test;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};

/// Runs before the page's own scripts: collects what the page says of itself.
const OBSERVER: &str = "
    window.analyses = [];
    document.addEventListener('sonoscape:analysed', event => {
        window.analyses.push({ name: event.detail.name, embedding: Array.from(event.detail.embedding) });
        window.memory = event.detail.memoryBytes;
    });
    window.longTasks = [];
    new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(task => task.duration)))
        .observe({ type: 'longtask', buffered: true });
    window.violations = [];
    document.addEventListener('securitypolicyviolation', event => window.violations.push(event.violatedDirective));
";

/// Opens the page at `address` and runs `test` on it.
pub async fn on_page<F, Fut>(address: &str, test: F)
where
    F: FnOnce(Page) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    prepared(address, "", test).await;
}

/// As [`on_page`], with a script that runs before the page's own.
pub async fn prepared<F, Fut>(address: &str, script: &str, test: F)
where
    F: FnOnce(Page) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    flagged(address, script, &[], test).await;
}

/// As [`prepared`], in a browser that is started with more arguments.
pub async fn flagged<F, Fut>(address: &str, script: &str, arguments: &[&str], test: F)
where
    F: FnOnce(Page) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let driver = Driver::start();
    let script = format!("{OBSERVER}{script}");
    let session = WebDriver::new(&driver.address, capabilities(arguments).expect("capabilities"));
    let outcome = run_browser_test(session, |browser| async move {
        browser.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await?;
        browser.set_script_timeout(Duration::from_secs(60)).await?;
        browser.goto(address).await?;
        test(Page::new(browser)).await
    });
    if let Err(error) = outcome.await {
        panic!("{error:?}");
    }
}

fn capabilities(more: &[&str]) -> WebDriverResult<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    if let Ok(chromium) = env::var("CHROMIUM") {
        capabilities.set_binary(&chromium)?;
    }
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--disable-background-networking",
        "--autoplay-policy=no-user-gesture-required",
        "--window-size=1280,900",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ] {
        capabilities.add_arg(argument)?;
    }
    for argument in more {
        capabilities.add_arg(argument)?;
    }
    capabilities.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    capabilities.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}

/// A chromedriver, stopped when dropped.
struct Driver {
    process: Child,
    address: String,
    /// What the browser leaves behind goes with it.
    _scratch: TempDir,
}

impl Driver {
    fn start() -> Self {
        let program = env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
        let port = free_port();
        let scratch = tempfile::tempdir().expect("a folder for the browser");
        let process = Command::new(&program)
            .arg(format!("--port={port}"))
            .env("TMPDIR", scratch.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} cannot be started ({error}): run `cargo xtask test e2e`"));
        wait_for_port(port);
        Self { process, address: format!("http://127.0.0.1:{port}"), _scratch: scratch }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
