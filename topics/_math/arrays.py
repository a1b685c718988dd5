"""What is done to arrays of numbers in many places: one of each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def unit_rows(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Rows of length one; those of no length stay zeros.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-12).astype(
        np.float32, copy=False
    )


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """SoftLabels that sum to 1 in each row.

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


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities that go with log odds.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0])).round(2).tolist()
    [0.0, 0.5]
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -700, 700))))


def padded(rows: Any) -> Any:
    """Rows with as many zeros behind them as the kernels' lanes ask for."""
    import numpy as np

    from topics._kernels.lanes import LANES

    with_zeros = np.zeros((rows.shape[0], -(-rows.shape[1] // LANES) * LANES), rows.dtype)
    with_zeros[:, : rows.shape[1]] = rows
    return with_zeros
