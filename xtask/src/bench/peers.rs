//! The programs we are measured against, installed under `target/peers` at the versions that `benches/peers` states.

use crate::process::{find, run};
use crate::{Result, workspace};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The command that measures librosa and onnxruntime.
pub fn python() -> Result<Command> {
    let python = find("python3").ok_or("Python 3 is not installed")?;
    let folder = folder()?;
    let environment = folder.join("python");
    let inside = environment.join("bin/python");
    if !inside.is_file() {
        run(Command::new(python).args(["-m", "venv"]).arg(&environment))?;
    }
    let requirements = sources().join("requirements.txt");
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&inside).args(quiet).arg(requirements))?;
    let mut command = Command::new(inside);
    command.arg(sources().join("peers.py")).arg(workspace::root().join("models/encoder.onnx"));
    command.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1").env("NUMBA_NUM_THREADS", "1");
    Ok(command)
}

/// Lays out the page that measures onnxruntime-web.
pub fn onnxruntime_web() -> Result<()> {
    let npm = find("npm").ok_or("npm is not installed")?;
    let folder = folder()?;
    fs::copy(sources().join("package.json"), folder.join("package.json"))?;
    fs::copy(sources().join("onnxruntime-web.html"), folder.join("onnxruntime-web.html"))?;
    fs::copy(workspace::root().join("models/encoder.onnx"), folder.join("encoder.onnx"))?;
    run(Command::new(npm).args(["install", "--no-audit", "--no-fund", "--silent"]).current_dir(folder))
}

fn folder() -> Result<PathBuf> {
    let folder = workspace::root().join("target/peers");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn sources() -> PathBuf {
    workspace::root().join("benches/peers")
}
