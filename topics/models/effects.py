"""How topic proportions differ between groups and along numbers, by bootstrap over releases."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics.models.topics_over_time import day_of

N_BOOTSTRAPS = 400
"""Resamples, from which intervals are taken."""


class Interval(NamedTuple):
    """An estimate and the bounds that it lies between with a given confidence.

    Attributes
    ----------
    estimate, low, high : ndarray of float64
        Of the same shape.
    """

    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def mean_proportions(
    proportions: NDArray[np.floating],
    groups: NDArray[np.int64],
    n_groups: int,
    *,
    confidence: float = 0.95,
    random_state: int = 0,
) -> Interval:
    """Mean proportions of each group, with intervals by bootstrap over its documents [1]_.

    Parameters
    ----------
    proportions : ndarray of float, shape (n_documents, n_topics)
        Topic proportions.
    groups : ndarray of int64, shape (n_documents,)
        Group of each document, -1 for none.
    n_groups : int
        How many there are.
    confidence : float, default=0.95
        Share of resamples within the bounds.
    random_state : int, default=0
        For the resamples.

    Returns
    -------
    Interval
        Of the shape (n_groups, n_topics); nan for a group without documents.

    References
    ----------
    .. [1] Efron, Tibshirani (1993), "An introduction to the bootstrap", chapter 13.

    Examples
    --------
    >>> shares = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    >>> mean_proportions(shares, np.array([0, 0, 1]), 2).estimate.tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """

    def means(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
        return sums / sizes

    return _of_groups(means, proportions, groups, n_groups, confidence, random_state)


def slopes(
    proportions: NDArray[np.floating],
    values: NDArray[np.float64],
    *,
    confidence: float = 0.95,
    random_state: int = 0,
) -> Interval:
    """How proportions change with a number: least squares, with intervals by bootstrap.

    Parameters
    ----------
    proportions : ndarray of float, shape (n_documents, n_topics)
        Topic proportions.
    values : ndarray of float64, shape (n_documents,)
        The number of each document; nan where it has none, and it is left out.
    confidence : float, default=0.95
        Share of resamples within the bounds.
    random_state : int, default=0
        For the resamples.

    Returns
    -------
    Interval
        Of the shape (n_topics,): the change of a proportion with one unit more. Zeros where all
        documents have the same number.

    Examples
    --------
    >>> shares = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
    >>> slopes(shares, np.array([2000.0, 2001, 2002])).estimate.tolist()
    [0.5, -0.5]
    """

    def least_squares(rows: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y, total = values[rows], proportions[rows], max(weights.sum(), 1e-12)
        centred = x - weights @ x / total
        spread = weights @ centred**2
        return (weights * centred) @ y / spread if spread > 0 else np.zeros(y.shape[1])

    rows = np.flatnonzero(~np.isnan(values))
    return _bootstrap(least_squares, rows, proportions.shape[1:], confidence, random_state)


def differences(
    proportions: NDArray[np.floating],
    groups: NDArray[np.int64],
    n_groups: int,
    *,
    confidence: float = 0.95,
    random_state: int = 0,
) -> Interval:
    """How much larger proportions are in each group than in all other documents.

    Parameters
    ----------
    proportions, groups, n_groups, confidence, random_state
        As for :func:`mean_proportions`; documents of no group are left out.

    Returns
    -------
    Interval
        Of the shape (n_groups, n_topics); nan for a group without documents.

    Examples
    --------
    >>> shares = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    >>> differences(shares, np.array([0, 1, 1]), 2).estimate.tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """

    def apart(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
        return sums / sizes - (sums.sum(axis=0) - sums) / (sizes.sum() - sizes)

    return _of_groups(apart, proportions, groups, n_groups, confidence, random_state)


def as_numbers(values: Sequence[Any]) -> NDArray[np.float64] | None:
    """Values as numbers, where they are numbers or dates.

    Parameters
    ----------
    values : sequence
        None and nan where a value is missing.

    Returns
    -------
    ndarray of float64, or None
        Dates as years, parts of a year behind the point; None where the values are others, such as
        names.

    Examples
    --------
    >>> as_numbers([1, None, 2.5]).tolist(), as_numbers(["a", "b"])
    ([1.0, nan, 2.5], None)
    >>> as_numbers(["2024-01-01", "2024-07-02"]).round(2).tolist()
    [2024.0, 2024.5]
    """
    known = [value for value in values if value is not None]
    if known and all(_is_number(value) for value in known):
        missing = (float("nan") if value is None else float(value) for value in values)
        return np.fromiter(missing, np.float64, len(values))
    days = [day_of(str(value)) if value is not None else None for value in values]
    if not known or any(
        day is None for day, value in zip(days, values, strict=True) if value is not None
    ):
        return None
    return np.array([_year(day) for day in days])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))


def _year(day: str | None) -> float:
    if day is None:
        return float("nan")
    date = datetime.date.fromisoformat(day)
    first = datetime.date(date.year, 1, 1)
    return date.year + (date - first).days / 365.25


def _of_groups(
    statistic: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
    proportions: NDArray[np.floating],
    groups: NDArray[np.int64],
    n_groups: int,
    confidence: float,
    random_state: int,
) -> Interval:
    """A statistic of sums and sizes of groups, which are resampled all at once."""
    known = np.flatnonzero(groups >= 0)
    some, of = proportions[known].astype(np.float64), groups[known]

    def resampled(rows: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        members = sp.csr_matrix((weights, (of, rows)), (n_groups, known.size))
        sizes = np.asarray(np.bincount(of, weights, n_groups)[:, None], np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            return statistic(np.asarray(members @ some), sizes)

    shape = (n_groups, proportions.shape[1])
    return _bootstrap(resampled, np.arange(known.size), shape, confidence, random_state)


def _bootstrap(
    statistic: Callable[[NDArray[np.int64], NDArray[np.float64]], NDArray[np.float64]],
    rows: NDArray[np.int64],
    shape: tuple[int, ...],
    confidence: float,
    random_state: int,
) -> Interval:
    """A statistic of weighed documents, and its quantiles over resamples of them."""
    if not rows.size:
        return Interval(*np.full((3, *shape), np.nan))
    rng = np.random.default_rng(random_state)
    estimate = statistic(rows, np.ones(rows.size, np.float64))
    drawn = np.empty((N_BOOTSTRAPS, *shape))
    for b in range(N_BOOTSTRAPS):
        # How often each document is drawn is what a resample is.
        times = np.bincount(rng.integers(rows.size, size=rows.size), minlength=rows.size)
        drawn[b] = statistic(rows, np.asarray(times, np.float64))
    tail = (1 - confidence) / 2
    with warnings.catch_warnings():
        # A group that has no documents.
        warnings.filterwarnings("ignore", "All-NaN slice")
        low, high = np.nanquantile(drawn, [tail, 1 - tail], axis=0)
    return Interval(estimate, low, high)
