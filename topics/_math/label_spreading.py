"""Label spreading: a graph of nearest neighbours, over which soft labels spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

N_NEIGHBORS = 30


_CLAMPING = 0.1


_DISTANCES_MIB = 32


_N_ITER = 20


def neighbour_graph(rows: NDArray[np.floating], temperature: float) -> sp.csr_matrix:
    """Which documents listen to each other, and how far: each to its 30 nearest.

    Parameters
    ----------
    rows : ndarray of float, shape (n_documents, size)
        Vectors of documents.
    temperature : float
        Cosines that differ by this much make weights that differ by a factor of e.

    Returns
    -------
    csr_matrix, shape (n_documents, n_documents)
        Symmetric, scaled by the degrees of both sides. A document has a fifth of all others as
        neighbours at most, and none that has nothing in common with it.

    Examples
    --------
    >>> rows = np.repeat(np.eye(2), 5, axis=0) + 0.01
    >>> neighbour_graph(rows, 0.1)[:5, 5:].nnz
    0
    """
    from sklearn import config_context
    from sklearn.neighbors import kneighbors_graph

    neighbours = min(N_NEIGHBORS, len(rows) // 5)
    if neighbours < 1:
        return sp.csr_matrix((len(rows), len(rows)))
    # It would hold the distances of all pairs at once.
    with config_context(working_memory=_DISTANCES_MIB):
        graph = kneighbors_graph(rows, neighbours, mode="distance", metric="cosine")
    graph.data = np.where(graph.data < 1, np.exp(-graph.data / temperature), 0)
    graph.eliminate_zeros()
    graph = graph.maximum(graph.T)
    degree = np.asarray(graph.sum(axis=1)).ravel()
    scale = sp.diags(1 / np.sqrt(np.where(degree > 0, degree, 1)))
    return sp.csr_matrix(scale @ graph @ scale)


def spread_labels(graph: sp.csr_matrix, labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Soft labels after each document has listened to its nearest ones [1]_.

    Parameters
    ----------
    graph : csr_matrix, shape (n_documents, n_documents)
        As of :func:`neighbour_graph`.
    labels : ndarray of float64, shape (n_documents, n_classes)
        Of at least zero.

    Returns
    -------
    ndarray of float64, shape (n_documents, n_classes)
        Rows sum to 1, but for those of zeros.

    References
    ----------
    .. [1] Zhou, Bousquet, Lal, Weston, Schölkopf (2004), "Learning with local and global
       consistency", NIPS.

    Examples
    --------
    >>> graph = neighbour_graph(np.repeat(np.eye(2), 5, axis=0) + 0.01, 0.1)
    >>> labels = np.array([[0.9, 0.1]] * 4 + [[0.4, 0.6]] + [[0.2, 0.8]] * 5)
    >>> spread_labels(graph, labels).argmax(axis=1).tolist()
    [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    """
    spread: Any = labels
    if graph.nnz:
        for _ in range(_N_ITER):
            spread = (1 - _CLAMPING) * (graph @ spread) + _CLAMPING * labels
    total = spread.sum(axis=1, keepdims=True)
    return np.asarray(spread / np.where(total > 0, total, 1))
