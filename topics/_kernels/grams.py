"""N-grams of numbered words: occurrences grouped by gram, one more word at a time.

The grams of a length are numbered in lexicographic order of their words. ``positions`` holds the
places in the sequence where the grams start, gram by gram; gram ``g`` has those from ``starts[g]``
to ``starts[g + 1]``. A number below zero in the sequence is the end of a document, or a word that
no gram may hold.
"""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel


@kernel
def word_counts(ids, low, high, counts):
    """Add the occurrences of every word between two places to ``counts``."""
    for i in range(low, high):
        if ids[i] >= 0:
            counts[ids[i]] += 1


@kernel
def group_words(ids, low, high, cursors, positions):
    """Write the places of every word, from its cursor on."""
    for i in range(low, high):
        w = ids[i]
        if w >= 0:
            positions[cursors[w]] = i
            cursors[w] += 1


@kernel
def extend_grams(ids, starts, positions, low, high, length, scratch):
    """Grams one word longer than those from ``low`` to ``high``, which are ``length`` words long.

    ``scratch`` holds a zero for every word. Gives the gram that each is longer than, its last word,
    its number of occurrences, and their places.
    """
    size = starts[high] - starts[low]
    prefixes, words = np.empty(size, np.int32), np.empty(size, np.int32)
    sizes, places = np.empty(size, np.int32), np.empty(size, positions.dtype)
    n, m = 0, 0
    for g in range(low, high):
        first = n
        for i in range(starts[g], starts[g + 1]):
            w = ids[positions[i] + length]
            if w >= 0:
                if scratch[w] == 0:
                    words[n] = w
                    n += 1
                scratch[w] += 1
        words[first:n].sort()
        for k in range(first, n):
            prefixes[k], sizes[k] = g, scratch[words[k]]
            scratch[words[k]] = m
            m += sizes[k]
        for i in range(starts[g], starts[g + 1]):
            w = ids[positions[i] + length]
            if w >= 0:
                places[scratch[w]] = positions[i]
                scratch[w] += 1
        for k in range(first, n):
            scratch[words[k]] = 0
    return prefixes[:n].copy(), words[:n].copy(), sizes[:n].copy(), places[:m]


@kernel
def follow_grams(
    ids, starts, positions, low, high, length, child_starts, child_words, sizes, cursors, scratch
):
    """Places of known grams one word longer than those from ``low`` to ``high``.

    Gram ``g`` has the children ``child_starts[g]`` to ``child_starts[g + 1]``, whose last words are
    ``child_words``; their ``sizes`` are counted up from zero.
    """
    places = np.empty(starts[high] - starts[low], positions.dtype)
    m = 0
    for g in range(low, high):
        first, last = child_starts[g], child_starts[g + 1]
        if first == last or starts[g] == starts[g + 1]:
            continue
        for k in range(first, last):
            scratch[child_words[k]] = k + 1
        for i in range(starts[g], starts[g + 1]):
            w = ids[positions[i] + length]
            if w >= 0 and scratch[w] > 0:
                sizes[scratch[w] - 1] += 1
        for k in range(first, last):
            cursors[k] = m
            m += sizes[k]
        for i in range(starts[g], starts[g + 1]):
            w = ids[positions[i] + length]
            if w >= 0 and scratch[w] > 0:
                k = scratch[w] - 1
                places[cursors[k]] = positions[i]
                cursors[k] += 1
        for k in range(first, last):
            scratch[child_words[k]] = 0
    return places[:m]


@kernel
def with_document_ends(offsets, ids, ended):
    """The sequences of all documents, a -1 behind each."""
    n = 0
    for d in range(offsets.size - 1):
        for i in range(offsets[d], offsets[d + 1]):
            ended[n] = ids[i]
            n += 1
        ended[n] = -1
        n += 1


@kernel
def put_terms(starts, positions, terms, low, high, at):
    """Write the term of the grams from ``low`` to ``high`` where they stand."""
    for g in range(low, high):
        if terms[g] >= 0:
            for i in range(starts[g], starts[g + 1]):
                at[positions[i]] = terms[g]


@kernel
def in_reading_order(ended, words, at, offsets, low, high):
    """Terms of every place of the documents from ``low`` to ``high``, the shortest first.

    ``words`` holds the term of every word, or -1; ``at`` that of every place, a row for each length
    of longer grams. Gives the terms, and how many each document has.
    """
    # There is an end behind every document.
    # One more, where the last place may be tried.
    ids = np.empty((1 + at.shape[0]) * (offsets[high] - offsets[low]) + 1, np.int32)
    lengths = np.empty(high - low, np.int64)
    n = 0
    for d in range(low, high):
        first = n
        for i in range(offsets[d] + d, offsets[d + 1] + d):
            if ended[i] >= 0:
                # Without a branch: whether a gram is a term can hardly be predicted.
                ids[n] = words[ended[i]]
                n += ids[n] >= 0
            for length in range(at.shape[0]):
                ids[n] = at[length, i]
                n += ids[n] >= 0
        lengths[d - low] = n - first
    return ids[:n], lengths


@kernel
def join_pairs(at, offsets, ids):
    """Sequences with every pair that is a term joined, from left to right.

    ``at`` holds the term that starts at a place, or -1; there is an end behind every document.
    """
    joined, lengths = np.empty(ids.size, np.int32), np.empty(offsets.size - 1, np.int64)
    n = 0
    for d in range(offsets.size - 1):
        first, i = n, offsets[d]
        while i < offsets[d + 1]:
            term = at[i + d]
            joined[n] = term if term >= 0 else ids[i]
            i += 2 if term >= 0 else 1
            n += 1
        lengths[d] = n - first
    return joined[:n].copy(), lengths
