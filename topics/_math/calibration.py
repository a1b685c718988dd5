"""Scores to probabilities, and the thresholds from which on a label is given."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._math.arrays import sigmoid, unit_sum_rows

_OWN_CURVE = 30
"""Labels for and against a class from which on it has a curve of its own."""


_OWN_THRESHOLD = 10


_SHARED = 30
"""Labels of a class at which its own F1 weighs as much as that of all."""


def calibrate(
    scores: NDArray[np.float64], Y: NDArray[Any], by_class: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slope and intercept of a logistic curve over held-out scores (Platt 1999).

    ``Y`` holds labels or soft labels. One curve serves all classes, so that it cannot change their
    order, unless a class may have a curve of its own and has the labels for it.

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.linspace(-2, 2, 40)[:, None]
    >>> slope, intercept = calibrate(scores, scores > 0.5, by_class=True)
    >>> bool(slope[0] > 0), bool(intercept[0] < 0)
    (True, True)
    """
    from sklearn.linear_model import LogisticRegression

    def curve(x: NDArray[Any], y: NDArray[Any]) -> tuple[float, float]:
        x, y = x.reshape(-1, 1), y.ravel().astype(float)
        truth = np.repeat([1, 0], y.size)
        fitted = LogisticRegression(C=1.0).fit(np.vstack([x, x]), truth, np.concatenate([y, 1 - y]))
        # A curve that falls would turn the order of documents round: too few labels.
        return max(float(fitted.coef_[0, 0]), 0.1), float(fitted.intercept_[0])

    curves = np.tile((1.0, 0.0), (Y.shape[1], 1))
    if 0 < Y.mean() < 1:
        curves[:] = curve(scores, Y)
    if by_class:
        for k in range(Y.shape[1]):
            if _OWN_CURVE <= Y[:, k].sum() <= len(Y) - _OWN_CURVE:
                curves[k] = curve(scores[:, k], Y[:, k])
    return curves[:, 0].copy(), curves[:, 1].copy()


def label_log_loss(odds: NDArray[np.float64], Y: NDArray[np.bool_], exclusive: bool) -> float:
    """Log loss of all labels, or of the documents where each has one class only.

    Parameters
    ----------
    odds : ndarray of float64, shape (n_documents, n_classes)
        Log odds of each label.
    Y : ndarray of bool, shape (n_documents, n_classes)
        The labels.
    exclusive : bool
        Whether a document has one class only.

    Returns
    -------
    float
        The sum over documents, and over classes unless exclusive.

    Examples
    --------
    >>> round(label_log_loss(np.zeros((1, 2)), np.array([[True, False]]), False), 3)
    1.386
    """
    from sklearn.metrics import log_loss

    chances = sigmoid(odds)
    if exclusive:
        chances = unit_sum_rows(chances)
        return float(log_loss(Y.argmax(axis=1), chances, normalize=False, labels=range(Y.shape[1])))
    return float(log_loss(Y.ravel(), chances.ravel(), normalize=False, labels=[False, True]))


def best_thresholds(
    probabilities: NDArray[np.float64], Y: NDArray[np.bool_], min_precision: float | None = None
) -> NDArray[np.float64]:
    """Thresholds with the best F1 on held-out documents; rare themes share one of all themes.

    With ``min_precision``, the lowest ones from which on so large a share of labels is right; 1
    where none is.

    Examples
    --------
    >>> import numpy as np
    >>> probabilities = np.array([[0.9], [0.7], [0.4], [0.2]])
    >>> Y = np.array([[True], [True], [False], [False]])
    >>> best_thresholds(probabilities, Y).round(2).tolist()
    [0.42]
    """
    if min_precision is not None:
        return _precise_thresholds(probabilities, Y, min_precision)
    grid = np.linspace(0.1, 0.7, 25)
    passed = probabilities[:, :, None] >= grid
    hits = (passed * Y[:, :, None]).sum(axis=0)
    f1 = 2 * hits / np.maximum(passed.sum(axis=0) + Y.sum(axis=0)[:, None], 1)
    pooled = 2 * hits.sum(axis=0) / np.maximum(passed.sum(axis=(0, 1)) + Y.sum(), 1)
    shared = grid[int(np.argmax(pooled))]
    # Each theme's own curve is blended with that of all, more so the fewer labels it has.
    trust = Y.sum(axis=0) / (Y.sum(axis=0) + _SHARED)
    blended = trust[:, None] * f1 + (1 - trust[:, None]) * pooled
    best = grid[blended.argmax(axis=1)]
    return np.where(Y.sum(axis=0) >= 3, best, shared)


def _precise_thresholds(
    probabilities: NDArray[np.float64], Y: NDArray[np.bool_], min_precision: float
) -> NDArray[np.float64]:
    from sklearn.metrics import precision_recall_curve

    def lowest(p: NDArray[np.float64], y: NDArray[np.bool_]) -> float:
        if not y.any():
            return 1.0
        precision, _, thresholds = precision_recall_curve(y, p)
        fine = thresholds[precision[:-1] >= min_precision]
        return float(fine.min()) if fine.size else 1.0

    shared = lowest(probabilities.ravel(), Y.ravel())
    own = [lowest(probabilities[:, k], Y[:, k]) for k in range(Y.shape[1])]
    enough = Y.sum(axis=0) >= _OWN_THRESHOLD
    return np.where(enough, own, np.maximum(own, shared))
