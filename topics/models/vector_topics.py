"""Topics that start from, and are told apart by, vectors of documents."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from topics._estimator import check_matrix, restore_on_error
from topics._math.arrays import softmax, subsample, unit_rows, unit_sum_rows
from topics._math.discriminant import linear_discriminant
from topics._math.kmeans import SAMPLE
from topics._math.label_spreading import neighbour_graph, spread_labels
from topics._math.sparse import membership_matrix
from topics._parallel import one_blas_thread, over_shards
from topics.models._base import Decomposition
from topics.models.initialisation import initialise_from_clusters
from topics.models.nmf import NMF
from topics.models.source_effects import Sources, take_means_off
from topics.text.word_vectors import WordVectors, document_vectors

TEMPERATURE = 0.1
"""Cosines that differ by this much make proportions that differ by a factor of e."""


_ROUNDS = 6


_SPREADING_ROUNDS = 3


_UNREACHABLE = np.float32(1e9)


_ROWS_PER_SHARD = 4096


class VectorTopics(Decomposition):
    """Topics of terms by NMF, and of documents by vectors of their words.

    Documents lie near each other that share no term but terms of one kind, so that short texts,
    too, find their topic. Clusters of document vectors start NMF; what it makes of them gives the
    terms of topics; the mean vectors of its topics' documents are moved to those nearest to them a
    few times, documents listen to their neighbours, and a linear discriminant of the topics that
    come of it gives the proportions, of these documents and of new ones.

    Parameters
    ----------
    n_components : int, default=10
        Number of topics.
    vectors : array of shape (n_terms, size)
        Vectors of terms, such as those of :class:`~topics.text.word_vectors.WordVectors`.
    seed_components : array of shape (n_components, n_terms) or None, default=None
        As for :class:`~topics.NMF`.
    random_state : int, RandomState or None, default=0
        For the clusters.
    n_jobs : int or None, default=None
        Threads; results are the same to the bit for any number.

    Attributes
    ----------
    components_ : ndarray of float32, shape (n_components, n_terms)
        Topic-term weights.
    centres_ : ndarray of float32, shape (n_components, size)
        Mean vectors of the topics' documents; zeros for a topic of none.
    metric_ : ndarray of float32, shape (size, size)
        In which topics are tight (:func:`topics._math.discriminant.linear_discriminant`).
    mean_ : ndarray of float32, shape (size,)
        Mean vector of the documents, which is taken off each.
    source_means_ : ndarray of float32, shape (n_sources, size)
        What is taken off the documents of each source, too.
    n_features_in_ : int
        Number of terms.

    Examples
    --------
    >>> X = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1.0]])
    >>> proportions = VectorTopics(2, vectors=[[1, 0], [1, 0], [0, 1], [0, 1]]).fit_transform(X)
    >>> bool(proportions[0].argmax() == proportions[1].argmax() != proportions[2].argmax())
    True
    """

    centres_: NDArray[np.float32]
    metric_: NDArray[np.float32]
    mean_: NDArray[np.float32]
    source_means_: NDArray[np.float32]

    def __init__(
        self,
        n_components: int = 10,
        *,
        vectors: ArrayLike,
        seed_components: ArrayLike | None = None,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.vectors = vectors
        self.seed_components = seed_components
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the topics.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Weights of at least zero, such as tf-idf.
        y : None
            Ignored.

        Returns
        -------
        VectorTopics
            The fitted estimator.

        Raises
        ------
        ValueError
            If X holds a negative value, or no document, or the vectors are of other terms.

        Examples
        --------
        >>> import numpy as np
        >>> X, vectors = np.eye(4, dtype=np.float32)[[0, 1, 2, 3] * 5], np.eye(4, dtype=np.float32)
        >>> VectorTopics(2, vectors=vectors).fit(X).components_.shape
        (2, 4)
        """
        self.fit_transform(X)
        return self

    @restore_on_error
    def fit_transform(
        self, X: Any, y: Any = None, sources: Sources | None = None
    ) -> NDArray[np.float32]:
        """Learn the topics and give the documents' proportions of them.

        Parameters
        ----------
        X, y
            As for :meth:`fit`.
        sources : Sources or None, default=None
            Sources of the documents, of whose vectors what a source has in each is taken off.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_components)
            Rows sum to 1.

        Examples
        --------
        >>> import numpy as np
        >>> X, vectors = np.eye(4, dtype=np.float32)[[0, 1, 2, 3] * 5], np.eye(4, dtype=np.float32)
        >>> VectorTopics(2, vectors=vectors).fit_transform(X).shape
        (20, 2)
        """
        self._check_whole(n_components=1)
        X = sp.csr_matrix(check_matrix(self, X, reset=True), dtype=np.float32)
        self._take_vectors(self.vectors)
        sums = self._words.transform(X)
        known = sums.any(axis=1)
        # Documents of no known term are of no topic, unless there are no others.
        known |= ~known.any()
        rows, self.mean_ = document_vectors(sums)
        del sums
        self.source_means_ = np.empty((0, rows.shape[1]), np.float32)
        if sources is not None:
            self.source_means_ = sources.means(rows)
            rows = take_means_off(rows, sources.numbers, self.source_means_)
        start = initialise_from_clusters(
            X, rows, self.n_components, self.seed_components, self.random_state, self.n_jobs
        )
        nmf = NMF(
            self.n_components, init=start, seed_components=self.seed_components, n_jobs=self.n_jobs
        )
        W = nmf.fit_transform(X)
        self.components_ = nmf.components_.astype(np.float32, copy=False)
        with one_blas_thread():
            self._fit_discriminant(rows[known], unit_sum_rows(W)[known])
        return self._proportions(rows)

    def _fit_discriminant(self, rows: NDArray[np.float32], members: NDArray[np.floating]) -> None:
        """Learn which topic a document is of from how far each was, by its terms."""
        k = self.n_components
        centres = unit_rows(np.asarray(members.T @ rows))
        for _ in range(_ROUNDS):
            centres = _mean_directions(rows, (rows @ centres.T).argmax(axis=1), k)
        some = rows[subsample(len(rows), SAMPLE, self.random_state)]
        graph = neighbour_graph(some, TEMPERATURE)
        topics = (some @ centres.T).argmax(axis=1)
        for _ in range(_SPREADING_ROUNDS):
            near = softmax(some @ _mean_directions(some, topics, k).T / TEMPERATURE)
            topics = spread_labels(graph, near.astype(np.float64)).argmax(axis=1)
        self._take_discriminant(some, topics)
        self._take_discriminant(rows, self._scores(rows).argmax(axis=1))
        # As sharp as cosines over the temperature are: what lies between topics has no topic.
        near = rows @ unit_rows(self.centres_).T / np.float32(TEMPERATURE)
        sharpness = [(s.max(axis=1) - s.mean(axis=1)).mean() for s in (near, self._scores(rows))]
        self.metric_ *= np.float32(sharpness[0] / sharpness[1]) if sharpness[1] > 0 else 1

    def _take_discriminant(self, rows: NDArray[np.float32], topics: NDArray[np.int64]) -> None:
        centres, metric = linear_discriminant(rows, membership_matrix(topics, self.n_components))
        self.centres_, self.metric_ = centres.astype(np.float32), metric.astype(np.float32)

    def transform(self, X: Any, numbers: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Topic proportions in documents.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            Weights of at least zero.
        numbers : ndarray of int64, shape (n_documents,), or None, default=None
            Number of each document's source among those that were learnt from, -1 for none.

        Returns
        -------
        ndarray of float32, shape (n_documents, n_components)
            Rows sum to 1: a softmax of the discriminant's scores. Equal proportions where no term
            is known. A document's row does not depend on the others.

        Examples
        --------
        >>> import numpy as np
        >>> X, vectors = np.eye(4, dtype=np.float32)[[0, 1, 2, 3] * 5], np.eye(4, dtype=np.float32)
        >>> VectorTopics(2, vectors=vectors).fit(X).transform(X[:1]).sum().round(3)
        np.float32(1.0)
        """
        self._check_fitted()
        X = sp.csr_matrix(check_matrix(self, X), dtype=np.float32)
        rows = self._centred(self._words.transform(X))
        if numbers is not None:
            rows = take_means_off(rows, numbers, self.source_means_)
        return self._proportions(rows)

    def _parts(self, old: list[int], X: Any, n: int) -> NDArray[np.float32]:
        X = sp.csr_matrix(check_matrix(self, X), dtype=np.float32)
        parts = VectorTopics(n, vectors=self.vectors_, random_state=self.random_state)
        first = parts.fit_transform(X).argmax(axis=1)
        rows = self._centred(self._words.transform(X))
        centres, _ = linear_discriminant(rows, membership_matrix(first, n))
        stay = np.delete(self.centres_, old, axis=0)
        self.centres_ = np.vstack([stay, centres.astype(np.float32)])
        return parts.components_

    def _restore(
        self,
        components: NDArray[np.floating],
        vectors: NDArray[np.floating],
        centres: NDArray[np.floating],
        metric: NDArray[np.floating],
        mean: NDArray[np.floating],
        source_means: NDArray[np.floating],
    ) -> None:
        """What was learnt."""
        self.n_features_in_ = components.shape[1]
        self._take_vectors(vectors)
        self.components_ = np.array(components, np.float32)
        self.centres_, self.metric_ = np.array(centres, np.float32), np.array(metric, np.float32)
        self.mean_ = np.array(mean, np.float32)
        self.source_means_ = np.array(source_means, np.float32)

    def _take_vectors(self, vectors: ArrayLike) -> None:
        # Half precision is enough for sums of many terms, and half the size of an artifact.
        self.vectors_ = np.asarray(vectors, np.float16)
        if self.vectors_.shape[0] != self.n_features_in_:
            raise ValueError(
                f"there are vectors of {self.vectors_.shape[0]} terms, not {self.n_features_in_}"
            )
        self._words = WordVectors(n_jobs=self.n_jobs)
        self._words.vectors_ = self.vectors_.astype(np.float32)

    def _centred(self, sums: NDArray[np.float32]) -> NDArray[np.float32]:
        return document_vectors(sums, self.mean_)[0]

    def _scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        with one_blas_thread():
            across = np.ascontiguousarray(self.metric_.T @ self.centres_.T)
        middle = np.einsum("ij,ji->i", self.centres_, across) / 2
        empty = ~self.centres_.any(axis=1)
        middle[empty & ~empty.all()] = _UNREACHABLE

        def work(low: int, high: int) -> NDArray[np.float32]:
            # Not a product of matrices: its sums depend on how many rows there are.
            scores = np.einsum("ij,jk->ik", rows[low:high], across) - middle
            return scores * rows[low:high].any(axis=1, keepdims=True)

        parts = over_shards(work, len(rows), _ROWS_PER_SHARD, self.n_jobs)
        return np.concatenate(parts) if parts else np.empty((0, len(self.centres_)), np.float32)

    def _proportions(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(softmax(self._scores(rows)), np.float32)


def _mean_directions(
    rows: NDArray[np.float32], topics: NDArray[np.int64], k: int
) -> NDArray[np.float32]:
    return unit_rows(membership_matrix(topics, k) @ rows)
