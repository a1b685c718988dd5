import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.decomposition import NMF as REFERENCE
from sklearn.utils.estimator_checks import check_estimator

from topics import LDA, NMF
from topics.models.vector_topics import VectorTopics


def synthetic(n=300, k=4, block=15, seed=0):
    """Documents of mostly one topic each, topics of terms of their own."""
    rng = np.random.default_rng(seed)
    topics = np.zeros((k, k * block))
    for t in range(k):
        topics[t, t * block : (t + 1) * block] = rng.dirichlet(np.ones(block))
    mixture = rng.dirichlet(np.full(k, 0.1), n)
    return sp.csr_matrix(rng.poisson(60 * mixture @ topics).astype(np.float64)), topics


def matched_cosine(found, truth):
    found = found / np.linalg.norm(found, axis=1, keepdims=True)
    truth = truth / np.linalg.norm(truth, axis=1, keepdims=True)
    return (found @ truth.T).max(axis=0)


@pytest.mark.parametrize("model", [NMF(4), LDA(4), LDA(4, learning_method="cvb0")])
def test_known_topics_are_recovered(model):
    X, topics = synthetic()
    assert matched_cosine(model.fit(X).components_, topics).min() > 0.95


@pytest.mark.parametrize("k", [3, 8])
def test_nmf_reaches_scikit_learns_objective(k):
    X, _ = synthetic(k=6)
    theirs = REFERENCE(k, init="nndsvd", random_state=0, max_iter=400).fit(X)
    ours = NMF(k, max_iter=400).fit(X)
    assert ours.reconstruction_err_ <= theirs.reconstruction_err_ * 1.001


def test_nmf_error_is_that_of_the_factors():
    X, _ = synthetic(60)
    model = NMF(3)
    W = model.fit_transform(X)
    assert model.reconstruction_err_ == pytest.approx(
        np.linalg.norm(X.toarray() - W @ model.components_), rel=1e-6
    )


def test_nmf_transform_is_non_negative_least_squares():
    from scipy.optimize import nnls

    X, _ = synthetic(60)
    model = NMF(3).fit(X)
    W = model.transform(X[:5])
    for row, x in zip(W, X[:5].toarray(), strict=True):
        np.testing.assert_allclose(row, nnls(model.components_.T, x)[0], atol=1e-4)


@pytest.mark.parametrize("model", [NMF(4), LDA(4), LDA(4, learning_method="cvb0")])
def test_any_number_of_workers_gives_the_same_bits(model):
    X, _ = synthetic(5000)
    fits = [clone(model).set_params(n_jobs=n).fit(X) for n in (1, 2, 3)]
    shares = [fit.transform(X) for fit in fits]
    for fit, share in zip(fits[1:], shares[1:], strict=True):
        assert fit.components_.tobytes() == fits[0].components_.tobytes()
        assert share.tobytes() == shares[0].tobytes()


def test_vector_topics_are_the_same_for_any_number_of_workers():
    X, _ = synthetic(9000)
    vectors = np.random.default_rng(0).standard_normal((X.shape[1], 12)).astype(np.float32)
    fits = [VectorTopics(4, vectors=vectors, n_jobs=n).fit(X) for n in (1, 2, 3)]
    shares = [fit.transform(X) for fit in fits]
    for fit, share in zip(fits[1:], shares[1:], strict=True):
        assert fit.components_.tobytes() == fits[0].components_.tobytes()
        assert share.tobytes() == shares[0].tobytes()


@pytest.mark.parametrize("model", [NMF(3), LDA(3)])
def test_a_row_does_not_depend_on_the_others(model):
    X, _ = synthetic(40)
    model = clone(model).fit(X)
    whole = model.transform(X)
    assert model.transform(X[7:8]).tobytes() == whole[7:8].tobytes()


def test_lda_perplexity_falls():
    X, _ = synthetic()
    perplexities = LDA(4, init="random").fit(X).perplexities_
    assert perplexities[-1] < 0.7 * perplexities[0]


