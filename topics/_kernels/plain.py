"""The kernels that label a text in plain Python, for a process that labels a handful.

To load the compiler and the compiled code takes longer than to label a few texts without them, and
on a machine where nothing is compiled yet, half a minute longer. A function here has the name and
the arguments of a kernel and gives the same to the last bit; a kernel that has none here runs as it
is written, uncompiled.
"""

from __future__ import annotations

import math
import re
import zlib

import numpy as np

_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_WIDE_LINK = re.compile(rb"//|[wW][wW]")


def mark_texts(data, offsets, low, high, marks):
    for d in range(low, high):
        text = data[offsets[d] : offsets[d + 1]].tobytes()
        marks[d] = (
            (b"<" in text)
            | (b">" in text) << 1
            | (b"&" in text) << 2
            | (_CONTROL.search(text) is not None) << 3
            | (not text.isascii()) << 4
        )


def mark_characters(data, offsets, rows, wanted, marks):
    for d in rows:
        text = data[offsets[d] : offsets[d + 1]].tobytes().decode("utf-8", "replace")
        points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        points = points[(points > 0x7F) & (points < 0x10000)]
        marks[d] |= bool(wanted[points].any())


def mark_addresses(data, offsets, marks):
    for d in range(offsets.size - 1):
        text = data[offsets[d] : offsets[d + 1]].tobytes()
        marks[d] = (b"@" in text) | (b"&" in text) << 1 | (_WIDE_LINK.search(text) is not None) << 2


def find_edge_lines(
    data, offsets, low, high, top, end, starts, ends, exact, loose, counts, has_lines
):
    n = 0
    for d in range(low, high):
        begin, text = int(offsets[d]), data[offsets[d] : offsets[d + 1]].tobytes()
        has_lines[d] = b"\n" in text
        lines = re.finditer(rb"[^\n]+" if has_lines[d] else rb".+?(?:[.!?](?= )|\Z)", text, re.S)
        found = []
        for match in lines:
            line = match[0]
            left = len(line) - len(line.lstrip(_BLANK))
            if left < len(line):
                first = begin + match.start() + left
                found.append((first, first + len(line.strip(_BLANK))))
        if len(found) > top + end:
            found = found[:top] + found[len(found) - end :]
        counts[d] = len(found)
        for first, last in found:
            line = data[first : min(last, first + 200)].tobytes()
            starts[n], ends[n] = first, last
            exact[n] = _hash(line, last - first)
            loose[n] = _hash(_NUMBER.sub(b"0", line.translate(_FOLD, _NO_SIGN)), 0)
            n += 1
    return n


_BLANK = bytes(range(33))
_NUMBER = re.compile(rb"0+")
_FOLD = bytes(
    b + 32 if 65 <= b <= 90 else 48 if 48 <= b <= 57 else 128 if b > 127 else b for b in range(256)
)
_NO_SIGN = bytes(
    b for b in range(128) if not (48 <= b <= 57 or 65 <= b <= 90 or 97 <= b <= 122)
)  # fmt: skip


def _hash(line, size):
    """A number that tells lines apart; which it is does not matter."""
    return np.uint64(zlib.crc32(line) << 32 | (zlib.adler32(line) + size) & 0xFFFFFFFF)


def fold_sentences(
    data, offsets, marks, abbreviations, months, longest, out, ends, first, counts
):  # fmt: skip
    # As if no text had marks: the caller then cuts them by its regular expression.
    counts[:] = -1
    return 0


def find_breaks(data, offsets, marks, places, counts):
    counts[:] = -1
    return 0


def frequencies(n):
    return np.array([1 + math.log(max(count, 1)) for count in range(n)])


def _terms_once(ids):
    """The terms of a sequence in the order in which they are met, and how often."""
    terms, first, often = np.unique(ids, return_index=True, return_counts=True)
    order = np.argsort(first, kind="stable")
    return terms[order], often[order]


