"""Themes placed by what a background knows of their seeds, before any release is seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.arrays import softmax
from topics.themes.soft_labels import SeedWeights

_POOLING_TEMPERATURE = 0.1
"""A word is as near to a theme as to the nearest of its seeds, softly."""
_TEMPERATURE = 0.25
_TYPICAL_QUANTILE = 0.75
"""Of the scores of documents' best themes, what a document that has a theme scores for it."""
_TYPICAL_SCORE, _TYPICAL_WEIGHT = 0.28, 10
"""The same before there are documents, and at how many it weighs as much as what these show."""
_LEAST_SHARE = 0.35
"""Share of that score from which on a theme applies."""
_SCALE = 4.0
"""Log odds of a document with just that score, were there no least share."""
_FEW_THEMES, _MANY_THEMES = 2, 8
"""From so few to so many themes, they come to speak against each other."""
_COMPANY, _LEAST_COMPANY, _COMPANY_WEIGHT = 3, 0.2, 0.33
"""Words beside a theme's name, how near they must lie, and what they weigh beside it."""
_HALF_LEARNT = 200
"""Documents at which a corpus has as much to say as a background that is trusted."""


class ZeroShot(NamedTuple):
    """A linear model of themes that no release has taught.

    Attributes
    ----------
    coef : ndarray of float32, shape (n_terms, n_themes)
        Weights of terms, zero where nothing is known of a term. Scores are like log odds.
    intercept : ndarray of float32, shape (n_themes,)
        Score of an empty text.
    trust, weight : float
        As of :class:`topics.text.background.WordKnowledge`.
    """

    coef: NDArray[np.float32]
    intercept: NDArray[np.float32]
    trust: float = 1.0
    weight: float = 1.0

    def scores(self, X: sp.csr_matrix) -> NDArray[np.float64]:
        """Scores of documents.

        Examples
        --------
        >>> model = ZeroShot(np.eye(2, dtype=np.float32), np.zeros(2, np.float32))
        >>> model.scores(sp.identity(2, np.float32, "csr")).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
        """
        return np.asarray(X @ self.coef + self.intercept, np.float64)


def zero_shot_model(
    X: sp.csr_matrix,
    vectors: NDArray[np.float32],
    seeds: Sequence[SeedWeights],
    *,
    exclusive: bool = False,
    trust: float = 1.0,
    weight: float = 1.0,
) -> ZeroShot:
    """A linear model of themes from vectors of a background.

    A word speaks for the theme whose seeds it lies near to, and against the others: by a softmax
    over the themes of its cosines with the seeds, less what each theme would have by chance.

    Parameters
    ----------
    X : csr_matrix of float32, shape (n_documents, n_terms)
        Term weights with rows of length one, to see how high scores are; there may be no rows.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms, of length one, or zeros.
    seeds : sequence of (ndarray of int, ndarray of float)
        Columns of each theme's seeds and their weights.
    exclusive : bool, default=False
        Whether a document has one theme, no more and no less.
    trust, weight : float, default=1
        As of :class:`topics.text.background.WordKnowledge`.

    Returns
    -------
    ZeroShot
        The model. Unless ``exclusive``, scores are above 0 where a theme applies.

    Examples
    --------
    >>> vectors = np.repeat(np.eye(2, dtype=np.float32), 2, axis=0)
    >>> seeds = [(np.array([0]), np.ones(1)), (np.array([2]), np.ones(1))]
    >>> model = zero_shot_model(sp.csr_matrix((0, 4), dtype=np.float32), vectors, seeds)
    >>> (model.coef > 0).tolist()
    [[True, False], [True, False], [False, True], [False, True]]
    """
    similarity = np.stack([_nearness(vectors, theme) for theme in seeds], axis=1)
    known = np.asarray(vectors.any(axis=1))
    n_themes = len(seeds)
    if n_themes == 1:
        coef = similarity - similarity[known].mean(axis=0)
    else:
        coef = softmax(similarity / _TEMPERATURE) - 1 / n_themes
    coef *= known[:, None]
    apart, least = 1.0, 0.0
    if not exclusive:
        # Of few themes that a user asks for, what speaks for one does not speak against another;
        # among many, each stands for much that the others are not.
        apart = np.clip((n_themes - _FEW_THEMES) / (_MANY_THEMES - _FEW_THEMES), 0, 1)
        coef = np.maximum(coef, apart * coef)
        # A text of any words whatever speaks for no theme.
        coef[known] -= (1 - apart) * coef[known].mean(axis=0)
        least = _LEAST_SHARE
    for k, (columns, weights) in enumerate(seeds):
        # Seeds speak for themselves where a background does not know them.
        itself = np.where((weights > 0) & known[columns], 1 - apart, 1.0)
        coef[columns, k] += itself * np.sign(weights)
    coef = coef.astype(np.float32)
    best = np.asarray(X @ coef).max(axis=1, initial=0)
    best = best[best > 0]
    typical = _TYPICAL_SCORE
    if best.size:
        typical = (
            best.size * float(np.quantile(best, _TYPICAL_QUANTILE))
            + _TYPICAL_WEIGHT * _TYPICAL_SCORE
        ) / (best.size + _TYPICAL_WEIGHT)
    scale = np.float32(_SCALE / typical)
    return ZeroShot(coef * scale, np.full(n_themes, -least * _SCALE, np.float32), trust, weight)


