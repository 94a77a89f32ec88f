"""Runs an ONNX file in onnxruntime.

usage: python run_onnx.py MODEL.onnx INPUT.f32 OUTPUT.f32 N DIM...

INPUT.f32 holds the little-endian f32 values of the only input, of shape N, DIM...; OUTPUT.f32 receives the first output's.
"""

import sys

import numpy
import onnxruntime

model, source, target, *shape = sys.argv[1:]
values = numpy.fromfile(source, "<f4").reshape([int(size) for size in shape])
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
(output,) = session.run(None, {session.get_inputs()[0].name: values})
output.astype("<f4").tofile(target)
