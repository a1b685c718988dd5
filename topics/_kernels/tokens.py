"""Tokens of UTF-8 text as numbers, and counts of numbers; no Python object a token."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel

OFFSET, PRIME = np.uint64(14695981039346656037), np.uint64(1099511628211)  # FNV-1a

OUTSIDE, BLOCKING, INSIDE = 0, 1, 2
"""Classes of code points: no word character; a word character that no token may hold; any other."""


@kernel
def code_point(data, i, end):
    """The code point at ``i`` and where the next one starts; -1 for a byte that starts none."""
    b = data[i]
    if b < 0x80:
        return np.int32(b), i + 1
    if b < 0xC2 or b > 0xF4:
        return np.int32(-1), i + 1
    more = 1 if b < 0xE0 else 2 if b < 0xF0 else 3
    if i + more >= end:
        return np.int32(-1), i + 1
    point = np.int32(b & (0x3F >> more))
    for j in range(1, more + 1):
        c = data[i + j]
        if c & 0xC0 != 0x80:
            return np.int32(-1), i + 1
        point = (point << 6) | np.int32(c & 0x3F)
    return (point if point < 0x110000 else np.int32(-1)), i + 1 + more


@kernel
def mixed(h, chunk):
    """A hash with eight more bytes in it."""
    h = (h ^ chunk) * PRIME
    return h ^ (h >> np.uint64(29))


@kernel
def same_bytes(arena, start, word, size):
    """Whether ``size`` bytes of the arena are those of the word."""
    for j in range(size):
        if arena[start + j] != word[j]:
            return False
    return True


@kernel
def rehashed(keys, marks, hashes, n_terms):
    """The table in four times the room."""
    more_keys = np.zeros(keys.size * 4, np.uint64)
    more_marks = np.zeros(keys.size * 4, np.int64)
    mask = more_keys.size - 1
    for old in range(keys.size):
        if marks[old] != 0:
            s = np.int64(hashes[(marks[old] >> 8) - 1] & np.uint64(mask))
            while more_marks[s] != 0:
                s = (s + 1) & mask
            more_keys[s], more_marks[s] = keys[old], marks[old]
    return more_keys, more_marks


@kernel
def find_tokens(data, offsets, low, high, classes, lower, least, hash_mask):
    """Tokens of documents ``low`` to ``high`` as numbers in the order of their first appearance.

    A token is a run of word characters (``classes`` by code point) without a blocking one, of
    ``least`` characters or more; bytes of ASCII are looked up in ``lower``. A token of up to eight
    bytes is its own key; longer ones have a hash, and those whose hashes are equal are told apart
    by their bytes, so that no two tokens are ever taken for one. ``hash_mask`` is all ones, but
    in tests that make hashes collide.

    Returns the numbers, how many each document has, and the tokens' bytes with their offsets.
    """
    longest = np.int64(0)
    for d in range(low, high):
        longest = max(longest, offsets[d + 1] - offsets[d])
    word = np.empty(longest + 4, np.uint8)
    ids = np.empty((offsets[high] - offsets[low]) // (least + 1) + (high - low) + 1, np.int32)
    lengths = np.zeros(high - low, np.int64)
    keys, marks = np.zeros(1 << 12, np.uint64), np.zeros(1 << 12, np.int64)
    hashes = np.empty(1 << 11, np.uint64)
    ends = np.zeros((1 << 11) + 1, np.int64)
    arena = np.empty(1 << 14, np.uint8)
    n_ids, n_terms = np.int64(0), np.int64(0)
    for d in range(low, high):
        i, end = offsets[d], offsets[d + 1]
        first = n_ids
        while i < end:
            if data[i] < 0x80 and classes[data[i]] == OUTSIDE:
                i += 1
                continue
            size, characters = np.int64(0), np.int64(0)
            blocked = False
            h, chunk = OFFSET, np.uint64(0)
            while i < end:
                b = data[i]
                if b < 0x80:
                    kind = classes[b]
                    if kind == OUTSIDE:
                        break
                    c = lower[b]
                    word[size] = c
                    chunk = (chunk << np.uint64(8)) | np.uint64(c)
                    size += 1
                    if size & 7 == 0:
                        h = mixed(h, chunk)
                    i += 1
                else:
                    point, after = code_point(data, i, end)
                    kind = classes[point] if point >= 0 else OUTSIDE
                    if kind == OUTSIDE:
                        i = after
                        break
                    while i < after:
                        c = data[i]
                        word[size] = c
                        chunk = (chunk << np.uint64(8)) | np.uint64(c)
                        size += 1
                        if size & 7 == 0:
                            h = mixed(h, chunk)
                        i += 1
                characters += 1
                blocked = blocked or kind == BLOCKING
            if blocked or characters < least:
                continue
            h = mixed(mixed(h, chunk), np.uint64(size)) & hash_mask
            key = chunk if size <= 8 else h
            short = min(size, np.int64(255))
            s = np.int64(h & np.uint64(keys.size - 1))
            found = np.int64(-1)
            while marks[s] != 0:
                if keys[s] == key and marks[s] & 0xFF == short:
                    t = (marks[s] >> 8) - 1
                    if size <= 8 or (
                        ends[t + 1] - ends[t] == size and same_bytes(arena, ends[t], word, size)
                    ):
                        found = t
                        break
                s = (s + 1) & (keys.size - 1)
            if found < 0:
                found = n_terms
                keys[s], marks[s] = key, ((n_terms + 1) << 8) | short
                if n_terms == hashes.size:
                    hashes = np.concatenate((hashes, np.empty_like(hashes)))
                    ends = np.concatenate((ends, np.empty(n_terms, np.int64)))
                start = ends[n_terms]
                while start + size > arena.size:
                    arena = np.concatenate((arena, np.empty_like(arena)))
                arena[start : start + size] = word[:size]
                hashes[n_terms], ends[n_terms + 1] = h, start + size
                n_terms += 1
                if n_terms * 2 > keys.size:
                    keys, marks = rehashed(keys, marks, hashes, n_terms)
            ids[n_ids] = found
            n_ids += 1
        lengths[d - low] = n_ids - first
    return ids[:n_ids].copy(), lengths, arena[: ends[n_terms]].copy(), ends[: n_terms + 1].copy()


@kernel
def beyond_ascii(data, offsets):
    """Which documents hold a byte that is not ASCII."""
    found = np.zeros(offsets.size - 1, np.bool_)
    for d in range(offsets.size - 1):
        for i in range(offsets[d], offsets[d + 1]):
            if data[i] >= 0x80:
                found[d] = True
                break
    return found


@kernel
def document_frequencies(offsets, ids, n_terms):
    """Number of documents that hold each term."""
    frequency, last = np.zeros(n_terms, np.int64), np.full(n_terms, -1, np.int64)
    for d in range(offsets.size - 1):
        for i in range(offsets[d], offsets[d + 1]):
            if last[ids[i]] != d:
                last[ids[i]] = d
                frequency[ids[i]] += 1
    return frequency


@kernel
def count_rows(offsets, ids, n_terms):
    """Document-term counts as CSR pieces, columns in order."""
    count = np.zeros(n_terms, np.int32)
    indptr = np.zeros(offsets.size, np.int64)
    columns, counts = np.empty(ids.size, np.int32), np.empty(ids.size, np.int32)
    n = 0
    for d in range(offsets.size - 1):
        first = n
        for i in range(offsets[d], offsets[d + 1]):
            t = ids[i]
            if count[t] == 0:
                columns[n] = t
                n += 1
            count[t] += 1
        columns[first:n].sort()
        for j in range(first, n):
            counts[j] = count[columns[j]]
            count[columns[j]] = 0
        indptr[d + 1] = n
    return indptr, columns[:n].copy(), counts[:n].copy()


@kernel
def renumber(offsets, ids, numbers):
    """Sequences with term ``t`` as ``numbers[t]``, left out where that is negative."""
    new_offsets = np.zeros(offsets.size, np.int64)
    new_ids = np.empty(ids.size, np.int32)
    n = 0
    for d in range(offsets.size - 1):
        for i in range(offsets[d], offsets[d + 1]):
            number = numbers[ids[i]]
            if number >= 0:
                new_ids[n] = number
                n += 1
        new_offsets[d + 1] = n
    return new_offsets, new_ids[:n].copy()
