"""read_releases: files, page dumps and tables to one corpus."""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from topics._arrow import combine_chunks, give_much_memory_back, take_rows, valid_utf8
from topics._errors import TopicsError
from topics._progress import track
from topics.reading.boilerplate import separate_boilerplate, without_news
from topics.reading.cleaning import clean_column, clean_text, strip_markup
from topics.reading.columns import (
    GUESSES,
    distinct_names,
    find_columns,
    join_date_columns,
)
from topics.reading.corpus import (
    REJECTS,
    SCHEMA,
    Corpus,
    concat_tables,
    table_from_pandas,
)
from topics.reading.dates import DateFound, Order, day_or_month_first, read_date_cell
from topics.reading.formats import (
    Reading,
    SourceFile,
    cut_for_sure,
    find_files,
    format_of,
    open_files,
    place_of,
    read_file,
    unpack,
)
from topics.reading.json_records import rows_from_values
from topics.reading.line_kinds import is_fact_line, is_prose
from topics.reading.rows import MISSING, Rows, string_table
from topics.reading.single_release import Piece, read_piece
from topics.text.language_id import recognise_languages
from topics.text.shards import in_memory

Reject = tuple[str | None, int | None, str]

_LONGEST_MISSING = 32
"""Bytes of a cell that may stand for none, with blanks around it."""
_BY = {
    "source-line": "their source lines", "press-marks": "their press marks",
    "rules": "the rules between them", "date-lines": "their date lines",
    "datelines": "their datelines", "headings": "their headings",
    "blank-lines": "the blank lines between them",
}  # fmt: skip


class Part(NamedTuple):
    """One file, or what was given in memory.

    Attributes
    ----------
    place : str or None
        Path of the file.
    rows : Rows
        What it holds.
    """

    place: str | None
    rows: Rows


def read_releases(
    paths: Any,
    *,
    format: str | None = None,
    split: str | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    dayfirst: bool | None = None,
    repair: bool = False,
    languages: bool = True,
    boilerplate: Literal["separate", "keep"] = "separate",
) -> Corpus:
    """Read releases from files, folders, page dumps or tables.

    Parameters
    ----------
    paths : str, Path, open file, or iterable
        A file, a folder (with all below it), an archive, a glob or "-" for standard input; several
        of them; or the releases themselves: an iterable of str or dict, or a pandas, Polars or
        Arrow table. A list of str is taken for paths only if every one of them is a file, a folder,
        a glob, or ends like a file of a known kind.
    format : str or None, default=None
        One of :data:`topics.reading.formats.FORMATS`; None goes by each file's content and ending.
    split : str or None, default=None
        How a text file is cut into releases: a layout (``source-line``, ``press-marks``, ``rules``,
        ``date-lines``, ``blank-lines``, ``whole``, ``lines``) or a regular expression that matches
        what stands between two releases. None recognises the layout, over all files of a folder:
        where most are one release, each is.
    columns : mapping of str to str or None, default=None
        Which column of a table is which, as ``{"text": "Meldung"}``, of nested fields with dots
        (``fields.body``); others are guessed by name, and the text by what it holds.
    encoding : str or None, default=None
        Of text files; None recognises it.
    dayfirst : bool or None, default=None
        Whether 03/07/2018 is in July; None decides over each source as a whole.
    repair : bool, default=False
        Mend text that was decoded wrongly before it came here ("rÃ©fugiÃ©s"), with ftfy.
    languages : bool, default=True
        Recognise the language of each release that does not name it, with py3langid.
    boilerplate : {"separate", "keep"}, default="separate"
        Whether navigation, letterheads, contacts and the like, which stand again and again in a
        source, are kept apart in a column ``boilerplate`` or stay in the text.

    Returns
    -------
    Corpus
        The releases; ``corpus.rejects`` lists what could not be read, and ``corpus.log`` what was
        decided about each source. Columns that the toolkit does not know are kept.

    Raises
    ------
    TopicsError
        If there is no such file, no column holds text, or no release can be read at all; the
        message names the file, the row and what to do.

    Examples
    --------
    >>> corpus = read_releases([{"headline": "Talks resume", "body": "Envoys met on Friday.",
    ...                          "date": "3 July 2018"}])
    >>> corpus[0]["title"], corpus[0]["date"]
    ('Talks resume', '2018-07-03')
    """
    how = check_options(format, split, columns, encoding, boilerplate)
    names, given = names_or_releases(paths)
    rejects: list[Reject] = []
    parts = _read_parts(names, given, how, rejects)
    corpus = one_corpus(
        parts, rejects, Making(dict(columns or {}), dayfirst, repair, languages, boilerplate)
    )
    if not len(corpus):
        raise nothing_read(corpus.rejects.to_pylist(), names)
    return corpus


