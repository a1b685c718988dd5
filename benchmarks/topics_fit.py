"""`topics fit` beside scikit-learn's CountVectorizer and NMF or LDA, each in a process of its own.

    python benchmarks/topics_fit.py FILE [--topics 20] [--runs 3] [--json OUT]

FILE is a Parquet file with a column `text`. Both sides read it, count words (two letters or more,
English stop words, in 5 documents or more and at most half of them), fit 20 topics with the
library's own defaults and give the documents' weights. Runs alternate; the table holds medians of
wall seconds and of peak resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time


def ours(path: str, method: str, k: int) -> list[list[str]]:
    from topics import TopicModel, read_releases

    corpus = read_releases(path, languages=False)
    model = TopicModel(k, method, n_jobs=-1).fit(corpus)
    return [[name, *words] for name, words in zip(model.names_, model.top_words(), strict=True)]


def scikit_learns(path: str, method: str, k: int) -> list[list[str]]:
    import pyarrow.parquet as pq
    from sklearn.decomposition import NMF, LatentDirichletAllocation
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    texts = pq.read_table(path)["text"].to_pylist()
    counter = CountVectorizer(
        token_pattern=r"(?u)\b[^\W\d_]{2,}\b", stop_words="english", min_df=5, max_df=0.5
    )
    X = counter.fit_transform(texts)
    if method == "nmf":
        model = NMF(k, init="nndsvd", random_state=0)
        model.fit_transform(TfidfTransformer(sublinear_tf=True).fit_transform(X))
    else:
        model = LatentDirichletAllocation(k, random_state=0, n_jobs=-1)
        model.fit_transform(X)
    words = counter.get_feature_names_out()
    return [["", *words[(-row).argsort()[:10]]] for row in model.components_]


SIDES = {"topics": ours, "scikit-learn": scikit_learns}


def one_run(side: str, path: str, method: str, k: int) -> dict[str, object]:
    command = [sys.executable, __file__, path, "--topics", str(k), "--one", side, method]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--topics", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        side, method = args.one
        start = time.perf_counter()
        shown = SIDES[side](args.path, method, args.topics)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak_mib": peak, "topics": shown}))
        return
    results: dict[str, object] = {
        "environment": {
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "machine": platform.machine(),
        }
    }
    for method in ("nmf", "lda"):
        runs: dict[str, list[dict[str, object]]] = {side: [] for side in SIDES}
        for _ in range(args.runs):
            for side in SIDES:
                runs[side].append(one_run(side, args.path, method, args.topics))
        for side, done in runs.items():
            seconds = statistics.median(run["seconds"] for run in done)
            peak = statistics.median(run["peak_mib"] for run in done)
            print(f"{method}  {side:13} {seconds:8.1f} s  {peak:7.0f} MiB")
            results[f"{method} {side}"] = {
                "seconds": seconds,
                "peak_mib": peak,
                "topics": done[0]["topics"],
            }
    for key, result in results.items():
        if key != "environment":
            print(f"\n{key}")
            for name, *words in result["topics"]:
                print(f"  {name:40} {' '.join(words)}" if name else f"  {' '.join(words)}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
