"""Arrow arrays out of Python's strings and numpy's numbers, and back."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MANY = 1000
"""Strings that are worth the import of pandas."""


def strings(values: Iterable[str]) -> pa.LargeStringArray:
    r"""Strings as an Arrow array; halves of surrogate pairs, which UTF-8 cannot hold, as "?".

    Examples
    --------
    >>> strings(["a", "\ud800"]).to_pylist()
    ['a', '?']
    """
    listed = list(values)
    if len(listed) > MANY:
        with suppress(UnicodeEncodeError):
            return pa.array(listed, pa.large_string())
    # pa.array would import pandas, which takes as long as all else in a process that labels a text.
    try:
        encoded = [value.encode() for value in listed]
    except UnicodeEncodeError:
        encoded = [value.encode("utf-8", "replace") for value in listed]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(value) for value in encoded], out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string(), len(encoded), buffers)


def sorted_places(values: pa.Array) -> NDArray[np.int64]:
    """Places of the rows of an Arrow array in their order; strings by code points.

    Examples
    --------
    >>> sorted_places(strings(["b", "a"])).tolist()
    [1, 0]
    """
    places = pc.sort_indices(values)
    return np.frombuffer(places.buffers()[1], np.uint64, len(places)).astype(np.int64)


def taken(values: pa.Array, rows: NDArray[np.integer]) -> pa.Array:
    """Some rows of an Arrow array, by their numbers.

    Examples
    --------
    >>> taken(strings(["a", "b", "c"]), np.array([2, 0])).to_pylist()
    ['c', 'a']
    """
    numbers = np.ascontiguousarray(rows, np.int64)
    buffers = [None, pa.py_buffer(numbers)]
    return values.take(pa.Array.from_buffers(pa.int64(), numbers.size, buffers))
