"""Labels from seed words, from a few labels and from many, beside what users would take instead.

    python benchmarks/theme_classifier.py FOLDER [--only PART ...] [--seeds 5] [--json OUT]

FOLDER holds bbc.parquet (columns `text` and `label`) and, for the part `senate`, senate.parquet,
senate_themes.csv and senate_themes.toml. Peers are scikit-learn's TF-IDF with LogisticRegression
and with LinearSVC, voting by seed words, plain seed vectors, seeded NMF and, where it is
installed, fastText.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from topics import ThemeClassifier, evaluate, predict, read_releases, read_themes, save
from topics._math.arrays import unit_rows
from topics.text.default_vectorizer import fit_vectorizer
from topics.text.tfidf import tfidf_weights
from topics.text.word_vectors import WordVectors
from topics.themes.soft_labels import theme_vectors

THEMES = {
    "business": ["business", "company", "economy", "market"],
    "entertainment": ["entertainment", "film", "music", "actor"],
    "politics": ["politics", "government", "election", "minister"],
    "sport": ["sport", "match", "player", "champion"],
    "tech": ["technology", "software", "computer", "internet"],
}
NAMES = sorted(THEMES)


def tfidf_with(model):
    return make_pipeline(TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2), model)


def peers():
    found = {
        "LogisticRegression": lambda: tfidf_with(LogisticRegression(C=10, max_iter=500)),
        "LinearSVC": lambda: tfidf_with(LinearSVC()),
    }
    try:
        import fasttext  # noqa: F401
    except ImportError:
        return found
    return found | {"fastText": FastText}


class FastText:
    def fit(self, texts, y):
        import fasttext

        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            for text, label in zip(texts, y, strict=True):
                file.write(f"__label__{label} {' '.join(text.lower().split())}\n")
            file.flush()
            self.model = fasttext.train_supervised(file.name, epoch=25, wordNgrams=2, verbose=0)
        return self

    def predict(self, texts):
        rows = [self.model.f.predict(" ".join(t.lower().split()) + "\n", 1, 0, "") for t in texts]
        return np.array([row[0][1].removeprefix("__label__") if row else "" for row in rows])


def by_seed_words(texts, themes=THEMES):
    words = [w for name in sorted(themes) for w in themes[name]]
    counts = CountVectorizer(vocabulary=words, binary=True).fit_transform(texts).toarray()
    first = np.cumsum([0, *(len(themes[name]) for name in sorted(themes))])[:-1]
    sums = np.add.reduceat(counts, first, axis=1)
    return np.array(sorted(themes))[sums.argmax(axis=1)]


def by_seed_vectors(corpus, themes=THEMES):
    """Cosines with the mean vectors of the seeds: what all stages begin with."""
    vectorizer, sequences, _ = fit_vectorizer(corpus.texts, None, themes, -1)
    n, vocabulary = len(vectorizer.vocabulary_), vectorizer.vocabulary_
    vectors = WordVectors(min_count=0, max_terms=None, max_tokens=None, n_jobs=-1)
    vectors = vectors.fit(sequences, n).vectors_
    weights = tfidf_weights(sequences.counts(n, np.float32, -1), vectorizer.smoothed_idf_)
    seeds = [
        np.array([vocabulary[w] for w in themes[t] if w in vocabulary]) for t in sorted(themes)
    ]
    themes_of = theme_vectors(vectors, [(c, np.ones(c.size)) for c in seeds])
    return np.array(sorted(themes))[(unit_rows(weights @ vectors) @ themes_of.T).argmax(axis=1)]


def by_seeded_nmf(texts, themes=THEMES):
    """scikit-learn's NMF that starts from the seeds."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2, max_df=0.5)
    weights = vectorizer.fit_transform(texts)
    start = np.full((len(themes), weights.shape[1]), 0.01)
    for k, name in enumerate(sorted(themes)):
        known = [vectorizer.vocabulary_[w] for w in themes[name] if w in vectorizer.vocabulary_]
        start[k, known] = 1
    shares = np.maximum(weights @ start.T, 0.01)
    model = NMF(len(themes), init="custom", max_iter=300)
    return np.array(sorted(themes))[model.fit_transform(weights, W=shares, H=start).argmax(axis=1)]


def bbc(folder):
    corpus = read_releases(folder / "bbc.parquet", languages=False)
    return corpus, np.array(corpus["label"].to_pylist()), np.array(corpus.texts.to_pylist(), object)


def micro_macro(y, predicted):
    return {
        "micro": round(float(np.mean(y == predicted)), 4),
        "macro": round(float(f1_score(y, predicted, average="macro")), 4),
    }


