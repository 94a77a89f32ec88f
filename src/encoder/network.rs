//! A network read from ONNX and run by tract.

use std::sync::Arc;

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

use crate::error::{Error, Result};

/// Largest ONNX file accepted, in bytes.
pub(crate) const MOST_BYTES: usize = 64 << 20;

/// An ONNX file that has been parsed, but not understood.
pub(crate) struct OnnxFile {
    proto: ModelProto,
    refuse: fn(String) -> Error,
}

/// A network for inputs of one shape. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Network {
    plan: Arc<TypedRunnableModel>,
    input: Arc<[usize]>,
    refuse: fn(String) -> Error,
}

impl OnnxFile {
    /// Parses `bytes`; what cannot be used is refused with `refuse`, what is too long as too many of `what`.
    pub(crate) fn read(bytes: &[u8], what: &'static str, refuse: fn(String) -> Error) -> Result<Self> {
        if bytes.len() > MOST_BYTES {
            return Err(Error::Limit { what, found: bytes.len() as u64, limit: MOST_BYTES as u64 });
        }
        let proto = onnx().proto_model_for_read(&mut &*bytes).map_err(|_| refuse("it is not an ONNX file".into()))?;
        Ok(Self { proto, refuse })
    }

    /// The value of `key` in the file's metadata.
    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        self.proto.metadata_props.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str())
    }

    /// The file's network, which must take `input` and give `output`.
    pub(crate) fn network(&self, input: &[usize], output: &[usize]) -> Result<Network> {
        let plan =
            self.plan(input, output).map_err(|error| (self.refuse)(format!("its network does not load: {error}")))?;
        Ok(Network { plan, input: input.into(), refuse: self.refuse })
    }

    fn plan(&self, input: &[usize], output: &[usize]) -> TractResult<Arc<TypedRunnableModel>> {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        super::kernel::register();
        let model = onnx()
            .model_for_proto_model(&self.proto)?
            .with_input_fact(0, f32::fact(input).into())?
            .with_output_fact(0, f32::fact(output).into())?
            .into_optimized()?;
        model.into_runnable()
    }
}

impl Network {
    /// The output for `values`, in the order of its axes.
    pub(crate) fn run(&self, values: &[f32]) -> Result<Vec<f32>> {
        self.compute(values).map_err(|error| (self.refuse)(format!("its network failed: {error}")))
    }

    fn compute(&self, values: &[f32]) -> TractResult<Vec<f32>> {
        let output = self.plan.run(tvec!(Tensor::from_shape(&self.input, values)?.into()))?;
        Ok(output[0].to_plain_array_view::<f32>()?.iter().copied().collect())
    }
}
