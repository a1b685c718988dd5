"""LDA: latent Dirichlet allocation by collapsed variational Bayes."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from topics._estimator import check_finite, check_matrix, restore_on_error
from topics._math.arrays import padded, subsample, unit_sum_rows
from topics._parallel import WorkerPool
from topics.models._base import Decomposition
from topics.models.initialisation import initialise_from_nmf, sample_size, seed_initialisation
from topics.models.topic_metrics import completion_perplexity, split_tokens

DOCUMENTS_PER_SHARD = 256


TERMS_PER_SHARD = 4096


_FOLD_IN = 50
"""Most sweeps over a document whose proportions are asked for."""


_MAX_FULL_BATCH = 8192
"""Most documents that are one batch of themselves."""


_SETTLED = 1e-3
"""Share of a document's tokens that a sweep may move when it is the last."""


_MOST_TOKENS = 1e12
"""Sum of counts up to which sums of them are exact enough."""


class LDA(Decomposition):
    """Latent Dirichlet allocation by collapsed variational Bayes, stochastic [1]_ or exact [3]_.

    With SCVB0 nothing is stored by token: memory is that of documents by topics and terms by
    topics. CVB0 holds the topics of every entry of the matrix, too.

    Parameters
    ----------
    n_components : int, default=10
        Number of topics.
    doc_topic_prior : float, array of shape (n_components,), "auto" or None, default=None
        Prior counts of each topic in a document; None is 1 / n_components, and "auto" learns one
        for every topic [2]_.
    topic_word_prior : float, array of shape (n_components, n_terms) or "auto", default=0.01
        Prior counts of each term in a topic: an array can hold more for seed words, and "auto"
        learns one for all.
    init : {"nmf", "random"} or array of shape (n_components, n_terms), default="nmf"
        Start: NMF of a sample of the documents, or at random, or topic-term weights that are known.
    learning_method : {"scvb0", "cvb0"}, default="scvb0"
        SCVB0, or CVB0, which takes what a token gave out of the counts before it asks for the
        token's topic again: for small corpora, as it is slower and needs memory of entries by
        topics.
    max_iter : int, default=20
        Most passes over the documents.
    perp_tol : float, default=1e-3
        Stop when a pass lowers the perplexity by less than this share of it.
    batch_size : int or None, default=None
        Documents a step; None takes all where there are no more than 8,192, and 512 else. One
        batch of all documents makes every step one of expectation maximisation: better and more
        alike from seed to seed, where its passes are cheap.
    burn_in : int, default=2
        Sweeps over a document before its counts are used.
    learning_decay : float, default=0.6
        Steps weigh (1 + step / 2) ** -learning_decay.
    random_state : int, RandomState or None, default=0
        For the start and the order of documents.
    n_jobs : int or None, default=None
        Threads; results are the same to the bit for any number.

    Attributes
    ----------
    components_ : ndarray of float32, shape (n_components, n_terms)
        Expected counts of terms in topics, with the prior ones.
    doc_topic_prior_ : ndarray of float32, shape (n_components,)
        Prior counts of topics in a document.
    topic_word_prior_ : ndarray of float32, shape (n_components, n_terms) or (1, 1)
        Prior counts of terms in topics.
    n_iter_ : int
        Passes done.
    perplexities_ : list of float
        Perplexity of a batch of the training documents after each pass.
    n_features_in_ : int
        Number of terms.

    References
    ----------
    .. [1] Foulds, Boyles, DuBois, Smyth, Welling (2013), "Stochastic collapsed variational
       Bayesian inference for latent Dirichlet allocation", KDD.
    .. [2] Minka (2000), "Estimating a Dirichlet distribution"; Wallach, Mimno, McCallum (2009),
       "Rethinking LDA: why priors matter", NIPS.
    .. [3] Asuncion, Welling, Smyth, Teh (2009), "On smoothing and inference for topic models", UAI.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[4, 3, 0, 0], [5, 4, 0, 0], [0, 0, 3, 4], [0, 0, 6, 5]] * 20)
    >>> proportions = LDA(n_components=2).fit_transform(X)
    >>> bool(proportions[0].argmax() == proportions[1].argmax() != proportions[2].argmax())
    True
    """

    def __init__(
        self,
        n_components: int = 10,
        *,
        doc_topic_prior: float | ArrayLike | Literal["auto"] | None = None,
        topic_word_prior: float | ArrayLike | Literal["auto"] = 0.01,
        init: Literal["nmf", "random"] | ArrayLike = "nmf",
        learning_method: Literal["scvb0", "cvb0"] = "scvb0",
        max_iter: int = 20,
        perp_tol: float = 1e-3,
        batch_size: int | None = None,
        burn_in: int = 2,
        learning_decay: float = 0.6,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.doc_topic_prior = doc_topic_prior
        self.topic_word_prior = topic_word_prior
        self.init = init
        self.learning_method = learning_method
        self.max_iter = max_iter
        self.perp_tol = perp_tol
        self.batch_size = batch_size
        self.burn_in = burn_in
        self.learning_decay = learning_decay
        self.random_state = random_state
        self.n_jobs = n_jobs

    doc_topic_prior_: NDArray[np.float32]
    topic_word_prior_: NDArray[np.float32]
    _weights: NDArray[np.float32]

    @restore_on_error
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

        Examples
        --------
        >>> LDA(2).fit([[3, 0], [0, 3]] * 9).components_.shape
        (2, 2)
        """
        X = self._counts(X, reset=True)
        rng = self._initialise(X)
        n, exact = X.shape[0], self.learning_method == "cvb0"
        size = n if exact else self.batch_size or (n if n <= _MAX_FULL_BATCH else 512)
        batches = _batches_of(X[rng.permutation(n)], size)
        doc_topic = [self._no_counts(batch.counts.shape[0]) for batch in batches]
        self._tokens = float(X.data.sum(dtype=np.float64))
        self.perplexities_: list[float] = []
        tokens_topics = np.zeros((X.nnz if exact else 0, self._alpha.size), np.float32)
        with WorkerPool(self.n_jobs) as workers:
            for _ in range(self.max_iter):
                if exact:
                    likelihood, tokens = self._sweep(
                        batches[0], doc_topic[0], tokens_topics, workers
                    )
                    self.perplexities_.append(float(np.exp(-likelihood / max(tokens, 1))))
                for i in [] if exact else rng.permutation(len(batches)):
                    likelihood, tokens = self._step(batches[i], doc_topic[i], workers, i == 0)
                    if i == 0:
                        self.perplexities_.append(float(np.exp(-likelihood / max(tokens, 1))))
                self._learn_priors(doc_topic, batches)
                if self._converged():
                    break
        self.n_iter_ = len(self.perplexities_)
        self._finish()
        return self

    @restore_on_error
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

        Examples
        --------
        >>> LDA(2).partial_fit([[3, 0], [0, 3]] * 9).partial_fit([[2, 0]]).n_components_
        2
        """
        first = not hasattr(self, "components_")
        X = self._counts(X, reset=first)
        if first:
            self._initialise(X)
            self._tokens = 0.0
            self.n_iter_ = 0
        self._tokens += float(X.data.sum(dtype=np.float64))
        # The kernels write into the weights: those that the model has stay as they are until the
        # end.
        self._weights = self._weights.copy()
        self.topic_word_prior_ = self.topic_word_prior_.copy()
        batches, doc_topic = _batches_of(X, X.shape[0]), [self._no_counts(X.shape[0])]
        with WorkerPool(self.n_jobs) as workers:
            self._step(batches[0], doc_topic[0], workers)
        self._learn_priors(doc_topic, batches)
        self.n_iter_ += 1
        self._finish()
        return self

    def fit_transform(self, X: Any, y: Any = None) -> NDArray[np.float32]:
        """Learn the topics and give the documents' proportions of them.

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

        Examples
        --------
        >>> LDA(2).fit_transform([[3, 0], [0, 3]] * 9).sum(axis=1).round(3).max()
        np.float32(1.0)
        """
        return self.fit(X).transform(X)

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Topic proportions in documents, the topics held still.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Term counts.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_components)
            Rows sum to 1; a document's row does not depend on the others.

        Examples
        --------
        >>> proportions = LDA(2).fit([[9, 0], [0, 9]] * 9).transform([[5, 0], [0, 5]])
        >>> bool(proportions[0].argmax() != proportions[1].argmax())
        True
        """
        self._check_fitted()
        X = self._counts(X)
        doc_topic, k = self._no_counts(X.shape[0]), self.n_components_
        with WorkerPool(self.n_jobs) as workers:
            self._infer(X, doc_topic, workers, _FOLD_IN, _SETTLED)
        proportions = doc_topic[:, :k] + self._alpha[:k]
        return unit_sum_rows(proportions)

    def _parts(self, old: list[int], X: Any, n: int) -> NDArray[np.float32]:
        parts = LDA(n, random_state=self.random_state, n_jobs=self.n_jobs).fit(X).components_
        return np.asarray(parts * (self.components_[old].sum() / parts.sum()))

    def _replace(self, old: list[int], parts: NDArray[np.float32]) -> None:
        super()._replace(old, parts)
        n, alpha, eta = len(parts), self.doc_topic_prior_, self.topic_word_prior_
        alpha = np.append(np.delete(alpha, old), np.full(n, alpha[old].sum() / n))
        if len(eta) > 1:
            even = np.full((n, eta.shape[1]), eta.min(), np.float32)
            eta = np.vstack([np.delete(eta, old, axis=0), even])
        self._restore(self.components_, (alpha, eta), self._steps, self._tokens)

    def perplexity(self, X: Any, random_state: Any = 0) -> float:
        """Perplexity of one half of the documents' tokens, by the topics of the other half.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Term counts of documents that were not learnt from.
        random_state : int, RandomState or None, default=0
            Which token goes where.

        Returns
        -------
        float
            As :func:`topics.models.topic_metrics.completion_perplexity` has it; lower is better.

        Examples
        --------
        >>> X = [[9, 0], [0, 9]] * 9
        >>> LDA(2).fit(X).perplexity(X) < 2
        True
        """
        self._check_fitted()
        seen, hidden = split_tokens(self._counts(X), random_state)
        probabilities = unit_sum_rows(self.components_)
        return completion_perplexity(self.transform(seen), probabilities, hidden)

    def _check_params(self) -> None:
        if self.learning_method not in ("scvb0", "cvb0"):
            raise ValueError(f"learning_method={self.learning_method!r} is not scvb0 or cvb0")
        self._check_whole(n_components=1, max_iter=1, batch_size=1, burn_in=0)
        self._check_real(learning_decay=np.inf)

    def _counts(self, X: Any, reset: bool = False) -> sp.csr_matrix:
        self._check_params()
        checked = check_matrix(self, X, reset=reset)
        counts = sp.csr_matrix(checked, dtype=np.float32)
        if not counts.has_canonical_format:
            # What stands twice counts as its sum; the user's matrix stays as it is.
            counts = counts.copy() if sp.issparse(X) else counts
            counts.sum_duplicates()
        if counts.data.sum(dtype=np.float64) > _MOST_TOKENS:
            raise ValueError(
                f"X holds more than {_MOST_TOKENS:.0e} tokens, which are no counts of terms"
            )
        return counts

    def _no_counts(self, n: int) -> NDArray[np.float32]:
        """Expected counts of no tokens yet, with the topics padded."""
        return np.zeros((n, self._alpha.size), np.float32)

    def _initialise(self, X: sp.csr_matrix) -> Any:
        from sklearn.utils import check_random_state

        k, n_terms = self.n_components, X.shape[1]
        rng = check_random_state(self.random_state)
        self._take_priors(n_terms)
        if not isinstance(self.init, str):
            start = np.asarray(self.init, np.float32)
            if start.shape != (k, n_terms):
                raise ValueError(f"init has the shape {start.shape}, not {(k, n_terms)}")
            check_finite("init", start)
        elif self.init == "nmf":
            rows = subsample(X.shape[0], sample_size(k), rng)
            start = initialise_from_nmf(X[rows], k, n_jobs=self.n_jobs)
        elif self.init == "random":
            start = rng.gamma(100, 0.01, (k, n_terms))
        else:
            raise ValueError(f"init={self.init!r} is not nmf, random or an array")
        seeds = self.topic_word_prior_ - self.topic_word_prior_.min()
        if isinstance(self.init, str) and seeds.any():
            start = seed_initialisation(start, X, seeds)
        self._weights = padded(np.asarray(start, np.float32).T)
        self._steps = 0
        return rng

    def _take_priors(self, n_terms: int) -> None:
        k = self.n_components
        alpha, eta = self.doc_topic_prior, self.topic_word_prior
        alpha = 1 / k if alpha is None or isinstance(alpha, str) else np.asarray(alpha, np.float32)
        eta = 0.01 if isinstance(eta, str) else np.asarray(eta, np.float32)
        for name in ("doc_topic_prior", "topic_word_prior"):
            value = getattr(self, name)
            if isinstance(value, str) and value != "auto":
                raise ValueError(f'{name}={value!r} is no number, no array and not "auto"')
        shape = (1, 1) if np.ndim(eta) == 0 else (k, n_terms)
        self.doc_topic_prior_ = np.broadcast_to(alpha, k).astype(np.float32)
        self.topic_word_prior_ = np.broadcast_to(eta, shape).astype(np.float32)
        for name in ("doc_topic_prior", "topic_word_prior"):
            prior = getattr(self, f"{name}_")
            if not (np.isfinite(prior).all() and (prior > 0).all()):
                raise ValueError(f"{name} holds what is no number above 0")
        self._ready_priors()

    def _ready_priors(self) -> None:
        """The priors as the kernels take them."""
        k = self.doc_topic_prior_.size
        self._alpha = padded(self.doc_topic_prior_[None])[0]
        eta = self.topic_word_prior_.T
        self._eta = padded(np.broadcast_to(eta, (eta.shape[0], k)))

    def _restore(
        self,
        components: NDArray[np.floating],
        priors: tuple[NDArray[np.floating], NDArray[np.floating]],
        steps: int,
        tokens: float,
    ) -> None:
        """What was learnt: components, priors of topics and of terms, steps and tokens so far."""
        self.n_features_in_ = components.shape[1]
        self.doc_topic_prior_, self.topic_word_prior_ = (
            np.array(prior, np.float32) for prior in priors
        )
        self._ready_priors()
        self._weights = padded(components.T)
        self._steps, self._tokens = steps, tokens
        self.n_iter_ = self.max_iter
        self._finish()

    def _finish(self) -> None:
        self.components_ = np.ascontiguousarray(self._weights[:, : self.doc_topic_prior_.size].T)

    def _infer(
        self,
        X: sp.csr_matrix,
        doc_topic: NDArray[np.float32],
        workers: WorkerPool,
        sweeps: int,
        tol: float = 0.0,
        measure: bool = False,
        weights: NDArray[np.float32] | None = None,
        scales: NDArray[np.float32] | None = None,
        priors: NDArray[np.float32] | None = None,
    ) -> tuple[float, float]:
        """Expected topic counts of documents; gives the log-likelihood and the number of tokens."""
        from topics._kernels.mixtures import cvb0_infer

        weights = padded(self.components_.T) if weights is None else weights
        if scales is None or priors is None:
            scales, priors = np.empty(0, np.float32), np.empty((0, weights.shape[1]), np.float32)
        totals = weights.sum(axis=0, dtype=np.float64)
        inverse = np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)
        inverse = inverse.astype(np.float32)
        sums = workers.over_shards(
            lambda low, high: cvb0_infer(
                X.indptr, X.indices, X.data, low, high, weights, inverse, doc_topic, self._alpha,
                sweeps, np.float32(tol), measure, scales, priors,
            ),
            X.shape[0], DOCUMENTS_PER_SHARD,
        )  # fmt: skip
        return sum(part[0] for part in sums), sum(part[1] for part in sums)

    def _sweep(
        self,
        batch: _Batch,
        doc_topic: NDArray[np.float32],
        gamma: NDArray[np.float32],
        workers: WorkerPool,
    ) -> tuple[float, float]:
        """A pass of CVB0 over all documents; gives their log-likelihood and their tokens."""
        from topics._kernels.mixtures import cvb0_sweep, sum_token_counts

        X = batch.counts
        if self._steps == 0:
            self._fill_start()
        totals = self._weights.sum(axis=0)
        sums = workers.over_shards(
            lambda low, high: cvb0_sweep(
                X.indptr, X.indices, X.data, low, high, self._weights, totals, gamma, doc_topic,
                self._alpha,
            ),
            X.shape[0], DOCUMENTS_PER_SHARD,
        )  # fmt: skip
        workers.over_shards(
            lambda low, high: sum_token_counts(
                batch.starts, batch.places, X.data, gamma, low, high, self._eta, self._weights
            ),
            self._weights.shape[0], TERMS_PER_SHARD,
        )  # fmt: skip
        self._steps += 1
        return sum(part[0] for part in sums), sum(part[1] for part in sums)

    def _step(
        self,
        batch: _Batch,
        doc_topic: NDArray[np.float32],
        workers: WorkerPool,
        measure: bool = False,
    ) -> tuple[float, float]:
        """Move the topics towards one batch; gives its log-likelihood and its tokens."""
        from topics._kernels.mixtures import update_components

        if self._steps == 0:
            self._fill_start()
        scales = np.zeros(batch.counts.nnz, np.float32)
        priors = np.zeros_like(doc_topic)
        likelihood, tokens = self._infer(
            batch.counts, doc_topic, workers, self.burn_in + 1, 0.0, measure, self._weights, scales,
            priors,
        )  # fmt: skip
        if tokens:
            share = (
                1.0 if tokens == self._tokens else (1 + 0.5 * self._steps) ** -self.learning_decay
            )
            keep, weight = np.float32(1 - share), np.float32(share * self._tokens / tokens)
            workers.over_shards(
                lambda low, high: update_components(
                    batch.starts, batch.documents, batch.places, scales, priors, low, high, keep,
                    weight, self._eta, self._weights,
                ),
                self._weights.shape[0], TERMS_PER_SHARD,
            )  # fmt: skip
        self._steps += 1
        return likelihood, tokens

    def _fill_start(self) -> None:
        """Give the start of the topics as many tokens as there are, and the prior."""
        self._weights *= np.float32(self._tokens / max(self._weights.sum(), 1e-30))
        self._weights += self._eta

    def _learn_priors(self, doc_topic: list[NDArray[np.float32]], batches: list[_Batch]) -> None:
        k = self.doc_topic_prior_.size
        if isinstance(self.doc_topic_prior, str):
            counts = np.concatenate(doc_topic)[:, :k]
            lengths = np.concatenate([np.asarray(b.counts.sum(axis=1)).ravel() for b in batches])
            self.doc_topic_prior_ = _minka_step(self.doc_topic_prior_, counts, lengths)
        if isinstance(self.topic_word_prior, str):
            before = self.topic_word_prior_[0, 0]
            counts = np.maximum(self._weights[:, :k].T - before, 0)
            even = np.full(counts.shape[1], before, np.float32)
            after = _minka_step(even, counts, counts.sum(axis=1)).mean()
            self.topic_word_prior_[:] = after
            self._weights[:, :k] += np.float32(after - before)
        self._ready_priors()

    def _converged(self) -> bool:
        seen = self.perplexities_[-2:]
        return len(seen) == 2 and seen[0] - seen[1] < self.perp_tol * seen[0]


class _Batch(NamedTuple):
    """Documents of one step, by document and by term."""

    counts: sp.csr_matrix
    starts: NDArray[np.int32]
    documents: NDArray[np.int32]
    places: NDArray[np.int32]


def _batches_of(X: sp.csr_matrix, size: int) -> list[_Batch]:
    # Parts of a few large arrays: memory of many small ones does not go back to the system.
    documents, places = np.empty(X.nnz, np.int32), np.empty(X.nnz, np.int32)
    batches = []
    for low in range(0, X.shape[0], size):
        starts = X.indptr[low : low + size + 1]
        part = slice(starts[0], starts[-1])
        starts, shape = starts - starts[0], (starts.size - 1, X.shape[1])
        numbers = np.arange(starts[-1], dtype=np.int32)
        by_term = sp.csr_matrix((numbers, X.indices[part], starts), shape).tocsc()
        documents[part], places[part] = by_term.indices, by_term.data
        counts = sp.csr_matrix((X.data[part], X.indices[part], starts), shape)
        batches.append(_Batch(counts, by_term.indptr, documents[part], places[part]))
    return batches


def _minka_step(
    prior: NDArray[np.float32], counts: NDArray[np.float32], lengths: NDArray[np.floating]
) -> NDArray[np.float32]:
    """A step of the fixed-point iteration for the parameters of a Dirichlet distribution."""
    from scipy.special import digamma

    a = prior.astype(np.float64)
    gained = (digamma(counts + a) - digamma(a)).sum(axis=0)
    lost = (digamma(lengths + a.sum()) - digamma(a.sum())).sum()
    return np.maximum(a * gained / max(lost, 1e-12), 1e-5).astype(np.float32)
