//! The project's commands. `cargo xtask` alone lists them.
//!
//! Each sets up what it needs under the project's own `target/` and asks for nothing but rustup and git.

mod bench;
mod browser;
mod process;
mod serve;
mod site;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <command>

  serve [--no-open] [--port PORT]   build the page and serve it on this computer
  build [--quick]                   build the page into pkg/site; --quick for testing, not for publishing
  test [STAGE…]                     everything that must pass, or some of: lint unit wasm e2e
  bench [PREFIX…] [--json]          every figure, or those whose names start so, beside those of others
";

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{USAGE}");
        return Ok(());
    };
    std::env::set_current_dir(workspace::root())?;
    match command.as_str() {
        "serve" => serve::run_serve(rest),
        "build" => site::run_build(rest),
        "stamp" => site::run_stamp(rest),
        "bench" => bench::run_bench(rest),
        "test" => test::run_test(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`.\n\n{USAGE}").into()),
    }
}
