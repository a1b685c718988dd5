"""LDA: latent Dirichlet allocation by collapsed variational Bayes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from topics._estimator import Estimator, check_matrix
from topics._parallel import over_shards

ROWS_PER_SHARD = 1024


class LDA(Estimator):
    """Latent Dirichlet allocation by stochastic collapsed variational Bayes (SCVB0) [1]_.

    Nothing is stored by token: memory is that of documents by topics and terms by topics.

    Parameters
    ----------
    n_components : int, default=10
        Number of topics.
    doc_topic_prior : float or None, default=None
        Prior counts of each topic in a document; None is 1 / n_components.
    topic_term_prior : float or array of shape (n_components, n_terms), default=0.01
        Prior counts of each term in a topic: an array can hold more for seed words.
    max_iter : int, default=20
        Passes over the documents.
    batch_size : int or None, default=None
        Documents a step; None takes a sixteenth of them, from 64 to 4,096.
    burn_in : int, default=2
        Sweeps over a document before its counts are used.
    kappa : float, default=0.6
        Steps weigh (1 + step / 2) ** -kappa.
    random_state : int, RandomState or None, default=0
        For the start and the order of documents.
    n_jobs : int or None, default=None
        Threads; results are the same to the bit for any number.

    Attributes
    ----------
    components_ : ndarray of float32, shape (n_components, n_terms)
        Expected counts of terms in topics, with the prior ones.
    n_iter_ : int
        Passes done.
    perplexities_ : list of float
        Perplexity of the training documents after each pass.
    n_features_in_ : int
        Number of terms.

    References
    ----------
    .. [1] Foulds, Boyles, DuBois, Smyth, Welling (2013), "Stochastic collapsed variational
       Bayesian inference for latent Dirichlet allocation", KDD.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[4, 3, 0, 0], [5, 4, 0, 0], [0, 0, 3, 4], [0, 0, 6, 5]] * 20)
    >>> shares = LDA(n_components=2).fit_transform(X)
    >>> bool(shares[0].argmax() == shares[1].argmax() != shares[2].argmax())
    True
    """

    _reads_weights = True

    def __init__(
        self,
        n_components: int = 10,
        *,
        doc_topic_prior: float | None = None,
        topic_term_prior: float | ArrayLike = 0.01,
        max_iter: int = 20,
        batch_size: int | None = None,
        burn_in: int = 2,
        kappa: float = 0.6,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.doc_topic_prior = doc_topic_prior
        self.topic_term_prior = topic_term_prior
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.burn_in = burn_in
        self.kappa = kappa
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the topics.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Term counts.
        y : None
            Ignored.

        Returns
        -------
        LDA
            The fitted estimator.

        Raises
        ------
        ValueError
            If X holds a negative value, or no document, or a parameter is out of its range.
        """
        X = self._counts(X, reset=True)
        rng = self._begin(X.shape[1])
        n = X.shape[0]
        size = self.batch_size or int(np.clip(n // 16, 64, 4096))
        doc_topic = np.zeros((n, self.n_components), np.float32)
        self._tokens = float(X.data.sum())
        self.perplexities_: list[float] = []
        for _ in range(self.max_iter):
            order = rng.permutation(n)
            sums = np.zeros(2)
            for start in range(0, n, size):
                sums += self._step(X, order[start : start + size], doc_topic)
            self.perplexities_.append(float(np.exp(-sums[0] / max(sums[1], 1))))
        self.n_iter_ = self.max_iter
        self._end()
        return self

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Learn from one more batch of documents.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Term counts.
        y : None
            Ignored.

        Returns
        -------
        LDA
            The estimator.
        """
        first = not hasattr(self, "components_")
        X = self._counts(X, reset=first)
        if first:
            self._begin(X.shape[1])
            self._tokens = 0.0
            self.n_iter_ = 0
        self._tokens += float(X.data.sum())
        self._step(X, np.arange(X.shape[0]), np.zeros((X.shape[0], self.n_components), np.float32))
        self.n_iter_ += 1
        self._end()
        return self

    def fit_transform(self, X: Any, y: Any = None) -> NDArray[np.float32]:
        """Learn the topics and give the documents' shares of them.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Term counts.
        y : None
            Ignored.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_components)
            Rows sum to 1; what :meth:`transform` gives.
        """
        return self.fit(X).transform(X)

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Shares of topics in documents, the topics held still.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Term counts.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_components)
            Rows sum to 1; a document's row does not depend on the others.
        """
        from topics._kernels.mixtures import infer_documents

        self._check_fitted()
        X = self._counts(X)
        term_topic = self._probabilities(self.components_.T)
        doc_topic = np.zeros((X.shape[0], self.n_components), np.float32)
        none = np.empty((0, self.n_components), np.float32)
        alpha = self._alpha()
        over_shards(
            lambda low, high: infer_documents(
                X.indptr, X.indices, X.data, np.arange(low, high),
                term_topic, doc_topic, alpha, 20, none,
            ),
            X.shape[0], ROWS_PER_SHARD, self.n_jobs,
        )  # fmt: skip
        shares = doc_topic + alpha
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def _counts(self, X: Any, reset: bool = False) -> sp.csr_matrix:
        return sp.csr_matrix(check_matrix(self, X, reset=reset), dtype=np.float32)

    def _alpha(self) -> NDArray[np.float32]:
        prior = 1 / self.n_components if self.doc_topic_prior is None else self.doc_topic_prior
        return np.full(self.n_components, prior, np.float32)

    def _begin(self, n_terms: int) -> Any:
        from sklearn.utils import check_random_state

        if self.n_components < 1:
            raise ValueError(f"n_components={self.n_components} is not at least 1")
        rng = check_random_state(self.random_state)
        prior = np.asarray(self.topic_term_prior, np.float32)
        self._prior = np.ascontiguousarray(
            np.broadcast_to(prior, (self.n_components, n_terms)).T, dtype=np.float32
        )
        self._expected = rng.gamma(100, 0.01, (n_terms, self.n_components)).astype(np.float32)
        self._steps = 0
        return rng

    def _end(self) -> None:
        self.components_ = np.ascontiguousarray((self._expected + self._prior).T)

    def _step(
        self, X: sp.csr_matrix, rows: NDArray[np.integer], doc_topic: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Move the topics towards one batch; gives its log-likelihood and tokens."""
        from topics._kernels.mixtures import infer_documents

        if self._steps == 0:
            self._expected *= self._tokens / self._expected.sum()
        term_topic = self._probabilities(self._expected + self._prior)
        alpha = self._alpha()

        def infer(low: int, high: int) -> tuple[float, float, NDArray[np.float32]]:
            expected = np.zeros_like(term_topic)
            sums = infer_documents(
                X.indptr, X.indices, X.data, rows[low:high],
                term_topic, doc_topic, alpha, self.burn_in + 1, expected,
            )  # fmt: skip
            return *sums, expected

        parts = over_shards(infer, rows.size, ROWS_PER_SHARD, self.n_jobs)
        fresh = sum((part[2] for part in parts[1:]), parts[0][2])
        tokens = sum(part[1] for part in parts)
        if tokens:
            weight = np.float32((1 + 0.5 * self._steps) ** -self.kappa)
            self._expected *= 1 - weight
            self._expected += weight * np.float32(self._tokens / tokens) * fresh
        self._steps += 1
        return np.array([sum(part[0] for part in parts), tokens])

    @staticmethod
    def _probabilities(counts: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.ascontiguousarray(counts / counts.sum(axis=0), dtype=np.float32)