def check_options(
    format: str | None,
    split: str | None,
    columns: Mapping[str, str] | None,
    encoding: str | None,
    boilerplate: str,
) -> Reading:
    """How files are to be read, by the arguments of :func:`read_releases`.

    Raises
    ------
    ValueError
        If columns are named that a corpus has not, or the boilerplate is to become something else.

    Examples
    --------
    >>> check_options(None, None, {"text": "body"}, None, "keep").named
    ('body',)
    """
    if unknown := set(columns or ()) - set(GUESSES):
        raise ValueError(f"columns names {sorted(unknown)}; it maps {', '.join(GUESSES)}")
    if boilerplate not in ("separate", "keep"):
        raise ValueError(f"boilerplate={boilerplate!r} is neither 'separate' nor 'keep'")
    return Reading(format, split, encoding, tuple((columns or {}).values()))


@dataclass
class Making:
    """How the rows of files become a corpus, and what was decided of files that come in pieces.

    Attributes
    ----------
    columns, dayfirst, repair, languages, boilerplate
        As for :func:`read_releases`.
    is_only : bool or None
        Whether there is one file only, so that it is an error that it cannot be read; None where
        that is so if there is one part.
    found : dict of str to dict of str to str
        By file, the column of each of a corpus; an earlier piece has decided it.
    orders : dict of str to {"day", "month"}
        By file, whether dates begin with the day or the month.
    """

    columns: dict[str, str]
    dayfirst: bool | None
    repair: bool
    languages: bool
    boilerplate: str
    is_only: bool | None = None
    found: dict[str | None, dict[str, str]] = field(default_factory=dict)
    orders: dict[str | None, Order] = field(default_factory=dict)


def one_corpus(parts: list[Part], rejects: list[Reject], making: Making) -> Corpus:
    """One corpus of the rows of files; without a release where all are rejects.

    Parameters
    ----------
    parts : list of Part
        The files, or pieces of them, which are used up. The only one of a kind that holds no text
        is an error.
    rejects : list of (str or None, int or None, str)
        What could not be read so far.
    making : Making
        How; what it knows of earlier pieces holds for these, and what is decided now is added.

    Returns
    -------
    Corpus
        The releases, all rejects, and what was decided.

    Raises
    ------
    TopicsError
        If the only part is a table without a column of texts.

    Examples
    --------
    >>> making = Making({}, None, False, False, "separate")
    >>> rows = Rows(pa.table({"text": ["Aid came."]}), [1])
    >>> len(one_corpus([Part("a.csv", rows)], [], making)), making.found
    (1, {'a.csv': {'text': 'text'}})
    """
    log = _decide_units(parts, rejects)
    tables, dates = _standard_tables(parts, rejects, making, log)
    table = concat_tables(tables) if tables else SCHEMA.empty_table()
    give_much_memory_back(table.nbytes)
    if table.num_rows:
        table, dates = _without_pages_of_no_news(table, dates, rejects)
    if table.num_rows:
        table = _set_boilerplate(table, making.boilerplate, log)
        give_much_memory_back(table.nbytes)
        table = _set_dates(table, dates, making, log)
        if making.repair:
            table = _repair(table)
        if making.languages:
            table = _set_languages(table)
    listed = [dict(zip(REJECTS.names, reject, strict=True)) for reject in rejects]
    return Corpus(table, pa.Table.from_pylist(listed, REJECTS), log)


# What is given.


