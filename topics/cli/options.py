"""Options that commands share, and what they do with what was read."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

from topics._errors import TopicsError
from topics.cli.output import plain, say, say_of_reading


class Keep(StrEnum):
    """What becomes of boilerplate."""

    separate = "separate"
    keep = "keep"


Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="Files, folders, archives, globs, or - for standard input: page dumps, .txt .md "
        ".html .csv .xlsx .json .jsonl .parquet .docx .odt .rtf .pdf .eml .mbox .msg .xml (RSS, "
        "Atom, NewsML), also compressed. Known by what they hold, not by name alone.",
        show_default=False,
    ),
]
Text = Annotated[
    str | None, typer.Option(help="Column that holds the text.", rich_help_panel="Reading")
]
Title = Annotated[str | None, typer.Option(help="Column of titles.", rich_help_panel="Reading")]
Date = Annotated[str | None, typer.Option(help="Column of dates.", rich_help_panel="Reading")]
Split = Annotated[
    str | None,
    typer.Option(
        help="How text files are cut into releases: source-line, press-marks, rules, date-lines, "
        "blank-lines, whole, lines, or a regular expression. Recognised by itself if not given.",
        rich_help_panel="Reading",
    ),
]
Encoding = Annotated[
    str | None, typer.Option(help="Encoding of text files.", rich_help_panel="Reading")
]
Boilerplate = Annotated[
    Keep,
    typer.Option(
        help="Whether navigation, letterheads and contacts are kept apart from the text or in it.",
        rich_help_panel="Reading",
    ),
]
MACHINE = "Saved models and this machine"
"""Panel of the help that commands of two modules stand in."""
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say nothing but errors, warnings and rejects.")
]
LogJson = Annotated[
    bool, typer.Option("--log-json", help="Say it in JSON, an object a line, on standard error.")
]
MODEL = typer.Option("--model", "-m", metavar="FOLDER", help="Artifact made by topics fit.")
ModelFolder = Annotated[str, MODEL]
Background = Annotated[
    str,
    typer.Option(
        metavar="FILE|none",
        help="Word vectors that place themes before there are many releases, in word2vec's or "
        "GloVe's format; none for none.",
        show_default="those of the wordllama package, if it is installed",
    ),
]


_HANDFUL, _HANDFUL_TO_COMPILE = 1 << 19, 1 << 24
"""Bytes of files below which kernels are not loaded, and below which they are not compiled."""


@dataclass(frozen=True)
class ReadInputs:
    """Reads the releases that a command is given; called once the other arguments are checked."""

    inputs: list[str]
    split: str | None
    encoding: str | None
    columns: dict[str, str]
    boilerplate: Literal["separate", "keep"]

    def __call__(self) -> Any:
        """The corpus."""
        from topics.reading.read import read_releases

        with _as_topics_errors():
            corpus = read_releases(self._paths(), **self._options())
        say_of_reading(corpus.log)
        return corpus

    def batches(self) -> Iterator[Any]:
        """The corpus in batches that are yet to be read."""
        from topics.reading.batches import Options, cut_into_batches

        with _as_topics_errors():
            yield from cut_into_batches(self._paths(), Options(**self._options()))

    def begin_small(self) -> None:
        """Do without the compiler where the input is a handful of texts: to load it takes longer.

        Where nothing is compiled yet, which takes half a minute, a thousand are one, too.
        """
        from topics import _kernels

        if "numba" in sys.modules:
            return  # the compiler is there
        size = size_of_files(self.inputs)
        if size is not None and (
            size < _HANDFUL or (size < _HANDFUL_TO_COMPILE and not _kernels.is_compiled())
        ):
            _kernels.work_plainly()

    def _paths(self) -> list[Any]:
        if "" in self.inputs:
            # As a path it would be the folder that one is in.
            raise TopicsError("the path is empty", "give a file or a folder (. is this one)")
        # As paths, so that a name that is no file is an error and never a text.
        return [name if name == "-" else Path(name) for name in self.inputs]

    def _options(self) -> dict[str, Any]:
        return {
            "split": self.split,
            "encoding": self.encoding,
            "columns": self.columns,
            "languages": False,
            "boilerplate": self.boilerplate,
        }


def size_of_files(inputs: Sequence[str]) -> int | None:
    """Bytes of all inputs; None where they are not all files.

    Examples
    --------
    >>> size_of_files(["none/such"]) is None
    True
    """
    try:
        paths = [Path(name).expanduser() for name in inputs]
        return sum(p.stat().st_size for p in paths) if all(p.is_file() for p in paths) else None
    except (OSError, RuntimeError, ValueError):
        return None


@contextmanager
def _as_topics_errors() -> Iterator[None]:
    try:
        yield
    except TopicsError:
        raise
    except ValueError as error:
        raise TopicsError(str(error)) from None


def reads_releases(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the arguments and options by which releases are read.

    Its parameter ``read`` becomes the inputs and the six options of reading, so that each stands
    here once.

    Examples
    --------
    >>> def count(read: ReadInputs) -> None:
    ...     print(len(read.inputs))
    >>> list(inspect.signature(reads_releases(count)).parameters)[:3]
    ['inputs', 'text', 'title']
    """

    def with_options(
        inputs: Inputs,
        *,
        text: Text = None,
        title: Title = None,
        date: Date = None,
        split: Split = None,
        encoding: Encoding = None,
        boilerplate: Boilerplate = Keep.separate,
        **rest: Any,
    ) -> None:
        given = {"text": text, "title": title, "date": date}
        columns = {name: column for name, column in given.items() if column}
        command(read=ReadInputs(inputs, split, encoding, columns, boilerplate.value), **rest)

    hints = get_type_hints(with_options, include_extras=True)
    hints |= get_type_hints(command, include_extras=True)
    first, *options = list(inspect.signature(with_options).parameters.values())[:-1]
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "read"]
    rest = [p.replace(kind=p.KEYWORD_ONLY) for p in own]
    with_options.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [p.replace(annotation=hints[p.name]) for p in (first, *rest, *options)]
    )
    with_options.__annotations__ = hints
    with_options.__name__, with_options.__doc__ = command.__name__, command.__doc__
    return with_options


