"""Releases of files of any size, a batch at a time, so that memory does not grow with the input."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa

from topics._errors import TopicsError
from topics.reading.archives import COMPRESSIONS, BoundedReader, compression_of
from topics.reading.corpus import Corpus, TakenIds, with_ids
from topics.reading.csv_tables import CsvPiece, csv_pieces
from topics.reading.encodings import decode, held_encoding
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

BATCH_BYTES = 2 << 20
"""Bytes of files that are read at a time; what is made of them takes about ten times as many."""
_LONGEST_LINE = 32 << 20
"""Bytes of a line of a large file that is held."""
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
    a batch. A row of more than 32 MiB of a large JSON Lines file is a reject. Input of one batch is
    read as :func:`topics.read_releases` reads it.

    Parameters
    ----------
    paths : str, Path, or iterable
        As for :func:`topics.read_releases`; what is in memory comes as one batch.
    batch_bytes : int, default=2 MiB
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
    options = Options(format, split, columns, encoding, dayfirst, repair, languages, boilerplate)
    taken, n_releases = TakenIds(), 0
    first: list[Mapping[str, Any]] = []
    for batch in cut_into_batches(paths, options, batch_bytes):
        corpus = batch.read()
        n_releases += len(corpus)
        first = first or corpus.rejects.slice(0, 1).to_pylist()
        table = with_ids(corpus.table, taken)
        yield corpus if table is corpus.table else Corpus(table, corpus.rejects, corpus.log)
    if not n_releases:
        raise nothing_read(first)


class Options(NamedTuple):
    """How releases are read: the arguments of :func:`topics.read_releases`."""

    format: str | None = None
    split: str | None = None
    columns: Mapping[str, str] | None = None
    encoding: str | None = None
    dayfirst: bool | None = None
    repair: bool = False
    languages: bool = True
    boilerplate: Literal["separate", "keep"] = "separate"


class WholeFile(NamedTuple):
    """A file that is read as a whole.

    Attributes
    ----------
    file : SourceFile
        Name and content.
    how : Reading
        What the user says of it.
    only : str or None
        The place of the only file there is: that it cannot be read is an error, and no reject.
    """

    file: SourceFile
    how: Reading
    only: str | None

    def parts(self, rejects: list[Reject]) -> Iterator[Part]:
        """Its rows.

        Examples
        --------
        >>> file = SourceFile("a.txt", Path("a.txt"), b"Aid came.")
        >>> [part.place for part in WholeFile(file, Reading(), None).parts([])]
        ['a.txt']
        """
        return read_members([self.file], self.how, rejects, self.only)

    @property
    def size(self) -> int:
        """Bytes.

        Examples
        --------
        >>> WholeFile(SourceFile("a.txt", Path("a.txt"), b"Aid"), Reading(), None).size
        3
        """
        return len(self.file.data)


class JsonLines(NamedTuple):
    """Some lines of a JSON Lines file.

    Attributes
    ----------
    file : SourceFile
        Name, and content of the lines.
    how : Reading
        What the user says of it.
    before : int
        How many lines stand above.
    """

    file: SourceFile
    how: Reading
    before: int

    def parts(self, rejects: list[Reject]) -> Iterator[Part]:
        """Their rows.

        Examples
        --------
        >>> file = SourceFile("a.jsonl", Path("a.jsonl"), b'"Aid came."')
        >>> [part.rows.numbers for part in JsonLines(file, Reading(), 8).parts([])]
        [[9]]
        """
        if not self.file.data.strip():
            return
        rows = read_file(self.file, self.how._replace(format="jsonl"))
        rows.numbers = [number + self.before for number in rows.numbers]
        rows.rejects = [
            (number if number is None else number + self.before, why)
            for number, why in rows.rejects
        ]
        yield Part(self.file.place, rows)

    @property
    def size(self) -> int:
        """Bytes.

        Examples
        --------
        >>> JsonLines(SourceFile("a.jsonl", Path("a.jsonl"), b"{}"), Reading(), 0).size
        2
        """
        return len(self.file.data)


class CsvRows(NamedTuple):
    """Some rows of a CSV file."""

    place: str
    piece: CsvPiece

    def parts(self, rejects: list[Reject]) -> Iterator[Part]:
        r"""The rows.

        Examples
        --------
        >>> (piece,) = csv_pieces(iter(["text\nAid came.\n"]), "a.csv")
        >>> [part.rows.numbers for part in CsvRows("a.csv", piece).parts([])]
        [[2]]
        """
        yield Part(self.place, self.piece.rows())

    @property
    def size(self) -> int:
        r"""Characters.

        Examples
        --------
        >>> CsvRows("a.csv", next(csv_pieces(iter(["text\nAid.\n"]), "a.csv"))).size
        10
        """
        return len(self.piece.text)


class ArrowRows(NamedTuple):
    """Some rows of a Parquet or Arrow file."""

    place: str
    table: pa.Table
    before: int

    def parts(self, rejects: list[Reject]) -> Iterator[Part]:
        """The rows.

        Examples
        --------
        >>> rows = ArrowRows("a.parquet", pa.table({"text": ["Aid came."]}), 8)
        >>> [part.rows.numbers for part in rows.parts([])]
        [[9]]
        """
        n = self.table.num_rows
        yield Part(self.place, Rows(self.table, list(range(self.before + 1, self.before + 1 + n))))

    @property
    def size(self) -> int:
        """Bytes.

        Examples
        --------
        >>> ArrowRows("a.parquet", pa.table({"text": ["Aid came."]}), 0).size > 0
        True
        """
        return int(self.table.nbytes)


Piece = WholeFile | JsonLines | CsvRows | ArrowRows
"""A file, or a piece of a large one, that is not parsed yet."""


@dataclass
class Batch:
    """Releases that are not read yet: files, or a piece of a large one.

    It may be sent to another process and read there.

    Attributes
    ----------
    pieces : list of Piece
        The files.
    rejects : list of (str or None, int or None, str)
        What could not be read so far.
    making : Making
        How rows become a corpus, and what earlier pieces have decided.
    corpus : Corpus or None
        What was read, where it had to be.
    """

    pieces: list[Piece]
    rejects: list[Reject]
    making: Making
    corpus: Corpus | None = None

    @property
    def is_first_of_only(self) -> bool:
        """Whether it is the beginning of the only file there is.

        Examples
        --------
        >>> Batch([], [], Making({}, None, False, False, "separate")).is_first_of_only
        False
        """
        return bool(self.making.is_only) and not self.making.found

    @property
    def size(self) -> int:
        """Bytes of the files.

        Examples
        --------
        >>> Batch([], [], Making({}, None, False, False, "separate")).size
        0
        """
        return sum(piece.size for piece in self.pieces)

    def read(self) -> Corpus:
        """The releases; ids are given once within the batch.

        Raises
        ------
        TopicsError
            If the only file there is cannot be read.

        Examples
        --------
        >>> making = Making({}, None, False, False, "separate")
        >>> file = SourceFile("a.txt", Path("a.txt"), b"Aid came.")
        >>> len(Batch([WholeFile(file, Reading(), None)], [], making).read())
        1
        """
        if self.corpus is None:
            parts: list[Part] = []
            rejects = list(self.rejects)
            for piece in self.pieces:
                try:
                    parts += piece.parts(rejects)
                except TopicsError as error:
                    if isinstance(piece, WholeFile) or self.is_first_of_only:
                        raise
                    rejects += _unread(piece, error)
            self.corpus = one_corpus(parts, rejects, self.making)
        return self.corpus


def cut_into_batches(
    paths: Any, options: Options, batch_bytes: int = BATCH_BYTES
) -> Iterator[Batch]:
    """Input in batches that are yet to be read, in this process or another.

    Parameters
    ----------
    paths : str, Path, or iterable
        As for :func:`topics.read_releases`; what is in memory comes as one batch.
    options : Options
        How releases are read.
    batch_bytes : int, default=2 MiB
        Bytes of a batch.

    Yields
    ------
    Batch
        The first piece of a large file is read already, since it decides how the others are.

    Raises
    ------
    TopicsError
        As :func:`topics.read_releases` raises it, if there is no such file, or the first piece of
        the only one cannot be read.

    Examples
    --------
    >>> (batch,) = cut_into_batches(["Aid came."], Options())
    >>> len(batch.read())
    1
    """
    how = check_options(
        options.format, options.split, options.columns, options.encoding, options.boilerplate
    )
    columns = dict(options.columns or {})
    new = partial(
        Making, columns, options.dayfirst, options.repair, options.languages, options.boilerplate
    )
    names, given = names_or_releases(paths)
    if names is None:
        yield Batch([], [], new(), read_releases(given, **options._asdict()))
        return
    files, passed_over = find_files(names)
    new = partial(new, is_only=len(files) == 1)
    rejects: list[Reject] = [(path, None, reason) for path, reason in passed_over]
    pieces: list[Piece] = []

    def take() -> Batch:
        batch = Batch(pieces[:], rejects[:], new())
        # In place: who reads the next file holds the list of rejects.
        pieces.clear()
        rejects.clear()
        return batch

    for file in files:
        decided: Making | None = None
        for piece in _pieces_of(file, how, rejects, batch_bytes, is_only=len(files) == 1):
            if isinstance(piece, WholeFile):
                if pieces and sum(p.size for p in pieces) + piece.size > batch_bytes:
                    yield take()
                pieces.append(piece)
                continue
            if pieces or (rejects and decided is None):
                yield take()
            pieces.append(piece)
            batch = take()
            if decided is None:
                batch.read()
                decided = batch.making
            else:
                batch.making = new(found=dict(decided.found), orders=dict(decided.orders))
            yield batch
    if pieces or rejects:
        yield take()


def _unread(piece: Piece, error: TopicsError) -> list[Reject]:
    """Rejects for all rows of a piece that cannot be read."""
    place, row, reason = as_reject(_place_of_piece(piece), error)
    if not isinstance(piece, CsvRows):
        return [(place, row, reason)]
    said = reason if row is None else f"not read, because of line {row}: {reason}"
    return [(place, number, said) for number in piece.piece.numbers()] or [(place, row, reason)]


def _place_of_piece(piece: Piece) -> str:
    return piece.place if isinstance(piece, (CsvRows, ArrowRows)) else piece.file.place


def _pieces_of(
    file: Path | str, how: Reading, rejects: list[Reject], size: int, *, is_only: bool
) -> Iterator[Piece]:
    """A file, in pieces where it is large; an error where the only one cannot be read."""
    place, begun = place_of(file), False
    try:
        for columnar in _columnar(file, how, size):
            yield columnar
            begun = True
        if begun:
            return
        with open_binary(file) as opened:
            head = opened.read(size + 1)
            for piece in _pieces_by_lines(head, opened, file, how, size, rejects):
                yield piece
                begun = True
            if begun:
                return
            if file != "-" and opened.seekable():
                opened.seek(0)
                head = b""
            data = head + opened.read()
        only = os.fsdecode(file) if is_only else None
        for member in unpack(SourceFile(place, _name_of(file), data), rejects):
            yield WholeFile(member, how, only)
    except TopicsError as error:
        if is_only and not begun:
            raise
        _, row, reason = as_reject(place, error)
        rejects.append((place, row, f"{reason}; no row from here on is read" if begun else reason))


def _name_of(file: Path | str) -> Path:
    return Path("stdin" if file == "-" else file)


def _pieces_by_lines(
    head: bytes, opened: Any, file: Path | str, how: Reading, size: int, rejects: list[Reject]
) -> Iterator[Piece]:
    """A large file whose lines are rows, in pieces; none of any other."""
    name, read, place = _name_of(file), opened.read, place_of(file)
    compression = compression_of(head) or COMPRESSIONS.get(name.suffix.lower())
    if compression is not None:
        if file == "-" or not opened.seekable():
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
    held = _HeldEncoding(how.encoding)
    if kind == "jsonl" and _is_a_value(head):
        for block, before, too_long in blocks:
            why = f"the row is larger than {_LONGEST_LINE >> 20} MiB; split it"
            rejects += [(place, number, why) for number in too_long]
            its_how = how._replace(encoding=held.of(block))
            yield JsonLines(SourceFile(place, name, block), its_how, before)
    elif kind == "csv":
        texts = (decode(block, place, held.of(block)) for block in _whole(blocks, place))
        for piece in csv_pieces(texts, place, how.named, size):
            yield CsvRows(place, piece)


class _HeldEncoding:
    """The encoding of a file's pieces: what one that is no UTF-8 shows holds for later ones."""

    def __init__(self, given: str | None) -> None:
        self._given = given
        self._held: str | None = None

    def of(self, block: bytes) -> str | None:
        """The encoding to read a piece in; None where it is to be recognised."""
        if self._given is not None:
            return self._given
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return None
        self._held = self._held or held_encoding(block)
        if self._held is not None:
            try:
                block.decode(self._held)
            except UnicodeDecodeError:
                return None
        return self._held


