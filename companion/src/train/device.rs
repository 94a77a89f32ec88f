//! Where a run computes.

use std::panic::{self, AssertUnwindSafe};

use anyhow::{Context, Result};
use burn::tensor::{Device, Tensor};

/// The processors that a run can be sent to; those of graphics cards have to be compiled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Processor {
    /// All cores of this machine.
    #[default]
    Cpu,
    /// An NVIDIA card, where built with `--features cuda`.
    Cuda,
    /// A graphics card through Vulkan, where built with `--features vulkan`.
    Vulkan,
}

impl Processor {
    /// The device, which has computed something to show that it is there.
    ///
    /// # Errors
    /// One sentence, when it is not compiled in or does not answer.
    pub fn device(self) -> Result<Device> {
        let open = match self {
            Self::Cpu => Device::flex,
            Self::Cuda => cuda()?,
            Self::Vulkan => vulkan()?,
        };
        let named = format!("{self:?}").to_lowercase();
        quietly(|| {
            let device = open();
            let sum = Tensor::<1>::ones([2], &device).sum().into_scalar::<f32>();
            (sum == 2.0).then_some(device)
        })
        .with_context(|| {
            format!("There is no working {named} device here. Leave --device out to train on the processor.")
        })
    }
}

/// What `attempt` gives; none, and nothing is printed, where it panics, as drivers that are missing make Burn do.
fn quietly<T>(attempt: impl FnOnce() -> Option<T>) -> Option<T> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let outcome = panic::catch_unwind(AssertUnwindSafe(attempt));
    panic::set_hook(hook);
    outcome.ok().flatten()
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<fn() -> Device> {
    Ok(|| Device::cuda(0))
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<fn() -> Device> {
    missing("cuda")
}

#[cfg(feature = "vulkan")]
fn vulkan() -> Result<fn() -> Device> {
    Ok(|| Device::vulkan(burn::tensor::DeviceKind::DefaultDevice))
}

#[cfg(not(feature = "vulkan"))]
fn vulkan() -> Result<fn() -> Device> {
    missing("vulkan")
}

#[cfg(not(all(feature = "cuda", feature = "vulkan")))]
fn missing(feature: &str) -> Result<fn() -> Device> {
    anyhow::bail!(
        "This program was built without {feature}. Build it with `cargo build --release -p sonoscape-companion --features {feature}`, or leave --device out."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there() {
        assert!(Processor::Cpu.device().is_ok());
    }

    #[test]
    fn what_panics_is_not_there() {
        assert_eq!(quietly(|| Some(1)), Some(1));
        assert_eq!(quietly(|| -> Option<u8> { panic!("no driver") }), None);
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn what_is_not_compiled_in_is_named_with_the_command_that_builds_it() {
        let error = Processor::Cuda.device().unwrap_err().to_string();
        assert!(error.contains("--features cuda"), "{error}");
    }
}
