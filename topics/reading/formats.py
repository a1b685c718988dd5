"""Files of every kind that releases come in, each read into rows."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from topics._errors import TopicsError
from topics.reading.dates import find_dates
from topics.reading.encodings import decode
from topics.reading.page_layouts import split_page

FORMATS = {
    ".txt": "text", ".text": "text", ".md": "text", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".json": "json",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
"""Format by file name ending; each may be followed by ``.gz`` or ``.zst``."""


TEXT_COLUMNS = (
    "text", "body", "content", "article", "full_text", "fulltext", "message", "release", "texte",
    "texto", "testo", "tekst", "metin", "текст", "النص",
)  # fmt: skip
"""Names that the column of texts is recognised by, the likeliest first."""


COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}


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
    """

    table: pa.Table
    numbers: list[int]
    rejects: list[tuple[int | None, str]] = field(default_factory=list)
    dates: list[Any] | None = None


def find_files(paths: list[str]) -> tuple[list[Path | str], list[tuple[str, str]]]:
    """Files that paths, folders and globs stand for, sorted within each.

    Parameters
    ----------
    paths : list of str
        Files, folders (read with all below them), globs, or "-" for standard input.

    Returns
    -------
    files : list of Path or "-"
        The files.
    passed_over : list of (str, str)
        Files of a folder whose kind is not known, with the reason.

    Raises
    ------
    TopicsError
        If a path does not exist, or a glob or folder holds nothing.

    Examples
    --------
    >>> find_files(["-"])
    (['-'], [])
    """
    import glob

    files: list[Path | str] = []
    passed_over: list[tuple[str, str]] = []
    for name in paths:
        path = Path(name).expanduser()
        if name == "-" or path.is_file():
            files.append(name if name == "-" else path)
            continue
        if path.is_dir():
            within = sorted(p for p in path.rglob("*") if p.is_file() and not _is_hidden(p, path))
        elif glob.has_magic(name):
            within = sorted(Path(p) for p in glob.glob(str(path), recursive=True))
            within = [p for p in within if p.is_file()]
        elif path.exists() and not path.is_file():
            within = [path]  # a named pipe
        else:
            raise TopicsError("no such file or folder", "check the path", path=name)
        known = [p for p in within if format_of(p) or not path.is_dir()]
        passed_over += [
            (str(p), f"unknown kind of file ({p.suffix or 'no ending'})")
            for p in within
            if p not in set(known)
        ]
        if not known:
            what = (
                "the folder holds no file of a known kind" if path.is_dir() else "no file matches"
            )
            raise TopicsError(
                what, f"known are {' '.join(FORMATS)}, also as .gz and .zst", path=name
            )
        files += known
    # A folder may hold links to itself, and a file may be asked for twice.
    once: dict[str, Path | str] = {}
    for file in files:
        once.setdefault("-" if file == "-" else os.path.realpath(file), file)
    return list(once.values()), passed_over


def _is_hidden(path: Path, below: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.relative_to(below).parts)


def format_of(path: Path) -> str | None:
    """Format that a file's name ends in, whatever it is compressed with.

    Examples
    --------
    >>> format_of(Path("releases.csv.gz"))
    'csv'
    """
    ending = path.suffix.lower()
    if ending in COMPRESSIONS:
        ending = path.with_suffix("").suffix.lower()
    return FORMATS.get(ending)


def read_file(
    path: Path | str,
    *,
    format: str | None = None,
    split: str | None = None,
    encoding: str | None = None,
) -> Rows:
    r"""Rows of one file.

    Parameters
    ----------
    path : Path, or "-" for standard input
        The file.
    format : {"text", "html", "csv", "json", "jsonl", "parquet"} or None, default=None
        None goes by the file's ending, and by its content where that is not known.
    split : str or None, default=None
        As for :func:`topics.reading.page_layouts.split_page`.
    encoding : str or None, default=None
        None recognises it.

    Returns
    -------
    Rows
        The rows and what could not be read.

    Raises
    ------
    TopicsError
        If the file cannot be read at all.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "releases.csv")
    ...     _ = path.write_text("title,text\nAid,Aid reached the camp.\n")
    ...     read_file(path).table.to_pylist()
    [{'title': 'Aid', 'text': 'Aid reached the camp.'}]
    """
    try:
        if path != "-" and Path(path).is_char_device():
            raise TopicsError("it is a device", "give a file, or - for standard input", path=path)
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except PermissionError:
        raise TopicsError(
            "no permission to read it", "check the file's rights", path=path
        ) from None
    except OSError as error:
        raise TopicsError(f"it cannot be read ({error.strerror})", path=path) from None
    name = Path("stdin" if path == "-" else path)
    if name.suffix.lower() in COMPRESSIONS:
        data = _decompress(data, COMPRESSIONS[name.suffix.lower()], name)
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise TopicsError("the file is empty", "give a file with releases in it", path=name)
    format = format or format_of(name) or _guess_format(data)
    if format == "parquet":
        return _read_parquet(data, name)
    read: dict[str, Callable[[str], Rows]] = {
        "text": lambda text: _read_text(text, split, name),
        "html": lambda text: _read_html(text, name),
        "csv": lambda text: _read_csv(text, name),
        "json": lambda text: _read_json(text, name),
        "jsonl": lambda text: _read_json_lines(text, name),
    }
    if format not in read:
        raise ValueError(f"format={format!r} is none of parquet, {', '.join(read)}")
    return read[format](decode(data, name, encoding))


