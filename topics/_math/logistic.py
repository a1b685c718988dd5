"""Logistic regression of many classes at once, to labels and to soft labels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.arrays import sigmoid
from topics._math.sparse import dense_product, spmm
from topics._parallel import WorkerPool

Floats = NDArray[np.floating]

_HALVINGS = 20
_MOST_PASSES = 100


class Features(NamedTuple):
    """What is known of some documents.

    Attributes
    ----------
    terms : csr_matrix of float, shape (n_documents, n_terms)
        Term weights.
    dense : ndarray, shape (n_documents, size)
        Features that all classes look at beside them; there may be none.
    own : ndarray, shape (n_documents, n_classes)
        A feature of each class that it alone looks at; zeros where it has none.
    """

    terms: sp.csr_matrix
    dense: Floats
    own: Floats

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """Number of weights of each class: of terms, of dense features, of its own; and one.

        Examples
        --------
        >>> Features(sp.csr_matrix((3, 5)), np.zeros((3, 2)), np.zeros((3, 4))).sizes
        (5, 2, 1, 1)
        """
        return self.terms.shape[1], self.dense.shape[1], 1, 1


class LinearModel(NamedTuple):
    """Weights of the features, a column for each class.

    Attributes
    ----------
    terms : ndarray of float64, shape (n_terms, n_classes)
        Of the terms.
    dense : ndarray of float64, shape (size, n_classes)
        Of the dense features.
    own : ndarray of float64, shape (1, n_classes)
        Of each class's own feature.
    intercept : ndarray of float64, shape (1, n_classes)
        Scores of a document without features.
    """

    terms: Floats
    dense: Floats
    own: Floats
    intercept: Floats

    @classmethod
    def of(cls, rows: Floats, sizes: tuple[int, ...]) -> Self:
        """A model whose weights stand below one another.

        Examples
        --------
        >>> model = LinearModel.of(np.zeros((9, 4)), (5, 2, 1, 1))
        >>> model.terms.shape, model.intercept.shape
        ((5, 4), (1, 4))
        """
        return cls(*np.split(rows, np.cumsum(sizes)[:-1]))

    def scores(self, features: Features, workers: WorkerPool) -> NDArray[np.float64]:
        """Scores of documents.

        Parameters
        ----------
        features : Features
            What is known of them.
        workers : WorkerPool
            Threads; the result does not depend on how many.

        Returns
        -------
        ndarray of float64, shape (n_documents, n_classes)
            Sums over the features.

        Examples
        --------
        >>> model = LinearModel.of(np.array([[2.0], [1.0], [-0.5]]), (1, 0, 1, 1))
        >>> rows = Features(sp.csr_matrix([[3.0]]), np.zeros((1, 0)), np.ones((1, 1)))
        >>> with WorkerPool(1) as workers:
        ...     model.scores(rows, workers).tolist()
        [[6.5]]
        """
        dtype = features.terms.dtype
        scores = spmm(features.terms, self.terms, workers).astype(np.float64)
        scores += dense_product(features.dense, self.dense.astype(dtype), workers)
        scores += features.own * self.own
        return scores + self.intercept


def fit_logistic(
    features: Features,
    targets: Floats,
    weights: Floats,
    strength: Floats,
    workers: WorkerPool,
    start: LinearModel | None = None,
    *,
    offset: Floats | None = None,
    tol: float = 1e-5,
    max_iter: int = 50,
) -> LinearModel:
    """Logistic regression with l2 penalty, one class against the rest, for all classes at once.

    What scikit-learn's ``LogisticRegression`` finds for each class; a target may lie between 0 and
    1, where scikit-learn asks for the document twice. By Newton's method with conjugate gradients
    that stop early [1]_: a pass over the documents serves all classes, each of which goes its own
    way, so that it does not depend on the others.

    Parameters
    ----------
    features : Features
        What is known of the documents.
    targets : ndarray, shape (n_documents, n_classes)
        How far each document belongs to each class, from 0 to 1.
    weights : ndarray, shape (n_documents, n_classes)
        How much that is worth; 0 where nothing is known. A class with one answer only gets an
        intercept alone, the further from 0 the more documents gave that answer.
    strength : ndarray, shape (n_classes,)
        Inverse of the penalty of each class, scikit-learn's ``C``.
    workers : WorkerPool
        Threads; the result does not depend on how many.
    start : LinearModel or None, default=None
        Where to begin, such as the model of nearly the same documents.
    offset : ndarray, shape (n_documents, n_classes), or None, default=None
        Scores by what is known beforehand, which the model is added to. Its intercepts then stay at
        zero, so that nothing is added without a reason in the features.
    tol : float, default=1e-5
        Largest number of a class's gradient, over the sum of its weights, at which it stops.
    max_iter : int, default=50
        Most steps.

    Returns
    -------
    LinearModel
        The weights.

    References
    ----------
    .. [1] Lin, Weng, Keerthi (2008), "Trust region Newton method for large-scale logistic
       regression", JMLR 9.

    Examples
    --------
    >>> terms = sp.csr_matrix([[1.0, 0], [0, 1]])
    >>> features = Features(terms, np.zeros((2, 0)), np.zeros((2, 1)))
    >>> with WorkerPool(1) as workers:
    ...     y, ones = np.array([[1.0], [0]]), np.ones((2, 1))
    ...     model = fit_logistic(features, y, ones, np.ones(1), workers)
    ...     model.scores(features, workers).round(2).tolist()
    [[0.4], [-0.4]]
    """
    n_terms = features.terms.shape[1]
    held = np.flatnonzero(features.terms.getnnz(axis=0))
    if held.size < n_terms:
        # What no document holds weighs nothing in the end, and is carried through every step.
        narrow = features._replace(terms=sp.csr_matrix(features.terms[:, held]))
        if start is not None:
            start = start._replace(terms=start.terms[held])
        model = fit_logistic(
            narrow, targets, weights, strength, workers, start,
            offset=offset, tol=tol, max_iter=max_iter,
        )  # fmt: skip
        terms = np.zeros((n_terms, targets.shape[1]))
        terms[held] = model.terms
        return model._replace(terms=terms)
    positive, total = (weights * targets).sum(axis=0), weights.sum(axis=0)
    has_both_classes = (positive > 0) & (positive < total)
    if offset is not None:
        has_both_classes = total > 0
    answers = np.log1p(np.count_nonzero(weights, axis=0)) * np.where(positive > 0, 1, -1)
    weights = np.where(has_both_classes, weights / np.where(has_both_classes, total, 1), 0)
    penalty = np.ones((sum(features.sizes), 1)) / (strength * np.where(has_both_classes, total, 1))
    penalty[-1] = 0  # the intercept's
    sums = _sums_of(features, workers, with_intercept=offset is None)

    def products(coef: Floats) -> Floats:
        return LinearModel.of(coef, features.sizes).scores(features, workers)

    def hessian_product(curvature: Floats, direction: Floats) -> Floats:
        """How the gradient changes along a way: the Hessian's product with it."""
        return sums(curvature * products(direction)) + penalty * direction

    def losses(scores: Floats, squares: Floats) -> Floats:
        fit = weights * (np.logaddexp(0, scores) - targets * scores)
        return fit.sum(axis=0) + squares / 2

    coef = np.zeros(penalty.shape) if start is None else np.vstack(start)
    coef[:, ~has_both_classes] = 0
    scores = products(coef) if offset is None else products(coef) + offset
    for _ in range(max_iter):
        chances = sigmoid(scores)
        gradient = sums(weights * (chances - targets)) + penalty * coef
        active = np.abs(gradient).max(axis=0) > tol
        if not active.any():
            break
        curvature = weights * chances * (1 - chances)
        step = _conjugate_gradients(partial(hessian_product, curvature), -gradient * active)
        # Along the step nothing but sums over classes is asked for: no more passes.
        along, slope = products(step), _dots(gradient, step)
        squares = [_dots(penalty * a, b) for a, b in ((coef, coef), (coef, step), (step, step))]
        before, size = losses(scores, squares[0]), active.astype(float)
        for _ in range(_HALVINGS):
            after = losses(
                scores + size * along, squares[0] + size * (2 * squares[1] + size * squares[2])
            )
            too_far = after > before + 1e-4 * size * slope + 1e-12 * np.abs(before)
            if not too_far.any():
                break
            size[too_far] /= 2
        coef += size * step
        scores += size * along
    model = LinearModel.of(coef, features.sizes)
    if offset is None:
        model.intercept[:] = np.where(has_both_classes, model.intercept, answers)
    return model


