"""What is done to arrays of numbers in many places: one of each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_TINY = 1e-12
"""What is as good as zero below a fraction line."""


def unit_rows(rows: NDArray[Any], dtype: Any = np.float32) -> NDArray[Any]:
    """Rows of length one; those of no length stay zeros.

    Parameters
    ----------
    rows : ndarray of float, shape (n, size)
        Any rows.
    dtype : dtype, default=float32
        Of the result.

    Returns
    -------
    ndarray, shape (n, size)
        The rows, each divided by its l2 norm.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]), np.float64).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > _TINY).astype(
        dtype, copy=False
    )


def unit_sum_rows(rows: NDArray[Any]) -> NDArray[Any]:
    """Rows that sum to one; those of zeros stay zeros.

    Parameters
    ----------
    rows : ndarray of float, shape (n, size)
        Numbers of at least zero.

    Returns
    -------
    ndarray, shape (n, size)
        Of the same dtype.

    Examples
    --------
    >>> unit_sum_rows(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist()
    [[0.25, 0.75], [0.0, 0.0]]
    """
    return np.asarray(rows / np.maximum(rows.sum(axis=1, keepdims=True), _TINY))


def npmi(joint: NDArray[Any], first: Any, second: Any) -> NDArray[Any]:
    """Normalised pointwise mutual information [1]_.

    Parameters
    ----------
    joint, first, second : ndarray of float, broadcastable
        Probabilities that both of a pair, the first and the second are met.

    Returns
    -------
    ndarray of float
        From -1 to 1; nan or infinite where a probability is 0 or the joint one is 1.

    References
    ----------
    .. [1] Bouma (2009), "Normalized (pointwise) mutual information in collocation extraction".

    Examples
    --------
    >>> npmi(np.array([0.25, 0.5]), np.array([0.5, 0.5]), np.array([0.5, 0.5])).tolist()
    [0.0, 1.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(joint / (first * second)) / -np.log(joint))


def subsample(n: int, size: int, random_state: Any = 0) -> NDArray[np.int64]:
    """Places of a random sample, in order.

    Places at even distances would follow whatever order a corpus has: every seventh release of a
    daily bulletin is a Sunday's.

    Parameters
    ----------
    n : int
        How many there are.
    size : int
        How many are wanted; no more are given than there are.
    random_state : int, RandomState or None, default=0
        Which.

    Returns
    -------
    ndarray of int64, shape (min(n, size),)
        Different places from 0 to n - 1.

    Examples
    --------
    >>> subsample(3, 5).tolist(), subsample(1000, 2).size
    ([0, 1, 2], 2)
    """
    from sklearn.utils import check_random_state

    return np.sort(check_random_state(random_state).permutation(n)[:size])


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Exponentials of each row, divided by their sum.

    Parameters
    ----------
    scores : ndarray of float, shape (n_documents, n_classes)
        A difference of 1 makes a factor of e.

    Returns
    -------
    ndarray, shape (n_documents, n_classes)
        Of the scores' dtype; a row does not depend on the others.

    Examples
    --------
    >>> softmax(np.log([[1.0, 3.0]])).round(2).tolist()
    [[0.25, 0.75]]
    """
    probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))


def log_odds(chances: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log odds that go with probabilities; at most some fourteen either way.

    Examples
    --------
    >>> log_odds(np.array([0.5, 0.9])).round(2).tolist()
    [0.0, 2.2]
    """
    kept = np.clip(np.asarray(chances, np.float64), 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def sigmoid(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probabilities that go with log odds.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0])).round(2).tolist()
    [0.0, 0.5]
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -700, 700))))


def padded(rows: Any) -> Any:
    """Rows with as many zeros behind them as the kernels' lanes ask for.

    Examples
    --------
    >>> padded(np.ones((2, 3), np.float32)).shape
    (2, 8)
    """
    from topics._kernels import LANES

    with_zeros = np.zeros((rows.shape[0], -(-rows.shape[1] // LANES) * LANES), rows.dtype)
    with_zeros[:, : rows.shape[1]] = rows
    return with_zeros