def names_or_releases(paths: Any) -> tuple[list[str] | None, Any]:
    """Paths, or None and the releases themselves.

    Raises
    ------
    TopicsError
        If there is nothing, or a text where a path belongs.

    Examples
    --------
    >>> names_or_releases("releases/"), names_or_releases(["Aid came."])
    ((['releases/'], None), (None, ['Aid came.']))
    """
    if isinstance(paths, (str, os.PathLike)):
        if isinstance(paths, str) and "\n" in paths:
            raise TopicsError("this is a text, not a path", "give [text] to read one text")
        if not os.fspath(paths):
            raise TopicsError("the path is empty", 'give a file or a folder ("." is this one)')
        return [os.fspath(paths)], None
    if not isinstance(paths, (list, tuple, set, frozenset)):
        return None, paths
    if not paths:
        raise TopicsError("no input is given", "give a file, a folder or a list of texts")
    if any(isinstance(p, os.PathLike) for p in paths) and not all(
        isinstance(p, (str, os.PathLike)) and os.fspath(p) for p in paths
    ):  # fmt: skip
        raise TopicsError("one of the paths is none", "give files and folders only")
    if all(isinstance(path, os.PathLike) or names_a_file(path) for path in paths):
        named = [os.fspath(path) for path in paths]
        return sorted(named) if isinstance(paths, (set, frozenset)) else named, None
    return None, paths


def names_a_file(text: Any) -> bool:
    """Whether a text is the name of a file, a folder or a glob, or ends like a file we read.

    Examples
    --------
    >>> names_a_file("releases/2024.txt"), names_a_file("Aid reached the camp.")
    (True, False)
    >>> names_a_file("Rates rose by 5 */month.")
    False
    """
    if not isinstance(text, str) or "\n" in text or len(text) > 1000 or not text.strip():
        return False
    if text == "-" or (format_of(Path(text)) and len(text.split()) < 8):
        return True
    try:
        if os.path.exists(os.path.expanduser(text)):
            return True
    except (OSError, ValueError, RuntimeError):
        return False
    return "*" in text and os.sep in text and not re.search(r"\s", text)


def _read_parts(
    names: list[str] | None, given: Any, how: Reading, rejects: list[Reject]
) -> list[Part]:
    if names is None:
        if hasattr(given, "read"):
            return _read_stream(given, how, rejects)
        return [Part(None, _rows_in_memory(given))]
    files, passed_over = find_files(names)
    rejects += [(path, None, reason) for path, reason in passed_over]
    parts: list[Part] = []
    for file in track(files, "reading files") if len(files) > 9 else files:
        try:
            only = os.fsdecode(file) if len(files) == 1 else None
            parts += read_members(open_files(file, rejects), how, rejects, only)
        except TopicsError as error:
            if len(files) == 1:
                raise
            rejects.append(as_reject(place_of(file), error))
    return parts


def read_members(
    members: Iterable[SourceFile], how: Reading, rejects: list[Reject], only: str | None
) -> Iterator[Part]:
    """Rows of files one after the other.

    Parameters
    ----------
    members : iterable of SourceFile
        The files.
    how : Reading
        What the user says of them.
    rejects : list of (str or None, int or None, str)
        Gets those that cannot be read.
    only : str or None
        The place of the only one there is.

    Yields
    ------
    Part
        One a file.

    Raises
    ------
    TopicsError
        If the only one cannot be read.

    Examples
    --------
    >>> file = SourceFile("a.txt", Path("a.txt"), b"Aid came.")
    >>> [part.place for part in read_members([file], Reading(), [], None)]
    ['a.txt']
    """
    for member in members:
        try:
            yield Part(member.place, read_file(member, how))
        except TopicsError as error:
            if member.place == only:
                raise
            rejects.append(as_reject(member.place, error))


def as_reject(place: str, error: TopicsError) -> Reject:
    """What is listed of a file that cannot be read.

    Examples
    --------
    >>> as_reject("a.csv", TopicsError("it is empty", "fill it", row=3))
    ('a.csv', 3, 'it is empty; fill it')
    """
    return place, error.row, str(TopicsError(error.problem, error.hint))


def _read_stream(stream: Any, how: Reading, rejects: list[Reject]) -> list[Part]:
    """Rows of a file that is open, by its name where it has one."""
    try:
        content = stream.read()
    except (OSError, ValueError) as error:
        raise TopicsError(f"the file cannot be read ({error})", "give its path") from None
    if not isinstance(content, (str, bytes, bytearray)):
        raise TopicsError("the file gives neither text nor bytes", "give its path")
    data = content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
    named = getattr(stream, "name", None)
    name = named if isinstance(named, str) else "stream"
    how = how._replace(encoding="utf-8") if isinstance(content, str) else how
    opened = unpack(SourceFile(name, Path(name), data), rejects)
    return list(read_members(opened, how, rejects, name))


