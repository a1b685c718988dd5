"""Progress on standard error, silent where that is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


def track(items: Iterable[T], doing: str, total: int | None = None) -> Iterator[T]:
    """The items, with a bar that moves as they are taken.

    Parameters
    ----------
    items : iterable
        What is worked through.
    doing : str
        What is being done, such as "reading files".
    total : int or None, default=None
        How many items there are, where they cannot be counted.

    Yields
    ------
    object
        The items.

    Examples
    --------
    >>> sum(track([1, 2, 3], "adding"))
    6
    """
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track as bar

    yield from bar(
        items, description=doing, total=total, console=Console(stderr=True), transient=True
    )


@contextmanager
def status(doing: str) -> Iterator[None]:
    """A spinner while the block runs.

    Parameters
    ----------
    doing : str
        What is being done.

    Examples
    --------
    >>> with status("adding"):
    ...     total = 1 + 2
    >>> total
    3
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield
