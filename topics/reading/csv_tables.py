"""CSV as people have it: the delimiter, the quotes and the header row are found."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from topics._errors import TopicsError
from topics.reading.columns import is_known_name, is_text_name
from topics.reading.grids import Record, rows_from_grid
from topics.reading.rows import Rows

_DELIMITERS = ",;\t|"
_NONE = "\x1f"
"""A delimiter that no text holds: a line is a cell."""
_BY_SPACES = re.compile(
    r'\s*"[^"]{1,80}"(?: +"[^"]{1,80}")*[ \r]*\n+'
    r'"(?:[^"\\]|\\.|"")*" +(?:["\d-]|NA\b|TRUE\b|FALSE\b)'
)
"""The beginning of a table whose cells stand in quotes with spaces between them, as R writes it."""
_SAMPLE = 1 << 16
_LARGEST_CELL = 1 << 30
LONGEST_ROW = 32 << 20
"""Characters of a row that is held."""


class Dialect(NamedTuple):
    r"""How cells are divided and quoted.

    Attributes
    ----------
    delimiter : str
        A character; U+001F where a line is one cell.
    backslash : bool
        Whether a quote within a cell is written ``\"`` and not ``""``.
    """

    delimiter: str
    backslash: bool = False

    def options(self) -> dict[str, Any]:
        """Arguments of :func:`csv.reader`.

        Examples
        --------
        >>> Dialect(";").options()["delimiter"]
        ';'
        """
        escape = {"escapechar": "\\", "doublequote": False} if self.backslash else {}
        return {"delimiter": self.delimiter, **escape}


def read_csv(text: str, path: Path | str, named: Sequence[str] = ()) -> Rows:
    r"""Rows of a CSV file.

    Parameters
    ----------
    text : str
        The file, its lines ending in ``\n``.
    path : Path or str
        Its name, for messages; one that ends in ``.tsv`` is divided by tabs.
    named : sequence of str, default=()
        Columns that the user asks for by name.

    Returns
    -------
    Rows
        Numbered as in a spreadsheet: a row of several lines counts once, a blank line, too.

    Raises
    ------
    TopicsError
        If a quote is not closed where its cell ends, so that rows below it would be swallowed.

    Examples
    --------
    >>> rows = read_csv("id;text;n\n1;Aid came, at last.;7\n2;Talks\n", "releases.csv")
    >>> rows.table["text"].to_pylist(), rows.rejects[0][0]
    (['Aid came, at last.'], 3)
    """
    return next(csv_pieces(iter([text]), path, named)).rows()


@dataclass(frozen=True)
class CsvPiece:
    """Some rows of a CSV file.

    Attributes
    ----------
    text : str
        The rows, and above them the names of the columns where these are not known.
    path : str
        Of the file, for messages.
    named : tuple of str
        Columns that the user asks for by name.
    dialect : Dialect
        How cells are divided and quoted.
    columns : tuple of str or None
        Names of the columns; None in the first piece.
    rows_before, lines_before : int
        How many rows, and lines, stand above.
    ends : bool
        Whether it is the whole file.
    """

    text: str
    path: Path | str
    named: tuple[str, ...]
    dialect: Dialect
    columns: tuple[str, ...] | None = None
    rows_before: int = 0
    lines_before: int = 0
    ends: bool = True

    def numbers(self) -> range:
        r"""The numbers of the rows, whether these can be read or not.

        Examples
        --------
        >>> CsvPiece("7,Aid\n8,Law\n", "a.csv", (), Dialect(","), ("id", "text"), 8).numbers()
        range(9, 11)
        """
        reader = csv.reader(io.StringIO(self.text, newline=""), **self.dialect.options())
        n = 0
        with suppress(csv.Error):
            for _ in reader:
                n += 1
        return range(self.rows_before + 1, self.rows_before + 1 + n)

    def rows(self) -> Rows:
        r"""The rows.

        Raises
        ------
        TopicsError
            As :func:`read_csv` raises it.

        Examples
        --------
        >>> piece = CsvPiece("7,Aid came.\n", "a.csv", (), Dialect(","), ("id", "text"), 8)
        >>> piece.rows().numbers
        [9]
        """
        csv.field_size_limit(_LARGEST_CELL)
        reader = csv.reader(io.StringIO(self.text, newline=""), **self.dialect.options())
        try:
            records = [Record(i, cells) for i, cells in enumerate(reader, 1 + self.rows_before)]
        except csv.Error as error:
            raise _no_csv(error, self.path) from None
        widths = Counter(len(record.cells) for record in records if record.cells)
        one_cell = self.dialect.delimiter == _NONE
        # Where a line is one cell, two quotes that are not closed would close each other.
        doubtful = len(widths) > 1 or self.text.count('"') % (1 if one_cell else 2)
        if doubtful or (one_cell and '"' in self.text):
            _check_quotes(self.text, self.dialect, self.path, 1 + self.lines_before)
        return rows_from_grid(
            records, self.path, named=self.named, columns=self.columns, ends=self.ends,
            delimiter=None if one_cell else self.dialect.delimiter,
        )  # fmt: skip


def csv_pieces(
    texts: Iterator[str],
    path: Path | str,
    named: Sequence[str] = (),
    size: int | None = None,
) -> Iterator[CsvPiece]:
    r"""A CSV file in pieces that end where rows do.

    Parameters
    ----------
    texts : iterator of str
        Whole lines each, one behind the other the file.
    path : Path or str
        As for :func:`read_csv`.
    named : sequence of str, default=()
        As for :func:`read_csv`.
    size : int or None, default=None
        Characters of a piece, more where its last row is longer; None takes all as one.

    Yields
    ------
    CsvPiece
        The delimiter, the quotes and the columns are those of the first.

    Raises
    ------
    TopicsError
        As for :func:`read_csv`.

    Examples
    --------
    >>> texts = iter(['id,text\n1,"Aid came,\n', 'at last."\n2,Talks began.\n'])
    >>> [piece.rows().numbers for piece in csv_pieces(texts, "releases.csv", size=20)]
    [[2], [3]]
    """
    first, n_rows = _without_hint(next(texts))
    dialect = find_dialect(first, path)
    if size is None:
        text = first + "".join(texts)
        yield CsvPiece(text, path, tuple(named), dialect, None, n_rows, n_rows)
        return
    csv.field_size_limit(_LARGEST_CELL)
    lines = _Lines(chain([first], texts))
    reader = csv.reader(lines, **dialect.options())
    columns: tuple[str, ...] | None = None
    n_lines, before = n_rows, n_rows
    broken: TopicsError | None = None
    while broken is None:
        lines.taken, lines.size, lines.row_begins = [], 0, 0
        try:
            for _ in reader:
                n_rows += 1
                lines.row_begins = lines.size
                if lines.size >= size:
                    break
        except csv.Error as error:
            raise _no_csv(error, path) from None
        except TopicsError as error:
            broken = error  # the rows above it are given first
        if not lines.taken:
            break
        text = "".join(lines.taken)
        piece = CsvPiece(text, path, tuple(named), dialect, columns, before, n_lines, ends=False)
        n_lines, before = n_lines + len(lines.taken), n_rows
        yield piece
        if columns is None:
            columns = tuple(piece.rows().table.column_names)
    if broken is not None:
        raise broken


def _no_csv(error: csv.Error, path: Path | str) -> TopicsError:
    return TopicsError(f"it is no CSV file ({error})", "save it anew", path=path)


class _Lines:
    """Lines of texts, one behind the other; those that were taken are kept."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._lines = chain.from_iterable(io.StringIO(text, newline="") for text in texts)
        self.taken: list[str] = []
        self.size = self.row_begins = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        self.size += len(line)
        if self.size - self.row_begins > LONGEST_ROW:
            raise TopicsError(
                "a row goes on for more than 32 million characters; is a quote not closed?",
                'close it, or double it if it is part of the text ("")',
            )
        return line


