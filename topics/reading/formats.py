"""Which kind of file it is, by its content first and its name second, and its rows."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from topics._errors import TopicsError
from topics.reading import office
from topics.reading.archives import (
    COMPRESSIONS,
    MAX_DEPTH,
    ZIP_ERRORS,
    allowance,
    compression_of,
    decompress,
    is_tar,
    members,
)
from topics.reading.columns import is_text_name
from topics.reading.csv_tables import (
    has_tabs_alike,
    is_divided_by_spaces,
    is_even,
    read_csv,
)
from topics.reading.dates import read_date_cell
from topics.reading.encodings import decode
from topics.reading.feeds import read_feed, read_xml, xml_kind
from topics.reading.front_matter import take_front_matter
from topics.reading.grids import Record, rows_from_grid
from topics.reading.json_records import read_json, read_json_lines, read_plain_json_lines
from topics.reading.mail import html_of_mhtml, mail_kind, read_mail, read_msg
from topics.reading.page_layouts import find_layout, split_page
from topics.reading.press_exports import read_export
from topics.reading.rows import Rows, string_table
from topics.reading.single_release import Piece, read_piece
from topics.reading.web_pages import is_html, read_html, read_warc

ENDINGS = {
    ".txt": "text", ".text": "text", ".md": "text", ".markdown": "text", ".html": "html",
    ".htm": "html", ".xhtml": "html", ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".json": "json",
    ".geojson": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet",
    ".pq": "parquet", ".feather": "arrow", ".arrow": "arrow", ".docx": "docx", ".docm": "docx",
    ".odt": "odt", ".rtf": "rtf", ".pdf": "pdf", ".eml": "eml", ".mbox": "mbox", ".msg": "msg",
    ".rss": "feed", ".atom": "feed", ".xml": "xml", ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".xls": "xlsx", ".xlsb": "xlsx", ".ods": "xlsx", ".warc": "warc", ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".zip": "zip", ".tar": "tar", ".tgz": "tar", ".tbz2": "tar", ".txz": "tar",
}  # fmt: skip
"""Format by file name ending; each may be followed by that of a compression."""

_MARKED = ("docx", "odt", "rtf", "pdf", "msg", "xlsx", "parquet", "arrow", "warc", "zip", "tar")
"""Formats whose files begin with a mark of their own."""
_BINARY = (*_MARKED, "eml", "mbox", "mhtml", "feed", "xml")
FORMATS = ("text", "html", "csv", "json", "jsonl", *_BINARY)
"""Names of all formats."""
_REFUSED = {
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"II*\x00": "a picture", b"MM\x00*": "a picture", b"BM": None, b"RIFF": "a picture or a sound",
    b"ID3": "a sound", b"OggS": "a sound", b"\x7fELF": "a program", b"MZ": None,
    b"SQLite format 3": "a database", b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7z archive",
}  # fmt: skip


class SourceFile(NamedTuple):
    """A file to read, from the disk or out of an archive.

    Attributes
    ----------
    place : str
        Path to show: of a member of an archive, the archive's and its own.
    name : Path
        Its name, for its ending.
    data : bytes
        Its content.
    """

    place: str
    name: Path
    data: bytes


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
        What in a folder is not read, such as files of unknown kinds, with the reason.

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
        try:
            path = Path(name).expanduser()
        except RuntimeError:  # a user that is not known
            path = Path(name)
        if not name:
            raise TopicsError("the path is empty", 'give a file or a folder ("." is this one)')
        if name == "-" or path.is_file():
            files.append(name if name == "-" else path)
            continue
        if path.is_dir():
            within = sorted(p for p in path.rglob("*") if not _is_hidden(p, path))
            passed_over += [(str(p), why) for p in within if (why := _why_no_file(p))]
            within = [p for p in within if p.is_file()]
        elif glob.has_magic(name):
            within = sorted(Path(p) for p in glob.glob(str(path), recursive=True))
            within = [p for p in within if p.is_file()]
        elif path.exists() and not path.is_file():
            within = [path]  # a named pipe
        else:
            raise TopicsError("no such file or folder", "check the path", path=name)
        known: list[Path] = []
        for p in within:
            why = _why_passed_over(p) if path.is_dir() else None
            if why is None:
                known.append(p)
            else:
                passed_over.append((str(p), why))
        if not known:
            what = (
                "the folder holds no file of a known kind" if path.is_dir() else "no file matches"
            )
            raise TopicsError(what, f"known are {' '.join(ENDINGS)}, also compressed", path=name)
        files += known
    # A folder may hold links to itself, and a file may be asked for twice.
    once: dict[str, Path | str] = {}
    for file in files:
        once.setdefault("-" if file == "-" else os.path.realpath(file), file)
    return list(once.values()), passed_over


def _is_hidden(path: Path, below: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.relative_to(below).parts)


def _why_no_file(path: Path) -> str | None:
    """Why something in a folder holds no releases that can be read; None for files and folders."""
    if path.is_file() or (path.is_dir() and not path.is_symlink()):
        return None
    if not path.is_symlink():
        return "it is no file, but a pipe, a device or the like"
    return "a link to a folder is not followed" if path.is_dir() else "a link that leads nowhere"


def _why_passed_over(path: Path) -> str | None:
    """Why a file of a folder is not read; None for one that is."""
    if path.name.startswith("~$"):
        return "a lock file of an office program"
    saved = path.parent.name
    if saved.endswith(("_files", "_Dateien", "_fichiers")) and any(
        (path.parent.parent / f"{saved.rpartition('_')[0]}{ending}").exists()
        for ending in (".html", ".htm")
    ):
        return "part of a saved page"
    if format_of(path):
        return None
    try:
        with path.open("rb") as file:
            start = file.read(8192)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    try:
        kind = kind_of(start, path) if start else None
    except TopicsError as error:
        return error.problem
    # A text of an unknown ending may be a program; one without any is read.
    if kind in _BINARY or (kind is not None and not path.suffix and b"\x00" not in start):
        return None
    return f"unknown kind of file ({path.suffix or 'no ending'})"


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
    return ENDINGS.get(ending)


def kind_of(data: bytes, name: Path) -> str:
    """Format of a file by its content and, where that leaves it open, by its name.

    Parameters
    ----------
    data : bytes
        The content.
    name : Path
        The name.

    Returns
    -------
    str
        One of :data:`FORMATS`.

    Raises
    ------
    TopicsError
        If it is of a kind that holds no releases; the message says what it is.

    Examples
    --------
    >>> kind_of(b"%PDF-1.7", Path("a.txt")), kind_of(b"Aid came.", Path("a"))
    ('pdf', 'text')
    """
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    named = format_of(name)
    by_mark = _kind_by_mark(data, start, name)
    if by_mark:
        return by_mark
    if named in _MARKED:
        # What many programs call .xls is a page or a table of text.
        if named != "xlsx" or data.count(b"\x00") * 50 > len(data[:4096]) > 0:
            raise TopicsError(
                f"it is no {name.suffix.lower()} file", "open it and save it anew", path=name
            )
        named = None
    mail = mail_kind(data) if named in (None, "text", "eml", "mbox", "mhtml") else None
    if mail:
        return mail
    if named in ("eml", "mbox", "mhtml"):
        return "eml" if named == "mbox" else named
    return _kind_of_text(data, start, named, name)


def _kind_by_mark(data: bytes, start: bytes, name: Path) -> str | None:
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _kind_of_zip(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise TopicsError("it is locked with a password", "save it without one", path=name)
        if (
            b"W\x00o\x00r\x00k\x00b\x00o\x00o\x00k" in data
            or b"B\x00o\x00o\x00k\x00" in data[:4096]
        ):
            return "xlsx"
        if (
            b"_\x00_\x00p\x00r\x00o\x00p\x00e\x00r\x00t\x00i\x00e\x00s" in data
            or b"s\x00u\x00b\x00s\x00t\x00g" in data
        ):
            return "msg"
        raise TopicsError(
            "it is a document of an old office program", "save it as .docx or .txt", path=name
        )
    for mark, kind in ((b"%PDF-", "pdf"), (b"{\\rtf", "rtf"), (b"PAR1", "parquet"),
                       (b"ARROW1", "arrow"), (b"WARC/", "warc"), (b"FEA1", "arrow")):  # fmt: skip
        if start.startswith(mark) or (mark == b"%PDF-" and mark in data[:1024]):
            return kind
    if is_tar(data):
        return "tar"
    if b"<office:document" in data[:2048] and start.startswith(b"<"):
        if b"opendocument.text" not in data[:65536]:
            raise TopicsError("it is no text", "save it as .xlsx, .docx or .txt", path=name)
        return "odt"
    for mark, what in _REFUSED.items():
        if what and data.startswith(mark):
            raise TopicsError(
                f"the file is {what}, not text", "give the text of the releases", path=name
            )
    return None


def _kind_of_zip(data: bytes, name: Path) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = archive.open("mimetype").read(100) if "mimetype" in names else b""
    except ZIP_ERRORS:
        return format_of(name) if format_of(name) in ("docx", "odt", "xlsx") else "zip"  # type: ignore[return-value]
    if any(re.fullmatch(r"word/document\d*\.xml", entry) for entry in names):
        return "docx"
    if any(entry.startswith("xl/") for entry in names):
        return "xlsx"
    if b"opendocument.text" in mimetype:
        return "odt"
    if b"opendocument.spreadsheet" in mimetype:
        return "xlsx"
    what = "a presentation" if any(n.startswith("ppt/") for n in names) else (
        "a presentation or a drawing" if b"opendocument" in mimetype
        else "an e-book" if b"epub" in mimetype else None
    )  # fmt: skip
    if what:
        raise TopicsError(f"the file is {what}", "save its text as .docx or .txt", path=name)
    return "zip"


def _kind_of_text(data: bytes, start: bytes, named: str | None, name: Path) -> str:
    """Which format a text is in: what it looks like, unless its name may be right."""
    xml = xml_kind(data)
    if xml:
        return xml
    if is_html(data) or _is_wide_html(data):
        return "html"
    if named == "csv":
        return named
    if named in ("json", "jsonl"):
        return named if start[:1] in (b"{", b"[", b'"') else _refuse_json(named, start, name)
    if named in ("xml", "feed"):
        if start.startswith(b"<"):
            return "xml"
        named = None
    if start[:1] in (b"{", b"[") and _looks_like_json(data):
        lines = data.lstrip(b"\xef\xbb\xbf").splitlines()
        return "jsonl" if start[:1] == b"{" and _is_json(lines[0]) else "json"
    if named == "html":
        return "html" if b"<" in data else "text"
    return "csv" if _looks_like_table(data) else "text"


def _refuse_json(named: str, start: bytes, name: Path) -> str:
    if start[:9].decode("latin-1").lower().startswith(("callback(", "jsonp")):
        raise TopicsError("it is a script, not JSON", "save what stands in the brackets", path=name)
    return named


def _is_wide_html(data: bytes) -> bool:
    """HTML in UTF-16."""
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") and is_html(data[2:4096].replace(b"\x00", b""))


def _looks_like_json(data: bytes) -> bool:
    return bool(
        re.match(
            rb'\s*(?:\{\s*(?:"[^"]*"\s*:|\})|\[\s*(?:[\{\["]|\]))',
            data.lstrip(b"\xef\xbb\xbf"),
        )
    )


def _looks_like_table(data: bytes) -> bool:
    """Whether the first lines are cells divided alike, under names or with tabs."""
    sample = data[:65536]
    text = (
        sample.decode("utf-16", "replace") if sample[:2] in (b"\xff\xfe", b"\xfe\xff")
        else sample.decode("utf-8", "replace")
    ).lstrip("\ufeff")  # fmt: skip
    first = next((line for line in text.splitlines() if line.strip()), "")
    for delimiter in ("\t", ",", ";", "|"):
        names = [name.strip(' "') for name in first.split(delimiter)]
        if len(names) > 1 and any(map(is_text_name, names)) and all(len(n) < 60 for n in names):
            return is_even(text[: text.rfind("\n") + 1] or text, delimiter)
    whole = text if len(data) <= len(sample) else text[: text.rfind("\n") + 1]
    return is_divided_by_spaces(text) or has_tabs_alike(whole)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def open_files(
    path: Path | str, rejects: list[tuple[str | None, int | None, str]]
) -> Iterator[SourceFile]:
    """The file that a path stands for, unpacked; each file of an archive.

    Parameters
    ----------
    path : Path, or "-" for standard input
        The file.
    rejects : list of (str, int or None, str)
        Gets the members of archives that cannot be read, with the reason.

    Yields
    ------
    SourceFile
        Name and content.

    Raises
    ------
    TopicsError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("Aid came.")
    >>> [file.data for file in open_files(path, [])]
    [b'Aid came.']
    """
    with open_binary(path) as file:
        data = file.read()
    name = Path("stdin" if path == "-" else path)
    yield from unpack(SourceFile(place_of(path), name, data), rejects)


def unpack(
    file: SourceFile,
    rejects: list[tuple[str | None, int | None, str]],
    depth: int = 0,
    limit: int | None = None,
) -> Iterator[SourceFile]:
    """A file without its compression, or the files of an archive, each unpacked in turn.

    Parameters
    ----------
    file : SourceFile
        As it stands.
    rejects : list of (str, int or None, str)
        Gets the members that cannot be read, with the reason.
    depth : int, default=0
        Archives that it stands in.
    limit : int or None, default=None
        Bytes that all within may become, however deep they stand.

    Yields
    ------
    SourceFile
        Name and content.

    Raises
    ------
    TopicsError
        If it is damaged, or grows beyond bounds.

    Examples
    --------
    >>> import gzip
    >>> packed = SourceFile("a.txt.gz", Path("a.txt.gz"), gzip.compress(b"Aid came."))
    >>> [(str(file.name), file.data) for file in unpack(packed, [])]
    [('a.txt', b'Aid came.')]
    """
    place, name, data = file
    limit = allowance(len(data)) if limit is None else limit
    compression = compression_of(data)
    claimed = COMPRESSIONS.get(name.suffix.lower())
    for _ in range(2):
        if compression is None and claimed is None:
            break
        data = decompress(data, compression or claimed or "", place, limit)
        name = name.with_suffix("") if name.suffix.lower() in COMPRESSIONS else name
        compression, claimed = compression_of(data), None
    is_archive = is_tar(data) or (
        data.startswith(b"PK\x03\x04") and kind_of(data, Path(place)) == "zip"
    )
    if not is_archive:
        yield SourceFile(place, name, data)
        return
    if depth >= MAX_DEPTH:
        raise TopicsError("archives stand in archives too deeply", "unpack it", path=place)
    for member in members(data, place, limit):
        inner = f"{place}/{member.name}"
        if member.problem:
            rejects.append((inner, None, member.problem))
            continue
        try:
            within = SourceFile(inner, Path(member.name), member.data)
            yield from unpack(within, rejects, depth + 1, limit)
        except TopicsError as error:
            rejects.append((inner, None, str(TopicsError(error.problem, error.hint))))


@contextmanager
def open_binary(path: Path | str) -> Iterator[Any]:
    """A file, or standard input, open for reading.

    Parameters
    ----------
    path : Path, or "-" for standard input
        The file.

    Yields
    ------
    binary file
        It.

    Raises
    ------
    TopicsError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("Aid came.")
    >>> with open_binary(path) as file:
    ...     file.read()
    b'Aid came.'
    """
    try:
        if path == "-":
            if sys.stdin is None:
                raise TopicsError("standard input is closed", "give a file, or pipe something in")
            yield sys.stdin.buffer
            return
        if Path(path).is_char_device():
            raise TopicsError("it is a device", "give a file, or - for standard input", path=path)
        with open(path, "rb") as file:
            yield file
    except PermissionError:
        raise TopicsError(
            "no permission to read it", "check the file's rights", path=path
        ) from None
    except OSError as error:
        raise TopicsError(f"it cannot be read ({error.strerror})", path=path) from None


def place_of(path: Path | str) -> str:
    """How a file is named in messages and rows.

    Examples
    --------
    >>> place_of("-")
    'stdin'
    """
    return "stdin" if path == "-" else os.fsencode(path).decode("utf-8", "replace")


class Reading(NamedTuple):
    """How files are to be read.

    Attributes
    ----------
    format : str or None
        One of :data:`FORMATS`; None recognises it.
    split : str or None
        As for :func:`topics.reading.page_layouts.split_page`.
    encoding : str or None
        None recognises it.
    named : tuple of str
        Columns that the user asks for by name.
    """

    format: str | None = None
    split: str | None = None
    encoding: str | None = None
    named: tuple[str, ...] = ()


_AS_RECOGNISED = Reading()
_WORTH_ARROW = 1 << 20
"""Bytes of JSON Lines from which Arrow's reader is tried first."""


