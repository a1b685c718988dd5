"""How far each document belongs to each theme, from seed words alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.arrays import (
    log_odds,
    sigmoid,
    softmax,
    subsample,
    unit_rows,
    unit_sum_rows,
)
from topics._math.calibration import calibrate
from topics._math.discriminant import linear_discriminant
from topics._math.label_spreading import neighbour_graph, spread_labels

SeedWeights = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Columns of a theme's seeds and their weights."""

SAMPLE = 8000
TEMPERATURE = 0.1
SHARED_TEMPERATURE = 0.15
"""Where a document may have several themes: they compete less."""
SHARED_CAUTION = 4.0
"""There a discriminant's log odds are divided by it: it takes for chance what words share."""
BACKGROUND = 0.2
ODDS = 6.0
MIN_DOCUMENTS = 40
PROPAGATIONS = ("cosine_only", "centred_on_typical", "centred_on_mean")
"""Ways from seeds to labels: cosines alone, or centred on one of two points and self-trained."""

_TYPICAL = 10
_SEED_TERM_WEIGHT = 0.25
_SEED_THRESHOLD = 0.25
_HELD_OUT_SAMPLE = 3000
_MIN_HELD_OUT = 30


class SoftLabels(NamedTuple):
    """What seeds say of a sample of documents.

    Attributes
    ----------
    rows : ndarray of int64, shape (n,)
        The documents, in order.
    values : ndarray of float64, shape (n, n_themes)
        From 0 to 1; from 0.5 on a theme is more likely than not to apply.
    propagation : str
        The one of ``PROPAGATIONS`` that the values come from.
    none_of_the_themes : ndarray of float64, shape (n,)
        How far a document belongs to none of the themes, from 0 to 1.
    accuracy : dict of str to float
        Share of documents that each propagation gave to the right theme by other seeds than those
        that stand in them; empty where too few documents could be asked.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    none_of_the_themes: NDArray[np.float64]
    propagation: str
    accuracy: dict[str, float]


def soft_labels(
    X: sp.csr_matrix,
    vectors: NDArray[np.float32],
    seeds: Sequence[SeedWeights],
    *,
    exclusive: bool = False,
    random_state: Any = 0,
    zero_shot: NDArray[np.float64] | None = None,
    weight: float = 0.0,
) -> SoftLabels:
    """Soft labels of a sample of 8,000 documents that hold any known term.

    A theme is the mean vector of its seeds. Cosines of documents with it, and the weights of the
    seeds that stand in the text, compete with a background that stands for "none of these" in a
    softmax. Then each document takes on its neighbours' labels, a linear discriminant of these
    labels says anew how far it belongs to each theme, and neighbours are heard once more. Whether
    vectors are centred, and on what, and whether all this is done at all,
    :func:`select_propagation` decides from the corpus. Below 40 documents there is no mean worth
    the name, nor are there neighbours: there, :func:`seed_linear_model` decides. What a background
    says beforehand is heard beside all this: log odds of the three are added up, as those of
    experts who each know something else [1]_.

    Parameters
    ----------
    X : csr_matrix of float32, shape (n_documents, n_terms)
        Term weights with rows of length one.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    seeds : sequence of (ndarray of int, ndarray of float)
        Columns of each theme's seeds and their weights; those of excluded words are below zero.
    exclusive : bool, default=False
        Whether a document has one theme, no more and no less: labels are then sharpened against
        each other, else each by itself.
    random_state : int, RandomState or None, default=0
        For the sample.
    zero_shot : ndarray of float64, shape (n_documents, n_themes), or None, default=None
        Log odds of the themes by a background, as of
        :meth:`topics.themes.zero_shot.ZeroShot.scores`.
    weight : float, default=0
        How far the background is trusted, from 0 to 1.

    Returns
    -------
    SoftLabels
        With the propagation they come from.

    References
    ----------
    .. [1] Hinton (2002), "Training products of experts by minimizing contrastive divergence",
       Neural Computation 14.

    Examples
    --------
    >>> seeds = [(np.array([0]), np.ones(1)), (np.array([1]), np.ones(1))]
    >>> found = soft_labels(sp.identity(4, np.float32, "csr"), np.eye(4, dtype=np.float32), seeds)
    >>> found.propagation
    'cosine_only'
    """
    known = np.flatnonzero(np.diff(X.indptr))
    rows = known[subsample(known.size, SAMPLE, random_state)]
    X = X[rows]
    if rows.size < MIN_DOCUMENTS:
        coef, intercept = seed_linear_model(X, vectors, seeds)
        labels = sigmoid(_float64(X @ coef + intercept))
        return SoftLabels(rows, labels, np.prod(1 - labels, axis=1), "cosine_only", {})
    temperature = TEMPERATURE if exclusive else SHARED_TEMPERATURE
    caution = 1.0 if exclusive else SHARED_CAUTION
    propagation, accuracy = select_propagation(
        X, vectors, seeds, temperature=temperature, caution=caution, random_state=random_state
    )
    documents = unit_rows(X @ vectors)
    labels = _label(propagation, X, documents, vectors, seeds, temperature, caution)
    found = max(accuracy.values(), default=1.0)
    none_of_the_themes = labels[:, -1] * (found if found <= _MORE_RIGHT_THAN_WRONG else 1.0)
    if accuracy and found > _MORE_RIGHT_THAN_WRONG:
        none_of_the_themes = _novelty(
            labels, propagation, X, documents, vectors, seeds, temperature, caution, random_state
        )
    plain = labels
    if zero_shot is not None and propagation != "cosine_only":
        plain = _label("cosine_only", X, documents, vectors, seeds, temperature, caution)
    # How far plain cosines are heard beside what documents learn from each other.
    beside = _FEW_DOCUMENTS / (_FEW_DOCUMENTS + rows.size) if plain is not labels else 0.0
    if exclusive:
        # One theme applies, however little of each there is.
        logs = np.log(labels[:, :-1] + _TINY) + beside * np.log(plain[:, :-1] + _TINY)
        if zero_shot is not None:
            apart = zero_shot[rows] - zero_shot[rows].mean(axis=1, keepdims=True)
            logs += weight**3 * apart / max(float(apart.std()), _TINY)
        labels = _sharpen(softmax(logs))
    else:
        logs = (_log_odds(labels[:, :-1]) + beside * _log_odds(plain[:, :-1])) / (1 + beside)
        if zero_shot is not None:
            logs += _SHARED_WEIGHT * weight**3 * zero_shot[rows]
        labels = sigmoid(logs)
    return SoftLabels(rows, labels, none_of_the_themes, propagation, accuracy)


def _novelty(
    labels: NDArray[np.float64],
    propagation: str,
    X: sp.csr_matrix,
    documents: NDArray[np.float32],
    vectors: NDArray[np.float32],
    seeds: Sequence[SeedWeights],
    temperature: float,
    caution: float,
    random_state: Any,
) -> NDArray[np.float64]:
    """How likely documents are about something that no theme stands for.

    The last column of ``labels`` puts documents in the right order, and says nothing of how likely
    that is. So each theme is left out in turn: what the others then say of its documents is what
    documents of a theme that nobody named look like, and a curve (Platt 1999) is fitted to that. It
    is fitted to log odds and to their distance from the median, which are off in opposite ways (the
    first find too little where there are few documents, the second too much where there is nothing
    new), and their mean counts.
    """
    odds = log_odds(labels[:, -1])
    if len(seeds) < _FEWEST_TO_LEAVE_OUT:
        return labels[:, -1]
    sample = subsample(X.shape[0], _NOVELTY_SAMPLE, random_state)
    X, documents = X[sample], documents[sample]
    first = labels[sample, :-1].argmax(axis=1)
    sure = labels[sample, :-1].max(axis=1) > labels[sample, -1]
    shown: list[NDArray[np.float64]] = []
    is_new: list[NDArray[np.bool_]] = []
    for k in range(len(seeds)):
        others = [*seeds[:k], *seeds[k + 1 :]]
        without = _label(propagation, X, documents, vectors, others, temperature, caution)
        found = log_odds(without[:, -1])
        shown.append(np.column_stack([found, _from_median(found)])[sure])
        is_new.append(first[sure] == k)
    known, new = np.concatenate(shown), np.concatenate(is_new)
    if not 0 < new.mean() < 1:
        return labels[:, -1]
    curves = [calibrate(column[:, None], new[:, None], by_class=False) for column in known.T]
    both = [
        column * slope[0] + shift[0]
        for column, (slope, shift) in zip((odds, _from_median(odds)), curves, strict=True)
    ]
    return sigmoid((both[0] + both[1]) / 2)


def _from_median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances from the median, in median distances; a text that is there many times counts once.

    Examples
    --------
    >>> _from_median(np.array([0.0] * 9 + [1.0, -1.0])).tolist()[-2:]
    [1.0, -1.0]
    """
    distinct = np.unique(values.round(6))
    middle = np.median(distinct)
    spread = float(np.median(np.abs(distinct - middle)))
    return (values - middle) / (spread or 1.0)