def _without_hint(text: str) -> tuple[str, int]:
    """The text without a first line like ``sep=;``, which Excel writes."""
    first, _, rest = text.partition("\n")
    return (rest, 1) if first[:4].lower() == "sep=" and len(first.strip()) <= 6 else (text, 0)


def find_dialect(text: str, path: Path | str = "") -> Dialect:
    r"""The delimiter and the quoting that make most rows alike.

    Parameters
    ----------
    text : str
        The file.
    path : Path or str, default=""
        Its name.

    Returns
    -------
    Dialect
        Of the tab, comma, semicolon and bar, or a space where names and cells are quoted; none of
        them where a line is one cell.

    Examples
    --------
    >>> find_dialect('id;"title, long";text\n1;Aid;It came, at last.\n')
    Dialect(delimiter=';', backslash=False)
    >>> find_dialect("text\nHello, the minister said.\nNo comma here.\n").delimiter == "\x1f"
    True
    """
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    escaped = '\\"' in sample or "\\\n" in sample
    escapes = (False, True) if escaped else (False,)
    if is_divided_by_spaces(sample):
        return Dialect(" ", escaped)
    suffixes = Path(path).suffixes
    likely = "\t" if ".tsv" in suffixes or ".tab" in suffixes else None
    scored = [
        (_score(sample, dialect), dialect.delimiter == likely, -i, dialect)
        for i, dialect in enumerate(
            Dialect(delimiter, backslash) for delimiter in _DELIMITERS for backslash in escapes
        )
    ]
    (known, even, *_), _, _, best = max(scored)
    first = next((line for line in sample.split("\n") if line.strip()), "")
    one_name = is_text_name(first) and not any(mark in first.strip('"') for mark in _DELIMITERS)
    return best if not one_name and (known or even > 0.6) else Dialect(_NONE)


