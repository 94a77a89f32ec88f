//! `sonoscape train`: a music folder to a trained autoencoder.

mod augment;
pub mod checkpoint;
mod config;
mod data;
pub mod device;
mod feed;
mod folder;
pub mod listening;
mod metrics;
pub mod model;
mod pairs;
mod pictures;
mod start;
mod teacher;

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use burn::config::config_to_json;
use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor};
use indicatif::{ProgressBar, ProgressStyle};

use crate::catalogue::replace;
use checkpoint::{Checkpoint, DIVERGED, Progress};
pub use config::RunConfig;
pub use data::Data;
use device::Processor;
use feed::{Batch, Source};
pub use folder::RunFolder;
use listening::{Listening, Network};
use metrics::{Metrics, Row};
use model::Autoencoder;
pub use teacher::Teacher;

/// Train the encoder on a folder of music.
///
/// Run the same command again to go on where it stopped, whatever stopped it. The run's folder holds all that going on
/// needs: it can be moved, also to another machine, and then `--run` alone says what to go on with.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of music files, or a store that `sonoscape analyse` made of one; a run that was started has its own.
    pub folder: Option<PathBuf>,
    /// Folder that keeps the run: settings, mel images, what the teacher hears, checkpoint, metrics.
    #[arg(long, value_name = "FOLDER")]
    pub run: PathBuf,
    /// CSV table of the files with the columns path, artist and licence; without it, a folder counts as an artist.
    #[arg(long, value_name = "FILE")]
    pub tracks: Option<PathBuf>,
    /// Settings of a new run, as in `models/*.json`; without them, those of the system re-created here.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder with what a published network hears in the same files, for settings that ask for a teacher.
    #[arg(long, value_name = "FOLDER")]
    pub teacher: Option<PathBuf>,
    /// Stop after this many steps in all, instead of the settings'.
    #[arg(long)]
    pub steps: Option<u64>,
    /// Stop after this many minutes of training.
    #[arg(long)]
    pub minutes: Option<f64>,
    /// Seed of weights, split and order, instead of the settings'.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where to compute.
    #[arg(long, value_enum, default_value_t)]
    pub device: Processor,
}

/// Trains until the steps or the minutes are spent.
///
/// # Errors
/// When the music, the run's files or the settings cannot be used, and when training diverges.
pub fn run(args: &Args) -> Result<()> {
    let device = args.device.device()?;
    let folder = RunFolder::new(&args.run);
    fs::create_dir_all(&args.run).with_context(|| format!("{} cannot be made", args.run.display()))?;
    let config = start::config(args, &folder)?;
    let store = start::mels(args, &folder)?;
    let data = Data::new(&store, config.model.side, config.seed, config.validation_share);
    ensure!(!data.training().is_empty(), "No file is long enough to train on: 8 s are needed.");
    println!(
        "{} tracks, {} excerpts to train on, {} to validate on",
        store.tracks.len(),
        data.training().len(),
        data.validation().len()
    );
    if !folder.config().exists() {
        replace(&folder.config(), config_to_json(&config).as_bytes())?;
    }
    let limit = Limit { steps: args.steps.unwrap_or(config.steps), minutes: args.minutes };
    replace(&folder.held_out(), data.held_out().join("\n").as_bytes())?;
    let teacher = start::teacher(args, &config, &folder, &store)?;
    let progress = train(&config, &data, teacher.as_ref(), &folder, &limit, &device)?;
    println!(
        "Step {}: MSE {} in training, {} in validation. Run again to go on, or `sonoscape export {}`.",
        progress.step,
        shown(progress.training_mse),
        shown(progress.validation_mse),
        args.run.display()
    );
    Ok(())
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Steps of the whole run.
    pub steps: u64,
    /// Minutes from now.
    pub minutes: Option<f64>,
}

/// The training loop; its state is in the run's folder, and returned in the end.
///
/// # Errors
/// When the disk refuses or the loss is no number any more; the last checkpoint is good then.
pub fn train(
    config: &RunConfig,
    data: &Data<'_>,
    teacher: Option<&Teacher>,
    folder: &RunFolder,
    limit: &Limit,
    device: &Device,
) -> Result<Progress> {
    let learning = device.clone().autodiff();
    let state = match folder.checkpoint().exists() {
        true => folder.load_checkpoint(config, &learning)?,
        false => Checkpoint::new(config, &learning),
    };
    println!("{} weights", state.model.num_params());
    let validation = data.validation_batches(config.validation_tiles, config.batch_size, device)?;
    let minutes = limit.minutes.map(|minutes| Duration::try_from_secs_f64(60.0 * minutes)).transpose();
    let deadline = minutes.context("--minutes must be a length of time")?.map(|time| Instant::now() + time);
    let source = Source { config, data, teacher, device: &learning };
    thread::scope(|scope| {
        let batches = source.feed(scope, state.progress.step);
        learn(config, folder, state, &batches, &validation, limit.steps, deadline)
    })
}

