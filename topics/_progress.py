"""Progress on standard error, silent where that is not a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
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
    if not _shows():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track as bar

    yield from bar(
        items, description=doing, total=total, console=Console(stderr=True), transient=True
    )


def track_amounts(
    items: Iterable[T], doing: str, amount: Callable[[T], tuple[int, int]], total: int | None
) -> Iterator[T]:
    """The items, with a bar that shows how many rows are done, how many a second, and what is left.

    Parameters
    ----------
    items : iterable
        What is worked through.
    doing : str
        What is being done.
    amount : callable
        From an item to its rows, and its part of ``total``.
    total : int or None
        Bytes or whatever else is to be done in all, where that is known.

    Yields
    ------
    object
        The items.

    Examples
    --------
    >>> list(track_amounts([3, 4], "adding", lambda n: (n, n), 7))
    [3, 4]
    """
    if not _shows():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]}"),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    start, n_rows = time.monotonic(), 0
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total, rows="")
        for item in items:
            rows, done = amount(item)
            n_rows += rows
            rate = n_rows / max(time.monotonic() - start, 0.001)
            bar.update(task, advance=done, rows=f"{n_rows:,} rows, {rate:,.0f} a second")
            yield item


_silent = False


def be_silent() -> None:
    """Show no progress from now on."""
    global _silent  # noqa: PLW0603
    _silent = True


def _shows() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and not _silent


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
    if not _shows():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield
