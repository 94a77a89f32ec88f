//! Writes ONNX files: a graph is built node by node, in the order it reads.
//!
//! Values are `f32`. Weights may be stored as `f16` behind a `Cast`, which halves the file; runtimes widen them once,
//! when they load the model.

use std::ops::Range;

use half::f16;
use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};

const OPSET: i64 = 17;
const IR_VERSION: i64 = 8;

/// How the large weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// `f16`, widened to `f32` when the model is loaded.
    Half,
    /// `f32`.
    Full,
}

/// A value that flows between nodes, by name.
#[derive(Clone, Debug)]
pub struct Value(String);

/// Kernel, stride and padding of a convolution, one entry an axis, the same at both ends.
pub struct Window<'a> {
    pub kernel: &'a [usize],
    pub stride: &'a [usize],
    pub padding: &'a [usize],
}

/// A graph under construction.
pub struct Graph {
    precision: Precision,
    proto: GraphProto,
}

impl Graph {
    pub fn new(name: &str, precision: Precision) -> Self {
        let proto = GraphProto { name: name.to_owned(), ..Default::default() };
        Self { precision, proto }
    }

    /// Declares an input `[batch, shape…]`.
    pub fn input(&mut self, name: &str, shape: &[usize]) -> Value {
        self.proto.input.push(value_info(name, shape));
        Value(name.to_owned())
    }

    /// Declares an output `[batch, shape…]` that carries `value`.
    pub fn output(&mut self, name: &str, shape: &[usize], value: &Value) {
        self.proto.output.push(value_info(name, shape));
        self.push("Identity", name, &[value], vec![]);
    }

