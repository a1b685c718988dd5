"""Which seed words serve a theme, and which would serve it better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.reading.documents import as_documents
from topics.text.default_vectorizer import fit_vectorizer
from topics.text.seed_words import (
    check_themes,
    expand_seeds,
    near_terms,
    original_seeds,
    parse_seed,
)
from topics.text.vectorizer import TermVectorizer
from topics.text.word_vectors import WordVectors
from topics.themes.soft_labels import theme_vectors

_RARE = 3
_COMMON = 0.2
_STRANGE = 0.15
"""Cosine with the theme's other seeds below which a seed shares little with them."""


def suggest_seeds(
    texts: Any,
    themes: Mapping[str, Sequence[str]],
    *,
    n_words: int = 5,
    vectorizer: TermVectorizer | None = None,
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> Any:
    """What each seed is worth in a corpus of documents, and words that would be better.

    Parameters
    ----------
    texts : Corpus, Arrow column, or iterable of str
        The documents.
    themes : mapping of str to sequence of str
        Theme name to seeds.
    n_words : int, default=5
        Words suggested for each theme.
    vectorizer : TermVectorizer or None, default=None
        None makes one fit for the corpus.
    random_state : int, RandomState or None, default=0
        For the vectors of words.
    n_jobs : int or None, default=None
        Threads.

    Returns
    -------
    pandas.DataFrame
        A row a seed: ``theme``, ``seed``, ``releases`` that hold it, ``forms`` of it that stand in
        them, ``fit`` (cosine with the theme's other seeds), ``verdict`` and ``better``, words for
        the theme. Verdicts are ``missing`` (in no document; with the nearest terms), ``no term``
        (stop words or digits only, which are not looked for), ``shared`` (a seed of another theme,
        too), ``ambiguous`` (nearer to another theme, which is named), ``rare`` (in fewer than 3
        releases), ``common``
        (in more than a fifth of them), ``apart`` (little in common with the other seeds) and
        ``good``.

    Raises
    ------
    TopicsError
        If there are no themes, or they are not as they should be.

    Examples
    --------
    >>> texts = ["refugees fled to the camp", "the court heard a judge"] * 20
    >>> found = suggest_seeds(texts, {"camp": ["refugees", "submarine"], "law": ["court", "judge"]})
    >>> found[["seed", "verdict"]].values.tolist()[:2]
    [['refugees', 'good'], ['submarine', 'missing']]
    >>> found["better"][0]
    ['camp', 'fled']
    """
    import pandas as pd

    checked = check_themes(themes)
    documents = as_documents(texts)
    fitted, sequences, _ = fit_vectorizer(documents, vectorizer, checked, n_jobs)
    vocabulary = fitted.vocabulary_
    names = fitted.get_feature_names_out()
    counts = sequences.counts(len(names), np.float32, n_jobs)
    frequency = np.bincount(counts.indices, minlength=len(names))
    # As the classifier has them.
    words = WordVectors(
        min_count=0, max_terms=None, max_tokens=None, random_state=random_state, n_jobs=n_jobs
    )
    vectors = words.fit(sequences, len(names)).vectors_
    weighed = expand_seeds(checked, fitted)
    known = {
        theme: np.array([vocabulary[t] for t, w in terms.items() if t in vocabulary and w > 0], int)
        for theme, terms in weighed.items()
    }
    centres = theme_vectors(vectors, [(c, np.ones(c.size)) for c in known.values()])
    written = original_seeds(checked, fitted.tokenize)
    better = _better_words(vectors, centres, frequency, known, names, n_words)
    rows = []
    for k, (theme, terms) in enumerate(weighed.items()):
        for seed, weight in terms.items():
            column = vocabulary.get(seed)
            n = 0 if column is None else int(frequency[column])
            fit = None
            verdict = "missing" if seed in written or parse_seed(seed).is_open else "no term"
            if verdict == "missing" and (near := near_terms(seed, vocabulary)):
                verdict += f": there is {', '.join(near)}"
            if column is not None:
                fit, verdict = _judge(column, k, n, vectors, known, centres, len(documents))
                elsewhere = [t for t in weighed if t != theme and weighed[t].get(seed, 0) > 0]
                if elsewhere and weight > 0:
                    verdict = f"shared with {', '.join(elsewhere)}"
            if weight < 0 and column is not None:
                verdict = "against the theme"
            forms = fitted.forms_.get(seed, [seed] if n else [])
            rows.append((theme, written.get(seed, seed), n, forms, fit, verdict, better[k]))
    names_of = ["theme", "seed", "releases", "forms", "fit", "verdict", "better"]
    return pd.DataFrame(rows, columns=names_of)


def _judge(
    column: int,
    k: int,
    n: int,
    vectors: NDArray[np.float32],
    known: Mapping[str, NDArray[np.int64]],
    centres: NDArray[np.float32],
    n_documents: int,
) -> tuple[float | None, str]:
    theme = list(known)[k]
    others = known[theme][known[theme] != column]
    fit = None
    if others.size:
        fit = float(vectors[column] @ theme_vectors(vectors, [(others, np.ones(others.size))])[0])
    cosines = centres @ vectors[column]
    cosines[k] = fit if fit is not None else 1.0
    nearest = int(cosines.argmax())
    if n < _RARE:
        return fit, "rare"
    if nearest != k:
        return fit, f"ambiguous: nearer to {list(known)[nearest]}"
    if n > _COMMON * n_documents and len(known) > 2:
        return fit, "common"
    if fit is not None and fit < _STRANGE:
        return fit, "apart"
    return fit, "good"


def _better_words(
    vectors: NDArray[np.float32],
    centres: NDArray[np.float32],
    frequency: NDArray[np.int64],
    known: Mapping[str, NDArray[np.int64]],
    names: NDArray[Any],
    n_words: int,
) -> list[list[str]]:
    """Words near one theme and far from the others, that stand in enough documents."""
    cosines = (vectors @ centres.T).astype(np.float64)
    taken = np.concatenate([*known.values(), np.empty(0, np.int64)]).astype(np.int64)
    often = np.log1p(frequency) / max(np.log1p(frequency.max(initial=1)), 1e-12)
    chosen = []
    for k in range(len(centres)):
        rivals = np.delete(cosines, k, axis=1).max(axis=1, initial=0)
        worth = (cosines[:, k] - np.maximum(rivals, 0)) * often
        worth[taken] = -1
        worth[frequency < _RARE] = -1
        best = np.argsort(-worth, kind="stable")[:n_words]
        chosen.append(sorted(str(names[i]) for i in best if worth[i] > 0.1))
    return chosen
