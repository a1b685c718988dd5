"""Sparse matrices: products, sums of groups of rows, and singular values, over threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.arrays import padded
from topics._parallel import WorkerPool, one_blas_thread

ROWS_PER_SHARD = 2048
_NUMBERS_PER_SHARD = 1 << 19


def spmm(matrix: sp.csr_matrix, dense: NDArray[Any], workers: WorkerPool) -> NDArray[Any]:
    """A sparse matrix times a dense one.

    Parameters
    ----------
    matrix : csr_matrix of float, shape (n, m)
        The sparse one.
    dense : ndarray, shape (m, k)
        The other, of the same dtype.
    workers : WorkerPool
        Threads; the result does not depend on how many.

    Returns
    -------
    ndarray, shape (n, k)
        Of the same dtype.

    Examples
    --------
    >>> with WorkerPool(1) as workers:
    ...     spmm(sp.csr_matrix([[2.0, 0], [0, 3]]), np.eye(2), workers).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    from topics._kernels.products import spmm_rows

    across = padded(np.asarray(dense, matrix.dtype))
    product = np.empty((matrix.shape[0], across.shape[1]), matrix.dtype)
    workers.over_shards(
        lambda low, high: spmm_rows(
            matrix.indptr, matrix.indices, matrix.data, across, low, high, product
        ),
        matrix.shape[0], ROWS_PER_SHARD,
    )  # fmt: skip
    return product[:, : dense.shape[1]]


def dense_product(
    left: NDArray[Any], right: NDArray[Any], workers: WorkerPool
) -> NDArray[np.floating]:
    """A matrix times another, over threads.

    Parameters
    ----------
    left : ndarray of float, shape (n, m)
        A matrix of many rows.
    right : ndarray, shape (m, k)
        The other, of the same dtype.
    workers : WorkerPool
        Threads; the result does not depend on how many, as long as BLAS itself takes one.

    Returns
    -------
    ndarray, shape (n, k)
        Of the same dtype.

    Examples
    --------
    >>> with WorkerPool(1) as workers:
    ...     dense_product(np.eye(2), np.array([[2.0], [3.0]]), workers).tolist()
    [[2.0], [3.0]]
    """
    size = max(1, _NUMBERS_PER_SHARD // max(left.shape[1], 1))
    parts = workers.over_shards(lambda low, high: left[low:high] @ right, len(left), size)
    return np.concatenate(parts) if parts else left @ right


def truncated_svd(
    matrix: sp.csr_matrix,
    rank: int,
    *,
    n_iter: int = 3,
    random_state: Any = 0,
    n_jobs: int | None = None,
    transposed: sp.csr_matrix | None = None,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The largest singular values and their vectors, by a randomized range finder [1]_.

    Parameters
    ----------
    matrix : csr_matrix of float, shape (n, m)
        The matrix; no dense one of its size is made.
    rank : int
        How many; no more than ``min(n, m)``.
    n_iter : int, default=3
        Power iterations.
    random_state : int, RandomState or None, default=0
        For the start.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.
    transposed : csr_matrix or None, default=None
        The matrix with rows for columns, or itself where it is symmetric; None makes it.

    Returns
    -------
    U : ndarray, shape (n, rank)
        Left singular vectors.
    S : ndarray, shape (rank,)
        Singular values, the largest first.
    V : ndarray, shape (m, rank)
        Right singular vectors; the heaviest number of each is above zero.

    References
    ----------
    .. [1] Halko, Martinsson, Tropp (2011), "Finding structure with randomness", SIAM Review 53.

    Examples
    --------
    >>> U, S, V = truncated_svd(sp.csr_matrix(np.diag([3.0, 2, 1])), 2)
    >>> S.round(6).tolist()
    [3.0, 2.0]
    """
    from scipy.linalg import qr, svd
    from sklearn.utils import check_random_state

    n, m = matrix.shape
    width = min(rank + 10, n, m)
    basis = check_random_state(random_state).standard_normal((m, width)).astype(matrix.dtype)
    with one_blas_thread(), WorkerPool(n_jobs) as workers:
        across = sp.csr_matrix(matrix.T) if transposed is None else transposed
        for _ in range(n_iter):
            basis = _span(spmm(matrix, basis, workers))
            basis = _span(spmm(across, basis, workers))
        basis, _ = qr(basis, mode="economic")
        across = None
        left, small = qr(spmm(matrix, basis, workers), mode="economic")
        U, S, Vt = svd(small, full_matrices=False)
        U, V = left @ U[:, :rank], basis @ Vt[:rank].T
    heaviest = V[np.abs(V).argmax(axis=0), np.arange(V.shape[1])]
    signs = np.where(heaviest < 0, -1, 1).astype(V.dtype)
    return U * signs, S[:rank], V * signs


def _span(columns: NDArray[Any]) -> NDArray[Any]:
    """Well-conditioned columns of the same span, at a fraction of the cost of orthonormal ones."""
    from scipy.linalg import lu

    basis, _ = lu(columns, permute_l=True)
    return basis


def membership_matrix(
    clusters: NDArray[np.integer], n_clusters: int, dtype: Any = np.float32
) -> sp.csc_matrix:
    """Which rows each cluster holds: a product with it sums them.

    Parameters
    ----------
    clusters : ndarray of int, shape (n_documents,)
        Cluster of each row.
    n_clusters : int
        How many there are.
    dtype : dtype, default=float32
        Of the ones.

    Returns
    -------
    csc_matrix, shape (n_clusters, n_documents)
        One for a member.

    Examples
    --------
    >>> (membership_matrix(np.array([0, 1, 0]), 2) @ np.array([[1.0], [2], [4]])).tolist()
    [[5.0], [2.0]]
    """
    n = clusters.size
    return sp.csr_matrix((np.ones(n, dtype), clusters, np.arange(n + 1)), (n, n_clusters)).T


def presence(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """One where a document holds a term.

    Parameters
    ----------
    matrix : csr_matrix, shape (n_documents, n_terms)
        Counts or weights of at least zero.

    Returns
    -------
    csr_matrix of float32, shape (n_documents, n_terms)
        It shares the places of the values.

    Examples
    --------
    >>> presence(sp.csr_matrix([[3.0, 0.0], [0.0, 0.5]])).toarray().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    held = (matrix.data > 0).astype(np.float32)
    return sp.csr_matrix((held, matrix.indices, matrix.indptr), matrix.shape)


def positions_of_rows(indptr: NDArray[np.integer], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the values of some rows among all values of a sparse matrix.

    Parameters
    ----------
    indptr : ndarray of int, shape (n + 1,)
        Where each row begins.
    rows : ndarray of int64, shape (m,)
        The rows asked for.

    Returns
    -------
    ndarray of int64
        Row after row.

    Examples
    --------
    >>> positions_of_rows(np.array([0, 2, 2, 5]), np.array([2, 0])).tolist()
    [2, 3, 4, 0, 1]
    """
    starts, lengths = indptr[rows].astype(np.int64), np.diff(indptr)[rows].astype(np.int64)
    ends = np.cumsum(lengths)
    return np.arange(lengths.sum()) + np.repeat(starts - ends + lengths, lengths)
