"""The one kind of error that a user can mend."""

from __future__ import annotations


class TopicsError(ValueError):
    """Input, a file or an artifact cannot be used; the message says where, why and the mend.

    Parameters
    ----------
    problem : str
        What is wrong, in a few words.
    mend : str, default=""
        What the user can do about it.
    path : object, default=None
        The file or folder it concerns.
    row : int or None, default=None
        Row or line, from 1.

    Examples
    --------
    >>> print(TopicsError("no text", mend="fill the column text", path="in.csv", row=7))
    in.csv, row 7: no text; fill the column text
    """

    def __init__(
        self, problem: str, mend: str = "", *, path: object = None, row: int | None = None
    ) -> None:
        self.problem, self.mend, self.path, self.row = problem, mend, path, row
        place = "" if path is None else str(path)
        if row is not None:
            place += f"{', ' if place else ''}row {row}"
        message = (f"{place}: " if place else "") + problem + (f"; {mend}" if mend else "")
        super().__init__(" ".join(message.split()))

    def __reduce__(self) -> tuple[object, ...]:
        # The keyword arguments would be lost on the way back from a worker process.
        return _rebuild, (self.problem, self.mend, self.path, self.row)


def _rebuild(problem: str, mend: str, path: object, row: int | None) -> TopicsError:
    return TopicsError(problem, mend, path=path, row=row)
