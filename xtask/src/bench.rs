//! `cargo xtask bench`: the figures that the README quotes, ours and others' in one run.

mod figures;
mod peers;

use crate::browser::Browser;
use crate::process::{cargo, run_observed, warn_of_overriding_flags};
use crate::site::{self, Profile};
use crate::workspace;
use crate::{Result, test};
use figures::{FIGURES, Figure, Measured, Program};
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
    for program in Program::ALL.into_iter().filter(|program| figures.iter().any(|figure| figure.needs(*program))) {
        if let Err(error) = measure(program, &mut measured) {
            eprintln!("{}: {error}. Figures that need it are left out.", program.title());
        }
    }
    print(&figures, &measured, json);
    Ok(())
}

fn measure(program: Program, measured: &mut Vec<Measured>) -> Result<()> {
    eprintln!("=== {} ===", program.title());
    let mut command = match program {
        Program::Native => native(),
        Program::Worker => worker()?,
        Program::Python => peers::python()?,
        Program::Embedding => peers::bliss()?,
        Program::Training => peers::pytorch()?,
        Program::Page => page(peers::onnxruntime_web().map_err(|error| eprintln!("onnxruntime-web: {error}")).is_ok())?,
    };
    run_observed(&mut command, |line| {
        eprintln!("{line}");
        measured.extend(Measured::parse(line));
    })
}

fn native() -> Command {
    let mut command = cargo();
    command.args(["bench", "--package", "sonoscape", "--bench", "library"]);
    command
}

fn worker() -> Result<Command> {
    let mut command = test::in_browser()?;
    command.args(["--profile", Profile::Published.name(), "--bench", "library", "--", "--nocapture"]);
    Ok(command)
}

fn page(with_peer: bool) -> Result<Command> {
    site::build(Profile::Published)?;
    let browser = Browser::ensure()?;
    let mut command = cargo();
    command.args(["bench", "--profile", "dev", "--package", "sonoscape-companion", "--bench", "page"]);
    command.env("CHROMIUM", browser.chromium).env("CHROMEDRIVER", browser.driver);
    if with_peer {
        command.env("PEERS", workspace::root().join("target/peers"));
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
