"""Words of texts as numbers, by kernels over the UTF-8 bytes of an Arrow column."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from topics._parallel import over_shards
from topics.sequences import TermSequences

SHARD_BYTES = 4 << 20
"""Text that one task reads; independent of the number of workers."""

_PATTERN = re.compile(
    r"(?:\(\?u\))?\\b(?P<kind>\\w|\[\^\\W[\\dws_]*\]|\[a-zA-Z\]|\[a-z\])"
    r"(?:\{(?P<least>\d+),\}|(?P<plus>\+)|(?P<twice>(?:(?P=kind))\+))\\b"
)
BLOCKING, INSIDE = 1, 2
_ALL_ONES = np.uint64(0xFFFFFFFFFFFFFFFF)


def fast_pattern(pattern: str) -> tuple[str, int] | None:
    r"""Class of characters and least length of a token pattern that the kernels can follow.

    Parameters
    ----------
    pattern : str
        A regular expression such as ``\b\w\w+\b`` or ``\b[^\W\d_]{3,}\b``: a class of word
        characters and a least length between two word bounds.

    Returns
    -------
    (str, int) or None
        None where only a regular expression engine can follow it.

    Examples
    --------
    >>> fast_pattern(r"(?u)\b\w\w+\b"), fast_pattern(r"\b[^\W\d_]{3,}\b"), fast_pattern(r"#\w+")
    (('\\w', 2), ('[^\\W\\d_]', 3), None)
    """
    match = _PATTERN.fullmatch(pattern)
    if match is None:
        return None
    least = int(match["least"]) if match["least"] else 1 if match["plus"] else 2
    return (match["kind"], least) if least > 0 else None


def read_tokens(
    texts: pa.LargeStringArray,
    kind: str,
    least: int,
    *,
    lowercase: bool = True,
    prepare: Callable[[str], str] | None = None,
    n_jobs: int | None = None,
    hash_mask: np.uint64 = _ALL_ONES,
) -> tuple[pa.LargeStringArray, TermSequences]:
    """Tokens of texts in reading order.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        The documents.
    kind : str
        Regular expression for one character of a token, as :func:`fast_pattern` gives it.
    least : int
        Least number of characters.
    lowercase : bool, default=True
        Lower-case ASCII in the kernel, and texts beyond ASCII as ``str.lower`` does.
    prepare : callable or None, default=None
        Applied to each text beyond ASCII instead of ``str.lower``.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.
    hash_mask : uint64, default=all ones
        For tests that make hashes collide.

    Returns
    -------
    terms : pyarrow.LargeStringArray
        The tokens' types, in the order of their first appearance.
    sequences : TermSequences
        Their numbers.
    """
    from topics._kernels.tokens import beyond_ascii, find_tokens

    offsets, data = _buffers(texts)
    high = beyond_ascii(data, offsets)
    classes = _ascii_classes(kind)
    if high.any():
        fold = prepare or (str.lower if lowercase else str)
        offsets, data = _fold_beyond_ascii(offsets, data, high, fold)
        classes = _all_classes(kind)
    lower = _LOWER if lowercase else _SAME
    edges = _shards(offsets)

    def work(low: int, top: int) -> Any:
        return find_tokens(data, offsets, edges[low], edges[top], classes, lower, least, hash_mask)

    parts = over_shards(work, edges.size - 1, 1, n_jobs)
    columns = [
        pa.Array.from_buffers(
            pa.large_string(), ends.size - 1, [None, pa.py_buffer(ends), pa.py_buffer(arena)]
        )
        for _, _, arena, ends in parts
    ]
    terms, numbers = _unify(columns)
    ids = [number[part[0]] for number, part in zip(numbers, parts, strict=True)]
    lengths = np.concatenate([part[1] for part in parts]) if parts else np.empty(0, np.int64)
    return terms, TermSequences(
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate(ids) if ids else np.empty(0, np.int32),
    )


def _buffers(texts: pa.LargeStringArray) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Offsets and bytes of an Arrow column, without a copy."""
    _, offsets, data = texts.buffers()
    if offsets is None or len(texts) == 0:
        return np.zeros(len(texts) + 1, np.int64), np.empty(0, np.uint8)
    where = np.frombuffer(offsets, np.int64, len(texts) + 1, 8 * texts.offset)
    return where, np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)


def _fold_beyond_ascii(
    offsets: NDArray[np.int64],
    data: NDArray[np.uint8],
    high: NDArray[np.bool_],
    fold: Callable[[str], str],
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The column with its texts beyond ASCII folded."""
    pieces = []
    lengths = np.diff(offsets)
    at = offsets[0]
    for d in np.flatnonzero(high):
        pieces.append(data[at : offsets[d]].tobytes())
        text = fold(data[offsets[d] : offsets[d + 1]].tobytes().decode("utf-8", "replace"))
        pieces.append(text.encode("utf-8", "replace"))
        lengths[d] = len(pieces[-1])
        at = offsets[d + 1]
    pieces.append(data[at : offsets[-1]].tobytes())
    joined = np.frombuffer(b"".join(pieces), np.uint8)
    return np.concatenate([[0], np.cumsum(lengths)]), joined


_SAME = np.arange(128, dtype=np.uint8)
_LOWER = np.array([ord(chr(b).lower()) for b in range(128)], np.uint8)


def _classes(kind: str, characters: str) -> NDArray[np.uint8]:
    """Class of each character: inside a token, another word character, or neither."""
    classes = np.zeros(len(characters), np.uint8)
    for value, pattern in ((BLOCKING, r"\w"), (INSIDE, kind)):
        classes[[match.start() for match in re.finditer(pattern, characters)]] = value
    return classes


@cache
def _ascii_classes(kind: str) -> NDArray[np.uint8]:
    return _classes(kind, "".join(map(chr, range(128))))


@cache
def _all_classes(kind: str) -> NDArray[np.uint8]:
    return _classes(kind, "".join(map(chr, range(0x110000))))


def _shards(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """First documents of shards of about SHARD_BYTES, and the number of documents."""
    targets = np.arange(offsets[0], max(offsets[-1], offsets[0] + 1), SHARD_BYTES)
    edges = np.searchsorted(offsets[:-1], targets) if offsets.size > 1 else targets[:0]
    return np.unique(np.append(edges, offsets.size - 1))


def _unify(
    columns: list[pa.LargeStringArray],
) -> tuple[pa.LargeStringArray, list[NDArray[np.int32]]]:
    """One list of types for all shards, and each shard's numbers in it."""
    if not columns:
        return pa.array([], pa.large_string()), []
    if len(columns) == 1:
        return columns[0], [np.arange(len(columns[0]), dtype=np.int32)]
    whole = pa.concat_arrays(columns).dictionary_encode()
    numbers = np.asarray(whole.indices).astype(np.int32)
    cuts = np.cumsum([len(column) for column in columns])[:-1]
    return whole.dictionary, np.split(numbers, cuts)
