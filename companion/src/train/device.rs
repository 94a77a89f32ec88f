//! Where a run computes.

use anyhow::{Result, ensure};
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
        let device = match self {
            Self::Cpu => Device::flex(),
            Self::Cuda => cuda()?,
            Self::Vulkan => vulkan()?,
        };
        let answer = std::panic::catch_unwind(|| Tensor::<1>::ones([2], &device).sum().into_scalar::<f32>());
        let named = format!("{self:?}").to_lowercase();
        ensure!(answer.is_ok_and(|sum| sum == 2.0), "There is no working {named} device here. Leave --device out.");
        Ok(device)
    }
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<Device> {
    Ok(Device::cuda(0))
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<Device> {
    missing("cuda")
}

#[cfg(feature = "vulkan")]
fn vulkan() -> Result<Device> {
    Ok(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice))
}

#[cfg(not(feature = "vulkan"))]
fn vulkan() -> Result<Device> {
    missing("vulkan")
}

#[cfg(not(all(feature = "cuda", feature = "vulkan")))]
fn missing(feature: &str) -> Result<Device> {
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

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn what_is_not_compiled_in_is_named_with_the_command_that_builds_it() {
        let error = Processor::Cuda.device().unwrap_err().to_string();
        assert!(error.contains("--features cuda"), "{error}");
    }
}
