"""What sources write in every release, whatever it is about: estimated, and taken off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.arrays import unit_rows
from topics._math.kmeans import spherical_kmeans
from topics._math.sparse import membership_matrix, positions_of_rows
from topics._parallel import one_blas_thread
from topics.reading.rows import is_missing
from topics.text.word_vectors import document_vectors

FEWEST_RELEASES = 5
"""Releases that a source must have to be told from its subjects."""


_SUBJECTS = 20
"""Clusters in which the releases of a source are held against those of others."""


_SHARED = 0.9
"""Likeness to the subject as others write of it, beside that to the subject as it is, from which on
a release counts as one on a subject that others share."""


_TRUST = 0.5, 0.7
"""Share of such releases, beside what chance would make it: up to the first a source is taken to be
its subject, and all of it stays; from the second on all that is its own is taken off."""


_OWN_TERM = 0.8
"""Share of a term's weight, over all documents, that is sources' own if it is to show no topic."""


_WORDS = 10


_COMMON = 0.8
"""Share of a source's documents that a term of its letterhead stands in."""


_SHRINKAGE = 3
"""Releases without anything of its own that are added to those of each source."""


_LEAST_SHARE = 0.05
"""Share of a term's weight below which it is not worth keeping that it is the source's."""


@dataclass(frozen=True)
class SourceEffects:
    """What is a source's own in its releases: a share of each term's weight.

    Attributes
    ----------
    names : list of str, length n_sources
        The sources.
    shares : csr_matrix of float32, shape (n_sources, n_terms)
        Share of a term's weight, in releases of the source, that is the source's own.
    n_releases : list of int, length n_sources
        How many releases of each they were learnt from.
    own : list of float, length n_sources
        Share of the weight of all terms that is the source's own.
    words : list of list of int, length n_sources
        Terms with the most weight that is the source's own, the first ten.
    own_terms : ndarray of int64
        Terms that are hardly anything but the sources' own, and show no topic.
    letterheads : csr_matrix of float32, shape (n_sources, n_terms), or None
        Where sources are known by their letterheads alone: the same value for each term of one, so
        that rows sum to 1.

    Examples
    --------
    >>> weights = sp.csr_matrix(np.array([[2.0, 3.0], [2.0, 3.0]], np.float32))
    >>> shares = sp.csr_matrix(np.array([[0.0, 1.0], [0.0, 0.0]], np.float32))
    >>> effects = describe_sources(["ministry", "agency"], shares, weights, np.array([0, 1]))
    >>> effects.taken_off(weights, effects.numbers(["ministry", "agency"])).toarray().tolist()
    [[2.0, 0.0], [2.0, 3.0]]
    >>> effects.words, [round(share, 2) for share in effects.own]
    ([[1], []], [0.6, 0.0])
    """

    names: list[str]
    shares: sp.csr_matrix
    n_releases: list[int]
    own: list[float]
    words: list[list[int]]
    own_terms: NDArray[np.int64]
    letterheads: sp.csr_matrix | None = None

    def numbers(self, sources: Sequence[Any]) -> NDArray[np.int64]:
        """Number of each document's source.

        Parameters
        ----------
        sources : sequence, shape (n_documents,)
            Names of sources; None where none is known.

        Returns
        -------
        ndarray of int64, shape (n_documents,)
            -1 for a source that is not one of :attr:`names`.

        Examples
        --------
        >>> nothing = sp.csr_matrix((1, 3), dtype=np.float32)
        >>> effects = SourceEffects(["a"], nothing, [9], [0.0], [[]], np.array([]))
        >>> effects.numbers(["a", None, "b"]).tolist()
        [0, -1, -1]
        """
        return _numbers_of(_as_texts(sources), self.names)

    def taken_off(self, weights: sp.csr_matrix, numbers: NDArray[np.int64]) -> sp.csr_matrix:
        """Weights of terms without the share that is the source's own.

        Parameters
        ----------
        weights : csr_matrix of float, shape (n_documents, n_terms)
            Weights or counts.
        numbers : ndarray of int64, shape (n_documents,)
            As of :meth:`numbers`.

        Returns
        -------
        csr_matrix, shape (n_documents, n_terms)
            Of the same dtype; the order and number of its values are the same.

        Examples
        --------
        >>> shares = sp.csr_matrix(np.array([[0.5, 0.0]], np.float32))
        >>> effects = SourceEffects(["a"], shares, [9], [0.25], [[0]], np.array([]))
        >>> effects.taken_off(sp.csr_matrix([[4.0, 4.0]]), np.array([0])).toarray().tolist()
        [[2.0, 4.0]]
        """
        values = weights.data.copy()
        kept = np.ones(weights.shape[1], weights.dtype)
        for s in range(len(self.names)):
            own = slice(*self.shares.indptr[s : s + 2])
            columns = self.shares.indices[own]
            kept[columns] = 1 - self.shares.data[own]
            at = positions_of_rows(weights.indptr, np.flatnonzero(numbers == s))
            values[at] *= kept[weights.indices[at]]
            kept[columns] = 1
        return sp.csr_matrix((values, weights.indices, weights.indptr), weights.shape)