def _sums_of(
    features: Features, workers: WorkerPool, *, with_intercept: bool
) -> Callable[[Floats], Floats]:
    """A function that sums the documents' features, each with a number of every class."""
    across = sp.csr_matrix(features.terms.T)
    dense_across = np.ascontiguousarray(features.dense.T)

    def sums(left: Floats) -> Floats:
        narrow = left.astype(features.terms.dtype)
        return np.vstack(
            [
                spmm(across, narrow, workers),
                dense_product(dense_across, narrow, workers),
                (features.own * left).sum(axis=0, keepdims=True),
                left.sum(axis=0, keepdims=True) * with_intercept,
            ]
        )

    return sums


def _conjugate_gradients(times: Callable[[Floats], Floats], right: Floats) -> Floats:
    """Columns ``x`` with ``times(x)`` near those of ``right``, by conjugate gradients."""
    found, left = np.zeros_like(right), right.copy()
    direction, norm = left.copy(), _dots(left, left)
    enough = norm * np.minimum(0.25, np.sqrt(norm))
    for _ in range(_MOST_PASSES):
        active = norm > enough
        if not active.any():
            break
        image = times(direction)
        curvature = _dots(direction, image)
        length = np.where(active, norm / np.where(curvature > 0, curvature, 1), 0)
        found += length * direction
        left -= length * image
        before, norm = norm, _dots(left, left)
        direction *= np.where(active, norm / np.where(before > 0, before, 1), 0)
        direction += left
    return found


def _dots(a: Floats, b: Floats) -> Floats:
    return np.einsum("ij,ij->j", a, b)