def _rows_in_memory(releases: Any) -> Rows:
    releases = in_memory(releases)
    if isinstance(releases, Corpus):
        table = releases.table
    elif isinstance(releases, pa.Table):
        table = releases
    elif isinstance(releases, (pa.Array, pa.ChunkedArray)):
        return _rows_of_texts(releases.to_pylist())
    elif hasattr(releases, "iloc") and not hasattr(releases, "columns"):
        return _rows_of_texts(releases.tolist())
    elif hasattr(releases, "__dataframe__") or hasattr(releases, "__arrow_c_stream__"):
        if hasattr(releases, "to_arrow"):
            table = releases.to_arrow()
        elif hasattr(releases, "iloc"):
            table = table_from_pandas(releases)
        else:
            table = pa.table(releases)
        if not isinstance(table, pa.Table):
            return _rows_of_texts(table.to_pylist())
    elif isinstance(releases, Mapping):
        raise TopicsError("the releases are one dict", "give a list of dicts: [release]")
    elif isinstance(releases, (bytes, bytearray)):
        raise TopicsError("the releases are bytes", "decode them, or give the file's path")
    elif isinstance(releases, Iterable):
        unordered = isinstance(releases, (set, frozenset))
        return _rows_of_texts(sorted(releases, key=str) if unordered else list(releases))
    else:
        raise TopicsError(
            f"releases cannot be read from a {type(releases).__name__}",
            "give paths, texts, dicts or a table",
        )
    return Rows(table, list(range(1, table.num_rows + 1)))


def _rows_of_texts(values: list[Any]) -> Rows:
    """Rows of texts, each with its title and dates as a file has them; or of dicts."""
    rows = rows_from_values(
        [(number, str(v) if isinstance(v, np.str_) else v) for number, v in enumerate(values, 1)]
    )
    if any(isinstance(value, Mapping) for value in values):
        return rows
    texts = rows.table["text"].to_pylist() if rows.table.num_columns else []
    pieces = [_piece(text) for text in texts]
    names = ["text", "title", "source"]
    if any(piece.boilerplate for piece in pieces):
        names.append("boilerplate")
    columns = [
        pa.array([getattr(piece, name) for piece in pieces], pa.large_string()) for name in names
    ]
    table = pa.table(columns, names=names)
    return Rows(table, rows.numbers, rows.rejects, dates=[piece.dates for piece in pieces])


def _piece(text: str) -> Piece:
    text = clean_text(strip_markup(text))
    piece = read_piece(text) if text.strip() else None
    return Piece(1, text) if piece is None else piece


# One release or many.


def _decide_units(parts: list[Part], rejects: list[Reject]) -> list[str]:
    """Whether text files are one release each, over all of a folder; what was decided."""
    groups: dict[str, list[int]] = defaultdict(list)
    for at, (place, rows) in enumerate(parts):
        if rows.layout is not None and rows.as_one is not None and place is not None:
            groups[os.path.dirname(place)].append(at)
    _take_site_names(parts)
    log = []
    for folder, members in groups.items():
        many = [at for at in members if parts[at].rows.table.num_rows > 1]
        ones = [at for at in members if parts[at].rows.table.num_rows <= 1]
        if len(members) > 2 and 2 * len(ones) > len(members):
            for at in many:
                if not cut_for_sure(parts[at].rows):
                    parts[at] = _as_one(parts[at], frozenset())
                    ones.append(at)
        _take_letterheads(parts, ones)
        if len(ones) > 1:
            log.append(f"{folder or '.'}: {len(ones):,} files, one release each")
        for at in members:
            place, rows = parts[at]
            n = rows.table.num_rows
            if n > 1 or len(ones) == 1:
                log.append(
                    f"{place}: {n:,} releases by {_BY.get(rows.layout or '', 'its layout')}"
                    if n > 1 else f"{place}: one release"
                )  # fmt: skip
    return log


def _as_one(part: Part, letterhead: frozenset[str]) -> Part:
    assert part.rows.as_one is not None
    rows = part.rows.as_one(letterhead)
    rows.as_one, rows.layout, rows.head = part.rows.as_one, "whole", part.rows.head
    return Part(part.place, rows)


