//! `cargo xtask bench`: the figures that the README quotes, ours and others' in one run.

mod figures;
mod peers;
mod program;

use crate::browser::Browser;
use crate::process::{cargo, run_observed, warn_of_overriding_flags};
use crate::site::{self, Profile};
use crate::{Result, test};
use figures::{FIGURES, Figure, Measured};
use program::Program;
use std::process::Command;

pub fn run_bench(arguments: &[String]) -> Result<()> {
    let (flags, prefixes): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|word| word.starts_with("--"));
    let json = match flags.as_slice() {
        [] => false,
        [flag] if *flag == "--json" => true,
        _ => return Err("`cargo xtask bench` takes prefixes of names and --json".into()),
    };
    let chosen =
        |figure: &&Figure| prefixes.is_empty() || prefixes.iter().any(|prefix| figure.name.starts_with(*prefix));
    let figures: Vec<&Figure> = FIGURES.iter().filter(chosen).collect();
    if figures.is_empty() {
        return Err("no figure has a name that starts so".into());
    }
    warn_of_overriding_flags();
    let mut measured = Vec::new();
    for program in programs(&figures) {
        if let Err(error) = measure(program, &mut measured) {
            eprintln!("{}: {error}. Figures that need it are left out.", program.title());
        }
    }
    print(&figures, &measured, json);
    Ok(())
}

/// Those that the figures need, and the one that writes the vectors before those that read them.
fn programs(figures: &[&Figure]) -> impl Iterator<Item = Program> {
    let reads = |program| matches!(program, Program::Flat | Program::Indexes | Program::Maps);
    Program::ALL.into_iter().filter(move |program| {
        let needs = |figure: &&Figure| {
            let by_others = || Program::ALL.into_iter().any(|other| reads(other) && figure.needs(other));
            figure.needs(*program) || *program == Program::Search && by_others()
        };
        figures.iter().any(needs)
    })
}

fn measure(program: Program, measured: &mut Vec<Measured>) -> Result<()> {
    eprintln!("=== {} ===", program.title());
    let mut command = match program {
        Program::Native => native("library"),
        Program::Worker => worker("library")?,
        Program::Search => searches()?,
        Program::SearchWorker => worker("search")?,
        Program::Flat => peers::flat()?,
        Program::Indexes => indexes()?,
        Program::Python => peers::python()?,
        Program::Embedding => peers::bliss()?,
        Program::Training => peers::pytorch()?,
        Program::Large => large("large")?,
        Program::Names => large("names")?,
        Program::Crawl => crawl(),
        Program::Maps => peers::umap_learn()?,
        Program::Landscape => landscape()?,
        Program::Page => page(peers::onnxruntime_web().map_err(|error| eprintln!("onnxruntime-web: {error}")).is_ok())?,
    };
    run_observed(&mut command, |line| {
        eprintln!("{line}");
        measured.extend(Measured::parse(line));
    })
}

fn native(bench: &str) -> Command {
    let mut command = cargo();
    command.args(["bench", "--package", "sonoscape", "--bench", bench]);
    command
}

/// Also writes rows and queries for the peers.
fn searches() -> Result<Command> {
    let mut command = native("search");
    command.env("VECTORS", peers::vectors()?);
    Ok(command)
}

fn worker(bench: &str) -> Result<Command> {
    let mut command = test::in_browser()?;
    command.args(["--profile", Profile::Published.name(), "--bench", bench, "--", "--nocapture"]);
    Ok(command)
}

fn indexes() -> Result<Command> {
    peers::indexes()?;
    let mut command = in_page("page")?;
    command.env("PEERS", peers::folder()?).args(["--", "indexes"]);
    Ok(command)
}

fn large(bench: &str) -> Result<Command> {
    site::build(Profile::Published)?;
    in_page(bench)
}

fn crawl() -> Command {
    let mut command = cargo();
    command.args(["test", "--package", "sonoscape-companion", "--test", "companion", "ten_thousand"]);
    command.args(["--", "--ignored", "--nocapture"]);
    command
}

/// Without its peers, our own figures are still measured.
fn landscape() -> Result<Command> {
    let mut command = large("map")?;
    match peers::maps() {
        Ok(()) => drop(command.env("PEERS", peers::folder()?)),
        Err(error) => eprintln!("regl-scatterplot and deck.gl: {error}"),
    }
    Ok(command)
}

fn in_page(bench: &str) -> Result<Command> {
    let browser = Browser::ensure()?;
    let mut command = cargo();
    command.args(["bench", "--profile", "dev", "--package", "sonoscape-companion", "--bench", bench]);
    command.env("CHROMIUM", browser.chromium).env("CHROMEDRIVER", browser.driver);
    Ok(command)
}

fn page(with_peer: bool) -> Result<Command> {
    site::build(Profile::Published)?;
    let mut command = in_page("page")?;
    if with_peer {
        command.env("PEERS", peers::folder()?);
    }
    Ok(command)
}

fn print(figures: &[&Figure], measured: &[Measured], json: bool) {
    let (found, missing): (Vec<_>, Vec<_>) =
        figures.iter().map(|figure| (figure.name, figure.answer(measured))).partition(|(_, answer)| answer.is_some());
    for (name, _) in missing {
        eprintln!("{name} was not measured.");
    }
    let answers: Vec<_> = found.into_iter().filter_map(|(_, answer)| answer).collect();
    if json {
        let objects: Vec<String> = answers.iter().map(|answer| format!("  {}", answer.json())).collect();
        println!("[\n{}\n]", objects.join(",\n"));
    } else {
        for answer in answers {
            println!("{}", answer.line());
        }
    }
}
