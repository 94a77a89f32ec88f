//! `cargo xtask test`: everything that must pass.

use crate::browser::Browser;
use crate::process::{cargo, run, run_observed, tool};
use crate::site::{self, Profile};
use crate::workspace::WASM;
use crate::{Result, tools};
use std::process::Command;
use std::time::{Duration, Instant};

const GROUPS: [&str; 4] = ["lint", "unit", "wasm", "e2e"];
const SIMD_OFF: &str = r#"target.wasm32-unknown-unknown.rustflags=["-C","target-feature=-simd128"]"#;
/// Tells the library's tests, when they are compiled, which kernel they are to find.
const EXPECTED_KERNEL: &str = "SONOSCAPE_KERNEL";
const BROWSER_TEST_TIMEOUT_S: &str = "300";

struct Stage {
    group: &'static str,
    title: &'static str,
    run: fn(&mut Tally) -> Result<()>,
}

const STAGES: [Stage; 9] = [
    Stage { group: "lint", title: "formatting", run: formatting },
    Stage { group: "lint", title: "lints, native", run: native_lints },
    Stage { group: "lint", title: "lints, wasm", run: wasm_lints },
    Stage { group: "lint", title: "documentation", run: documentation },
    Stage { group: "unit", title: "tests, native", run: native_tests },
    Stage { group: "wasm", title: "library and page tests in a browser, with SIMD", run: wasm_tests },
    Stage { group: "wasm", title: "library tests in a browser, without SIMD", run: scalar_wasm_tests },
    Stage { group: "e2e", title: "page", run: page },
    Stage { group: "e2e", title: "end-to-end tests", run: end_to_end_tests },
];

pub fn run_test(arguments: &[String]) -> Result<()> {
    if let Some(unknown) = arguments.iter().find(|argument| !GROUPS.contains(&argument.as_str())) {
        return Err(format!("there is no stage `{unknown}`: the stages are {}", GROUPS.join(", ")).into());
    }
    let chosen = |stage: &&Stage| arguments.is_empty() || arguments.iter().any(|group| group == stage.group);
    let start = Instant::now();
    let mut tally = Tally::default();
    for stage in STAGES.iter().filter(chosen) {
        println!("\n=== {} ===", stage.title);
        let stage_start = Instant::now();
        (stage.run)(&mut tally).map_err(|error| format!("{} did not pass: {error}", stage.title))?;
        println!("=== {} passed in {} ===", stage.title, readable(stage_start.elapsed()));
    }
    println!("\nEverything passed in {}: {} passed, {} failed.", readable(start.elapsed()), tally.passed, tally.failed);
    Ok(())
}

fn formatting(_: &mut Tally) -> Result<()> {
    tools::ensure_components()?;
    run(cargo().args(["fmt", "--all", "--check"]))
}

fn native_lints(_: &mut Tally) -> Result<()> {
    run(cargo().args([
        "clippy",
        "--workspace",
        "--exclude",
        "sonoscape-www",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    run(cargo().args(["clippy", "-p", "sonoscape-companion", "--test", "e2e", "--", "-D", "warnings"]))
}

fn wasm_lints(_: &mut Tally) -> Result<()> {
    tools::ensure_wasm_target()?;
    let packages = ["-p", "sonoscape", "-p", "sonoscape-www"];
    run(cargo().arg("clippy").args(packages).args(["--all-targets", "--target", WASM, "--", "-D", "warnings"]))
}

fn documentation(_: &mut Tally) -> Result<()> {
    run(cargo()
        .args(["doc", "--no-deps", "--workspace", "--exclude", "sonoscape-www", "--lib"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

fn native_tests(tally: &mut Tally) -> Result<()> {
    tally.watch(cargo().args(["test", "-p", "sonoscape", "-p", "sonoscape-companion", "-p", "xtask"]))
}

fn wasm_tests(tally: &mut Tally) -> Result<()> {
    tally.watch(in_browser()?.args(["--lib", "--test", "*", "--bin", "sonoscape-www"]).env(EXPECTED_KERNEL, "simd128"))
}

fn scalar_wasm_tests(tally: &mut Tally) -> Result<()> {
    tally.watch(in_browser()?.args(["--test", "*", "--config", SIMD_OFF]).env(EXPECTED_KERNEL, "scalar"))
}

/// A `cargo test` of the library whose programs run in a browser's worker.
///
/// The page is named with it so that both are built with the same features of the same packages, once.
pub fn in_browser() -> Result<Command> {
    tools::ensure_wasm_target()?;
    tools::ensure_wasm_bindgen()?;
    let browser = Browser::ensure()?;
    let mut command = cargo();
    command.args(["test", "-p", "sonoscape", "-p", "sonoscape-www", "--target", WASM]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tool("wasm-bindgen-test-runner")?.get_program());
    command.env("CHROMEDRIVER", browser.driver);
    command.env("WASM_BINDGEN_USE_DEDICATED_WORKER", "1");
    command.env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_TEST_TIMEOUT_S);
    Ok(command)
}

fn page(_: &mut Tally) -> Result<()> {
    site::build(Profile::Quick)
}

fn end_to_end_tests(tally: &mut Tally) -> Result<()> {
    let browser = Browser::ensure()?;
    let mut command = cargo();
    command.args(["test", "-p", "sonoscape-companion", "--test", "e2e", "--", "--test-threads", "2"]);
    command.env("CHROMIUM", browser.chromium).env("CHROMEDRIVER", browser.driver);
    tally.watch(&mut command)
}

/// Tests counted from the summary line of each test program.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    fn watch(&mut self, command: &mut Command) -> Result<()> {
        run_observed(command, |line| {
            println!("{line}");
            self.read(line);
        })
    }

    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ").and_then(|(_, rest)| rest.split_once(". ")) else {
            return;
        };
        for part in counts.split("; ") {
            match part.split_once(' ') {
                Some((count, "passed")) => self.passed += count.parse().unwrap_or(0),
                Some((count, "failed")) => self.failed += count.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

fn readable(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tally_reads_summary_lines_and_nothing_else() {
        let mut tally = Tally::default();
        tally.read("test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.10s");
        tally.read("test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 filtered out");
        tally.read("test passed_by ... ok");
        assert_eq!(tally, Tally { passed: 16, failed: 2 });
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(readable(Duration::from_secs(59)), "59 s");
        assert_eq!(readable(Duration::from_secs(754)), "12 min 34 s");
    }

    #[test]
    fn every_stage_belongs_to_a_group() {
        assert!(STAGES.iter().all(|stage| GROUPS.contains(&stage.group)));
    }

    #[test]
    fn an_unknown_stage_is_refused() {
        assert!(run_test(&["lnit".to_owned()]).is_err());
    }
}
