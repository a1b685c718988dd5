"""Topics that are no subject: words that stand everywhere, and those of a publisher."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._math.sparse import membership_matrix, presence

_COMMON = 0.05
"""Share of all other documents that a word stands in which is found everywhere."""


_LIFT = 2.5
"""How many times as often words of a subject stand in documents on it as in others."""


def stand_everywhere(
    words: Sequence[Sequence[int]], weights: sp.csr_matrix, first: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which topics have words that stand everywhere, as "passed, house, vote" among releases.

    Parameters
    ----------
    words : sequence of sequence of int
        Terms that are shown of each topic.
    weights : csr_matrix, shape (n_documents, n_terms)
        Weights or counts of the terms.
    first : ndarray of int64, shape (n_documents,)
        First topic of each document, -1 for none.

    Returns
    -------
    ndarray of bool, shape (n_topics,)
        True where half of the words stand in a twentieth of the documents on other topics, or more,
        and in less than two and a half times as large a share of its own.

    Examples
    --------
    >>> texts = sp.csr_matrix([[1, 1, 0], [1, 1, 0], [1, 0, 1], [1, 0, 0]])
    >>> stand_everywhere([[1], [0]], texts, np.array([0, 0, 1, 1])).tolist()
    [False, True]
    """
    n_topics = len(words)
    known = np.flatnonzero(first >= 0)
    members = membership_matrix(first[known], n_topics)
    held = np.asarray((members @ presence(weights)[known]).todense())
    sizes = np.bincount(first[known], minlength=n_topics)
    everywhere = held.sum(axis=0)
    found = np.zeros(n_topics, bool)
    for t, shown in enumerate(words):
        if len(shown) and sizes[t]:
            here = held[t, shown] / sizes[t]
            # A corpus of one topic has no other documents.
            others = max(known.size - sizes[t], 0)
            there = (everywhere - held[t])[shown] / others if others else here
            found[t] = np.median(there) >= _COMMON and np.median(here) < _LIFT * np.median(there)
    return found


def owned_by_sources(
    words: Sequence[Sequence[int]], sources: Sequence[Sequence[int]]
) -> NDArray[np.bool_]:
    """Which topics show what a source writes in every release.

    Parameters
    ----------
    words : sequence of sequence of int
        Terms that are shown of each topic.
    sources : sequence of sequence of int
        Terms that are each source's own.

    Returns
    -------
    ndarray of bool, shape (n_topics,)
        True where half of the words or more are those of one source.

    Examples
    --------
    >>> owned_by_sources([[1, 2, 3], [4, 5, 6]], [[1, 2, 9], [4, 8]]).tolist()
    [True, False]
    """
    owned = [set(own) for own in sources]
    return np.array(
        [
            bool(shown) and any(2 * len(own.intersection(shown)) >= len(shown) for own in owned)
            for shown in words
        ],
        bool,
    )