def _decompress(data: bytes, compression: str, path: Path) -> bytes:
    try:
        with pa.CompressedInputStream(pa.BufferReader(data), compression) as stream:
            return bytes(stream.read())
    except (OSError, pa.ArrowException):
        raise TopicsError(
            f"it is no {compression} file, or it is cut short", "copy it again", path=path
        ) from None


def _guess_format(data: bytes) -> str:
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PAR1"):
        return "parquet"
    if start[:1] in (b"{", b"["):
        lines = data.lstrip(b"\xef\xbb\xbf").splitlines()
        return "jsonl" if start[:1] == b"{" and _is_json(lines[0]) else "json"
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    header = start.splitlines()[0].decode("utf-8", "replace") if start else ""
    names = {name.strip(' "').lower() for name in re.split(r"[,;\t|]", header)}
    return "csv" if len(names) > 1 and names & set(TEXT_COLUMNS) else "text"


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _string_table(rows: list[dict[str, Any]]) -> pa.Table:
    """A table of strings; what is not a string stands as JSON, what is missing as null."""
    names = list(dict.fromkeys(name for row in rows for name in row))

    def cell(value: Any) -> str | None:
        if value is None or value != value:  # noqa: PLR0124 (NaN)
            return None
        if not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False, default=str).strip('"')
        return value.encode("utf-8", "replace").decode()

    return pa.table(
        {
            str(name).encode("utf-8", "replace").decode(): pa.array(
                [cell(row.get(name)) for row in rows], pa.large_string()
            )
            for name in names
        }
    )


def _read_text(text: str, split: str | None, path: Path) -> Rows:
    front: dict[str, Any] = {}
    skipped = 0
    if split is None and (match := re.match(r"---\n((?:[\w-]+:.*\n)+)---\n", text)):
        # Front matter, as Markdown pages have it.
        front = {
            key.lower(): value.strip(" '\"")
            for key, value in re.findall(r"^([\w-]+):\s*(.+)$", match[1], re.M)
        }
        text, skipped = text[match.end() :], match[0].count("\n")
        split = "whole"
    pieces = split_page(text, split)
    if split not in (None, "whole", "lines") and len(pieces) == 1:
        warnings.warn(f"{path}: split={split!r} finds one release only", stacklevel=2)
    rows = [{"title": p.title, "text": p.text, "source": p.source} for p in pieces]
    dates = [p.dates for p in pieces]
    if front and rows:
        rows[0] |= {key: front[key] for key in ("title", "source", "language") if key in front}
        dates[0] = find_dates(front.get("date", "")) + dates[0]
    return Rows(_string_table(rows), [p.line + skipped for p in pieces], dates=dates)


def _read_html(text: str, path: Path) -> Rows:
    from trafilatura import bare_extraction

    found = bare_extraction(text, with_metadata=True, include_comments=False, favor_recall=True)
    if found is None or not found.text or not found.text.strip():
        raise TopicsError("no article was found in the page", "save its text as .txt", path=path)
    title = found.title if found.title and found.title.strip() else None
    body = found.text.strip()
    if title and body.startswith(title):
        body = body[len(title) :].strip() or body
    row = {"title": title, "text": body, "source": found.sitename or found.hostname}
    return Rows(_string_table([row]), [1], dates=[find_dates(found.date or "")])


def _check_quotes(text: str, delimiter: str, path: Path) -> None:
    """An error for a quote that is not closed where its cell ends: it would swallow rows below."""
    lines = io.StringIO(text, newline="")
    csv.field_size_limit(1 << 30)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    first = 1
    while True:
        try:
            next(rows)
        except StopIteration:
            return
        except csv.Error:
            # Within one line it is only untidy.
            if rows.line_num > first:
                raise TopicsError(
                    "a quote that opens in this line is not closed where its cell ends",
                    'close it, or double it if it is part of the text ("")',
                    path=path,
                    row=first,
                ) from None
        first = rows.line_num + 1