def _nearness(vectors: NDArray[np.float32], seeds: SeedWeights) -> NDArray[np.float64]:
    """How near terms lie to the seeds that speak for a theme."""
    columns, weights = seeds
    # A seed that nothing is known of is near to nothing, and not as near as all others.
    kept = (weights > 0) & vectors[columns].any(axis=1)
    if not kept.any():
        return np.zeros(len(vectors))
    cosines = np.asarray(vectors @ vectors[columns[kept]].T, np.float64)
    pooled = np.exp(cosines / _POOLING_TEMPERATURE) @ (weights[kept] / weights[kept].sum())
    return _POOLING_TEMPERATURE * np.log(pooled)


def with_company(
    seeds: Mapping[int, SeedWeights],
    named: Collection[int],
    vectors: NDArray[np.float32],
    n_learnt: int,
    share: float,
) -> dict[int, SeedWeights]:
    """Themes that have but a name, with the words of the corpus that lie nearest to it beside it.

    Parameters
    ----------
    seeds : mapping of int to (ndarray of int, ndarray of float)
        Class number to the columns of its seeds and their weights.
    named : collection of int
        Classes whose only seed is their name or description.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of a background.
    n_learnt : int
        The first so many terms are the corpus's.
    share : float
        How much the corpus has to say: of few documents, what lies near is near by chance.

    Returns
    -------
    dict of int to (ndarray of int, ndarray of float)
        The same themes; up to three words more for each that is named, which weigh a third of what
        its name weighs, at most.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [0, 1], [0.8, 0.6]], np.float32)
    >>> seeds = {0: (np.array([0]), np.ones(1)), 1: (np.array([1]), np.ones(1))}
    >>> with_company(seeds, [0], vectors, 3, 1.0)[0][0].tolist()
    [0, 2]
    """
    order = sorted(seeds)
    nearness = np.stack([_nearness(vectors, seeds[k]) for k in order], axis=1)[:n_learnt]
    taken = np.unique(np.concatenate([seeds[k][0] for k in order]))
    nearness[taken[taken < n_learnt]] = -1
    own = nearness.argmax(axis=1)
    found = dict(seeds)
    for place, k in enumerate(order):
        if k in named:
            score = np.where(own == place, nearness[:, place], -1)
            best = np.argsort(-score, kind="stable")[:_COMPANY]
            best = best[score[best] > _LEAST_COMPANY]
            columns, weights = seeds[k]
            found[k] = (
                np.concatenate([columns, best]),
                np.concatenate([weights, np.full(best.size, _COMPANY_WEIGHT * share)]),
            )
    return found


def share_of_pile(n_documents: int, trust: float = 1.0) -> float:
    """How much a corpus has to say beside a background, by its size: from 0 to 1.

    A background that is less trusted is sooner outweighed.

    Examples
    --------
    >>> [round(share_of_pile(n), 2) for n in (10, 100, 1000)]
    [0.05, 0.33, 0.83]
    """
    return n_documents / (n_documents + trust * _HALF_LEARNT)
