"""What a classifier is fitted to: labels, and soft labels that come from seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._math.calibration import calibrate, label_log_loss
from topics._math.logistic import Features, LinearModel, fit_logistic
from topics._parallel import WorkerPool
from topics.themes.soft_labels import MIN_DOCUMENTS, seed_linear_model, soft_labels
from topics.themes.zero_shot import ZeroShot

SEED_LABELS = (300, 60, 15, 2)
"""Labels a theme that seeds may weigh as much as; labels decide how far each choice counts."""

_MANY_LABELS = 100
_SEED_SCALE = 0.3
_FOLDS = 5
_SOFT_LABEL_FOLDS = 4
_CORRECTION_STRENGTH = 0.3
"""Inverse of the penalty on what labels add; it grows with them beyond ten a class."""
_FEW_LABELS = 10
_INSISTENCE = 10
"""How often the weight of labels that do not come out is doubled."""
_TOL = 1e-4
"""As scikit-learn's logistic regression has it: scores are then within some hundredths."""


class Learnt(NamedTuple):
    """A linear model, and how it does on labels that it has not seen.

    Attributes
    ----------
    coef : ndarray, shape (n_terms, n_classes)
        Weights of terms.
    intercept : ndarray, shape (n_classes,)
        Score of an empty text.
    held_out : ndarray of float64, shape (n_labelled, n_classes), or None
        Scores of the labelled documents by models without their labels; None with fewer than ten.
    """

    coef: NDArray[Any]
    intercept: NDArray[Any]
    held_out: NDArray[np.float64] | None