def part_seeds(folder, n_seeds):
    corpus, y, texts = bbc(folder)
    ours = [
        micro_macro(
            y,
            ThemeClassifier(THEMES, multi_label=False, random_state=seed, n_jobs=-1)
            .fit(corpus)
            .predict(corpus),
        )
        for seed in range(n_seeds)
    ]
    return {
        "ours": {k: statistics.mean(row[k] for row in ours) for k in ("micro", "macro")},
        "plain seed vectors": micro_macro(y, by_seed_vectors(corpus)),
        "seed words vote": micro_macro(y, by_seed_words(texts)),
        "seeded NMF": micro_macro(y, by_seeded_nmf(texts)),
    }


def part_thinned(folder, n_seeds):
    corpus, y, texts = bbc(folder)
    rows = {"ours": [], "plain seed vectors": [], "seed words vote": []}
    for seed in range(n_seeds):
        rng = np.random.default_rng(seed)
        chosen = []
        for name, share in zip(np.roll(NAMES, seed), (60, 20, 10, 7, 3), strict=True):
            chosen.append(rng.choice(np.flatnonzero(y == name), round(386 * share / 60), False))
        chosen = np.sort(np.concatenate(chosen))
        part, truth = corpus[chosen], y[chosen]
        model = ThemeClassifier(THEMES, multi_label=False, n_jobs=-1).fit(part)
        rows["ours"].append(f1_score(truth, model.predict(part), average="macro"))
        rows["plain seed vectors"].append(f1_score(truth, by_seed_vectors(part), average="macro"))
        rows["seed words vote"].append(
            f1_score(truth, by_seed_words(texts[chosen]), average="macro")
        )
    worst = min(a - b for a, b in zip(rows["ours"], rows["plain seed vectors"], strict=True))
    return {name: {"macro": float(np.mean(v))} for name, v in rows.items()} | {
        "ours less plain, the worst": {"macro": float(worst)}
    }


def part_few(folder, n_seeds):
    corpus, y, texts = bbc(folder)
    results = {}
    for per_class in (1, 5, 20, 100):
        right = {}
        for seed in range(n_seeds):
            rng = np.random.default_rng(seed)
            chosen = np.concatenate(
                [rng.choice(np.flatnonzero(y == name), per_class, False) for name in THEMES]
            )
            unseen = np.setdiff1d(np.arange(len(y)), chosen)
            given = np.full(len(y), None, object)
            given[chosen] = y[chosen]
            for name, themes in (("seeds and labels", THEMES), ("labels alone", None)):
                model = ThemeClassifier(themes, multi_label=False, n_jobs=-1).fit(corpus, given)
                hits = np.mean(model.predict(corpus[unseen]) == y[unseen])
                right.setdefault(name, []).append(hits)
            for name, make in peers().items():
                model = make().fit(texts[chosen], y[chosen])
                right.setdefault(name, []).append(
                    np.mean(model.predict(texts[unseen]) == y[unseen])
                )
        results[f"{per_class} a class"] = {k: float(np.mean(v)) for k, v in right.items()}
    return results


def part_full(folder, n_seeds):
    corpus, y, texts = bbc(folder)
    right, errors = {}, []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(y, y):
        model = ThemeClassifier(multi_label=False, n_jobs=-1).fit(corpus[train], y[train])
        right.setdefault("ours", []).append(np.mean(model.predict(corpus[test]) == y[test]))
        errors.append(evaluate(model, corpus[test], y[test], n_bootstrap=10).calibration_error)
        for name, make in peers().items():
            theirs = make().fit(texts[train], y[train])
            right.setdefault(name, []).append(np.mean(theirs.predict(texts[test]) == y[test]))
    return {name: {"micro": float(np.mean(v))} for name, v in right.items()} | {
        "calibration error": {"ours": float(np.mean(errors))}
    }


def part_senate(folder, n_seeds):
    corpus = read_releases(folder / "senate.parquet", languages=False)
    themes = read_themes(folder / "senate_themes.toml")
    names = sorted(themes)
    place = {id: row for row, id in enumerate(corpus["id"].to_pylist())}
    with (folder / "senate_themes.csv").open(encoding="utf-8") as file:
        truth = [(place[row["id"]], row["themes"].split()) for row in csv.DictReader(file)]
    rows = np.array([row for row, _ in truth])
    Y = np.array([[name in given for name in names] for _, given in truth])
    read = corpus[rows]
    model = ThemeClassifier(themes, n_jobs=-1).fit(corpus)
    chances = model.predict_proba(read)
    results = {"seeds alone": multi_label_figures(Y, chances, chances >= model.thresholds_)}
    vectorizer, sequences, _ = fit_vectorizer(corpus.texts, None, themes, -1)
    folds = list(KFold(5, shuffle=True, random_state=0).split(rows))
    ours, theirs = np.zeros(Y.shape), np.zeros(Y.shape)
    passed = np.zeros(Y.shape, bool)
    texts = np.array(read.texts.to_pylist(), object)
    for train, test in folds:
        given = np.full(len(corpus), None, object)
        for i in train:
            given[rows[i]] = truth[i][1]
        fold = ThemeClassifier(themes, n_jobs=-1).fit_sequences(sequences, vectorizer, given)
        ours[test] = fold.predict_proba(read[test])
        passed[test] = ours[test] >= fold.thresholds_
        peer = tfidf_with(OneVsRestClassifier(LogisticRegression(C=10, max_iter=500)))
        theirs[test] = peer.fit(texts[train], Y[train]).predict_proba(texts[test])
    results["seeds and 100 labels"] = multi_label_figures(Y, ours, passed)
    results["LogisticRegression, 100 labels"] = multi_label_figures(Y, theirs, theirs >= 0.5)
    return results