def _take_letterheads(parts: list[Part], ones: Sequence[int]) -> None:
    """Read files of one release each without the lines that stand at the top of several of them.

    A line is a letterhead or a menu where it stands above three different ones. Where nothing else
    could be the title, it is.
    """
    counts: Counter[str] = Counter()
    below: dict[str, set[str]] = defaultdict(set)
    for at in ones:
        head = [line for line in parts[at].rows.head if not is_fact_line(line)]
        counts.update(set(head))
        for line, after in pairwise(head):
            below[line].add(after)
    shared = {line for line, n in counts.items() if n > 2 and not is_prose(line)}
    varied = {line for line in shared if len(below[line] - shared) > 2}
    if not varied:
        return
    # Lines of a menu stand above each other; what the last of them stands above differs.
    letterhead = frozenset(varied | {line for line in shared if below[line] <= shared})
    for at in ones:
        if letterhead.isdisjoint(parts[at].rows.head):
            continue
        part = _as_one(parts[at], letterhead)
        table = part.rows.table
        if table.num_rows and table["title"][0].as_py() is not None:
            parts[at] = part


def _take_site_names(parts: Sequence[Part]) -> None:
    """Titles of pages that share them are the site's; the first line of the text is the page's."""
    pages = [
        rows for _, rows in parts
        if rows.layout is None and rows.dates is not None and rows.table.num_rows == 1
    ]  # fmt: skip
    counts = Counter(rows.table["title"][0].as_py() for rows in pages)
    for rows in pages:
        (row,) = rows.table.to_pylist()
        n = counts[row["title"]]
        if row["title"] is None or n < 3 or 2 * n <= len(pages):
            continue
        piece = read_piece(row["text"])
        if piece is not None and piece.title:
            rows.table = string_table([row | {"title": piece.title, "text": piece.text}])
            rows.dates = [[*piece.dates, *(rows.dates or [[]])[0]]]


def _table_notes(place: str | None, rows: Rows, table: pa.Table, notes: Sequence[str]) -> list[str]:
    said = [*rows.notes, *notes]
    if rows.layout is not None and not said:
        return []
    if place is None and not said:
        return []
    n = table.num_rows
    counted = f"{n:,} release{'s' * (n != 1)}"
    return ["; ".join([f"{place}: {counted}" if place else counted, *said])]


# One table of standard columns.


def _standard_tables(
    parts: list[Part], rejects: list[Reject], making: Making, log: list[str]
) -> tuple[list[pa.Table], list[Sequence[DateFound]]]:
    """The tables of all parts and their dates; each part is let go when it is done with."""
    tables, dates = [], list[Sequence[DateFound]]()
    n_parts = len(parts)
    parts.reverse()
    while parts:
        place, rows = parts.pop()
        broken: list[Reject] = [(place, number, reason) for number, reason in rows.rejects]
        is_first = place is None or place not in making.found
        if not rows.table.num_rows and not broken and place is not None and is_first:
            broken = [(place, None, "it holds no release")]
        try:
            table, found, empty, notes = _standard_table(place, rows, making)
        except TopicsError as error:
            is_only = n_parts == 1 if making.is_only is None else making.is_only
            if is_only and is_first:
                raise
            unread: list[int | None] = [None] if is_first else list(rows.numbers)
            rejects += [*broken, *((place, number, error.problem) for number in unread)]
            continue
        tables.append(table)
        dates += found
        rejects += sorted(broken + empty, key=lambda reject: reject[1] or 0)
        log += _table_notes(place, rows, table, notes)
    return tables, dates