def _read_csv(text: str, path: Path) -> Rows:
    from pyarrow import csv as arrow_csv

    text = text.lstrip("\n")
    if text[:4].lower() == "sep=":
        text = text.split("\n", 1)[-1]  # a hint that Excel writes
    header = text.split("\n", 1)[0]
    delimiter = "\t" if ".tsv" in path.suffixes or ".tab" in path.suffixes else None
    delimiter = delimiter or max(",;\t|", key=header.count)
    data = text.encode("utf-8", "replace")
    rejects: list[tuple[int | None, str]] = []

    def keep_count(row: Any) -> str:
        hint = f"quote cells that hold {delimiter!r}"
        if row.actual_columns < row.expected_columns:
            hint = f"add the {delimiter!r} that are missing, empty cells have them, too"
        rejects.append(
            (
                row.number,
                f"{row.actual_columns} cells where the header has {row.expected_columns}; {hint}",
            )
        )
        return "skip"

    parse = arrow_csv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep_count
    )
    # Serial, since only then rejected rows have numbers; one block, since a cell may be large.
    read = arrow_csv.ReadOptions(use_threads=False, block_size=min(len(data) + 1024, 2**31 - 1))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = arrow_csv.read_csv(
                io.BytesIO(data[: max(len(header.encode()) + 1, 2)]), read, parse
            ).column_names
        convert = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
        )
        rejects.clear()
        table = arrow_csv.read_csv(io.BytesIO(data), read, parse, convert)
    except pa.ArrowInvalid as error:
        raise TopicsError(
            f"it is no CSV file ({error})", "look for a quote that is not closed", path=path
        ) from None
    if rejects or text.count('"') % 2:
        _check_quotes(text, delimiter, path)
    bad = {number for number, _ in rejects}
    numbers: list[int] = []
    number = 2  # the header is row 1
    while len(numbers) < table.num_rows:
        if number not in bad:
            numbers.append(number)
        number += 1
    return Rows(table, numbers, rejects)


def _read_json(text: str, path: Path) -> Rows:
    try:
        value = json.loads(text)
    except ValueError as error:
        if "Extra data" in str(error):
            return _read_json_lines(text, path)
        line = getattr(error, "lineno", None)
        raise TopicsError(
            f"broken JSON ({getattr(error, 'msg', error)})",
            "correct that line",
            path=path,
            row=line,
        ) from None
    except RecursionError:
        raise TopicsError("JSON nested too deeply", "give a list of releases", path=path) from None
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list) and v]
        wraps = not any(str(key).lower() in TEXT_COLUMNS for key in value) and len(lists) == 1
        value = lists[0] if wraps and isinstance(lists[0][0], (dict, str)) else [value]
    if not isinstance(value, list):
        raise TopicsError("JSON without a list of releases", "give a list of objects", path=path)
    return rows_from_values(list(enumerate(value, 1)))


def _read_json_lines(text: str, path: Path) -> Rows:
    values: list[tuple[int, Any]] = []
    broken: list[tuple[int | None, str]] = []
    # Only \n ends a line: JSON strings may hold other separators as they are.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values.append((number, json.loads(line)))
        except ValueError as error:
            broken.append(
                (number, f"broken JSON ({getattr(error, 'msg', error)}); correct that line")
            )
        except RecursionError:
            broken.append((number, "JSON nested too deeply"))
    rows = rows_from_values(values)
    rows.rejects = sorted([*rows.rejects, *broken], key=lambda reject: reject[0] or 0)
    return rows


def rows_from_values(values: list[tuple[int, Any]]) -> Rows:
    """Rows of numbered dicts and texts; anything else is rejected.

    Examples
    --------
    >>> rows_from_values([(1, {"text": "Aid came."}), (2, None)]).rejects
    [(2, 'neither an object nor a text')]
    """
    rows, numbers = [], []
    rejects: list[tuple[int | None, str]] = []
    for number, value in values:
        if isinstance(value, str):
            value = {"text": value}
        if isinstance(value, dict):
            rows.append(value)
            numbers.append(number)
        else:
            rejects.append((number, "neither an object nor a text"))
    return Rows(_string_table(rows), numbers, rejects)


def _read_parquet(data: bytes, path: Path) -> Rows:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        raise TopicsError(
            "it is no Parquet file, or it is cut short", "copy it again", path=path
        ) from None
    return Rows(table, list(range(1, table.num_rows + 1)))