def read_file(file: SourceFile, how: Reading = _AS_RECOGNISED) -> Rows:
    r"""Rows of one file.

    Parameters
    ----------
    file : SourceFile
        Name and content.
    how : Reading
        What the user says of it.

    Returns
    -------
    Rows
        The rows and what could not be read.

    Raises
    ------
    TopicsError
        If the file cannot be read at all, or there is no such format.

    Examples
    --------
    >>> data = b"title,text\nAid,Aid reached the camp.\n"
    >>> read_file(SourceFile("a.csv", Path("a.csv"), data)).table.to_pylist()
    [{'title': 'Aid', 'text': 'Aid reached the camp.'}]
    """
    if how.format is not None and how.format not in FORMATS:
        raise TopicsError(f"format={how.format!r} is unknown", f"give one of {', '.join(FORMATS)}")
    place, data = Path(file.place), file.data
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise TopicsError("the file is empty", "give a file with releases in it", path=place)
    # An archive is unpacked by now, whatever its members are.
    asked = None if how.format in ("zip", "tar") else how.format
    kind = asked or kind_of(data, file.name)
    if (
        how.split is not None
        and how.format is None
        and kind in ("csv", "eml")
        and format_of(file.name) != kind
    ):
        kind = "text"  # only a text is cut
    read = _READERS.get(kind)
    if read is not None:
        return read(data, place, how)
    if kind == "jsonl" and how.encoding is None and len(data) > _WORTH_ARROW:
        plain = read_plain_json_lines(data)
        if plain is not None:
            return plain
    text = decode(data, place, how.encoding)
    if kind == "html":
        return read_html(text, place, how.named)
    if kind == "csv":
        return read_csv(text, place, how.named)
    if kind == "json":
        return read_json(text, place, how.named)
    if kind == "jsonl":
        return read_json_lines(text, place)
    return read_text(text, place, how.split)