def test_cvb0_is_that_of_plain_numpy():
    X, topics = synthetic(30)
    ours = LDA(4, init=topics, learning_method="cvb0", max_iter=3, perp_tol=-1, doc_topic_prior=0.1)
    counts, eta = X.toarray(), 0.01
    parts = topics * counts.sum() / topics.sum() + eta
    gamma, theta = np.zeros((*counts.shape, 4)), np.zeros((30, 4))
    order = np.random.RandomState(0).permutation(30)
    for _ in range(3):
        totals = parts.sum(axis=1)
        for d in order:
            for w in np.flatnonzero(counts[d]):
                own = gamma[d, w].copy()
                rest = np.maximum(parts[:, w] - own, 0) / (totals - own)
                new = (np.maximum(theta[d] - own, 0) + 0.1) * rest
                gamma[d, w] = new / new.sum()
                theta[d] += counts[d, w] * (gamma[d, w] - own)
        parts = (counts[:, :, None] * gamma).sum(axis=0).T + eta
    np.testing.assert_allclose(ours.fit(X).components_, parts, rtol=1e-3, atol=1e-4)


def test_lda_learns_in_parts():
    X, topics = synthetic(600)
    model = LDA(4)
    for _ in range(5):
        for start in range(0, 600, 100):
            model.partial_fit(X[start : start + 100])
    assert matched_cosine(model.components_, topics).min() > 0.9


def test_prior_draws_a_component_to_its_seeds():
    X, _ = synthetic()
    seed_components = np.zeros((5, X.shape[1]))
    seed_components[2, 15:20] = 1
    assert NMF(5, seed_components=seed_components).fit(X).components_[2].argmax() in range(15, 30)
    seeded = LDA(5, topic_word_prior=0.01 + 50 * seed_components).fit(X)
    assert seeded.components_[2].argmax() in range(15, 30)


def test_bad_parameters_and_values():
    X, _ = synthetic(10)
    for model in (NMF, LDA):
        with pytest.raises(ValueError, match="n_components=0"):
            model(0).fit(X)
        with pytest.raises(ValueError, match="Negative values"):
            model(2).fit(-X)
        with pytest.raises(ValueError, match="features"):
            model(2).fit(X).transform(X[:, :5])
        for odd in (True, 2.5, "two", float("nan")):
            with pytest.raises(ValueError, match="is not a whole number of at least 1"):
                model(odd).fit(X)
        with pytest.raises(ValueError, match="n_jobs='all'"):
            model(2, n_jobs="all").fit(X)
    for name, value in {
        "alpha_W": -1,
        "l1_ratio": 1.5,
        "forget_factor": "a",
        "alpha_H": -1,
    }.items():
        with pytest.raises(ValueError, match=f"{name}=.* is not a number"):
            NMF(2, **{name: value}).fit(X)
    with pytest.raises(ValueError, match="init='other'"):
        NMF(2, init="other").fit(X)
    with pytest.raises(ValueError, match="seed_components has the shape"):
        NMF(2, seed_components=np.ones((1, 3))).fit(X)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 7), st.integers(0, 99))
def test_odd_shapes_give_finite_weights(n, v, k, seed):
    X = sp.random(n, v, 0.5, random_state=seed, format="csr")
    for model in (NMF(k, max_iter=20), LDA(k, max_iter=3)):
        W = model.fit_transform(X)
        assert W.shape == (n, k)
        assert np.isfinite(W).all()
        assert (W >= 0).all()
        assert np.isfinite(model.components_).all()


# The estimators do not inherit from scikit-learn, whose import a cold start cannot afford.
@pytest.mark.filterwarnings("ignore:Estimator .* does not inherit")
@pytest.mark.filterwarnings("ignore:check_")
@pytest.mark.slow
@pytest.mark.parametrize("model", [NMF(2, max_iter=20), LDA(2, max_iter=5)])
def test_scikit_learns_checks(model):
    failed = [
        f"{check['check_name']}: {check['exception']}"
        for check in check_estimator(model, on_skip=None, on_fail=None)
        if check["status"] == "failed"
    ]
    assert failed == []


def test_nmf_of_the_divergence_is_scikit_learns():
    X, _ = synthetic(80)
    theirs = REFERENCE(
        4, init="nndsvda", solver="mu", beta_loss="kullback-leibler", max_iter=500, random_state=0
    ).fit(X)
    ours = NMF(4, beta_loss="kullback-leibler", max_iter=500, tol=1e-5).fit(X)
    assert ours.reconstruction_err_ <= theirs.reconstruction_err_ * 1.01
    W = ours.transform(X)
    fitted, dense = W @ ours.components_, X.toarray()
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(dense > 0, dense * np.log(dense / fitted), 0) - dense + fitted
    assert np.sqrt(2 * parts.sum()) == pytest.approx(ours.reconstruction_err_, rel=1e-2)


