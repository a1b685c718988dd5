"""Terms of documents as numbers: sequences in reading order, and rows of counts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.arrays import subsample
from topics._parallel import copy_out, over_shards


@dataclass(frozen=True)
class TermSequences:
    """The terms of every document in reading order, as numbers.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_documents + 1,)
        Document ``d`` is ``ids[offsets[d]:offsets[d + 1]]``.
    ids : ndarray of int32
        Term numbers; terms outside the vocabulary are left out.

    Raises
    ------
    ValueError
        If the documents end beyond the numbers.
    """

    offsets: NDArray[np.int64]
    ids: NDArray[np.int32]

    def __post_init__(self) -> None:
        if not 0 <= self.offsets[0] <= self.offsets[-1] <= self.ids.size:
            raise ValueError(
                f"documents from {self.offsets[0]} to {self.offsets[-1]} of {self.ids.size} terms"
            )

    def __len__(self) -> int:
        return self.offsets.size - 1

    def counts(
        self, n_terms: int, dtype: Any = np.int64, n_jobs: int | None = None
    ) -> sp.csr_matrix:
        """Document-term matrix of these sequences, with sorted indices.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> sequences = TermVectorizer().fit_to_sequences(["aid came", "more aid aid"])
        >>> sequences.counts(3).toarray().tolist()
        [[1, 1, 0], [2, 0, 1]]
        """
        return csr_from_rows(self.rows(n_terms, n_jobs), n_terms, dtype)

    def rows(self, n_terms: int, n_jobs: int | None = None) -> list[Rows]:
        """Terms of every document, each once and in order, and their counts.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> rows = TermVectorizer().fit_to_sequences(["aid came"]).rows(2)
        >>> csr_from_rows(rows, 2).toarray().tolist()
        [[1, 1]]
        """
        none = np.empty(0, np.int32)
        parts = [(columns, ids, none, lengths) for columns, ids, lengths in self.parts()]
        return count_rows(parts, n_terms, counted=False, n_jobs=n_jobs)

    def parts(self) -> list[Part]:
        """The sequences shard by shard.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> len(TermVectorizer().fit_to_sequences(["aid came"]).parts())
        1
        """
        lengths, same = np.diff(self.offsets), np.empty(0, np.int32)
        return [
            (same, self.ids[self.offsets[low] : self.offsets[high]], lengths[low:high])
            for low, high in shard_ranges(self.offsets)
        ]

    def document_frequency(self, n_terms: int) -> NDArray[np.int64]:
        """Number of documents that hold each term.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> sequences = TermVectorizer().fit_to_sequences(["aid came", "more aid aid"])
        >>> sequences.document_frequency(3).tolist()
        [2, 1, 1]
        """
        from topics._kernels.rows import document_frequencies

        frequency = np.zeros(n_terms, np.int64)
        document_frequencies(self.offsets, self.ids, np.full(n_terms, -1, np.int64), frequency)
        return frequency

    def renumber(self, numbers: NDArray[np.int32], *, keep: bool = False) -> TermSequences:
        """Sequences with term ``t`` as ``numbers[t]``, left out where that is negative.

        Where ``keep``, a number below -1 stands for an unknown term, which keeps its place as -1.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> sequences = TermVectorizer().fit_to_sequences(["aid came", "more aid aid"])
        >>> sequences.renumber(np.array([0, -1, 1], np.int32)).counts(2).toarray().tolist()
        [[1, 0], [2, 1]]
        """
        from topics._kernels.rows import renumber

        ids, lengths = self.ids.copy(), np.diff(self.offsets)
        n = renumber(ids, lengths, numbers, keep)
        return TermSequences(np.concatenate([[0], np.cumsum(lengths)]), ids[:n])

    def below(self, n_terms: int) -> TermSequences:
        """Sequences without terms from a number on.

        Examples
        --------
        >>> TermSequences(np.array([0, 3]), np.array([0, 5, 1], np.int32)).below(2).ids.tolist()
        [0, 1]
        """
        highest = int(self.ids.max(initial=-1))
        if highest < n_terms:
            return self
        numbers = np.arange(highest + 1, dtype=np.int32)
        numbers[n_terms:] = -1
        return self.renumber(numbers)

    def with_sections(self) -> TermSequences:
        """The only document, and behind it its sections where it has some, as documents.

        Examples
        --------
        >>> TermSequences(np.array([0, 180]), np.arange(180)).with_sections().offsets.tolist()
        [0, 180, 270, 360]
        """
        n = self.ids.size
        n_sections = (n + SECTION // 2) // SECTION
        if n_sections < 2:
            return self
        inner = n + n * np.arange(n_sections + 1) // n_sections
        return TermSequences(np.concatenate([[0], inner]), np.tile(self.ids, 2))

    def take(self, documents: NDArray[np.int64]) -> TermSequences:
        """The sequences of some documents, in the order given.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> sequences = TermVectorizer().fit_to_sequences(["aid came", "more aid aid"])
        >>> sequences.take(np.array([1])).counts(3).toarray().tolist()
        [[2, 0, 1]]
        """
        parts = [self.ids[self.offsets[d] : self.offsets[d + 1]] for d in documents]
        lengths = [part.size for part in parts]
        ids = np.concatenate(parts) if parts else np.empty(0, np.int32)
        return TermSequences(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]), ids)

    def sample(self, max_tokens: int | None, random_state: Any = 0) -> TermSequences:
        """A random sample of documents that hold about so many terms at most; None takes all.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> sequences = TermVectorizer().fit_to_sequences(["aid came"] * 9)
        >>> sequences.sample(None) is sequences
        True
        """
        n, size = len(self), self.ids.size
        if max_tokens is None or size <= max_tokens:
            return self
        return self.take(subsample(n, max(1, n * max_tokens // size), random_state))


Part = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]
"""Which column a number of some documents stands for, none where numbers are columns; the numbers
in reading order; and how many each document has."""


Rows = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]
"""Columns and counts of some documents, and how many each of them has."""


ENTRIES = 1 << 18
"""Entries that one task finishes at most; independent of the number of workers."""


SECTION = 100
"""Terms of a section of a long document, stop words and unknown ones not counted."""


_TASKS = 16
"""Tasks that a small piece of work is cut into, so that no worker waits long for another."""


def shard_edges(offsets: NDArray[np.integer], size: int) -> list[int]:
    """First documents of shards of about so much each, and the number of documents.

    Examples
    --------
    >>> shard_edges(np.array([0, 3, 5]), 3)
    [0, 1, 2]
    """
    targets = np.arange(offsets[0], max(offsets[-1], offsets[0] + 1), size)
    edges = np.searchsorted(offsets[:-1], targets)
    return np.unique(np.append(edges, offsets.size - 1)).tolist()


def task_edges(offsets: NDArray[np.integer], max_size: int) -> list[int]:
    """As :func:`shard_edges`; where that would be a few shards only, they are smaller.

    Examples
    --------
    >>> task_edges(np.array([0, 30, 50]), 320)
    [0, 1, 2]
    """
    even = int(offsets[-1] - offsets[0]) // _TASKS
    return shard_edges(offsets, max(1, max_size // _TASKS, min(max_size, even)))


def shard_ranges(offsets: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Ranges of documents of about :data:`ENTRIES` entries at most.

    Examples
    --------
    >>> shard_ranges(np.array([0, 3, 5]))
    [(0, 2)]
    """
    return list(pairwise(task_edges(offsets, ENTRIES)))


