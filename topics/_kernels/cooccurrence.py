"""Terms that stand near each other, one row of the matrix of pairs at a time."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel
from topics._kernels.stretches import copy_stretch


@kernel
def window_totals(offsets, ids, n_terms, window):
    """Sum of the window weights around every position, by term: the matrix's row sums."""
    totals = np.zeros(n_terms, np.float64)
    reach = np.zeros(window + 1, np.float64)
    for gap in range(1, window + 1):
        reach[gap] = reach[gap - 1] + (window + 1 - gap) / window
    for d in range(offsets.size - 1):
        a, b = offsets[d], offsets[d + 1]
        for p in range(a, b):
            totals[ids[p]] += reach[min(window, p - a)] + reach[min(window, b - 1 - p)]
    return totals


@kernel
def positions_by_term(ids, starts):
    """Places in ``ids`` sorted by term, those of term ``t`` from ``starts[t]`` on."""
    positions = np.empty(ids.size, np.int64)
    ends = starts.copy()
    for p in range(ids.size):
        positions[ends[ids[p]]] = p
        ends[ids[p]] += 1
    return positions


@kernel
def _meet(near, touched, n, other, weight):
    # Written whether it is new or not: a branch here would be guessed wrongly half the time.
    seen = near[other]
    touched[n] = other
    near[other] = seen + weight
    return n + (seen == 0)


@kernel
def pair_rows(
    offsets, ids, documents, positions, starts, totals, contexts, low, high, window, min_count
):
    """How much the terms ``low`` to ``high`` stand near all others, as CSR pieces.

    ``positions`` are the places in ``ids`` sorted by term, those of term ``t`` from ``starts[t]``
    to ``starts[t + 1]``. A row is gathered in one dense array that stays in the cache, so no pair
    is ever hashed. Pairs that weigh less than ``min_count``, or no more than ``totals`` of the one
    times ``contexts`` of the other, are passed over as chance.
    """
    n_terms = totals.size
    weights = np.empty(window + 1, np.float32)
    for gap in range(1, window + 1):
        weights[gap] = (window + 1 - gap) / window
    near = np.zeros(n_terms, np.float32)
    touched = np.empty(n_terms + 1, np.int32)
    lengths = np.zeros(high - low, np.int64)
    columns = np.empty(1 << 12, np.int32)
    values = np.empty(1 << 12, np.float32)
    filled = 0
    for term in range(low, high):
        n = 0
        for i in range(starts[term], starts[term + 1]):
            p = positions[i]
            a, b = offsets[documents[p]], offsets[documents[p] + 1]
            for gap in range(1, min(window, p - a) + 1):
                n = _meet(near, touched, n, np.uint32(ids[p - gap]), weights[gap])
            for gap in range(1, min(window, b - 1 - p) + 1):
                n = _meet(near, touched, n, np.uint32(ids[p + gap]), weights[gap])
        if filled + n > columns.size:
            size = max(2 * columns.size, filled + n)
            more_columns, more_values = np.empty(size, np.int32), np.empty(size, np.float32)
            copy_stretch(more_columns, 0, columns, 0, filled)
            copy_stretch(more_values, 0, values, 0, filled)
            columns, values = more_columns, more_values
        begin = filled
        for i in range(n):
            other = touched[i]
            # Most pairs fail here, and are not sorted.
            if near[other] >= min_count and near[other] > totals[term] * contexts[other]:
                columns[filled] = other
                filled += 1
            else:
                near[other] = 0
        columns[begin:filled].sort()
        for i in range(begin, filled):
            other = columns[i]
            values[i] = near[other]
            near[other] = 0
        lengths[term - low] = filled - begin
    return lengths, columns[:filled].copy(), values[:filled].copy()
