"""Topics beside those of scikit-learn, gensim and tomotopy: words, classes, time and memory.

    python benchmarks/topic_models.py FOLDER [--only NAME ...] [--runs 3] [--json OUT]

FOLDER holds `senate.parquet` (column `text`), `bbc.parquet` (`text`, `label`) and `octis_bbc.tsv`
(tokens, split, class). Published figures are printed beside: BERTopic and Top2Vec on BBC from
Grootendorst (2022), arXiv 2203.05794, table 1. NPMI is gensim's `c_npmi` of ten words, counted by
`topics.models.topic_metrics.coherence`, which the tests hold to gensim's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp

from topics import LDA, NMF, TermVectorizer, TopicModel
from topics.models.topic_metrics import (
    class_agreement,
    completion_perplexity,
    split_tokens,
    stability,
    term_npmi,
    topic_diversity,
)
from topics.text.default_vectorizer import default_vectorizer
from topics.text.sentences import split_sentences
from topics.text.tfidf import inverse_document_frequency, tfidf_weights

KS = (10, 20, 30, 40, 50)
PUBLISHED = {"BERTopic (published)": (0.167, 0.794), "Top2Vec (published)": (0.171, 0.792)}
SENATE_TERMS: dict[str, Any] = {
    "token_pattern": r"(?u)\b[^\W\d_]{3,}\b",
    "stop_words": "english",
    "min_df": 5,
    "max_df": 0.5,
}


def words_npmi(words: Any, sequences: Any, vocabulary: Any) -> float:
    numbers = [[vocabulary[w] for w in topic if w in vocabulary] for topic in words]
    return float(np.nanmean(term_npmi(numbers, sequences, len(vocabulary), n_jobs=2)))


def plain_words(components: Any, terms: Any, n: int = 10) -> list[list[str]]:
    return [[terms[i] for i in np.argsort(-row)[:n]] for row in components]


def their_models(k: int, seed: int) -> dict[str, Any]:
    from sklearn import decomposition

    return {
        "scikit-learn NMF": decomposition.NMF(k, init="nndsvd", random_state=seed, max_iter=400),
        "scikit-learn LDA": decomposition.LatentDirichletAllocation(
            k, learning_method="online", random_state=seed, n_jobs=2
        ),
    }


def octis(folder: Path) -> tuple[list[str], list[str]]:
    rows = [line.split("\t") for line in (folder / "octis_bbc.tsv").read_text("utf-8").splitlines()]
    return [row[0] for row in rows], [row[2] for row in rows]


def counted(texts: list[str], vectorizer: TermVectorizer) -> tuple[Any, Any, Any]:
    sequences = vectorizer.fit_to_sequences(texts)
    counts = sequences.counts(len(vectorizer.vocabulary_), np.float32)
    return sequences, counts, tfidf_weights(counts, vectorizer.smoothed_idf_, dtype=np.float64)


def bench_octis(folder: Path, runs: int) -> dict[str, Any]:
    """BBC by the protocol of the BERTopic paper, whole and by halves; peers with one seed."""
    texts, classes = octis(folder)
    half = np.random.default_rng(1).permutation(len(texts)) < len(texts) // 2
    parts = {
        "whole": (texts, texts),
        "half": (
            [t for t, h in zip(texts, half, strict=True) if h],
            [t for t, h in zip(texts, half, strict=True) if not h],
        ),
    }
    rows: dict[str, list[Any]] = {}
    for k in KS:
        for seed in range(runs):
            for part, (learnt, heard) in parts.items():
                vectorizer = TermVectorizer(analyzer=str.split)
                _, counts, weights = counted(learnt, vectorizer)
                terms = vectorizer.get_feature_names_out().tolist()
                there = vectorizer.sequences(heard)
                for method in ("vectors", "nmf", "lda"):
                    model = TopicModel(
                        k, method, TermVectorizer(analyzer=str.split), random_state=seed
                    )
                    first = model.fit_transform(learnt).argmax(axis=1)
                    words = model.top_words(10)
                    key = f"{method}{' (default)' if method == 'vectors' else ''}"
                    rows.setdefault(f"{part} {key}", []).append(
                        (
                            words_npmi(words, there, vectorizer.vocabulary_),
                            topic_diversity(words),
                            class_agreement(first, classes)["nmi"] if part == "whole" else np.nan,
                        )
                    )
                for name, model in their_models(k, seed).items():
                    if seed:
                        continue
                    first = model.fit_transform(counts if name.endswith("LDA") else weights).argmax(
                        axis=1
                    )
                    words = plain_words(model.components_, terms)
                    rows.setdefault(f"{part} {name}", []).append(
                        (
                            words_npmi(words, there, vectorizer.vocabulary_),
                            topic_diversity(words),
                            class_agreement(first, classes)["nmi"] if part == "whole" else np.nan,
                        )
                    )
    result: dict[str, Any] = {}
    for name, values in sorted(rows.items()):
        npmi, diversity, nmi = np.mean(values, axis=0)
        result[name] = {"npmi": npmi, "diversity": diversity, "nmi": nmi}
        print(f"  {name:28} NPMI {npmi:.3f}  diversity {diversity:.3f}  NMI {nmi:.3f}", flush=True)
    for name, (npmi, diversity) in PUBLISHED.items():
        print(f"  {name:28} NPMI {npmi:.3f}  diversity {diversity:.3f}")
    return result


def bench_classes(folder: Path, runs: int) -> dict[str, Any]:
    """BBC as it was printed, five topics: agreement with the five classes."""
    table = pq.read_table(folder / "bbc.parquet")
    texts, classes = table["text"].to_pylist(), table["label"].to_pylist()
    rows: dict[str, list[float]] = {}
    vectorizer = default_vectorizer(pa.array(texts, pa.large_string()))
    _, counts, weights = counted(texts, vectorizer)
    for seed in range(5):
        for method in ("vectors", "nmf", "lda"):
            shares = TopicModel(5, method, random_state=seed).fit_transform(texts)
            nmi = class_agreement(shares.argmax(axis=1), classes)["nmi"]
            rows.setdefault(f"topics {method}", []).append(nmi)
        for name, model in their_models(5, seed).items():
            shares = model.fit_transform(counts if name.endswith("LDA") else weights)
            nmi = class_agreement(shares.argmax(axis=1), classes)["nmi"]
            rows.setdefault(name, []).append(nmi)
    for name, values in rows.items():
        print(f"  {name:24} NMI {np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})")
    return {name: float(np.mean(values)) for name, values in rows.items()}


def bench_short(folder: Path, runs: int) -> dict[str, Any]:
    """First sentences of the releases; words are judged by the whole releases."""
    full = pq.read_table(folder / "senate.parquet")["text"].to_pylist()
    short = [(split_sentences(text[:2000]) or [""])[0] for text in full]
    vectorizer = default_vectorizer(pa.array(short, pa.large_string()), 2)
    _, counts, weights = counted(short, vectorizer)
    terms = vectorizer.get_feature_names_out().tolist()
    there = vectorizer.sequences(full)
    result = {}
    for k in (20, 50):
        for method in ("vectors", "nmf", "lda"):
            model = TopicModel(k, method, n_jobs=2).fit(short)
            words = model.top_words(10)
            result[f"topics {method} k={k}"] = (
                words_npmi(words, there, vectorizer.vocabulary_),
                topic_diversity(words),
            )
        for name, model in their_models(k, 0).items():
            model.fit(counts if name.endswith("LDA") else weights)
            words = plain_words(model.components_, terms)
            result[f"{name} k={k}"] = (
                words_npmi(words, there, vectorizer.vocabulary_),
                topic_diversity(words),
            )
    for name, (npmi, diversity) in result.items():
        print(f"  {name:28} NPMI {npmi:.3f}  diversity {diversity:.3f}", flush=True)
    return result


def senate_counts(folder: Path) -> tuple[sp.csr_matrix, sp.csr_matrix, list[str], Any]:
    """Nine tenths of the releases to learn from, the rest held out; terms; the former's order."""
    texts = pq.read_table(folder / "senate.parquet")["text"].combine_chunks()
    texts = texts.cast(pa.large_string())
    vectorizer = TermVectorizer(**SENATE_TERMS, max_features=20_000, n_jobs=2)
    sequences = vectorizer.fit_to_sequences(texts)
    counts = sequences.counts(len(vectorizer.vocabulary_), np.float32)
    order = np.random.default_rng(0).permutation(counts.shape[0])
    held = counts.shape[0] // 10
    rows = np.sort(order[held:])
    terms = vectorizer.get_feature_names_out().tolist()
    return counts[rows], counts[np.sort(order[:held])], terms, sequences.take(rows)


