"""Writes umap_learn.json, what umap-learn 0.5.12 makes of a few points: python umap_learn.py"""

import json
from pathlib import Path

import numpy
import umap
from umap.umap_ import find_ab_params, fuzzy_simplicial_set, smooth_knn_dist

assert umap.__version__ == "0.5.12"

K = 6


def neighbours(points):
    distances = numpy.linalg.norm(points[:, None] - points[None], axis=2).astype("f4")
    rows = numpy.argsort(distances - numpy.eye(len(points)), axis=1, kind="stable")[:, :K]  # itself first
    return rows, numpy.take_along_axis(distances, rows, axis=1)


def listed(array):
    return [round(float(value), 8) for value in numpy.ravel(array)]


random = numpy.random.default_rng(7)
points = random.normal(size=(24, 3)).astype("f4")
points[5] = points[4]  # the same sound twice
rows, distances = neighbours(points)
sets = []
for local_connectivity, ratio in [(1.0, 1.0), (1.0, 0.25), (2.5, 1.0), (0.5, 0.0)]:
    sigmas, rhos = smooth_knn_dist(distances, float(K), local_connectivity=local_connectivity)
    union = fuzzy_simplicial_set(
        points, K, random, "euclidean", knn_indices=rows, knn_dists=distances,
        local_connectivity=local_connectivity, set_op_mix_ratio=ratio,
    )[0].toarray()
    sets.append({
        "local_connectivity": local_connectivity, "set_op_mix_ratio": ratio,
        "rhos": listed(rhos), "sigmas": listed(sigmas), "union": listed(union),
    })
curves = []
for spread, min_dist in [(1.0, 0.1), (1.0, 0.0), (1.0, 0.5), (2.0, 0.3), (0.5, 0.5)]:
    a, b = find_ab_params(spread, min_dist)
    curves.append({"spread": spread, "min_dist": min_dist, "a": float(a), "b": float(b)})
golden = {"k": K, "rows": rows.ravel().tolist(), "distances": listed(distances), "sets": sets, "curves": curves}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
