"""Files that appear under their name only when they are whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from topics._errors import TopicsError


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
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(new, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise TopicsError(
            f"it cannot be written ({error.strerror or error})", "check the space and the rights",
            path=path,
        ) from None  # fmt: skip
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
