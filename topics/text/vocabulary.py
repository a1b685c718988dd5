"""Vocabularies: terms and their columns, what was counted of them, and which of them are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import argsort_strings, string_array, take_rows
from topics._errors import TopicsError
from topics._kernels import works_plainly
from topics.text.fast_tokenizer import TokenTable, lookup_terms, token_table
from topics.text.ngrams import Levels, Trie, build_trie, numbered
from topics.text.spelling import respelled


class Vocabulary:
    """Terms and their columns.

    The terms of n-grams are millions, and a matrix needs none of their names: they are put together
    when they are asked for.

    Parameters
    ----------
    n_terms : int
        Number of terms.
    terms : pyarrow.LargeStringArray or callable
        The terms in the order of their columns, or a function that gives them.
    grams : (Trie, list of ndarray of int32, pyarrow.LargeStringArray) or None, default=None
        Trie of the terms' words, the column of every gram, and the words; None where terms are
        words, or to make it of the terms.

    Examples
    --------
    >>> vocabulary = Vocabulary(2, pa.array(["aid", "human rights"], pa.large_string()))
    >>> vocabulary.columns
    {'aid': 0, 'human rights': 1}
    """

    def __init__(
        self,
        n_terms: int,
        terms: pa.LargeStringArray | Callable[[], pa.LargeStringArray],
        grams: tuple[Trie, Levels, pa.LargeStringArray] | None = None,
    ) -> None:
        self.n_terms = n_terms
        self._terms = terms
        self._grams = grams
        self.frequencies: NDArray[np.int64] | None = None
        self._readable: tuple[Any, Levels] | None = None

    def __len__(self) -> int:
        return self.n_terms

    def __getstate__(self) -> dict[str, Any]:
        # What is derived is derived anew; a function that gives the terms cannot be pickled.
        return {
            "n_terms": self.n_terms,
            "_terms": self.terms,
            "_grams": self._grams,
            "frequencies": self.frequencies,
            "_readable": None,
        }

    @cached_property
    def terms(self) -> pa.LargeStringArray:
        """The terms in the order of their columns.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> TermVectorizer().fit(["talks on aid"])._vocabulary.terms.to_pylist()
        ['aid', 'on', 'talks']
        """
        return self._terms() if callable(self._terms) else self._terms

    @cached_property
    def columns(self) -> dict[str, int]:
        """Term to column.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> TermVectorizer().fit(["talks on aid"])._vocabulary.columns
        {'aid': 0, 'on': 1, 'talks': 2}
        """
        return {term: column for column, term in enumerate(self.terms.to_pylist())}

    def readable(self, ngram_range: tuple[int, int], phrases: tuple[str, ...]) -> Levels:
        """Columns of the grams that are read so: a vocabulary that was given may hold others.

        Parameters
        ----------
        ngram_range : (int, int)
            Lengths of the n-grams that are terms.
        phrases : tuple of str
            Phrases that are terms, too.

        Returns
        -------
        list of ndarray of int32
            Of the grams of each length; -1 for those that are not read.

        Examples
        --------
        >>> vocabulary = Vocabulary(2, pa.array(["aid", "human rights"], pa.large_string()))
        >>> vocabulary.readable((1, 1), ())[1].tolist()
        [-1]
        """
        key = ngram_range, phrases
        if self._readable is None or self._readable[0] != key:
            trie, columns, words = self.grams
            min_n, max_n = ngram_range
            levels = [
                column.copy() if min_n <= level + 1 <= max_n else np.full_like(column, -1)
                for level, column in enumerate(columns)
            ]
            for gram in numbered(phrases, words):
                number = trie.find(gram)
                if number >= 0:
                    levels[len(gram) - 1][number] = columns[len(gram) - 1][number]
            # It is asked for with every batch that is read.
            self._readable = key, levels
        return self._readable[1]

    @cached_property
    def grams(self) -> tuple[Trie, Levels, pa.LargeStringArray]:
        """Trie of the terms' words, the column of every gram, and the words.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> vectorizer = TermVectorizer(ngram_range=(1, 2)).fit(["peace talks"])
        >>> trie, _, words = vectorizer._vocabulary.grams
        >>> trie.sizes, words.to_pylist()
        ([2, 1], ['peace', 'talks'])
        """
        return build_trie(self.terms) if self._grams is None else self._grams

    @cached_property
    def types(self) -> TokenTable:
        """Hash table of the terms, for the kernels.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> TermVectorizer().fit(["peace talks"])._vocabulary.types is not None
        True
        """
        return token_table(self.terms, self.frequencies)

    def token_table_of_words(
        self, words: pa.LargeStringArray, stop_words: pa.LargeStringArray
    ) -> TokenTable:
        """Hash table of words to find and to leave out, kept for the next time that it is asked.

        Examples
        --------
        >>> words = pa.array(["aid", "talks"], pa.large_string())
        >>> vocabulary = Vocabulary(2, words)
        >>> table = vocabulary.token_table_of_words(words, words[:0])
        >>> vocabulary.token_table_of_words(words, words[:0]) is table
        True
        """
        *before, types = self.__dict__.get("_types_of_words", (None, None, None))
        if before[0] is not words or not stop_words.equals(before[1]):
            frequencies = self.frequencies if words is self.terms else None
            types = token_table(words, frequencies, stop_words)
            self.__dict__["_types_of_words"] = (words, stop_words, types)
        return types

    def kept(self, mask: NDArray[np.bool_]) -> tuple[Vocabulary, NDArray[np.int32]]:
        """A vocabulary of some of the terms.

        Parameters
        ----------
        mask : ndarray of bool, shape (n_terms,)
            Which terms stay.

        Returns
        -------
        vocabulary : Vocabulary
            Of these terms, in the same order.
        columns : ndarray of int32, shape (n_terms,)
            Their columns; -1 for the others.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> vocabulary = TermVectorizer().fit(["talks on aid"])._vocabulary
        >>> vocabulary.kept(np.array([True, False, True]))[0].terms.to_pylist()
        ['aid', 'talks']
        """
        if mask.all():
            return self, np.arange(self.n_terms, dtype=np.int32)
        columns = np.where(mask, np.cumsum(mask) - 1, -1).astype(np.int32)
        n = int(mask.sum())
        if self._grams is None:
            return Vocabulary(n, take_rows(self.terms, np.flatnonzero(mask))), columns
        trie, before, words = self._grams
        after = [np.where(c >= 0, columns[c], -1).astype(np.int32) for c in before]
        pruned, after, left = trie.pruned(after)
        return Vocabulary.of_grams(pruned, after, n, take_rows(words, left)), columns

    @classmethod
    def of_grams(
        cls, trie: Trie, columns: Levels, n_terms: int, words: pa.LargeStringArray
    ) -> Vocabulary:
        """The vocabulary of a trie: its grams, their columns, and the words.

        Examples
        --------
        >>> words = pa.array(["peace", "talks"], pa.large_string())
        >>> trie, columns, words = build_trie(pa.array(["peace talks", "talks"], pa.large_string()))
        >>> Vocabulary.of_grams(trie, columns, 2, words).terms.to_pylist()
        ['peace talks', 'talks']
        """
        return cls(n_terms, lambda: trie.names(words, columns, n_terms), (trie, columns, words))

    def places(self, words: pa.LargeStringArray) -> NDArray[np.int32]:
        """Column of every word; -2 for those that are no terms.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> vocabulary = TermVectorizer().fit(["talks on aid"])._vocabulary
        >>> vocabulary.places(pa.array(["talks", "unknown"], pa.large_string())).tolist()
        [2, -2]
        """
        if works_plainly():
            found = pc.fill_null(pc.index_in(words, value_set=self.terms), -2)
            return np.asarray(found, np.int32)
        return lookup_terms(self.types, words)


@dataclass
class TermCounts:
    """What was counted of the terms of some documents; adds up.

    Attributes
    ----------
    vocabulary : Vocabulary
        The terms, sorted.
    documents : ndarray of int64, shape (n_terms,)
        Number of documents that hold a term.
    occurrences : ndarray of int64, shape (n_terms,), or None
        How often a term stands in all of them; None where it was not counted.
    n_documents : int
        Number of documents.
    n_pruned : int
        Number of terms let go to bound the memory, those let go twice counted twice.
    frequency_error : int
        How many documents the document frequency of a term may be short of, since it had been let
        go before.
    """

    vocabulary: Vocabulary
    documents: NDArray[np.int64]
    occurrences: NDArray[np.int64] | None
    n_documents: int
    n_pruned: int = 0
    frequency_error: int = 0

    def __add__(self, other: TermCounts) -> TermCounts:
        """Counts of both."""
        ours, theirs = self.vocabulary.terms, other.vocabulary.terms
        places = lookup_terms(token_table(ours), theirs)
        new = np.flatnonzero(places < 0)
        terms = pa.concat_arrays([ours, take_rows(theirs, new)])
        places[new] = np.arange(len(ours), len(terms))
        order = argsort_strings(terms)

        def sums(
            mine: NDArray[np.int64] | None, its: NDArray[np.int64] | None
        ) -> NDArray[np.int64] | None:
            if mine is None or its is None:
                return None
            both = np.zeros(len(terms), np.int64)
            both[: mine.size] = mine
            both[places] += its
            return both[order]

        documents = sums(self.documents, other.documents)
        assert documents is not None
        return TermCounts(
            Vocabulary(len(terms), take_rows(terms, order)),
            documents,
            sums(self.occurrences, other.occurrences),
            self.n_documents + other.n_documents,
            self.n_pruned + other.n_pruned,
            self.frequency_error + other.frequency_error,
        )

    def respelled(self, changed: Mapping[str, str]) -> TermCounts:
        """The same with some words of the terms spelled anew; terms are then in no order.

        Examples
        --------
        >>> terms = Vocabulary(2, pa.array(["aid", "camp"], pa.large_string()))
        >>> counts = TermCounts(terms, np.array([2, 1]), None, 3)
        >>> counts.respelled({"camp": "camps"}).vocabulary.terms.to_pylist()
        ['aid', 'camps']
        """
        if not changed:
            return self
        terms = self.vocabulary.terms.to_pylist()
        spelled = string_array(respelled(term, changed) for term in terms)
        return replace(self, vocabulary=Vocabulary(len(terms), spelled))

    def bounded(self, max_terms: int | None) -> TermCounts:
        """At most so many terms: those in the most documents, the first of those that are equal.

        Parameters
        ----------
        max_terms : int or None
            None keeps all.

        Returns
        -------
        TermCounts
            With what was let go counted.

        Examples
        --------
        >>> terms = Vocabulary(3, pa.array(["aid", "camp", "talks"], pa.large_string()))
        >>> counts = TermCounts(terms, np.array([2, 1, 3]), None, 3)
        >>> counts.bounded(2).vocabulary.terms.to_pylist()
        ['aid', 'talks']
        """
        if max_terms is None or len(self.vocabulary) <= max_terms:
            return self
        order = np.argsort(-self.documents, kind="stable")
        kept, gone = np.sort(order[:max_terms]), order[max_terms:]
        return TermCounts(
            Vocabulary(max_terms, take_rows(self.vocabulary.terms, kept)),
            self.documents[kept],
            None if self.occurrences is None else self.occurrences[kept],
            self.n_documents,
            self.n_pruned + gone.size,
            self.frequency_error + int(self.documents[gone].max()),
        )


def kept_terms(
    documents: NDArray[np.int64],
    occurrences: NDArray[np.int64] | None,
    n_documents: int,
    *,
    min_df: float | int,
    max_df: float | int,
    max_features: int | None,
    keep: Sequence[int] = (),
) -> NDArray[np.bool_]:
    """Which terms stay, as ``CountVectorizer`` has it.

    Parameters
    ----------
    documents : ndarray of int64, shape (n_terms,)
        Number of documents that hold a term.
    occurrences : ndarray of int64, shape (n_terms,), or None
        How often a term stands in all of them; needed for ``max_features`` only.
    n_documents : int
        Number of documents.
    min_df, max_df, max_features : int, float or None
        As in :class:`~topics.TermVectorizer`.
    keep : sequence of int, default=()
        Terms that stay whatever their frequency.

    Returns
    -------
    ndarray of bool, shape (n_terms,)
        True for terms that stay.

    Raises
    ------
    TopicsError
        If none stays, or ``max_df`` asks for fewer documents than ``min_df``.
    ValueError
        If ``max_features`` is asked for and occurrences were not counted.

    Examples
    --------
    >>> counts = np.array([3, 1, 2])
    >>> kept_terms(counts, counts, 3, min_df=2, max_df=1.0, max_features=None).tolist()
    [True, False, True]
    """
    high = max_df if isinstance(max_df, Integral) else max_df * n_documents
    low = min_df if isinstance(min_df, Integral) else min_df * n_documents
    if high < low:
        raise TopicsError(
            f"max_df={max_df} asks for fewer documents than min_df={min_df}",
            "raise max_df or lower min_df",
        )
    mask = (documents >= low) & (documents <= high) & (documents > 0)
    if max_features is not None and mask.sum() > max_features:
        if occurrences is None:
            raise ValueError("max_features needs counts that were not kept; fit anew")
        # The same sort of the same numbers as scikit-learn's, so that ties fall out alike.
        best = (-occurrences[mask]).argsort()[:max_features]
        narrower = np.zeros_like(mask)
        narrower[np.flatnonzero(mask)[best]] = True
        mask = narrower
    always = np.array(keep, np.int64)
    mask[always[documents[always] > 0]] = True
    if not mask.any():
        raise TopicsError(
            f"no terms remain of {n_documents} documents with min_df={min_df} and max_df={max_df}",
            "give releases that differ, lower min_df, or raise max_df",
        )
    return mask