def read_text(text: str, path: Path | str, split: str | None = None) -> Rows:
    r"""Rows of a text: an export of a press database, a page of releases, or one release.

    Parameters
    ----------
    text : str
        The text.
    path : Path or str
        For messages.
    split : str or None, default=None
        As for :func:`topics.reading.page_layouts.split_page`.

    Returns
    -------
    Rows
        ``layout`` names how it was cut, and ``as_one`` reads the text as one release after all.

    Examples
    --------
    >>> rows = read_text("Talks resume\n\nEnvoys met on Friday in Port Ellis.", "a.txt")
    >>> rows.table.to_pylist()[0]["title"], rows.layout
    ('Talks resume', 'whole')
    """
    if split is None and (rows := read_export(text)) is not None:
        return rows
    fields, text, skipped = take_front_matter(text) if split is None else ({}, text, 0)
    if fields:
        return _with_fields(_of_pieces(split_page(text, "whole"), skipped), fields, text)
    layout = (
        find_layout([line.rstrip() for line in text.splitlines()]).name if split is None else ""
    )
    pieces = split_page(text, layout if split is None else split)
    if split not in (None, "whole", "lines") and len(pieces) == 1:
        warnings.warn(f"{path}: split={split!r} finds one release only", stacklevel=2)
    rows = _of_pieces(pieces, skipped)
    rows.layout = layout or None
    rows.head = [line.strip() for line in text[:4000].split("\n") if line.strip()][:25]
    if split is None:
        rows.as_one = lambda letterhead: _of_pieces([read_piece(text, letterhead)], skipped)
    return rows


