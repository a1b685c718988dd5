"""What the hand-written LLVM IR of the kernels (`lanes`, `bits`) gains over plain numba loops.

    python benchmarks/kernels.py FILE [--documents 12000] [--runs 5]

FILE is a Parquet file with a column `text`. Each row of the table is one piece of work, once with
the kernels as they are and once with the same functions as plain numba loops, each in processes of
its own that take turns; medians of wall seconds, and how many times longer the plain loops take.
What is made is compared: matrices are equal, the errors of NMF and the perplexities of LDA within
0.1 %. Where a gain is below 10 %, the hand-written code should go.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import types

import numba
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def plain_lanes():
    """The functions of `lanes` as loops that a compiler may not reorder."""

    @numba.njit
    def dot(vector, matrix, row):
        total = vector.dtype.type(0)
        for j in range(vector.size):
            total += vector[j] * matrix[row, j]
        return total

    @numba.njit
    def add_scaled(to, matrix, row, scale):
        for j in range(to.size):
            to[j] += matrix[row, j] * scale

    return {"dot": dot, "add_scaled": add_scaled, "LANES": 8}


def plain_bits():
    """Those of `bits` as loops over bytes; reading an address has no plain way in numba."""
    from topics._kernels.bits import PADDING, load8, store8

    @numba.njit
    def between(address, low, high):
        found = np.uint64(0)
        for word in range(8):
            value = load8(address + 8 * word)
            for j in range(8):
                byte = np.uint8((value >> np.uint64(8 * j)) & np.uint64(255))
                if low <= byte <= high:
                    found |= np.uint64(1) << np.uint64(8 * word + j)
        return found

    @numba.njit
    def store_lowercase(address, source, case):
        for word in range(8):
            value = load8(source + 8 * word)
            for j in range(8):
                byte = np.uint8((value >> np.uint64(8 * j)) & np.uint64(255))
                if np.uint8(65) <= byte <= np.uint8(90):
                    value |= np.uint64(case) << np.uint64(8 * j)
            store8(address + 8 * word, value)

    @numba.njit
    def trailing_zeros(bits):
        zeros = 0
        while not bits & np.uint64(1):
            bits >>= np.uint64(1)
            zeros += 1
        return zeros

    return {
        "PADDING": PADDING, "load8": load8, "store8": store8, "between": between,
        "store_lowercase": store_lowercase, "trailing_zeros": trailing_zeros,
    }  # fmt: skip


def measure(path: str, n_documents: int, plain: bool) -> dict[str, tuple[float, float]]:
    """Seconds of each piece of work, and a number that must be the same either way."""
    if plain:
        for name, functions in (("lanes", plain_lanes()), ("bits", plain_bits())):
            module = types.ModuleType(f"topics._kernels.{name}")
            vars(module).update(functions)
            sys.modules[module.__name__] = module
    from topics import LDA, NMF, TermVectorizer
    from topics.text.tfidf import tfidf_weights

    texts = pq.read_table(path, columns=["text"])["text"].combine_chunks()
    texts = texts.cast(pa.large_string())[:n_documents]
    vectorizer = TermVectorizer(min_df=5, max_df=0.5, stop_words="english", max_features=20_000)
    counts = vectorizer.fit(texts).counts(texts)
    weights = tfidf_weights(counts, vectorizer.smoothed_idf_)
    counts = counts.astype(np.float32)

    def lda():
        model = LDA(20, max_iter=8, perp_tol=-1).fit(counts)
        return model.perplexity(counts)

    work = {
        "vectorizer": lambda: TermVectorizer(n_jobs=1).fit_transform(texts).sum(),
        "NMF, 20 topics": lambda: NMF(20).fit(weights).reconstruction_err_,
        "NMF, 50 topics": lambda: NMF(50, max_iter=40).fit(weights).reconstruction_err_,
        "LDA, 20 topics": lda,
    }
    found = {}
    for name, run in work.items():
        run()  # compiles
        started = time.perf_counter()
        value = float(run())
        found[name] = (time.perf_counter() - started, value)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--documents", type=int, default=12_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--child", choices=("plain", "ours"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        print(json.dumps(measure(args.file, args.documents, args.child == "plain")))
        return
    runs = {"ours": [], "plain": []}
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(args.runs):
            for kind, found in runs.items():
                command = [sys.executable, __file__, args.file, "--child", kind]
                done = subprocess.run(
                    [*command, "--documents", str(args.documents)],
                    env={**os.environ, "NUMBA_CACHE_DIR": f"{cache}/{kind}"},
                    stdout=subprocess.PIPE,
                    check=True,
                )
                found.append(json.loads(done.stdout))
    print(f"{'work':<16} {'ours, s':>8} {'plain, s':>9} {'plain / ours':>13}")
    for name in runs["ours"][0]:
        seconds = {kind: statistics.median(run[name][0] for run in runs[kind]) for kind in runs}
        values = {kind: runs[kind][0][name][1] for kind in runs}
        assert abs(values["plain"] / values["ours"] - 1) < 1e-3, (name, values)
        ratio = seconds["plain"] / seconds["ours"]
        print(f"{name:<16} {seconds['ours']:>8.2f} {seconds['plain']:>9.2f} {ratio:>13.2f}")


if __name__ == "__main__":
    main()
