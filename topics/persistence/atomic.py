"""Files and folders that appear under their name only when they are whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from topics._errors import TopicsError


@contextmanager
def clear_write_error(path: Path) -> Iterator[None]:
    """Say what cannot be written in one line that names it.

    Parameters
    ----------
    path : Path
        What is written.

    Raises
    ------
    TopicsError
        In place of any OSError within.

    Examples
    --------
    >>> with clear_write_error(Path("labels.csv")):  # doctest: +ELLIPSIS
    ...     raise OSError("no space left")
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: labels.csv: it cannot be written (no space left); check ...
    """
    try:
        yield
    except OSError as error:
        raise TopicsError(
            f"it cannot be written ({error.strerror or error})", "check the space and the rights",
            path=path,
        ) from None  # fmt: skip


def _flushed(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """A file that is written beside a path and renamed to it once it is whole.

    Parameters
    ----------
    path : Path
        Where it stands in the end; its folder is made.

    Yields
    ------
    file
        Open for bytes.

    Raises
    ------
    TopicsError
        If it cannot be written; what stood there stays.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "labels.csv"
    >>> with atomic_write(path) as file:
    ...     _ = file.write(b"aid")
    ...     path.exists()
    False
    >>> path.read_bytes()
    b'aid'
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with clear_write_error(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(new, "wb") as file:
                yield file
                _flushed(file)
            new.replace(path)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def atomic_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder beside its place and rename it once it is whole.

    Parameters
    ----------
    folder : Path
        Where it stands in the end; one that is there is replaced.
    files : mapping of str to bytes
        Name to content.

    Raises
    ------
    TopicsError
        If it cannot be written; what stood there stays.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "model"
    >>> atomic_folder(folder, {"manifest.json": b"{}"})
    >>> [path.name for path in folder.iterdir()]
    ['manifest.json']
    """
    new = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        with clear_write_error(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            new.mkdir()
            for name, content in files.items():
                with open(new / name, "wb") as file:
                    file.write(content)
                    _flushed(file)
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
