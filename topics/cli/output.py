"""What the commands print: data on standard output, words on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from topics._progress import be_silent, console


def print_topics(model: Any) -> None:
    """The topics of a model, a line each.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> row = {"topic": 0, "name": "aid", "share": 1.0, "releases": 3, "words": "aid lorries"}
    >>> print_topics(SimpleNamespace(topics_=pd.DataFrame([row])))  # doctest: +NORMALIZE_WHITESPACE
    topic name share releases words
    0 aid 100.0% 3 aid lorries
    """
    rows = [
        (str(row["topic"]), row["name"], f"{row['share']:.1%}", str(row["releases"]), row["words"])
        for row in model.topics_.to_dict("records")
    ]
    print_table(("topic", "name", "share", "releases", "words"), rows)


def print_sources(model: Any) -> None:
    """The sources of a model, a line each.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> row = {"source": "bureau", "releases": 9, "share": 0.25, "words": "elm street, editor"}
    >>> print_sources(SimpleNamespace(sources_=pd.DataFrame([row])))
    ... # doctest: +NORMALIZE_WHITESPACE
    source releases own words
    bureau 9 25.0% elm street, editor
    """
    rows = [
        (row["source"], str(row["releases"]), f"{row['share']:.1%}", row["words"])
        for row in model.sources_.to_dict("records")
    ]
    print_table(("source", "releases", "own", "words"), rows)


def print_evaluation(result: Any) -> None:
    """Figures of an evaluation.

    Examples
    --------
    >>> from topics import ThemeClassifier, evaluate
    >>> y = ["camp", "court"] * 10
    >>> classifier = ThemeClassifier().fit(["refugees fled", "the judge ruled"] * 10, y)
    >>> result = evaluate(classifier, ["refugees fled", "a judge ruled"], y[:2])
    >>> print_evaluation(result)  # doctest: +NORMALIZE_WHITESPACE, +ELLIPSIS
    theme precision recall f1 average_precision support labelled
    camp 1.00 1.00 1.00 1.00 1 1
    court 1.00 1.00 1.00 1.00 1 1
    ...
    """
    names = ("theme", "precision", "recall", "f1", "average_precision", "support", "labelled")
    rows = []
    for row in result.to_dict()["themes"]:
        cells = (row[name] for name in names[1:5])
        figures = ["-" if cell is None else f"{cell:.2f}" for cell in cells]
        rows.append((row["theme"], *figures, str(row["support"]), str(row["labelled"])))
    print_table(names, rows)
    for name, value in result.averages.items():
        low, high = result.intervals.get(name, (None, None))
        print(f"{name} {value:.3f}" + ("" if low is None else f"  ({low:.3f} to {high:.3f})"))
    print(f"calibration_error {result.calibration_error:.3f}")


def print_table(names: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    """A table for a person at a terminal, tab-separated values for a program.

    Examples
    --------
    >>> print_table(["theme"], [("aid",), ("law",)])  # tabs between columns, if not a terminal
    theme
    aid
    law
    """
    names, rows = tuple(names), list(rows)
    if not sys.stdout.isatty():
        for row in (names, *rows):
            print("\t".join(_visible(" ".join(cell.split())) for cell in row))
        return
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    screen = Console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    longest = [
        max((cell_len(word) for cell in column for word in cell.split()), default=1)
        for column in zip(names, *rows, strict=True)
    ]
    # Words stay whole where all columns have room for their longest.
    roomy = sum(longest) + 2 * len(longest) <= screen.width
    for name, width in zip(names, longest, strict=True):
        table.add_column(name, overflow="fold", min_width=width if roomy else None)
    for row in rows:
        table.add_row(*(Text(_visible(cell)) for cell in row))
    screen.print(table)


def print_words(text: str) -> None:
    """Lines for a person; at a terminal they break between words, as far in as they begin.

    Examples
    --------
    >>> print_words("topic 3: aid")
    topic 3: aid
    """
    if not sys.stdout.isatty():
        print(_visible(text))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    screen = Console(highlight=False)
    for line in _visible(text).split("\n"):
        words = line.lstrip(" ")
        screen.print(Padding(Text(words), (0, 0, 0, len(line) - len(words))))


def print_json(value: Any) -> None:
    """A value for a program.

    Examples
    --------
    >>> print_json({"aid": 3})
    {
     "aid": 3
    }
    """
    print(json.dumps(value, ensure_ascii=False, indent=1, default=float))


def plain(text: str) -> str:
    """A text without what a terminal would obey; its lines stay.

    Examples
    --------
    >>> plain("Aid" + chr(27) + "[2J came") == "Aid" + chr(0xFFFD) + "[2J came"
    True
    """
    from rich.markup import escape

    return escape(_visible(text))


_HARMLESS = "\n\t\xa0\u200c\u200d\u202f"
"""White space, and what joins letters of scripts, which Python does not call printable."""


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() or c in _HARMLESS else "\ufffd" for c in text)


def counted(n: int) -> str:
    """A number of releases in words.

    Examples
    --------
    >>> counted(1), counted(1200)
    ('1 release', '1,200 releases')
    """
    return f"{n:,} release{'s' * (n != 1)}"


_LEVELS = {"error": "[bold red]error:[/] ", "warning": "[yellow]warning:[/] ",
           "rejected": "[yellow]rejected:[/] ", "info": ""}  # fmt: skip
_quiet = _as_json = False


def speak(*, quiet: bool, log_json: bool) -> None:
    """How words are said from now on.

    Parameters
    ----------
    quiet : bool
        Nothing but errors, warnings and rejects.
    log_json : bool
        A JSON object a line, for a program that collects logs.

    Examples
    --------
    >>> speak(quiet=False, log_json=False)
    """
    global _quiet, _as_json
    _quiet, _as_json = quiet, log_json
    if quiet or log_json:
        be_silent()


def say(message: str, level: str = "info") -> None:
    """Words for the person at the terminal, with Rich's markup.

    Parameters
    ----------
    message : str
        The words.
    level : {"info", "warning", "rejected", "error"}, default="info"
        What they are; all but the first stand in front of them.

    Examples
    --------
    >>> say("[bold]3[/] releases are read")  # on standard error
    """
    if _quiet and level == "info":
        return
    if _as_json:
        from rich.text import Text

        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": now, "level": level, "message": Text.from_markup(message).plain}
        print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)
        return
    screen = console()
    # For a person lines break between words; a log has one line for each message.
    screen.print(_LEVELS[level] + message, soft_wrap=not screen.is_terminal)


_ONLY_COUNTED = re.compile(r".*: (?:one release|[\d,]+ releases?)")
_MOST_NOTES = 4


def say_of_reading(log: Sequence[str]) -> None:
    """What was decided about the sources when they were read, in one line; nothing if nothing was.

    Examples
    --------
    >>> say_of_reading(["dates: dates such as 03/07/2018 are read with the day first"])
    """
    decided = [line for line in log if not _ONLY_COUNTED.fullmatch(line)]
    if decided:
        more = len(decided) - _MOST_NOTES
        rest = f"; and {more} more (corpus.log in Python)" if more > 0 else ""
        say(f"read: {plain('; '.join(decided[:_MOST_NOTES]))}{rest}")


def say_warning(message: Any, *_: Any, **__: Any) -> None:
    """A warning in one line.

    Examples
    --------
    >>> say_warning(UserWarning("2 dates could not be read"))  # on standard error
    """
    say(plain(str(message)), "warning")