def _log_odds(labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log odds of soft labels that compete with each other, in favour of each."""
    return np.log(ODDS * labels + _TINY) - np.log(np.maximum(1 - labels, _TINY))


_TINY = 1e-9
_FEWEST_TO_LEAVE_OUT, _NOVELTY_SAMPLE = 3, 2000
"""Themes from which on one can be left out, and documents that are then looked at."""
_MORE_RIGHT_THAN_WRONG = 0.5
"""Share of held-out documents that seeds must find, or what fits no theme is what nobody knows."""
_FEW_DOCUMENTS = 300
"""At so many, plain cosines are heard half as much as what documents learn from each other."""
_SHARED_WEIGHT = 0.5
"""Weight of a background's log odds where a document may have several themes."""
_SHARED_GAIN = 0.03
"""Share of the held-out documents that self-training must find more than plain cosines do."""


def select_propagation(
    X: sp.csr_matrix,
    vectors: NDArray[np.float32],
    seeds: Sequence[SeedWeights],
    *,
    temperature: float = TEMPERATURE,
    caution: float = 1.0,
    random_state: Any = 0,
) -> tuple[str, dict[str, float]]:
    """The way from seeds to labels that suits a corpus, found without labels.

    Every other seed of each theme is held out. Documents in which held-out seeds of one theme stand
    and no other seeds are held-out documents: the theme is known, and with these seeds' weights
    taken out of their text, it has to be found from the seeds that are left. Then the halves change
    places. Plain cosines are kept unless self-training finds more of the held-out documents, and
    clearly more where documents may have several themes (a caution above 1), since those of one
    theme are not like all. Centring on the mean of all documents, which suits themes of like size
    and ruins others, must find more than centring on typical documents does by more than the noise
    of the held-out documents on whom they differ.

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
    caution : float, default=1.0
        The discriminant's log odds are divided by it.
    random_state : int, RandomState or None, default=0
        For the sample that is asked.

    Returns
    -------
    propagation : str
        One of ``PROPAGATIONS``.
    accuracy : dict of str to float
        Share of the held-out documents that each propagation found; empty with fewer than 30 of
        them.

    Examples
    --------
    >>> seeds = [(np.array([0]), np.ones(1)), (np.array([1]), np.ones(1))]
    >>> select_propagation(sp.identity(3, np.float32, "csr"), np.eye(3, dtype=np.float32), seeds)
    ('centred_on_typical', {})
    """
    known = [(columns[weights > 0], weights[weights > 0]) for columns, weights in seeds]
    if sum(columns.size > 1 for columns, _ in known) < 2:
        return "centred_on_typical", {}
    X = X[subsample(X.shape[0], _HELD_OUT_SAMPLE, random_state)]
    right: dict[str, list[NDArray[np.bool_]]] = {propagation: [] for propagation in PROPAGATIONS}
    for half in (0, 1):
        given = [(c[half::2], w[half::2]) if c.size > 1 else (c, w) for c, w in known]
        held = [c[1 - half :: 2] if c.size > 1 else c[:0] for c, _ in known]
        named = np.stack([_holds(X, columns) for columns in held], axis=1)
        other = np.stack([_holds(X, columns) for columns, _ in given], axis=1).any(axis=1)
        held_out = (named.sum(axis=1) == 1) & ~other
        kept = np.ones(X.shape[1], np.float32)
        kept[np.concatenate(held)] = 0
        masked = sp.csr_matrix(X.multiply(kept), dtype=np.float32)
        documents = unit_rows(masked @ vectors)
        for propagation in PROPAGATIONS:
            labels = _label(propagation, masked, documents, vectors, given, temperature, caution)
            labels = labels[held_out, :-1]
            right[propagation].append(labels.argmax(axis=1) == named[held_out].argmax(axis=1))
    found = {propagation: np.concatenate(parts) for propagation, parts in right.items()}
    if found["cosine_only"].size < _MIN_HELD_OUT:
        return "centred_on_typical", {}
    accuracy = {propagation: float(hits.mean()) for propagation, hits in found.items()}
    gained = int((found["centred_on_mean"] & ~found["centred_on_typical"]).sum())
    lost = int((found["centred_on_typical"] & ~found["centred_on_mean"]).sum())
    best = "centred_on_mean" if gained - lost > np.sqrt(gained + lost) else "centred_on_typical"
    needed = accuracy["cosine_only"] + (_SHARED_GAIN if caution > 1 else 0)
    return (best if accuracy[best] > needed else "cosine_only"), accuracy


def seed_linear_model(
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

    Examples
    --------
    >>> seeds = [(np.array([0]), np.ones(1)), (np.array([1]), np.ones(1))]
    >>> X = sp.identity(3, np.float32, "csr")
    >>> coef, intercept = seed_linear_model(X, np.eye(3, dtype=np.float32), seeds)
    >>> coef.shape, intercept.shape
    ((3, 2), (2,))
    """
    some = X[subsample(X.shape[0], SAMPLE)] if X.shape[0] > SAMPLE else X
    length = np.linalg.norm(some @ vectors, axis=1)
    typical = float(np.median(length[length > 0])) if (length > 0).any() else 1.0
    coef = vectors @ theme_vectors(vectors, seeds).T / typical
    for k, (columns, weights) in enumerate(seeds):
        coef[columns, k] += weights
    return (
        (coef / TEMPERATURE).astype(np.float32),
        np.full(len(seeds), -_SEED_THRESHOLD / TEMPERATURE, np.float32),
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

    Examples
    --------
    >>> theme_vectors(np.eye(3, dtype=np.float32), [(np.array([0]), np.ones(1))]).tolist()
    [[1.0, 0.0, 0.0]]
    """
    return unit_rows(
        np.stack([weights.astype(np.float32) @ vectors[columns] for columns, weights in seeds])
    )


def _float64(rows: Any) -> NDArray[np.float64]:
    return np.asarray(rows, np.float64)


def _holds(X: sp.csr_matrix, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(X[:, columns].sum(axis=1)).ravel() > 0


def _label(
    propagation: str,
    X: sp.csr_matrix,
    documents: NDArray[Any],
    vectors: NDArray[np.float32],
    seeds: Sequence[SeedWeights],
    temperature: float,
    caution: float,
) -> NDArray[np.float64]:
    """Soft labels of every theme and, last, of none of them; rows sum to 1."""
    themes = theme_vectors(vectors, seeds)
    # Words without co-occurrence have no vector: such documents go by the seeds that stand in them.
    placed = documents.any(axis=1)
    if propagation == "cosine_only":
        scores = documents @ themes.T
        # Cosines that are not centred lie high, wherever the corpus's own mean lies.
        highest = scores[placed].max(axis=1)
        scores[placed] += 2 * BACKGROUND - (np.median(highest) if highest.size else 0)
    else:
        documents, themes = _centre(propagation, documents, themes)
        documents[~placed] = 0
        scores = documents @ themes.T
    direct = np.column_stack([X[:, columns] @ weights for columns, weights in seeds])
    scores = np.column_stack(
        [scores + _SEED_TERM_WEIGHT * direct, np.full(len(scores), BACKGROUND)]
    )
    labels = softmax(_float64(scores) / temperature)
    if propagation == "cosine_only":
        return labels
    graph = neighbour_graph(documents, temperature)
    members = _sharpen(spread_labels(graph, labels)).T * placed
    means, metric = linear_discriminant(documents, members)
    across = means @ metric
    scores = documents @ across.T - (across * means).sum(axis=1) / 2
    labels[placed] = softmax(scores[placed] / caution)
    return spread_labels(graph, labels)


def _sharpen(labels: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = labels**2
    return unit_sum_rows(squares)


def _centre(
    propagation: str, documents: NDArray[Any], themes: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Vectors with a point in the middle taken off.

    The mean of all documents lies near the commonest theme and centring on it takes that theme
    away; the mean of the themes' ten most typical documents counts each theme the same.
    """
    mean = documents.mean(axis=0)
    if len(themes) == 1:
        return unit_rows(documents - mean), unit_rows(themes - mean)
    if propagation == "centred_on_mean":
        return unit_rows(documents - mean), unit_rows(themes - themes.mean(axis=0))
    cosine = documents @ themes.T
    typical = []
    for k in range(len(themes)):
        margin = cosine[:, k] - np.delete(cosine, k, axis=1).max(axis=1)
        best = np.argsort(-margin, kind="stable")[:_TYPICAL]
        typical.append(documents[best].mean(axis=0))
    return unit_rows(documents - np.mean(typical, axis=0)), unit_rows(themes - themes.mean(axis=0))