def cut_for_sure(rows: Rows) -> bool:
    r"""Whether the pieces of a text have a title and a date each, three of them or more.

    Parameters
    ----------
    rows : Rows
        Of a text.

    Returns
    -------
    bool
        What is true of a page of releases, and hardly ever of one release in parts.

    Examples
    --------
    >>> cut_for_sure(read_text("Talks resume\n\nEnvoys met on Friday.", "a.txt"))
    False
    """
    titles = rows.table["title"].to_pylist()
    dated = [bool(dates) for dates in rows.dates or []]
    return rows.layout != "blank-lines" and len(titles) > 2 and all(titles) and all(dated)


def _of_pieces(found: Sequence[Piece | None], skipped: int = 0) -> Rows:
    pieces = [piece for piece in found if piece is not None]
    rows = [
        {"title": p.title, "text": p.text, "source": p.source, "boilerplate": p.boilerplate}
        for p in pieces
    ]
    if not any(row["boilerplate"] for row in rows):
        for row in rows:
            del row["boilerplate"]
    return Rows(
        string_table(rows), [p.line + skipped for p in pieces], dates=[p.dates for p in pieces]
    )


def _with_fields(rows: Rows, fields: dict[str, Any], text: str) -> Rows:
    """Rows of a page with its front matter; its own title is text where that names another."""
    row = rows.table.to_pylist()[0] if rows.table.num_rows else {"title": None, "text": ""}
    dates = rows.dates[0] if rows.dates else []
    own = row["title"]
    title = fields.get("title") or own
    if own and own != title:
        row["text"] = f"{own}\n\n{row['text']}"
    row |= {name: value for name, value in fields.items() if name not in ("text", "title", "date")}
    row |= {
        "title": title,
        "source": fields.get("source") or fields.get("publisher") or row.get("source"),
    }
    written = next(
        (fields[n] for n in ("date", "published", "publishdate", "created") if fields.get(n)), None
    )
    return Rows(
        string_table([row]), rows.numbers or [1], dates=[[*read_date_cell(written), *dates]]
    )


