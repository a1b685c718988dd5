"""read_releases: files, page dumps and tables to one corpus."""

from __future__ import annotations

import os
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from topics._arrow import valid_utf8
from topics._errors import TopicsError
from topics._progress import track
from topics.reading.corpus import (
    REJECTS,
    SCHEMA,
    Corpus,
    concat_tables,
    table_from_pandas,
)
from topics.reading.dates import DateFound, Order, day_or_month_first, find_dates
from topics.reading.formats import (
    TEXT_COLUMNS,
    Rows,
    find_files,
    format_of,
    read_file,
    rows_from_values,
)
from topics.text.language_id import recognise_languages

GUESSES = {
    "text": TEXT_COLUMNS,
    "title": ("title", "headline", "heading", "subject", "titel", "titre", "título", "titulo",
              "titolo", "başlık", "заголовок", "العنوان"),
    "date": ("date", "published", "published_at", "publication_date", "pub_date", "pubdate",
             "created", "created_at", "datetime", "timestamp", "datum", "fecha", "data", "tarih",
             "дата", "التاريخ"),
    "source": ("source", "publisher", "organisation", "organization", "agency", "outlet", "quelle",
               "fuente", "fonte"),
    "language": ("language", "lang"),
    "id": ("id", "guid", "uuid", "doc_id", "document_id"),
}  # fmt: skip
"""Names that a column is recognised by, the likeliest first; case does not matter."""


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
) -> Corpus:
    """Read releases from files, folders, page dumps or tables.

    Parameters
    ----------
    paths : str, Path, or iterable
        A file, a folder (with all below it), a glob or "-" for standard input; several of them;
        or the releases themselves: an iterable of str or dict, or a pandas, Polars or Arrow table.
        A list of str is taken for paths only if every one of them is a file, a folder, a glob, or
        ends like a file of a known kind.
    format : {"text", "html", "csv", "json", "jsonl", "parquet"} or None, default=None
        None goes by each file's ending and content. Files may be ``.gz`` or ``.zst``.
    split : str or None, default=None
        How a text file is cut into releases: a layout (``source-line``, ``press-marks``, ``rules``,
        ``date-lines``, ``blank-lines``, ``whole``, ``lines``) or a regular expression that matches
        what stands between two releases. None recognises the layout.
    columns : mapping of str to str or None, default=None
        Which column of a table is which, as ``{"text": "Meldung"}``; others are guessed by name.
    encoding : str or None, default=None
        Of text files; None recognises it.
    dayfirst : bool or None, default=None
        Whether 03/07/2018 is in July; None decides over each source as a whole.
    repair : bool, default=False
        Mend text that was decoded wrongly before it came here ("rÃ©fugiÃ©s"), with ftfy.
    languages : bool, default=True
        Recognise the language of each release that does not name it, with py3langid.

    Returns
    -------
    Corpus
        The releases; ``corpus.rejects`` lists what could not be read. Columns that the toolkit
        does not know are kept.

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
    names: list[str] | None
    if isinstance(paths, (str, os.PathLike)):
        if isinstance(paths, str) and "\n" in paths:
            raise TopicsError("this is a text, not a path", "give [text] to read one text")
        if not os.fspath(paths):
            raise TopicsError("the path is empty", 'give a file or a folder ("." is this one)')
        paths, names = [paths], [os.fspath(paths)]
    else:
        names = _as_paths(paths)
    columns = dict(columns or {})
    if unknown := set(columns) - set(GUESSES):
        raise ValueError(f"columns names {sorted(unknown)}; it maps {', '.join(GUESSES)}")
    parts: list[tuple[str | None, Rows]] = []
    rejects: list[tuple[str | None, int | None, str]] = []
    if names is None:
        parts.append((None, _rows_in_memory(paths)))
    else:
        files, passed_over = find_files(names)
        rejects += [(path, None, reason) for path, reason in passed_over]
        only = len(files) == 1
        for file in track(files, "reading files") if len(files) > 9 else files:
            place = "stdin" if file == "-" else _shown(file)
            try:
                parts.append(
                    (place, read_file(file, format=format, split=split, encoding=encoding))
                )
            except TopicsError as error:
                if only:
                    raise
                rejects.append((place, error.row, str(TopicsError(error.problem, error.hint))))
    tables, dates = [], list[Sequence[DateFound]]()
    for name, rows in parts:
        broken = [(name, number, reason) for number, reason in rows.rejects]
        try:
            table, found, empty = _standard_table(name, rows, columns)
        except TopicsError as error:
            if len(parts) == 1:
                raise
            rejects += [*broken, (name, None, error.problem)]
            continue
        tables.append(table)
        dates += found
        rejects += sorted(broken + empty, key=lambda reject: reject[1] or 0)
    table = concat_tables(tables) if tables else None
    if table is None or not table.num_rows:
        raise _nothing_read(rejects, names)
    table = _set_dates(table, dates, dayfirst)
    if repair:
        table = _repair(table)
    if languages:
        table = _set_languages(table)
    listed = [dict(zip(REJECTS.names, reject, strict=True)) for reject in rejects]
    return Corpus(table, pa.Table.from_pylist(listed, REJECTS))


def _shown(path: Any) -> str:
    """A path as text, whatever bytes its name holds."""
    return os.fsencode(path).decode("utf-8", "replace")


def _as_paths(paths: Any) -> list[str] | None:
    """The paths as str, or None where these are releases themselves."""
    if not isinstance(paths, (list, tuple, set, frozenset)):
        return None
    if not paths:
        raise TopicsError("no input is given", "give a file, a folder or a list of texts")
    if all(isinstance(path, os.PathLike) or names_a_file(path) for path in paths):
        return [os.fspath(path) for path in paths]
    return None


def names_a_file(text: Any) -> bool:
    """Whether a text is the name of a file, a folder or a glob, or ends like a file we read.

    Examples
    --------
    >>> names_a_file("releases/2024.txt"), names_a_file("Aid reached the camp.")
    (True, False)
    """
    if not isinstance(text, str) or "\n" in text or len(text) > 1000 or not text.strip():
        return False
    if text == "-" or format_of(Path(text)):
        return True
    try:
        return os.path.exists(os.path.expanduser(text)) or ("*" in text and os.sep in text)
    except (OSError, ValueError):
        return False


def _rows_in_memory(releases: Any) -> Rows:
    if isinstance(releases, Corpus):
        table = releases.table
    elif isinstance(releases, pa.Table):
        table = releases
    elif isinstance(releases, (pa.Array, pa.ChunkedArray)):
        table = pa.table({"text": releases})
    elif hasattr(releases, "iloc") and not hasattr(releases, "columns"):
        return rows_from_values(list(enumerate(releases.tolist(), 1)))
    elif hasattr(releases, "__dataframe__") or hasattr(releases, "__arrow_c_stream__"):
        if hasattr(releases, "to_arrow"):
            table = releases.to_arrow()
        elif hasattr(releases, "iloc"):
            table = table_from_pandas(releases)
        else:
            table = pa.table(releases)
        if not isinstance(table, pa.Table):
            table = pa.table({"text": table})
    elif isinstance(releases, Mapping):
        raise TopicsError("the releases are one dict", "give a list of dicts: [release]")
    elif isinstance(releases, Iterable):
        return rows_from_values(list(enumerate(releases, 1)))
    else:
        raise TopicsError(
            f"releases cannot be read from a {type(releases).__name__}",
            "give paths, texts, dicts or a table",
        )
    return Rows(table, list(range(1, table.num_rows + 1)))


def _standard_table(
    path: str | None, rows: Rows, columns: Mapping[str, str]
) -> tuple[pa.Table, list[Sequence[DateFound]], list[tuple[str | None, int | None, str]]]:
    """The rows under the column names of a corpus, their dates, and the rows without a text."""
    table = _distinct_names(rows.table)
    if not table.num_rows:
        return SCHEMA.empty_table(), [], []
    # The names given are those of tables; a page has none.
    found = _find_columns(table.column_names, {} if rows.dates else columns, path)
    data: dict[str, Any] = {}
    for name, column in found.items():
        values = table[column]
        try:
            if name == "date" and pa.types.is_timestamp(values.type):
                values = values.cast(pa.date32())
            data[name] = valid_utf8(values.cast(pa.large_string()))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise TopicsError(
                f"the column {column!r} holds {values.type}, not text", "convert it", path=path
            ) from None
    for column in table.column_names:
        if column not in found.values():
            # A column of the user's that is named like one of ours keeps its values.
            taken = column in data or column in ("path", "row")
            data[f"{column}_" if taken else column] = table[column]
    for name in SCHEMA.names:
        data.setdefault(name, pa.nulls(table.num_rows, pa.large_string()))
    data["path"] = pa.array([path] * table.num_rows, pa.large_string()) if path else data["path"]
    data["row"] = pa.array(rows.numbers, pa.int64())
    for name in ("title", "source", "language", "id"):
        data[name] = _blank_to_null(data[name])
    filled = pc.fill_null(
        pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(data["text"])), 0), False
    )
    whole = pa.table(data)
    empty = whole.filter(pc.invert(filled))["row"].to_pylist()
    known: dict[str | None, Sequence[DateFound]] = {None: ()}
    dates = rows.dates or [
        known[cell] if cell in known else known.setdefault(cell, find_dates(cell))
        for cell in whole["date"].to_pylist()
    ]
    kept = [found for found, keep in zip(dates, filled.to_pylist(), strict=True) if keep]
    return whole.filter(filled), kept, [(path, number, "the text is empty") for number in empty]


def _distinct_names(table: pa.Table) -> pa.Table:
    """The table with names for columns that have none, or one that stands twice."""
    names: list[str] = []
    for at, name in enumerate(table.column_names, 1):
        new = name.strip() or f"column_{at}"
        while new in names:
            new += "_2"
        names.append(new)
    return table.rename_columns(names)


def _blank_to_null(values: Any) -> Any:
    if pa.types.is_null(values.type):
        return values.cast(pa.large_string())
    values = pc.utf8_trim_whitespace(values.cast(pa.large_string()))
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.large_string()), values)


def _find_columns(
    names: Sequence[str], given: Mapping[str, str], path: str | None
) -> dict[str, str]:
    """Standard name to the table's own name."""
    lower = {name.strip().lower().replace(" ", "_"): name for name in reversed(names)}
    found = {}
    for standard, guesses in GUESSES.items():
        if standard in given:
            if given[standard] not in names:
                raise TopicsError(
                    f"no column {given[standard]!r} for the {standard}",
                    f"the columns are {', '.join(names)}", path=path,
                )  # fmt: skip
            found[standard] = given[standard]
        else:
            name = next((lower[guess] for guess in guesses if guess in lower), None)
            if name is not None and name not in given.values():
                found[standard] = name
    if "text" not in found:
        raise TopicsError(
            f"no column holds the text; the columns are {', '.join(names)}",
            'name it: columns={"text": COLUMN}', path=path, shell_hint="name it: --text COLUMN",
        )  # fmt: skip
    return found


