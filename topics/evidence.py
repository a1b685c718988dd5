"""What a classifier is fitted to, and how: labels, and beliefs that come from seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics.beliefs import FEW, seed_weights, theme_beliefs

SEED_LABELS = 20
"""Labels a theme that seeds weigh as much as, once there are labels."""

_MANY_LABELS = 100
_FEW_LABELS = 10
_SEED_SCALE = 0.3
_FOLDS = 5


class Evidence:
    """What a linear model is fitted to: labels, and beliefs that come from seeds."""

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
    ) -> None:
        self.X, self.vectors, self.labelled, self.Y = X, vectors, labelled, Y
        self.weights = np.ones(Y.shape) if weights is None else weights
        self.believed = np.empty(0, np.int64)
        self.beliefs = np.empty((0, Y.shape[1]))
        self.seeded = sorted(seeds)
        self.stage: str | None = None
        self.checks: dict[str, float] = {}
        self.nothing = np.empty(0)
        # Vectors of documents beside the term weights: what they learn is folded into the terms.
        self.features = X
        self.widened = vectors is not None and not many_labels(Y)
        if vectors is not None and self.widened:
            self.features = sp.hstack([X, sp.csr_matrix(X @ vectors)]).tocsr()
        # Weights of terms and intercepts of all classes straight from the seeds.
        self.seed_coef = np.zeros((X.shape[1], Y.shape[1]), np.float32)
        self.seed_intercept = np.zeros(Y.shape[1], np.float32)
        if seeds and vectors is not None:
            columns = [seeds[k] for k in self.seeded]
            self.seed_coef[:, self.seeded], self.seed_intercept[self.seeded] = seed_weights(
                X, vectors, columns
            )
            found = theme_beliefs(
                X, vectors, columns, exclusive=exclusive, random_state=random_state
            )
            kept = ~np.isin(found.rows, labelled)
            self.stage, self.checks, self.nothing = found.stage, found.checks, found.nothing[kept]
            self.believed = found.rows[kept]
            self.beliefs = np.zeros((self.believed.size, Y.shape[1]))
            self.beliefs[:, self.seeded] = found.values[kept]
        self.seed_feature = (_SEED_SCALE if self.widened else 0) * self.seed_coef

    def fit_all(self, n_jobs: int | None) -> tuple[NDArray[Any], NDArray[Any]]:
        """Weights of terms and intercepts of all classes."""
        if not self.labelled.size and self.X.shape[0] < FEW:
            return self.seed_coef, self.seed_intercept
        return self._fit_classes(None, n_jobs)

    def _fit_classes(
        self, believed: NDArray[np.bool_] | None, n_jobs: int | None
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        from joblib import Parallel, delayed

        rows = np.arange(self.labelled.size)
        fits: Any = Parallel(n_jobs, prefer="threads")(
            delayed(self._fit)(k, rows, believed) for k in range(self.Y.shape[1])
        )
        coefs, intercepts = zip(*fits, strict=True)
        return np.stack(coefs, axis=1), np.array(intercepts)

    def held_out_scores(self, n_jobs: int | None) -> NDArray[np.float64] | None:
        """Scores of the labelled releases by models that have not seen them."""
        from joblib import Parallel, delayed
        from sklearn.model_selection import KFold, StratifiedKFold

        n, k = self.Y.shape
        if n < 2 * _FOLDS:
            return None
        first = np.where(self.Y.any(axis=1), self.Y.argmax(axis=1), k)
        enough = np.bincount(first)[np.unique(first)].min() >= _FOLDS
        folds = (StratifiedKFold if enough else KFold)(_FOLDS, shuffle=True, random_state=0)
        scores = np.zeros((n, k))

        def score(train: Any, test: Any, c: int) -> None:
            coef, intercept = self._fit(c, train)
            scores[test, c] = self.X[self.labelled[test]] @ coef + intercept

        Parallel(n_jobs, prefer="threads", require="sharedmem")(
            delayed(score)(train, test, c)
            for train, test in folds.split(np.zeros(n), first)
            for c in range(k)
        )
        return scores

    def held_out_beliefs(
        self, n_jobs: int | None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Scores of a quarter of the believed releases by models that have not seen them."""
        test = np.arange(self.believed.size) % 4 == 0
        coef, intercept = self._fit_classes(~test, n_jobs)
        scores = self.X[self.believed[test]] @ coef + intercept.astype(coef.dtype)
        return scores, self.beliefs[test]

    def fit_nothing(self) -> tuple[NDArray[Any], float]:
        """Weights of terms and intercept of "none of the themes", from what the seeds say."""
        if self.believed.size < FEW:
            return np.zeros(0), 0.0
        features = self.features[self.believed]
        truth = np.repeat([1, 0], self.nothing.size)
        weight = np.concatenate([self.nothing, 1 - self.nothing])
        coef, intercept = _fit_weighed([features] * 2, truth, weight, 1.0)
        return self._fold(None, coef), intercept

    def _fit(
        self, k: int, rows: NDArray[np.integer], believed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[Any], float]:
        """Weights of features and intercept of one class, from some of what is known."""
        target = self.Y[rows, k]
        parts = [self._features(k, self.labelled[rows])]
        truth, weight = [target.astype(float)], [self.weights[rows, k]]
        strength = 10.0
        if self.believed.size and k in self.seeded:
            chosen = slice(None) if believed is None else believed
            belief, releases = self.beliefs[chosen, k], self.believed[chosen]
            for_it = belief > 0.02
            # Beliefs weigh as much as SEED_LABELS labels a theme; alone, as what they are.
            each = SEED_LABELS * len(self.seeded) / belief.size
            if not rows.size:
                each, strength = max(1.0, 1000 / belief.size), 1.0
            parts += [self._features(k, releases[for_it]), self._features(k, releases)]
            truth += [np.ones(int(for_it.sum())), np.zeros(belief.size)]
            weight += [each * belief[for_it], each * (1 - belief)]
        target = np.concatenate(truth)
        if np.unique(target).size < 2:
            # Only one answer is known: there is nothing to tell apart.
            sign = 1.0 if target.size and target[0] else -1.0
            return np.zeros(self.X.shape[1]), sign * np.log1p(target.size)
        coef, intercept = _fit_weighed(parts, target, np.concatenate(weight), strength)
        return self._fold(k, coef), intercept

    def _features(self, k: int, rows: NDArray[np.integer]) -> sp.csr_matrix:
        """Term weights, vectors of documents, and how much the seeds speak for the class."""
        features = self.features[rows]
        if k not in self.seeded:
            return features
        return sp.hstack(
            [features, sp.csr_matrix(self.X[rows] @ self.seed_feature[:, [k]])]
        ).tocsr()

    def _fold(self, k: int | None, coef: NDArray[Any]) -> NDArray[Any]:
        """Weights of terms that give the same score as the weights of all features."""
        n_terms = self.X.shape[1]
        folded = coef[:n_terms].copy()
        if self.vectors is not None and self.widened:
            folded += self.vectors @ coef[n_terms : n_terms + self.vectors.shape[1]]
        if k is not None and k in self.seeded:
            folded += coef[-1] * self.seed_feature[:, k]
        return folded