def count_rows(
    parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]],
    n_columns: int,
    *,
    counted: bool,
    n_jobs: int | None = None,
) -> list[Rows]:
    """Rows with their columns in order, each once.

    Parameters
    ----------
    parts : list of (ndarray of int32, ndarray of int32, ndarray of int32, ndarray of int64)
        For some documents each: the column of every number, -1 for none, or nothing where
        numbers are columns; the numbers, a negative one for no term; their
        counts; and how many each document has. Used up, and numbers written over, where counted.
    n_columns : int
        Number of columns.
    counted : bool
        Whether there are counts; else every number counts once.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    list of (ndarray of int32, ndarray of int32, ndarray of int64)
        Columns and counts, and how many each document has.

    Examples
    --------
    >>> ids, none = np.array([1, 0, 1, 1], np.int32), np.empty(0, np.int32)
    >>> parts = [(none, ids, none, np.array([3, 1]))]
    >>> ((columns, counts, lengths),) = count_rows(parts, 2, counted=False)
    >>> columns.tolist(), counts.tolist(), lengths.tolist()
    ([0, 1, 1], [1, 2, 1], [2, 1])
    """
    from topics._kernels.rows import merge_rows

    bits = max(1, int(n_columns - 1).bit_length())
    taken: list[Any] = list(parts)
    parts.clear()

    def work(shard: int, _: int) -> Rows:
        columns, ids, counts, lengths = taken[shard]
        # What is done with is let go, so that it is not held until all are.
        taken[shard] = ()
        if not counted:
            ids, counts, lengths = ids.copy(), np.empty(ids.size, np.int32), lengths.copy()
        n = merge_rows(ids, counts, counted, lengths, columns, bits)
        if not counted:
            ids, counts = copy_out(ids[:n]), copy_out(counts[:n])
        return ids[:n], counts[:n], lengths

    return over_shards(work, len(taken), 1, n_jobs)