def _weights(ids, idf):
    terms, often = _terms_once(ids)
    logs = frequencies(int(often.max(initial=0)) + 1)
    return terms, logs[often] * (idf[terms] if idf.size > 0 else 1.0)


def _sum(values):
    """One after the other, as a loop adds: numpy adds in pairs."""
    return np.cumsum(values, axis=0)[-1] if len(values) else np.zeros(values.shape[1:])


def _score(ids, idf, coef, intercept):
    terms, weights = _weights(ids, idf)
    total = float(_sum(weights * weights))
    scale = math.sqrt(total) if total > 0 else 1.0
    return _sum(weights[:, None] * coef[terms]) / scale + intercept


def score_sequences(ids, columns, lengths, idf, coef, intercept, size, cost, scores):
    if columns.size > 0:
        ids = np.where(ids >= 0, columns[np.maximum(ids, 0)], ids)
    low = 0
    for d, length in enumerate(lengths.tolist()):
        terms = ids[low : low + length]
        terms = terms[terms >= 0]
        low += length
        scores[d] = _score(terms, idf, coef, intercept)
        n = terms.size
        n_sections = (n + size // 2) // size if size > 0 else 0
        if n_sections > 1:
            for s in range(n_sections):
                section = terms[s * n // n_sections : (s + 1) * n // n_sections]
                scores[d] = np.maximum(scores[d], _score(section, idf, coef, intercept) - cost)


def score_in_column(ids, offsets, columns, idf, coef, norm, scores):
    for s in range(offsets.size - 1):
        terms, weights = _weights(ids[offsets[s] : offsets[s + 1]], idf)
        score = float(_sum(weights * coef[terms, columns[s]]))
        total = float(_sum(weights * weights))
        scores[s] = score / math.sqrt(total) if norm and total > 0 else score


def merge_rows(ids, counts, counted, lengths, columns, bits):
    n = low = 0
    for d, length in enumerate(lengths.tolist()):
        here, often = ids[low : low + length], counts[low : low + length]
        low += length
        known = here >= 0
        here, often = here[known], often[known] if counted else np.ones(known.sum(), np.int32)
        if columns.size > 0:
            here = columns[here]
            here, often = here[here >= 0], often[here >= 0]
        merged, inverse = np.unique(here, return_inverse=True)
        m = merged.size
        sums = np.bincount(inverse, often, m).astype(np.int32)
        ids[n : n + m], counts[n : n + m] = merged, sums
        lengths[d] = m
        n += m
    return n


def weigh_rows(indptr, indices, counts, idf, sublinear, norm, low, high, weights):
    for d in range(low, high):
        row = slice(indptr[d], indptr[d + 1])
        w = counts[row].astype(np.float64)
        if sublinear:
            w = np.array([1 + math.log(count) for count in w.tolist()])
        if idf.size > 0:
            w = w * idf[indices[row]]
        total = float(_sum(w * w if norm == 2 else abs(w)))
        weights[row] = w
        if norm and total:
            scale = math.sqrt(total) if norm == 2 else total
            weights[row] = weights[row].astype(np.float64) / scale


def renumber(ids, lengths, numbers, keep):
    new = np.where(ids >= 0, numbers[np.maximum(ids, 0)], -2) if ids.size else ids
    kept = (new >= 0) | (new == -2) if keep else new >= 0
    n = int(kept.sum())
    ends = np.cumsum(lengths)
    before = np.concatenate([[0], np.cumsum(kept)])
    lengths[:] = before[ends] - before[ends - lengths]
    ids[:n] = np.maximum(new[kept], -1)
    return n


def spmm_rows(indptr, indices, data, dense, low, high, product):
    for i in range(low, high):
        row = slice(indptr[i], indptr[i + 1])
        product[i] = _sum(data[row, None] * dense[indices[row]])


def copy_stretch(to, at, numbers, low, high):
    to[at : at + high - low] = numbers[low:high]