@pytest.mark.parametrize("weights", [{"alpha_W": 1e-3}, {"alpha_W": 1e-3, "l1_ratio": 0.5}])
def test_nmf_is_regularised_as_scikit_learns(weights):
    X, _ = synthetic(120)
    theirs = REFERENCE(4, init="nndsvd", random_state=0, max_iter=4000, **weights)
    ours = NMF(4, tol=1e-6, max_iter=2000, **weights)

    def objective(model):
        W, (n, v), share = model.fit_transform(X), X.shape, weights.get("l1_ratio", 0)
        norms = [share * F.sum() + (1 - share) / 2 * (F**2).sum() for F in (W, model.components_)]
        rest = ((X.toarray() - W @ model.components_) ** 2).sum() / 2
        return rest + weights["alpha_W"] * (v * norms[0] + n * norms[1])

    assert objective(ours) <= 1.001 * objective(theirs)


def test_nmf_learns_in_parts():
    X, topics = synthetic(600)
    model = NMF(4)
    for _ in range(3):
        for start in range(0, 600, 100):
            model.partial_fit(X[start : start + 100])
    assert matched_cosine(model.components_, topics).min() > 0.95
    with pytest.raises(ValueError, match="in parts"):
        NMF(4, beta_loss="kullback-leibler").partial_fit(X)


def test_known_components_are_a_start():
    X, topics = synthetic()
    for model in (NMF(4, init=topics, max_iter=5), LDA(4, init=topics, max_iter=2)):
        found = model.fit(X).components_
        cosines = (found * topics).sum(1) / np.linalg.norm(found, axis=1)
        assert (cosines / np.linalg.norm(topics, axis=1)).min() > 0.95
    for model in (NMF(3, init=topics), LDA(3, init=topics)):
        with pytest.raises(ValueError, match="init has the shape"):
            model.fit(X)


def test_permuted_terms_give_permuted_components():
    X, topics = synthetic(seed=3)
    order = np.random.default_rng(0).permutation(X.shape[1])
    for model in (NMF(4, init=topics), LDA(4, init=topics)):
        straight = model.fit(X).components_
        shuffled = clone(model).set_params(init=topics[:, order]).fit(X[:, order]).components_
        np.testing.assert_allclose(shuffled, straight[:, order], rtol=1e-2, atol=1e-2)


def test_priors_of_lda_are_learnt():
    rng = np.random.default_rng(0)
    _, topics = synthetic()
    mixture = rng.dirichlet([1.0, 0.1, 0.1, 0.1], 800)
    X = sp.csr_matrix(rng.poisson(80 * mixture @ topics))
    model = LDA(4, doc_topic_prior="auto", topic_word_prior="auto", max_iter=40, perp_tol=-1).fit(X)
    first = int(np.argmax(model.components_ @ topics[0]))
    assert model.doc_topic_prior_.argmax() == first
    assert model.doc_topic_prior_[first] > 3 * np.delete(model.doc_topic_prior_, first).max()
    assert model.topic_word_prior_.shape == (1, 1)
    assert model.perplexity(X) < 1.05 * LDA(4).fit(X).perplexity(X)
    with pytest.raises(ValueError, match="doc_topic_prior='other'"):
        LDA(4, doc_topic_prior="other").fit(X)
    with pytest.raises(ValueError, match="learning_method='other'"):
        LDA(4, learning_method="other").fit(X)


def test_held_out_perplexity_is_no_worse_than_scikit_learns():
    from sklearn.decomposition import LatentDirichletAllocation

    from topics.models.topic_metrics import completion_perplexity, split_tokens

    X, _ = synthetic(700, k=6)
    held_out = X[500:]
    ours = LDA(6).fit(X[:500])
    theirs = LatentDirichletAllocation(6, max_iter=50, random_state=0).fit(X[:500])
    seen, hidden = split_tokens(held_out)
    probabilities = theirs.components_ / theirs.components_.sum(axis=1, keepdims=True)
    reference = completion_perplexity(theirs.transform(seen), probabilities, hidden)
    assert ours.perplexity(held_out) < 1.02 * reference


def test_the_divergence_never_rises():
    X, _ = synthetic(80)
    errors = [
        NMF(4, beta_loss="kullback-leibler", max_iter=n, tol=0).fit(X).reconstruction_err_
        for n in (1, 2, 4, 8, 16, 32)
    ]
    assert (np.diff(errors) <= 1e-3).all()
    assert errors[-1] < errors[0]


