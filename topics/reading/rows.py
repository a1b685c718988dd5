"""What one file, or one member of an archive, holds: a table of rows, whatever its format."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

MISSING = ("NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "None", "<NA>", "NaT", "\\N")
"""What programs write for a cell that is empty."""


@dataclass
class Rows:
    """What one file holds.

    Attributes
    ----------
    table : pyarrow.Table
        One row a release, columns as the file has them.
    numbers : list of int
        Row or line number of each, from 1, as an editor or a spreadsheet shows them.
    rejects : list of (int or None, str)
        Row and reason of what could not be read.
    dates : list of list of DateFound, or None
        Dates found by the layout of a page, for files that have no columns.
    notes : list of str
        What was decided about the file, in a few words each.
    layout : str or None
        How a text was cut (:data:`topics.reading.page_layouts.LAYOUTS`).
    head : list of str
        The first lines of a text.
    as_one : callable or None
        Reads a text as one release after all, without the lines of a letterhead that it is given.
    """

    table: pa.Table
    numbers: list[int]
    rejects: list[tuple[int | None, str]] = field(default_factory=list)
    dates: list[Any] | None = None
    notes: list[str] = field(default_factory=list)
    layout: str | None = None
    head: list[str] = field(default_factory=list)
    as_one: Callable[[frozenset[str]], Rows] | None = None


def string_table(rows: list[dict[str, Any]]) -> pa.Table:
    """A table of strings; what is not a string stands as JSON, what is missing as null.

    Parameters
    ----------
    rows : list of dict
        One a release; each column that any of them has is a column.

    Returns
    -------
    pyarrow.Table
        Columns of large strings.

    Examples
    --------
    >>> string_table([{"text": "Aid", "n": 3}, {"text": "Law"}]).to_pylist()
    [{'text': 'Aid', 'n': '3'}, {'text': 'Law', 'n': None}]
    """
    counts = Counter(name for row in rows for name in row)
    if len(counts) > _MOST_COLUMNS:
        # Keys that are ids make no columns: what few rows have stands in one, as JSON.
        often = {name for name, _ in counts.most_common(_MOST_COLUMNS)}
        rows = [_narrowed(row, often) for row in rows]
        counts = Counter(name for row in rows for name in row)
    names = list(counts)
    columns = {}
    for name in names:
        cells = [_cell(row.get(name)) for row in rows]
        columns[utf8(str(name))] = pa.array(cells, pa.large_string())
    return pa.table(columns)


_MOST_COLUMNS = 200


def _narrowed(row: dict[str, Any], often: set[str]) -> dict[str, Any]:
    rest = {name: value for name, value in row.items() if name not in often}
    kept = {name: value for name, value in row.items() if name in often}
    return kept | {"other_fields": rest} if rest else kept


def utf8(text: str) -> str:
    """The text with ``?`` for halves of characters, which no file can hold.

    Examples
    --------
    >>> utf8("Aid" + chr(0xD800))
    'Aid?'
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def is_missing(value: Any) -> bool:
    """Whether a value of a row or a list stands for none.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing("")
    (True, True, False)
    """
    if isinstance(value, (float, np.floating)):
        return math.isnan(value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")  # those of pandas


def _cell(value: Any) -> str | None:
    if isinstance(value, str):
        return utf8(value)
    if is_missing(value):
        return None
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return utf8("\n\n".join(value))  # paragraphs
    try:
        return utf8(json.dumps(value, ensure_ascii=False, default=str).strip('"'))
    except (ValueError, TypeError, RecursionError):  # such as a dict that holds itself
        return utf8(str(value))
