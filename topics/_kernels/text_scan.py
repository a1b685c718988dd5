"""What bytes of UTF-8 texts hold, and the lines at their edges."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel

LESS, GREATER, AMPERSAND, CONTROL, BEYOND_ASCII = 1, 2, 4, 8, 16
"""Marks of a text: that it holds such a character. A tab and a line end are no control."""


@kernel
def mark_texts(data, offsets, low, high, marks):
    """Set the marks of texts ``low`` to ``high``."""
    of_byte = np.zeros(256, np.uint8)
    of_byte[:32], of_byte[127], of_byte[128:] = CONTROL, CONTROL, BEYOND_ASCII
    of_byte[9], of_byte[10] = 0, 0
    of_byte[60], of_byte[62], of_byte[38] = LESS, GREATER, AMPERSAND
    for d in range(low, high):
        found = np.uint8(0)
        for p in range(offsets[d], offsets[d + 1]):
            found |= of_byte[data[p]]
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


@kernel
def find_edge_lines(data, offsets, top, end, starts, ends, documents):
    """Note where lines that hold something stand: the first and the last few of each text.

    White space around them is left out. Returns how many lines there are.
    """
    last_starts, last_ends = np.empty(end, np.int64), np.empty(end, np.int64)
    n = 0
    for d in range(offsets.size - 1):
        begin, seen, later = offsets[d], 0, 0
        for p in range(offsets[d], offsets[d + 1] + 1):
            if p < offsets[d + 1] and data[p] != 10:
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
                starts[n], ends[n], documents[n] = a, b, d
                n += 1
            else:
                last_starts[later % end], last_ends[later % end] = a, b
                later += 1
            seen += 1
        for i in range(max(0, later - end), later):
            starts[n], ends[n], documents[n] = last_starts[i % end], last_ends[i % end], d
            n += 1
    return n


@kernel
def gather(data, starts, ends, offsets, out):
    """Copy stretches of bytes one after the other; ``offsets`` says where each goes."""
    for i in range(starts.size):
        out[offsets[i] : offsets[i + 1]] = data[starts[i] : ends[i]]