class TrainingSet:
    """What a linear model is fitted to: labels, and soft labels that come from seeds.

    Parameters
    ----------
    X : csr_matrix of float32, shape (n_documents, n_terms)
        Term weights with rows of length one.
    vectors : ndarray of float32, shape (n_terms, size), or None
        Vectors of terms; None without seeds and with many labels.
    labelled : ndarray of int64, shape (n_labelled,)
        Rows of the labelled documents.
    Y : ndarray of bool, shape (n_labelled, n_classes)
        Their labels.
    seeds : mapping of int to (ndarray of int, ndarray of float)
        Class number to the columns of its seeds and their weights.
    random_state : int, RandomState or None
        For the sample of documents that seeds are asked about.
    exclusive : bool, default=False
        Whether a document has one class only.
    weights : ndarray of float64, shape (n_labelled, n_classes), or None, default=None
        Weights of the labels.
    zero_shot : ZeroShot or None, default=None
        What a background says of the classes that have seeds, in their order.

    Attributes
    ----------
    rows : ndarray of int64, shape (n,)
        The documents that something is known of: labelled ones, then those of the seeds' sample.
    targets : ndarray of float64, shape (n, n_classes)
        Labels and soft labels.
    """

    def __init__(
        self,
        X: sp.csr_matrix,
        vectors: NDArray[np.float32] | None,
        labelled: NDArray[np.int64],
        Y: NDArray[np.bool_],
        seeds: Mapping[int, Any],
        random_state: Any,
        exclusive: bool = False,
        weights: NDArray[np.float64] | None = None,
        zero_shot: ZeroShot | None = None,
    ) -> None:
        self.vectors, self.Y, self.n_documents = vectors, Y, X.shape[0]
        self.exclusive, self.zero_shot = exclusive, zero_shot
        self.label_weights = np.ones(Y.shape) if weights is None else weights
        pseudo_labelled, self.soft_labels = np.empty(0, np.int64), np.empty((0, Y.shape[1]))
        self.seeded = sorted(seeds)
        self.propagation: str | None = None
        self.seed_holdout_accuracy: dict[str, float] = {}
        self.none_of_the_themes = np.empty(0)
        # Vectors of documents beside the term weights: what they learn is folded into the terms.
        with_vectors = vectors is not None and not many_labels(Y)
        # Weights of terms and intercepts of all classes straight from the seeds.
        self.seed_coef = np.zeros((X.shape[1], Y.shape[1]), np.float32)
        self.seed_intercept = np.zeros(Y.shape[1], np.float32)
        if seeds and vectors is not None:
            columns = [seeds[k] for k in self.seeded]
            self.seed_coef[:, self.seeded], self.seed_intercept[self.seeded] = seed_linear_model(
                X, vectors, columns
            )
            heard: dict[str, Any] = {}
            if zero_shot is not None:
                heard = {"zero_shot": zero_shot.scores(X), "weight": zero_shot.weight}
            found = soft_labels(
                X, vectors, columns, exclusive=exclusive, random_state=random_state, **heard
            )
            kept = ~np.isin(found.rows, labelled)
            self.propagation, self.seed_holdout_accuracy, self.none_of_the_themes = (
                found.propagation,
                found.accuracy,
                found.none_of_the_themes[kept],
            )
            pseudo_labelled = found.rows[kept]
            self.soft_labels = np.zeros((pseudo_labelled.size, Y.shape[1]))
            self.soft_labels[:, self.seeded] = found.values[kept]
        scale = _SEED_SCALE if with_vectors and zero_shot is None else 0
        self.seed_feature = scale * self.seed_coef
        self.rows = np.concatenate([labelled, pseudo_labelled])
        self.targets = np.vstack([Y, self.soft_labels])
        terms = X[self.rows]
        dense = terms @ vectors if with_vectors else np.zeros((self.rows.size, 0), np.float32)
        self.features = Features(terms, dense, terms @ self.seed_feature)

    def fit(self, workers: WorkerPool) -> Learnt:
        """The model of all that is known.

        How much seeds weigh beside labels, the labels say: models with more and with less of the
        seeds are blended, each the more the likelier it makes labels that were held out. Good seeds
        outweigh a few labels so, and poor ones soon yield.

        Examples
        --------
        >>> Y = np.tile(np.eye(2, dtype=bool), (10, 1))
        >>> X = sp.csr_matrix(Y, dtype=np.float32)
        >>> known = TrainingSet(X, None, np.arange(20), Y, {}, 0)
        >>> with WorkerPool(1) as workers:
        ...     (known.fit(workers).coef > 0).tolist()
        [[True, False], [False, True]]
        """
        if not len(self.Y) and self.n_documents < MIN_DOCUMENTS:
            return Learnt(self.seed_coef, self.seed_intercept, None)
        folds = label_folds(self.Y)
        choices: tuple[int, ...] = SEED_LABELS
        if np.median(self.Y.sum(axis=0)) >= SEED_LABELS[1]:
            choices = SEED_LABELS[1:]
        if not folds or not len(self.soft_labels):
            choices = choices[:1]
        found = []
        model: LinearModel | None = None
        for seed_labels in choices:
            model = self._fit(np.ones(self.rows.size, bool), seed_labels, workers, model)
            scores = np.zeros(self.Y.shape)
            for test in folds:
                scores[test] = self._scores_unseen(test, seed_labels, workers, model)
            found.append(Learnt(self._fold(model), model.intercept[0], scores))
            self.model = model
        if len(found) > 1:
            return self._blend(found)
        return found[0] if folds else found[0]._replace(held_out=None)

    def _blend(self, found: list[Learnt]) -> Learnt:
        """Mean of the models on one scale, by their likelihood of unseen labels (pseudo-BMA [1]_).

        .. [1] Yao et al. (2018), "Using stacking to average Bayesian predictive distributions".
        """
        losses, scaled = [], []
        for coef, intercept, held_out in found:
            assert held_out is not None
            slope, shift = calibrate(held_out, self.Y, by_class=False)
            scaled.append((coef * slope, intercept * slope + shift, held_out * slope + shift))
            losses.append(label_log_loss(scaled[-1][2], self.Y, self.exclusive))
        shares = np.exp(min(losses) - np.array(losses))
        shares /= shares.sum()
        coef, intercept, held_out = (
            sum(share * part for share, part in zip(shares, parts, strict=True))
            for parts in zip(*scaled, strict=True)
        )
        return Learnt(coef.astype(self.seed_coef.dtype), intercept, held_out)

    def held_out_soft_labels(
        self, workers: WorkerPool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Scores of the pseudo-labelled documents by models without them, and the soft labels.

        Examples
        --------
        >>> Y = np.tile(np.eye(2, dtype=bool), (10, 1))
        >>> X = sp.csr_matrix(Y, dtype=np.float32)
        >>> known = TrainingSet(X, None, np.arange(20), Y, {}, 0)
        >>> with WorkerPool(1) as workers:  # no seeds, so that nothing is pseudo-labelled
        ...     learnt = known.fit(workers)
        ...     known.held_out_soft_labels(workers)[0].shape
        (0, 2)
        """
        scores = np.zeros(self.soft_labels.shape)
        # By the order of what is pseudo-labelled: the corpus's own order says nothing.
        order = np.lexsort(self.soft_labels.T)
        for first in range(_SOFT_LABEL_FOLDS):
            test = np.sort(order[first::_SOFT_LABEL_FOLDS])
            rows = len(self.Y) + test
            scores[test] = self._scores_unseen(rows, SEED_LABELS[0], workers, self.model)
        return scores, self.soft_labels

    def fit_none_of_the_themes(self, workers: WorkerPool) -> tuple[NDArray[Any], float]:
        """Weights of terms and intercept of "none of the themes", from what the seeds say.

        Examples
        --------
        >>> Y = np.tile(np.eye(2, dtype=bool), (10, 1))
        >>> X = sp.csr_matrix(Y, dtype=np.float32)
        >>> known = TrainingSet(X, None, np.arange(20), Y, {}, 0)
        >>> with WorkerPool(1) as workers:  # no seeds, so that nothing is pseudo-labelled
        ...     known.fit_none_of_the_themes(workers)
        (array([], dtype=float64), 0.0)
        """
        if len(self.soft_labels) < MIN_DOCUMENTS:
            return np.zeros(0), 0.0
        n = len(self.Y)
        terms, dense, _ = self.features
        features = Features(terms[n:], dense[n:], np.zeros((len(self.soft_labels), 1)))
        one = np.ones((len(self.soft_labels), 1))
        model = fit_logistic(
            features, self.none_of_the_themes[:, None], one, np.ones(1), workers, tol=_TOL
        )
        return self._fold(model)[:, 0], float(model.intercept[0, 0])

    def _scores_unseen(
        self, test: NDArray[np.integer], seed_labels: int, workers: WorkerPool, whole: LinearModel
    ) -> NDArray[np.float64]:
        """Scores of some rows by a model of all the others."""
        kept = np.ones(self.rows.size, bool)
        kept[test] = False
        # It ends nearly where the model of all rows does, wherever it begins.
        model = self._fit(kept, seed_labels, workers, whole)
        terms, dense, own = self.features
        return model.scores(Features(terms[test], dense[test], own[test]), workers)

    def _fit(
        self,
        kept: NDArray[np.bool_],
        seed_labels: int,
        workers: WorkerPool,
        start: LinearModel | None = None,
    ) -> LinearModel:
        """A model of some of the rows."""
        n = len(self.Y)
        weights = np.zeros(self.targets.shape)
        weights[:n] = self.label_weights
        strength = np.full(self.Y.shape[1], 10.0)
        n_pseudo_labelled = int(kept[n:].sum())
        if n_pseudo_labelled:
            # Soft labels weigh as much as so many labels a theme; alone, as what they are.
            each, strength[self.seeded] = seed_labels * len(self.seeded) / n_pseudo_labelled, 3.0
            if not kept[:n].any():
                each, strength[self.seeded] = max(1.0, 1000 / n_pseudo_labelled), 1.0
            weights[n:, self.seeded] = each
        weights[~kept] = 0
        return fit_logistic(
            self.features, self.targets, weights, strength, workers, start, tol=_TOL
        )

    def _fold(self, model: LinearModel) -> NDArray[Any]:
        """Weights of terms that give the same score as the weights of all features."""
        folded = model.terms.copy()
        if model.dense.size and self.vectors is not None:
            folded += self.vectors @ model.dense.astype(self.vectors.dtype)
        if folded.shape == self.seed_feature.shape:
            folded += self.seed_feature * model.own
        return folded


def correct_scores(
    model: tuple[NDArray[np.floating], NDArray[np.floating]],
    X: sp.csr_matrix,
    vectors: NDArray[np.float32],
    mean: NDArray[np.floating],
    Y: NDArray[np.bool_],
    weights: NDArray[np.float64],
    workers: WorkerPool,
    exclusive: bool = False,
) -> Learnt:
    """A linear model, and what labels add to it: as little as makes them likely.

    Logistic regression whose scores begin at those of the model, with an l2 penalty on all that is
    added, so that a few labels change little beside what is like them. Up to ten labels a class are
    taken at their word: those that do not come out weigh more until they do.

    Parameters
    ----------
    model : tuple of ndarray, shapes (n_terms, n_classes) and (n_classes,)
        Weights of terms, and scores of an empty text, in log odds.
    X : csr_matrix of float32, shape (n_labelled, n_terms)
        Term weights of the labelled documents, rows of length one.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of terms.
    mean : ndarray of float, shape (size,)
        Mean vector of all documents: what all have in common says nothing of one.
    Y : ndarray of bool, shape (n_labelled, n_classes)
        The labels.
    weights : ndarray of float64, shape (n_labelled, n_classes)
        Their weights.
    workers : WorkerPool
        Threads; the result does not depend on how many.
    exclusive : bool, default=False
        Whether a document has one class only.

    Returns
    -------
    Learnt
        With scores of the labelled documents by models that have not seen their labels.

    Examples
    --------
    >>> X = sp.identity(2, np.float32, "csr")
    >>> Y = np.eye(2, dtype=bool)
    >>> before = np.zeros((2, 2)), np.zeros(2)
    >>> with WorkerPool(1) as workers:
    ...     nothing = np.zeros((2, 0), np.float32)
    ...     learnt = correct_scores(before, X, nothing, nothing[0], Y, np.ones((2, 2)), workers)
    >>> (learnt.coef > 0).tolist()
    [[True, False], [False, True]]
    """
    coef, intercept = model
    before = np.asarray(X @ coef + intercept, np.float64)
    dense = X @ vectors - mean
    each = float(np.median(Y.sum(axis=0)))
    strength = np.full(Y.shape[1], _CORRECTION_STRENGTH * max(1.0, each / _FEW_LABELS))

    def learn(
        rows: NDArray[np.integer], weights: NDArray[np.float64] = weights
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        features = Features(X[rows], dense[rows], np.zeros((rows.size, Y.shape[1])))
        found = fit_logistic(
            features, Y[rows].astype(float), weights[rows], strength, workers, offset=before[rows]
        )
        return found.terms + vectors @ found.dense, -(mean @ found.dense)

    everything = np.arange(len(Y))
    held_out = np.zeros(Y.shape)
    folds = label_folds(Y)
    for test in folds:
        more, shift = learn(np.setdiff1d(everything, test))
        held_out[test] = before[test] + X[test] @ more + shift
    more, shift = learn(everything)
    for _ in range(_INSISTENCE if each <= _FEW_LABELS else 0):
        scores = before + X @ more + shift
        wrong = (scores > 0) != Y
        if exclusive:
            wrong[:] = (scores.argmax(axis=1) != Y.argmax(axis=1))[:, None]
        if not (wrong & (weights > 0)).any():
            break
        weights = np.where(wrong, 2 * weights, weights)
        more, shift = learn(everything, weights)
    return Learnt(coef + more, intercept + shift, held_out if folds else None)


def label_folds(Y: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Parts of the labelled documents that are held out in turn; none where they are few.

    Examples
    --------
    >>> len(label_folds(np.ones((20, 1), bool))), label_folds(np.ones((5, 1), bool))
    (5, [])
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    n, k = Y.shape
    if n < 2 * _FOLDS:
        return []
    first = np.where(Y.any(axis=1), Y.argmax(axis=1), k)
    enough = np.bincount(first)[np.unique(first)].min() >= _FOLDS
    folds = (StratifiedKFold if enough else KFold)(_FOLDS, shuffle=True, random_state=0)
    return [test for _, test in folds.split(np.zeros(n), first)]


def label_weights(
    Y: NDArray[np.bool_],
    classes: Sequence[Any],
    labelled: NDArray[np.int64],
    n: int,
    sample_weight: Any,
    class_weight: Mapping[Any, float] | str | None,
) -> NDArray[np.float64]:
    """Weight of each label of the labelled documents, for or against each class.

    Examples
    --------
    >>> import numpy as np
    >>> Y = np.array([[True, False], [False, True]])
    >>> label_weights(Y, ["aid", "law"], np.array([0, 1]), 2, None, {"law": 3.0}).tolist()
    [[1.0, 1.0], [1.0, 3.0]]
    """
    given = np.ones(n) if sample_weight is None else np.asarray(sample_weight, np.float64)
    if given.shape != (n,) or not np.isfinite(given).all() or given.min(initial=0) < 0:
        raise TopicsError(
            f"sample_weight is no {n} finite numbers of at least zero", "give one for each release"
        )
    by_class = np.ones(Y.shape[1])
    if class_weight == "balanced":
        by_class = len(Y) / np.maximum(Y.sum(axis=0), 1) / Y.shape[1]
    elif isinstance(class_weight, Mapping):
        strange = [name for name in class_weight if name not in classes]
        given_to = [w for w in class_weight.values() if not isinstance(w, (int, float))]
        if strange or given_to or not all(0 <= w < np.inf for w in class_weight.values()):
            raise TopicsError(
                f"class_weight={class_weight!r} is not of the classes and finite numbers of at "
                "least zero",
                f"give weights to some of {', '.join(map(str, classes))}",
            )
        by_class = np.array([class_weight.get(name, 1.0) for name in classes])
    elif class_weight is not None:
        raise TopicsError(
            f"class_weight={class_weight!r} is unknown", 'give a dict, "balanced" or None'
        )
    return np.where(Y, by_class, 1.0) * given[labelled, None]


def many_labels(Y: NDArray[np.bool_]) -> bool:
    """Whether there are so many labels that term weights alone say all that vectors would.

    Examples
    --------
    >>> import numpy as np
    >>> many_labels(np.ones((1, 1), bool))
    False
    """
    return bool(Y.size and np.median(Y.sum(axis=0)) >= _MANY_LABELS)
