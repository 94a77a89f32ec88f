//! What the builds need, put under `target/tools` when it is missing or of another version.

use crate::Result;
use crate::process::{cargo, find, output, run};
use crate::workspace::{self, WASM};
use std::path::Path;
use std::process::Command;

/// The wasm target, trunk and wasm-bindgen.
pub fn ensure_all() -> Result<()> {
    ensure_wasm_target()?;
    ensure("trunk", "trunk", &workspace::trunk_version()?, &["--locked"])?;
    ensure_wasm_bindgen()
}

/// `wasm-bindgen` and its test runner, of the version in the lock file.
///
/// Installed without its own lock file, which names a package that is no longer served.
pub fn ensure_wasm_bindgen() -> Result<()> {
    ensure("wasm-bindgen-cli", "wasm-bindgen", &workspace::wasm_bindgen_version()?, &[])
}

/// The compiler's library for wasm.
pub fn ensure_wasm_target() -> Result<()> {
    let installed = output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
        .is_some_and(|folder| Path::new(&folder).is_dir());
    if installed { Ok(()) } else { rustup(&["target", "add", WASM]) }
}

/// The formatter and the linter.
pub fn ensure_components() -> Result<()> {
    for (component, command) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if output(cargo().args([command, "--version"])).is_none() {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(arguments: &[&str]) -> Result<()> {
    run(Command::new("rustup").args(arguments))
        .map_err(|error| format!("{error}. Is rustup installed? See https://rustup.rs").into())
}

fn ensure(package: &str, program: &str, version: &str, options: &[&str]) -> Result<()> {
    if installed_version(program).as_deref() == Some(version) {
        return Ok(());
    }
    eprintln!("Installing {package} {version} into target/tools; this happens once and takes a few minutes.");
    let root = workspace::tools();
    let mut install = cargo();
    install.args(["install", "--force", "--root"]).arg(&root).arg(format!("{package}@{version}")).args(options);
    install.env("CARGO_PROFILE_RELEASE_LTO", "off");
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    install.env_remove("CARGO_TARGET_DIR");
    run(&mut install)
}

fn installed_version(program: &str) -> Option<String> {
    let printed = output(Command::new(find(program)?).arg("--version"))?;
    printed.split_whitespace().nth(1).map(str::to_owned)
}
