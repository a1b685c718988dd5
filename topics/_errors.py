"""The one kind of error that a user can hint."""

from __future__ import annotations


class TopicsError(ValueError):
    """Input, a file or an artifact cannot be used; the message says where, why and the hint.

    Parameters
    ----------
    problem : str
        What is wrong, in a few words.
    hint : str, default=""
        What the user can do about it.
    path : object, default=None
        The file or folder it concerns.
    row : int or None, default=None
        Row or line, from 1.

    Examples
    --------
    >>> print(TopicsError("no text", hint="fill the column text", path="in.csv", row=7))
    in.csv, row 7: no text; fill the column text
    """

    def __init__(
        self, problem: str, hint: str = "", *, path: object = None, row: int | None = None
    ) -> None:
        self.problem, self.hint, self.path, self.row = problem, hint, path, row
        place = "" if path is None else str(path)
        if row is not None:
            place += f"{', ' if place else ''}row {row}"
        message = (f"{place}: " if place else "") + problem + (f"; {hint}" if hint else "")
        super().__init__(" ".join(message.split()))

    def __reduce__(self) -> tuple[object, ...]:
        # The keyword arguments would be lost on the way back from a worker process.
        return _rebuild, (self.problem, self.hint, self.path, self.row)


def _rebuild(problem: str, hint: str, path: object, row: int | None) -> TopicsError:
    return TopicsError(problem, hint, path=path, row=row)