def _standard_table(
    path: str | None, rows: Rows, making: Making
) -> tuple[pa.Table, list[Sequence[DateFound]], list[Reject], list[str]]:
    """Rows under the names of a corpus, their dates, the rows without a text, and notes."""
    table = _plain_types(_distinct_names(rows.table))
    if not table.num_rows:
        return SCHEMA.empty_table(), [], [], []
    is_page = rows.dates is not None
    is_corpus = set(SCHEMA.names) <= set(table.column_names)
    if not is_page and "date" not in making.columns:
        table = join_date_columns(table)
    # The names given are those of tables; a page has none.
    given = {} if is_page else making.columns
    if path is not None and path in making.found:
        given = making.found[path]
        for column in set(given.values()) - set(table.column_names):
            table = table.append_column(column, pa.nulls(table.num_rows, pa.large_string()))
    found, notes = find_columns(table, given, path)
    making.found[path] = found
    data: dict[str, Any] = {}
    for name, column in found.items():
        data[name] = _as_text(table[column], name, column, path)
        if not is_page:
            data[name] = _without_missing(data[name])
    for name in ("title", "text", "source"):
        if name in data:
            # A text or a document is what it shows; cells come out of programs that write HTML.
            data[name] = clean_column(data[name], markup=not is_page)
    if "language" in data:
        data["language"] = _language_codes(data["language"])
    for column in table.column_names:
        if column not in found.values():
            # A column of the user's that is named like one of ours keeps its values.
            # What was kept apart before, in a corpus of ours, stays so.
            theirs = column == "boilerplate" and not (is_page or is_corpus)
            taken = column in data or column in SCHEMA.names or theirs
            data[f"{column}_" if taken else column] = table[column]
    for name in SCHEMA.names:
        data.setdefault(name, pa.nulls(table.num_rows, pa.large_string()))
    data["path"] = pa.array([path] * table.num_rows, pa.large_string()) if path else data["path"]
    data["row"] = pa.array(rows.numbers, pa.int64())
    for name in ("title", "source", "language", "id"):
        data[name] = _blank_to_null(data[name])
    filled = _holds_something(data["text"])
    whole = pa.table(data)
    empty = whole.filter(pc.invert(filled))["row"].to_pylist()
    dates = rows.dates if rows.dates is not None else _dates_of_cells(whole["date"])
    kept = [found for found, keep in zip(dates, filled.to_pylist(), strict=True) if keep]
    rejects: list[Reject] = [(path, number, "the text is empty") for number in empty]
    return whole.filter(filled), kept, rejects, notes


def _holds_something(values: Any) -> Any:
    """Which texts are neither missing nor nothing but white space."""
    values = combine_chunks(values)
    # What begins with something need not be looked at to its end.
    begins = pc.utf8_ltrim_whitespace(pc.utf8_slice_codeunits(values, 0, 8))
    filled = pc.fill_null(pc.greater(pc.binary_length(begins), 0), False)
    if pc.all(filled).as_py():
        return filled
    rest = pc.utf8_ltrim_whitespace(values.filter(pc.invert(filled)))
    return pc.replace_with_mask(
        filled, pc.invert(filled), pc.fill_null(pc.greater(pc.binary_length(rest), 0), False)
    )


def _dates_of_cells(cells: Any) -> list[Sequence[DateFound]]:
    known: dict[str | None, Sequence[DateFound]] = {None: ()}
    return [
        known[cell] if cell in known else known.setdefault(cell, read_date_cell(cell))
        for cell in cells.to_pylist()
    ]


def _plain_types(table: pa.Table) -> pa.Table:
    """The table without types that not all of Arrow's functions know."""
    for at, (name, kind) in enumerate(zip(table.column_names, table.schema.types, strict=True)):
        values = table[name]
        if pa.types.is_dictionary(kind):
            values = values.cast(kind.value_type)
        if pa.types.is_string_view(values.type):
            values = values.cast(pa.large_string())
        if pa.types.is_binary_view(values.type):
            values = values.cast(pa.large_binary())
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            values = valid_utf8(values.cast(pa.large_string()))
        if values is not table[name]:
            table = table.set_column(at, name, values)
    return table


def _as_text(values: Any, name: str, column: str, path: str | None) -> Any:
    kind = values.type
    try:
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            return values.cast(pa.date32(), safe=False).cast(pa.large_string())
        if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_list_view(kind):
            divider = "\n\n" if name == "text" else "; "
            joined = [
                None
                if cell is None
                else divider.join(str(part) for part in cell if part is not None)
                for cell in values.to_pylist()
            ]
            return pa.array(joined, pa.large_string())
        if pa.types.is_floating(kind) and name in ("id", "date"):
            values = pc.cast(values, pa.int64(), safe=False)
        return valid_utf8(values.cast(pa.large_string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise TopicsError(
            f"the column {column!r} holds {kind}, not text", "convert it", path=path
        ) from None


def _without_missing(values: Any) -> Any:
    values = combine_chunks(values)
    short = pc.fill_null(pc.less_equal(pc.binary_length(values), _LONGEST_MISSING), False)
    cells = values.filter(short)
    missing = pc.is_in(pc.utf8_trim_whitespace(cells), pa.array(MISSING, pa.large_string()))
    if not pc.any(missing).as_py():
        return values
    cells = pc.if_else(missing, pa.scalar(None, pa.large_string()), cells)
    return pc.replace_with_mask(values, short, cells)


def _distinct_names(table: pa.Table) -> pa.Table:
    """The table with names for columns that have none, or one that stands twice."""
    named = [name.strip() or f"column_{at}" for at, name in enumerate(table.column_names, 1)]
    return table.rename_columns(distinct_names(named))


def _blank_to_null(values: Any) -> Any:
    if pa.types.is_null(values.type):
        return values.cast(pa.large_string())
    values = pc.utf8_trim_whitespace(values.cast(pa.large_string()))
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.large_string()), values)