def _fit_weighed(
    parts: list[sp.csr_matrix], target: NDArray[Any], weight: NDArray[Any], strength: float
) -> tuple[NDArray[Any], float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=500)
    model.fit(sp.vstack(parts).tocsr(), target, sample_weight=weight)
    return model.coef_[0], float(model.intercept_[0])


def label_weights(
    Y: NDArray[np.bool_],
    classes: Sequence[Any],
    labelled: NDArray[np.int64],
    n: int,
    sample_weight: Any,
    class_weight: Mapping[Any, float] | str | None,
) -> NDArray[np.float64]:
    """Weight of each label of the labelled releases, for or against each class."""
    given = np.ones(n) if sample_weight is None else np.asarray(sample_weight, np.float64)
    if given.shape != (n,) or not np.isfinite(given).all() or given.min(initial=0) < 0:
        raise TopicsError(
            f"sample_weight is no {n} finite numbers of at least zero", "give one for each release"
        )
    by_class = np.ones(Y.shape[1])
    if class_weight == "balanced":
        by_class = len(Y) / np.maximum(Y.sum(axis=0), 1) / Y.shape[1]
    elif isinstance(class_weight, Mapping):
        by_class = np.array([class_weight.get(name, 1.0) for name in classes])
    elif class_weight is not None:
        raise TopicsError(
            f"class_weight={class_weight!r} is unknown", 'give a dict, "balanced" or None'
        )
    return np.where(Y, by_class, 1.0) * given[labelled, None]


