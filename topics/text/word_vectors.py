"""Vectors of terms and of documents from the corpus itself: co-occurrence, PMI, factorised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError, require
from topics._estimator import Estimator, restore_on_error
from topics._math.arrays import unit_rows
from topics._math.sparse import spmm, truncated_svd
from topics._parallel import WorkerPool, over_shards
from topics.text.term_sequences import TermSequences

if TYPE_CHECKING:
    from gensim.models import KeyedVectors


ROWS_PER_SHARD = 1024
"""Terms that one task counts; independent of the number of workers, so that bits are too."""


_MANY_TOKENS = 1_000_000


class WordVectors(Estimator):
    """Vectors of terms: positive PMI of pairs within a window [1]_, factorised.

    A pair that stands ``gap`` places apart counts ``(window + 1 - gap) / window``; context counts
    are raised to 3/4. Nothing is downloaded, and the vectors are the same to the bit for any number
    of threads.

    Parameters
    ----------
    vector_size : int, default=100
        Dimensions; fewer where the vocabulary is smaller.
    window : int, default=20
        How many terms apart a pair may stand.
    min_count : float or None, default=None
        Pairs whose counts sum to less than this are taken for chance; None is 1 from a million
        tokens on, and 0 below.
    max_terms : int or None, default=20000
        Only so many terms, the most frequent ones, are factorised.
    fold_in : bool, default=False
        Give the other terms vectors, too, by the factorised ones that they stand near in any
        document [2]_; else they have zeros.
    max_tokens : int or None, default=2000000
        A random sample of the documents is counted where they hold more tokens.
    random_state : int, RandomState or None, default=0
        For the factorisation.
    n_jobs : int or None, default=None
        Threads.

    Attributes
    ----------
    vectors_ : ndarray of float32, shape (n_terms, size)
        Rows of length one, or of zeros for a term that stands near no other.

    References
    ----------
    .. [1] Levy, Goldberg, Dagan (2015), "Improving distributional similarity with lessons learned
       from word embeddings", TACL 3.
    .. [2] Berry, Dumais, O'Brien (1995), "Using linear algebra for intelligent information
       retrieval", SIAM Review 37.

    Examples
    --------
    >>> words = TermSequences(np.array([0, 3, 6]), np.array([0, 1, 2, 3, 4, 5], np.int32))
    >>> vectors = WordVectors(vector_size=2).fit(words, 6).vectors_
    >>> bool(vectors[0] @ vectors[1] > 0.9 > vectors[0] @ vectors[4])
    True
    """

    def __init__(
        self,
        vector_size: int = 100,
        *,
        window: int = 20,
        min_count: float | None = None,
        max_terms: int | None = 20_000,
        fold_in: bool = False,
        max_tokens: int | None = 2_000_000,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.vector_size = vector_size
        self.window = window
        self.min_count = min_count
        self.max_terms = max_terms
        self.fold_in = fold_in
        self.max_tokens = max_tokens
        self.random_state = random_state
        self.n_jobs = n_jobs

    vectors_: NDArray[np.float32]

    @restore_on_error
    def fit(self, sequences: TermSequences, n_terms: int) -> Self:
        """Learn the vectors.

        Parameters
        ----------
        sequences : TermSequences
            The documents.
        n_terms : int
            Size of the vocabulary.

        Returns
        -------
        WordVectors
            The fitted estimator; what it counted is not kept.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> texts = ["aid reached the camp", "the court sat"] * 9
        >>> sequences = TermVectorizer().fit_to_sequences(texts)
        >>> WordVectors(2).fit(sequences, 6).vectors_.shape
        (6, 2)
        """
        self._pairs = None
        chosen = self._most_frequent(sequences, n_terms)
        part = self._part(sequences, chosen, n_terms)
        pairs, totals = count_pairs(
            part,
            chosen.size,
            window=self.window,
            min_count=self._pair_threshold(part),
            positive=True,
            n_jobs=self.n_jobs,
        )
        ppmi = positive_pmi(pairs, totals)
        del pairs
        factors = self._factorise(ppmi, chosen, n_terms)
        del ppmi
        if self.fold_in and factors is not None and chosen.size < n_terms:
            self._fold_in(sequences, chosen, factors)
        return self

    @restore_on_error
    def partial_fit(self, sequences: TermSequences, n_terms: int) -> Self:
        """Learn from one more batch of documents, over the frequent terms of the first one.

        Parameters
        ----------
        sequences : TermSequences
            The batch.
        n_terms : int
            Size of the vocabulary.

        Returns
        -------
        WordVectors
            The estimator, which keeps the counts of pairs. With ``min_count=0`` and no
            ``max_tokens`` the order of documents and their batches do not matter.

        Raises
        ------
        TopicsError
            If the estimator was fitted as a whole.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> texts = ["aid reached the camp", "the court sat"] * 9
        >>> sequences = TermVectorizer().fit_to_sequences(texts)
        >>> WordVectors(2).partial_fit(sequences, 6).partial_fit(sequences, 6).vectors_.shape
        (6, 2)
        """
        if hasattr(self, "vectors_") and self._pairs is None:
            raise TopicsError("the counts of pairs were not kept", "use partial_fit from the start")
        if not hasattr(self, "vectors_"):
            self._chosen = self._most_frequent(sequences, n_terms)
            v = self._chosen.size
            self._pairs, self._totals = sp.csr_matrix((v, v), dtype=np.float32), np.zeros(v)
        part = self._part(sequences, self._chosen, n_terms)
        pairs, totals = count_pairs(
            part, self._chosen.size, window=self.window, min_count=self._pair_threshold(part),
            n_jobs=self.n_jobs,
        )  # fmt: skip
        self._pairs = self._pairs + pairs
        self._totals = self._totals + totals
        self._factorise(positive_pmi(self._pairs, self._totals), self._chosen, n_terms)
        return self

    def transform(self, weights: sp.csr_matrix) -> NDArray[np.float32]:
        """Vectors of documents: sums of those of their terms.

        Parameters
        ----------
        weights : csr_matrix, shape (n_documents, n_terms)
            Weights of the terms, such as tf-idf.

        Returns
        -------
        ndarray of float32, shape (n_documents, size)
            Of any length.

        Raises
        ------
        ValueError
            If there are more or fewer terms than vectors.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> vectorizer = TermVectorizer()
        >>> sequences = vectorizer.fit_to_sequences(["aid reached the camp", "the court sat"] * 9)
        >>> weights = vectorizer.transform(["camp"]).astype(np.float32)
        >>> WordVectors(2).fit(sequences, 6).transform(weights).shape
        (1, 2)
        """
        self._check_fitted()
        if weights.shape[1] != len(self.vectors_):
            raise ValueError(f"weights of {weights.shape[1]} terms, not {len(self.vectors_)}")
        with WorkerPool(self.n_jobs) as workers:
            return spmm(weights.astype(np.float32, copy=False), self.vectors_, workers)

    def to_gensim(self, terms: Sequence[str]) -> KeyedVectors:
        """The vectors as gensim keeps them, for ``most_similar`` and the like.

        Parameters
        ----------
        terms : sequence of str, shape (n_terms,)
            The vocabulary, such as ``get_feature_names_out()`` of the vectorizer.

        Returns
        -------
        gensim.models.KeyedVectors
            Those terms that have a vector.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> vectorizer = TermVectorizer()
        >>> sequences = vectorizer.fit_to_sequences(["aid reached the camp", "the court sat"] * 9)
        >>> terms = vectorizer.get_feature_names_out().tolist()
        >>> WordVectors(2).fit(sequences, 6).to_gensim(terms)["aid"].shape
        (2,)
        """
        require("gensim", "its word vectors")
        from gensim.models import KeyedVectors

        self._check_fitted()
        known = np.flatnonzero(self.vectors_.any(axis=1))
        keyed = KeyedVectors(self.vectors_.shape[1])
        keyed.add_vectors([str(terms[int(i)]) for i in known], self.vectors_[known])
        return keyed

    def _most_frequent(self, sequences: TermSequences, n_terms: int) -> NDArray[np.int64]:
        frequency = np.bincount(sequences.ids, minlength=n_terms)
        order = np.argsort(-frequency, kind="stable")
        return np.sort(order[: self.max_terms])

    def _part(
        self, sequences: TermSequences, chosen: NDArray[np.int64], n_terms: int
    ) -> TermSequences:
        """A sample of the documents, in numbers of the chosen terms."""
        sequences = sequences.sample(self.max_tokens, self.random_state)
        if chosen.size == n_terms:
            return sequences
        numbers = np.full(n_terms, -1, np.int32)
        numbers[chosen] = np.arange(chosen.size)
        return sequences.renumber(numbers)

    def _pair_threshold(self, part: TermSequences) -> float:
        return float(part.ids.size >= _MANY_TOKENS) if self.min_count is None else self.min_count

    def _factorise(
        self, ppmi: sp.csr_matrix, chosen: NDArray[np.int64], n_terms: int
    ) -> NDArray[np.float32] | None:
        """Set the vectors of the chosen terms; gives what makes vectors of rows of PMI."""
        size = max(1, min(self.vector_size, chosen.size - 1))
        self.vectors_ = np.zeros((n_terms, size), np.float32)
        if not ppmi.nnz:
            return None
        U, S, V = truncated_svd(ppmi, size, random_state=self.random_state, n_jobs=self.n_jobs)
        # What the decomposition gives terms without co-occurrence is noise.
        met = np.diff(ppmi.indptr) > 0
        self.vectors_[chosen[met]] = unit_rows(U * np.sqrt(S))[met]
        return np.asarray(V / np.sqrt(np.maximum(S, 1e-9)), np.float32)

    def _fold_in(
        self, sequences: TermSequences, chosen: NDArray[np.int64], factors: NDArray[np.float32]
    ) -> None:
        """Set the vectors of all other terms; they are rare, so that every document is counted."""
        n_terms = len(self.vectors_)
        rest = np.setdiff1d(np.unique(sequences.ids), chosen)
        numbers = np.full(n_terms, -1, np.int32)
        numbers[np.concatenate([chosen, rest])] = np.arange(chosen.size + rest.size)
        pairs, totals = count_pairs(
            sequences.renumber(numbers), chosen.size + rest.size, window=self.window,
            positive=True, first=chosen.size, n_jobs=self.n_jobs,
        )  # fmt: skip
        near = positive_pmi(pairs, totals, first=chosen.size)[:, : chosen.size]
        met = np.diff(near.indptr) > 0
        with WorkerPool(self.n_jobs) as workers:
            self.vectors_[rest[met]] = unit_rows(spmm(near, factors, workers))[met]


def count_pairs(
    sequences: TermSequences,
    n_terms: int,
    *,
    window: int = 20,
    min_count: float = 0.0,
    positive: bool = False,
    first: int = 0,
    n_jobs: int | None = None,
) -> tuple[sp.csr_matrix, NDArray[np.float64]]:
    """How much terms stand near each other: additive over documents.

    Parameters
    ----------
    sequences : TermSequences
        The documents.
    n_terms : int
        Size of the vocabulary.
    window : int, default=20
        How many terms apart a pair may stand.
    min_count : float, default=0
        Pairs that count less are left out.
    positive : bool, default=False
        Leave out pairs that meet no more often than by chance, too: the sums of others are then
        of no use.
    first : int, default=0
        Only rows from this one on.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    pairs : csr_matrix of float32, shape (n_terms - first, n_terms)
        Counts, weighed by how near the terms stand.
    totals : ndarray of float64, shape (n_terms,)
        Sums of the rows of all pairs, those left out too.

    Examples
    --------
    >>> words = TermSequences(np.array([0, 3]), np.array([0, 1, 2], np.int32))
    >>> count_pairs(words, 3, window=2)[0].toarray().tolist()
    [[0.0, 1.0, 0.5], [1.0, 0.0, 1.0], [0.5, 1.0, 0.0]]
    """
    from topics._kernels.cooccurrence import pair_rows, positions_by_term, window_totals

    offsets, ids = sequences.offsets, sequences.ids
    documents = np.repeat(np.arange(len(sequences), dtype=np.int32), np.diff(offsets))
    starts = np.concatenate([[0], np.cumsum(np.bincount(ids, minlength=n_terms))])
    positions = positions_by_term(ids, starts)
    totals = window_totals(offsets, ids, n_terms, window)
    contexts = smoothed_shares(totals) if positive else np.zeros(n_terms)
    shards = over_shards(
        lambda low, high: pair_rows(
            offsets, ids, documents, positions, starts, totals, contexts, first + low,
            first + high, window, min_count,
        ),
        n_terms - first, ROWS_PER_SHARD, n_jobs,
    )  # fmt: skip
    shape = (n_terms - first, n_terms)
    if not shards:
        return sp.csr_matrix(shape, dtype=np.float32), totals
    lengths, columns, values = (np.concatenate(part) for part in zip(*shards, strict=True))
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    if indptr[-1] <= np.iinfo(np.int32).max:
        indptr = indptr.astype(np.int32)
    return sp.csr_matrix((values, columns, indptr), shape), totals


def smoothed_shares(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of the terms as context, raised to 3/4; 1 for a term that was never met.

    Examples
    --------
    >>> smoothed_shares(np.array([1.0, 16.0, 0.0])).round(3).tolist()
    [0.111, 0.889, 1.0]
    """
    shares = totals**0.75
    shares /= max(shares.sum(), 1e-300)
    shares[shares == 0] = 1
    return shares