def judged(components: Any, alpha: Any, held_out: Any, sequences: Any) -> tuple[float, float]:
    """Perplexity by completion, every side's topics folded in by the same code; NPMI of words."""
    k, v = components.shape
    probabilities = components / components.sum(axis=1, keepdims=True)
    folding = LDA(k, init=probabilities, doc_topic_prior=alpha, max_iter=1)
    folding.n_features_in_ = v
    folding._restore(
        np.float32(probabilities * 1e6), (np.broadcast_to(alpha, k), np.full((1, 1), 0.01)), 1, 1.0
    )
    seen, hidden = split_tokens(held_out)
    perplexity = completion_perplexity(folding.transform(seen), probabilities, hidden)
    words = [np.argsort(-row)[:10].tolist() for row in components]
    return perplexity, float(term_npmi(words, sequences, v, n_jobs=2).mean())


def bench_lda(folder: Path, runs: int) -> dict[str, Any]:
    """LDA with 20 topics, two threads: time, held-out perplexity, NPMI of the heaviest words.

    Ours are of `runs` seeds, their time the median and the rest the mean; peers have one.
    """
    import tomotopy
    from sklearn.decomposition import LatentDirichletAllocation

    learnt, held_out, terms, sequences = senate_counts(folder)
    k, result = 20, {}

    def say(name: str, seconds: list[float], found: list[tuple[Any, Any]]) -> None:
        perplexity, npmi = np.mean([judged(*one, held_out, sequences) for one in found], axis=0)
        middle = statistics.median(seconds)
        result[name] = {"seconds": middle, "perplexity": float(perplexity), "npmi": float(npmi)}
        print(
            f"  {name:34} {middle:8.2f} s  perplexity {perplexity:7.1f}  NPMI {npmi:.3f}",
            flush=True,
        )

    LDA(2, max_iter=1, n_jobs=2).fit(learnt[:500])
    for name, params in {
        "topics LDA": {},
        "topics LDA, 2 passes": {"max_iter": 2, "perp_tol": -1},
        "topics LDA, 10 passes": {"max_iter": 10, "perp_tol": -1},
    }.items():
        seconds, found = [], []
        for seed in range(runs):
            begun = time.perf_counter()
            model = LDA(k, random_state=seed, n_jobs=2, **params).fit(learnt)
            seconds.append(time.perf_counter() - begun)
            found.append((model.components_, model.doc_topic_prior_))
        say(name, seconds, found)
    documents = [
        [terms[i] for i, n in zip(row.indices, row.data, strict=True) for _ in range(int(n))]
        for row in learnt
    ]
    model = tomotopy.LDAModel(k=k, seed=0)
    known = [document for document in documents if document]
    for document in known:
        model.add_doc(document)
    place, spent, done = {term: i for i, term in enumerate(terms)}, 0.0, 0
    warnings.filterwarnings("ignore", "The training result may differ")
    for target in (20, 50, 100, 200):
        begun = time.perf_counter()
        model.train(target - done, workers=2)
        spent, done = spent + time.perf_counter() - begun, target
        components = np.full((k, len(terms)), 1e-9)
        columns = [place[term] for term in model.used_vocabs]
        for t in range(k):
            components[t, columns] = model.get_topic_word_dist(t)
        say(f"tomotopy, {target} iterations", [spent], [(components, np.array(model.alpha))])
    begun = time.perf_counter()
    theirs = LatentDirichletAllocation(k, learning_method="online", random_state=0, n_jobs=2)
    theirs.fit(learnt)
    say("scikit-learn", [time.perf_counter() - begun], [(theirs.components_, 1 / k)])
    return result


