"""What the constants of the models are worth: each is halved and doubled, over many collections.

    python benchmarks/sensitivity.py FOLDER [--only NAME ...] [--set NAME=VALUE ...]
        [--documents 600] [--json OUT]

FOLDER holds bbc.parquet (`text`, `label`) and collections/ with a Parquet file each of the same
columns, and seeds.json: a few seed words a class. The first line is the mean over all collections
with the constants as they are; then a line for each constant and factor with the difference that it
makes to that mean, and the worst loss of any collection. Three figures are taken:

- seeds: share of texts whose class is found from the seed words alone (micro-F1),
- labels: the same from seeds and five labels a class, on the other texts,
- topics: normalised mutual information of as many topics as there are classes with the classes,
  and, behind it, the NPMI of their ten words.

``--set`` tries one value instead, such as the one that makes a constant superfluous. A constant
whose change costs less than .003 in the mean may go; what is set by a mean may not
ruin one collection (.01).
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from sklearn.metrics import normalized_mutual_info_score

from topics import ThemeClassifier, TopicModel, coherence

BBC_SEEDS = {
    "business": ["business", "company", "economy", "market"],
    "entertainment": ["entertainment", "film", "music", "actor"],
    "politics": ["politics", "government", "election", "minister"],
    "sport": ["sport", "match", "player", "champion"],
    "tech": ["technology", "software", "computer", "internet"],
}
# Module, name, which figures it can change (s(eeds), l(abels), t(opics); none: the collections have
# one label a text, or labels are too few), and what it does.
CONSTANTS = [
    ("themes.soft_labels", "TEMPERATURE", "sl",
     "cosines are divided by it before themes compete (softmax), one theme a document"),
    ("themes.soft_labels", "SHARED_TEMPERATURE", "",
     "the same where a document may have several themes"),
    ("themes.soft_labels", "SHARED_CAUTION", "",
     "a discriminant's log odds are divided by it where there may be several themes"),
    ("themes.soft_labels", "BACKGROUND", "sl",
     "cosine at which a document is as near to none of the themes"),
    ("themes.soft_labels", "ODDS", "",
     "factor on the odds of each theme where there may be several"),
    ("themes.soft_labels", "MIN_DOCUMENTS", "",
     "documents below which seeds alone make the model"),
    ("themes.soft_labels", "SAMPLE", "",
     "documents that are pseudo-labelled"),
    ("themes.soft_labels", "_TYPICAL", "sl",
     "documents nearest to a theme that its typical point is the mean of"),
    ("themes.soft_labels", "_SEED_TERM_WEIGHT", "sl",
     "weight of seed words that stand in a document, beside the cosine"),
    ("themes.soft_labels", "_SEED_THRESHOLD", "sl",
     "cosine that is nought for the model of few documents"),
    ("themes.soft_labels", "_HELD_OUT_SAMPLE", "sl",
     "documents in which seeds are held out"),
    ("themes.soft_labels", "_MIN_HELD_OUT", "sl",
     "held-out documents below which none is asked"),
    ("themes.training_set", "_MANY_LABELS", "l",
     "labels a theme from which on term weights alone are used"),
    ("themes.training_set", "_SEED_SCALE", "sl",
     "scale of the features that come from seeds beside those of terms"),
    ("themes.training_set", "_FOLDS", "l",
     "folds of the cross-validation over labels"),
    ("themes.training_set", "_SOFT_LABEL_FOLDS", "s",
     "folds over pseudo-labelled documents"),
    ("themes.classifier", "_SMALL_CORPUS", "s",
     "documents below which the plain seed model is mixed in"),
    ("themes.classifier", "_MIN_CALIBRATION_LABELS", "",
     "labels from which on scores are called probabilities"),
    ("themes.classifier", "SECTION_COST", "",
     "log odds that a section must say more for a theme than a whole document"),
    ("text.term_sequences", "SECTION", "",
     "terms of a section of a long document"),
    ("_math.calibration", "_OWN_CURVE", "l",
     "labels for and against a theme from which on it has its own curve"),
    ("_math.calibration", "_OWN_THRESHOLD", "",
     "labels of a theme from which on it has its own threshold"),
    ("_math.calibration", "_SHARED", "",
     "labels at which a theme's own F1 weighs as much as that of all"),
    ("_math.label_spreading", "N_NEIGHBORS", "slt",
     "nearest documents that a document listens to"),
    ("_math.label_spreading", "_CLAMPING", "slt",
     "share of a document's own label in each round (1 - alpha of the paper)"),
    ("_math.label_spreading", "_N_ITER", "slt",
     "rounds of spreading"),
    ("_math.kmeans", "SAMPLE", "t",
     "documents in which centres are looked for"),
    ("models.nmf", "_SEED_WEIGHT", "",
     "weight of seeds beside what documents say of a component"),
    ("models.nmf", "_SWEEPS", "t",
     "passes of coordinate descent over a factor before the other's turn"),
    ("models.initialisation", "_STARTS", "t",
     "starts of k-means, of which the best is kept"),
    ("models.vector_topics", "TEMPERATURE", "t",
     "cosines are divided by it before topics compete"),
    ("models.vector_topics", "_ROUNDS", "t",
     "rounds of means and proportions"),
    ("models.vector_topics", "_SPREADING_ROUNDS", "t",
     "rounds of spreading in each of them"),
    ("models.source_effects", "_SHARED", "",
     "likeness to a subject as other sources write of it, from which on it is shared"),
    ("models.source_effects", "_SHRINKAGE", "",
     "releases with nothing of a source's own that are added to its own"),
    ("models.letterheads", "_TOGETHER", "",
     "Jaccard similarity of the documents of two words of a letterhead"),
    ("models.letterheads", "_SPREAD", "",
     "further subjects of its documents, beside those of as many others"),
    ("models.background_topics", "_COMMON", "",
     "share of other documents that a word stands in which is found everywhere"),
    ("models.background_topics", "_LIFT", "",
     "times as often words of a subject stand in documents on it"),
    ("models.topic_words", "CANDIDATES", "t",
     "heaviest terms of a topic among which its words are chosen"),
    ("models.topic_words", "_WINDOW", "t",
     "tokens of a window in which words meet (that of NPMI)"),
    ("models.topic_words", "_DISCOUNT", "t",
     "standard deviations taken off how often a pair may be expected"),
    ("models.topic_words", "_MIN_RELATIVE_WEIGHT", "t",
     "share of a word's largest topic that another needs to show it"),
    ("models.topic_words", "_OWN_WEIGHT", "t",
     "weight of a word's own place in its topic beside what stands around it"),
]  # fmt: skip

Collection = tuple[list[str], np.ndarray, dict[str, list[str]]]


def collections(folder: Path, most: int) -> Iterator[tuple[str, Collection]]:
    """Name, texts, classes and seeds of each collection; a seeded sample of the larger ones."""
    seeds = json.loads((folder / "collections" / "seeds.json").read_text("utf-8"))
    files = {"bbc": folder / "bbc.parquet"}
    files |= {path.stem: path for path in sorted((folder / "collections").glob("*.parquet"))}
    for name, path in files.items():
        table = pq.read_table(path, columns=["text", "label"]).to_pydict()
        rows = np.sort(np.random.default_rng(0).permutation(len(table["text"]))[:most])
        texts = [table["text"][i] for i in rows]
        y = np.array([str(table["label"][i]) for i in rows])
        key = "sib" if name.startswith("sib") and name not in seeds else name
        found = BBC_SEEDS if name == "bbc" else seeds[key]
        known = {theme: words for theme, words in found.items() if theme in set(y)}
        yield name, (texts, y, known)


def by_seeds(collection: Collection) -> float:
    texts, y, seeds = collection
    model = ThemeClassifier(seeds, multi_label=False, n_jobs=1)
    try:
        return float(np.mean(model.fit(texts).predict(texts) == y))
    except ValueError:
        return 0.0  # no text holds a seed of some class


def by_labels(collection: Collection) -> float:
    texts, y, seeds = collection
    rng, given = np.random.default_rng(0), np.full(len(y), None, object)
    for theme in seeds:
        rows = np.flatnonzero(y == theme)
        given[rng.permutation(rows)[:5]] = theme
    model = ThemeClassifier(seeds, multi_label=False, n_jobs=1).fit(texts, given.tolist())
    unseen = np.array([label is None for label in given])
    return float(np.mean(model.predict(texts)[unseen] == y[unseen]))


def by_topics(collection: Collection) -> tuple[float, float]:
    texts, y, _ = collection
    model = TopicModel(len(set(y)), n_jobs=1)
    first = model.fit_transform(texts).argmax(axis=1)
    words = coherence(model.top_words(10), texts, vectorizer=model.vectorizer_)
    return float(normalized_mutual_info_score(y, first)), float(np.nanmean(words))


def figures(found: dict[str, Collection], kinds: str) -> dict[str, np.ndarray]:
    """A row of values for each figure, one for each collection."""
    result: dict[str, np.ndarray] = {}
    if "s" in kinds:
        result["seeds"] = np.array([by_seeds(c) for c in found.values()])
    if "l" in kinds:
        result["labels"] = np.array([by_labels(c) for c in found.values()])
    if "t" in kinds:
        nmi, npmi = np.array([by_topics(c) for c in found.values()]).T
        result |= {"topics": nmi, "words": npmi}
    return result


@contextmanager
def set_to(value: Any, module: str, name: str) -> Iterator[None]:
    """A constant of a module with another value, wherever it has been imported to."""
    home = importlib.import_module(f"topics.{module}")
    before = getattr(home, name)
    owners = [
        m for m in list(sys.modules.values())
        if getattr(m, "__name__", "").startswith("topics.") and vars(m).get(name) is before
    ]  # fmt: skip
    for owner in owners:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner in owners:
            setattr(owner, name, before)


def scaled(value: float, factor: float) -> float:
    return max(1, round(value * factor)) if isinstance(value, int) else value * factor


def markdown(results: dict[str, Any]) -> str:
    """The table of docs/hyperparameters.md; differences in thousandths, worst collection behind."""

    def cells(key: str) -> str:
        shown = [
            f"{figure} {1000 * np.mean(values):+.0f} ({1000 * min(values):+.0f})"
            for figure, values in results.get(key, {}).items()
            if any(values)
        ]
        return ", ".join(shown) or ("none" if key in results else "")

    lines = [
        "| constant | value | what it does | halved | doubled |",
        "| --- | --- | --- | --- | --- |",
    ]
    for module, name, kinds, what in CONSTANTS:
        value = getattr(importlib.import_module(f"topics.{module}"), name)
        key = f"{module}.{name}"
        halved, doubled = (cells(f"{key} x {factor}") for factor in ("0.5", "2"))
        if not kinds:
            halved = doubled = "not measured"
        lines.append(f"| `{key}` | {value:g} | {what} | {halved} | {doubled} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", help="names of constants; none gives the means alone")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="tried alone")
    parser.add_argument("--documents", type=int, default=600, help="most texts of a collection")
    parser.add_argument("--json", help="file of the differences of each collection")
    parser.add_argument("--table", metavar="JSON", help="print the table of such a file, and end")
    args = parser.parse_args()
    if args.table:
        print(markdown(json.loads(Path(args.table).read_text("utf-8"))), end="")
        return
    warnings.simplefilter("ignore")
    found = dict(collections(args.folder, args.documents))
    begun = time.perf_counter()
    base = figures(found, "slt")
    results: dict[str, Any] = {"collections": list(found)}
    results["as they are"] = {figure: values.tolist() for figure, values in base.items()}
    means = "  ".join(f"{figure} {values.mean():.4f}" for figure, values in base.items())
    print(f"as they are: {means}  ({time.perf_counter() - begun:.0f} s)", flush=True)
    for name, *values in zip(found, *base.values(), strict=True):
        print(f"  {name:16} " + "  ".join(f"{value:.3f}" for value in values), flush=True)
    tried = dict(text.split("=") for text in args.set)
    for module, name, kinds, _ in CONSTANTS:
        key = f"{module}.{name}"
        if not kinds or (args.only is not None and name not in args.only):
            continue
        if tried and key not in tried:
            continue
        value = getattr(importlib.import_module(f"topics.{module}"), name)
        changes = {f"x {factor:g}": scaled(value, factor) for factor in (0.5, 2.0)}
        if key in tried:
            changes = {f"= {tried[key]}": type(value)(tried[key])}
        for change, new in changes.items():
            with set_to(new, module, name):
                changed = figures(found, kinds)
            row = {figure: values - base[figure] for figure, values in changed.items()}
            results[f"{key} {change}"] = {k: v.tolist() for k, v in row.items()}
            cells = "  ".join(f"{k} {v.mean():+.4f} ({v.min():+.3f})" for k, v in row.items())
            print(f"{key} {value:g} {change}: {cells}", flush=True)
            if args.json:
                Path(args.json).write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