def is_divided_by_spaces(text: str) -> bool:
    r"""Whether a table's names and cells stand in quotes with spaces between them.

    Parameters
    ----------
    text : str
        Its beginning.

    Returns
    -------
    bool
        True for what ``write.table`` of R writes.

    Examples
    --------
    >>> is_divided_by_spaces('"title" "text"\n"1" "Aid" "It came."\n')
    True
    >>> is_divided_by_spaces('"Aid came," he said.\n"Talks" was all.\n')
    False
    """
    return bool(_BY_SPACES.match(text))


def is_even(text: str, delimiter: str) -> bool:
    r"""Whether nearly all rows have as many cells as the first.

    Parameters
    ----------
    text : str
        Whole lines.
    delimiter : str
        What divides them.

    Returns
    -------
    bool
        False for a first line alone.

    Examples
    --------
    >>> is_even("title,text\nAid,It came.\n", ","), is_even("Press release, May\n\nAid\n", ",")
    (True, False)
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        widths = [len(record) for record in reader if any(record)]
    except csv.Error:
        return False
    alike = sum(width in (widths[0], widths[0] + 1) for width in widths)
    return len(widths) > 1 and 5 * alike >= 4 * len(widths)


def has_tabs_alike(text: str) -> bool:
    r"""Whether each line holds as many tabs as all others, as in a table without names.

    Parameters
    ----------
    text : str
        Whole lines.

    Returns
    -------
    bool
        False for fewer than three lines, for indented ones, and for labels with what they say.

    Examples
    --------
    >>> has_tabs_alike("1\tAid came.\n2\tTalks began.\n3\tA court sat.\n")
    True
    >>> has_tabs_alike("Date:\t3 July\nTitle:\tAid\nPlace:\tSallow Point\n")
    False
    """
    # MySQL writes a line break within a cell behind a backslash.
    lines = [line for line in text.replace("\\\n", " ").split("\n") if line.strip()]
    tabs = {line.count("\t") for line in lines}
    firsts = [line.partition("\t")[0].strip() for line in lines]
    return (
        len(lines) >= 3 and len(tabs) == 1 and 0 not in tabs
        and all(firsts) and not any(first.endswith(":") for first in firsts)
    )  # fmt: skip


def _score(sample: str, dialect: Dialect) -> tuple[bool, float, float, int]:
    """Whether columns are named, how even the rows are, how well quoted, how wide."""
    reader = csv.reader(io.StringIO(sample, newline=""), strict=True, **dialect.options())
    records: list[list[str]] = []
    wrong = 0
    while True:
        try:
            records.append(next(reader))
        except StopIteration:
            break
        except csv.Error:
            wrong += 1
    records = [record for record in records if any(record)]
    if not records:
        return False, 0.0, 0.0, 0
    widths = Counter(len(record) for record in records)
    width, n = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    named = any(
        len(record) > 1 and any(map(is_text_name, record)) and sum(map(is_known_name, record)) > 1
        for record in records[:40]
    )
    right = len(records) / (len(records) + 3 * wrong)
    return named and width > 1, (n / len(records)) * (width > 1) * right, right, width


def _check_quotes(text: str, dialect: Dialect, path: Path | str, first: int) -> None:
    """An error for a quote that is not closed where its cell ends: it would swallow rows below."""
    lines = io.StringIO(text, newline="")
    rows = csv.reader(lines, strict=True, **dialect.options())
    before = first - 1
    while True:
        try:
            next(rows)
        except StopIteration:
            return
        except csv.Error:
            # Within one line it is only untidy.
            if rows.line_num + before > first:
                raise TopicsError(
                    "a quote that opens in this line is not closed where its cell ends",
                    'close it, or double it if it is part of the text ("")',
                    path=path,
                    row=first,
                ) from None
        first = rows.line_num + before + 1
