"""TermVectorizer beside CountVectorizer, TfidfVectorizer and gensim on one column of text.

    python benchmarks/vectorizer.py FILE [--runs 5] [--json OUT]

FILE is a Parquet file with a column `text`. Runs of all alternate; the table holds medians of wall
seconds, megabytes a second, and the ratio to TermVectorizer on one core. The matrices are compared
first: counts must be equal to the integer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
from gensim.corpora import Dictionary
from gensim.utils import simple_preprocess
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from topics import TermVectorizer


def gensim_bags(texts: list[str]) -> None:
    tokens = [simple_preprocess(text) for text in texts]
    dictionary = Dictionary(tokens)
    for words in tokens:
        dictionary.doc2bow(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json")
    args = parser.parse_args()
    table = pq.read_table(args.path, columns=["text"])
    column = pa.concat_arrays(table["text"].cast(pa.large_string()).chunks)
    texts = column.to_pylist()
    megabytes = column.buffers()[2].size / 1e6
    equal = (
        CountVectorizer().fit_transform(texts) != TermVectorizer().fit_transform(column)
    ).nnz == 0
    print(f"{len(texts):,} texts, {megabytes:.0f} MB, equal matrices: {equal}")
    fitted = [TermVectorizer(n_jobs=n).fit(column) for n in (1, 2)]
    peer = CountVectorizer().fit(texts)
    bigrams = {"ngram_range": (1, 2)}
    rows: dict[str, Callable[[], object]] = {
        "fit_transform, one core": lambda: TermVectorizer(n_jobs=1).fit_transform(column),
        "fit_transform, two cores": lambda: TermVectorizer(n_jobs=2).fit_transform(column),
        "CountVectorizer.fit_transform": lambda: CountVectorizer().fit_transform(texts),
        "transform, one core": lambda: fitted[0].transform(column),
        "transform, two cores": lambda: fitted[1].transform(column),
        "CountVectorizer.transform": lambda: peer.transform(texts),
        "(1, 2)-grams, two cores": lambda: TermVectorizer(
            weighting="tfidf", n_jobs=2, **bigrams
        ).fit_transform(column),
        "TfidfVectorizer, (1, 2)-grams": lambda: TfidfVectorizer(**bigrams).fit_transform(texts),
        "gensim, preprocess and doc2bow": lambda: gensim_bags(texts),
    }
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(args.runs):
        for name, run in rows.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    base = medians["fit_transform, one core"]
    for name, median in medians.items():
        print(f"{name:32} {median:8.2f} s  {megabytes / median:7.1f} MB/s  {median / base:6.1f} x")
    if args.json:
        environment = {
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "machine": platform.machine(),
        }
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(
                {"environment": environment, "equal": equal, "seconds": medians}, file, indent=1
            )


if __name__ == "__main__":
    main()
