"""Terms of several words, from words as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics.sequences import TermSequences


def join_terms(
    words: pa.LargeStringArray,
    sequences: TermSequences,
    ngram_range: tuple[int, int],
    phrases: Sequence[str] = (),
) -> tuple[pa.LargeStringArray, TermSequences]:
    """N-grams and phrases of documents, each where its first word stands.

    Parameters
    ----------
    words : pyarrow.LargeStringArray
        The words; none holds a space.
    sequences : TermSequences
        Their numbers.
    ngram_range : tuple of (int, int)
        Least and most words of an n-gram.
    phrases : sequence of str, default=()
        Further terms of several words, divided by spaces.

    Returns
    -------
    terms : pyarrow.LargeStringArray
        Words, n-grams and phrases.
    sequences : TermSequences
        Their numbers in reading order.

    Examples
    --------
    >>> import numpy as np
    >>> aid = TermSequences(np.array([0, 3]), np.array([0, 1, 2], np.int32))
    >>> terms, joined = join_terms(pa.array(["human", "rights", "groups"], pa.large_string()), aid,
    ...                            (1, 1), ["human rights"])
    >>> [terms[i].as_py() for i in joined.ids]
    ['human', 'human rights', 'rights', 'groups']
    """
    least, most = ngram_range
    words = words.cast(pa.large_string())
    documents = np.repeat(np.arange(len(sequences)), np.diff(sequences.offsets))
    found = _Found(words, sequences, documents)
    if least == 1:
        found.add(np.arange(sequences.ids.size), sequences.ids, words)
    found.add_ngrams(least, most)
    found.add_phrases([p for p in phrases if not least <= p.count(" ") + 1 <= most])
    return found.terms_and_sequences()


class _Found:
    """Terms found so far: where they start, their numbers, and their names."""

    def __init__(
        self, words: pa.LargeStringArray, sequences: TermSequences, documents: NDArray[np.int64]
    ) -> None:
        self.words, self.sequences, self.documents = words, sequences, documents
        self.starts: list[NDArray[np.int64]] = []
        self.ids: list[NDArray[np.int64]] = []
        self.names: list[pa.LargeStringArray] = []

    def add(
        self, starts: NDArray[np.int64], ids: NDArray[np.integer], names: pa.LargeStringArray
    ) -> None:
        self.starts.append(starts)
        self.ids.append(ids.astype(np.int64) + sum(map(len, self.names)))
        self.names.append(names)

    def add_ngrams(self, least: int, most: int) -> None:
        ids, n_words = self.sequences.ids.astype(np.int64), len(self.words)
        grams, names = ids, self.words
        for n in range(2, most + 1):
            if ids.size < n:
                return
            starts = np.flatnonzero(self.documents[: ids.size - n + 1] == self.documents[n - 1 :])
            # A gram is a shorter one and one more word, so that a pair of numbers names it.
            keys, numbers = np.unique(
                grams[starts] * n_words + ids[starts + n - 1], return_inverse=True
            )
            names = pc.binary_join_element_wise(
                names.take(pa.array(keys // n_words)),
                self.words.take(pa.array(keys % n_words)),
                pa.scalar(" ", pa.large_string()),
            )
            grams = np.zeros(ids.size, np.int64)
            grams[starts] = numbers
            if n >= least:
                self.add(starts, numbers, names)

    def add_phrases(self, phrases: Sequence[str]) -> None:
        parts = [phrase.split(" ") for phrase in phrases]
        needed = list(dict.fromkeys(word for words in parts for word in words))
        if not needed:
            return
        places = pc.index_in(pa.array(needed, pa.large_string()), value_set=self.words).to_pylist()
        number = dict(zip(needed, places, strict=True))
        ids = self.sequences.ids
        for phrase, words in zip(phrases, parts, strict=True):
            numbers = [number[word] for word in words]
            if None in numbers:
                continue
            starts = np.flatnonzero(ids[: max(ids.size - len(words) + 1, 0)] == numbers[0])
            for gap, following in enumerate(numbers[1:], 1):
                starts = starts[ids[starts + gap] == following]
            starts = starts[self.documents[starts] == self.documents[starts + len(words) - 1]]
            self.add(starts, np.zeros(starts.size), pa.array([phrase], pa.large_string()))

    def terms_and_sequences(self) -> tuple[pa.LargeStringArray, TermSequences]:
        if not self.names:
            empty = TermSequences(
                np.zeros(len(self.sequences) + 1, np.int64), np.empty(0, np.int32)
            )
            return pa.array([], pa.large_string()), empty
        starts, ids = np.concatenate(self.starts), np.concatenate(self.ids)
        order = np.argsort(starts, kind="stable")
        per_document = np.bincount(self.documents[starts], minlength=len(self.sequences))
        offsets = np.concatenate([[0], np.cumsum(per_document)])
        return pa.concat_arrays(self.names), TermSequences(offsets, ids[order].astype(np.int32))