/// Learns from one batch after the other until the steps or the time are spent.
fn learn(
    config: &RunConfig,
    folder: &RunFolder,
    mut state: Checkpoint,
    batches: &Receiver<Result<Batch>>,
    validation: &[Tensor<3>],
    steps: u64,
    deadline: Option<Instant>,
) -> Result<Progress> {
    let mut metrics = Metrics::open(&folder.metrics(), state.progress.step)?;
    let bar = bar(steps, state.progress.step)?;
    while state.progress.step < steps && deadline.is_none_or(|deadline| Instant::now() < deadline) {
        let started = Instant::now();
        let (loss, mse) = state.model.losses(&batches.recv()??, config.listening.as_ref());
        let value = f64::from(loss.clone().into_scalar::<f32>());
        ensure!(value.is_finite(), DIVERGED);
        let gradients = GradientsParams::from_grads(loss.backward(), &state.model);
        state.model = state.optimizer.step(config.rate(state.progress.step), state.model, gradients);
        state.progress.count(value, mse.into_scalar::<f32>().into(), started.elapsed());

        let step = state.progress.step;
        if step.is_multiple_of(config.report_every) {
            let row = state.progress.report(evaluate(&state.model.autoencoder, validation), config.batch_size);
            metrics.write(&row)?;
            let [loss, mse, validation] = [row.training_loss, row.training_mse, row.validation_mse].map(shown);
            bar.set_message(format!("loss {loss} · MSE {mse} · validation {validation}"));
        }
        if step.is_multiple_of(config.checkpoint_every) {
            state.save(&folder.checkpoint())?;
        }
        bar.set_position(step);
    }
    bar.finish_and_clear();
    state.save(&folder.checkpoint())?;
    pictures::write(folder, &state.model.autoencoder, validation)?;
    Ok(state.progress)
}

impl Network {
    /// What a step lowers, and the error of what it redraws.
    fn losses(&self, batch: &Batch, listening: Option<&Listening>) -> (Tensor<1>, Tensor<1>) {
        match (batch, listening) {
            (Batch::Pairs(pairs), Some(listening)) => self.listen(pairs, listening),
            (Batch::Pairs(pairs), None) => self.redraws(&pairs.tiles),
            (Batch::Tiles(tiles), _) => self.redraws(tiles),
        }
    }

    fn redraws(&self, tiles: &Tensor<3>) -> (Tensor<1>, Tensor<1>) {
        let mse = mse(self.autoencoder.forward(tiles.clone()), tiles.clone());
        (mse.clone(), mse)
    }
}

fn mse(reconstruction: Tensor<3>, tiles: Tensor<3>) -> Tensor<1> {
    (reconstruction - tiles).square().mean()
}

fn evaluate(model: &Autoencoder, validation: &[Tensor<3>]) -> Option<f64> {
    let model = model.valid();
    let tiles: usize = validation.iter().map(|batch| batch.dims()[0]).sum();
    let squares: f64 = validation
        .iter()
        .map(|batch| {
            let loss: f32 = mse(model.forward(batch.clone()), batch.clone()).into_scalar();
            f64::from(loss) * batch.dims()[0] as f64
        })
        .sum();
    (tiles > 0).then(|| squares / tiles as f64)
}

impl Checkpoint {
    /// A run before its first step.
    fn new(config: &RunConfig, device: &Device) -> Self {
        Self {
            progress: Progress::default(),
            model: Network::new(&config.model, config.listening.as_ref(), config.seed, device),
            optimizer: AdamConfig::new().with_epsilon(1e-7).init(),
        }
    }
}

impl Progress {
    fn count(&mut self, loss: f64, mse: f64, time: Duration) {
        self.step += 1;
        self.seconds += time.as_secs_f64();
        self.loss_sum += loss;
        self.mse_sum += mse;
        self.loss_count += 1;
    }

    fn report(&mut self, validation_mse: Option<f64>, batch_size: usize) -> Row {
        self.training_loss = Some(self.loss_sum / self.loss_count as f64);
        self.training_mse = Some(self.mse_sum / self.loss_count as f64);
        self.validation_mse = validation_mse;
        (self.loss_sum, self.mse_sum, self.loss_count) = (0.0, 0.0, 0);
        Row {
            step: self.step,
            tile_steps: self.step * batch_size as u64,
            seconds: self.seconds,
            training_loss: self.training_loss,
            training_mse: self.training_mse,
            validation_mse,
        }
    }
}

fn bar(length: u64, position: u64) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} · {per_sec:.2} · {eta} left · {msg}")?;
    Ok(ProgressBar::new(length).with_style(style).with_position(position))
}

fn shown(mse: Option<f64>) -> String {
    mse.map_or("not measured".to_owned(), |mse| format!("{mse:.5}"))
}

#[cfg(test)]
mod tests;