def term_totals(rows: list[Rows], n_columns: int) -> NDArray[np.int64]:
    """Number of documents with each column, and sum of its counts, below one another.

    Examples
    --------
    >>> from topics import TermVectorizer
    >>> term_totals(TermVectorizer().fit_to_sequences(["aid came", "aid"]).rows(2), 2).tolist()
    [[2, 1], [2, 1]]
    """
    from topics._kernels.rows import add_term_totals

    documents, occurrences = sums = np.zeros((2, n_columns), np.int64)
    for columns, counts, _ in rows:
        add_term_totals(columns, counts, np.empty(0, np.int32), documents, occurrences)
    return sums


def csr_from_rows(
    rows: list[Rows],
    n_columns: int,
    dtype: Any = np.int64,
    places: NDArray[np.int32] | None = None,
) -> sp.csr_matrix:
    """One matrix of the rows of all shards, which are used up.

    Parameters
    ----------
    rows : list of (ndarray of int32, ndarray of int32, ndarray of int64)
        Columns and counts, and how many each document has.
    n_columns : int
        Number of columns.
    dtype : dtype, default=int64
        Of the counts.
    places : ndarray of int32, or None, default=None
        The column that each of those in ``rows`` becomes, in the same order; -1 for none.

    Returns
    -------
    csr_matrix, shape (n_documents, n_columns)
        With sorted indices.

    Examples
    --------
    >>> from topics import TermVectorizer
    >>> rows = TermVectorizer().fit_to_sequences(["aid came", "aid"]).rows(2)
    >>> csr_from_rows(rows, 2).toarray().tolist()
    [[1, 1], [1, 0]]
    """
    if places is not None and (places < 0).any():
        for part, (columns, counts, lengths) in enumerate(rows):
            stay = places[columns] >= 0
            ends = np.cumsum(lengths)
            before = np.concatenate([[0], np.cumsum(stay)])
            rows[part] = (
                places[columns[stay]], counts[stay], before[ends] - before[ends - lengths]
            )  # fmt: skip
    indptr = np.cumsum(np.concatenate([np.zeros(1, np.int64), *(part[2] for part in rows)]))
    if indptr[-1] <= np.iinfo(np.int32).max:
        indptr = indptr.astype(np.int32)
    indices = np.empty(indptr[-1], indptr.dtype)
    data = np.empty(indptr[-1], dtype)
    at = 0
    # Part by part, so that no more than one is held twice.
    rows.reverse()
    while rows:
        columns, counts, _ = rows.pop()
        indices[at : at + columns.size], data[at : at + columns.size] = columns, counts
        at += columns.size
    matrix = sp.csr_matrix((data, indices, indptr), (indptr.size - 1, n_columns))
    matrix.has_canonical_format = True
    return matrix


def concat_sequences(parts: list[tuple[NDArray[np.int32], NDArray[np.int64]]]) -> TermSequences:
    """One sequence of documents of many: numbers, and how many each document has.

    Examples
    --------
    >>> concat_sequences([(np.array([4, 5], np.int32), np.array([2, 0]))]).offsets.tolist()
    [0, 2, 2]
    """
    lengths = [np.zeros(1, np.int64), *(part[1] for part in parts)]
    ids = [np.empty(0, np.int32), *(part[0] for part in parts)]
    return TermSequences(np.cumsum(np.concatenate(lengths)), np.concatenate(ids))


def sequences_from_counts(counts: sp.csr_matrix) -> TermSequences:
    """Documents of which only counts are known, as sequences: each term as often as it counts.

    Parameters
    ----------
    counts : csr_matrix, shape (n_documents, n_terms)
        Whole numbers of at least zero.

    Returns
    -------
    TermSequences
        The terms of a document in the order of their columns, since its own is not known.

    Raises
    ------
    ValueError
        If the matrix holds anything else.

    Examples
    --------
    >>> sequences_from_counts(sp.csr_matrix([[0, 2, 1], [1, 0, 0]])).ids.tolist()
    [1, 1, 2, 0]
    """
    counts = sp.csr_matrix(counts)
    counts.sum_duplicates()
    times = counts.data.astype(np.int64)
    if (times != counts.data).any() or times.min(initial=0) < 0:
        raise ValueError("the matrix holds what is no count: give whole numbers of at least zero")
    ends = np.concatenate([[0], np.cumsum(times)])
    ids = np.repeat(counts.indices, times).astype(np.int32)
    return TermSequences(ends[counts.indptr], ids)
