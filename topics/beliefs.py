"""How far each release belongs to each theme, from seed words alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

SAMPLE = 8000
TEMPERATURE = 0.1
BACKGROUND = 0.2
ODDS = 4.0
FEW = 40
_TYPICAL = 10
_DIRECT = 0.5
_FIT = 0.25


def theme_beliefs(
    X: sp.csr_matrix,
    vectors: NDArray[np.float32],
    seeds: Sequence[NDArray[np.int64]],
    *,
    sample: int = SAMPLE,
    random_state: Any = 0,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Beliefs about a sample of releases.

    A theme is the mean vector of its seeds. Vectors of releases are centred on the mean of the
    themes' ten most typical releases, each theme counting the same: the mean of all releases
    would lie near the commonest theme, and centring on it would take that theme away. Cosines
    and the weights of the seeds that stand in the text compete with a background that stands
    for "none of these" in a softmax; then each release takes on its neighbours' beliefs [1]_.
    Below 40 releases there is no mean worth the name, nor are there neighbours: there,
    :func:`seed_weights` decides.

    Parameters
    ----------
    X : csr_matrix of float32, shape (n_documents, n_terms)
        Term weights with rows of length one.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    seeds : sequence of ndarray of int
        Columns of each theme's seeds.
    sample : int, default=8000
        Most releases looked at.
    random_state : int, RandomState or None, default=0
        For the sample.

    Returns
    -------
    rows : ndarray of int64, shape (n,)
        The releases, in order.
    beliefs : ndarray of float64, shape (n, n_themes)
        From 0 to 1; from 0.5 on a theme is more likely than not to apply.

    References
    ----------
    .. [1] Zhou, Bousquet, Lal, Weston, Schölkopf (2004), "Learning with local and global
       consistency", NIPS.
    """
    from sklearn.utils import check_random_state

    rows = np.arange(X.shape[0])
    if rows.size > sample:
        rows = np.sort(check_random_state(random_state).choice(rows, sample, replace=False))
    X = X[rows]
    if rows.size < FEW:
        coef, intercept = seed_weights(X, vectors, seeds)
        return rows, np.asarray(1 / (1 + np.exp(-(X @ coef + intercept).astype(np.float64))))
    themes = theme_vectors(vectors, seeds)
    documents = _unit(X @ vectors)
    centred, themes = _centre(documents, themes)
    direct = np.stack([np.asarray(X[:, columns].sum(axis=1)).ravel() for columns in seeds], axis=1)
    scores = np.column_stack(
        [centred @ themes.T + _DIRECT * direct, np.full(rows.size, BACKGROUND)]
    ).astype(np.float64)
    beliefs = np.exp((scores - scores.max(axis=1, keepdims=True)) / TEMPERATURE)
    beliefs = _propagate(beliefs / beliefs.sum(axis=1, keepdims=True), centred)[:, :-1]
    odds = ODDS * beliefs / np.maximum(1 - beliefs, 1e-12)
    return rows, odds / (1 + odds)


def seed_weights(
    X: sp.csr_matrix, vectors: NDArray[np.float32], seeds: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A linear model straight from the seeds: the cosine with the theme, and the seeds themselves.

    Parameters
    ----------
    X : csr_matrix of float32, shape (n_documents, n_terms)
        Term weights with rows of length one.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    seeds : sequence of ndarray of int
        Columns of each theme's seeds.

    Returns
    -------
    coef : ndarray of float32, shape (n_terms, n_themes)
        Weights of terms.
    intercept : ndarray of float32, shape (n_themes,)
        Such that the score is above 0 where cosine and seeds sum to more than a quarter.
    """
    length = np.linalg.norm(X @ vectors, axis=1)
    typical = float(np.median(length[length > 0])) if (length > 0).any() else 1.0
    coef = vectors @ theme_vectors(vectors, seeds).T / typical
    for k, columns in enumerate(seeds):
        coef[columns, k] += 1
    return (
        (coef / TEMPERATURE).astype(np.float32),
        np.full(len(seeds), -_FIT / TEMPERATURE, np.float32),
    )


def theme_vectors(
    vectors: NDArray[np.float32], seeds: Sequence[NDArray[np.int64]]
) -> NDArray[np.float32]:
    """Mean vector of each theme's seeds, of length one.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    seeds : sequence of ndarray of int
        Columns of each theme's seeds.

    Returns
    -------
    ndarray of float32, shape (n_themes, size)
        One row a theme.
    """
    return _unit(np.stack([vectors[columns].mean(axis=0) for columns in seeds]))


def _unit(rows: NDArray[Any]) -> NDArray[Any]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def _centre(documents: NDArray[Any], themes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    if len(themes) == 1:
        mean = documents.mean(axis=0)
        return _unit(documents - mean), _unit(themes - mean)
    cosine = documents @ themes.T
    typical = []
    for k in range(len(themes)):
        margin = cosine[:, k] - np.delete(cosine, k, axis=1).max(axis=1)
        best = np.argsort(-margin, kind="stable")[:_TYPICAL]
        typical.append(documents[best].mean(axis=0))
    return _unit(documents - np.mean(typical, axis=0)), _unit(themes - themes.mean(axis=0))


def _propagate(
    beliefs: NDArray[np.float64],
    documents: NDArray[Any],
    *,
    neighbours: int = 15,
    keep: float = 0.1,
    steps: int = 20,
) -> NDArray[np.float64]:
    """Beliefs after each release has listened to its nearest ones."""
    from sklearn.neighbors import kneighbors_graph

    neighbours = min(neighbours, len(documents) // 5)
    if neighbours < 1:
        return beliefs
    graph = kneighbors_graph(documents, neighbours, mode="distance", metric="cosine")
    graph.data = np.exp(-graph.data / TEMPERATURE)
    graph = graph.maximum(graph.T)
    degree = np.asarray(graph.sum(axis=1)).ravel()
    scale = sp.diags(1 / np.sqrt(np.where(degree > 0, degree, 1)))
    graph = (scale @ graph @ scale).tocsr()
    spread = beliefs
    for _ in range(steps):
        spread = (1 - keep) * (graph @ spread) + keep * beliefs
    total = spread.sum(axis=1, keepdims=True)
    return np.asarray(spread / np.where(total > 0, total, 1))