def bench_nmf(folder: Path, runs: int) -> dict[str, Any]:
    """NMF of tf-idf weights beside scikit-learn's coordinate descent, both by their defaults."""
    from sklearn import decomposition

    learnt, _, _, _ = senate_counts(folder)
    frequency = np.bincount(learnt.indices, minlength=learnt.shape[1])
    idf = inverse_document_frequency(frequency, learnt.shape[0])
    weights = {dtype: tfidf_weights(learnt, idf, dtype=dtype) for dtype in (np.float32, np.float64)}
    NMF(2, max_iter=2, n_jobs=2).fit(weights[np.float32][:500])
    result = {}
    for k in (20, 50):
        begun = time.perf_counter()
        theirs = decomposition.NMF(k, init="nndsvd", random_state=0).fit(weights[np.float64])
        seconds = time.perf_counter() - begun
        result[f"scikit-learn k={k}"] = (seconds, theirs.reconstruction_err_)
        for n_jobs in (1, 2):
            spent = []
            for _ in range(runs):
                begun = time.perf_counter()
                ours = NMF(k, n_jobs=n_jobs).fit(weights[np.float32])
                spent.append(time.perf_counter() - begun)
            result[f"topics k={k} n_jobs={n_jobs}"] = (
                statistics.median(spent),
                ours.reconstruction_err_,
            )
    for name, (seconds, error) in result.items():
        print(f"  {name:24} {seconds:8.2f} s  error {error:.4f}", flush=True)
    return result


