"""Where sentences and phrases end, in bytes of UTF-8."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel
from topics._kernels.stretches import copy_stretch

WORD, LETTER, SPACE, GOES_ON, DIGIT, UPPER, LOWER, SPELLING, NUMBER = (1 << i for i in range(9))
"""Marks of code points: of a word, a letter, white space, one with which a sentence goes on, a
digit, a capital, a small letter; of Unicode's categories of letters and marks, and of numbers."""
FIRST_BEYOND = 0xF0
"""The lowest byte that begins a code point of which there are no marks: one of four bytes."""
ELLIPSIS, NEWLINE, STOP = 0x2026, 10, 46
MAY_BREAK = np.zeros(256, np.bool_)
"""Bytes with which what ends a phrase begins."""
MAY_BREAK[np.array([*b".!?\n;:", 0xE2, 0xD8, 0xDB, 0xE0, 0xE3, 0xEF])] = True
MAY_END = np.zeros(256, np.bool_)
"""Bytes with which what ends a sentence begins, those of characters beyond ASCII among them."""
MAY_END[np.array([*b".!?\n\t ", 0xE2, 0xD8, 0xDB, 0xE0, 0xE3, 0xEF])] = True


@kernel
def fold_sentences(
    data, offsets, marks, abbreviations, months, longest, out, ends, first, counts
):  # fmt: skip
    """Write the sentences of texts one behind the other, white space folded; gives their number.

    ``ends`` says where each ends in ``out``, ``first`` which is the first of a text, and ``counts``
    how many it has: -1, and none, where it holds a code point without marks. ``abbreviations`` and
    ``months`` are words of up to eight bytes, each as one integer.
    """
    n = size = 0
    for d in range(offsets.size - 1):
        low, high = offsets[d], offsets[d + 1]
        first[d] = n
        counts[d] = 0
        if _highest(data, low, high) >= FIRST_BEYOND:
            counts[d] = -1
            continue
        in_lower_case = _is_lower(data, low, high, marks)
        begin = p = low
        while p < high:
            byte = data[p]
            if not MAY_END[byte]:
                p += 1
                continue
            if byte == 32 and p + 1 < high and data[p + 1] != 32 and data[p + 1] != 9:
                p += 1
                continue
            end = _end_at(data, low, high, p, marks, abbreviations, months, in_lower_case)
            if end > 0:
                n, size = _fold(data, begin, end, marks, longest, out, ends, n, size)
                begin = p = end
            else:
                p += -end
        n, size = _fold(data, begin, high, marks, longest, out, ends, n, size)
        counts[d] = n - first[d]
    return n


@kernel
def _highest(data, low, high):
    """The highest byte of a text."""
    highest = np.uint8(0)
    for byte in data[low:high]:
        highest = max(highest, byte)
    return highest


@kernel
def find_breaks(data, offsets, marks, places, counts):
    """Places behind which a phrase ends, text by text; gives their number.

    ``counts`` says how many a text has: -1, and none, where it holds a code point without marks.
    """
    n = 0
    for d in range(offsets.size - 1):
        low, high, first = offsets[d], offsets[d + 1], n
        if _highest(data, low, high) >= FIRST_BEYOND:
            counts[d] = -1
            continue
        p = low
        while p < high:
            if not MAY_BREAK[data[p]]:
                p += 1
                continue
            end = _break_at(data, low, high, p, marks)
            if end > 0:
                places[n] = p = end
                n += 1
            else:
                p += -end
        counts[d] = n - first
    return n


@kernel
def _is_plain_space(byte):
    return (byte == 32) | (byte == 9) | (byte == 10) | (byte == 12) | (byte == 13)


@kernel
def _break_at(data, low, high, p, marks):
    """Where a phrase has ended that may end here; else how far to go on, below zero."""
    point, n = _point(data, p)
    if (point == 59) | (point == 58):
        if p + 1 == high:
            return high
        return p + 2 if _is_plain_space(data[p + 1]) else -1
    if point == NEWLINE:
        last, q = p, p + 1
        while q < high and _is_plain_space(data[q]):
            if data[q] == NEWLINE:
                last = q
            q += 1
        return last + 1 if last > p else -1
    if (point == 0x61F) | (point == 0x6D4) | (point == 0x964) | _is_wide_stop(point):
        return p + n
    if (point == 0xFF1B) | (point == 0xFF1A):
        return p + n
    if not _is_end_mark(point):
        return -n
    end = p
    while end < high and _is_end_mark(_point(data, end)[0]):
        end += _point(data, end)[1]
    while end < high and _is_closing(_point(data, end)[0]):
        end += _point(data, end)[1]
    if end < high and not _is_plain_space(data[end]):
        return -n
    # A stop ends a phrase behind three letters or a number, quotes and brackets aside.
    before = _before(data, low, p)
    while before >= 0 and _is_closing(_point(data, before)[0]):
        before = _before(data, low, before)
    letters = 0
    while before >= 0 and letters < 3:
        mark = marks[_point(data, before)[0]]
        if letters == 0 and mark & NUMBER:
            break
        if not mark & SPELLING:
            return -n
        letters += 1
        before = _before(data, low, before)
    if before < 0 and letters < 3:
        return -n
    return min(end + 1, high)


