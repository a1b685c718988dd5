"""Files and folders that appear under their name only when they are whole."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from topics._errors import TopicsError

_UNFINISHED, _REPLACED = ".new", ".old"
"""Endings of what is being written, and of what is being replaced, beside its place."""


_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


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


def output_exists(path: Path) -> TopicsError:
    """The error where something stands under a name that may not be taken.

    Parameters
    ----------
    path : Path
        The name.

    Returns
    -------
    TopicsError
        To be raised.

    Examples
    --------
    >>> print(output_exists(Path("labels.csv")))
    labels.csv: the output exists; take another name, or overwrite it
    """
    return TopicsError(
        "the output exists", "take another name, or overwrite it",
        shell_hint="take another name, or --force", path=path,
    )  # fmt: skip


def flushed(file: BinaryIO) -> None:
    """Keep what was written across a power cut.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryFile() as file:
    ...     flushed(file)
    """
    file.flush()
    os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Keep a name across a power cut, where the system can."""
    if os.name == "posix":
        with suppress(OSError):
            fd = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)


def _beside(path: Path, ending: str) -> Path:
    """A name beside a path that no other writer, of whatever process or thread, has."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}{ending}")


def try_lock(fd: int) -> bool:
    """Hold an open file from now on, unless another process or thread does.

    Parameters
    ----------
    fd : int
        Its descriptor; closing it ends the hold, as the end of the process does.

    Returns
    -------
    bool
        False if somebody else holds it. True where the file system knows no locks.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file, open(file.name, "rb") as again:
    ...     try_lock(file.fileno()), try_lock(again.fileno())
    (True, False)
    """
    try:
        import fcntl
    except ImportError:
        return _try_lock_windows(fd)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
    return True


def _try_lock_windows(fd: int) -> bool:
    import msvcrt

    try:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


def _begin(place: Path, folder: bool) -> tuple[Path, int]:
    """A new file or folder beside a place, held open so that others see it is being written."""
    while True:
        new = _beside(place, _UNFINISHED)
        if folder:
            new.mkdir()
        flags = os.O_RDONLY if folder else os.O_RDWR | os.O_CREAT | os.O_EXCL
        try:
            fd = os.open(new, flags | getattr(os, "O_BINARY", 0), 0o666)
        except FileNotFoundError:
            continue
        # Whoever clears away may have found it before it was held.
        if try_lock(fd):
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(fd), new.stat()):
                    return new, fd
        os.close(fd)


def _clear_away(path: Path) -> None:
    """Remove what writers of a path left behind that were killed."""
    if os.name != "posix":
        # Nothing says there whether a writer is alive.
        return
    for ending in (_UNFINISHED, _REPLACED):
        for left in path.parent.glob(f".{_escaped(path.name)}.*{ending}"):
            with suppress(OSError):
                fd = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
                try:
                    if try_lock(fd):
                        shutil.rmtree(left) if left.is_dir() else left.unlink()
                finally:
                    os.close(fd)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


@contextmanager
def atomic_write(path: Path, *, overwrite: bool = True) -> Iterator[BinaryIO]:
    """A file that is written beside a path and gets its name once it is whole.

    Parameters
    ----------
    path : Path
        Where it stands in the end; its folder is made. A link is followed, and a file that is
        replaced leaves its permissions.
    overwrite : bool, default=True
        Replace a file that is there. Without it, of two writers at once the first one wins.

    Yields
    ------
    file
        Open for bytes.

    Raises
    ------
    TopicsError
        If it cannot be written, or is there and may not be replaced; what stood there stays.

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
    place = Path(os.path.realpath(path))
    new = None
    try:
        with clear_write_error(path):
            place.parent.mkdir(parents=True, exist_ok=True)
            _clear_away(place)
            new, fd = _begin(place, folder=False)
            with open(fd, "wb") as file:
                yield file
                flushed(file)
                with suppress(FileNotFoundError):
                    os.chmod(new, stat.S_IMODE(place.stat().st_mode))
            if overwrite:
                new.replace(place)
            else:
                _give_free_name(new, place)
            _flush_folder(place.parent)
    finally:
        if new is not None:
            with suppress(OSError):
                new.unlink(missing_ok=True)