def not_zero(jobs: int) -> int:
    """The value of ``--jobs``, which is a number of workers.

    Examples
    --------
    >>> not_zero(-1)
    -1
    """
    if not jobs:
        raise TopicsError("--jobs 0 is no number of threads", "give 1 or more, or -1 for all cores")
    return jobs


def classifier_of(model: str) -> Any:
    """The classifier of an artifact.

    Raises
    ------
    TopicsError
        If it has none.

    Examples
    --------
    ``classifier_of("artifacts/mine")``.
    """
    from topics.label_batches import to_labeller

    classifier = to_labeller(model).classifier
    if classifier is None:
        raise TopicsError("the model has no themes", "fit one with --themes", path=model)
    return classifier


def background_of(given: str) -> Any:
    """Where vectors of words come from, read before a long fit begins.

    Examples
    --------
    >>> background_of("none") is None
    True
    """
    from topics.text.background import resolve_background

    return None if given == "none" else resolve_background(given)


def label_column(corpus: Any, column: str, themes: list[Any]) -> list[Any]:
    """Labels that stand in a column of a corpus.

    Raises
    ------
    TopicsError
        If there is no such column, or a cell holds what is no label; it names the file and the row.

    Examples
    --------
    >>> from topics import read_releases
    >>> corpus = read_releases([{"text": "Aid came.", "theme": "aid"}], languages=False)
    >>> label_column(corpus, "theme", ["aid"])
    [('aid',)]
    """
    from topics.reading.label_columns import read_labels

    if column not in corpus.table.column_names:
        own = [
            name
            for name in corpus.table.column_names
            if corpus[name].null_count < len(corpus) and name not in ("path", "row")
        ]
        raise TopicsError(
            f"no column {column!r}; the columns are {', '.join(own)}",
            "give --labels one of them",
            path=corpus["path"][0].as_py(),
        )
    try:
        return read_labels(corpus[column], themes)
    except TopicsError as error:
        if error.index is None:
            raise
        path, row = (corpus[name][error.index].as_py() for name in ("path", "row"))
        raise TopicsError(error.problem, error.hint, path=path, row=row) from None


def finish(rejects: Sequence[Mapping[str, Any]], n: int) -> None:
    """Name what was rejected; exit code 1 where anything was.

    Examples
    --------
    >>> finish([], 0)
    """
    if not n:
        return
    for reject in rejects:
        place = reject["path"] or "input"
        if reject["row"] is not None:
            place += f", row {reject['row']}"
        say(f"{plain(place)}: {plain(reject['reason'])}", "rejected")
    if n > len(rejects):
        say(f"... and {n - len(rejects):,} more")
    say(f"{n:,} row{'s' * (n != 1)} or file{'s' * (n != 1)} could not be read; the rest is done")
    raise typer.Exit(1)


def finish_reading(*corpora: Any) -> None:
    """Name what was rejected when corpora were read; exit code 1 where anything was.

    Examples
    --------
    >>> from topics import read_releases
    >>> finish_reading(read_releases(["Aid came."], languages=False))
    """
    rejects = [reject for corpus in corpora for reject in corpus.rejects.to_pylist()]
    finish(rejects, len(rejects))
