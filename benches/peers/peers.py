"""Times of librosa and onnxruntime, one thread: python peers.py encoder.onnx

Prints a line `measured NAME MILLISECONDS LABEL` each; the median of many runs.
"""

import json
import statistics
import sys
import time

import librosa
import numpy
import onnxruntime

RUNS = 15
SAMPLE_RATE = 22050
EXCERPT_S = 30


def report(name, label, work):
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    print(f"measured {name} {statistics.median(times):.3f} {label}", flush=True)


def log_mel(samples):
    power = librosa.feature.melspectrogram(
        y=samples, sr=SAMPLE_RATE, n_fft=2048, hop_length=512, n_mels=128, fmin=0, fmax=8000
    )
    return librosa.power_to_db(power, ref=numpy.max)


def main():
    random = numpy.random.default_rng(0)
    samples = random.uniform(-1, 1, EXCERPT_S * SAMPLE_RATE).astype(numpy.float32)
    report("python.librosa", f"librosa {librosa.__version__}", lambda: log_mel(samples))

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
    card = json.loads(session.get_modelmeta().custom_metadata_map["sonoscape"])
    tiles = random.uniform(0, 1, (card["tiles"]["per_excerpt"], 128, 128)).astype(numpy.float32)
    label = f"onnxruntime {onnxruntime.__version__}"
    report("python.onnxruntime", label, lambda: session.run(None, {"tiles": tiles}))


main()
