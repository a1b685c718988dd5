import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from topics._kernels.lanes import LANES, add_scaled, add_weighted_rows, dot
from topics._math.kmeans import spherical_kmeans
from topics._math.sparse import spmm, truncated_svd
from topics._parallel import WorkerPool
from topics.models.initialisation import initialise_from_nmf, seed_initialisation


@njit
def compiled_dot(a, rows, i):
    return dot(a, rows, i)


@njit
def compiled_add(to, rows, i, scale):
    add_scaled(to, rows, i, scale)


@njit
def compiled_sum(to, matrix, rows, weights, start, stop):
    add_weighted_rows(to, matrix, rows, weights, start, stop)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("places", [np.int32, np.int64])
@given(st.integers(0, 15), st.integers(0, 9), st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_weighted_rows_add_up_in_their_order(dtype, places, lanes, n, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((5, lanes * LANES)).astype(dtype)
    rows, weights = rng.integers(0, 5, n).astype(places), rng.standard_normal(n).astype(dtype)
    start = int(rng.integers(0, n + 1))
    found, expected = matrix[0].copy(), matrix[0].copy()
    compiled_sum(found, matrix, rows, weights, start, n)
    for j in range(start, n):
        compiled_add(expected, matrix, rows[j], weights[j])
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.integers(0, 5), st.integers(0, 99))
@settings(deadline=None, max_examples=20)
def test_lanes_add_up(dtype, lanes, seed):
    rows = np.random.default_rng(seed).standard_normal((2, lanes * LANES)).astype(dtype)
    a, b = rows
    sums = (a * b).reshape(-1, LANES)
    partial = np.zeros(LANES, dtype)
    for row in sums:
        partial += row
    while partial.size > 1:
        partial = partial[: partial.size // 2] + partial[partial.size // 2 :]
    assert compiled_dot(a, rows, np.int32(1)) == partial[0]
    to = a.copy()
    compiled_add(to, rows, np.uint32(1), dtype(1.5))
    np.testing.assert_array_equal(to, a + b * dtype(1.5))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 30), st.integers(1, 20), st.integers(1, 17), st.integers(0, 99))
def test_products_are_scipys(n, m, k, seed):
    X = sp.random(n, m, 0.4, random_state=seed, format="csr")
    dense = np.random.default_rng(seed).standard_normal((m, k))
    with WorkerPool(2) as workers:
        np.testing.assert_allclose(spmm(X, dense, workers), X @ dense, atol=1e-12)


def test_singular_values_are_scipys():
    X = sp.random(500, 300, 0.05, random_state=0, format="csr")
    U, S, V = truncated_svd(X, 12, n_iter=12)
    exact = np.linalg.svd(X.toarray(), compute_uv=False)[:12]
    np.testing.assert_allclose(S, exact, rtol=0.02)
    np.testing.assert_allclose(U.T @ U, np.eye(12), atol=1e-8)
    np.testing.assert_allclose(X @ V, U * S, atol=0.05)
    again = truncated_svd(X, 12, n_iter=12, n_jobs=2)
    assert all(a.tobytes() == b.tobytes() for a, b in zip((U, S, V), again, strict=True))
    square = sp.csr_matrix(X.T @ X)
    one, other = (truncated_svd(square, 5, transposed=known)[1] for known in (square, None))
    np.testing.assert_allclose(one, other)


def test_clusters_are_found_and_there_may_be_too_few_rows():
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((4, 8))
    rows = np.repeat(centres, 50, axis=0) + 0.05 * rng.standard_normal((200, 8))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels, found = spherical_kmeans(rows, 4, n_init=3)
    groups = labels.reshape(4, 50)
    assert (groups == groups[:, :1]).all()
    assert len(set(groups[:, 0])) == 4
    assert spherical_kmeans(rows, 4, n_init=3, n_jobs=2)[0].tobytes() == labels.tobytes()
    labels, found = spherical_kmeans(rows[:2], 5)
    assert found.shape == (5, 8)
    assert set(labels) <= {0, 1}
    assert initialise_from_nmf(sp.csr_matrix((3, 4), dtype=np.float32), 2).shape == (2, 4)


def test_seeded_topics_start_from_the_documents_of_their_seeds():
    papers = sp.csr_matrix(np.kron(np.eye(3), np.ones((5, 4))))
    start = np.kron(np.eye(3), np.ones((1, 4)))
    seeds = np.zeros((3, 12))
    seeds[0, 8] = 1
    found = seed_initialisation(start, papers, seeds)
    assert found[0, 8:].sum() == pytest.approx(1)
    assert (found[1:, :8].sum(axis=0) > 0).all()
    np.testing.assert_allclose(seed_initialisation(start, papers, np.zeros((3, 12))).sum(axis=1), 1)
