"""Words that stand together more often than chance has it, learnt as gensim's ``Phrases`` does."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import take_rows
from topics._math.arrays import npmi
from topics.text.ngrams import Occurrences, Trie
from topics.text.term_sequences import TermSequences

Scoring = Literal["default", "npmi"]
THRESHOLDS = {"default": 10.0, "npmi": 0.5}
"""Scores above which pairs are phrases, where no other is given; the first is gensim's default."""


def pair_scores(
    pairs: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    *,
    scoring: Scoring,
    min_count: int,
    n_types: int,
    n_words: int,
) -> NDArray[np.float64]:
    """Scores of pairs of words, by gensim's two formulas.

    Parameters
    ----------
    pairs, first, second : ndarray of int64, shape (n_pairs,)
        Occurrences of each pair, of its first and of its second word.
    scoring : {"default", "npmi"}
        "default" is Mikolov et al.'s, "Distributed Representations of Words and Phrases and their
        Compositionality" (2013); "npmi" Bouma's, "Normalized (Pointwise) Mutual Information in
        Collocation Extraction" (2009).
    min_count : int
        Least occurrences of a pair.
    n_types : int
        Number of distinct words and pairs.
    n_words : int
        Number of words in all.

    Returns
    -------
    ndarray of float64, shape (n_pairs,)
        For "npmi" -inf where a pair occurs too seldom.

    Examples
    --------
    >>> counts = np.array([8]), np.array([10]), np.array([9])
    >>> pair_scores(*counts, scoring="default", min_count=5, n_types=60, n_words=300)
    array([2.])
    """
    if scoring == "default":
        return (pairs - min_count) / (first * second).astype(np.float64) * n_types
    p_first, p_second, p_pair = first / n_words, second / n_words, pairs / n_words
    scores = npmi(p_pair, p_first, p_second)
    # A text of one pair only: gensim divides nought by nought, and takes it for no phrase.
    scores[np.isnan(scores)] = -np.inf
    return np.where(pairs >= min_count, scores, -np.inf)


def learn_phrases(
    sequences: TermSequences,
    words: pa.LargeStringArray,
    *,
    scoring: Scoring = "default",
    threshold: float | None = None,
    min_count: int = 5,
    passes: int = 2,
    n_jobs: int | None = None,
) -> dict[str, float]:
    """Phrases of sequences of words.

    Parameters
    ----------
    sequences : TermSequences
        Numbers of words in reading order.
    words : pyarrow.LargeStringArray
        The words, sorted.
    scoring, threshold, min_count, passes
        As in :class:`~topics.TermVectorizer`; the phrases of one pass are words in the next.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    dict of str to float
        Phrases and their scores, the highest first.

    Examples
    --------
    >>> ids = np.tile(np.array([0, 1, 2, 0, 1, 3], np.int32), 9)
    >>> sequences = TermSequences(np.array([0, 54]), ids)
    >>> words = pa.array(["human", "rights", "talks", "watch"], pa.large_string())
    >>> learn_phrases(sequences, words, scoring="npmi", threshold=0.9, passes=1)
    {'human rights': 1.0}
    """
    from topics._kernels.grams import join_pairs, put_terms

    level = THRESHOLDS[scoring] if threshold is None else threshold
    found: dict[str, float] = {}
    names = words
    for _ in range(passes):
        occurrences = Occurrences(sequences, len(names), n_jobs)
        trie = Trie(len(names))
        occurrences.lengthen(trie)
        if not trie.sizes[1]:
            break
        counts, pairs = (np.diff(starts) for starts in occurrences.starts)
        first, second = trie.prefixes[0], trie.words[0]
        n_words = int(np.count_nonzero(sequences.ids >= 0))
        scores = pair_scores(
            pairs, counts[first], counts[second], scoring=scoring, min_count=min_count,
            n_types=int(np.count_nonzero(counts)) + pairs.size, n_words=n_words,
        )  # fmt: skip
        chosen = np.flatnonzero((scores > level) & (pairs >= 1))
        if not chosen.size:
            break
        joined = pc.binary_join_element_wise(
            take_rows(names, first[chosen]),
            take_rows(names, second[chosen]),
            pa.scalar(" ", pa.large_string()),
        )
        for name, score in zip(joined.to_pylist(), scores[chosen].tolist(), strict=True):
            found.setdefault(name, score)
        terms = np.full(pairs.size, -1, np.int32)
        terms[chosen] = len(names) + np.arange(chosen.size)
        at = np.full(occurrences.ids.size, -1, np.int32)
        put_terms(occurrences.starts[1], occurrences.positions[1], terms, 0, terms.size, at)
        ids, lengths = join_pairs(at, sequences.offsets, sequences.ids)
        sequences = TermSequences(np.concatenate([[0], np.cumsum(lengths)]), ids)
        names = pa.concat_arrays([names, joined])
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
