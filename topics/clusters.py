"""Clusters of documents, to start topics from."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._parallel import over_shards

SAMPLE = 5_000
"""Most documents that centres are looked for in."""
_ROWS_PER_SHARD = 4096
_SHRINKAGE = 0.1


def cluster_rows(
    rows: Any,
    n_clusters: int,
    *,
    n_init: int = 1,
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Clusters by k-means, its centres found in a sample of 5,000 [1]_.

    Parameters
    ----------
    rows : ndarray or csr_matrix of float, shape (n_documents, n_dimensions)
        Documents as rows of length one, or of zeros.
    n_clusters : int
        How many; no more are found than there are rows.
    n_init : int, default=1
        Starts, of which the best is kept.
    random_state : int, RandomState or None, default=0
        For the sample and the starts.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    clusters : ndarray of int64, shape (n_documents,)
        Number of the centre nearest by direction.
    centres : ndarray, shape (n_clusters, n_dimensions)
        Of length one, or of zeros where there were fewer rows.

    References
    ----------
    .. [1] Arthur, Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0, 1], [1, 0], [0, 1.0]])
    >>> clusters, _ = cluster_rows(rows, 2)
    >>> bool(clusters[0] == clusters[2] != clusters[1])
    True
    """
    from sklearn.cluster import KMeans
    from sklearn.utils import check_random_state
    from threadpoolctl import threadpool_limits

    rng = check_random_state(random_state)
    n = rows.shape[0]
    chosen = np.sort(rng.permutation(n)[:SAMPLE])
    found = min(n_clusters, chosen.size)
    centres = np.zeros((n_clusters, rows.shape[1]), rows.dtype)
    # Its sums, and so the bits, would depend on how many threads it uses.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Number of distinct clusters")
        means = KMeans(found, n_init=n_init, max_iter=50, random_state=rng).fit(rows[chosen])
        centres[:found] = means.cluster_centers_
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)
        across = np.ascontiguousarray(centres.T)
        parts = over_shards(
            lambda low, high: np.asarray(rows[low:high] @ across).argmax(axis=1),
            n, _ROWS_PER_SHARD, n_jobs,
        )  # fmt: skip
    return np.concatenate(parts), centres


def members_of(
    clusters: NDArray[np.integer], n_clusters: int, dtype: Any = np.float32
) -> sp.csc_matrix:
    """Which rows each cluster holds: a product with it sums them.

    Parameters
    ----------
    clusters : ndarray of int, shape (n_documents,)
        Cluster of each row.
    n_clusters : int
        How many there are.
    dtype : dtype, default=float32
        Of the ones.

    Returns
    -------
    csc_matrix, shape (n_clusters, n_documents)
        One for a member.

    Examples
    --------
    >>> (members_of(np.array([0, 1, 0]), 2) @ np.array([[1.0], [2], [4]])).tolist()
    [[5.0], [2.0]]
    """
    n = clusters.size
    return sp.csr_matrix((np.ones(n, dtype), clusters, np.arange(n + 1)), (n, n_clusters)).T


def smoothed_sums(members: Any, weights: sp.csr_matrix, share: float = 0.1) -> NDArray[np.float32]:
    """Sums of the rows of each cluster, with a share of the mean cluster in each.

    Parameters
    ----------
    members : ndarray or sparse matrix, shape (n_clusters, n_documents)
        How much of each document is of a cluster, as :func:`members_of` has it.
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
    >>> smoothed_sums(np.eye(2), sp.csr_matrix([[2.0, 0], [0, 4]]), 0.5).tolist()
    [[1.5, 1.0], [0.5, 3.0]]
    """
    sums = members @ weights
    sums = np.asarray(sums.toarray() if sp.issparse(sums) else sums, np.float64)
    return np.asarray((1 - share) * sums + share * sums.mean(axis=0), np.float32)


def discriminant(
    rows: NDArray[np.floating], members: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means of clusters, and the metric in which they are tightest: Fisher's discriminant [1]_.

    Parameters
    ----------
    rows : ndarray of float, shape (n_documents, size)
        Vectors of documents.
    members : ndarray or sparse matrix, shape (n_clusters, n_documents)
        How much of each document is of a cluster, as :func:`members_of` has it; means of clusters
        without a document are zeros.

    Returns
    -------
    means : ndarray of float64, shape (n_clusters, size)
        Means of the clusters.
    metric : ndarray of float64, shape (size, size)
        Inverse of the covariance within clusters, drawn a tenth of the way to that of a sphere,
        further for few documents. A document ``x`` is of the cluster with the largest
        ``mean @ metric @ x - mean @ metric @ mean / 2``.

    References
    ----------
    .. [1] Fisher (1936), "The use of multiple measurements in taxonomic problems", Annals of
       Eugenics 7.

    Examples
    --------
    >>> rows = np.array([[0, 0.0], [4, 1], [1, -1], [5, 0]])
    >>> means, metric = discriminant(rows, members_of(np.array([0, 0, 1, 1]), 2))
    >>> means.tolist(), bool(metric[0, 0] < metric[1, 1])
    ([[2.0, 0.5], [3.0, -0.5]], True)
    """
    size = rows.shape[1]
    each, total = (np.asarray(members.sum(axis=i), np.float64).ravel() for i in (1, 0))
    means = np.asarray(members @ rows, np.float64) / np.maximum(each, 1e-12)[:, None]
    within = -(means.T * each) @ means
    for low in range(0, total.size, _ROWS_PER_SHARD):
        some = rows[low : low + _ROWS_PER_SHARD].astype(np.float64)
        within += (some.T * total[low : low + _ROWS_PER_SHARD]) @ some
    within /= max(total.sum(), 1e-12)
    round_ = max(float(np.trace(within)) / size, 1e-12)
    drawn = max(_SHRINKAGE, size / (size + total.size))
    within = (1 - drawn) * within + drawn * round_ * np.eye(size)
    return means, np.linalg.inv(within)


def seeded_start(
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
    >>> seeded_start(start, papers, np.array([[0, 0, 1.0], [0, 0, 0]])).round(2).tolist()
    [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]
    """
    from scipy.optimize import linear_sum_assignment

    start = start / np.maximum(start.sum(axis=1, keepdims=True), 1e-12)
    seeded = np.flatnonzero(seeds.any(axis=1))
    if not seeded.size:
        return np.asarray(start, np.float32)
    holding = np.asarray(weights @ np.ascontiguousarray(seeds[seeded].T))
    drawn = np.asarray((weights.T @ holding).T, np.float64)
    drawn /= np.maximum(drawn.sum(axis=1, keepdims=True), 1e-12)
    _, replaced = linear_sum_assignment(-(drawn @ start.T))
    order = np.empty(len(start), np.int64)
    order[seeded] = replaced
    free = np.setdiff1d(np.arange(len(start)), seeded)
    order[free] = np.setdiff1d(np.arange(len(start)), replaced)
    start = start[order]
    start[seeded] = drawn
    return np.asarray(start, np.float32)
