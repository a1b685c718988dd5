import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from topics._math.logistic import Features, fit_logistic
from topics._parallel import WorkerPool


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    terms = sp.random(300, 40, 0.2, "csr", random_state=rng)
    dense, own = rng.normal(size=(300, 5)), rng.normal(size=(300, 3))
    targets, weights = rng.random((300, 3)), rng.random((300, 3))
    targets[:100] = targets[:100] > 0.5
    weights[rng.random((300, 3)) < 0.3] = 0
    return Features(terms, dense, own), targets, weights, np.array([0.5, 1, 10])


def test_a_class_is_what_scikit_learn_makes_of_each_document_twice(problem):
    features, targets, weights, strength = problem
    with WorkerPool(1) as workers:
        model = fit_logistic(*problem, workers, tol=1e-8)
        scores = model.scores(features, workers)
    for k in range(3):
        X = np.column_stack([features.terms.toarray(), features.dense, features.own[:, k]])
        theirs = LogisticRegression(C=strength[k], tol=1e-8, max_iter=1000).fit(
            np.vstack([X, X]),
            np.repeat([1, 0], 300),
            np.concatenate([weights[:, k] * targets[:, k], weights[:, k] * (1 - targets[:, k])]),
        )
        np.testing.assert_allclose(scores[:, k], theirs.decision_function(X), atol=1e-4)


def test_a_class_does_not_depend_on_those_beside_it(problem):
    features, targets, weights, strength = problem
    with WorkerPool(1) as workers:
        run_in_all = fit_logistic(*problem, workers)
        alone = fit_logistic(
            features._replace(own=features.own[:, 1:2]), targets[:, 1:2], weights[:, 1:2],
            strength[1:2], workers,
        )  # fmt: skip
    for ours, its in zip(run_in_all, alone, strict=True):
        np.testing.assert_allclose(ours[:, 1:2], its, rtol=1e-9, atol=1e-12)


def test_one_answer_only_gives_a_constant(problem):
    features, targets, weights, strength = problem
    targets = targets.copy()
    targets[:, 0], targets[:, 1] = 0, 1
    weights = weights.copy()
    weights[:, 2] = 0
    with WorkerPool(2) as workers:
        model = fit_logistic(features, targets, weights, strength, workers)
    assert not model.terms.any()
    assert model.intercept[0, 0] == -np.log1p(np.count_nonzero(weights[:, 0]))
    assert model.intercept[0, 1] == np.log1p(np.count_nonzero(weights[:, 1]))
    assert model.intercept[0, 2] == 0
