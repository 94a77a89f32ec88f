"""Times of exact searches for the ten nearest by FAISS and USearch, one query at a time on one thread: python flat.py VECTORS

Prints a line `measured NAME MILLISECONDS LABEL` each; the median of many queries.
"""

import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import faiss
import numpy
from usearch.index import MetricKind, search

K = 10
DIMENSION = 256
WARM_UP, TIMED = 20, 100


def report(name, label, nearest, queries, find):
    rows = [find(query) for query in queries]
    found = sum(len(set(found) & set(truth)) for found, truth in zip(rows, nearest))
    times = []
    for query in [*queries[:WARM_UP], *queries[:TIMED]]:
        start = time.perf_counter()
        find(query)
        times.append((time.perf_counter() - start) * 1e3)
    median, recall = statistics.median(times[WARM_UP:]), found / nearest.size
    label += f", recall {recall:.4f}"
    print(f"measured flat.{name} {median:.3f} {label}", flush=True)
    return median, label, recall


def read(folder, name, kind, width):
    return numpy.fromfile(folder / name, kind).reshape(-1, width)


def measure_faiss(rows, queries, nearest):
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexFlatIP(DIMENSION)
    codes = faiss.IndexScalarQuantizer(DIMENSION, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    codes.train(rows)
    label = f"faiss-cpu {version('faiss-cpu')} flat"
    for name, index, bits in [("faiss", flat, "f32"), ("faiss_codes", codes, "8 bits")]:
        index.add(rows)
        report(name, f"{label}, {bits}", nearest, queries, lambda query: index.search(query, K)[1][0])


def measure_usearch(rows, queries, nearest, least_recall):
    """In each of its number formats; the fastest that finds enough counts."""

    def exact(kind, scale):
        convert = lambda values: (numpy.rint(values * scale) if scale else values).astype(kind)
        kept = convert(rows)
        find = lambda query: search(kept, convert(query), K, MetricKind.Cos, exact=True, threads=1).keys.ravel()
        return report(f"usearch_{kind}", f"usearch {version('usearch')} exact, {kind}", nearest, queries, find)

    results = [exact("float32", None), exact("float16", None), exact("int8", 127 / abs(rows).max())]
    median, label, _ = min(result for result in results if result[2] >= least_recall)
    print(f"measured flat.usearch {median:.3f} {label}", flush=True)


def main():
    folder = Path(sys.argv[1])
    rows, nearest = read(folder, "rows.f32", "<f4", DIMENSION), read(folder, "nearest.u32", "<u4", K)
    queries = read(folder, "queries.f32", "<f4", DIMENSION)[:, None, :]
    measure_faiss(rows, queries, nearest)
    measure_usearch(rows, queries, nearest, float((folder / "recall.txt").read_text()))


main()
