//! The programs we are measured against, installed under `target/peers` at the versions that `benches/peers` states.

use crate::process::{cargo, find, run};
use crate::{Result, workspace};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const NO_PYTHON: &str = "Python 3 is not installed";

/// Names a Python that has PyTorch, where the one that we would install cannot be had.
const PYTORCH_PYTHON: &str = "PYTORCH_PYTHON";

/// The command that measures librosa and onnxruntime.
pub fn python() -> Result<Command> {
    let mut command = Command::new(environment("python", "requirements.txt")?);
    command.arg(sources().join("peers.py")).arg(workspace::root().join("models/encoder.onnx"));
    command.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1").env("NUMBA_NUM_THREADS", "1");
    Ok(command)
}

/// The command that measures FAISS and USearch with the [vectors].
pub fn flat() -> Result<Command> {
    let mut command = Command::new(environment("python", "requirements.txt")?);
    command.arg(sources().join("flat.py")).arg(vectors()?).env("OMP_NUM_THREADS", "1");
    Ok(command)
}

/// The command that measures `sonoscape embed` and bliss.
pub fn bliss() -> Result<Command> {
    let (manifest, target) = (sources().join("bliss/Cargo.toml"), folder()?.join("bliss"));
    let mut build = cargo();
    build.args(["build", "--release", "--locked", "--manifest-path"]).arg(manifest);
    run(build.arg("--target-dir").arg(&target))?;
    let mut command = Command::new(find("python3").ok_or(NO_PYTHON)?);
    command.arg(sources().join("embed.py")).arg(companion()?).arg(target.join("release/bliss-peer"));
    Ok(command)
}

/// The command that measures `sonoscape train` and PyTorch.
pub fn pytorch() -> Result<Command> {
    let python = match std::env::var_os(PYTORCH_PYTHON) {
        Some(python) => python.into(),
        None => environment("pytorch", "requirements-pytorch.txt").map_err(|error| {
            format!("{error}: PyTorch cannot be installed. Name a Python that has it in {PYTORCH_PYTHON}")
        })?,
    };
    let mut command = Command::new(python);
    command.arg(sources().join("train.py")).arg(companion()?).arg(workspace::root().join("models/sonoscape.json"));
    Ok(command)
}

/// The command that measures `sonoscape map` and umap-learn with the [vectors].
pub fn umap_learn() -> Result<Command> {
    let mut command = Command::new(environment("umap", "requirements-umap.txt")?);
    command.arg(sources().join("umap_learn.py")).arg(companion()?).arg(vectors()?);
    Ok(command)
}

/// The Python of the environment `name` under `target/peers`, with what `requirements` lists.
fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    let python = find("python3").ok_or(NO_PYTHON)?;
    let environment = folder()?.join(name);
    let inside = environment.join("bin/python");
    if !inside.is_file() {
        run(Command::new(python).args(["-m", "venv"]).arg(&environment))?;
    }
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&inside).args(quiet).arg(sources().join(requirements)))?;
    Ok(inside)
}

/// The companion as people build it.
fn companion() -> Result<PathBuf> {
    run(cargo().args(["build", "--release", "--package", "sonoscape-companion"]))?;
    Ok(workspace::root().join("target/release/sonoscape"))
}

/// Lays out the page that measures onnxruntime-web.
pub fn onnxruntime_web() -> Result<()> {
    fs::copy(workspace::root().join("models/encoder.onnx"), folder()?.join("encoder.onnx"))?;
    packages(&["onnxruntime-web.html"])
}

/// Lays out the page that measures indexes with the [vectors].
pub fn indexes() -> Result<()> {
    packages(&["indexes.html", "indexes.mjs"])
}

/// Lays out the page that measures maps of the same tracks.
pub fn maps() -> Result<()> {
    packages(&["maps.html", "maps.mjs", "frames.mjs"])
}

/// Where rows and queries lie that all searches are measured with.
pub fn vectors() -> Result<PathBuf> {
    Ok(folder()?.join("vectors"))
}

/// Where peers are installed.
pub fn folder() -> Result<PathBuf> {
    let folder = workspace::root().join("target/peers");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Installs the packages of npm beside files that use them.
fn packages(files: &[&str]) -> Result<()> {
    let npm = find("npm").ok_or("npm is not installed")?;
    let folder = folder()?;
    for file in ["package.json"].iter().chain(files) {
        fs::copy(sources().join(file), folder.join(file))?;
    }
    run(Command::new(npm).args(["install", "--no-audit", "--no-fund", "--omit=peer", "--silent"]).current_dir(folder))
}

fn sources() -> PathBuf {
    workspace::root().join("benches/peers")
}