def _language_codes(values: Any) -> Any:
    """ISO codes for names of languages and for codes with a region."""
    cells = combine_chunks(values).to_pylist()
    codes = {cell: _language_code(cell) for cell in set(cells) if cell}
    return pa.array([codes.get(cell, cell) for cell in cells], pa.large_string())


def _language_code(cell: str) -> str:
    name = cell.strip().lower()
    if match := re.fullmatch(r"([a-z]{2,3})(?:[-_][a-z0-9_-]+)?", name):
        return match[1]
    return _language_names().get(name, cell)


@cache
def _language_names() -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for locale in ("en", "de", "fr", "es", "pt", "it", "tr", "ru", "ar"):
        for code, name in Locale(locale).languages.items():
            if len(code) == 2:
                names.setdefault(name.lower(), code)
    for code in ("de", "fr", "es"):
        names.setdefault((Locale(code).get_display_name() or code).lower(), code)
    return names


def nothing_read(
    rejects: Sequence[Mapping[str, Any]], names: Sequence[str] | None = None
) -> TopicsError:
    """The error for input that holds no release.

    Parameters
    ----------
    rejects : sequence of mapping
        Rows of :data:`topics.reading.corpus.REJECTS`.
    names : sequence of str or None, default=None
        The paths that were given.

    Returns
    -------
    TopicsError
        It names the first reject.

    Examples
    --------
    >>> str(nothing_read([], ["a.txt"]))
    'a.txt: no release was found; check that the input holds text'
    """
    if not rejects:
        path = ", ".join(names) if names else None
        return TopicsError("no release was found", "check that the input holds text", path=path)
    path, row, reason = rejects[0].values()
    more = f" ({len(rejects)} rows or files were rejected, this is the first)" * (len(rejects) > 1)
    return TopicsError(f"no readable release at all{more}: {reason}", path=path, row=row)


# What is decided over all.


def _without_pages_of_no_news(
    table: pa.Table, dates: list[Sequence[DateFound]], rejects: list[Reject]
) -> tuple[pa.Table, list[Sequence[DateFound]]]:
    found = without_news(combine_chunks(table["title"]), combine_chunks(table["text"]))
    if not found:
        return table, dates
    paths, numbers = table["path"].to_pylist(), table["row"].to_pylist()
    rejects += [(paths[at], numbers[at], what) for at, what in found]
    keep = np.ones(table.num_rows, bool)
    keep[[at for at, _ in found]] = False
    return table.filter(pa.array(keep)), [d for d, k in zip(dates, keep, strict=True) if k]


def _set_boilerplate(table: pa.Table, wanted: str, log: list[str]) -> pa.Table:
    """The column of boilerplate, where there is any."""
    rows_of_pages = "boilerplate" in table.column_names
    before = table["boilerplate"].to_pylist() if rows_of_pages else [None] * table.num_rows
    if wanted == "keep":
        if not rows_of_pages:
            return table
        texts = [
            "\n\n".join(filter(None, both))
            for both in zip(table["text"].to_pylist(), before, strict=True)
        ]
        return _with_column(table, "text", texts).drop_columns(["boilerplate"])
    separated = separate_boilerplate(table["text"], combine_chunks(table["title"]))
    words = separated.words + sum(len(text.split()) for text in before if text)
    after = [
        "\n".join(filter(None, both)) or None
        for both in zip(before, separated.boilerplate, strict=True)
    ]
    n = sum(text is not None for text in after)
    if not n:
        return table.drop_columns(["boilerplate"]) if rows_of_pages else table
    log.append(f"boilerplate: {words:,} words of {n:,} release{'s' * (n != 1)} kept apart")
    at = table.column_names.index("text")
    table = table.set_column(at, "text", separated.texts)
    return _with_column(table, "boilerplate", after)


