//! The batches of the steps ahead, drawn while the network learns from the one before.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use anyhow::Result;
use burn::tensor::{Device, Tensor};

use super::config::RunConfig;
use super::data::Data;
use super::pairs::Pairs;
use super::teacher::Teacher;

/// Batches that wait at most.
const AHEAD: usize = 2;

/// What one step learns from.
#[expect(clippy::large_enum_variant, reason = "handles of tensors, one at a time")]
pub enum Batch {
    /// Tiles to redraw, `[n, bands, columns]`.
    Tiles(Tensor<3>),
    /// Tiles to listen to.
    Pairs(Pairs),
}

/// Where the batches come from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub config: &'a RunConfig,
    pub data: &'a Data<'a>,
    pub teacher: Option<&'a Teacher>,
    pub device: &'a Device,
}

impl<'a> Source<'a> {
    /// The batches of a run from `step` on, until nobody receives them any more.
    pub fn feed<'scope>(self, scope: &'scope Scope<'scope, '_>, step: u64) -> Receiver<Result<Batch>>
    where
        'a: 'scope,
    {
        let (sender, receiver) = sync_channel(AHEAD);
        scope.spawn(move || (step..).all(|step| sender.send(self.batch(step)).is_ok()));
        receiver
    }

    /// What a step learns from; it depends on the seed and the step alone.
    fn batch(&self, step: u64) -> Result<Batch> {
        let Self { config, data, teacher, device } = *self;
        Ok(match &config.listening {
            Some(listening) => {
                Batch::Pairs(data.pairs(step, config.batch_size, listening.disturbance(), teacher, device)?)
            }
            None => Batch::Tiles(data.batch(step, config.batch_size, device)?),
        })
    }
}
