"""Arrow arrays out of Python's strings, texts of any kind and numpy's numbers, and back."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._errors import TopicsError

_LARGE = 1 << 26
"""Bytes of text from which on memory is given back before more is asked for."""
PANDAS_WORTHWHILE = 1000
"""Strings that are worth the import of pandas."""


def do_without_pandas() -> None:
    """Let pyarrow not import pandas in this process, unless it has.

    It does whenever it is given a value of any kind, in case that is one of pandas', which takes a
    tenth of a second and 40 MB. For processes that make no DataFrame.

    Examples
    --------
    >>> do_without_pandas()  # doctest: +SKIP
    """
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _WithoutPandas)
    try:
        pa.array([0])  # it tries once
    finally:
        sys.meta_path.remove(_WithoutPandas)


class _WithoutPandas:
    @staticmethod
    def find_spec(name: str, *_: Any) -> None:
        if name == "pandas":
            raise ImportError(name)


def string_array(values: Iterable[str]) -> pa.LargeStringArray:
    r"""Strings as an Arrow array; halves of surrogate pairs, which UTF-8 cannot hold, as "?".

    Examples
    --------
    >>> string_array(["a", "\ud800"]).to_pylist()
    ['a', '?']
    """
    listed = list(values)
    if len(listed) > PANDAS_WORTHWHILE:
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


def text_buffers(texts: pa.LargeStringArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes of a column of texts, and where each begins; one place more than texts.

    Examples
    --------
    >>> data, offsets = text_buffers(string_array(["aid", "law"]))
    >>> bytes(data[offsets[1] : offsets[2]])
    b'law'
    """
    _, offsets, data = texts.buffers()
    content, at = np.empty(0, np.uint8), np.zeros(1, np.int64)
    if offsets is not None and len(texts):
        at = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        content = content if data is None else np.frombuffer(data, np.uint8)
    # For one kind of array kernels are compiled once, whatever the buffers were made of.
    content.flags.writeable = at.flags.writeable = False
    return content, at


def argsort_strings(values: pa.Array) -> NDArray[np.int64]:
    """Places of the rows of an Arrow array in their order; strings by code points.

    Examples
    --------
    >>> argsort_strings(string_array(["b", "a"])).tolist()
    [1, 0]
    """
    places = pc.sort_indices(values)
    return np.frombuffer(places.buffers()[1], np.uint64, len(places)).astype(np.int64)


def take_rows(values: pa.Array, rows: NDArray[np.integer]) -> pa.Array:
    """Some rows of an Arrow array, by their numbers.

    Examples
    --------
    >>> take_rows(string_array(["a", "b", "c"]), np.array([2, 0])).to_pylist()
    ['c', 'a']
    """
    numbers = np.ascontiguousarray(rows, np.int64)
    buffers = [None, pa.py_buffer(numbers)]
    return values.take(pa.Array.from_buffers(pa.int64(), numbers.size, buffers))


def combine_chunks(column: Any) -> Any:
    """A column as one array.

    Examples
    --------
    >>> import pyarrow as pa
    >>> combine_chunks(pa.chunked_array([["aid"], ["talks"]])).to_pylist()
    ['aid', 'talks']
    """
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        # combine_chunks copies even then.
        return column.chunk(0)
    whole = column.combine_chunks()
    # combine_chunks gives a chunked array where the column is too long for one.
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


def as_texts(texts: Any, decode_error: str = "replace") -> pa.LargeStringArray:
    """Texts of any kind as one Arrow array.

    Parameters
    ----------
    texts : Corpus, Arrow array, pandas or Polars Series, or iterable of str
        The documents.
    decode_error : {"replace", "strict"}, default="replace"
        Whether bytes of an Arrow array that are no UTF-8 are an error; else they are replaced.

    Returns
    -------
    pyarrow.LargeStringArray
        Lone surrogates, which UTF-8 cannot hold, are replaced by "?".

    Raises
    ------
    TopicsError
        If it is a single str, or a text is missing, no str, or not UTF-8 where it must be; the
        message names its place.

    Examples
    --------
    >>> as_texts(["one", "two"]).to_pylist()
    ['one', 'two']
    """
    own = getattr(texts, "texts", None)
    if isinstance(own, pa.LargeStringArray):
        return own
    if isinstance(texts, (str, bytes)):
        raise TopicsError("texts are one str", "give a list of texts: [text]")
    if isinstance(texts, (Mapping, pa.Table)) or hasattr(texts, "columns"):
        # To go through a table is to go through the names of its columns.
        raise TopicsError(
            f"texts are a {type(texts).__name__}", "give read_releases(table), or one column of it"
        )
    if isinstance(texts, (pa.Array, pa.ChunkedArray)):
        column = combine_chunks(texts)
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            raise TopicsError(f"texts are of the Arrow type {column.type}", "give a string column")
        if column.null_count:
            place = column.is_null().to_pylist().index(True)
            raise TopicsError("the text is missing", "drop the row or fill it", index=place)
        # What reading a file left with the pool may be more than the file.
        give_much_memory_back(column.nbytes)
        return _in_utf8(column.cast(pa.large_string()), decode_error)
    texts = list(texts)
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            missing = text is None or (isinstance(text, float) and math.isnan(text))
            what = "missing" if missing else f"of type {type(text).__name__}"
            raise TopicsError(f"the text is {what}", "every text must be a str", index=place)
    return string_array(texts)


def valid_utf8(values: Any) -> pa.ChunkedArray:
    """A column of large strings with bytes that no text holds replaced, chunk by chunk.

    Examples
    --------
    >>> import pyarrow as pa
    >>> valid_utf8(pa.array(["aid", None], pa.large_string())).to_pylist()
    ['aid', None]
    """
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    return pa.chunked_array([_in_utf8(chunk, "replace") for chunk in chunks], pa.large_string())


def _in_utf8(column: pa.LargeStringArray, decode_error: str) -> pa.LargeStringArray:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raw = column.cast(pa.large_binary()).to_pylist()
    else:
        return column
    if decode_error == "strict":
        for place, text in enumerate(raw):
            try:
                text.decode()
            except UnicodeDecodeError as error:
                raise TopicsError(
                    f"the text is no UTF-8: {error.reason} at byte {error.start}",
                    'save it as UTF-8, or read it with decode_error="replace"',
                    index=place,
                ) from None
    texts = [None if text is None else text.decode("utf-8", "replace") for text in raw]
    return pa.array(texts, pa.large_string())


def give_memory_back() -> None:
    """Give back to the system what was freed, where it would stay with the process.

    Between batches of a long run, so that what is resident is what is in use.

    Examples
    --------
    >>> give_memory_back()
    """
    pa.default_memory_pool().release_unused()
    trim = _trim()
    if trim is not None:
        trim(0)


def give_much_memory_back(size: int) -> None:
    """As :func:`give_memory_back`, where so many bytes were worked on that it is worth while.

    Examples
    --------
    >>> give_much_memory_back(1000)
    """
    if size >= _LARGE:
        give_memory_back()


@cache
def _trim() -> Any:
    """What gives back the free memory of the C library; None where it has no such call."""
    import ctypes

    return getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