def _is_a_value(head: bytes) -> bool:
    """Whether the first line is a whole object or text, as JSON Lines has them."""
    if b"\n" not in head.strip():
        return head.lstrip()[:1] in (b"{", b'"')  # one that is larger than a piece
    first = next((line for line in head.split(b"\n", 50) if line.strip()), b"")
    try:
        return isinstance(json.loads(first.removeprefix(b"\xef\xbb\xbf")), (dict, str))
    except (ValueError, RecursionError):
        return False


def _whole(blocks: Iterator[tuple[bytes, int, list[int]]], place: str) -> Iterator[bytes]:
    """The blocks of a file that must not lack a line, since its cells may go over several."""
    for block, _, too_long in blocks:
        if too_long:
            raise TopicsError(
                f"the line is larger than {_LONGEST_LINE >> 20} MiB", "split it", path=place,
                row=too_long[0],
            )  # fmt: skip
        yield block


def _has_lines(head: bytes, encoding: str | None) -> bool:
    """Whether the byte of a line feed ends a line, as it does not where characters are wider."""
    try:
        known = "" if encoding is None else codecs.lookup(encoding).name
    except LookupError:
        return False
    return not known.startswith(("utf-16", "utf-32")) and b"\x00" not in head[:4096]


def _blocks(
    head: bytes, read: Callable[[int], bytes], size: int
) -> Iterator[tuple[bytes, int, list[int]]]:
    """Whole lines of about so many bytes, how many lines stand before, and those left out.

    A line that is too long to be held is let go while it is read; it is the last of its block.
    """
    block, before = head, 0
    while block:
        too_long: list[int] = []
        while not (end := block.rfind(b"\n") + 1) and (more := read(size)):
            if len(block) > _LONGEST_LINE:
                while more and b"\n" not in more:
                    more = read(size)
                too_long.append(before + 1)
                block = more[more.find(b"\n") :] if more else b"\n"
                continue
            block += more
        end = end or len(block)
        yield block[:end], before, too_long
        before += block.count(b"\n", 0, end)
        block = block[end:] + read(size)


