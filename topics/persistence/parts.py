"""Long work that is kept part by part, so that it goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from topics._errors import TopicsError
from topics.persistence.atomic import atomic_write, clear_write_error, flushed, try_lock

_JOURNAL, _LOCK = "journal.json", "lock"
_MADE_OF = b"made_of"


class Parts:
    """Tables of one piece of work, each in a file that is there only when it is whole.

    Parameters
    ----------
    folder : Path
        Where they are; :func:`open_parts` makes it.
    output : Path or None, default=None
        What they make up, for messages.
    anew : bool, default=False
        Whether a part that was made of something else is made again; else it is an error.

    Examples
    --------
    >>> import tempfile
    >>> output = Path(tempfile.mkdtemp()) / "labels.csv"
    >>> with open_parts(output, {"model": "a"}) as parts:
    ...     parts.write(0, pa.table({"x": [1]}), made_of="4f")
    ...     parts.made_of(0), parts.made_of(1), parts.read(0).num_rows
    ('4f', None, 1)
    """

    def __init__(self, folder: Path, output: Path | None = None, anew: bool = False) -> None:
        self.folder, self._output, self._anew = folder, output, anew

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:08}.arrow"

    def made_of(self, number: int) -> str | None:
        """Checksum of the rows that a part was made of; None where it is not there.

        Examples
        --------
        >>> Parts(Path("no-such-folder")).made_of(0)
        """
        if not self._path(number).is_file():
            return None
        return (self._schema(number).metadata or {}).get(_MADE_OF, b"").decode()

    def check_end(self, number: int) -> None:
        """See to it that there are so many parts and no more.

        Raises
        ------
        TopicsError
            If there are: what they were made of has become shorter.

        Examples
        --------
        >>> Parts(Path("no-such-folder")).check_end(0)
        """
        if self._path(number).is_file() and not self._anew:
            raise _another("input", self._output)

    def write(self, number: int, table: pa.Table, made_of: str) -> None:
        """Keep a part.

        Raises
        ------
        TopicsError
            If it cannot be written, or is there, made of other rows.

        Examples
        --------
        See the class.
        """
        if not self._anew and self.made_of(number) not in (None, made_of):
            raise _another("input", self._output)
        table = table.replace_schema_metadata({_MADE_OF: made_of})
        path = self._path(number)
        new = path.with_suffix(".unfinished")  # nobody else writes here
        with clear_write_error(path):
            with new.open("wb") as file:
                with pa.ipc.new_file(file, table.schema) as writer:
                    writer.write_table(table)
                flushed(file)
            new.replace(path)

    def schema(self, number: int) -> pa.Schema:
        """Columns of a part that was kept.

        Examples
        --------
        >>> import tempfile
        >>> parts = Parts(Path(tempfile.mkdtemp()))
        >>> parts.write(0, pa.table({"x": [1]}), made_of="4f")
        >>> parts.schema(0).names
        ['x']
        """
        return self._schema(number).remove_metadata()

    def _schema(self, number: int) -> pa.Schema:
        with pa.OSFile(str(self._path(number)), "rb") as file:
            return pa.ipc.open_file(file).schema

    def read(self, number: int) -> pa.Table:
        """A part that was kept.

        Examples
        --------
        See the class.
        """
        with pa.OSFile(str(self._path(number)), "rb") as file:
            return pa.ipc.open_file(file).read_all().replace_schema_metadata(None)

    def remove(self) -> None:
        """Remove all parts, when what they make up has its name.

        Examples
        --------
        >>> Parts(Path("no-such-folder")).remove()
        """
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def open_parts(output: Path, work: Mapping[str, Any], *, anew: bool = False) -> Iterator[Parts]:
    """The parts of what makes up an output, those of an earlier run that was stopped among them.

    Parameters
    ----------
    output : Path
        What the parts will make up; they are beside it, in a folder whose name begins with a dot.
    work : mapping of str to str, int, float, bool or None
        What all parts depend on: the checksum of a model, and options.
    anew : bool, default=False
        Where the parts that are there are of other work, remove them.

    Yields
    ------
    Parts
        Held by this process alone.

    Raises
    ------
    TopicsError
        If another process is at it, or the parts that are there are of other work and may not be
        removed.

    Examples
    --------
    >>> import tempfile
    >>> output = Path(tempfile.mkdtemp()) / "labels.csv"
    >>> with open_parts(output, {"model": "a"}) as parts:
    ...     parts.write(0, pa.table({"x": [1]}), made_of="4f")
    >>> with open_parts(output, {"model": "b"}) as parts:  # doctest: +ELLIPSIS
    ...     pass
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: ...labels.csv: a run that was stopped had another model; ...
    """
    output = Path(os.path.realpath(output))
    folder = output.with_name(f".{output.name}.parts")
    with clear_write_error(output):
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / _LOCK, "ab")  # noqa: SIM115 (held as long as the parts are)
    try:
        if not try_lock(lock.fileno()):
            raise TopicsError(
                "another run is writing it", "wait for that, or take another name", path=output
            )
        try:
            _check_work(folder, output, work, anew)
            yield Parts(folder, output, anew)
        finally:
            if not any(folder.glob("*.arrow")):
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.close()


def checksum_of(table: pa.Table) -> str:
    """Checksum of what a table holds, however it is cut into chunks.

    Parameters
    ----------
    table : pyarrow.Table
        Any.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> one, two = pa.table({"a": ["x", "y"]}), pa.table({"a": ["x", "z"]})
    >>> checksum_of(one) == checksum_of(one.slice(0)), checksum_of(one) == checksum_of(two)
    (True, False)
    """
    digest = hashlib.sha256()
    digest.update(repr(table.schema.remove_metadata()).encode())
    for batch in table.combine_chunks().to_batches():
        # A slice's buffers hold what is around it; as a message it is copied alone.
        digest.update(memoryview(batch.serialize()))
    return digest.hexdigest()


def _check_work(folder: Path, output: Path, work: Mapping[str, Any], anew: bool) -> None:
    journal = folder / _JOURNAL
    try:
        begun = json.loads(journal.read_bytes())
    except (OSError, ValueError):
        begun = None
    if begun == dict(work):
        return
    if begun is not None and not anew:
        differ = [name for name in work if begun.get(name) != work[name]]
        raise _another(" and ".join(differ) or "version", output)
    for part in folder.glob("*.arrow"):
        part.unlink()
    with atomic_write(journal) as file:
        file.write(json.dumps(dict(work), indent=1).encode())


def _another(what: str, output: Path | None) -> TopicsError:
    return TopicsError(
        f"a run that was stopped had another {what}",
        "give the same again, or overwrite it to begin anew",
        shell_hint="give the same again, or --force to begin anew", path=output,
    )  # fmt: skip