@kernel
def insert_word(data, offsets, places, counts, word, out, new_offsets):
    """Write texts one behind the other, a word at each of their places."""
    size = n = 0
    for d in range(offsets.size - 1):
        new_offsets[d] = size
        begin = offsets[d]
        for _ in range(max(counts[d], 0)):
            end = places[n]
            n += 1
            copy_stretch(out, size, data, begin, end)
            size += end - begin
            copy_stretch(out, size, word, 0, word.size)
            size += word.size
            begin = end
        end = offsets[d + 1]
        copy_stretch(out, size, data, begin, end)
        size += end - begin
    new_offsets[offsets.size - 1] = size


@kernel
def _point(data, p):
    """The code point at a place and its bytes; two or three, where it is beyond ASCII."""
    byte = np.int64(data[p])
    if byte < 0x80:
        return byte, 1
    if byte < 0xE0:
        return (byte & 0x1F) << 6 | np.int64(data[p + 1] & 0x3F), 2
    point = (byte & 0x0F) << 12 | np.int64(data[p + 1] & 0x3F) << 6
    return point | np.int64(data[p + 2] & 0x3F), 3


@kernel
def _before(data, low, p):
    """Where the code point before a place begins; -1 where there is none."""
    p -= 1
    while p > low and data[p] & 0xC0 == 0x80:
        p -= 1
    return p if p >= low else -1


@kernel
def _is_lower(data, low, high, marks):
    """Whether there is a small letter, and no capital."""
    found = False
    p = low
    while p < high:
        point, n = np.int64(data[p]), 1
        if point >= 0x80:
            point, n = _point(data, p)
        if marks[point] & UPPER:
            return False
        found |= marks[point] & LOWER > 0
        p += n
    return found


@kernel
def _is_end_mark(point):
    return (point == STOP) | (point == 33) | (point == 63) | (point == ELLIPSIS)


@kernel
def _is_closing(point):
    """Quotes and brackets that may stand behind a stop."""
    return (
        (point == 34) | (point == 39) | (point == 41) | (point == 93) | (point == 0xBB)
        | (point == 0x201D) | (point == 0x2019)
    )  # fmt: skip


@kernel
def _is_opening(point):
    return (
        (point == 34) | (point == 39) | (point == 40) | (point == 0xAB)
        | (point == 0x201C) | (point == 0x2018)
    )  # fmt: skip


@kernel
def _is_bullet(point):
    return (point == 45) | (point == 42) | (point == 0x2022)


@kernel
def _behind_space(data, p, high, marks):
    while p < high:
        point, n = _point(data, p)
        if not marks[point] & SPACE:
            break
        p += n
    return p


@kernel
def _end_at(data, low, high, p, marks, abbreviations, months, in_lower_case):
    """Where the sentence ends that may end here; else how far to go on, below zero."""
    byte = data[p]
    if byte == NEWLINE:
        end = _behind_space(data, p + 1, high, marks)
        last = end - 1
        while last > p and data[last] != NEWLINE:
            last -= 1
        if last > p:
            return last + 1
        if end < high and _is_bullet(_point(data, end)[0]):
            return p + 1
        return -1
    if (byte == 32) | (byte == 9):
        end = p + 1
        while end < high and ((data[end] == 32) | (data[end] == 9)):
            end += 1
        return end if end - p >= 4 else p - end
    if byte >= 0x80:
        point, n = _point(data, p)
        if (point == 0x61F) | (point == 0x6D4) | (point == 0x964) | (point == 0x965):
            return _behind_space(data, p + n, high, marks)
        if _is_wide_stop(point) | (point == 0xFF61):
            end = _end_of_wide_stop(data, p + n, high, marks)
            if end == p + n and _is_end_mark(_point(data, end)[0]):
                # A stop of both kinds, such as "。.": the sentence ends behind it.
                behind = _end_of_stops(
                    data, low, high, end, marks, abbreviations, months, in_lower_case
                )
                return max(end, behind)
            return end
        if point != ELLIPSIS:
            return -n
    elif not _is_end_mark(byte):
        return -1
    end = _end_of_stops(data, low, high, p, marks, abbreviations, months, in_lower_case)
    return end if end > 0 else -_point(data, p)[1]


@kernel
def _is_wide_stop(point):
    """Stops of Chinese and Japanese, behind which no space stands."""
    return (point == 0x3002) | (point == 0xFF01) | (point == 0xFF1F)


