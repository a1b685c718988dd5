"""TermVectorizer beside what one would use instead, on one column of text.

    python benchmarks/vectorizer.py FILE [--runs 5] [--json OUT]

FILE is a Parquet file with a column `text`. The table holds medians of wall seconds over runs of
all rows in changing order, and how many times longer each peer takes than TermVectorizer does on
one core and on two. Memory is the most that a process of its own held during the call, above what
it held before, text and libraries included. The matrices are compared first: counts must be equal
to the integer, weights to 1e-12. Needs the `peers` extra (bm25s) and `wc`; rows of what is not here
are left out.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

PACKAGES = ("numpy", "scipy", "numba", "pyarrow", "scikit-learn", "gensim", "bm25s")
BIGRAMS = {"ngram_range": (1, 2)}


def read(path: str) -> pa.LargeStringArray:
    column = pq.read_table(path, columns=["text"])["text"].cast(pa.large_string())
    return pa.concat_arrays(column.chunks)


def gensim_bags(texts: list[str]) -> None:
    from gensim.corpora import Dictionary
    from gensim.utils import simple_preprocess

    tokens = [simple_preprocess(text) for text in texts]
    dictionary = Dictionary(tokens)
    for words in tokens:
        dictionary.doc2bow(words)


def equal(column: pa.LargeStringArray, texts: list[str]) -> dict[str, bool]:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    from topics import TermVectorizer

    theirs = CountVectorizer()
    counts = theirs.fit_transform(texts)
    # Chinese and Japanese are cut into pairs of characters unless one asks for scikit-learn's way.
    ours = TermVectorizer(segmenter=None)
    weights = TfidfVectorizer(**BIGRAMS).fit_transform(texts)
    weighed = TermVectorizer(segmenter=None, weighting="tfidf", **BIGRAMS).fit_transform(column)
    return {
        "counts": (counts != ours.fit_transform(column)).nnz == 0,
        "vocabulary": theirs.vocabulary_ == ours.vocabulary_,
        "weights of (1, 2)-grams": bool(abs(weights - weighed).max() < 1e-12),
    }


def rows(column: pa.LargeStringArray, texts: list[str], plain: Path) -> dict[str, Any]:
    """What is timed, by the name of the peer and of what it does."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    from topics import TermVectorizer

    fitted = TermVectorizer().fit(column)
    peer = CountVectorizer().fit(texts)

    def ours(n_jobs: int, **params: Any) -> Callable[[], object]:
        return lambda: TermVectorizer(n_jobs=n_jobs, **params).fit_transform(column)

    def transform(n_jobs: int) -> Callable[[], object]:
        return lambda: fitted.set_params(n_jobs=n_jobs).transform(column)

    timed: dict[str, Any] = {}
    for n_jobs in (1, 2):
        timed["fit_transform", n_jobs] = ours(n_jobs)
        timed["transform", n_jobs] = transform(n_jobs)
        timed["tf-idf of (1, 2)-grams", n_jobs] = ours(n_jobs, weighting="tfidf", **BIGRAMS)
    timed["fit_transform", "CountVectorizer"] = lambda: CountVectorizer().fit_transform(texts)
    timed["transform", "CountVectorizer"] = lambda: peer.transform(texts)
    timed["tf-idf of (1, 2)-grams", "TfidfVectorizer"] = lambda: TfidfVectorizer(
        **BIGRAMS
    ).fit_transform(texts)
    timed["fit_transform", "gensim, preprocess and doc2bow"] = lambda: gensim_bags(texts)
    if importlib.util.find_spec("bm25s"):
        import bm25s

        timed["fit_transform", "bm25s.tokenize"] = lambda: bm25s.tokenize(
            texts, show_progress=False
        )
    if shutil.which("wc"):
        timed["fit_transform", "wc -w"] = lambda: subprocess.run(
            ["wc", "-w", plain], stdout=subprocess.DEVNULL, check=True
        )
    return timed