def bench_growth(folder: Path, runs: int) -> dict[str, Any]:
    """Seconds by number of documents and of topics, two threads."""
    learnt, _, _, _ = senate_counts(folder)
    weights = tfidf_weights(learnt, inverse_document_frequency(
        np.bincount(learnt.indices, minlength=learnt.shape[1]), learnt.shape[0]
    ))  # fmt: skip
    result = {}
    for name, matrix, make in (
        ("LDA", learnt, lambda k: LDA(k, n_jobs=2, max_iter=5, perp_tol=-1)),
        ("NMF", weights, lambda k: NMF(k, n_jobs=2, max_iter=20, tol=-1)),
    ):
        for n, k in [(2108, 20), (8433, 20), (33733, 20)] + [
            (33733, k) for k in (10, 50, 100, 400)
        ]:
            seconds = []
            for _ in range(1 if k > 100 else runs):
                begun = time.perf_counter()
                make(k).fit(matrix[:n])
                seconds.append(time.perf_counter() - begun)
            result[f"{name} n={n} k={k}"] = statistics.median(seconds)
            print(f"  {name} n={n:6} k={k:4} {statistics.median(seconds):8.2f} s", flush=True)
    return result


def bench_stability(folder: Path, runs: int) -> dict[str, Any]:
    """Mean cosine of matched topics of five seeds, 20 topics, on BBC."""
    texts, _ = octis(folder)
    vectorizer = TermVectorizer(analyzer=str.split)
    _, counts, weights = counted(texts, vectorizer)
    fits: dict[str, list[Any]] = {}
    for seed in range(5):
        for method in ("vectors", "nmf", "lda"):
            model = TopicModel(
                20, method, TermVectorizer(analyzer=str.split), random_state=seed
            ).fit(texts)
            fits.setdefault(f"topics {method}", []).append(model.components_)
        theirs = their_models(20, seed)
        theirs["scikit-learn NMF"].set_params(init="random")
        for name, model in theirs.items():
            model.fit(counts if name.endswith("LDA") else weights)
            fits.setdefault(name, []).append(model.components_)
    result = {name: stability(components) for name, components in fits.items()}
    for name, value in result.items():
        print(f"  {name:24} {value:.3f}")
    return result


