"""Archives and compressed files, opened with bounds: nothing they hold can fill the memory."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from struct import error as struct_error
from typing import Any, NamedTuple

from topics._errors import TopicsError

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2", ".xz": "xz", ".lzma": "xz"}
"""Compression by file name ending."""

ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct_error, EOFError, OSError, ValueError,
    OverflowError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What Python raises for a zip file that is damaged, locked, or packed in a way not known."""
MAX_DEPTH = 3
"""Archives within archives."""
MAX_MEMBERS = 200_000
_ALWAYS = 100 << 20
_RATIO = 20
_CHUNK = 1 << 20
_STEP = 1 << 13
"""Bytes that a damaged file is read by, so that little before the fault is lost."""


class Member(NamedTuple):
    """A file within an archive.

    Attributes
    ----------
    name : str
        Its path there.
    data : bytes
        Its content; empty where it could not be read.
    problem : str or None
        Why it could not be read.
    """

    name: str
    data: bytes
    problem: str | None = None


def allowance(size: int) -> int:
    """Bytes that something of so many bytes may grow to: 100 MiB and 20 times its size.

    Examples
    --------
    >>> allowance(1 << 20) >> 20
    120
    """
    return _ALWAYS + _RATIO * size


def compression_of(data: bytes) -> str | None:
    """How a file's content is compressed; None where it is not.

    Examples
    --------
    >>> compression_of(b"BZh91AY"), compression_of(b"title,text")
    ('bzip2', None)
    """
    for mark, name in (
        (b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"), (b"\x5d\x00\x00\x80\x00", "xz"),
    ):  # fmt: skip
        if data.startswith(mark):
            return name
    return None


def decompress(data: bytes, compression: str, path: Any, limit: int | None = None) -> bytes:
    """Content of a compressed file.

    Parameters
    ----------
    data : bytes
        As it stands.
    compression : {"gzip", "bzip2", "xz", "zstd"}
        How it is compressed.
    path : object
        For messages.
    limit : int or None, default=None
        Bytes that it may become; None allows :func:`allowance`.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    TopicsError
        If it is cut short, or would become larger than any text of that size.

    Examples
    --------
    >>> decompress(bz2.compress(b"Aid came."), "bzip2", "a.txt.bz2")
    b'Aid came.'
    """
    limit = allowance(len(data)) if limit is None else limit
    packed = io.BytesIO(data)
    with _as_topics_error(compression, path), open_compressed(packed, compression) as file:
        return _bounded(file.read, limit, path)


def open_compressed(file: Any, compression: str) -> Any:
    """A compressed file, opened to be read as what it holds.

    Parameters
    ----------
    file : binary file
        Open for reading.
    compression : {"gzip", "bzip2", "xz", "zstd"}
        How it is compressed.

    Returns
    -------
    binary file
        Its content.

    Examples
    --------
    >>> open_compressed(io.BytesIO(bz2.compress(b"Aid came.")), "bzip2").read()
    b'Aid came.'
    """
    if compression == "zstd":
        import pyarrow as pa

        return pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")
    if compression == "gzip":
        import gzip

        return gzip.GzipFile(fileobj=file)
    return (bz2.BZ2File if compression == "bzip2" else lzma.LZMAFile)(file)


class BoundedReader:
    """A compressed file that is read bit by bit, and no further than a text of its size may grow.

    Parameters
    ----------
    file : binary file
        Open for reading; what of it was read decides how much it may become.
    compression : {"gzip", "bzip2", "xz", "zstd"}
        How it is compressed.
    path : object
        For messages.

    Examples
    --------
    >>> BoundedReader(io.BytesIO(bz2.compress(b"Aid came.")), "bzip2", "a.bz2").read(3)
    b'Aid'
    """

    def __init__(self, file: Any, compression: str, path: Any) -> None:
        self._file, self._compression, self._path = file, compression, path
        self._size = 0
        with _as_topics_error(compression, path):
            self._opened = open_compressed(file, compression)

    def read(self, size: int) -> bytes:
        """The next bytes, fewer only at the end.

        Raises
        ------
        TopicsError
            If the file is damaged, or has become larger than any text of its size.

        Examples
        --------
        See the class.
        """
        parts, left = [], size
        try:
            with _as_topics_error(self._compression, self._path):
                while left and (part := self._opened.read(min(left, _STEP))):
                    left -= len(part)
                    self._size += len(part)
                    limit = allowance(self._file.tell())
                    if self._size > limit:
                        raise _too_large(limit, self._path)
                    parts.append(bytes(part))
        except TopicsError:
            # What could be read comes first; the next call meets the same fault.
            if not parts:
                raise
        return b"".join(parts)


@contextmanager
def _as_topics_error(compression: str, path: Any) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        if isinstance(error, TopicsError):
            raise
        raise TopicsError(
            f"it is no {compression} file, or it is cut short", "copy it again", path=path
        ) from None


def _too_large(limit: int, path: Any) -> TopicsError:
    return TopicsError(
        f"it would become larger than {limit >> 20} MiB",
        "if it is no bomb, unpack it and give the folder",
        path=path,
    )


def _bounded(read: Callable[[int], bytes], limit: int, path: Any) -> bytes:
    parts, size = [], 0
    while part := read(_CHUNK):
        size += len(part)
        if size > limit:
            raise _too_large(limit, path)
        parts.append(bytes(part))
    return b"".join(parts)


def is_tar(data: bytes) -> bool:
    """Whether a file's content is a tar archive.

    Examples
    --------
    >>> is_tar(b"Aid came.")
    False
    """
    return data[257:262] == b"ustar"


def members(data: bytes, path: Any, limit: int | None = None) -> Iterator[Member]:
    """Files of a zip or tar archive, one after the other, in the order of their names.

    Parameters
    ----------
    data : bytes
        The archive.
    path : object
        For messages.
    limit : int or None, default=None
        Bytes that all may become; None allows :func:`allowance`.

    Yields
    ------
    Member
        Hidden files and folders are left out; what is locked, leads out of the archive or is no
        plain file has a problem in place of its content.

    Raises
    ------
    TopicsError
        If it is no archive, holds too many files, or grows beyond bounds.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as archive:
    ...     archive.writestr("a.txt", "Aid came.")
    >>> [(member.name, member.data) for member in members(file.getvalue(), "a.zip")]
    [('a.txt', b'Aid came.')]
    """
    left = [allowance(len(data)) if limit is None else limit]
    try:
        yield from (_of_tar if is_tar(data) else _of_zip)(data, left, path)
    except TopicsError:
        raise
    except (*ZIP_ERRORS, tarfile.TarError):
        raise TopicsError(
            "it is no archive, or it is cut short", "copy it again", path=path
        ) from None


def _of_zip(data: bytes, left: list[int], path: Any) -> Iterator[Member]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [info for info in archive.infolist() if not info.is_dir()]
        _check_number(len(found), path)
        for info in sorted(found, key=lambda info: info.filename):
            if _is_hidden(info.filename):
                continue
            problem = _name_problem(info.filename)
            if info.flag_bits & 1:
                problem = "it is locked with a password"
            if problem:
                yield Member(info.filename, b"", problem)
                continue
            try:
                with archive.open(info) as file:
                    content = _take(file.read, left, path)
            except TopicsError:
                raise
            except ZIP_ERRORS:
                yield Member(
                    info.filename, b"", "it is damaged, or packed in a way that is not known"
                )
                continue
            yield Member(info.filename, content)


def _of_tar(data: bytes, left: list[int], path: Any) -> Iterator[Member]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = []
        for info in archive:
            if not info.isdir():
                found.append(info)
            _check_number(len(found), path)
        for info in sorted(found, key=lambda info: info.name):
            if _is_hidden(info.name):
                continue
            problem = _name_problem(info.name)
            if not info.isreg():
                problem = "it is a link or a device"
            file = None if problem else archive.extractfile(info)
            if file is None:
                yield Member(info.name, b"", problem or "it is no plain file")
            else:
                yield Member(info.name, _take(file.read, left, path))


def _take(read: Callable[[int], bytes], left: list[int], path: Any) -> bytes:
    content = _bounded(read, left[0], path)
    left[0] -= len(content)
    return content


def _check_number(n: int, path: Any) -> None:
    if n > MAX_MEMBERS:
        raise TopicsError(
            f"it holds more than {MAX_MEMBERS:,} files", "unpack it and give the folder", path=path
        )


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part not in ("..", ".")
               for part in PurePosixPath(name).parts)  # fmt: skip


def _name_problem(name: str) -> str | None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    outside = ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":"
    return "its name leads out of the archive" if outside else None