def number_sources(sources: Sequence[Any]) -> tuple[list[str], NDArray[np.int64]]:
    """Names of sources, and the number of each document's.

    Parameters
    ----------
    sources : sequence, shape (n_documents,)
        Of any type that sorts as text; None, and the empty text, where none is known.

    Returns
    -------
    names : list of str
        Sorted; those of fewer than five documents are left out.
    numbers : ndarray of int64, shape (n_documents,)
        -1 for none of them.

    Examples
    --------
    >>> names, numbers = number_sources(["b", "a"] * 5 + [None, "c"])
    >>> names, numbers.tolist()
    (['a', 'b'], [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, -1, -1])
    """
    texts = _as_texts(sources)
    counted = Counter(text for text in texts if text)
    names = sorted(name for name, n in counted.items() if n >= FEWEST_RELEASES)
    return names, _numbers_of(texts, names)


def _as_texts(sources: Sequence[Any]) -> list[str | None]:
    return [None if is_missing(source) else str(source) for source in sources]


def _numbers_of(texts: Sequence[str | None], names: Sequence[str]) -> NDArray[np.int64]:
    """Place of each text among some names, -1 for none of them."""
    place: dict[str | None, int] = {name: s for s, name in enumerate(names)}
    return np.array([place.get(text, -1) for text in texts], np.int64)


def describe_sources(
    names: Sequence[str],
    shares: sp.csr_matrix,
    weights: sp.csr_matrix,
    numbers: NDArray[np.int64],
    letterheads: sp.csr_matrix | None = None,
) -> SourceEffects:
    """Effects of sources, with the words that show them.

    Parameters
    ----------
    names : sequence of str, shape (n_sources,)
        The sources.
    shares : csr_matrix of float32, shape (n_sources, n_terms)
        As of :func:`estimate_source_effects`.
    weights : csr_matrix of float32, shape (n_documents, n_terms)
        Weights of the terms.
    numbers : ndarray of int64, shape (n_documents,)
        Number of each document's source, -1 for none.
    letterheads : csr_matrix or None, default=None
        As of :class:`SourceEffects`.

    Returns
    -------
    SourceEffects
        See there for an example.
    """
    known = np.flatnonzero(numbers >= 0)
    members = sp.csr_matrix(
        (np.ones(known.size, np.float32), (numbers[known], known)), (len(names), len(numbers))
    )
    sums = sp.csr_matrix(members @ weights)
    own = sp.csr_matrix(shares.multiply(sums))
    words = []
    for s in range(len(names)):
        row = slice(*own.indptr[s : s + 2])
        best = np.argsort(-own.data[row], kind="stable")[:_WORDS]
        words.append([int(i) for i in own.indices[row][best] if own[s, i] > 0])
    total, taken = (np.asarray(m.sum(axis=1), np.float64).ravel() for m in (sums, own))
    of_term, off_term = (np.asarray(m.sum(axis=0), np.float64).ravel() for m in (weights, own))
    return SourceEffects(
        list(names),
        shares,
        np.bincount(numbers[known], minlength=len(names)).tolist(),
        (taken / np.maximum(total, 1e-12)).tolist(),
        words,
        np.flatnonzero(off_term > _OWN_TERM * of_term),
        letterheads,
    )