def one_fit(folder: Path, side: str) -> list[list[str]]:
    """Read the Senate releases and fit 20 topics, in this process; gives their words."""
    path = folder / "senate.parquet"
    if side.startswith("topics"):
        texts = pq.read_table(path, columns=["text"])["text"]
        model = TopicModel(20, side.split()[1], n_jobs=2).fit(texts)
        return [
            [f"{name}:", *words]
            for name, words in zip(model.names_, model.top_words(), strict=True)
        ]
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    texts = pq.read_table(path, columns=["text"])["text"].to_pylist()
    counter = CountVectorizer(**{**SENATE_TERMS, "token_pattern": r"(?u)\b[^\W\d_]{2,}\b"})
    if side == "tomotopy":
        import tomotopy

        analyze = counter.build_analyzer()
        model = tomotopy.LDAModel(k=20, seed=0, min_df=5)
        for text in texts:
            words = analyze(text)
            if words:
                model.add_doc(words)
        model.train(50, workers=2)
        return [[word for word, _ in model.get_topic_words(t)] for t in range(20)]
    counts = counter.fit_transform(texts)
    if side == "gensim":
        from gensim.matutils import Sparse2Corpus
        from gensim.models import LdaModel

        corpus = Sparse2Corpus(counts, documents_columns=False)
        model = LdaModel(corpus, num_topics=20, random_state=0)
        return plain_words(model.get_topics(), counter.get_feature_names_out())
    model = their_models(20, 0)[side]
    tf_idf = TfidfTransformer(sublinear_tf=True)
    model.fit(counts if side.endswith("LDA") else tf_idf.fit_transform(counts))
    return plain_words(model.components_, counter.get_feature_names_out())


def bench_memory(folder: Path, runs: int) -> dict[str, Any]:
    """From the Parquet file to 20 topics, a process each: wall seconds and peak memory."""
    result = {}
    for side in (
        "topics vectors", "topics nmf", "topics lda", "scikit-learn NMF", "scikit-learn LDA",
        "gensim", "tomotopy",
    ):  # fmt: skip
        command = [sys.executable, __file__, str(folder), "--one", side]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        result[side] = json.loads(done.stdout.splitlines()[-1])
        seconds, peak = result[side]["seconds"], result[side]["peak_mib"]
        print(f"  {side:24} {seconds:8.1f} s  {peak:7.0f} MiB", flush=True)
    for side, found in result.items():
        print(f"\n  {side}")
        for words in found["words"]:
            print(f"    {' '.join(words)}")
    return result


BENCHES = {
    "octis": bench_octis,
    "classes": bench_classes,
    "short": bench_short,
    "lda": bench_lda,
    "nmf": bench_nmf,
    "growth": bench_growth,
    "stability": bench_stability,
    "memory": bench_memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", choices=BENCHES, default=list(BENCHES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    parser.add_argument("--one")
    args = parser.parse_args()
    if args.one:
        begun = time.perf_counter()
        words = one_fit(args.folder, args.one)
        # Not getrusage: what it calls the most begins with that of the process that started this.
        status = Path("/proc/self/status").read_text("ascii")
        peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
        seconds = time.perf_counter() - begun
        print(json.dumps({"seconds": seconds, "peak_mib": peak, "words": words}))
        return
    warnings.filterwarnings("ignore", category=FutureWarning)
    results: dict[str, Any] = {
        "environment": {
            "python": platform.python_version(), "cores": os.cpu_count(), "runs": args.runs
        }
    }  # fmt: skip
    for name in args.only:
        print(f"{name}: {BENCHES[name].__doc__}", flush=True)
        results[name] = BENCHES[name](args.folder, args.runs)
    if args.json:
        Path(args.json).write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
