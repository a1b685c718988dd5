"""How far each release belongs to each theme, from seed words alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.arrays import softmax, unit_rows
from topics._math.discriminant import linear_discriminant
from topics._math.label_spreading import neighbour_graph, propagate

SeedWeights = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Columns of a theme's seeds and their weights."""

SAMPLE = 8000
TEMPERATURE = 0.1
SHARED_TEMPERATURE = 0.15
"""Where a release may have several themes: they compete less."""
BACKGROUND = 0.2
ODDS = 6.0
FEW = 40
STAGES = ("plain", "typical", "mean")
"""Ways from seeds to beliefs: cosines alone, or centred on one of two points and self-trained."""

_TYPICAL = 10
_DIRECT = 0.25
_FIT = 0.25
_CAUTION = 4.0
"""A discriminant's log odds are divided by it: it takes for chance what words have in common."""
_GUARD_SAMPLE = 3000
_LEAST_WITNESSES = 30


class Beliefs(NamedTuple):
    """What seeds say of a sample of releases.

    Attributes
    ----------
    rows : ndarray of int64, shape (n,)
        The releases, in order.
    values : ndarray of float64, shape (n, n_themes)
        From 0 to 1; from 0.5 on a theme is more likely than not to apply.
    stage : str
        The one of ``STAGES`` that the values come from.
    nothing : ndarray of float64, shape (n,)
        How far a release belongs to none of the themes, from 0 to 1.
    checks : dict of str to float
        Share of releases that each stage gave to the right theme by other seeds than those that
        stand in them; empty where too few releases could be asked.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    nothing: NDArray[np.float64]
    stage: str
    checks: dict[str, float]


def theme_beliefs(
    X: sp.csr_matrix,
    vectors: NDArray[np.float32],
    seeds: Sequence[SeedWeights],
    *,
    exclusive: bool = False,
    random_state: Any = 0,
) -> Beliefs:
    """Beliefs about a sample of 8,000 releases that hold any known term.

    A theme is the mean vector of its seeds. Cosines of releases with it, and the weights of the
    seeds that stand in the text, compete with a background that stands for "none of these" in a
    softmax. Then each release takes on its neighbours' beliefs, a linear discriminant of these
    beliefs says anew how far it belongs to each theme, and neighbours are heard once more. Whether
    vectors are centred, and on what, and whether all this is done at all, :func:`choose_stage`
    decides from the pile. Below 40 releases there is no mean worth the name, nor are there
    neighbours: there, :func:`seed_weights` decides.

    Parameters
    ----------
    X : csr_matrix of float32, shape (n_documents, n_terms)
        Term weights with rows of length one.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    seeds : sequence of (ndarray of int, ndarray of float)
        Columns of each theme's seeds and their weights; those of excluded words are below zero.
    exclusive : bool, default=False
        Whether a release has one theme, no more and no less: beliefs are then sharpened against
        each other, else each by itself.
    random_state : int, RandomState or None, default=0
        For the sample.

    Returns
    -------
    Beliefs
        With the stage they come from.
    """
    known = np.flatnonzero(np.diff(X.indptr))
    rows = known[_sample(known.size, SAMPLE, random_state)]
    X = X[rows]
    if rows.size < FEW:
        coef, intercept = seed_weights(X, vectors, seeds)
        beliefs = 1 / (1 + np.exp(-_float64(X @ coef + intercept)))
        return Beliefs(rows, beliefs, np.prod(1 - beliefs, axis=1), "plain", {})
    temperature = TEMPERATURE if exclusive else SHARED_TEMPERATURE
    stage, checks = choose_stage(
        X, vectors, seeds, temperature=temperature, random_state=random_state
    )
    beliefs = _stage(stage, X, vectors, seeds, temperature)
    nothing = beliefs[:, -1]
    if exclusive:
        # One theme applies, however little of each there is.
        beliefs = _sharpened(beliefs[:, :-1])
    else:
        odds = ODDS * beliefs[:, :-1] / np.maximum(1 - beliefs[:, :-1], 1e-12)
        beliefs = odds / (1 + odds)
    return Beliefs(rows, beliefs, nothing, stage, checks)


def choose_stage(
    X: sp.csr_matrix,
    vectors: NDArray[np.float32],
    seeds: Sequence[SeedWeights],
    *,
    temperature: float = TEMPERATURE,
    random_state: Any = 0,
) -> tuple[str, dict[str, float]]:
    """The way from seeds to beliefs that suits a pile, found without labels.

    Every other seed of each theme is held out. Releases in which held-out seeds of one theme stand
    and no other seeds are witnesses: the theme is known, and with these seeds' weights taken out
    of their text, it has to be found from the seeds that are left. Then the halves change places.
    Plain cosines are kept unless self-training finds more of the witnesses; centring on the mean of
    all releases, which suits themes of like size and ruins others, must find more than centring
    on typical releases does by more than the noise of the witnesses on whom they differ.

    Parameters
    ----------
    X : csr_matrix of float32, shape (n_documents, n_terms)
        Term weights with rows of length one.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    seeds : sequence of (ndarray of int, ndarray of float)
        Columns of each theme's seeds and their weights.
    temperature : float, default=0.1
        Cosines are divided by it before they compete.
    random_state : int, RandomState or None, default=0
        For the sample that is asked.

    Returns
    -------
    stage : str
        One of ``STAGES``.
    checks : dict of str to float
        Share of the witnesses that each stage found; empty with fewer than 30 of them.
    """
    known = [(columns[weights > 0], weights[weights > 0]) for columns, weights in seeds]
    if sum(columns.size > 1 for columns, _ in known) < 2:
        return "typical", {}
    X = X[_sample(X.shape[0], _GUARD_SAMPLE, random_state)]
    right: dict[str, list[NDArray[np.bool_]]] = {stage: [] for stage in STAGES}
    for half in (0, 1):
        given = [(c[half::2], w[half::2]) if c.size > 1 else (c, w) for c, w in known]
        held = [c[1 - half :: 2] if c.size > 1 else c[:0] for c, _ in known]
        named = np.stack([_holds(X, columns) for columns in held], axis=1)
        other = np.stack([_holds(X, columns) for columns, _ in given], axis=1).any(axis=1)
        witnesses = (named.sum(axis=1) == 1) & ~other
        kept = np.ones(X.shape[1], np.float32)
        kept[np.concatenate(held)] = 0
        masked = sp.csr_matrix(X.multiply(kept), dtype=np.float32)
        for stage in STAGES:
            beliefs = _stage(stage, masked, vectors, given, temperature)[witnesses, :-1]
            right[stage].append(beliefs.argmax(axis=1) == named[witnesses].argmax(axis=1))
    found = {stage: np.concatenate(parts) for stage, parts in right.items()}
    if found["plain"].size < _LEAST_WITNESSES:
        return "typical", {}
    checks = {stage: float(hits.mean()) for stage, hits in found.items()}
    gained = int((found["mean"] & ~found["typical"]).sum())
    lost = int((found["typical"] & ~found["mean"]).sum())
    best = "mean" if gained - lost > np.sqrt(gained + lost) else "typical"
    return (best if checks[best] > checks["plain"] else "plain"), checks


def seed_weights(
    X: sp.csr_matrix, vectors: NDArray[np.float32], seeds: Sequence[SeedWeights]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A linear model straight from the seeds: the cosine with the theme, and the seeds themselves.

    Parameters
    ----------
    X : csr_matrix of float32, shape (n_documents, n_terms)
        Term weights with rows of length one.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    seeds : sequence of (ndarray of int, ndarray of float)
        Columns of each theme's seeds and their weights.

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
    for k, (columns, weights) in enumerate(seeds):
        coef[columns, k] += weights
    return (
        (coef / TEMPERATURE).astype(np.float32),
        np.full(len(seeds), -_FIT / TEMPERATURE, np.float32),
    )


def theme_vectors(
    vectors: NDArray[np.float32], seeds: Sequence[SeedWeights]
) -> NDArray[np.float32]:
    """Mean vector of each theme's seeds, of length one.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    seeds : sequence of (ndarray of int, ndarray of float)
        Columns of each theme's seeds and their weights.

    Returns
    -------
    ndarray of float32, shape (n_themes, size)
        One row a theme.
    """
    return unit_rows(
        np.stack([weights.astype(np.float32) @ vectors[columns] for columns, weights in seeds])
    )


def _sample(n: int, most: int, random_state: Any) -> NDArray[np.int64]:
    from sklearn.utils import check_random_state

    if n <= most:
        return np.arange(n)
    return np.sort(check_random_state(random_state).choice(n, most, replace=False))


def _float64(rows: Any) -> NDArray[np.float64]:
    return np.asarray(rows, np.float64)


def _holds(X: sp.csr_matrix, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(X[:, columns].sum(axis=1)).ravel() > 0


def _stage(
    stage: str,
    X: sp.csr_matrix,
    vectors: NDArray[np.float32],
    seeds: Sequence[SeedWeights],
    temperature: float,
) -> NDArray[np.float64]:
    """Beliefs in every theme and, last, in none of them; rows sum to 1."""
    themes = theme_vectors(vectors, seeds)
    documents = unit_rows(X @ vectors)
    # Words without company have no vector: such releases go by the seeds that stand in them.
    placed = documents.any(axis=1)
    if stage == "plain":
        scores = documents @ themes.T
        # Cosines that are not centred lie high, wherever the pile's own mean lies.
        highest = scores[placed].max(axis=1)
        scores[placed] += 2 * BACKGROUND - (np.median(highest) if highest.size else 0)
    else:
        documents, themes = _centre(stage, documents, themes)
        documents[~placed] = 0
        scores = documents @ themes.T
    direct = np.column_stack([X[:, columns] @ weights for columns, weights in seeds])
    scores = np.column_stack([scores + _DIRECT * direct, np.full(len(scores), BACKGROUND)])
    beliefs = softmax(_float64(scores) / temperature)
    if stage == "plain":
        return beliefs
    graph = neighbour_graph(documents, temperature)
    members = _sharpened(propagate(graph, beliefs)).T * placed
    means, metric = linear_discriminant(documents, members)
    across = means @ metric
    scores = documents @ across.T - (across * means).sum(axis=1) / 2
    beliefs[placed] = softmax(scores[placed] / _CAUTION)
    return propagate(graph, beliefs)


def _sharpened(beliefs: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = beliefs**2
    return np.asarray(squares / np.maximum(squares.sum(axis=1, keepdims=True), 1e-300))


def _centre(
    stage: str, documents: NDArray[Any], themes: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Vectors with a point in the middle taken off.

    The mean of all releases lies near the commonest theme and centring on it takes that theme
    away; the mean of the themes' ten most typical releases counts each theme the same.
    """
    mean = documents.mean(axis=0)
    if len(themes) == 1:
        return unit_rows(documents - mean), unit_rows(themes - mean)
    if stage == "mean":
        return unit_rows(documents - mean), unit_rows(themes - themes.mean(axis=0))
    cosine = documents @ themes.T
    typical = []
    for k in range(len(themes)):
        margin = cosine[:, k] - np.delete(cosine, k, axis=1).max(axis=1)
        best = np.argsort(-margin, kind="stable")[:_TYPICAL]
        typical.append(documents[best].mean(axis=0))
    return unit_rows(documents - np.mean(typical, axis=0)), unit_rows(themes - themes.mean(axis=0))