def _columnar(file: Path | str, how: Reading, size: int) -> Iterator[ArrowRows]:
    """Pieces of a large Parquet or Arrow file; none of any other."""
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
        yield ArrowRows(place_of(file), table, before)
        before += table.num_rows


def _parquet(path: Path, size: int) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
    except (pa.ArrowException, OSError, ValueError):
        return  # it is read as a whole, and the error is said there
    with file:
        groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
        n_bytes = sum(group.total_byte_size for group in groups)
        if n_bytes <= size:
            return
        n_rows = max(1, min(_MOST_ROWS, size * file.metadata.num_rows // n_bytes))
        for batch in file.iter_batches(n_rows):
            # Rows may be much longer here than in most of the file.
            yield from _sliced(batch, size)


def _arrow(path: Path, size: int) -> Iterator[pa.Table]:
    if path.stat().st_size <= size:
        return
    with pa.memory_map(str(path)) as source:
        file = pa.ipc.open_file(source)
        for number in range(file.num_record_batches):
            yield from map(check_arrow, _sliced(file.get_batch(number), size))


def _sliced(batch: pa.RecordBatch, size: int) -> Iterator[pa.Table]:
    """Rows of about so many bytes at a time."""
    table = pa.Table.from_batches([batch])
    n_rows = max(1, min(_MOST_ROWS, size * len(table) // max(table.nbytes, 1)))
    for low in range(0, len(table), n_rows):
        yield table.slice(low, n_rows)
