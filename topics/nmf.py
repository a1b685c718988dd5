"""NMF: topics as factors of a document-term matrix."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from topics._estimator import Estimator, check_matrix, one_blas_thread
from topics._parallel import over_shards

ROWS_PER_SHARD = 2048
_SWEEPS = 4


class NMF(Estimator):
    """Non-negative matrix factorisation of a sparse matrix, X = W H in the Frobenius norm.

    Hierarchical alternating least squares [1]_: coordinate descent on one factor's rows while the
    other is held still, with a few sweeps for each product with X. X stays sparse, and no dense
    matrix of documents by terms is ever made.

    Parameters
    ----------
    n_components : int, default=10
        Number of topics.
    init : {"nndsvd", "random"}, default="nndsvd"
        Start: from a singular value decomposition [2]_, or at random.
    prior : array of shape (n_components, n_terms) or None, default=None
        What components are drawn to, as if further documents held these weights and their
        component alone. Rows of zeros draw to nothing.
    max_iter : int, default=200
        Most iterations.
    tol : float, default=1e-4
        Stop when the violation falls to this share of the first one.
    alpha : float, default=0
        Weight of the regularisation of W and H, scaled by the number of terms and documents as
        in scikit-learn (``alpha_W``).
    l1_ratio : float, default=0
        Share of it that is l1.
    random_state : int, RandomState or None, default=0
        For the start.
    n_jobs : int or None, default=None
        Threads; results are the same to the bit for any number.

    Attributes
    ----------
    components_ : ndarray, shape (n_components, n_terms)
        H.
    n_iter_ : int
        Iterations done.
    reconstruction_err_ : float
        Frobenius norm of X - W H.
    n_features_in_ : int
        Number of terms.

    References
    ----------
    .. [1] Gillis, Glineur (2012), "Accelerated multiplicative updates and hierarchical ALS
       algorithms for nonnegative matrix factorization", Neural Computation 24.
    .. [2] Boutsidis, Gallopoulos (2008), "SVD based initialization", Pattern Recognition 41.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0, 1, 0, 0], [2, 2, 0, 0], [0, 0, 1, 3]])
    >>> model = NMF(n_components=2)
    >>> np.allclose(model.fit_transform(X) @ model.components_, X, atol=0.01)
    True
    """

    _reads_weights = True

    def __init__(
        self,
        n_components: int = 10,
        *,
        init: Literal["nndsvd", "random"] = "nndsvd",
        prior: ArrayLike | None = None,
        max_iter: int = 200,
        tol: float = 1e-4,
        alpha: float = 0.0,
        l1_ratio: float = 0.0,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.init = init
        self.prior = prior
        self.max_iter = max_iter
        self.tol = tol
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the components.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Weights of at least zero.
        y : None
            Ignored.

        Returns
        -------
        NMF
            The fitted estimator.

        Raises
        ------
        ValueError
            If X holds a negative value, or no document, or a parameter is out of its range.
        """
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> NDArray[np.floating]:
        """Learn the components and give the documents' weights.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Weights of at least zero.
        y : None
            Ignored.

        Returns
        -------
        ndarray, shape (n_documents, n_components)
            W.

        Raises
        ------
        ValueError
            As :meth:`fit`.
        """
        X = check_matrix(self, X, reset=True)
        k = self.n_components
        if k < 1:
            raise ValueError(f"n_components={k} is not at least 1")
        if self.init not in ("nndsvd", "random"):
            raise ValueError(f"init={self.init!r} is not nndsvd or random")
        with one_blas_thread():
            return self._factorise(sp.csr_matrix(X))

    def _factorise(self, X: sp.csr_matrix) -> NDArray[np.floating]:
        terms = sp.csr_matrix(X.T)
        W, H = self._start(X)
        pull, ridge = self._draw(X, H)
        first = 0.0
        self.n_iter_ = 0
        for _ in range(max(1, self.max_iter)):
            self.n_iter_ += 1
            violation = self._solve(X, H, W, n_other=X.shape[1])
            violation += self._solve(terms, W, H, pull, ridge, n_other=X.shape[0])
            first = first or violation
            if violation <= self.tol * first:
                break
        # The weights that transform would find, whenever the iterations have stopped.
        self._solve(X, H, W, n_other=X.shape[1], sweeps=100)
        self.components_ = np.ascontiguousarray(H.T)
        self.reconstruction_err_ = self._error(X, W, H)
        return W

    def transform(self, X: Any) -> NDArray[np.floating]:
        """Weights of documents, the components held still.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Weights of at least zero.

        Returns
        -------
        ndarray, shape (n_documents, n_components)
            W; a document's row does not depend on the others.
        """
        self._check_fitted()
        X = sp.csr_matrix(check_matrix(self, X).astype(self.components_.dtype))
        H = np.ascontiguousarray(self.components_.T)
        W = np.zeros((X.shape[0], H.shape[1]), H.dtype)
        with one_blas_thread():
            self._solve(X, H, W, n_other=X.shape[1], sweeps=100)
        return W

    def _solve(
        self,
        X: sp.csr_matrix,
        other: NDArray[Any],
        rows: NDArray[Any],
        pull: NDArray[Any] | None = None,
        ridge: NDArray[Any] | float = 0.0,
        *,
        n_other: int,
        sweeps: int = _SWEEPS,
    ) -> float:
        from topics._kernels.factors import solve_rows

        gram = other.T @ other
        weight = self.alpha * n_other
        gram[np.diag_indices_from(gram)] += ridge + weight * (1 - self.l1_ratio)
        l1 = rows.dtype.type(weight * self.l1_ratio)
        pull = np.empty((0, other.shape[1]), rows.dtype) if pull is None else pull
        return sum(
            over_shards(
                lambda low, high: solve_rows(
                    X.indptr, X.indices, X.data, other, gram, pull, rows, low, high, sweeps, l1
                ),
                X.shape[0],
                ROWS_PER_SHARD,
                self.n_jobs,
            )
        )

    def _start(self, X: sp.csr_matrix) -> tuple[NDArray[Any], NDArray[Any]]:
        """W, and H with terms in its rows."""
        from sklearn.utils import check_random_state
        from sklearn.utils.extmath import randomized_svd

        n, v = X.shape
        k = self.n_components
        rng = check_random_state(self.random_state)
        scale = np.sqrt(max(X.mean(), 1e-12) / k)
        W = (scale * np.abs(rng.standard_normal((n, k)))).astype(X.dtype)
        H = (scale * np.abs(rng.standard_normal((v, k)))).astype(X.dtype)
        rank = min(k, n - 1, v - 1) if self.init == "nndsvd" else 0
        if rank > 0 and X.nnz:
            U, S, Vt = randomized_svd(X, rank, random_state=rng)
            W[:, :rank], H[:, :rank] = _nonnegative(U, S, Vt)
        if self.prior is not None:
            prior = np.asarray(self.prior, X.dtype).T
            if prior.shape != H.shape:
                raise ValueError(f"prior has the shape {prior.T.shape}, not {H.T.shape}")
            # Seeded components come first; what the decomposition found goes to the free ones.
            seeded = prior.any(axis=0)
            order = np.argsort(~seeded, kind="stable")
            free = np.empty_like(H)
            free[:, order] = np.roll(H, int(seeded.sum()), axis=1)
            H = np.where(seeded, prior, free)
            W_free = np.empty_like(W)
            W_free[:, order] = np.roll(W, int(seeded.sum()), axis=1)
            W = np.where(seeded, X @ prior, W_free).astype(X.dtype)
        return W, H

    def _draw(
        self, X: sp.csr_matrix, H: NDArray[Any]
    ) -> tuple[NDArray[Any] | None, NDArray[Any] | float]:
        """Linear and quadratic weight of the prior in the step for H."""
        if self.prior is None:
            return None, 0.0
        prior = np.asarray(self.prior, X.dtype).T
        seeded = prior.any(axis=0)
        # A tenth of a topic's share of the documents speaks for its seeds, but at least one.
        weight = max(1.0, X.shape[0] / self.n_components / 10)
        return np.ascontiguousarray(weight * prior), weight * seeded.astype(X.dtype)

    def _error(self, X: sp.csr_matrix, W: NDArray[Any], H: NDArray[Any]) -> float:
        fitted = float(np.sum((W.T @ W) * (H.T @ H), dtype=np.float64))
        crossed = float(np.sum((X @ H) * W, dtype=np.float64))
        squares = float(X.data.astype(np.float64) @ X.data)
        return float(np.sqrt(max(squares - 2 * crossed + fitted, 0)))


def _nonnegative(U: Any, S: Any, Vt: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Non-negative factors from singular vectors: each one's heavier half."""
    W, H = np.zeros_like(U), np.zeros_like(Vt.T)
    for t in range(S.size):
        x, y = U[:, t], Vt[t]
        halves = [(np.maximum(sign * x, 0), np.maximum(sign * y, 0)) for sign in (1, -1)]
        x, y = max(halves, key=lambda half: np.linalg.norm(half[0]) * np.linalg.norm(half[1]))
        norm = np.linalg.norm(x) * np.linalg.norm(y)
        if norm > 0:
            scale = np.sqrt(S[t] * norm)
            W[:, t] = scale * x / np.linalg.norm(x)
            H[:, t] = scale * y / np.linalg.norm(y)
    return W, H