def linear(column: pa.LargeStringArray, runs: int) -> dict[int, float]:
    """Seconds that a sixteenth, a quarter and all of the texts take, by their bytes."""
    from topics import TermVectorizer

    # Every sixteenth and every fourth text, so that all parts are of the same kind.
    parts = [column.take(pa.array(range(0, len(column), step))) for step in (16, 4, 1)]
    seconds: list[list[float]] = [[] for _ in parts]
    for _ in range(runs):
        for part, its_seconds in zip(parts, seconds, strict=True):
            start = time.perf_counter()
            TermVectorizer(n_jobs=1).fit_transform(part)
            its_seconds.append(time.perf_counter() - start)
    sizes = [pa.compute.sum(pa.compute.binary_length(part)).as_py() for part in parts]
    return dict(zip(sizes, map(statistics.median, seconds), strict=True))


def peak_memory(path: str, which: str) -> None:
    """Print the most memory held while fitting, in MiB above that held before."""

    def held(name: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024

    # Freed memory goes back at once, so that what the reading of the file held does not count.
    pa.set_memory_pool(pa.system_memory_pool())
    column = read(path)
    if which == "CountVectorizer":
        from sklearn.feature_extraction.text import CountVectorizer as Vectorizer

        texts, params = column.to_pylist(), {}
    else:
        from topics import TermVectorizer as Vectorizer

        texts, params = column, {"n_jobs": int(which)}
    # Libraries and kernels are loaded before, by as many workers.
    Vectorizer(**params).fit(texts[: len(texts) // 20])
    del column
    before = held("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    matrix = Vectorizer(**params).fit_transform(texts)
    print(held("VmHWM") - before, held("VmHWM"), matrix.nnz)


def memory(path: str) -> dict[str, float]:
    if not Path("/proc/self/clear_refs").exists():
        return {}
    peaks = {}
    for which in ("1", "2", "CountVectorizer"):
        command = [sys.executable, __file__, path, "--memory-of", which]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks[which] = float(done.stdout.split()[0])
    return peaks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.memory_of:
        peak_memory(args.path, args.memory_of)
        return
    column = read(args.path)
    texts = column.to_pylist()
    megabytes = column.buffers()[2].size / 1e6
    checks = equal(column, texts)
    print(f"{len(texts):,} texts, {megabytes:.0f} MB; equal: {checks}\n")
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "plain.txt")
        plain.write_text("\n".join(texts), "utf-8")
        timed = rows(column, texts, plain)
        seconds: dict[Any, list[float]] = {name: [] for name in timed}
        # In another order every time: what a row leaves behind, or a core that slept while wc ran,
        # must not always meet the same row.
        order, shuffle = list(timed), random.Random(0).shuffle
        for _ in range(args.runs):
            shuffle(order)
            for name in order:
                start = time.perf_counter()
                timed[name]()
                seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"{'':58}{'seconds':>8}  MB/s   one core  two cores")
    for (what, who), median in medians.items():
        label = f"{what}, {who} core{'s'[: who - 1]}" if isinstance(who, int) else f"{what}: {who}"
        ratios = "".join(f"{median / medians[what, n]:9.1f} x" for n in (1, 2))
        print(f"{label:58}{median:8.3f}  {megabytes / median:5.0f}{ratios}")
    print("\ngrowth of fit_transform, one core:")
    growth = linear(column, args.runs)
    for size, median in growth.items():
        print(f"{size / 1e6:10.1f} MB {median:8.3f} s {size / 1e6 / median:6.0f} MB/s")
    print()
    peaks = memory(args.path)
    for who, peak in peaks.items():
        name = "CountVectorizer" if who == "CountVectorizer" else f"fit_transform, {who} core(s)"
        print(f"memory of {name:30} {peak:6.0f} MiB  {peak / peaks['CountVectorizer']:.2f} x")
    if args.json:
        installed = {
            name: importlib.metadata.version(name)
            for name in PACKAGES
            if importlib.util.find_spec(name.replace("scikit-learn", "sklearn"))
        }
        environment = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "system": platform.system(),
            "cores": os.cpu_count(),
            **installed,
        }
        results = {
            "environment": environment,
            "texts": len(texts),
            "megabytes": megabytes,
            "equal": checks,
            "seconds": {f"{what}: {who}": values for (what, who), values in seconds.items()},
            "medians": {f"{what}: {who}": value for (what, who), value in medians.items()},
            "seconds_by_bytes": growth,
            "peak_mebibytes": peaks,
        }
        Path(args.json).write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
