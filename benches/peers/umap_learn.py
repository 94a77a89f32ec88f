"""Maps by `sonoscape map` and umap-learn side by side: python umap_learn.py SONOSCAPE VECTORS

VECTORS holds rows.f32, the demo's embeddings enlarged to 278 581. Prints a line `measured NAME VALUE LABEL` each. Quality is that of
each program's map with the parameters that both call default: trustworthiness as scikit-learn defines it, and the share of the k nearest
neighbours of a vector that are among the k nearest on the map.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy
import umap
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

K = 15
SEEDS = (1, 2, 3)
DEMO = Path(__file__).parents[2] / "tests/golden/embeddings.npy"
# Points whose neighbours are looked at where all are too many.
SAMPLE = 2000
LABEL = f"umap-learn {umap.__version__}"

warnings.filterwarnings("ignore")


def ours(sonoscape, vectors, folder, metric, *options, threads=None):
    """The map by our program, its report, and the seconds from its start to its end."""
    given, made = folder / "vectors.npy", folder / "map.npy"
    numpy.save(given, numpy.ascontiguousarray(vectors, "<f4"))
    environment = {"RAYON_NUM_THREADS": str(threads)} if threads else None
    command = [sonoscape, "map", given, "--output", made, "--metric", metric, "--json", *options]
    begun = time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return numpy.load(made), json.loads(done.stdout), time.perf_counter() - begun


def theirs(vectors, metric, seed=None):
    """The map by umap-learn; without a seed it uses all cores."""
    begun = time.perf_counter()
    made = umap.UMAP(metric=metric, random_state=seed).fit_transform(vectors)
    return made, time.perf_counter() - begun


def nearest(vectors, metric, queries):
    found = NearestNeighbors(n_neighbors=K + 1, metric=metric).fit(vectors).kneighbors(vectors[queries])[1]
    return [set(row) - {query} for row, query in zip(found.tolist(), queries)]


def overlap(vectors, metric, made):
    queries = numpy.arange(len(vectors))[:: max(1, len(vectors) // SAMPLE)]
    truth, found = nearest(vectors, metric, queries), nearest(made, "euclidean", queries)
    return statistics.mean(len(a & b) / K for a, b in zip(truth, found))


def curve(random):
    """Bells along a winding line, in 32 dimensions."""
    along = random.uniform(0, 4 * numpy.pi, 60)
    middles = numpy.stack([numpy.sin(along * f) * 4 for f in numpy.linspace(0.25, 2, 32)], axis=1)
    spread = random.uniform(0.2, 1.2, (60, 1))
    which = random.integers(0, 60, 3000)
    return (middles[which] + random.normal(size=(3000, 32)) * spread[which]).astype("f4")


def quality(sonoscape, name, vectors, metric, folder):
    """Gains in trustworthiness and overlap; the means over seeds."""
    scores = {"ours": [], "theirs": []}
    for seed in SEEDS:
        maps = {"ours": ours(sonoscape, vectors, folder, metric, "--seed", str(seed))[0], "theirs": theirs(vectors, metric, seed)[0]}
        for who, made in maps.items():
            trust = trustworthiness(vectors, made, n_neighbors=K, metric=metric)
            scores[who].append((trust, overlap(vectors, metric, made)))
    mean = {who: numpy.mean(rows, axis=0) for who, rows in scores.items()}
    gains = mean["ours"] - mean["theirs"]
    for what, gain, a, b in zip(("trustworthiness", "overlap"), gains, mean["ours"], mean["theirs"]):
        print(f"measured maps.{what}_{name} {gain:.4f} ours {a:.4f}, {LABEL} {b:.4f}", flush=True)
    return gains


def timed(sonoscape, vectors, folder):
    """Times of 70 000 vectors, theirs with all cores and after its compiler has run."""
    theirs(vectors[:5000], "cosine")
    times, scores = {"ours": [], "theirs": []}, {}
    for turn in range(2):
        for who, run in (("ours", lambda: ours(sonoscape, vectors, folder, "cosine")), ("theirs", lambda: theirs(vectors, "cosine"))):
            made, *_, seconds = run()
            times[who].append(seconds)
            scores[who] = overlap(vectors, "cosine", made)
    for who, name in (("ours", "maps.sonoscape"), ("theirs", "maps.umap_learn")):
        label = f"{LABEL}, compiled, no seed, 2 runs each, overlap {scores['ours']:.3f} and {scores['theirs']:.3f}"
        print(f"measured {name}_{len(vectors)} {min(times[who]) * 1e3:.0f} {label}", flush=True)


def main():
    sonoscape = Path(sys.argv[1])
    rows = numpy.fromfile(Path(sys.argv[2]) / "rows.f32", "<f4").reshape(-1, 256)
    demo = numpy.load(DEMO).astype("f4")
    random = numpy.random.default_rng(0)
    begun = time.perf_counter()
    theirs(demo, "cosine")
    print(f"measured maps.umap_learn_first {(time.perf_counter() - begun) * 1e3:.0f} {LABEL} on the demo, compiling", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        sets = {
            "demo": (demo, "cosine"),
            "digits": (load_digits().data.astype("f4"), "euclidean"),
            "curve": (curve(random), "euclidean"),
        }
        gains = [quality(sonoscape, name, *given, scratch) for name, given in sets.items()]
        label = f"the worst of {', '.join(sets)} against {LABEL}"
        for what, column in zip(("trustworthiness", "overlap"), numpy.array(gains).T):
            print(f"measured maps.{what}_gain {column.min():.4f} {label}", flush=True)
        maps = [ours(sonoscape, rows[:20_000], scratch, "cosine", threads=threads)[0] for threads in (1, 2, 2)]
        same = float(all((maps[0] == other).all() for other in maps[1:]))
        print(f"measured maps.reproducible {same:.0f} 20000 vectors, one seed, 1, 2 and 2 threads: 1 is the same bytes", flush=True)
        timed(sonoscape, rows[:70_000], scratch)
        _, report, seconds = ours(sonoscape, rows, scratch, "cosine")
        recall = report["layout"]["recall"]
        print(f"measured maps.large_ms {seconds * 1e3:.0f} {len(rows)} vectors, recall of neighbours {recall:.4f}", flush=True)
        print(f"measured maps.large_peak_mb {report['peak_bytes'] / 1e6:.0f} {len(rows)} vectors of 256", flush=True)


main()