def _nothing_read(
    rejects: Sequence[tuple[str | None, int | None, str]], names: Sequence[str] | None
) -> TopicsError:
    if not rejects:
        path = ", ".join(names) if names else None
        return TopicsError("no release was found", "check that the input holds text", path=path)
    path, row, reason = rejects[0]
    more = f" ({len(rejects)} rows or files were rejected, this is the first)" * (len(rejects) > 1)
    return TopicsError(f"no readable release at all{more}: {reason}", path=path, row=row)


def _set_dates(
    table: pa.Table, found: Sequence[Sequence[DateFound]], dayfirst: bool | None
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
    for rows in groups.values():
        order: Order = (
            day_or_month_first(d for i in rows for d in found[i][:1])
            if dayfirst is None
            else "day" if dayfirst else "month"
        )  # fmt: skip
        for i in rows:
            dates[i] = next((d.iso(order) for d in found[i]), None)
            if dates[i] is None and cells[i] and cells[i].strip():
                unread.append(i)
    if unread:
        first = unread[0]
        place = f"{paths[first]}, " if paths[first] else ""
        warnings.warn(
            f"{len(unread)} dates could not be read and are left empty, first {cells[first]!r} in "
            f"{place}row {table['row'][first].as_py()}",
            stacklevel=3,
        )
    at = table.column_names.index("date")
    return table.set_column(at, "date", pa.array(dates, pa.large_string()))


def _repair(table: pa.Table) -> pa.Table:
    import ftfy

    for name in ("title", "text", "source"):
        values = [None if v is None else ftfy.fix_encoding(v) for v in table[name].to_pylist()]
        at = table.column_names.index(name)
        table = table.set_column(at, name, pa.array(values, pa.large_string()))
    return table


def _set_languages(table: pa.Table) -> pa.Table:
    given = table["language"].to_pylist()
    unknown = [i for i, language in enumerate(given) if language is None]
    titles, texts = table["title"].to_pylist(), table["text"].to_pylist()
    samples = (f"{titles[i] or ''} {texts[i][:2000]}" for i in unknown)
    watched = track(samples, "recognising languages", len(unknown))
    for i, language in zip(unknown, recognise_languages(watched), strict=True):
        given[i] = language
    at = table.column_names.index("language")
    return table.set_column(at, "language", pa.array(given, pa.large_string()))
