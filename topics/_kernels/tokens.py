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
def grown(array, size):
    """The array in more room, zeros behind it."""
    more = np.zeros(max(size, array.size), array.dtype)
    more[: array.size] = array
    return more


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
    # A slot holds a key and, beside it, the token's number and length: one line of the cache.
    table = np.zeros((0, 2), np.uint64)
    hashes, ends = np.zeros(0, np.uint64), np.zeros(1, np.int64)
    arena = np.zeros(0, np.uint8)
    d, n_ids, n_terms = np.int64(low), np.int64(0), np.int64(0)
    while d < high:
        # Room for all that the next document may bring, so that the loop below never grows a thing.
        size = offsets[d + 1] - offsets[d]
        room = 2 * (n_terms + size // (least + 1) + 1024)
        hashes, ends = grown(hashes, room), grown(ends, room + 1)
        arena = grown(arena, 2 * (ends[n_terms] + size) + 8192)
        slots = 4096
        while slots < 2 * hashes.size:
            slots *= 2
        table = placed(np.zeros((slots, 2), np.uint64), table, hashes)
        d, n_ids, n_terms = read_documents(
            data, offsets, d, low, high, classes, lower, least, hash_mask,
            word, ids, lengths, table, hashes, ends, arena, n_ids, n_terms,
        )  # fmt: skip
    return ids[:n_ids].copy(), lengths, arena[: ends[n_terms]].copy(), ends[: n_terms + 1].copy()


@kernel
def placed(table, old, hashes):
    """The slots of an old table in a new one."""
    mask = np.uint64(len(table) - 1)
    for i in range(len(old)):
        if old[i, 1] != 0:
            s = hashes[(old[i, 1] >> np.uint64(8)) - np.uint64(1)] & mask
            while table[s, 1] != 0:
                s = (s + np.uint64(1)) & mask
            table[s, 0], table[s, 1] = old[i, 0], old[i, 1]
    return table


@kernel
def read_documents(
    data, offsets, d, low, high, classes, lower, least, hash_mask,
    word, ids, lengths, table, hashes, ends, arena, n_ids, n_terms,
):  # fmt: skip
    """Read documents from ``d`` on while there is room; gives the next one, tokens and types."""
    one, eight = np.uint64(1), np.uint64(8)
    mask = np.uint64(len(table) - 1)
    while d < high:
        i, end = offsets[d], offsets[d + 1]
        if (
            n_terms + (end - i) // (least + 1) + 1 > hashes.size
            or ends[n_terms] + (end - i) > arena.size
        ):
            break
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
                    chunk = (chunk << eight) | np.uint64(c)
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
                        word[size] = data[i]
                        chunk = (chunk << eight) | np.uint64(data[i])
                        size += 1
                        if size & 7 == 0:
                            h = mixed(h, chunk)
                        i += 1
                characters += 1
                blocked = blocked or kind == BLOCKING
            if blocked or characters < least:
                continue
            h = mixed(h ^ np.uint64(size), chunk) & hash_mask
            key = chunk if size <= 8 else h
            short = np.uint64(min(size, np.int64(255)))
            s = h & mask
            found = np.int64(-1)
            while table[s, 1] != 0:
                if table[s, 0] == key and table[s, 1] & np.uint64(0xFF) == short:
                    t = np.int64(table[s, 1] >> eight) - 1
                    if size <= 8 or (
                        ends[t + 1] - ends[t] == size and same_bytes(arena, ends[t], word, size)
                    ):
                        found = t
                        break
                s = (s + one) & mask
            if found < 0:
                found = n_terms
                table[s, 0] = key
                table[s, 1] = (np.uint64(n_terms + 1) << eight) | short
                start = ends[n_terms]
                for j in range(size):
                    arena[start + j] = word[j]
                hashes[n_terms], ends[n_terms + 1] = h, start + size
                n_terms += 1
            ids[n_ids] = found
            n_ids += 1
        lengths[d - low] = n_ids - first
        d += 1
    return d, n_ids, n_terms


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
