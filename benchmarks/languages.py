"""Labels from seed words in several languages, beside votes and a classifier with labels.

    python benchmarks/languages.py FOLDER [--only NAME ...] [--piles 3] [--json OUT]

FOLDER holds one parquet file a collection (columns `text` and `label`; the name ends in the code of
its language) and seeds.json (collection to class to seed words). Peers get the same texts: votes by
seed words as tokens and as substrings, and scikit-learn's TF-IDF with LogisticRegression on 20
labels a class. "as they stand" is ours without forms. Piles of 100 and 300 are fitted, and other
texts tested; the figure is the mean over piles of the share of texts that get the right label.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import warnings
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from topics import ThemeClassifier, TopicsError
from topics._arrow import string_array
from topics.text.default_vectorizer import default_vectorizer

PILES = (100, 300)
TESTED = 1000
"""Texts that a pile is tested on, at most."""


def share_right(seeds, texts, labels, fitted, tested, *, forms=True):
    documents = [texts[i] for i in fitted]
    vectorizer = None
    if not forms:
        vectorizer = default_vectorizer(string_array(documents), -1)
        vectorizer.set_params(stemmer=str)  # every word under itself
    model = ThemeClassifier(seeds, multi_label=False, vectorizer=vectorizer, n_jobs=-1)
    try:
        model.fit(documents)
    except TopicsError as error:
        print(f"    {error}")
        return float("nan")
    found = model.predict([texts[i] for i in tested])
    return float(np.mean(np.array(found, str) == labels[tested]))


def votes(seeds, texts, labels, *, substrings):
    """Share right by the class most of whose seeds stand in a text; the first of those that tie."""
    names = sorted(seeds)
    right = 0
    for text, label in zip(texts, labels, strict=True):
        text = text.lower()
        words = set(re.findall(r"\w+", text))
        counts = [
            sum(
                seed.lower() in text if substrings or " " in seed else seed.lower() in words
                for seed in seeds[name]
            )
            for name in names
        ]
        right += max(counts) > 0 and names[int(np.argmax(counts))] == label
    return right / len(texts)


def with_labels(texts, labels, n_each=20):
    train = np.concatenate([
        np.random.default_rng(0).permutation(np.flatnonzero(labels == name))[:n_each]
        for name in np.unique(labels)
    ])  # fmt: skip
    test = np.setdiff1d(np.arange(len(texts)), train)
    chinese = sum("\u3040" <= c <= "\u9fff" for text in texts[:50] for c in text) > 200
    analyzer = {"analyzer": "char", "ngram_range": (1, 2)} if chinese else {}
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, **analyzer), LogisticRegression(C=10, max_iter=1000)
    )
    model.fit([texts[i] for i in train], labels[train])
    return float(np.mean(model.predict([texts[i] for i in test]) == labels[test]))


def figures(texts, labels, seeds, n_piles):
    everything = np.arange(len(texts))
    start = time.perf_counter()
    found = {"all": share_right(seeds, texts, labels, everything, everything)}
    found["seconds"] = time.perf_counter() - start
    found["as they stand"] = share_right(seeds, texts, labels, everything, everything, forms=False)
    for size in PILES:
        shares = []
        for number in range(n_piles):
            order = np.random.default_rng(number).permutation(len(texts))
            tested = order[size:][:TESTED]
            shares.append(share_right(seeds, texts, labels, order[:size], tested))
        found[str(size)] = float(np.mean(shares))
    found["keyword votes"] = votes(seeds, texts, labels, substrings=False)
    found["substring votes"] = votes(seeds, texts, labels, substrings=True)
    found["20 labels"] = with_labels(texts, labels)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--piles", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    seeds = json.loads((args.folder / "seeds.json").read_text("utf-8"))
    warnings.simplefilter("ignore", UserWarning)  # of seeds that a pile does not hold
    results = {}
    for name in args.only or seeds:
        table = pq.read_table(args.folder / f"{name}.parquet")
        texts, labels = table["text"].to_pylist(), np.array(table["label"].to_pylist(), str)
        results[name] = figures(texts, labels, seeds[name], args.piles)
        cells = "  ".join(f"{what} {value:.3f}" for what, value in results[name].items())
        print(f"{name:16} {cells}", flush=True)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1), "utf-8")


if __name__ == "__main__":
    main()
