"""NMF: topics as factors of a document-term matrix."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from topics._estimator import check_finite, check_matrix, restore_on_error
from topics._math.arrays import padded
from topics._math.sparse import ROWS_PER_SHARD, spmm, truncated_svd
from topics._parallel import WorkerPool, one_blas_thread
from topics.models._base import Decomposition

_SEED_WEIGHT = 0.5
"""Weight of seeds beside what documents say of a component of mean size."""
_SWEEPS = 2


class NMF(Decomposition):
    """Non-negative matrix factorisation of a sparse matrix, X = W H.

    In the Frobenius norm by hierarchical alternating least squares [1]_: coordinate descent on one
    factor's rows while the other is held still, with a few sweeps for each product with X, from
    where the last steps would lead [2]_. In the generalised Kullback-Leibler divergence by
    multiplicative updates [3]_. X stays sparse, and no dense matrix of documents by terms is ever
    made.

    Parameters
    ----------
    n_components : int, default=10
        Number of topics.
    init : {"nndsvd", "random"} or array of shape (n_components, n_terms), default="nndsvd"
        Start: from a singular value decomposition [4]_, at random, or from components that are
        known.
    beta_loss : {"frobenius", "kullback-leibler"}, default="frobenius"
        What is minimised.
    seed_components : array of shape (n_components, n_terms) or None, default=None
        What components are drawn to, as if further documents, about half as many as a component
        has, held these weights and their component alone. Rows of zeros draw to nothing.
    max_iter : int, default=200
        Most iterations.
    tol : float, default=0.01
        Stop when the violation falls to this share of the first one, or an iteration lowers the
        divergence by less than this share of the first.
    alpha_W : float, default=0
        Weight of the regularisation of W, scaled by the number of terms as in scikit-learn.
    alpha_H : float or "same", default="same"
        That of H, scaled by the number of documents.
    l1_ratio : float, default=0
        Share of it that is l1.
    forget_factor : float, default=0.7
        What a batch of :meth:`partial_fit` leaves of those before it.
    random_state : int, RandomState or None, default=0
        For the start.
    n_jobs : int or None, default=None
        Threads; results are the same to the bit for any number.

    Attributes
    ----------
    components_ : ndarray, shape (n_components, n_terms)
        H.
    n_components_ : int
        Number of components; another than asked for after a split.
    seed_components_ : ndarray, shape (n_components, n_terms), or None
        What components are drawn to.
    n_iter_ : int
        Iterations done.
    reconstruction_err_ : float
        Frobenius norm of X - W H, or the square root of twice the divergence.
    n_features_in_ : int
        Number of terms.

    References
    ----------
    .. [1] Gillis, Glineur (2012), "Accelerated multiplicative updates and hierarchical ALS
       algorithms for nonnegative matrix factorization", Neural Computation 24.
    .. [2] Ang, Gillis (2019), "Accelerating nonnegative matrix factorization algorithms using
       extrapolation", Neural Computation 31.
    .. [3] Lee, Seung (2001), "Algorithms for non-negative matrix factorization", NIPS.
    .. [4] Boutsidis, Gallopoulos (2008), "SVD based initialization", Pattern Recognition 41.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0, 1, 0, 0], [2, 2, 0, 0], [0, 0, 1, 3]])
    >>> model = NMF(n_components=2)
    >>> np.allclose(model.fit_transform(X) @ model.components_, X, atol=0.01)
    True
    """

    def __init__(
        self,
        n_components: int = 10,
        *,
        init: Literal["nndsvd", "random"] | ArrayLike = "nndsvd",
        beta_loss: Literal["frobenius", "kullback-leibler"] = "frobenius",
        seed_components: ArrayLike | None = None,
        max_iter: int = 200,
        tol: float = 1e-2,
        alpha_W: float = 0.0,
        alpha_H: float | Literal["same"] = "same",
        l1_ratio: float = 0.0,
        forget_factor: float = 0.7,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.init = init
        self.beta_loss = beta_loss
        self.seed_components = seed_components
        self.max_iter = max_iter
        self.tol = tol
        self.alpha_W = alpha_W
        self.alpha_H = alpha_H
        self.l1_ratio = l1_ratio
        self.forget_factor = forget_factor
        self.random_state = random_state
        self.n_jobs = n_jobs

    seed_components_: NDArray[Any] | None

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
            If X holds a negative value, or no document, or values whose squares are no numbers any
            more, or a parameter is out of its range.

        Examples
        --------
        >>> NMF(2).fit([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]] * 5).components_.shape
        (2, 3)
        """
        self.fit_transform(X)
        return self

    @restore_on_error
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

        Examples
        --------
        >>> model = NMF(2)
        >>> W = model.fit_transform([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]] * 5)
        >>> abs(W @ model.components_ - [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]] * 5).max() < 0.01
        np.True_
        """
        X = self._checked(X, reset=True)
        with one_blas_thread(), WorkerPool(self.n_jobs) as workers:
            divergence = self.beta_loss == "kullback-leibler"
            W = (self._fit_kl if divergence else self._fit_hals)(X, workers)
        check_finite("what was learnt of X, whose values may be too large or too small,", W)
        check_finite(
            "what was learnt of X, whose values may be too large or too small,", self.components_
        )
        return W

    @restore_on_error
    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Learn from one more batch of documents, in the Frobenius norm.

        The sums that online factorisation [5]_ needs are kept from batch to batch.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Weights of at least zero.
        y : None
            Ignored.

        Returns
        -------
        NMF
            The estimator.

        Raises
        ------
        ValueError
            If ``beta_loss`` is another, if the estimator was loaded from an artifact, or as
            :meth:`fit`.

        References
        ----------
        .. [5] Mairal, Bach, Ponce, Sapiro (2010), "Online learning for matrix factorization and
           sparse coding", JMLR 11.

        Examples
        --------
        >>> NMF(2).partial_fit([[1.0, 0.0], [0.0, 1.0]] * 5).partial_fit([[2.0, 0.0]]).n_components_
        2
        """
        if self.beta_loss != "frobenius":
            raise ValueError('NMF learns in parts with beta_loss="frobenius" only')
        first = not hasattr(self, "components_")
        if not first and not hasattr(self, "_gram"):
            raise ValueError("this NMF was loaded, without what it needs to learn on; fit it anew")
        X = self._checked(X, reset=first)
        if not first:
            X = X.astype(self.components_.dtype, copy=False)
        terms = sp.csr_matrix(X.T)
        with one_blas_thread(), WorkerPool(self.n_jobs) as workers:
            if first:
                H = padded(self._initialise(X, terms)[1])
                self._gram, self._cross = np.zeros((H.shape[1],) * 2), np.zeros(H.shape)
                self.n_iter_ = 0
            else:
                H = padded(self.components_.T)
            W = np.zeros((X.shape[0], H.shape[1]), H.dtype)
            # The start is rough, and what is taken from the first batch stays.
            for _ in range(10 if first else 1):
                self._update_hals(X, H, W, workers, self._penalties(X)[0], sweeps=100)
                gram = self.forget_factor * self._gram + W.T @ W
                met = self.forget_factor * self._cross + spmm(terms, W, workers)
                self._update_components(X, gram, met, H, workers)
        self._gram, self._cross = gram, met
        k = self.n_components if first else self.n_components_
        self.components_ = np.ascontiguousarray(H[:, :k].T)
        self.n_iter_ += 1
        return self

    def _update_components(
        self,
        X: sp.csr_matrix,
        gram: NDArray[np.float64],
        met: NDArray[np.float64],
        H: NDArray[Any],
        workers: WorkerPool,
    ) -> None:
        """Least squares for H by what the batches so far sum to."""
        from topics._kernels.factors import hals_dense_rows

        seed_penalty, ridge = self._seed_penalty(np.diag(gram))
        l1, l2 = self._penalties(X)[1]
        targets = np.ascontiguousarray(
            met - l1 + (0 if seed_penalty is None else seed_penalty), H.dtype
        )
        gram = gram.copy()
        gram[np.diag_indices_from(gram)] += ridge + l2
        gram = gram.astype(H.dtype)
        workers.over_shards(
            lambda low, high: hals_dense_rows(targets, gram, H, low, high, 10),
            len(H),
            ROWS_PER_SHARD,
        )

    def _parts(self, old: list[int], X: Any, n: int) -> NDArray[Any]:
        return NMF(n, random_state=self.random_state, n_jobs=self.n_jobs).fit(X).components_

    @restore_on_error
    def split(self, old: list[int], X: Any, n: int) -> None:
        """As :meth:`Decomposition.split`; what is learnt later goes on from the new components.

        Examples
        --------
        >>> X = [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]] * 9
        >>> model = NMF(2).fit(X)
        >>> model.split([0], X, 2)
        >>> model.n_components_
        3
        """
        stay = np.delete(np.arange(self.n_components_), old)
        super().split(old, X, n)
        if self.seed_components_ is not None:
            kept = self.seed_components_[stay]
            self.seed_components_ = np.vstack([kept, np.zeros((n, kept.shape[1]), kept.dtype)])
        if not hasattr(self, "_gram"):
            return
        # What the parts have met is asked of the documents that they were learnt from.
        X = sp.csr_matrix(X).astype(self.components_.dtype)
        W = self.transform(X)
        gram, met = W.T @ W, X.T @ W
        gram[: stay.size, : stay.size] = self._gram[np.ix_(stay, stay)]
        met[:, : stay.size] = self._cross[:, stay]
        self._gram, self._cross = padded(padded(gram).T).T, padded(met)

    def _checked(self, X: Any, reset: bool) -> sp.csr_matrix:
        self._check_params()
        return sp.csr_matrix(check_matrix(self, X, reset=reset))

    def _check_params(self) -> None:
        self._check_whole(n_components=1, max_iter=1)
        self._check_real(alpha_W=np.inf, l1_ratio=1, forget_factor=1)
        if self.alpha_H != "same":
            self._check_real(alpha_H=np.inf)
        if isinstance(self.init, str) and self.init not in ("nndsvd", "random"):
            raise ValueError(f"init={self.init!r} is not nndsvd, random or an array")
        if self.beta_loss not in ("frobenius", "kullback-leibler"):
            raise ValueError(f"beta_loss={self.beta_loss!r} is not frobenius or kullback-leibler")

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

        Examples
        --------
        >>> NMF(2).fit([[1.0, 0.0], [0.0, 1.0]] * 5).transform([[2.0, 0.0]]).shape
        (1, 2)
        """
        self._check_fitted()
        X = sp.csr_matrix(check_matrix(self, X).astype(self.components_.dtype))
        H, k = padded(self.components_.T), self.n_components_
        divergence = self.beta_loss == "kullback-leibler"
        W = np.zeros((X.shape[0], H.shape[1]), H.dtype)
        W[:, :k] = divergence
        with one_blas_thread(), WorkerPool(self.n_jobs) as workers:
            step = self._update_kl if divergence else self._update_hals
            step(X, H, W, workers, self._penalties(X)[0], sweeps=100)
        return np.ascontiguousarray(W[:, :k])

    def _fit_hals(self, X: sp.csr_matrix, workers: WorkerPool) -> NDArray[np.floating]:
        """Least squares, extrapolated."""
        terms = sp.csr_matrix(X.T)
        W, H = (padded(factor) for factor in self._initialise(X, terms))
        for_W, for_H = self._penalties(X)
        seeded = np.zeros(W.shape[1], bool)
        if self.seed_components_ is not None:
            seeded[: self.n_components] = self.seed_components_.any(axis=1)
        # What is tied to a length of its own stays as it is.
        ties = seeded | (sum(for_W) + sum(for_H) > 0)
        squares = _squared_norm(X)
        W_extrapolated, H_extrapolated = W, H
        first, error, beta, limit = 0.0, np.inf, 0.5, 1.0
        self.n_iter_ = 0
        for _ in range(max(1, self.max_iter)):
            self.n_iter_ += 1
            W_new, H_new = W_extrapolated.copy(), H_extrapolated.copy()
            violation, _ = self._update_hals(X, H_extrapolated, W_new, workers, for_W)
            W_extrapolated = _extrapolate(W, W_new, beta)
            seed_penalty, ridge = self._seed_penalty(
                np.einsum("ij,ij->j", W_extrapolated, W_extrapolated)
            )
            more, inner_product = self._update_hals(
                terms, W_extrapolated, H_new, workers, (for_H[0], for_H[1] + ridge), seed_penalty
            )
            fitted = np.sum(
                (W_extrapolated.T @ W_extrapolated) * (H_new.T @ H_new), dtype=np.float64
            )
            now = squares - 2 * inner_product + float(fitted)
            violation += more
            first = first or violation
            if now > error:
                # Too far: back to where the last step led, and less far from there.
                W_extrapolated, H_extrapolated, error = W, H, np.inf
                limit, beta = beta, beta / 1.5
                continue
            H_extrapolated = _extrapolate(H, H_new, beta)
            W, H, error = W_new, H_new, now
            _balance_norms((W, W_extrapolated), (H, H_extrapolated), ties)
            beta, limit = min(limit, 1.05 * beta), min(1.0, 1.01 * limit)
            if violation <= self.tol * first:
                break
        # The weights that transform would find, whenever the iterations have stopped.
        self._update_hals(X, H, W, workers, for_W, sweeps=100)
        self.reconstruction_err_ = self._error(X, W, H)
        self._gram, self._cross = W.T @ W, spmm(terms, W, workers)
        self.components_ = np.ascontiguousarray(H[:, : self.n_components].T)
        return np.ascontiguousarray(W[:, : self.n_components])

    def _fit_kl(self, X: sp.csr_matrix, workers: WorkerPool) -> NDArray[np.floating]:
        """Multiplicative updates under the Kullback-Leibler divergence."""
        X = X.astype(np.float32)
        terms = sp.csr_matrix(X.T)
        # What is zero stays zero under these updates.
        W, H = (padded(np.maximum(factor, 1e-6)) for factor in self._initialise(X, terms))
        for_W, for_H = self._penalties(X)
        total = float(X.sum(dtype=np.float64))
        first = last = np.inf
        self.n_iter_ = 0
        for _ in range(max(1, self.max_iter)):
            self.n_iter_ += 1
            ratios, fitted = self._update_kl(X, H, W, workers, for_W)
            divergence = ratios - total + fitted
            first = divergence if first == np.inf else first
            if last - divergence < self.tol * first:
                break
            last = divergence
            self._update_kl(terms, W, H, workers, for_H)
        self._update_kl(X, H, W, workers, for_W, sweeps=100)
        ratios, fitted = self._update_kl(X, H, W.copy(), workers, for_W)
        k = self.n_components
        self.components_ = np.ascontiguousarray(H[:, :k].T)
        self.reconstruction_err_ = float(np.sqrt(2 * max(ratios - total + fitted, 0)))
        return np.ascontiguousarray(W[:, :k])

    def _penalties(self, X: sp.csr_matrix) -> tuple[tuple[float, float], tuple[float, float]]:
        """Weights of the l1 and the l2 norm of W, and those of H."""
        n, v = X.shape
        alpha_H = self.alpha_W if isinstance(self.alpha_H, str) else self.alpha_H
        l1, l2 = self.l1_ratio, 1 - self.l1_ratio
        for_W, for_H = v * self.alpha_W, n * alpha_H
        return (l1 * for_W, l2 * for_W), (l1 * for_H, l2 * for_H)

    def _update_hals(
        self,
        X: sp.csr_matrix,
        other: NDArray[Any],
        rows: NDArray[Any],
        workers: WorkerPool,
        weights: tuple[float, Any],
        seed_penalty: NDArray[Any] | None = None,
        *,
        sweeps: int = _SWEEPS,
    ) -> tuple[float, float]:
        """Least squares for the rows of a factor; gives the violation, and <X, rows @ other.T>."""
        from topics._kernels.factors import hals_rows

        gram = other.T @ other
        gram[np.diag_indices_from(gram)] += weights[1]
        l1 = rows.dtype.type(weights[0])
        seed_penalty = (
            np.empty((0, other.shape[1]), rows.dtype) if seed_penalty is None else seed_penalty
        )
        parts = workers.over_shards(
            lambda low, high: hals_rows(
                X.indptr, X.indices, X.data, other, gram, seed_penalty, rows, low, high, sweeps, l1
            ),
            X.shape[0],
            ROWS_PER_SHARD,
        )
        return sum(part[0] for part in parts), sum(part[1] for part in parts)

    def _update_kl(
        self,
        X: sp.csr_matrix,
        other: NDArray[np.float32],
        rows: NDArray[np.float32],
        workers: WorkerPool,
        weights: tuple[float, float],
        *,
        sweeps: int = 1,
    ) -> tuple[float, float]:
        """Multiplicative updates for the rows of a factor; gives the parts of the divergence."""
        from topics._kernels.factors import kl_rows

        sums = other.sum(axis=0, dtype=np.float64).astype(np.float32)
        l1, ridge = (np.float32(weight) for weight in weights)
        parts = workers.over_shards(
            lambda low, high: kl_rows(
                X.indptr, X.indices, X.data, other, sums, rows, low, high, sweeps, ridge, l1
            ),
            X.shape[0],
            ROWS_PER_SHARD,
        )
        return sum(part[0] for part in parts), sum(part[1] for part in parts)

    def _initialise(
        self, X: sp.csr_matrix, terms: sp.csr_matrix
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """W, and H with terms in its rows."""
        from sklearn.utils import check_random_state

        n, v = X.shape
        k = self.n_components
        rng = check_random_state(self.random_state)
        scale = np.sqrt(max(X.mean(), 1e-12) / k)
        W = (scale * np.abs(rng.standard_normal((n, k)))).astype(X.dtype)
        H = (scale * np.abs(rng.standard_normal((v, k)))).astype(X.dtype)
        if not isinstance(self.init, str):
            H = np.ascontiguousarray(np.asarray(self.init, X.dtype).T)
            if H.shape != (v, k):
                raise ValueError(f"init has the shape {H.T.shape}, not {(k, v)}")
            check_finite("init", H)
            W = np.zeros_like(W)
        rank = min(k, n - 1, v - 1) if isinstance(self.init, str) and self.init == "nndsvd" else 0
        if rank > 0 and X.nnz:
            # Three rounds would be quicker; the steps then end at a larger error.
            U, S, V = truncated_svd(
                X, rank, n_iter=5, random_state=rng, n_jobs=self.n_jobs, transposed=terms
            )
            W[:, :rank], H[:, :rank] = _nndsvd_factors(U, S, V)
        self.seed_components_ = None
        if self.seed_components is not None:
            self.seed_components_ = np.array(self.seed_components, X.dtype)
            seed_components = self.seed_components_.T
            if seed_components.shape != H.shape:
                raise ValueError(
                    f"seed_components has the shape {seed_components.T.shape}, not {H.T.shape}"
                )
            check_finite("seed_components", seed_components)
            if isinstance(self.init, str):
                W, H = _initialise_seeded(X, W, H, seed_components)
        return W, H

    def _seed_penalty(
        self, squares: NDArray[Any]
    ) -> tuple[NDArray[Any] | None, NDArray[Any] | float]:
        """Linear and quadratic weight of the seeds in the step for H, by the squares of W.

        It lies between what is fair to a component of this size and of the mean size: small ones
        hold to their seeds, and large ones, which could take in every document, to theirs. Seeds of
        which hardly any document speaks would be lost without a least weight.
        """
        if self.seed_components_ is None:
            return None, 0.0
        seed_components = padded(self.seed_components_.T.astype(squares.dtype))
        mean = squares[: len(self.seed_components_)].mean()
        weight = squares.dtype.type(_SEED_WEIGHT) * np.sqrt(np.maximum(squares, mean / 2) * mean)
        return weight * seed_components, weight * seed_components.any(axis=0)

    def _error(self, X: sp.csr_matrix, W: NDArray[Any], H: NDArray[Any]) -> float:
        fitted = float(np.sum((W.T @ W) * (H.T @ H), dtype=np.float64))
        inner_product = float(np.sum((X @ H) * W, dtype=np.float64))
        squares = _squared_norm(X)
        return float(np.sqrt(max(squares - 2 * inner_product + fitted, 0)))


def _balance_norms(
    documents: tuple[NDArray[Any], ...], terms: tuple[NDArray[Any], ...], ties: NDArray[np.bool_]
) -> None:
    """Give both factors of a component one length: steps ahead would drive them apart."""
    lengths = [
        np.sqrt(np.einsum("ij,ij->j", factors[0], factors[0])) for factors in (documents, terms)
    ]
    met = np.asarray((lengths[0] > 0) & (lengths[1] > 0) & ~ties)
    scale = np.ones_like(lengths[0])
    scale[met] = np.sqrt(lengths[1][met] / lengths[0][met])
    for factor in documents:
        factor *= scale
    for factor in terms:
        factor /= scale


def _squared_norm(X: sp.csr_matrix) -> float:
    """Sum of the squares, in float64 and without a copy of that size."""
    return float(np.einsum("i,i->", X.data, X.data, dtype=np.float64))


def _initialise_seeded(
    X: sp.csr_matrix, W: NDArray[Any], H: NDArray[Any], seed_components: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Seeded components start from their seeds, and the free ones from what was found first."""
    seeded = seed_components.any(axis=0)
    order = np.argsort(~seeded, kind="stable")
    W_free, H_free = np.empty_like(W), np.empty_like(H)
    for free, found in ((W_free, W), (H_free, H)):
        free[:, order] = np.roll(found, int(seeded.sum()), axis=1)
    return np.where(seeded, X @ seed_components, W_free).astype(X.dtype), np.where(
        seeded, seed_components, H_free
    )


def _extrapolate(old: NDArray[Any], new: NDArray[Any], beta: float) -> NDArray[Any]:
    """Where the step from old to new would lead if it went further."""
    ahead = new - old
    ahead *= new.dtype.type(beta)
    ahead += new
    return np.maximum(ahead, 0, out=ahead)


def _nndsvd_factors(
    U: NDArray[Any], S: NDArray[Any], V: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Non-negative factors from singular vectors: each one's heavier half."""
    W, H = np.zeros_like(U), np.zeros_like(V)
    for t in range(S.size):
        x, y = U[:, t], V[:, t]
        halves = [(np.maximum(sign * x, 0), np.maximum(sign * y, 0)) for sign in (1, -1)]
        x, y = max(halves, key=lambda half: np.linalg.norm(half[0]) * np.linalg.norm(half[1]))
        norm = np.linalg.norm(x) * np.linalg.norm(y)
        if norm > 0:
            scale = np.sqrt(S[t] * norm)
            W[:, t] = scale * x / np.linalg.norm(x)
            H[:, t] = scale * y / np.linalg.norm(y)
    return W, H
