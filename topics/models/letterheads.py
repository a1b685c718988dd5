"""Letterheads: words that stand together across releases, whatever those are about."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.arrays import subsample
from topics._math.kmeans import spherical_kmeans
from topics._math.sparse import presence
from topics._parallel import one_blas_thread
from topics.text.word_vectors import document_vectors

_SAMPLE, _TERMS = 2_000, 2_000
"""Documents, and most frequent terms, among which letterheads are looked for."""


_FEWEST = 10
"""Documents, of those, that a letterhead stands in at least; of larger corpora a hundredth."""


_TOGETHER = 0.5
"""Jaccard similarity of the documents of two words from which on they stand in one letterhead, and
the share of its words that a document with the letterhead holds."""


_SPREAD = 0.6
"""Number of further subjects that its documents are about, beside that of as many documents drawn
at random, from which on words are a letterhead and no subject."""


_DIVIDES, _DIVIDES_ALONE = 0.6, 0.3
"""Share of the documents that have any letterhead, or one and the same, from which on publishers
divide a corpus. Where few do, what looks like one is more often a country or a turn of phrase."""


_SUBJECTS, _DRAWS = 20, 3
"""Clusters that stand for subjects, and draws of documents at random."""


def find_letterheads(
    weights: sp.csr_matrix,
    vectors: NDArray[np.float32],
    *,
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> sp.csr_matrix:
    """Groups of words that nearly always stand together, in documents on all kinds of subjects.

    Names, addresses and slogans of a publisher stand in each of its releases; the words of a
    subject that are found together as often are found with that subject alone. How many subjects
    documents are about is the exponential of the entropy of their clusters, the words in question
    left out.

    Parameters
    ----------
    weights : csr_matrix of float32, shape (n_documents, n_terms)
        Weights of the terms.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of the terms.
    random_state : int, RandomState or None, default=0
        For the sample and the clusters.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    csr_matrix of float32, shape (n_letterheads, n_terms)
        The same value for each term of a letterhead, so that rows sum to 1. None are found unless
        three in five documents have any, or three in ten the same.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> texts = np.zeros((60, 8), np.float32)
    >>> texts[np.arange(60), np.arange(60) % 6] = 1  # six subjects, a word each
    >>> texts[np.ix_(rng.permutation(60)[:40], [6, 7])] = 1
    >>> vectors = np.eye(8, dtype=np.float32)
    >>> find_letterheads(sp.csr_matrix(texts), vectors).toarray().tolist()
    [[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5]]
    """
    sample = weights[subsample(weights.shape[0], _SAMPLE, random_state)]
    candidates = _words_together(sample)
    letterheads = _as_matrix(candidates, weights.shape[1])
    if not candidates:
        return letterheads
    holders = [np.flatnonzero(held) for held in _held_shares(sample, letterheads).T >= _TOGETHER]
    rest = sample.copy()
    rest.data[np.isin(rest.indices, np.concatenate(candidates))] = 0
    with one_blas_thread():
        rows, _ = document_vectors(np.asarray(rest @ vectors))
        k = min(_SUBJECTS, max(2, len(rows) // 10))
        subjects, _ = spherical_kmeans(rows, k, random_state=random_state, n_jobs=n_jobs)
    rng = np.random.default_rng(0)
    # What says nothing but the words in question is on no subject.
    speaks = np.asarray(rows.any(axis=1))
    drawn = [rng.permutation(subjects[speaks]) for _ in range(_DRAWS)]
    spread = np.zeros(len(candidates))
    for i, held in enumerate(holders):
        own = held[speaks[held]]
        if own.size >= _fewest(sample.shape[0]):
            usual = float(np.mean([_n_subjects(other[: own.size]) for other in drawn]))
            spread[i] = (_n_subjects(subjects[own]) - 1) / (usual - 1) if usual > 1 else 0
    found = letterheads[np.flatnonzero(spread >= _SPREAD)]
    of = letterhead_of(sample, found)
    if (of >= 0).mean() >= _DIVIDES:
        return found
    sizes = np.bincount(of[of >= 0], minlength=found.shape[0])
    return found[np.flatnonzero(sizes >= _DIVIDES_ALONE * len(of))]


def letterhead_of(weights: sp.csr_matrix, letterheads: sp.csr_matrix) -> NDArray[np.int64]:
    """Number of the letterhead that each document has.

    Parameters
    ----------
    weights : csr_matrix, shape (n_documents, n_terms)
        Weights or counts of the terms.
    letterheads : csr_matrix, shape (n_letterheads, n_terms)
        As of :func:`find_letterheads`.

    Returns
    -------
    ndarray of int64, shape (n_documents,)
        That of which the document holds the largest share of words, half of them or more;
        -1 where it holds none.

    Examples
    --------
    >>> letterheads = sp.csr_matrix(np.array([[0.5, 0.5, 0.0]], np.float32))
    >>> letterhead_of(sp.csr_matrix([[1.0, 2.0, 0.0], [0.0, 0.0, 1.0]]), letterheads).tolist()
    [0, -1]
    """
    if not letterheads.shape[0]:
        return np.full(weights.shape[0], -1)
    shares = _held_shares(weights, letterheads)
    return np.where(shares.max(axis=1) >= _TOGETHER, shares.argmax(axis=1), -1)


def _words_together(sample: sp.csr_matrix) -> list[NDArray[np.int64]]:
    """Sets of terms each of which stands with another in most documents that hold either."""
    from scipy.sparse.csgraph import connected_components

    frequency = np.bincount(sample.indices, minlength=sample.shape[1])
    often = np.argsort(-frequency, kind="stable")[:_TERMS]
    often = np.sort(often[frequency[often] >= _fewest(sample.shape[0])])
    held = presence(sample)[:, often].toarray()
    with one_blas_thread():
        both = held.T @ held
    together = both >= _TOGETHER * (np.add.outer(frequency[often], frequency[often]) - both)
    np.fill_diagonal(together, False)
    n_sets, of = connected_components(sp.csr_matrix(together), directed=False)
    return [often[of == s] for s in np.flatnonzero(np.bincount(of, minlength=n_sets) > 1)]


def _fewest(n_documents: int) -> int:
    return max(_FEWEST, n_documents // 100)


def _held_shares(weights: sp.csr_matrix, letterheads: sp.csr_matrix) -> NDArray[np.float32]:
    """Share of the words of each letterhead that each document holds."""
    return np.asarray((presence(weights) @ letterheads.T).todense())


def _as_matrix(sets: list[NDArray[np.int64]], n_terms: int) -> sp.csr_matrix:
    starts = np.concatenate([[0], np.cumsum([terms.size for terms in sets], dtype=np.int64)])
    columns = np.concatenate([np.empty(0, np.int64), *sets])
    shares = np.concatenate([np.empty(0), *(np.full(t.size, 1 / t.size) for t in sets)])
    return sp.csr_matrix((shares.astype(np.float32), columns, starts), (len(sets), n_terms))


def _n_subjects(clusters: NDArray[np.int64]) -> float:
    """How many clusters documents are spread over: the exponential of the entropy."""
    shares = np.bincount(clusters) / max(clusters.size, 1)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))
