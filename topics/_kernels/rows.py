"""Rows of a document-term matrix: their columns in order, their counts and their weights."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel

L1, L2 = 1, 2
FEW = 48
"""Entries of a row that are sorted by insertion, and not digit by digit."""


@kernel
def merge_rows(ids, counts, counted, lengths, columns, bits):
    """Rows with their columns in order, each once, written over the entries; gives their number.

    ``columns`` says which column a number stands for, -1 for none, in so many ``bits``; where it is
    empty, numbers are columns. An entry counts once where it is not ``counted``.
    """
    longest = lengths.max() if lengths.size > 0 else 0
    entries, spare = np.empty(longest, np.uint64), np.empty(longest, np.uint64)
    n_passes = max(1, (bits + 8) // 9)
    width = (bits + n_passes - 1) // n_passes
    places = np.empty(1 << width, np.uint32)
    n, low = 0, 0
    for d in range(lengths.size):
        high, m = low + lengths[d], 0
        for i in range(low, high):
            if ids[i] >= 0:
                c = columns[ids[i]] if columns.size > 0 else ids[i]
                count = counts[i] if counted else 1
                entries[m] = (np.uint64(c) << np.uint64(32)) | np.uint64(count)
                m += c >= 0
        if m < FEW:
            sort_few(entries, m)
        else:
            for k in range(n_passes):
                sort_by_digit(entries, spare, m, 32 + k * width, places)
                entries, spare = spare, entries
        first, last = n, np.int64(-1)
        for i in range(m):
            c = np.int64(entries[i] >> np.uint64(32))
            count = np.int32(entries[i] & np.uint64(0xFFFFFFFF))
            # Without a branch: which terms stand in a document twice cannot be predicted.
            n += c != last
            counts[n - 1] = count + (counts[n - 1] if c == last else 0)
            ids[n - 1] = last = c
        low = high
        lengths[d] = n - first
    return n


@kernel
def sort_few(entries, m):
    """Sort the first few entries in place, by insertion."""
    for i in range(1, m):
        entry = entries[i]
        j = i - 1
        while j >= 0 and entries[j] > entry:
            entries[j + 1] = entries[j]
            j -= 1
        entries[j + 1] = entry


@kernel
def sort_by_digit(entries, sorted_entries, m, shift, places):
    """One pass of a radix sort: entries in the order of the digit from bit ``shift`` on."""
    places[:] = 0
    mask, by = np.uint64(places.size - 1), np.uint64(shift)
    for i in range(m):
        places[(entries[i] >> by) & mask] += 1
    before = np.uint32(0)
    for digit in range(places.size):
        here = places[digit]
        places[digit] = before
        before = np.uint32(before + here)
    for i in range(m):
        digit = (entries[i] >> by) & mask
        sorted_entries[places[digit]] = entries[i]
        places[digit] += 1


@kernel
def frequencies(n):
    """1 + log(c) of all counts c below n."""
    return 1 + np.log(np.maximum(np.arange(n), 1).astype(np.float64))


@kernel
def weigh_rows(indptr, indices, counts, idf, sublinear, norm, low, high, weights):
    """Weights of the rows from ``low`` to ``high``: tf-idf, scaled to a norm where it is not 0."""
    logs = frequencies(64)
    for d in range(low, high):
        total = 0.0
        for i in range(indptr[d], indptr[d + 1]):
            w = np.float64(counts[i])
            if sublinear:
                c = np.int64(w)
                w = logs[c] if c == w and 0 < c < logs.size else 1 + np.log(w)
            if idf.size > 0:
                w *= idf[indices[i]]
            total += w * w if norm == L2 else abs(w)
            weights[i] = w
        if norm == 0 or total == 0:
            continue
        scale = np.sqrt(total) if norm == L2 else total
        for i in range(indptr[d], indptr[d + 1]):
            weights[i] = weights[i] / scale


@kernel
def score_sequences(ids, columns, lengths, idf, coef, intercept, size, cost, scores):
    """Scores of sequences, one behind the other: their tf-idf of length one times ``coef``.

    ``columns`` is as for :func:`merge_rows`. Where ``size`` is not 0, a sequence of more terms is
    cut into even sections of about so many, and scores what its best section does less ``cost``
    where that is more.
    """
    longest = lengths.max() if lengths.size > 0 else 0
    logs, often = frequencies(longest + 1), np.zeros(idf.size, np.uint32)
    terms, met = np.empty(longest, np.uint32), np.empty(longest, np.uint32)
    section = np.empty(coef.shape[1])
    low = 0
    for d in range(lengths.size):
        high, n = low + lengths[d], 0
        for i in range(low, high):
            c = columns[np.uint32(ids[i])] if columns.size > 0 and ids[i] >= 0 else ids[i]
            terms[n] = np.uint32(max(c, 0))
            n += c >= 0
        low = high
        row = scores[d]
        score_terms(terms, 0, n, often, met, logs, idf, coef, intercept, row)
        n_sections = (n + size // 2) // size if size > 0 else 0
        if n_sections > 1:
            for s in range(n_sections):
                first, last = s * n // n_sections, (s + 1) * n // n_sections
                score_terms(terms, first, last, often, met, logs, idf, coef, intercept, section)
                for k in range(row.size):
                    row[k] = max(row[k], section[k] - cost[k])


@kernel
def score_terms(terms, first, last, often, met, logs, idf, coef, intercept, row):
    """Score of the terms from ``first`` on; ``often`` holds zeros, before and after."""
    n_met = 0
    for i in range(first, last):
        # Without a branch: which terms were there before cannot be predicted.
        term = terms[i]
        met[n_met] = term
        n_met += often[term] == 0
        often[term] += 1
    total = 0.0
    row[:] = 0
    for i in range(n_met):
        term = met[i]
        w = logs[often[term]] * idf[term]
        often[term] = 0
        total += w * w
        each = coef[term]
        for k in range(row.size):
            # Unsigned, since numba asks of every signed index whether it counts from the end.
            row[np.uint32(k)] += w * each[np.uint32(k)]
    scale = np.sqrt(total) if total > 0 else 1.0
    for k in range(row.size):
        row[k] = row[k] / scale + intercept[k]


@kernel
def score_in_column(ids, offsets, columns, idf, coef, norm, scores):
    """Scores of sequences, each in one column of ``coef``: their tf-idf, perhaps of length one."""
    longest = 0
    for s in range(offsets.size - 1):
        longest = max(longest, offsets[s + 1] - offsets[s])
    logs, often = frequencies(longest + 1), np.zeros(coef.shape[0], np.uint32)
    for s in range(offsets.size - 1):
        low, high = offsets[s], offsets[s + 1]
        for i in range(low, high):
            often[ids[i]] += 1
        score = total = 0.0
        for i in range(low, high):
            term = ids[i]
            if often[term]:
                w = logs[often[term]] * (idf[term] if idf.size > 0 else 1.0)
                often[term] = 0
                total += w * w
                score += w * coef[term, columns[s]]
        scores[s] = score / np.sqrt(total) if norm == L2 and total > 0 else score


@kernel
def add_term_totals(ids, counts, numbers, documents, occurrences):
    """Add the entries of rows to the documents and the occurrences of every term."""
    for i in range(ids.size):
        t = np.uint32(numbers[ids[i]] if numbers.size > 0 else ids[i])
        documents[t] += 1
        occurrences[t] += counts[i]


@kernel
def renumber(ids, lengths, numbers, keep):
    """Sequences with term ``t`` as ``numbers[t]``, left out where that is -1; gives their length.

    A number below -1 stands for an unknown term, which keeps its place as -1 where ``keep``.
    """
    n, low = 0, 0
    for d in range(lengths.size):
        high = low + lengths[d]
        first = n
        for i in range(low, high):
            number = numbers[ids[i]] if ids[i] >= 0 else -2
            if number >= 0 or (keep and number == -2):
                ids[n] = number if number >= 0 else -1
                n += 1
        low = high
        lengths[d] = n - first
    return n


@kernel
def document_frequencies(offsets, ids, last, frequency):
    """Add to ``frequency`` the number of documents that hold each term; ``last`` holds -1."""
    for d in range(offsets.size - 1):
        for i in range(offsets[d], offsets[d + 1]):
            t = ids[i]
            if t >= 0 and last[t] != d:
                last[t] = d
                frequency[t] += 1
