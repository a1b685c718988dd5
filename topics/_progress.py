"""Progress on standard error, silent where that is not a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

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
    from rich.progress import track as bar

    yield from bar(items, description=doing, total=total, console=console(), transient=True)


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
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]}"),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    start, n_rows = time.monotonic(), 0
    with Progress(*columns, console=console(), transient=True) as bar:
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


@cache
def console() -> Any:
    """The console on standard error: one for all, so that words stand above a bar that moves.

    Returns
    -------
    rich.console.Console
        It writes to what standard error is when it writes.

    Examples
    --------
    >>> console() is console()
    True
    """
    from rich.console import Console

    return Console(stderr=True, highlight=False)


_plan: dict[str, float] = {}
_bar: Any = None


@contextmanager
def steps(doing: str, plan: Mapping[str, float]) -> Iterator[None]:
    """A bar over steps that are named when they begin, while the block runs.

    Within another block of steps it does nothing: whoever began first knows the whole.

    Parameters
    ----------
    doing : str
        What is being done.
    plan : mapping of str to float
        The steps in their order, and how long each takes, in any unit.

    Examples
    --------
    >>> with steps("adding", {"the first half": 1, "the second half": 1}):
    ...     begin_step("the second half")
    """
    global _plan, _bar
    if _bar is not None or not _shows():
        yield
        return
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
    from rich.text import Text

    begun = time.monotonic()

    class Left(ProgressColumn):
        """Seconds left, by how long the steps so far have taken; it counts down between them."""

        def render(self, task: Any) -> Text:
            if not task.completed:
                return Text("")
            until = task.fields["at"]
            left = (until - begun) * (task.total - task.completed) / task.completed
            seconds = max(1, round(left - (time.monotonic() - until)))
            return Text(f"about {seconds} s left")

    columns = (TextColumn("{task.description}"), BarColumn(20), Left())
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task(doing, total=sum(plan.values()), at=begun)
        _plan, _bar = dict(plan), lambda **values: bar.update(task, **values)
        try:
            yield
        finally:
            _plan, _bar = {}, None


def begin_step(name: str) -> None:
    """Say that a step of the plan begins; nothing where there is no plan, or none with such a step.

    Examples
    --------
    >>> begin_step("reading words")
    """
    if name in _plan:
        names = list(_plan)
        done = sum(_plan[before] for before in names[: names.index(name)])
        _bar(description=f"{name} ({names.index(name) + 1} of {len(names)})", completed=done,
             at=time.monotonic())  # fmt: skip
