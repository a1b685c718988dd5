"""Checksums of what models learn and predict, to show that a change of the code changes no result.

    python benchmarks/checksums.py FOLDER --json before.json
    python benchmarks/checksums.py FOLDER --against before.json

FOLDER holds bbc.parquet (`text`, `label`), senate.parquet, senate_themes.csv and
senate_themes.toml; the news that gensim installs come from there. Each line is a part of a model
and the SHA-256 of its numbers, rounded to nothing: one bit that differs is another checksum. Names
of attributes and of keys of a manifest are not looked at. Exit code 1 where a checksum differs from
that in the file, or there is none.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from topics import (
    Labeller,
    TermVectorizer,
    ThemeClassifier,
    TopicModel,
    predict,
    read_releases,
    read_themes,
)
from topics.demo import lee_corpus, lee_truth

BBC_SEEDS = {
    "business": ["business", "company", "economy", "market"],
    "entertainment": ["entertainment", "film", "music", "actor"],
    "politics": ["politics", "government", "election", "minister"],
    "sport": ["sport", "match", "player", "champion"],
    "tech": ["technology", "software", "computer", "internet"],
}
N_SENATE = 3000

Parts = Iterator[tuple[str, Any]]


def digest(value: Any) -> str:
    """SHA-256 of numbers, matrices, or lists of plain values."""
    found = hashlib.sha256()
    if sp.issparse(value):
        parts = [value.indptr, value.indices, value.data]
    elif isinstance(value, np.ndarray) and value.dtype != object:
        parts = [np.ascontiguousarray(value)]
    else:
        parts = [np.frombuffer(json.dumps(value, default=str).encode(), np.uint8)]
    for part in parts:
        found.update(part.tobytes())
    return found.hexdigest()[:16]


def lee() -> tuple[Any, dict[str, list[str]], list[Any], bool]:
    """The news that gensim installs; the last fifty have labels."""
    folder = Path(sys.modules["topics"].__file__ or "").parent / "data"
    themes = read_themes(folder / "lee_themes.toml")
    labels = [None] * 300 + [row["themes"] for row in lee_truth()]
    return lee_corpus("background") + lee_corpus("test"), themes, labels, True


def bbc(folder: Path) -> tuple[Any, dict[str, list[str]], list[Any], bool]:
    """BBC news; a hundred of them have labels."""
    corpus = read_releases(folder / "bbc.parquet", languages=False)
    known = set(np.random.default_rng(0).choice(len(corpus), 100, replace=False).tolist())
    names = corpus["label"].to_pylist()
    return corpus, BBC_SEEDS, [n if i in known else None for i, n in enumerate(names)], False


def senate(folder: Path) -> tuple[Any, dict[str, list[str]], list[Any], bool]:
    """3,000 Senate releases; 124 of them have labels."""
    corpus = read_releases(folder / "senate.parquet", languages=False)
    with (folder / "senate_themes.csv").open(encoding="utf-8") as file:
        truth = {row["id"]: row["themes"].split() for row in csv.DictReader(file)}
    ids = corpus["id"].to_pylist()
    labelled = np.array([id in truth for id in ids])
    order = np.random.default_rng(0).permutation(np.flatnonzero(~labelled))
    rows = np.sort([*np.flatnonzero(labelled), *order[: N_SENATE - labelled.sum()]])
    part = corpus[rows]
    labels = [truth.get(id) for id in part["id"].to_pylist()]
    return part, read_themes(folder / "senate_themes.toml"), labels, True


def vectorizers(corpus: Any) -> Parts:
    for name, params in {
        "counts": {},
        "tf-idf of (1, 2)-grams": {"ngram_range": (1, 2), "weighting": "tfidf", "min_df": 2},
        "phrases": {"phrases": True, "stop_words": "english", "min_df": 2},
    }.items():
        vectorizer = TermVectorizer(**params, n_jobs=2)
        yield f"TermVectorizer {name}", vectorizer.fit_transform(corpus)
        yield f"TermVectorizer {name}, terms", vectorizer.get_feature_names_out().tolist()
        yield f"TermVectorizer {name}, transform", vectorizer.transform(corpus[:50])


def topic_models(corpus: Any, themes: dict[str, list[str]]) -> Parts:
    for method in ("vectors", "nmf", "lda"):
        for kind, seeds in (("", None), (" with themes", themes)):
            model = TopicModel(len(themes) + 6, method, themes=seeds, n_jobs=2)
            name = f"TopicModel {method}{kind}"
            yield f"{name}, fit_transform", model.fit_transform(corpus)
            yield f"{name}, components_", model.components_
            yield f"{name}, transform", model.transform(corpus[:50])
            yield f"{name}, words", model.top_words()
            yield f"{name}, names", list(model.names_)
            table = model.topics_
            yield f"{name}, shares and releases", table[["share", "releases"]].to_numpy()


def classifiers(
    corpus: Any, themes: dict[str, list[str]], labels: list[Any], multi_label: bool
) -> Parts:
    for kind, seeds, y in (
        ("seeds", themes, None), ("labels", None, labels), ("both", themes, labels)
    ):  # fmt: skip
        model = ThemeClassifier(seeds, multi_label=multi_label, n_jobs=2).fit(corpus, y)
        name = f"ThemeClassifier {kind}"
        yield f"{name}, coef_", model.coef_
        yield f"{name}, intercept_", model.intercept_
        yield f"{name}, thresholds_", model.thresholds_
        yield f"{name}, predict_proba", model.predict_proba(corpus)
        yield f"{name}, predict", [list(np.atleast_1d(row)) for row in model.predict(corpus)]
        yield f"{name}, novelty", model.novelty(corpus[:200])


def labellers(corpus: Any, themes: dict[str, list[str]]) -> Parts:
    model = Labeller(
        TopicModel(len(themes) + 8, themes=themes), ThemeClassifier(themes)
    ).fit(corpus)  # fmt: skip
    rows = predict(corpus[:200], model)
    yield "Labeller, probabilities", rows.probabilities
    yield "Labeller, labels", [list(names) for names in rows.labels]
    yield "Labeller, topics", rows.topics
    yield "Labeller, evidence", rows.evidence


def all_parts(folder: Path) -> Parts:
    for name, corpus, themes, labels, multi_label in (
        ("lee", *lee()), ("bbc", *bbc(folder)), ("senate", *senate(folder))
    ):  # fmt: skip
        for parts in (
            vectorizers(corpus),
            topic_models(corpus, themes),
            classifiers(corpus, themes, labels, multi_label),
            labellers(corpus, themes),
        ):
            for part, value in parts:
                yield f"{name}: {part}", value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json")
    parser.add_argument("--against")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    known = json.loads(Path(args.against).read_text("utf-8")) if args.against else {}
    found, differing = {}, 0
    for name, value in all_parts(args.folder):
        found[name] = digest(value)
        verdict = "" if not known else "same" if known.get(name) == found[name] else "OTHER"
        differing += verdict == "OTHER"
        print(f"{found[name]}  {verdict:5}  {name}", flush=True)
    if args.json:
        Path(args.json).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"{len(found)} parts, {differing} of them other than before", file=sys.stderr)
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