def multi_label_figures(Y, chances, passed):
    return {
        "mAP": float(average_precision_score(Y, chances, average="macro")),
        "macro-F1": float(f1_score(Y, passed, average="macro", zero_division=0)),
    }


def part_novelty(folder, n_seeds):
    corpus, y, _ = bbc(folder)
    found = {}
    for name in NAMES:
        left = {k: v for k, v in THEMES.items() if k != name}
        found[name] = roc_auc_score(
            y == name, ThemeClassifier(left, n_jobs=-1).fit(corpus).novelty(corpus)
        )
    return {"AUROC": found | {"mean": float(np.mean(list(found.values())))}}


def part_pairs(folder, n_seeds):
    corpus, y, texts = bbc(folder)
    results = {}
    model = ThemeClassifier(THEMES, n_jobs=-1).fit(corpus)
    for seed in range(n_seeds):
        rng = np.random.default_rng(seed)
        pairs = [(i, j) for i, j in rng.integers(len(y), size=(1500, 2)) if y[i] != y[j]][:1000]
        joined = [f"{texts[i]}\n\n{texts[j]}" for i, j in pairs]
        Y = np.array([[name in (y[i], y[j]) for name in NAMES] for i, j in pairs])
        chances = model.predict_proba(joined)
        passed = chances >= model.thresholds_
        results.setdefault("samples-F1", []).append(f1_score(Y, passed, average="samples"))
        results.setdefault("mAP", []).append(average_precision_score(Y, chances, average="macro"))
    return {"ours": {name: float(np.mean(v)) for name, v in results.items()}}


def part_speed(folder, n_seeds):
    corpus, y, texts = bbc(folder)
    ours = ThemeClassifier(multi_label=False, n_jobs=-1).fit(corpus, y)
    theirs = peers()["LogisticRegression"]().fit(texts, y)
    texts, column = texts.tolist(), corpus.texts
    times = {"ours": [], "LogisticRegression": [], "explain": []}
    for _ in range(7):
        for name, work in (
            ("ours", lambda: ours.predict(column)),
            ("LogisticRegression", lambda: theirs.predict(texts)),
            ("explain", lambda: [ours.explain(text) for text in texts[:100]]),
        ):
            started = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - started)
    median = {name: statistics.median(values) for name, values in times.items()}
    return {
        "seconds for all": {k: median[k] for k in ("ours", "LogisticRegression")},
        "times as fast": {"ours": median["LogisticRegression"] / median["ours"]},
        "explain, milliseconds a release": {"ours": 10 * median["explain"]},
    }


def part_size(folder, n_seeds):
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = np.unique(["".join(rng.choice(letters, rng.integers(4, 11))) for _ in range(51_000)])[
        :50_000
    ]
    texts = [" ".join(rng.permutation(words)[:5000]) for _ in range(60)] + [" ".join(words)] * 2
    y = [f"theme {i % 10}" for i in range(len(texts))]
    from topics import TermVectorizer

    vectorizer = TermVectorizer(weighting="tfidf", dtype=np.float32)
    model = ThemeClassifier(vectorizer=vectorizer, n_jobs=-1).fit(texts, y)
    with tempfile.TemporaryDirectory() as work:
        save(model, Path(work) / "model")
        size = sum(path.stat().st_size for path in (Path(work) / "model").iterdir())
        assert len(predict(texts[:2], Path(work) / "model")) == 2
    return {f"{len(model.vectorizer_.vocabulary_):,} terms, 10 themes": {"MB": size / 1e6}}


PARTS = {
    name.removeprefix("part_"): part for name, part in globals().items() if name.startswith("part_")
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json")
    args = parser.parse_args()
    results = {}
    for name in args.only:
        results[name] = PARTS[name](args.folder, args.seeds)
        for row, figures in results[name].items():
            cells = "  ".join(f"{what} {value:.3f}" for what, value in figures.items())
            print(f"{name:8}  {row:32} {cells}", flush=True)
    if args.json:
        Path(args.json).write_text(json.dumps(results, indent=1), "utf-8")


if __name__ == "__main__":
    main()