def test_permuted_documents_give_permuted_weights():
    X, topics = synthetic(120)
    order = np.random.default_rng(0).permutation(120)
    W = NMF(4, init=topics).fit_transform(X)
    np.testing.assert_allclose(
        NMF(4, init=topics).fit_transform(X[order]), W[order], rtol=1e-3, atol=1e-3
    )
    # The batches are others; what is learnt is the same to what they weigh.
    shares = [LDA(4, init=topics, batch_size=120).fit_transform(Y) for Y in (X, X[order])]
    np.testing.assert_allclose(shares[1], shares[0][order], atol=0.02)


def test_a_document_twice_has_its_weights_twice():
    X, _ = synthetic(60)
    twice = sp.vstack([X, X[:1], sp.csr_matrix((2, X.shape[1]))]).tocsr()
    for model in (NMF(3), LDA(3)):
        W = model.fit_transform(twice)
        assert W[60].tobytes() == W[0].tobytes()
        assert W[61].tobytes() == W[62].tobytes()
        assert np.isfinite(W).all()
    assert (NMF(3).fit_transform(twice)[61] == 0).all()
    np.testing.assert_allclose(LDA(3).fit_transform(twice)[61], 1 / 3, rtol=1e-6)


@pytest.mark.parametrize("X", [np.ones((1, 5)), np.ones((6, 1)), np.ones((4, 4)), np.zeros((3, 2))])
@pytest.mark.parametrize("model", [NMF(4), LDA(4), NMF(4, beta_loss="kullback-leibler")])
def test_more_components_than_the_matrix_has(model, X):
    W = clone(model).fit_transform(X)
    assert W.shape == (len(X), 4)
    assert np.isfinite(W).all()
    assert (W >= 0).all()


@pytest.mark.parametrize("index", [8, 10**9, -5])
@pytest.mark.parametrize("model", [NMF(2), LDA(2)])
def test_indices_are_not_followed_out_of_bounds(model, index):
    X = np.random.default_rng(0).random((30, 8), np.float32)
    broken, torn = sp.csr_matrix(X), sp.csr_matrix(X)
    broken.indices[0], torn.indptr[1] = index, 10**9
    fitted = clone(model).fit(X)
    for matrix in (broken, torn, sp.csr_matrix(X * np.nan)):
        for call in (fitted.transform, clone(model).fit):
            with pytest.raises(ValueError, match=r"ind(ices|ptr) must be|NaN"):
                call(matrix)


def test_arrays_among_parameters_are_shown_by_their_shape():
    assert repr(NMF(2, init=np.ones((2, 3)))) == "NMF(n_components=2, init=<array of shape (2, 3)>)"


def test_components_have_names():
    X, _ = synthetic()
    assert NMF(2).fit(X).get_feature_names_out().tolist() == ["nmf0", "nmf1"]


X = np.random.default_rng(0).poisson(0.5, (40, 15)).astype(float)


@pytest.mark.parametrize(
    ("model", "X", "message"),
    [
        (LDA(3, doc_topic_prior=0), X, "doc_topic_prior holds"),
        (LDA(3, topic_word_prior=np.nan), X, "topic_word_prior holds"),
        (LDA(3, init=np.full((3, 15), np.nan)), X, "init holds"),
        (NMF(3, init=np.full((3, 15), np.inf)), X, "init holds"),
        (NMF(3, seed_components=np.full((3, 15), np.nan)), X, "seed_components holds"),
        (NMF(3), X * 1e300, "too large or too small"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_no_number_is_refused(model, X, message):
    with pytest.raises(ValueError, match=message):
        model.fit(X)


def test_parts_of_a_split_are_learnt_on():
    model = NMF(4, random_state=0).fit(X)
    model.split([1], X[:20], 6)
    before = model.components_.copy()
    model.partial_fit(X[:2])
    cosines = (before * model.components_).sum(axis=1) / (
        np.linalg.norm(before, axis=1) * np.linalg.norm(model.components_, axis=1)
    )
    assert cosines[:3].min() > 0.9


def test_counts_that_stand_twice_count_as_their_sum():
    twice = sp.csr_matrix((np.ones(8), [0, 0, 1, 2] * 2, [0, 2, 4, 6, 8]), (4, 3))
    once = twice.copy()
    once.sum_duplicates()
    for kind in (LDA, NMF):
        first, second = (kind(2, random_state=0).fit(X).components_ for X in (twice, once))
        np.testing.assert_array_equal(first, second)
    assert twice.nnz == 8


@pytest.mark.parametrize("factor", [1e30, 1e37])
def test_counts_that_no_corpus_has_are_an_error(factor):
    with pytest.raises(ValueError, match="no counts of terms"):
        LDA(2).fit(np.ones((4, 3)) * factor)
