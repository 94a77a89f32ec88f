//! Running other programs.

use crate::{Result, workspace};
use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Compiler flags in the environment replace those of `.cargo/config.toml`, and the page would lose its SIMD.
const OVERRIDING: [&str; 4] =
    ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS"];

/// `cargo` with this workspace's compiler flags, whatever the environment says.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    without_overriding_flags(&mut command);
    command
}

/// A program from `target/tools` or the `PATH`, in that order, which will find its own tools in the same way.
pub fn tool(name: &str) -> Result<Command> {
    let program = find(name).ok_or_else(|| format!("{name} is not installed"))?;
    let mut command = Command::new(program);
    without_overriding_flags(&mut command);
    command.env("PATH", env::join_paths(search_path())?);
    Ok(command)
}

/// Where `name` is in `target/tools` or on the `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    search_path().into_iter().map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// Runs to the end with what it prints on standard error; an error names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.stdout(std::io::stderr()).status().map_err(|error| unstartable(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed", shown(command)).into()) }
}

/// Runs to the end, handing each line of its output to `line` as it comes.
pub fn run_observed(command: &mut Command, mut line: impl FnMut(&str)) -> Result<()> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| unstartable(command, &error))?;
    let output = child.stdout.take().ok_or("the output was not piped")?;
    for text in BufReader::new(output).split(b'\n') {
        line(&String::from_utf8_lossy(&text?));
    }
    if child.wait()?.success() { Ok(()) } else { Err(format!("`{}` failed", shown(command)).into()) }
}

/// What a successful command prints, trimmed; `None` if it cannot be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Tells, once, of compiler flags in the environment that are left out.
pub fn warn_of_overriding_flags() {
    for name in OVERRIDING.into_iter().filter(|name| env::var_os(name).is_some()) {
        eprintln!("{name} is set and left out: it would replace the flags of .cargo/config.toml.");
    }
}

fn without_overriding_flags(command: &mut Command) {
    for name in OVERRIDING {
        command.env_remove(name);
    }
}

fn search_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    [workspace::tools().join("bin")].into_iter().chain(env::split_paths(&path)).collect()
}

fn unstartable(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` cannot be started: {error}", shown(command))
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words: Vec<_> = [program].into_iter().chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_without_its_folder() {
        let error = run(Command::new("/nowhere/tool").arg("--flag").arg("x")).unwrap_err().to_string();
        assert!(error.starts_with("`tool --flag x` cannot be started"), "{error}");
    }

    #[test]
    fn no_flags_of_the_environment_reach_cargo() {
        let removed: Vec<_> =
            cargo().get_envs().filter(|(_, value)| value.is_none()).map(|(key, _)| key.to_owned()).collect();
        assert!(OVERRIDING.iter().all(|name| removed.iter().any(|key| key == name)));
    }
}