class Sources(NamedTuple):
    """Sources of the documents that are learnt from.

    Attributes
    ----------
    numbers : ndarray of int64, shape (n_documents,)
        Number of each document's source, -1 for none.
    averaging : ndarray of float32, shape (n_documents,)
        Weights of documents: the weighed sum of a source's is what it has in each.
    n_sources : int
        How many there are.

    Examples
    --------
    >>> sources = Sources(np.array([0, -1]), np.array([0.5, 0], np.float32), 1)
    >>> sources.means(np.array([[1, 0], [0, 1]], np.float32)).tolist()
    [[0.5, 0.0]]
    """

    numbers: NDArray[np.int64]
    averaging: NDArray[np.float32]
    n_sources: int

    def means(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """What is to be taken off the vectors of each source's documents."""
        known = np.flatnonzero(self.numbers >= 0)
        weights = sp.csr_matrix(
            (self.averaging[known], (self.numbers[known], known)),
            (self.n_sources, len(rows)), dtype=np.float32,
        )  # fmt: skip
        return np.asarray(weights @ rows)

    def take(self, documents: NDArray[np.int64]) -> Sources:
        """The sources of some of the documents."""
        return Sources(self.numbers[documents], self.averaging[documents], self.n_sources)


def estimate_source_effects(
    weights: sp.csr_matrix,
    vectors: NDArray[np.float32],
    numbers: NDArray[np.int64],
    n_sources: int,
    *,
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> tuple[sp.csr_matrix, Sources]:
    """Tell what a source writes in every release from what its releases are about.

    Of each document vector the mean of its source is taken off (a fixed effect, as in an analysis
    of covariance), and what is left is clustered. A release of a source is held against releases
    of other sources in the cluster it is nearest to: what a term weighs beyond what it weighs
    there is the source's own. Where hardly any release of a source is like those of others, what
    it writes is its subject, as that of a ministry of agriculture, and stays. The mean of a source
    that writes mostly of one subject is that subject: for such a source, vectors without the
    words of nearly all its releases are clustered as they are, and the better of the two looks
    counts.

    Parameters
    ----------
    weights : csr_matrix of float32, shape (n_documents, n_terms)
        Weights of the terms.
    vectors : ndarray of float32, shape (n_terms, size)
        Vectors of the terms.
    numbers : ndarray of int64, shape (n_documents,)
        Number of each document's source, -1 for none.
    n_sources : int
        How many there are.
    random_state : int, RandomState or None, default=0
        For the clusters.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    shares : csr_matrix of float32, shape (n_sources, n_terms)
        As of :class:`SourceEffects`.
    sources : Sources
        With the weights of documents. Both are zero for a source that is its subject, or has
        fewer than five releases.

    Examples
    --------
    >>> texts = np.tile(np.eye(3, dtype=np.float32)[:2], (20, 1))
    >>> texts[:20, 2] = 1  # what the first source writes, and the second does not
    >>> vectors, numbers = np.eye(3, dtype=np.float32), np.repeat([0, 1], 20)
    >>> shares, _ = estimate_source_effects(sp.csr_matrix(texts), vectors, numbers, 2)
    >>> shares.toarray().tolist()[0][:2], bool(shares[0, 2] > 0.9), shares[1].nnz
    ([0.0, 0.0], True, 0)
    """
    rows, _ = document_vectors(weights @ vectors)
    look = partial(_Look, weights, numbers, n_sources, random_state=random_state, n_jobs=n_jobs)
    with one_blas_thread():
        looks = [look(_without_means(rows, numbers, n_sources))]
        if (looks[0].trust < 1).any():
            rest = _without_common_terms(weights, numbers, n_sources)
            looks.append(look(document_vectors(rest @ vectors)[0]))
        best = np.argmax([found.trust for found in looks], axis=0)
        averaging = np.zeros(len(numbers), np.float32)
        shares = []
        for s in range(n_sources):
            found = looks[best[s]]
            own, shared, nearest = found.releases[s]
            averaging[own[shared]] = found.trust[s] / (shared.sum() + _SHRINKAGE)
            asked = shared & (found.trust[s] > 0)
            # A float of Python leaves the shares in single precision, as they are saved.
            shares.append(float(found.trust[s]) * found.own_shares(own, asked, nearest))
    return sp.csr_matrix(sp.vstack(shares)), Sources(numbers, averaging, n_sources)


class _Look:
    """Documents in clusters, and what those are without the documents of one source.

    ``releases`` holds, for each source, its documents, whether each is on a subject that others
    share, and the nearest such; ``trust`` how far the source is to be told from its subjects.
    """

    def __init__(
        self,
        weights: sp.csr_matrix,
        numbers: NDArray[np.int64],
        n_sources: int,
        rows: NDArray[np.float32],
        *,
        random_state: Any,
        n_jobs: int | None,
    ) -> None:
        self._rows, self._weights = rows, weights
        self._k = k = min(_SUBJECTS, max(2, len(rows) // 10))
        self._clusters, _ = spherical_kmeans(rows, k, random_state=random_state, n_jobs=n_jobs)
        members = membership_matrix(self._clusters, k)
        self._directions = np.asarray(members @ rows)
        self._sums = np.asarray((members @ weights).todense(), np.float64)
        self._sizes = np.bincount(self._clusters, minlength=k)
        self._alike = (rows @ unit_rows(self._directions).T).max(axis=1)
        held = np.bincount(weights.indices, minlength=weights.shape[1])
        # What a term weighs where it stands.
        self._usual = self._sums.sum(axis=0) / np.maximum(held, 1)
        spoken = rows.any(axis=1)
        own = [np.flatnonzero((numbers == s) & spoken) for s in range(n_sources)]
        self.releases = [(of, *self._shared(of)) for of in own]
        shuffled = np.random.default_rng(0).permutation(numbers)
        by_chance = [self._shared(np.flatnonzero(shuffled == s))[0] for s in range(n_sources)]
        usual = max(float(np.concatenate(by_chance).mean()), 1e-9)
        low, high = _TRUST
        self.trust = np.array(
            [
                np.clip((shared.mean() / usual - low) / (high - low), 0, 1)
                if of.size >= FEWEST_RELEASES
                else 0.0
                for of, shared, _ in self.releases
            ]
        )

    def _shared(self, own: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which documents are on a subject that others share, and the nearest such."""
        rows = self._rows[own]
        members = membership_matrix(self._clusters[own], self._k)
        others = rows @ unit_rows(self._directions - members @ rows).T
        return others.max(axis=1, initial=0) > _SHARED * self._alike[own], others.argmax(axis=1)

    def own_shares(
        self, own: NDArray[np.int64], shared: NDArray[np.bool_], nearest: NDArray[np.int64]
    ) -> sp.csr_matrix:
        """Share of each term's weight beyond what it weighs with others on the same subjects."""
        n_terms = self._weights.shape[1]
        n_others = self._sizes - np.bincount(self._clusters[own], minlength=self._k)
        asked = np.bincount(nearest[shared], minlength=self._k) / np.maximum(n_others, 1)
        # The documents of others: all but these.
        here = self._weights[own]
        expected = asked @ self._sums - asked[self._clusters[own]] @ here
        found = shared.astype(np.float64) @ here
        # As if one more release had the term, and no more of it than others.
        prior = np.maximum(self._usual, 1e-12)
        share = np.maximum(1 - (np.maximum(expected, 0) + prior) / (found + prior), 0)
        kept = np.flatnonzero(share >= _LEAST_SHARE)
        return sp.csr_matrix((share[kept].astype(np.float32), kept, [0, kept.size]), (1, n_terms))


def _without_common_terms(
    weights: sp.csr_matrix, numbers: NDArray[np.int64], n_sources: int
) -> sp.csr_matrix:
    """Weights without the terms that stand in nearly all documents of their source alone."""
    rest = weights.copy()
    everywhere = np.bincount(weights.indices, minlength=weights.shape[1])
    for s in range(n_sources):
        own = np.flatnonzero(numbers == s)
        at = positions_of_rows(weights.indptr, own)
        held = np.bincount(weights.indices[at], minlength=weights.shape[1])
        others = (everywhere - held) / max(len(numbers) - own.size, 1)
        share = held / max(own.size, 1)
        common = (share >= _COMMON) & (share > 2 * others)
        rest.data[at[common[weights.indices[at]]]] = 0
    return rest


def _without_means(
    rows: NDArray[np.float32], numbers: NDArray[np.int64], n_sources: int
) -> NDArray[np.float32]:
    """Vectors of documents without the mean of their source."""
    centred = rows.copy()
    for s in range(n_sources):
        own = numbers == s
        centred[own] -= rows[own].sum(axis=0) / np.float32(max(own.sum(), 1))
    return unit_rows(centred)


def take_means_off(
    rows: NDArray[np.float32], numbers: NDArray[np.int64], means: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Vectors of documents without what their source has in each, of length one again.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_documents, size)
        Vectors of the documents; changed in place.
    numbers : ndarray of int64, shape (n_documents,)
        Number of each document's source, -1 for none.
    means : ndarray of float32, shape (n_sources, size)
        As of :meth:`Sources.means`.

    Returns
    -------
    ndarray of float32, shape (n_documents, size)
        Zeros where a document has no vector.

    Examples
    --------
    >>> rows = np.array([[0.6, 0.8], [0, 0]], np.float32)
    >>> take_means_off(rows, np.array([0, 0]), np.array([[0.6, 0.0]], np.float32)).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    held = rows.any(axis=1)
    for s, mean in enumerate(means):
        rows[held & (numbers == s)] -= mean
    return unit_rows(rows)