def many_labels(Y: NDArray[np.bool_]) -> bool:
    """Whether there are so many labels that term weights alone say all that vectors would."""
    return bool(Y.size and np.median(Y.sum(axis=0)) >= _MANY_LABELS)


def calibrate(
    scores: NDArray[np.float64], Y: NDArray[Any], by_class: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slope and offset of a logistic curve over held-out scores (Platt 1999).

    ``Y`` holds labels or beliefs. One curve serves all classes, so that it cannot change their
    order, unless a class may have a curve of its own and has the labels for it.
    """
    from sklearn.linear_model import LogisticRegression

    def curve(x: NDArray[Any], y: NDArray[Any]) -> tuple[float, float]:
        x, y = x.reshape(-1, 1), y.ravel().astype(float)
        truth = np.repeat([1, 0], y.size)
        fitted = LogisticRegression(C=1.0).fit(np.vstack([x, x]), truth, np.concatenate([y, 1 - y]))
        # A curve that falls would turn the order of releases round: too few labels.
        return max(float(fitted.coef_[0, 0]), 0.1), float(fitted.intercept_[0])

    curves = np.tile((1.0, 0.0), (Y.shape[1], 1))
    if 0 < Y.mean() < 1:
        curves[:] = curve(scores, Y)
    if by_class:
        for k in range(Y.shape[1]):
            if _FEW_LABELS <= Y[:, k].sum() <= len(Y) - _FEW_LABELS:
                curves[k] = curve(scores[:, k], Y[:, k])
    return curves[:, 0].copy(), curves[:, 1].copy()


def best_thresholds(
    probabilities: NDArray[np.float64], Y: NDArray[np.bool_], min_precision: float | None = None
) -> NDArray[np.float64]:
    """Thresholds with the best F1 on held-out releases; rare themes share one of all themes.

    With ``min_precision``, the lowest ones from which on so large a share of labels is right; 1
    where none is.
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
    trust = Y.sum(axis=0) / (Y.sum(axis=0) + 30)
    blended = trust[:, None] * f1 + (1 - trust[:, None]) * pooled
    best = grid[blended.argmax(axis=1)]
    return np.where(Y.sum(axis=0) >= 3, best, shared)


def _precise_thresholds(
    probabilities: NDArray[np.float64], Y: NDArray[np.bool_], least: float
) -> NDArray[np.float64]:
    def lowest(p: NDArray[np.float64], y: NDArray[np.bool_]) -> float:
        order = np.argsort(-p, kind="stable")
        precision = np.cumsum(y[order]) / np.arange(1, y.size + 1)
        # Of equal probabilities all are labelled, or none.
        last = np.append(p[order][1:] != p[order][:-1], True)
        fine = np.flatnonzero((precision >= least) & last)
        return float(p[order][fine[-1]]) if fine.size else 1.0

    shared = lowest(probabilities.ravel(), Y.ravel())
    own = [lowest(probabilities[:, k], Y[:, k]) for k in range(Y.shape[1])]
    enough = Y.sum(axis=0) >= _FEW_LABELS
    return np.where(enough, own, np.maximum(own, shared))