def _read_document(
    reader: Callable[[bytes, Any], office.Document],
) -> Callable[[bytes, Path, Reading], Rows]:
    def read(data: bytes, path: Path, how: Reading) -> Rows:
        text, title = reader(data, path)
        if not text.strip():
            raise TopicsError("the document has no text", "give its text as .txt", path=path)
        rows = read_text(text, path, how.split)
        if rows.table.num_rows > 1 and rows.as_one is not None and not cut_for_sure(rows):
            as_one = rows.as_one
            rows = as_one(frozenset())
            rows.as_one, rows.layout = as_one, "whole"
        if title and rows.table.num_rows == 1 and rows.layout == "whole":
            row = rows.table.to_pylist()[0]
            if row.get("title") != title and row["text"].startswith(title):
                row["text"] = row["text"][len(title) :].strip() or row["text"]
            if row.get("title") is None or row["title"] in title or title in row["title"]:
                rows.table = string_table([row | {"title": title}])
        return rows

    return read


def _read_sheets(data: bytes, path: Path, how: Reading) -> Rows:
    """Rows of the sheets that hold a text, one after the other."""
    found: list[Rows] = []
    problems: list[str] = []
    for name, cells in office.read_spreadsheet(data, path):
        records = [Record(i, row) for i, row in enumerate(cells, 1)]
        if not any(any(record.cells) for record in records):
            continue
        try:
            rows = rows_from_grid(records, path, named=how.named)
        except TopicsError as error:
            problems.append(f"sheet {name!r}: {error.problem}")
            continue
        if rows.table.num_rows:
            rows.notes.insert(0, f"sheet {name!r}")
            found.append(rows)
    if not found:
        raise TopicsError(
            "the workbook holds no table", "; ".join(problems) or "fill a sheet", path=path
        )
    texts = [rows for rows in found if any(map(is_text_name, rows.table.column_names))] or found[:1]
    first = texts[0]
    for rows in texts[1:]:
        if rows.table.column_names != first.table.column_names:
            first.notes.append(f"{rows.notes[0]} has other columns and is left out")
            first.rejects += [(n, f"{rows.notes[0]} has other columns") for n in rows.numbers]
            continue
        first.table = pa.concat_tables([first.table, rows.table])
        first.numbers += rows.numbers
        first.rejects += rows.rejects
        first.notes.append(rows.notes[0])
    first.notes += [
        f"{rows.notes[0]} names no column of texts and is left out"
        for rows in found
        if rows not in texts
    ]
    return first