def _give_free_name(new: Path, place: Path) -> None:
    """Give a file a name that nobody has; a second link fails where a rename would replace."""
    try:
        os.link(new, place)
    except FileExistsError:
        raise output_exists(place) from None
    except (OSError, NotImplementedError, AttributeError):
        # File systems without links.
        try:
            open(place, "xb").close()
        except FileExistsError:
            raise output_exists(place) from None
        new.replace(place)


def atomic_folder(folder: Path, files: Mapping[str, bytes], *, overwrite: bool = True) -> None:
    """Write a folder beside its place and give it its name once it is whole.

    Parameters
    ----------
    folder : Path
        Where it stands in the end. One that is there is exchanged in one step where the system
        can, and is otherwise moved aside first: :func:`recover_folder` brings it back.
    files : mapping of str to bytes
        Name to content.
    overwrite : bool, default=True
        Replace a folder that is there. Without it, of two writers at once the first one wins.

    Raises
    ------
    TopicsError
        If it cannot be written, or is there and may not be replaced; what stood there stays.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "model"
    >>> atomic_folder(folder, {"manifest.json": b"{}"})
    >>> [path.name for path in folder.iterdir()]
    ['manifest.json']
    """
    new, held = None, None
    try:
        with clear_write_error(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            recover_folder(folder)
            _clear_away(folder)
            if os.name == "posix":
                new, held = _begin(folder, folder=True)
            else:
                # Folders can't be opened there.
                new = _beside(folder, _UNFINISHED)
                new.mkdir()
            for name, content in files.items():
                with open(new / name, "wb") as file:
                    file.write(content)
                    flushed(file)
            _flush_folder(new)
            _publish(new, folder, overwrite)
            _flush_folder(folder.parent)
    finally:
        if held is not None:
            os.close(held)
        if new is not None:
            shutil.rmtree(new, ignore_errors=True)


def _publish(new: Path, folder: Path, overwrite: bool) -> None:
    """Give a folder its name; what had the name is then what the new one was called."""
    while True:
        try:
            # An empty folder is replaced, and one that is not stops this.
            new.rename(folder)
            return
        except OSError as error:
            taken = error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES, errno.EPERM)
            if not taken or not folder.is_dir():
                raise
        if not overwrite:
            raise output_exists(folder)
        if _exchange(new, folder):
            return
        aside = _beside(folder, _REPLACED)
        with suppress(FileNotFoundError):
            # Another writer may have been quicker.
            folder.rename(aside)
            with suppress(OSError):
                new.rename(folder)
                shutil.rmtree(aside, ignore_errors=True)
                return
            recover_folder(folder)


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two names in one step, where the system can."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    names = (os.fsencode(first), os.fsencode(second))
    return rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0


def recover_folder(folder: Path) -> None:
    """Bring back a folder that was moved aside by a writer who was then killed.

    Parameters
    ----------
    folder : Path
        Its name; nothing happens where something has it.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "model"
    >>> folder.with_name(".model.0123.old").mkdir()
    >>> recover_folder(folder)
    >>> folder.is_dir()
    True
    """
    if folder.exists():
        return
    aside = folder.parent.glob(f".{_escaped(folder.name)}.*{_REPLACED}")
    for left in sorted(aside, key=lambda path: path.stat().st_mtime, reverse=True):
        with suppress(OSError):
            left.rename(folder)
            return


@contextmanager
def open_folder(folder: Path) -> Iterator[Callable[[str], bytes]]:
    """Read files of a folder as it is now, whatever takes its name meanwhile.

    Parameters
    ----------
    folder : Path
        The folder.

    Yields
    ------
    callable
        From a file's name to its content. Links are not followed, nor are pipes and devices read.

    Raises
    ------
    OSError
        If the folder, or a file, cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a").write_bytes(b"aid")
    >>> with open_folder(folder) as read:
    ...     read("a")
    b'aid'
    """
    within = os.open(folder, os.O_RDONLY | os.O_DIRECTORY) if os.name == "posix" else None

    def read(name: str) -> bytes:
        if within is None:
            if (folder / name).is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
            return (folder / name).read_bytes()
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=within)
        with open(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise OSError(errno.EINVAL, "no regular file", name)
            return file.read()

    try:
        yield read
    finally:
        if within is not None:
            os.close(within)