def positive_pmi(
    pairs: sp.csr_matrix, totals: NDArray[np.float64], first: int = 0
) -> sp.csr_matrix:
    """Positive pointwise mutual information of pairs.

    Parameters
    ----------
    pairs : csr_matrix, shape (n_terms - first, n_terms)
        From :func:`count_pairs`.
    totals : ndarray of float64, shape (n_terms,)
        Likewise.
    first : int, default=0
        The term of the first row.

    Returns
    -------
    csr_matrix of float32, shape (n_terms, n_terms)
        The values above zero.

    Examples
    --------
    >>> words = TermSequences(np.array([0, 2, 4]), np.array([0, 1, 2, 3], np.int32))
    >>> (positive_pmi(*count_pairs(words, 4)).toarray() > 0).astype(int)
    array([[0, 1, 0, 0],
           [1, 0, 0, 0],
           [0, 0, 0, 1],
           [0, 0, 1, 0]])
    """
    # Logarithms apart, so that no row or column of the counts is held in float64.
    with np.errstate(divide="ignore"):
        rows, columns = np.log(totals), np.log(smoothed_shares(totals))
    values = np.log(pairs.data)
    values -= columns.astype(np.float32)[pairs.indices]
    values -= np.repeat(rows[first:].astype(np.float32), np.diff(pairs.indptr))
    if values.size and values.min() <= 0:
        ppmi = sp.csr_matrix((np.maximum(values, 0), pairs.indices.copy(), pairs.indptr.copy()))
        ppmi.resize(pairs.shape)
        ppmi.eliminate_zeros()
        return ppmi
    return sp.csr_matrix((values, pairs.indices, pairs.indptr), pairs.shape)


def document_vectors(
    sums: NDArray[np.float32], mean: NDArray[np.float32] | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vectors of documents around their mean, of length one.

    Parameters
    ----------
    sums : ndarray of float32, shape (n_documents, size)
        As of :meth:`WordVectors.transform`.
    mean : ndarray of float32, shape (size,), or None, default=None
        Taken off each; None takes the mean of these documents.

    Returns
    -------
    rows : ndarray of float32, shape (n_documents, size)
        Zeros where no term of a document has a vector: such a document lies nowhere, and does not
        count for the mean.
    mean : ndarray of float32, shape (size,)
        What was taken off.

    Examples
    --------
    >>> rows, mean = document_vectors(np.array([[2.0, 0], [0, 1], [0, 0]], np.float32))
    >>> mean.tolist(), (rows > 0).tolist()
    ([0.5, 0.5], [[True, False], [False, True], [False, False]])
    """
    known = np.asarray(sums.any(axis=1))
    rows = unit_rows(sums)
    if mean is None:
        mean = rows.sum(axis=0) / np.float32(max(known.sum(), 1))
    return unit_rows((rows - mean) * known[:, None]), mean
