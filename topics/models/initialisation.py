"""Topics to start from: clusters of documents, factors of a sample, and seeds."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from topics._math.arrays import unit_rows, unit_sum_rows
from topics._math.kmeans import spherical_kmeans
from topics._math.sparse import membership_matrix
from topics.models.nmf import NMF
from topics.text.tfidf import inverse_document_frequency, tfidf_weights

_MIN_SAMPLE, _MIN_SAMPLE_PER_TOPIC = 8_000, 20
"""Documents that a start is looked for in: so many, or so many for each topic if that is more."""


_START = 20
"""Steps of NMF before the first of LDA."""


_STARTS = 3


def sample_size(n_topics: int) -> int:
    """How many documents are enough to start topics from.

    Parameters
    ----------
    n_topics : int
        Number of topics.

    Returns
    -------
    int
        Number of documents.

    Examples
    --------
    >>> sample_size(20)
    8000
    """
    return max(_MIN_SAMPLE, _MIN_SAMPLE_PER_TOPIC * n_topics)


def cluster_term_weights(
    members: Any, weights: sp.csr_matrix, share: float = 0.1
) -> NDArray[np.float32]:
    """Sums of the rows of each cluster, with a share of the mean cluster in each.

    Parameters
    ----------
    members : ndarray or sparse matrix, shape (n_clusters, n_documents)
        How much of each document is of a cluster, as :func:`membership_matrix` has it.
    weights : csr_matrix, shape (n_documents, n_terms)
        Counts or weights.
    share : float, default=0.1
        Weight of the mean.

    Returns
    -------
    ndarray of float32, shape (n_clusters, n_terms)
        No cluster is without a term that any has.

    Examples
    --------
    >>> cluster_term_weights(np.eye(2), sp.csr_matrix([[2.0, 0], [0, 4]]), 0.5).tolist()
    [[1.5, 1.0], [0.5, 3.0]]
    """
    sums = members @ weights
    sums = np.asarray(sums.toarray() if sp.issparse(sums) else sums, np.float64)
    return np.asarray((1 - share) * sums + share * sums.mean(axis=0), np.float32)


def seed_initialisation(
    start: NDArray[np.floating], weights: sp.csr_matrix, seeds: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Topics to start from, some of which are drawn to seeds.

    A seeded topic starts from the documents that hold its seeds, and takes the place of the topic
    that was most like it; the others are left to those without seeds.

    Parameters
    ----------
    start : ndarray, shape (n_topics, n_terms)
        Topics of no seeds.
    weights : csr_matrix, shape (n_documents, n_terms)
        Counts or weights of the documents.
    seeds : ndarray, shape (n_topics, n_terms)
        Weights of the seeds; rows of zeros for topics that stay free.

    Returns
    -------
    ndarray of float32, shape (n_topics, n_terms)
        The start, topics in the order of the seeds.

    Examples
    --------
    >>> start = np.array([[1.0, 0, 0], [0, 0, 1]])
    >>> papers = sp.csr_matrix([[0, 2.0, 2], [2, 0, 0]])
    >>> seed_initialisation(start, papers, np.array([[0, 0, 1.0], [0, 0, 0]])).round(2).tolist()
    [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]
    """
    from scipy.optimize import linear_sum_assignment

    start = unit_sum_rows(start)
    seeded = np.flatnonzero(seeds.any(axis=1))
    if not seeded.size:
        return np.asarray(start, np.float32)
    holding = np.asarray(weights @ np.ascontiguousarray(seeds[seeded].T))
    drawn = np.asarray((weights.T @ holding).T, np.float64)
    drawn = unit_sum_rows(drawn)
    _, replaced = linear_sum_assignment(-(drawn @ start.T))
    order = np.empty(len(start), np.int64)
    order[seeded] = replaced
    free = np.setdiff1d(np.arange(len(start)), seeded)
    order[free] = np.setdiff1d(np.arange(len(start)), replaced)
    start = start[order]
    start[seeded] = drawn
    return np.asarray(start, np.float32)


def initialise_from_clusters(
    weights: sp.csr_matrix,
    rows: NDArray[np.float32],
    n_topics: int,
    seeds: ArrayLike | None = None,
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> NDArray[np.float32]:
    """Topics to start from: clusters of document vectors, those with seeds drawn to them.

    Parameters
    ----------
    weights : csr_matrix, shape (n_documents, n_terms)
        Weights or counts of terms.
    rows : ndarray of float32, shape (n_documents, size)
        Vectors of the documents, of length one.
    n_topics : int
        How many.
    seeds : array of shape (n_topics, n_terms) or None, default=None
        Weights of seeds, zeros for topics that stay free.
    random_state : int, RandomState or None, default=0
        For the clusters.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    ndarray of float32, shape (n_topics, n_terms)
        Rows of length one.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0, 1], [1, 0]], np.float32)
    >>> initialise_from_clusters(sp.csr_matrix([[3.0, 0], [0, 2], [1, 0]]), rows, 2).shape
    (2, 2)
    """
    clusters, _ = spherical_kmeans(
        rows, n_topics, n_init=_STARTS, random_state=random_state, n_jobs=n_jobs
    )
    start = cluster_term_weights(membership_matrix(clusters, n_topics), weights)
    if seeds is not None:
        start = seed_initialisation(start, weights, np.asarray(seeds, np.float32))
    return unit_rows(start)


def initialise_from_nmf(
    counts: sp.csr_matrix,
    n_topics: int,
    *,
    weights: sp.csr_matrix | None = None,
    init: Literal["nndsvd"] | NDArray[np.floating] = "nndsvd",
    seed_components: NDArray[np.floating] | None = None,
    n_jobs: int | None = None,
) -> NDArray[np.float32]:
    """Topics to start from: terms of the documents that a few steps of NMF bring together.

    Parameters
    ----------
    counts : csr_matrix of float32, shape (n_documents, n_terms)
        Term counts of a sample.
    n_topics : int
        How many.
    weights : csr_matrix of float32, shape (n_documents, n_terms), or None, default=None
        Their tf-idf weights, which NMF is of; None weighs them.
    init, seed_components
        As :class:`topics.models.nmf.NMF` has them.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    ndarray of float32, shape (n_topics, n_terms)
        Counts, each document's in proportion to its weights of the factors.

    Examples
    --------
    >>> counts = sp.csr_matrix(np.array([[4, 3, 0], [5, 4, 0], [0, 0, 3]], np.float32))
    >>> initialise_from_nmf(counts, 2).argmax(axis=1).tolist() in ([0, 2], [2, 0])
    True
    """
    if weights is None:
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = inverse_document_frequency(frequency, counts.shape[0])
        # The logarithm of what is below one would be below zero.
        whole = bool(counts.data.min(initial=1) >= 1)
        weights = tfidf_weights(counts, idf, sublinear_tf=whole)
    nmf = NMF(n_topics, init=init, seed_components=seed_components, max_iter=_START, n_jobs=n_jobs)
    factors = nmf.fit_transform(weights)
    return cluster_term_weights(unit_sum_rows(factors).T, counts)
