//! The page as a person uses it: everything that a test knows of its insides is here.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// No wait in these tests takes longer than this unless something is wrong.
const PATIENCE: Duration = Duration::from_secs(90);
const GLANCE: Duration = Duration::from_millis(50);

/// One of the nearest tracks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub title: String,
    pub score: f32,
    pub time_score: f32,
    pub frequency_score: f32,
}

/// What the page says is wrong.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Problem {
    pub kind: String,
    pub sentence: String,
}

/// What the page has heard.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Analysis {
    pub name: String,
    pub embedding: Vec<f32>,
}

/// The open page.
pub struct Page {
    browser: WebDriver,
}

/// The two players of the comparison.
#[derive(Clone, Copy)]
pub enum Side {
    /// The dropped sound.
    A,
    /// The neighbour.
    B,
}

impl Page {
    pub fn new(browser: WebDriver) -> Self {
        Self { browser }
    }

    pub fn browser(&self) -> &WebDriver {
        &self.browser
    }

    /// Waits until the engine has said that it is ready.
    pub async fn engine_is_ready(&self) -> Result<()> {
        self.until("the engine is ready", "return document.querySelector('#app')?.dataset.engine === 'ready' || null")
            .await
            .map(|_: bool| ())
    }

    /// Gives the file picker a file.
    pub async fn choose(&self, file: &Path) -> Result<()> {
        let picker = "return document.querySelector('#file') !== null || null";
        let _: bool = self.until("there is a file picker", picker).await?;
        let file = file.canonicalize()?;
        let path = file.to_str().context("a path in UTF-8")?.to_owned();
        Ok(self.find("#file").await?.send_keys(path).await?)
    }

    /// Drops a file anywhere on the window.
    pub async fn drop_file(&self, file: &Path) -> Result<()> {
        const DROP: &str = "for (const kind of ['dragenter', 'dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, ...bubbling }));";
        self.hand_over(file, DROP).await
    }

    /// Pastes a file.
    pub async fn paste_file(&self, file: &Path) -> Result<()> {
        const PASTE: &str =
            "document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, ...bubbling }));";
        self.hand_over(file, PASTE).await
    }

    async fn hand_over(&self, file: &Path, dispatch: &str) -> Result<()> {
        const TRANSFER: &str = "
            const [name, bytes] = arguments;
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], name));
            const bubbling = { bubbles: true, cancelable: true };";
        let name = file.file_name().context("a file name")?.to_string_lossy();
        let arguments = vec![json!(name), json!(std::fs::read(file)?)];
        self.browser.execute(format!("{TRANSFER}{dispatch}"), arguments).await?;
        Ok(())
    }

    /// Chooses a file and waits for its neighbours.
    pub async fn neighbours_of(&self, file: &Path) -> Result<Vec<Row>> {
        let before = self.analyses().await?.len();
        self.choose(file).await?;
        self.neighbours_after(before).await
    }

    /// Waits for the neighbours of the next sound, in the whole catalogue, when `before` sounds were heard until now.
    pub async fn neighbours_after(&self, before: usize) -> Result<Vec<Row>> {
        let heard = format!("return window.analyses.length > {before} || null");
        let _: bool = self.until("the sound is heard", &heard).await?;
        let exact = "rows.length && rows.every(row => Number.isFinite(row.timeScore)) ? rows : null";
        self.until("there are rows", &format!("const rows = {ROWS}; return {exact}")).await
    }

    /// The rows that are there now.
    pub async fn rows(&self) -> Result<Vec<Row>> {
        self.ask(&format!("return {ROWS}")).await
    }

    /// Every sound heard since the page was opened.
    pub async fn analyses(&self) -> Result<Vec<Analysis>> {
        self.ask("return window.analyses").await
    }

    /// Waits for the page to say that something is wrong.
    pub async fn problem(&self) -> Result<Problem> {
        self.until("a problem is told", PROBLEM).await
    }

    /// What the page says is wrong now.
    pub async fn present_problem(&self) -> Result<Option<Problem>> {
        self.ask(PROBLEM).await
    }

    /// Waits for a stage of the work to be named.
    pub async fn stage(&self, stages: &[&str]) -> Result<()> {
        let stages = serde_json::to_string(stages)?;
        let script = format!("return {stages}.includes(document.querySelector('#progress')?.dataset.stage) || null");
        self.until("the work has come that far", &script).await.map(|_: bool| ())
    }

    /// Plays the neighbour of this rank, counted from zero.
    pub async fn play_row(&self, rank: usize) -> Result<()> {
        let rows = self.browser.find_all(By::Css("#neighbours > li .play")).await?;
        Ok(rows.get(rank).context("a row to play")?.click().await?)
    }

    pub async fn click(&self, selector: &str) -> Result<()> {
        Ok(self.find(selector).await?.click().await?)
    }

    /// Types on whatever has the focus.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.browser.action_chain().send_keys(keys).perform().await?)
    }

    /// Waits until time passes on one side and stands still on the other.
    pub async fn is_heard(&self, side: Side) -> Result<()> {
        let (heard, silent) = match side {
            Side::A => ("a", "b"),
            Side::B => ("b", "a"),
        };
        let script = format!(
            "const heard = document.querySelector('#audio-{heard}'), silent = document.querySelector('#audio-{silent}');
             return (heard && !heard.paused && (!silent || silent.paused)) ? heard.currentTime : null"
        );
        let first: f64 = self.until("it plays", &script).await?;
        let later = script.replace("heard.currentTime", &format!("(heard.currentTime > {first} + 0.2 || null)"));
        self.until("its time advances", &later).await.map(|_: bool| ())
    }

    /// Waits until nothing plays.
    pub async fn is_silent(&self) -> Result<()> {
        let script = "return [...document.querySelectorAll('audio')].every(audio => audio.paused) || null";
        self.until("nothing plays", script).await.map(|_: bool| ())
    }

    /// Evaluates a script in the page.
    pub async fn ask<T: for<'a> Deserialize<'a>>(&self, script: &str) -> Result<T> {
        let value = self.browser.execute(script, Vec::new()).await?;
        Ok(serde_json::from_value(value.json().clone())?)
    }

    /// Waits until a script returns something.
    pub async fn until<T: for<'a> Deserialize<'a>>(&self, what: &str, script: &str) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Some(value) = self.ask::<Option<T>>(script).await? {
                return Ok(value);
            }
            if start.elapsed() > PATIENCE {
                let page: Value = self.ask(STATE).await?;
                bail!("waited {} s until {what}; the page says {page}", PATIENCE.as_secs());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn find(&self, selector: &str) -> Result<WebElement> {
        self.browser.find(By::Css(selector)).await.with_context(|| format!("{selector} is not on the page"))
    }
}

const ROWS: &str = "[...document.querySelectorAll('#neighbours > li')].map(row => ({
    title: row.dataset.title,
    score: Number(row.dataset.score),
    timeScore: Number(row.dataset.timeScore),
    frequencyScore: Number(row.dataset.frequencyScore),
}))";

const PROBLEM: &str = "
    const problem = document.querySelector('#problem[data-kind]');
    const shown = problem && problem.checkVisibility() && problem.dataset.kind;
    return shown ? { kind: problem.dataset.kind, sentence: problem.innerText } : null";

const STATE: &str = "
    const text = selector => document.querySelector(selector)?.innerText;
    return {
        app: { ...document.querySelector('#app')?.dataset },
        engine: text('#engine'), progress: text('#progress'), problem: text('#problem'), note: text('#note'),
        rows: document.querySelectorAll('#neighbours > li').length,
    }";