def _read_parquet(data: bytes, path: Path, how: Reading) -> Rows:
    import pyarrow.parquet as pq

    return _of_table(lambda: pq.read_table(pa.BufferReader(data)), "Parquet", path)


def _read_arrow(data: bytes, path: Path, how: Reading) -> Rows:
    from pyarrow import feather

    return _of_table(lambda: check_arrow(feather.read_table(pa.BufferReader(data))), "Arrow", path)


_BYTES_OF = {
    pa.string(): pa.binary(), pa.large_string(): pa.large_binary(),
    pa.string_view(): pa.binary_view(),
}  # fmt: skip


def check_arrow(table: Any) -> Any:
    """The table, unless it points outside of its own memory.

    Raises
    ------
    pyarrow.ArrowInvalid
        If it does.

    Examples
    --------
    >>> check_arrow(pa.table({"text": ["Aid came."]})).num_rows
    1
    """
    for column in table.columns:
        for chunk in column.chunks:
            # Letters that are no UTF-8 are mended later; offsets cannot be.
            as_bytes = chunk.view(_BYTES_OF[chunk.type]) if chunk.type in _BYTES_OF else chunk
            as_bytes.validate(full=True)
    return table


def _of_table(read: Callable[[], Any], kind: str, path: Path) -> Rows:
    try:
        table = read()
        _ = table.column_names  # names that are no UTF-8
    except (pa.ArrowException, OSError, ValueError):
        raise TopicsError(
            f"it is no {kind} file, or it is cut short", "copy it again", path=path
        ) from None
    return Rows(table, list(range(1, table.num_rows + 1)))


_READERS: dict[str, Callable[[bytes, Path, Reading], Rows]] = {
    "docx": _read_document(office.read_docx),
    "odt": _read_document(office.read_odt),
    "rtf": _read_document(office.read_rtf),
    "pdf": _read_document(office.read_pdf),
    "xlsx": _read_sheets,
    "parquet": _read_parquet,
    "arrow": _read_arrow,
    "eml": lambda data, path, how: read_mail(data, "eml", path),
    "mbox": lambda data, path, how: read_mail(data, "mbox", path),
    "msg": lambda data, path, how: read_msg(data, path),
    "mhtml": lambda data, path, how: read_html(html_of_mhtml(data, path), path, how.named),
    "warc": lambda data, path, how: read_warc(data, path),
    "feed": lambda data, path, how: read_feed(data, path),
    "xml": lambda data, path, how: read_xml(data, path),
}
"""Readers of what is not decoded first. An archive is unpacked before (:func:`unpack`)."""
