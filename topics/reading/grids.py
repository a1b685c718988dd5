"""Rows of cells, as CSV files and spreadsheets have them, and the row that names the columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from topics._errors import TopicsError
from topics.reading.columns import distinct_names, is_known_name, is_text_name, normal_name
from topics.reading.dates import find_dates
from topics.reading.rows import Rows, utf8

_SEARCHED = 40
"""Records among which the one that names the columns is looked for."""
_LONGEST_NAME = 80
_MOST_COLUMNS = 2000


class Record(NamedTuple):
    """One row of cells.

    Attributes
    ----------
    number : int
        As a spreadsheet counts: from 1, with blank rows.
    cells : sequence of str
        What stands in them; empty where nothing does.
    """

    number: int
    cells: Sequence[str]


def rows_from_grid(
    records: Sequence[Record],
    path: Path | str,
    *,
    named: Sequence[str] = (),
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
    ends: bool = True,
) -> Rows:
    """A table whose columns are named by the row that looks like it.

    Parameters
    ----------
    records : sequence of Record
        The rows, blank ones among them or left out.
    path : Path or str
        For messages.
    named : sequence of str, default=()
        Columns that the user asks for by name.
    delimiter : str or None, default=None
        What divides the cells, for messages; None for spreadsheets, in which a row may be short.
    columns : sequence of str or None, default=None
        Names of the columns, where an earlier piece of the table has said them.
    ends : bool, default=True
        Whether the table ends here, so that a note may stand under it.

    Returns
    -------
    Rows
        Rows with too many or too few cells, and those that repeat the names, are rejects.

    Raises
    ------
    TopicsError
        If there is nothing but names.

    Examples
    --------
    >>> grid = [Record(1, ["Export"]), Record(3, ["title", "text"]), Record(4, ["Aid", "It came."])]
    >>> rows = rows_from_grid(grid, "releases.xlsx")
    >>> rows.table.to_pylist(), rows.numbers, rows.notes
    ([{'title': 'Aid', 'text': 'It came.'}], [4], ['the columns are named in row 3'])
    """
    records = [record for record in records if any(cell.strip() for cell in record.cells)]
    if delimiter is None:
        # A sheet is as wide as its widest row.
        records = [Record(number, _trimmed(cells)) for number, cells in records]
    if not records and columns is None:
        raise TopicsError("the table is empty", "give a table with releases in it", path=path)
    notes: list[str] = []
    if columns is None:
        names, records = _named(records, path, named, delimiter, notes)
    else:
        names = list(columns)
    rejects: list[tuple[int | None, str]] = []
    kept: list[Sequence[str]] = []
    numbers: list[int] = []
    repeated = [normal_name(name) for name in names]
    for number, cells in records:
        if len(cells) > len(names):
            cells = cells[: max(len(names), len(_trimmed(cells)))]
        if [normal_name(cell) for cell in cells] == repeated:
            rejects.append((number, "it repeats the names of the columns"))
        elif len(cells) > len(names) or (len(cells) < len(names) and delimiter is not None):
            rejects.append((number, _wrong_count(len(cells), len(names), delimiter)))
        else:
            numbers.append(number)
            kept.append([*cells, *[""] * (len(names) - len(cells))])
    for _ in range(3 * ends):
        # "Exported by ..." under a table.
        if len(kept) < 3 or sum(bool(cell.strip()) for cell in kept[-1]) > 1:
            break
        usual = sorted(sum(bool(cell.strip()) for cell in cells) for cells in kept)[len(kept) // 2]
        if usual < 3:
            break
        rejects.append((numbers.pop(), "a single cell is filled, as in a note under the table"))
        kept.pop()
    rejects.sort(key=lambda reject: reject[0] or 0)
    cells_of = zip(*kept, strict=True) if kept else [()] * len(names)
    table = pa.table(
        [pa.array([utf8(cell) for cell in cells], pa.large_string()) for cells in cells_of],
        names=[utf8(name) for name in names],
    )
    return Rows(table, numbers, rejects, notes=notes)


def _named(
    records: Sequence[Record],
    path: Path | str,
    named: Sequence[str],
    delimiter: str | None,
    notes: list[str],
) -> tuple[list[str], Sequence[Record]]:
    """Names of the columns, and the rows below them."""
    at = find_header(records, named)
    if at is None:
        width = Counter(len(record.cells) for record in records).most_common(1)[0][0]
        names, body = [f"column_{i}" for i in range(1, width + 1)], records
        notes.append("no row names the columns")
    else:
        names, body = [cell.strip() for cell in records[at].cells], records[at + 1 :]
        if at:
            notes.append(f"the columns are named in row {records[at].number}")
    while len(names) > 1 and not names[-1]:
        names.pop()  # a delimiter at the end of the line
    if delimiter is not None and _has_row_names(names, body):
        names = ["row_name", *names]  # as R writes them
    if len(names) > _MOST_COLUMNS:
        raise TopicsError(
            f"the table has {len(names):,} columns", "leave out those that are none of releases",
            path=path,
        )  # fmt: skip
    return distinct_names([name or f"column_{i}" for i, name in enumerate(names, 1)]), body


def _has_row_names(names: Sequence[str], body: Sequence[Record]) -> bool:
    """Whether each row has a cell more than there are names, the first a name of the row."""
    firsts = [record.cells[0].strip() for record in body]
    filled = any(record.cells[-1].strip() for record in body)
    wider = all(len(record.cells) == len(names) + 1 for record in body)
    return wider and filled and bool(firsts) and all(firsts) and len(set(firsts)) == len(firsts)


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _wrong_count(found: int, expected: int, delimiter: str | None) -> str:
    hint = f"quote cells that hold {delimiter!r}" if delimiter else "look at that row"
    if found < expected:
        hint = f"add the {delimiter!r} that are missing, empty cells have them, too"
    return f"{found} cells where the header has {expected}; {hint}"


def find_header(records: Sequence[Record], named: Sequence[str] = ()) -> int | None:
    """Place of the record that names the columns; None where none does.

    Parameters
    ----------
    records : sequence of Record
        Without blank ones.
    named : sequence of str, default=()
        Names that it must hold.

    Returns
    -------
    int or None
        The first that holds a name of a text column among other names; else the first of the usual
        width whose cells could all be names.

    Examples
    --------
    >>> find_header([Record(1, ["Aid reached the camp at Sallow Point on Friday.", "3 July 2018"])])
    """
    first = records[:_SEARCHED]
    wanted = {normal_name(name) for name in named}
    usual = Counter(len(record.cells) for record in records[:200]).most_common(1)[0][0]

    def is_asked_for(cells: Sequence[str]) -> bool:
        return bool(wanted) and wanted <= {normal_name(cell) for cell in cells}

    def names_a_text(cells: Sequence[str]) -> bool:
        return any(map(is_text_name, cells)) and _could_be_names(cells, twice=True)

    def names_a_text_and_more(cells: Sequence[str]) -> bool:
        known = {normal_name(cell) for cell in cells if is_known_name(cell)}
        return len(known) > 1 and names_a_text(cells)

    def names_several(cells: Sequence[str]) -> bool:
        return sum(map(is_known_name, cells)) > 1 and _could_be_names(cells)

    for test in (is_asked_for, names_a_text_and_more, names_a_text, names_several):
        at = next((i for i, record in enumerate(first) if test(record.cells)), None)
        if at is not None:
            return at
    at = next((i for i, record in enumerate(first) if len(record.cells) >= usual), 0)
    names = _could_be_names(first[at].cells) and len(records) > at + 1
    # Names differ from what stands below them: prose, numbers or dates.
    below = records[at + 1 : at + 20]
    unlike = any(not _could_be_names(record.cells) for record in below)
    return at if names and (unlike or len(first[at].cells) > 1) else None


def _could_be_names(cells: Sequence[str], twice: bool = False) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or (len(set(filled)) < len(filled) and not twice):
        return False
    return not any(
        len(cell) > _LONGEST_NAME
        or cell.replace(".", "").replace(",", "").isdigit()
        or (cell.endswith((".", "!", "?", "。")) and len(cell.split()) > 3)
        or (any(map(str.isdigit, cell)) and find_dates(cell))
        or cell.startswith(("http://", "https://"))
        for cell in filled
    )  # fmt: skip
