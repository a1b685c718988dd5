"""Terms of several words: n-grams and phrases as the nodes of a trie over numbered words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import argsort_strings, string_array, take_rows
from topics._parallel import map_shards, over_shards, workers
from topics.text.term_sequences import (
    Rows,
    TermSequences,
    concat_sequences,
    count_rows,
    shard_ranges,
)

Levels = list[NDArray[Any]]
"""One array for each length of grams, from one word on."""

_SHIFT, _MASK = np.int64(32), np.int64(0xFFFFFFFF)


@dataclass
class Trie:
    """Grams of numbered words, those of a length in lexicographic order.

    A gram of one word has the number of the word; a longer one is a gram and one more word.

    Attributes
    ----------
    n_words : int
        Number of words.
    prefixes, words : list of ndarray of int32
        For grams of two words and more, a pair of arrays for each length: the gram that they are
        longer than, and their last word.
    """

    n_words: int
    prefixes: Levels = field(default_factory=list)
    words: Levels = field(default_factory=list)

    @property
    def sizes(self) -> list[int]:
        """Number of grams of each length.

        Examples
        --------
        >>> trie = Trie(3)
        >>> trie.add_level(np.array([0, 1], np.int32), np.array([1, 2], np.int32))
        >>> trie.sizes
        [3, 2]
        """
        return [self.n_words, *(prefixes.size for prefixes in self.prefixes)]

    def add_level(self, prefixes: NDArray[np.int32], words: NDArray[np.int32]) -> None:
        """Add the grams of the next length.

        Examples
        --------
        >>> trie = Trie(3)
        >>> trie.add_level(np.array([0], np.int32), np.array([1], np.int32))
        >>> trie.find((0, 1))
        0
        """
        self.prefixes.append(prefixes)
        self.words.append(words)

    def find(self, gram: Sequence[int]) -> int:
        """Number of a gram, given as its words; -1 if it is not here.

        Examples
        --------
        >>> trie = Trie(3)
        >>> trie.add_level(np.array([0, 1], np.int32), np.array([1, 2], np.int32))
        >>> trie.find((1, 2)), trie.find((2, 1))
        (1, -1)
        """
        number = gram[0]
        for level, word in enumerate(gram[1:]):
            if level >= len(self.prefixes) or number < 0 or word < 0:
                return -1
            low, high = np.searchsorted(self.prefixes[level], [number, number + 1])
            place = low + np.searchsorted(self.words[level][low:high], word)
            number = place if place < high and self.words[level][place] == word else -1
        return int(number)

    def columns(self, terms: Levels) -> tuple[Levels, int]:
        """Columns of the grams that are terms, all of them in lexicographic order.

        Parameters
        ----------
        terms : list of ndarray of bool
            For each length, which grams are terms.

        Returns
        -------
        columns : list of ndarray of int32
            For each length, the column of every gram, -1 for those that are no terms.
        n_columns : int
            Number of columns.

        Examples
        --------
        >>> trie = Trie(2)
        >>> trie.add_level(np.array([0], np.int32), np.array([1], np.int32))
        >>> columns, n = trie.columns([np.array([0, 1], np.int32), np.array([0], np.int32)])
        >>> n
        1
        """
        # Terms at and below every gram, from the longest grams up.
        below = [mask.astype(np.int64) for mask in terms]
        for level in range(len(below) - 1, 0, -1):
            sums = np.bincount(
                self.prefixes[level - 1], weights=below[level], minlength=below[level - 1].size
            )
            below[level - 1] += sums.astype(np.int64)
        columns: Levels = []
        first = np.cumsum(below[0]) - below[0]
        for level, mask in enumerate(terms):
            if level:
                prefixes = self.prefixes[level - 1]
                before = np.cumsum(below[level]) - below[level]
                siblings = before[np.searchsorted(prefixes, prefixes)] if prefixes.size else before
                first = (first + terms[level - 1])[prefixes] + before - siblings
            columns.append(np.where(mask, first, -1).astype(np.int32))
        return columns, int(below[0].sum())

    def pruned(self, columns: Levels) -> tuple[Trie, Levels, NDArray[np.int64]]:
        """The trie without what leads to no term.

        Parameters
        ----------
        columns : list of ndarray of int32
            Columns of all grams, -1 for those that are no terms.

        Returns
        -------
        trie : Trie
            Its grams lead to terms, or are words of them.
        columns : list of ndarray of int32
            The columns of its grams.
        words : ndarray of int64
            The words that are left, by their numbers before.

        Examples
        --------
        >>> trie = Trie(2)
        >>> trie.add_level(np.array([0], np.int32), np.array([1], np.int32))
        >>> kept, _, _ = trie.pruned([np.array([0, 1], np.int32), np.array([-1], np.int32)])
        >>> kept.sizes
        [2, 0]
        """
        needed = [column >= 0 for column in columns]
        for level in range(len(needed) - 1, 0, -1):
            needed[level - 1][self.prefixes[level - 1][needed[level]]] = True
        left = needed[0].copy()
        for words, mask in zip(self.words, needed[1:], strict=True):
            left[words[mask]] = True
        numbers = np.cumsum(left) - 1
        trie = Trie(int(left.sum()))
        before = numbers
        for prefixes, words, mask in zip(self.prefixes, self.words, needed[1:], strict=True):
            trie.add_level(
                before[prefixes[mask]].astype(np.int32), numbers[words[mask]].astype(np.int32)
            )
            before = np.cumsum(mask) - 1
        kept = [columns[0][left], *(c[m] for c, m in zip(columns[1:], needed[1:], strict=True))]
        return trie, kept, np.flatnonzero(left)

    def names(
        self, names: pa.LargeStringArray, columns: Levels, n_columns: int
    ) -> pa.LargeStringArray:
        """Terms in the order of their columns.

        Parameters
        ----------
        names : pyarrow.LargeStringArray
            The words.
        columns : list of ndarray of int32
            Columns of all grams, -1 for those that are no terms.
        n_columns : int
            Number of columns.

        Returns
        -------
        pyarrow.LargeStringArray
            The terms.

        Examples
        --------
        >>> trie = Trie(2)
        >>> trie.add_level(np.array([0], np.int32), np.array([1], np.int32))
        >>> columns = [np.array([0, 1], np.int32), np.array([2], np.int32)]
        >>> trie.names(pa.array(["peace", "talks"], pa.large_string()), columns, 3).to_pylist()
        ['peace', 'talks', 'peace talks']
        """
        parts, order = [], []
        for level, column in enumerate(columns):
            grams = np.flatnonzero(column >= 0)
            order.append(column[grams])
            words: list[NDArray[Any]] = []
            for below in range(level, 0, -1):
                words.append(self.words[below - 1][grams])
                grams = self.prefixes[below - 1][grams]
            words.append(grams)
            pieces = [take_rows(names, word) for word in reversed(words)]
            joined = pc.binary_join_element_wise(*pieces, pa.scalar(" ", pa.large_string()))
            parts.append(joined if level else pieces[0])
        place = np.empty(n_columns, np.int64)
        place[np.concatenate(order)] = np.arange(n_columns)
        return take_rows(pa.concat_arrays(parts), place)


def build_trie(terms: pa.LargeStringArray) -> tuple[Trie, Levels, pa.LargeStringArray]:
    """A trie of terms whose words are divided by spaces.

    Parameters
    ----------
    terms : pyarrow.LargeStringArray
        The terms, in the order of their columns.

    Returns
    -------
    trie : Trie
        Of their words.
    columns : list of ndarray of int32
        Columns of all grams, -1 for those that are no terms.
    words : pyarrow.LargeStringArray
        The words, sorted.

    Examples
    --------
    >>> trie, columns, words = build_trie(pa.array(["aid", "human rights"], pa.large_string()))
    >>> trie.sizes, [column.tolist() for column in columns], words.to_pylist()
    ([3, 1], [[0, -1, -1], [1]], ['aid', 'human', 'rights'])
    """
    split = pc.split_pattern(terms, " ")
    encoded = split.flatten().dictionary_encode()
    order = argsort_strings(encoded.dictionary)
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    ids = rank[np.asarray(encoded.indices)]
    offsets = np.asarray(split.offsets)
    lengths = np.diff(offsets)
    trie = Trie(order.size)
    grams, rows = ids[offsets[:-1]], np.arange(len(terms))
    columns: Levels = []
    for length in range(1, int(lengths.max(initial=1)) + 1):
        if length > 1:
            left = lengths[rows] >= length
            rows, grams = rows[left], grams[left]
            keys = (grams << _SHIFT) | ids[offsets[rows] + length - 1]
            distinct, grams = np.unique(keys, return_inverse=True)
            trie.add_level(
                (distinct >> _SHIFT).astype(np.int32), (distinct & _MASK).astype(np.int32)
            )
        column = np.full(trie.sizes[-1], -1, np.int32)
        whole = lengths[rows] == length
        column[grams[whole]] = rows[whole]
        columns.append(column)
    return trie, columns, take_rows(encoded.dictionary, order)


class Occurrences:
    """Where the grams of sequences stand, for one length of grams after the other.

    Parameters
    ----------
    sequences : TermSequences
        Numbers of words in reading order; -1 for a word that no gram may hold.
    n_words : int
        Number of words.
    n_jobs : int or None
        Threads; nothing depends on it.

    Attributes
    ----------
    starts, positions : list of ndarray
        For each length, where in ``positions`` the places of every gram begin.
    """

    def __init__(self, sequences: TermSequences, n_words: int, n_jobs: int | None) -> None:
        from topics._kernels.grams import group_words, with_document_ends, word_counts

        self.n_jobs, self.n_words, self.offsets = n_jobs, n_words, sequences.offsets
        size = sequences.ids.size + len(sequences)
        self.ids = np.empty(size, np.int32)
        with_document_ends(sequences.offsets, sequences.ids, self.ids)
        edges = np.linspace(0, size, workers(n_jobs, size) + 1).astype(np.int64)
        counts = np.zeros((edges.size - 1, n_words), np.int64)

        def count(part: int, _: int) -> None:
            word_counts(self.ids, edges[part], edges[part + 1], counts[part])

        over_shards(count, edges.size - 1, 1, n_jobs)
        starts = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
        positions = np.empty(starts[-1], np.int32 if size < 1 << 31 else np.int64)
        cursors = starts[:-1] + np.cumsum(counts, axis=0) - counts

        def group(part: int, _: int) -> None:
            group_words(self.ids, edges[part], edges[part + 1], cursors[part], positions)

        over_shards(group, edges.size - 1, 1, n_jobs)
        self.starts, self.positions = [starts], [positions]

    def _in_ranges(self, level: int, work: Callable[[int, int, Any], Any]) -> list[Any]:
        """Results of ``work(low, high, scratch)`` over ranges of the grams of a level."""
        starts = self.starts[level]
        n = workers(self.n_jobs, starts.size - 1)
        targets = np.linspace(0, starts[-1], 4 * n + 1)[1:-1]
        edges = np.unique([0, *np.searchsorted(starts, targets), starts.size - 1])

        def start() -> Callable[[int], Any]:
            scratch = np.zeros(self.n_words, np.int64)
            return lambda i: work(edges[i], edges[i + 1], scratch)

        return map_shards(start, edges.size - 1, self.n_jobs)

    def lengthen(self, trie: Trie) -> None:
        """Find all grams that are one word longer, and add them to the trie.

        Examples
        --------
        >>> words = TermSequences(np.array([0, 3]), np.array([0, 1, 0], np.int32))
        >>> occurrences, trie = Occurrences(words, 2, None), Trie(2)
        >>> occurrences.lengthen(trie)
        >>> trie.prefixes[0].tolist(), trie.words[0].tolist()
        ([0, 1], [1, 0])
        """
        from topics._kernels.grams import extend_grams

        level = len(self.starts) - 1
        parts = self._in_ranges(
            level,
            lambda low, high, scratch: extend_grams(
                self.ids, self.starts[level], self.positions[level], low, high, level + 1, scratch
            ),
        )
        prefixes, words, sizes, places = (
            np.concatenate([part[i] for part in parts]) if parts else np.empty(0, np.int32)
            for i in range(4)
        )
        trie.add_level(prefixes, words)
        self.starts.append(np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]))
        self.positions.append(places)

    def follow(self, trie: Trie) -> None:
        """Find the grams that are one word longer as far as the trie has them.

        Examples
        --------
        >>> words = TermSequences(np.array([0, 3]), np.array([0, 1, 0], np.int32))
        >>> trie = Trie(2)
        >>> trie.add_level(np.array([0], np.int32), np.array([1], np.int32))
        >>> occurrences = Occurrences(words, 2, None)
        >>> occurrences.follow(trie)
        >>> occurrences.positions[1].tolist()
        [0]
        """
        from topics._kernels.grams import follow_grams

        level = len(self.starts) - 1
        grams = np.arange(self.starts[level].size)
        child_starts = np.searchsorted(trie.prefixes[level], grams)
        sizes, cursors = np.zeros((2, trie.prefixes[level].size), np.int64)
        places = self._in_ranges(
            level,
            lambda low, high, scratch: follow_grams(
                self.ids, self.starts[level], self.positions[level], low, high, level + 1,
                child_starts, trie.words[level], sizes, cursors, scratch,
            ),
        )  # fmt: skip
        self.starts.append(np.concatenate([[0], np.cumsum(sizes)]))
        self.positions.append(np.concatenate(places) if places else np.empty(0, np.int32))

    def terms(self, columns: Levels) -> TermSequences:
        """Terms of every document in reading order, each where its first word stands.

        Parameters
        ----------
        columns : list of ndarray of int32
            Columns of all grams, -1 for those that are no terms.

        Returns
        -------
        TermSequences
            The columns.

        Examples
        --------
        >>> words = TermSequences(np.array([0, 3]), np.array([0, 1, 0], np.int32))
        >>> Occurrences(words, 2, None).terms([np.array([7, -1], np.int32)]).ids.tolist()
        [7, 7]
        """
        shards, read = self._readable(columns)
        return concat_sequences(
            over_shards(lambda i, _: read(*shards[i]), len(shards), 1, self.n_jobs)
        )

    def rows(self, columns: Levels, n_columns: int) -> list[Rows]:
        """Columns and counts of every document, without a sequence of all their terms.

        Examples
        --------
        >>> words = TermSequences(np.array([0, 3]), np.array([0, 1, 0], np.int32))
        >>> occurrences = Occurrences(words, 2, None)
        >>> ((columns, counts, lengths),) = occurrences.rows([np.array([1, 0], np.int32)], 2)
        >>> columns.tolist(), counts.tolist(), lengths.tolist()
        ([0, 1], [1, 2], [2])
        """
        shards, read = self._readable(columns)
        same = np.empty(0, np.int32)

        def work(i: int, _: int) -> Rows:
            ids, lengths = read(*shards[i])
            part = [(same, ids, same, lengths)]
            return count_rows(part, n_columns, counted=False)[0]

        return over_shards(work, len(shards), 1, self.n_jobs)

    def _readable(self, columns: Levels) -> tuple[list[tuple[int, int]], Callable[[int, int], Any]]:
        """Shards of documents, and the function that gives the terms of one in reading order."""
        from topics._kernels.grams import in_reading_order, put_terms

        at = np.full((len(columns) - 1, self.ids.size), -1, np.int32)
        for level, column in enumerate(columns[1:], 1):
            put = partial(put_terms, self.starts[level], self.positions[level], column)

            def work(low: int, high: int, _: Any, put: Any = put, level: int = level) -> None:
                put(low, high, at[level - 1])

            self._in_ranges(level, work)
        read = partial(in_reading_order, self.ids, columns[0], at, self.offsets)
        return shard_ranges(self.offsets), read


def learn_ngrams(
    sequences: TermSequences,
    words: pa.LargeStringArray,
    ngram_range: tuple[int, int],
    phrases: Iterable[str] = (),
    n_jobs: int | None = None,
) -> tuple[Occurrences, Trie, Levels]:
    """The n-grams and phrases of sequences of words.

    Parameters
    ----------
    sequences : TermSequences
        Numbers of words in reading order.
    words : pyarrow.LargeStringArray
        The words, sorted; none holds a space.
    ngram_range : tuple of (int, int)
        Least and most words of an n-gram.
    phrases : iterable of str, default=()
        Further terms of several words, divided by spaces.
    n_jobs : int or None, default=None
        Threads; nothing depends on it.

    Returns
    -------
    occurrences : Occurrences
        Where they stand.
    trie : Trie
        All grams.
    terms : list of ndarray of bool
        For each length, which grams are n-grams in the range, or phrases.

    Examples
    --------
    >>> sequences = TermSequences(np.array([0, 3]), np.array([1, 2, 0], np.int32))
    >>> words = pa.array(["groups", "human", "rights"], pa.large_string())
    >>> _, trie, terms = learn_ngrams(sequences, words, (1, 1), ["human rights"])
    >>> trie.sizes, [mask.tolist() for mask in terms]
    ([3, 1], [[True, True, True], [True]])
    """
    min_n, max_n = ngram_range
    occurrences = Occurrences(sequences, len(words), n_jobs)
    trie = Trie(len(words))
    wanted = numbered(phrases, words)
    # No gram is longer than the longest document.
    longest = min(max([max_n, *map(len, wanted)]), int(np.diff(sequences.offsets).max(initial=1)))
    for length in range(2, longest + 1):
        if length <= max_n:
            occurrences.lengthen(trie)
        else:
            pairs = sorted(
                {(trie.find(gram[: length - 1]), gram[length - 1])
                 for gram in wanted if len(gram) >= length}
            )  # fmt: skip
            grown = np.array([p for p in pairs if p[0] >= 0], np.int32).reshape(-1, 2)
            trie.add_level(np.ascontiguousarray(grown[:, 0]), np.ascontiguousarray(grown[:, 1]))
            occurrences.follow(trie)
    terms = [np.full(size, min_n <= level + 1 <= max_n) for level, size in enumerate(trie.sizes)]
    for gram in wanted:
        number = trie.find(gram)
        if number >= 0:
            terms[len(gram) - 1][number] = True
    return occurrences, trie, terms


def numbered(terms: Iterable[str], words: pa.LargeStringArray) -> list[tuple[int, ...]]:
    """Terms as the numbers of their words; without those that have a word that is none of them.

    Examples
    --------
    >>> numbered(["human rights", "aid"], pa.array(["human", "rights"], pa.large_string()))
    [(0, 1)]
    """
    parts = [term.split(" ") for term in terms]
    needed = list(dict.fromkeys(word for part in parts for word in part))
    places = pc.index_in(string_array(needed), value_set=words).to_pylist()
    number = dict(zip(needed, places, strict=True))
    grams = [tuple(number[word] for word in part) for part in parts]
    return [gram for gram in grams if None not in gram]
