"""Fisher's linear discriminant."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROWS_PER_SHARD = 4096


_LEAST_SCATTER = 1e-4
"""Scatter within clusters that is taken at least, beside that of all documents."""


def linear_discriminant(
    rows: NDArray[np.floating], members: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means of clusters, and the metric in which they are tightest: Fisher's discriminant [1]_.

    Parameters
    ----------
    rows : ndarray of float, shape (n_documents, size)
        Vectors of documents.
    members : ndarray or sparse matrix, shape (n_clusters, n_documents)
        How much of each document is of a cluster, as :func:`membership_matrix` has it; means of
        clusters without a document are zeros.

    Returns
    -------
    means : ndarray of float64, shape (n_clusters, size)
        Means of the clusters.
    metric : ndarray of float64, shape (size, size)
        Inverse of the covariance within clusters, drawn towards that of a sphere, the further the
        fewer documents there are. A document ``x`` is of the cluster with the largest
        ``mean @ metric @ x - mean @ metric @ mean / 2``.

    References
    ----------
    .. [1] Fisher (1936), "The use of multiple measurements in taxonomic problems", Annals of
       Eugenics 7.

    Examples
    --------
    >>> from topics._math.sparse import membership_matrix
    >>> rows = np.array([[0, 0.0], [4, 1], [1, -1], [5, 0]])
    >>> means, metric = linear_discriminant(rows, membership_matrix(np.array([0, 0, 1, 1]), 2))
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
    # Where documents of a cluster are equal nothing is left but rounding, which is no direction.
    least = _LEAST_SCATTER * float(np.square(rows, dtype=np.float64).sum()) / max(len(rows), 1)
    round_ = max(float(np.trace(within)), least, 1e-12) / size
    drawn = size / (size + total.size)
    within = (1 - drawn) * within + drawn * round_ * np.eye(size)
    return means, np.linalg.inv(within)
