"""Labels from seed words, from a few labels and from many, on BBC news.

    python benchmarks/labels.py FILE [--seeds 5] [--json OUT]

FILE holds the BBC news with the columns `text` and `label`. The peer is scikit-learn's TF-IDF with
LogisticRegression, which cannot use seeds. Micro-F1, means over the random choices of labels.
"""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

# The folder of a script comes first, and a script in this one has the package's name.
sys.path.pop(0)

from topics import ThemeClassifier, read_releases

THEMES = {
    "business": ["business", "company", "economy", "market"],
    "entertainment": ["entertainment", "film", "music", "actor"],
    "politics": ["politics", "government", "election", "minister"],
    "sport": ["sport", "match", "player", "champion"],
    "tech": ["technology", "software", "computer", "internet"],
}


def peer():
    return make_pipeline(
        TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2),
        LogisticRegression(C=10, max_iter=500),
    )


def few_labels(corpus, y, per_class: int, n_seeds: int) -> dict[str, float]:
    right: dict[str, list[float]] = {"seeds and labels": [], "labels alone": [], "scikit-learn": []}
    texts = np.array(corpus.texts.to_pylist(), dtype=object)
    for seed in range(n_seeds):
        rng = np.random.default_rng(seed)
        chosen = np.concatenate(
            [rng.choice(np.flatnonzero(y == name), per_class, False) for name in THEMES]
        )
        unseen = np.setdiff1d(np.arange(len(y)), chosen)
        given = np.full(len(y), None, object)
        given[chosen] = y[chosen]
        for name, themes in (("seeds and labels", THEMES), ("labels alone", None)):
            classifier = ThemeClassifier(themes, multi_label=False, n_jobs=-1).fit(corpus, given)
            right[name].append(np.mean(classifier.predict(corpus[unseen]) == y[unseen]))
        model = peer().fit(texts[chosen], y[chosen])
        right["scikit-learn"].append(np.mean(model.predict(texts[unseen]) == y[unseen]))
    return {name: float(np.mean(values)) for name, values in right.items()}


def all_labels(corpus, y) -> dict[str, float]:
    texts = np.array(corpus.texts.to_pylist(), dtype=object)
    right: dict[str, list[float]] = {"labels alone": [], "scikit-learn": []}
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(y, y):
        ours = ThemeClassifier(multi_label=False, n_jobs=-1).fit(corpus[train], y[train])
        right["labels alone"].append(np.mean(ours.predict(corpus[test]) == y[test]))
        theirs = peer().fit(texts[train], y[train])
        right["scikit-learn"].append(np.mean(theirs.predict(texts[test]) == y[test]))
    return {name: float(np.mean(values)) for name, values in right.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json")
    args = parser.parse_args()
    corpus = read_releases(args.path, languages=False)
    y = np.array(corpus["label"].to_pylist())
    seeded = ThemeClassifier(THEMES, multi_label=False, n_jobs=-1).fit(corpus)
    results = {"no labels": {"seeds alone": float(np.mean(seeded.predict(corpus) == y))}}
    for per_class in (1, 5, 20, 100):
        results[f"{per_class} a class"] = few_labels(corpus, y, per_class, args.seeds)
    results["5-fold"] = all_labels(corpus, y)
    for what, figures in results.items():
        print(f"{what:12}", "  ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