@kernel
def _is_wide_closing(point):
    return (
        (point == 0x300D) | (point == 0x300F) | (point == 0x201D) | (point == 0x2019)
        | (point == 0xFF09)
    )  # fmt: skip


@kernel
def _end_of_wide_stop(data, p, high, marks):
    """Where a sentence ends whose stop ends at a place; else how far to go on, below zero."""
    end = p
    while end < high:
        point, n = _point(data, end)
        if not _is_wide_closing(point):
            break
        end += n
    if end > p:
        return end
    if p < high and not marks[_point(data, p)[0]] & SPACE:
        return p
    return -3


@kernel
def _word_before(data, low, p, marks):
    """Where the run of word characters before a place begins, and how many there are."""
    n = 0
    while True:
        before = _before(data, low, p)
        if before < 0 or not marks[_point(data, before)[0]] & WORD:
            return p, n
        p, n = before, n + 1


@kernel
def _as_integer(data, low, high):
    value = np.uint64(0)
    for p in range(high - 1, low - 1, -1):
        value = value << np.uint64(8) | np.uint64(data[p])
    return value


@kernel
def _end_of_stops(data, low, high, p, marks, abbreviations, months, in_lower_case):
    """Where the white space ends behind stops that end a sentence; 0 where they do not."""
    before = _before(data, low, p)
    if before >= 0:
        point = _point(data, before)[0]
        if _is_end_mark(point):
            return 0
        if marks[point] & WORD:
            start, n = _word_before(data, low, p, marks)
            if n == 1 and marks[point] & LETTER:
                return 0
            if p - start <= 8:
                word = _as_integer(data, start, p)
                for other in abbreviations:
                    if word == other:
                        return 0
    end = p
    while end < high and _is_end_mark(_point(data, end)[0]):
        end += _point(data, end)[1]
    stops = end
    while end < high and _is_closing(_point(data, end)[0]):
        end += _point(data, end)[1]
    if end == high:
        return 0
    point, n = _point(data, end)
    if not marks[point] & SPACE:
        return 0
    if end == stops and data[end - 1] == STOP:
        start, n_digits = _word_before(data, low, end - 1, marks)
        is_day = 0 < n_digits < 3
        q = start
        while q < end - 1:
            digit, its_size = _point(data, q)
            is_day &= marks[digit] & DIGIT > 0
            q += its_size
        if is_day:
            for size in (3, 4):
                if end + n + size <= high:
                    word = _as_integer(data, end + n, end + n + size)
                    for month in months:
                        if word == month:
                            return 0
    if not in_lower_case:
        q = end
        while q < high and data[q] != NEWLINE:
            point, n = _point(data, q)
            if not marks[point] & SPACE:
                break
            q += n
        if q < high:
            point, n = _point(data, q)
            if _is_opening(point) and q + n < high:
                point = _point(data, q + n)[0]
            if marks[point] & GOES_ON:
                return 0
    return _behind_space(data, end, high, marks)


@kernel
def _fold(data, begin, end, marks, longest, out, ends, n, size):
    """Write a stretch with its white space folded, in pieces where it is too long."""
    start, characters, after_space = size, 0, False
    p = begin
    while p < end:
        # Most are ASCII: to hand on an array takes longer than to look at a byte.
        point, width = np.int64(data[p]), 1
        if point >= 0x80:
            point, width = _point(data, p)
        if marks[point] & SPACE:
            after_space = size > start
            p += width
            continue
        if after_space:
            out[size] = 32
            size += 1
            characters += 1
            after_space = False
        for j in range(width):
            out[size + j] = data[p + j]
        size += width
        characters += 1
        p += width
    if size == start:
        return n, size
    if characters <= longest:
        ends[n] = size
        return n + 1, size
    return _cut(out, start, size, characters, longest, ends, n)


@kernel
def _cut(out, start, size, characters, longest, ends, n):
    """Ends of the pieces of a long sentence; the space between two of them is taken out."""
    begin, write, left = start, start, characters
    while left > longest:
        # The last space among the characters from the half of the longest piece on.
        p, at, cut, n_cut = begin, 0, -1, 0
        while at < longest:
            if at >= longest // 2 and out[p] == 32:
                cut, n_cut = p, at
            p += _point(out, p)[1]
            at += 1
        if cut < 0:
            cut, n_cut = p, longest
        write = _move(out, begin, cut, write)
        ends[n] = write
        n += 1
        begin, left = cut, left - n_cut
    before = write
    write = _move(out, begin, size, write)
    if write > before:
        ends[n] = write
        n += 1
    return n, write


@kernel
def _move(out, begin, end, write):
    """Move a piece to where the last one ends, without spaces around it."""
    while begin < end and out[begin] == 32:
        begin += 1
    while end > begin and out[end - 1] == 32:
        end -= 1
    for p in range(begin, end):
        out[write] = out[p]
        write += 1
    return write
