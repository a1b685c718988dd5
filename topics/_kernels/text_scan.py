"""What bytes of UTF-8 texts hold, and the lines at their edges."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel
from topics._kernels.stretches import copy_stretch

LESS, GREATER, AMPERSAND, CONTROL, BEYOND_ASCII = 1, 2, 4, 8, 16
"""Marks of a text: that it holds such a character. A tab and a line end are no control."""
HASHED = 200
"""Bytes of a line that tell it from others, together with its size."""


@kernel
def mark_texts(data, offsets, low, high, marks):
    """Set the marks of texts ``low`` to ``high``."""
    u8 = np.uint8
    for d in range(low, high):
        found = u8(0)
        # Without a branch, and in bytes alone, so that many are looked at at once.
        for byte in data[offsets[d] : offsets[d + 1]]:
            control = (byte < 32) & (byte != 9) & (byte != 10) | (byte == 127)
            found = u8(
                found
                | u8(byte == 60) * u8(LESS)
                | u8(byte == 62) * u8(GREATER)
                | u8(byte == 38) * u8(AMPERSAND)
                | u8(control) * u8(CONTROL)
                | u8(byte > 127) * u8(BEYOND_ASCII)
            )
        marks[d] = found


@kernel
def mark_characters(data, offsets, rows, wanted, marks):
    """Set the marks of those rows that hold a character of two or three bytes that is wanted."""
    for d in rows:
        for p in range(offsets[d], offsets[d + 1]):
            first = data[p]
            if first < 0xC2 or first > 0xEF:  # ASCII, within a character, or four bytes
                continue
            if first < 0xE0:
                code = (first & 0x1F) << 6 | data[p + 1] & 0x3F
            else:
                code = (first & 0x0F) << 12 | (data[p + 1] & 0x3F) << 6 | data[p + 2] & 0x3F
            if wanted[code]:
                marks[d] = True
                break


AT, ENTITY, LINK = 1, 2, 4
"""Marks of a text: that it may hold an address or a name of an account, an entity, a link."""


@kernel
def mark_addresses(data, offsets, marks):
    """Set the marks of texts by "@", by "&", and by two slashes or two w side by side."""
    u8 = np.uint8
    for d in range(offsets.size - 1):
        text = data[offsets[d] : offsets[d + 1]]
        found = u8(0)
        for byte in text:
            found = u8(found | u8(byte == 64) * u8(AT) | u8(byte == 38) * u8(ENTITY))
        before, here = text[: max(0, text.size - 1)], text[1:]
        for i in range(here.size):
            first, second = u8(before[i] | u8(32)), u8(here[i] | u8(32))
            slashes = u8(before[i] == 47) & u8(here[i] == 47)
            letters = u8(first == 119) & u8(second == 119)
            found = u8(found | u8(slashes | letters) * u8(LINK))
        marks[d] = found


@kernel
def find_edge_lines(
    data, offsets, low, high, top, end, starts, ends, exact, loose, counts, has_lines
):
    """Note where lines that hold something stand: the first and the last few of each text.

    Of texts ``low`` to ``high``, behind one another; ``counts[d]`` is how many there are of a text,
    and ``has_lines[d]`` whether it has more than one; else its sentences are taken. White space
    around them is left out. ``exact`` is a hash of how they begin and of their size, ``loose`` one
    of letters and numbers: whatever number it is, the case of ASCII letters aside, and of others
    only how many bytes they have. Returns how many lines there are.
    """
    last_starts, last_ends = np.empty(end, np.int64), np.empty(end, np.int64)
    classes = np.zeros(256, np.uint8)  # punctuation and spaces count for nothing
    classes[48:58], classes[128:] = 48, 128
    for letter in range(97, 123):
        classes[letter] = classes[letter - 32] = letter
    n = 0
    for d in range(low, high):
        begin, seen, later, first = offsets[d], 0, 0, n
        ends_line = np.uint8(0)
        for byte in data[offsets[d] : offsets[d + 1]]:
            ends_line |= np.uint8(byte == 10)
        has_lines[d] = ends_line > 0
        divider = 10 if ends_line else 32
        for p in range(offsets[d], offsets[d + 1] + 1):
            if p < offsets[d + 1]:
                if data[p] != divider:
                    continue
                if divider == 32 and (p == offsets[d] or not _is_stop(data[p - 1])):
                    continue
            a, b = begin, p
            begin = p + 1
            while a < b and data[a] <= 32:
                a += 1
            while a < b and data[b - 1] <= 32:
                b -= 1
            if a == b:
                continue
            if seen < top:
                starts[n], ends[n] = a, b
                n += 1
            else:
                last_starts[later % end], last_ends[later % end] = a, b
                later += 1
            seen += 1
        for i in range(max(0, later - end), later):
            starts[n], ends[n] = last_starts[i % end], last_ends[i % end]
            n += 1
        counts[d] = n - first
        for i in range(first, n):
            exact[i], loose[i] = _hash_line(data, starts[i], ends[i], classes)
    return n


@kernel
def _is_stop(byte):
    return (byte == 46) | (byte == 33) | (byte == 63)


@kernel
def _hash_line(data, start, end, classes):
    """Two hashes (FNV-1a) of how a line begins: of its bytes, and of those that count anyhow."""
    prime = np.uint64(0x100000001B3)
    exact = loose = np.uint64(0xCBF29CE484222325)
    in_number = False
    for p in range(start, min(end, start + HASHED)):
        byte = data[p]
        exact = (exact ^ np.uint64(byte)) * prime
        folded = classes[byte]
        if folded and not (folded == 48 and in_number):
            loose = (loose ^ np.uint64(folded)) * prime
            in_number = folded == 48
    return (exact ^ np.uint64(end - start)) * prime, loose


@kernel
def find_longest_lines(document_bounds, lengths, hashes, longest, second):
    """Hashes of the longest line of each document and of the longest of its others.

    Of lines as long as each other the one of the smaller hash; 0 where there is none.
    """
    for d in range(document_bounds.size - 1):
        best = other = np.uint64(0)
        n_best = n_other = np.int64(-1)
        for i in range(document_bounds[d], document_bounds[d + 1]):
            n, key = lengths[i], hashes[i]
            if key == best:
                continue
            if n > n_best or (n == n_best and key < best):
                best, other = key, best
                n_best, n_other = n, n_best
            elif n > n_other or (n == n_other and key < other):
                other, n_other = key, n
        longest[d], second[d] = best, other


@kernel
def gather(data, starts, ends, offsets, out):
    """Copy stretches of bytes one after the other; ``offsets`` says where each goes."""
    for i in range(starts.size):
        copy_stretch(out, offsets[i], data, starts[i], ends[i])
