"""The one kind of error that a user can correct."""

from __future__ import annotations

from typing import Any


class TopicsError(ValueError):
    """Input, a file or an artifact cannot be used; the message says where, why and what to do.

    Parameters
    ----------
    problem : str
        What is wrong, in a few words.
    hint : str, default=""
        What the user can do about it, in terms of Python.
    path : object, default=None
        The file or folder it concerns.
    row : int or None, default=None
        Row or line of a file, from 1, as an editor or a spreadsheet shows it.
    index : int or None, default=None
        Place in a sequence, from 0, as Python counts.
    shell_hint : str or None, default=None
        What to do at the command line, where that is something else.

    Examples
    --------
    >>> print(TopicsError("no text", hint="fill the column text", path="in.csv", row=7))
    in.csv, row 7: no text; fill the column text
    """

    def __init__(
        self,
        problem: str,
        hint: str = "",
        *,
        path: object = None,
        row: int | None = None,
        index: int | None = None,
        shell_hint: str | None = None,
    ) -> None:
        self.problem, self.hint, self.path, self.row = problem, hint, path, row
        self.index, self.shell_hint = index, shell_hint
        super().__init__(self._message(hint))

    def _message(self, hint: str) -> str:
        place = [] if self.path is None else [str(self.path)]
        place += [] if self.row is None else [f"row {self.row}"]
        place += [] if self.index is None else [f"index {self.index}"]
        where = f"{', '.join(place)}: " if place else ""
        return " ".join((where + self.problem + (f"; {hint}" if hint else "")).split())

    def at_the_shell(self) -> str:
        """The message in terms of the command line.

        Returns
        -------
        str
            As ``str(error)``, with the command line's hint where there is one.

        Examples
        --------
        >>> TopicsError("no text", "text=", shell_hint="--text COLUMN").at_the_shell()
        'no text; --text COLUMN'
        """
        return self._message(self.hint if self.shell_hint is None else self.shell_hint)

    def __reduce__(self) -> tuple[object, ...]:
        # The keyword arguments would be lost on the way back from a worker process.
        names = ("path", "row", "index", "shell_hint")
        rest = {name: getattr(self, name) for name in names}
        return _rebuild, (type(self), self.problem, self.hint, rest)


def _rebuild(kind: type[TopicsError], problem: str, hint: str, rest: dict[str, Any]) -> TopicsError:
    return kind(problem, hint, **rest)


class ArtifactError(TopicsError):
    """An artifact is missing, cut short, changed, or holds what no model would have saved.

    Examples
    --------
    >>> print(ArtifactError("model.safetensors is missing", "copy it again", path="mine"))
    mine: model.safetensors is missing; copy it again
    """


def require(package: str, purpose: str) -> None:
    """An error that names a package that is not installed and is asked for.

    Parameters
    ----------
    package : str
        Such as "gensim".
    purpose : str
        What it is needed for.

    Raises
    ------
    TopicsError
        If it is not installed.

    Examples
    --------
    >>> require("numpy", "arrays")
    """
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise TopicsError(f"{package} is needed for {purpose}", f"pip install {package}")