def _with_column(table: pa.Table, name: str, values: Sequence[str | None]) -> pa.Table:
    column = pa.array(values, pa.large_string())
    if name not in table.column_names:
        return table.append_column(name, column)
    return table.set_column(table.column_names.index(name), name, column)


def _set_dates(
    table: pa.Table, found: Sequence[Sequence[DateFound]], making: Making, log: list[str]
) -> pa.Table:
    """ISO dates; day and month are told apart over each file, or each folder of short files."""
    cells = table["date"].to_pylist()
    paths = table["path"].to_pylist()
    per_file = Counter(paths)
    groups: dict[str | None, list[int]] = defaultdict(list)
    for i, path in enumerate(paths):
        short = path is not None and per_file[path] == 1
        groups[os.path.dirname(path) if short and path else path].append(i)
    dates: list[str | None] = [None] * len(cells)
    unread = []
    calendars: Counter[str] = Counter()
    for source, rows in groups.items():
        firsts = [d for i in rows for d in found[i][:1]]
        orders = {d.order for d in firsts if d.divider and d.first != d.second}
        order, either = making.orders.get(source), None
        if making.dayfirst is not None:
            order = "day" if making.dayfirst else "month"
        if order is None:
            order = day_or_month_first(firsts)
            either = next((d for d in firsts if d.order == "either"), None)
        if either is not None:
            if order == "month" and "month" not in orders and not _is_english(table, rows):
                order = "day"  # nothing but the slash spoke for America
            shown = (
                f"{either.first:02}{either.divider}{either.second:02}{either.divider}{either.year}"
            )
            log.append(
                f"{source or 'dates'}: dates such as {shown} are read with the {order} first"
            )
        if firsts:
            making.orders[source] = order
        if {"day", "month"} <= orders:
            log.append(f"{source or 'dates'}: some dates begin with the day, others with the month")
        for i in rows:
            dates[i] = next((iso for d in found[i] if (iso := d.iso(order))), None)
            calendars.update(d.calendar for d in found[i][:1])
            if dates[i] is None and cells[i] and cells[i].strip():
                unread.append(i)
    for calendar in ("jalali", "hijri", "buddhist"):
        if n := calendars[calendar]:
            log.append(
                f"{n:,} date{'s' * (n != 1)} of the {calendar.capitalize()} calendar converted"
            )
    if unread:
        first = unread[0]
        place = f"{paths[first]}, " if paths[first] else ""
        warnings.warn(
            f"{len(unread)} dates could not be read and are left empty, first {cells[first]!r} in "
            f"{place}row {table['row'][first].as_py()}",
            stacklevel=3,
        )
    return _with_column(table, "date", dates)


def _is_english(table: pa.Table, rows: Sequence[int]) -> bool:
    """Whether most of some releases are English, or their language cannot be told."""
    some = pa.array(list(rows[:20]))
    found = Counter(recognise_languages(combine_chunks(table["text"]).take(some)))
    known = sum(n for language, n in found.items() if language is not None)
    return 2 * found["en"] >= known


def _repair(table: pa.Table) -> pa.Table:
    import ftfy

    for name in ("title", "text", "source"):
        values = [None if v is None else ftfy.fix_encoding(v) for v in table[name].to_pylist()]
        table = _with_column(table, name, values)
    return table


def _set_languages(table: pa.Table) -> pa.Table:
    given = table["language"].to_pylist()
    unknown = [i for i, language in enumerate(given) if language is None]
    title, samples = (
        take_rows(combine_chunks(table[name]), np.array(unknown, np.int64))
        for name in ("title", "text")
    )
    if title.null_count < len(title):
        begin = pc.utf8_slice_codeunits(samples, 0, 2000)
        divider = pa.scalar(" ", pa.large_string())
        samples = pc.binary_join_element_wise(pc.fill_null(title, ""), begin, divider)
    # Both cores for a moment; the result does not depend on how many.
    for i, language in zip(unknown, recognise_languages(samples, -1, by_pile=True), strict=True):
        given[i] = language
    return _with_column(table, "language", given)