    /// Large weights, stored in the graph's precision.
    pub fn weights(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Value {
        match self.precision {
            Precision::Full => self.constant(name, shape, values),
            Precision::Half => {
                let stored = format!("{name}.f16");
                let bytes = values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect();
                self.initializer(&stored, DataType::Float16, shape, bytes);
                let to = int("to", DataType::Float as i64);
                self.push("Cast", name, &[&Value(stored)], vec![to])
            }
        }
    }

    /// Small tensors that keep every bit: biases, statistics.
    pub fn constant(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Value {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.initializer(name, DataType::Float, shape, bytes)
    }

    pub fn convolution(&mut self, name: &str, x: &Value, weight: &Value, bias: &Value, window: &Window<'_>) -> Value {
        self.push("Conv", name, &[x, weight, bias], window.attributes())
    }

    /// `extra` lengthens each output axis at its end, so that a stride of 2 doubles the input exactly.
    pub fn transposed_convolution(
        &mut self,
        name: &str,
        x: &Value,
        weight: &Value,
        bias: &Value,
        window: &Window<'_>,
        extra: &[usize],
    ) -> Value {
        let mut attributes = window.attributes();
        attributes.push(ints("output_padding", extra));
        self.push("ConvTranspose", name, &[x, weight, bias], attributes)
    }

    /// `parameters`: scale, bias, mean, variance.
    pub fn batch_norm(&mut self, name: &str, x: &Value, parameters: [&Value; 4], epsilon: f32) -> Value {
        let [scale, bias, mean, variance] = parameters;
        let inputs = [x, scale, bias, mean, variance];
        self.push("BatchNormalization", name, &inputs, vec![float("epsilon", epsilon)])
    }

    /// `x · weight + bias`, with `weight` as `[inputs, outputs]`.
    pub fn dense(&mut self, name: &str, x: &Value, weight: &Value, bias: &Value) -> Value {
        self.push("Gemm", name, &[x, weight, bias], vec![])
    }

    /// Matrix product of `[N, rows, inputs]` and `[inputs, outputs]`.
    pub fn product(&mut self, name: &str, x: &Value, weight: &Value) -> Value {
        self.push("MatMul", name, &[x, weight], vec![])
    }

    pub fn sum(&mut self, name: &str, x: &Value, y: &Value) -> Value {
        self.push("Add", name, &[x, y], vec![])
    }

    pub fn maximum(&mut self, name: &str, x: &Value, y: &Value) -> Value {
        self.push("Max", name, &[x, y], vec![])
    }

    /// Zeros before and after the rows of `[N, rows, columns]`.
    pub fn pad_rows(&mut self, name: &str, x: &Value, count: usize) -> Value {
        let pads = self.integers(&format!("{name}.pads"), &[0, count as i64, 0, 0, count as i64, 0]);
        self.push("Pad", name, &[x, &pads], vec![])
    }

    /// A part of the rows and columns of `[N, rows, columns]`.
    pub fn slice(&mut self, name: &str, x: &Value, [rows, columns]: [Range<usize>; 2]) -> Value {
        let starts = self.integers(&format!("{name}.starts"), &[rows.start as i64, columns.start as i64]);
        let ends = self.integers(&format!("{name}.ends"), &[rows.end as i64, columns.end as i64]);
        let axes = self.integers(&format!("{name}.axes"), &[1, 2]);
        self.push("Slice", name, &[x, &starts, &ends, &axes], vec![])
    }

    pub fn difference(&mut self, name: &str, x: &Value, y: &Value) -> Value {
        self.push("Sub", name, &[x, y], vec![])
    }

    /// Product value by value.
    pub fn times(&mut self, name: &str, x: &Value, y: &Value) -> Value {
        self.push("Mul", name, &[x, y], vec![])
    }

    pub fn root(&mut self, name: &str, x: &Value) -> Value {
        self.push("Sqrt", name, &[x], vec![])
    }

    pub fn logarithm(&mut self, name: &str, x: &Value) -> Value {
        self.push("Log", name, &[x], vec![])
    }

    /// The mean of the rows of `[N, rows, columns]`, `[N, 1, columns]`.
    pub fn mean_row(&mut self, name: &str, x: &Value) -> Value {
        self.push("ReduceMean", name, &[x], vec![ints("axes", &[1])])
    }

    pub fn relu(&mut self, name: &str, x: &Value) -> Value {
        self.push("Relu", name, &[x], vec![])
    }

    pub fn sigmoid(&mut self, name: &str, x: &Value) -> Value {
        self.push("Sigmoid", name, &[x], vec![])
    }

    pub fn transpose(&mut self, name: &str, x: &Value, axes: &[usize]) -> Value {
        self.push("Transpose", name, &[x], vec![ints("perm", axes)])
    }

    /// All axes but the first become `shape`.
    pub fn reshape(&mut self, name: &str, x: &Value, shape: &[usize]) -> Value {
        const SAME: i64 = 0;
        self.reshape_after(name, x, SAME, shape)
    }

    /// The last axes become `shape`, and the first whatever is left.
    pub fn regroup(&mut self, name: &str, x: &Value, shape: &[usize]) -> Value {
        const REST: i64 = -1;
        self.reshape_after(name, x, REST, shape)
    }

    fn reshape_after(&mut self, name: &str, x: &Value, first: i64, shape: &[usize]) -> Value {
        let shape: Vec<i64> = std::iter::once(first).chain(shape.iter().map(|&size| size as i64)).collect();
        let shape = self.integers(&format!("{name}.shape"), &shape);
        self.push("Reshape", name, &[x, &shape], vec![])
    }

    pub fn concatenate(&mut self, name: &str, parts: &[&Value], axis: usize) -> Value {
        self.push("Concat", name, parts, vec![int("axis", axis as i64)])
    }

    /// The bytes of an ONNX file with `metadata` as key and value.
    pub fn into_bytes(self, metadata: &[(&str, &str)]) -> Vec<u8> {
        let entry =
            |&(key, value): &(&str, &str)| StringStringEntryProto { key: key.to_owned(), value: value.to_owned() };
        ModelProto {
            ir_version: IR_VERSION,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
            producer_name: env!("CARGO_PKG_NAME").to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            graph: Some(self.proto),
            metadata_props: metadata.iter().map(entry).collect(),
            ..Default::default()
        }
        .encode_to_vec()
    }

    fn push(&mut self, op: &str, name: &str, inputs: &[&Value], attribute: Vec<AttributeProto>) -> Value {
        self.proto.node.push(NodeProto {
            op_type: op.to_owned(),
            name: name.to_owned(),
            input: inputs.iter().map(|value| value.0.clone()).collect(),
            output: vec![name.to_owned()],
            attribute,
            ..Default::default()
        });
        Value(name.to_owned())
    }

    fn integers(&mut self, name: &str, values: &[i64]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initializer(name, DataType::Int64, &[values.len()], bytes)
    }

    fn initializer(&mut self, name: &str, data_type: DataType, shape: &[usize], raw_data: Vec<u8>) -> Value {
        self.proto.initializer.push(TensorProto {
            name: name.to_owned(),
            data_type: data_type as i32,
            dims: shape.iter().map(|&d| d as i64).collect(),
            raw_data,
            ..Default::default()
        });
        Value(name.to_owned())
    }
}

impl Window<'_> {
    fn attributes(&self) -> Vec<AttributeProto> {
        let both_ends: Vec<usize> = self.padding.iter().chain(self.padding).copied().collect();
        vec![ints("kernel_shape", self.kernel), ints("strides", self.stride), ints("pads", &both_ends)]
    }
}

fn value_info(name: &str, shape: &[usize]) -> ValueInfoProto {
    let batch = dimension::Value::DimParam("N".to_owned());
    let fixed = shape.iter().map(|&d| dimension::Value::DimValue(d as i64));
    let dim = std::iter::once(batch)
        .chain(fixed)
        .map(|value| Dimension { value: Some(value), ..Default::default() })
        .collect();
    let tensor = type_proto::Tensor { elem_type: DataType::Float as i32, shape: Some(TensorShapeProto { dim }) };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() }),
        ..Default::default()
    }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: kind as i32, ..Default::default() }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { i, ..attribute(name, AttributeType::Int) }
}

fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto { f, ..attribute(name, AttributeType::Float) }
}

fn ints(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto { ints: values.iter().map(|&v| v as i64).collect(), ..attribute(name, AttributeType::Ints) }
}
