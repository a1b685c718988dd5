"""Releases of files of any size, a batch at a time, so that memory does not grow with the input."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from topics._errors import TopicsError
from topics.reading.archives import COMPRESSIONS, BoundedReader, compression_of
from topics.reading.corpus import Corpus
from topics.reading.csv_tables import read_csv_in_pieces
from topics.reading.encodings import decode
from topics.reading.formats import (
    Reading,
    SourceFile,
    check_arrow,
    find_files,
    kind_of,
    open_binary,
    place_of,
    read_file,
    unpack,
)
from topics.reading.read import (
    Making,
    Part,
    Reject,
    as_reject,
    check_options,
    names_or_releases,
    nothing_read,
    one_corpus,
    read_members,
    read_releases,
)
from topics.reading.rows import Rows

BATCH_BYTES = 8 << 20
"""Bytes of files that are read at a time; what is made of them takes about ten times as many."""
_MOST_ROWS = 8192
"""Rows of a Parquet or Arrow file that are read at a time."""


def iter_releases(
    paths: Any,
    *,
    batch_bytes: int = BATCH_BYTES,
    format: str | None = None,
    split: str | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    dayfirst: bool | None = None,
    repair: bool = False,
    languages: bool = True,
    boilerplate: Literal["separate", "keep"] = "separate",
) -> Iterator[Corpus]:
    r"""Read releases batch by batch, in memory that does not grow with the input.

    JSON Lines, CSV, Parquet and Arrow files are read piece by piece, also where they are
    compressed; of other kinds one file at a time is held as a whole. What is decided about a file
    (its columns, its delimiter, whether dates begin with the day) is decided in its first piece;
    what repeats itself (boilerplate, letterheads, one release or many a file) is looked for within
    a batch. Input of one batch is read as :func:`topics.read_releases` reads it.

    Parameters
    ----------
    paths : str, Path, or iterable
        As for :func:`topics.read_releases`; what is in memory comes as one batch.
    batch_bytes : int, default=16 MiB
        Bytes of files in a batch, more where a release is larger.
    format, split, columns, encoding, dayfirst, repair, languages, boilerplate
        As for :func:`topics.read_releases`.

    Yields
    ------
    Corpus
        Releases of a batch, with its rejects and what was decided; ids are not given twice. A batch
        of which nothing could be read has no release.

    Raises
    ------
    TopicsError
        As :func:`topics.read_releases` raises it; at the end, if no release was read at all.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "releases.jsonl"
    >>> _ = path.write_text('{"text": "Aid came."}\n' * 3)
    >>> [corpus["row"].to_pylist() for corpus in iter_releases(path, batch_bytes=50)]
    [[1, 2], [3]]
    """
    how = check_options(format, split, columns, encoding, boilerplate)
    making = Making(dict(columns or {}), dayfirst, repair, languages, boilerplate)
    names, given = names_or_releases(paths)
    if names is None:
        yield read_releases(
            given, format=format, split=split, columns=columns, encoding=encoding,
            dayfirst=dayfirst, repair=repair, languages=languages, boilerplate=boilerplate,
        )  # fmt: skip
        return
    files, passed_over = find_files(names)
    rejects: list[Reject] = [(path, None, reason) for path, reason in passed_over]
    parts: list[Part] = []
    size = n_releases = 0
    first: list[Mapping[str, Any]] = []

    def take() -> Corpus:
        nonlocal size, n_releases
        corpus = one_corpus(parts, rejects, making)
        # In place: who reads the next file holds the list of rejects.
        parts.clear()
        rejects.clear()
        size = 0
        n_releases += len(corpus)
        if not first:
            first.extend(corpus.rejects.slice(0, 1).to_pylist())
        return corpus

    for file in files:
        for part in _parts_of(file, how, rejects, batch_bytes, is_only=len(files) == 1):
            its_size = part.rows.table.nbytes
            if parts and size + its_size > batch_bytes:
                yield take()
            parts.append(part)
            size += its_size
    if parts or rejects or not n_releases:
        yield take()
    if not n_releases:
        raise nothing_read(first, names)


def _parts_of(
    file: Path | str, how: Reading, rejects: list[Reject], size: int, *, is_only: bool
) -> Iterator[Part]:
    """Rows of a file, in pieces where it is large; an error where the only one cannot be read."""
    place, begun = place_of(file), False
    try:
        for rows in _columnar(file, how, size):
            yield Part(place, rows)
            begun = True
        if begun:
            return
        with open_binary(file) as opened:
            head = opened.read(size + 1)
            for rows in _pieces(head, opened, file, how, size):
                yield Part(place, rows)
                begun = True
            if begun:
                return
            if file != "-":
                opened.seek(0)
                head = b""
            data = head + opened.read()
        members = unpack(SourceFile(place, _name_of(file), data), rejects)
        yield from read_members(members, how, rejects, os.fsdecode(file) if is_only else None)
    except TopicsError as error:
        if is_only:
            raise
        _, row, reason = as_reject(place, error)
        rejects.append((place, row, f"{reason}; no row from here on is read" if begun else reason))


def _name_of(file: Path | str) -> Path:
    return Path("stdin" if file == "-" else file)


def _pieces(head: bytes, opened: Any, file: Path | str, how: Reading, size: int) -> Iterator[Rows]:
    """Rows of a large file whose lines are rows, in pieces; nothing of any other."""
    name, read = _name_of(file), opened.read
    compression = compression_of(head) or COMPRESSIONS.get(name.suffix.lower())
    if compression is not None:
        if file == "-":
            return
        opened.seek(0)
        read = BoundedReader(opened, compression, file).read
        name = name.with_suffix("") if name.suffix.lower() in COMPRESSIONS else name
        head = read(size + 1)
    if len(head) <= size or how.split is not None or compression_of(head):
        return
    if not _has_lines(head, how.encoding):
        return
    kind = how.format or kind_of(head, name)
    blocks = _blocks(head, read, size)
    if kind == "jsonl":
        yield from _json_lines(blocks, SourceFile(place_of(file), name, b""), how)
    elif kind == "csv":
        texts = (decode(block, place_of(file), how.encoding) for block in blocks)
        yield from read_csv_in_pieces(texts, place_of(file), how.named, size)


def _has_lines(head: bytes, encoding: str | None) -> bool:
    """Whether the byte of a line feed ends a line, as it does not where characters are wider."""
    try:
        known = encoding is not None and codecs.lookup(encoding).name
    except LookupError:
        return False
    wide = bool(known) and "\n".encode(str(known)) != b"\n"
    return not wide and b"\x00" not in head[:4096]


def _blocks(head: bytes, read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    """Whole lines of about so many bytes, or one line that is longer."""
    block = head
    while block:
        while not (end := block.rfind(b"\n") + 1) and (more := read(size)):
            block += more
        end = end or len(block)
        yield block[:end]
        block = block[end:] + read(size)


def _json_lines(blocks: Iterator[bytes], file: SourceFile, how: Reading) -> Iterator[Rows]:
    how = how._replace(format="jsonl")
    before = 0
    for block in blocks:
        if block.strip():
            rows = read_file(file._replace(data=block), how)
            rows.numbers = [number + before for number in rows.numbers]
            rows.rejects = [
                (number if number is None else number + before, why) for number, why in rows.rejects
            ]
            yield rows
        before += block.count(b"\n")


def _columnar(file: Path | str, how: Reading, size: int) -> Iterator[Rows]:
    """Rows of a large Parquet or Arrow file, in pieces; nothing of any other."""
    if file == "-" or not os.path.isfile(file):
        return
    with open_binary(file) as opened:
        mark = opened.read(6)
    if mark[:4] == b"PAR1" and how.format in (None, "parquet"):
        batches = _parquet(Path(file), size)
    elif mark == b"ARROW1" and how.format in (None, "arrow"):
        batches = _arrow(Path(file), size)
    else:
        return
    before = 0
    while True:
        try:
            table = next(batches)
        except StopIteration:
            return
        except (pa.ArrowException, OSError, ValueError):
            raise TopicsError(
                "it is cut short or damaged", "copy it again", path=file, row=before + 1
            ) from None
        yield Rows(table, list(range(before + 1, before + 1 + table.num_rows)))
        before += table.num_rows


def _parquet(path: Path, size: int) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, buffer_size=1 << 20)
    except (pa.ArrowException, OSError, ValueError):
        return  # it is read as a whole, and the error is said there
    with file:
        groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
        n_bytes = sum(group.total_byte_size for group in groups)
        if n_bytes <= size:
            return
        n_rows = max(1, min(_MOST_ROWS, size * file.metadata.num_rows // n_bytes))
        for batch in file.iter_batches(n_rows):
            yield pa.Table.from_batches([batch])


def _arrow(path: Path, size: int) -> Iterator[pa.Table]:
    if path.stat().st_size <= size:
        return
    with pa.memory_map(str(path)) as source:
        file = pa.ipc.open_file(source)
        for number in range(file.num_record_batches):
            whole = pa.Table.from_batches([file.get_batch(number)])
            n_rows = max(1, min(_MOST_ROWS, size * len(whole) // max(whole.nbytes, 1)))
            for low in range(0, len(whole), n_rows):
                yield check_arrow(whole.slice(low, n_rows))
