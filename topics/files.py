"""Files of every kind that releases come in, each read into rows."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
import sys
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from topics._errors import TopicsError
from topics.dates import find_dates
from topics.dumps import split_dump

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

_KNOWN_BINARY = {
    b"%PDF": "a PDF", b"PK\x03\x04": "a zip archive or an office document",
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"\xd0\xcf\x11\xe0": "an office document",
}  # fmt: skip


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
    """Format that a file's name ends in, whatever it is compressed with."""
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
    """Rows of one file.

    Parameters
    ----------
    path : Path, or "-" for standard input
        The file.
    format : {"text", "html", "csv", "json", "jsonl", "parquet"} or None, default=None
        None goes by the file's ending, and by its content where that is not known.
    split : str or None, default=None
        As for :func:`topics.dumps.split_dump`.
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


_BOMS = {
    codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip


def decode(data: bytes, path: Path | str = "", encoding: str | None = None) -> str:
    r"""Text of a file's bytes, its encoding recognised.

    UTF-8, UTF-16 and UTF-32 by their marks or their bytes; else chardet decides among the
    single-byte and Asian encodings. Text that is UTF-8 but for a few bytes is read as UTF-8, and
    a warning says that they were replaced; where half the lines or more that are no ASCII are
    UTF-8, other bytes are read as Windows-1252, with a warning, too.

    Parameters
    ----------
    data : bytes
        The file's content.
    path : Path or str, default=""
        Its name, for messages.
    encoding : str or None, default=None
        Used as it is where given.

    Returns
    -------
    str
        With line ends as ``\n`` and without a byte order mark.

    Raises
    ------
    TopicsError
        If the bytes are not text, or not in the encoding given.

    Examples
    --------
    >>> decode("Le préfet".encode("cp1252"))
    'Le préfet'
    """
    if encoding is not None:
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise TopicsError(
                f"it cannot be read as {encoding} ({error})", "leave the encoding out", path=path
            ) from None
        return _clean(text)
    for mark, name in _BOMS.items():
        if data.startswith(mark):
            return _clean(data.decode(name, "replace"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode_other(data, path)
    if text.count("\x00") > 0:
        text = _decode_utf16(data, path)
    return _clean(text)


def _clean(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _decode_utf16(data: bytes, path: Path | str) -> str:
    sample = data[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    nearly_all = 0.4 * len(sample) / 2
    if len(data) % 2 == 0 and min(even, odd) * 10 < max(even, odd) and max(even, odd) > nearly_all:
        return data.decode("utf-16-be" if even > odd else "utf-16-le", "replace")
    if even + odd > len(sample) / 100:
        raise _binary(data, path)
    # A stray NUL in a text is dropped by the caller.
    return data.decode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _cp1252(error: UnicodeError) -> tuple[str, int]:
    """What bytes that are no UTF-8 are in Windows-1252."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_AS_CP1252 = "topics.cp1252"
codecs.register_error(_AS_CP1252, _cp1252)
_REPLACED = "\ufffd"
_FEW = 30
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")


def _decode_other(data: bytes, path: Path | str) -> str:
    import chardet

    if data[:4] in _KNOWN_BINARY or data[:3] in _KNOWN_BINARY or data.count(0) * 50 > len(data):
        if data.count(0) * 50 > len(data) and data[:4] not in _KNOWN_BINARY:
            return _decode_utf16(data, path)
        raise _binary(data, path)
    text = data.decode("utf-8", "replace")
    broken = text.count(_REPLACED)
    line = text.count("\n", 0, text.index(_REPLACED)) + 1
    beyond_ascii = sum(ord(c) > 127 for c in text)
    if broken * 20 < beyond_ascii:
        warnings.warn(
            f"{path}: {broken} broken UTF-8 sequences were replaced by \ufffd, first in line "
            f"{line}",
            stacklevel=2,
        )
        return text
    controls = len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", data[:100_000]))
    if controls * 50 > min(len(data), 100_000):
        raise _binary(data, path)
    # Only the lines that ASCII cannot hold say anything about the encoding.
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    if 2 * sum(map(_is_utf8, lines)) >= len(lines):
        warnings.warn(
            f"{path}: {broken} bytes that are no UTF-8 were read as Windows-1252, first in line "
            f"{line}",
            stacklevel=2,
        )
        return data.decode("utf-8", _AS_CP1252)
    telling = b"\n".join(lines)[:200_000]
    guess = chardet.detect(telling)["encoding"] or "cp1252"
    if (
        guess.lower().startswith("mac")
        and len(telling) - len(telling.decode("ascii", "ignore")) < _FEW
    ):
        # Old Macintosh files are rare, and a few bytes look like one by chance.
        guess = "cp1252"
    try:
        text = data.decode(guess)
    except (UnicodeDecodeError, LookupError):
        return data.decode("cp1252", "replace")
    # Few letters look like any alphabet; but no word of another has letters of ours within it.
    letters = [word for word in _WORD.findall(text) if not word.isascii()]
    mixed = sum(_LATIN.search(word) is not None for word in letters)
    foreign = any(not unicodedata.name(c, "LATIN").startswith("LATIN")
                  for word in letters for c in word if c > "\x7f")  # fmt: skip
    return data.decode("cp1252", "replace") if foreign and 2 * mixed > len(letters) else text


def _binary(data: bytes, path: Path | str) -> TopicsError:
    kind = next((what for mark, what in _KNOWN_BINARY.items() if data.startswith(mark)), "binary")
    return TopicsError(f"the file is {kind}, not text", "save it as text, HTML or CSV", path=path)


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
    pieces = split_dump(text, split)
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
        mend = f"quote cells that hold {delimiter!r}"
        if row.actual_columns < row.expected_columns:
            mend = f"add the {delimiter!r} that are missing, empty cells have them, too"
        rejects.append(
            (
                row.number,
                f"{row.actual_columns} cells where the header has {row.expected_columns}; {mend}",
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
            f"broken JSON ({getattr(error, 'msg', error)})", "mend that line", path=path, row=line
        ) from None
    except RecursionError:
        raise TopicsError("JSON nested too deeply", "give a list of releases", path=path) from None
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list) and v]
        wraps = not any(str(key).lower() in TEXT_COLUMNS for key in value) and len(lists) == 1
        value = lists[0] if wraps and isinstance(lists[0][0], (dict, str)) else [value]
    if not isinstance(value, list):
        raise TopicsError("JSON without a list of releases", "give a list of objects", path=path)
    return rows_of_values(list(enumerate(value, 1)))


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
            broken.append((number, f"broken JSON ({getattr(error, 'msg', error)}); mend that line"))
        except RecursionError:
            broken.append((number, "JSON nested too deeply"))
    rows = rows_of_values(values)
    rows.rejects = sorted([*rows.rejects, *broken], key=lambda reject: reject[0] or 0)
    return rows


def rows_of_values(values: list[tuple[int, Any]]) -> Rows:
    """Rows of numbered dicts and texts; anything else is rejected."""
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
