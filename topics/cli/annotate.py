"""Labelling by hand at a terminal, and the file that keeps what was said."""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

import numpy as np

from topics._errors import TopicsError
from topics.persistence.atomic import atomic_write
from topics.reading.corpus import Corpus
from topics.themes.active_learning import next_to_label, reviewable
from topics.themes.classifier import ThemeClassifier

COLUMNS = ("id", "title", "theme", "text")


KEYS = "123456789acdefghijklmoprtvwxyz"
"""A key for each theme. The letters between them do something else."""


_SHOWN = 1500
"""Letters of a release that are shown before more are asked for."""
_LEFT = "\x1b[D"
_ACTIONS = "n none, Enter keep and go on, u undo, b back, s skip, + more text, ? keys, q stop"


def review_keys(themes: Sequence[str]) -> str:
    """What the keys of a review do.

    Parameters
    ----------
    themes : sequence of str
        Names, in the order of their keys.

    Returns
    -------
    str
        For a person to read.

    Raises
    ------
    TopicsError
        If there are more themes than keys.

    Examples
    --------
    >>> print(review_keys(["aid", "law"]))
    Keys: 1 aid, 2 law
    n none, Enter keep and go on, u undo, b back, s skip, + more text, ? keys, q stop
    """
    if len(themes) > len(KEYS):
        raise TopicsError(
            f"{len(themes)} themes are more than keys",
            f"give at most {len(KEYS)}, or read them in a browser: --html PAGE",
        )
    named = ", ".join(f"{key} {name}" for key, name in zip(KEYS, themes, strict=False))
    return f"Keys: {named}\n{_ACTIONS}"


def read_by_hand(
    classifier: ThemeClassifier,
    corpus: Corpus,
    file: ReviewFile,
    n: int,
    key: Callable[[], str],
    say: Callable[[str], None],
) -> None:
    r"""Show releases whose labels would teach most, and keep what a person says of each.

    Parameters
    ----------
    classifier : ThemeClassifier
        Fitted.
    corpus : Corpus
        The releases; those in the file are not shown again.
    file : ReviewFile
        Where it is kept, after each.
    n : int
        Most releases that are shown.
    key : callable
        Gives what is pressed next: one key, or several that were pressed at once.
    say : callable
        Shows words.

    Raises
    ------
    TopicsError
        If there are more themes than keys, or the file cannot be written.

    Examples
    --------
    >>> import os, tempfile
    >>> from topics import read_releases
    >>> model = ThemeClassifier().fit(["aid came", "a court sat"] * 10, ["aid", "law"] * 10)
    >>> corpus = read_releases(["Lorries with aid came.", "The court sat."], languages=False)
    >>> file = ReviewFile(os.path.join(tempfile.mkdtemp(), "read.csv"), model.classes_.tolist())
    >>> keys = iter(["1\r", "q"])  # one release is aid, then enough
    >>> read_by_hand(model, corpus, file, 3, keys.__next__, lambda words: None)
    >>> [row["theme"] for row in file.rows]
    ['aid']
    """
    rows = next_to_label(classifier, corpus, n, leave_out=file.rows_read(corpus))
    say(f"{len(file.ids):,} read before; {len(rows):,} to read. {review_keys(file.themes)}")
    chosen = corpus[rows]
    chances = classifier.predict_proba(chosen)
    releases = chosen.table.select(["id", "title", "text"]).to_pylist()
    press = _one_by_one(key)
    place = 0
    # What was said in this sitting, in its order: where, and what stood there before.
    done: list[tuple[int, list[str] | None]] = []
    while 0 <= place < len(releases):
        release = releases[place]
        given = file.labels_of(release["id"])
        say(f"\n{place + 1} of {len(rows)}  {release['title'] or ''}\n{_pages(release['text'])[0]}")
        likely = np.argsort(-chances[place], kind="stable")[:3]
        say("likely: " + ", ".join(f"{file.themes[k]} {chances[place, k]:.2f}" for k in likely))
        if given is not None:
            say(f"you said: {', '.join(given) or 'none'}; Enter keeps it")
        answer = _answer(file.themes, _pages(release["text"])[1:], given, press, say)
        if answer == "q":
            break
        if answer == "u":
            if done:
                place, earlier = done.pop()
                release = releases[place]
                file.remove(release["id"])
                if earlier is not None:
                    file.add(release["id"], release["title"], release["text"], earlier)
        elif isinstance(answer, str):
            place = max(0, place + (1 if answer == "s" else -1))
        else:
            done.append((place, given))
            file.add(release["id"], release["title"], release["text"], answer)
            place += 1


def _pages(text: str) -> list[str]:
    """A text in parts that fit a screen; all but the last end with what says that there is more."""
    parts = []
    while len(text) > _SHOWN:
        part = text[:_SHOWN].rsplit(maxsplit=1)[0] or text[:_SHOWN]
        parts.append(f"{part} … (+ shows more)")
        text = text[len(part) :].lstrip()
    return [*parts, text]


def _one_by_one(key: Callable[[], str]) -> Callable[[], str]:
    """Keys singly, where several may come at once; an arrow is one."""
    waiting: list[str] = []

    def press() -> str:
        while not waiting:
            given = key()
            waiting.extend(given.replace(_LEFT, "b"))
        return waiting.pop(0)

    return press


def _answer(
    names: Sequence[str],
    more: list[str],
    before: Sequence[str] | None,
    press: Callable[[], str],
    say: Callable[[str], None],
) -> Sequence[str] | str:
    """Themes that a person gives to a release; or q to stop, u to undo, b to go back, s to skip."""
    given = before
    earlier: list[Sequence[str] | None] = []
    while True:
        pressed = press()
        if pressed in ("q", "s", "b") or (pressed == "u" and not earlier):
            return pressed
        if pressed in ("\r", "\n"):
            if given is not None:
                return given
            say("  press a theme's key, or n for none, and then Enter")
            continue
        if pressed == "?":
            say(review_keys(names))
            continue
        if pressed == "+":
            say(more.pop(0) if more else "  that is all of it")
            continue
        if pressed == "u":
            given = earlier.pop()
        elif pressed == "n" or pressed in KEYS[: len(names)]:
            earlier.append(given)
            name = "" if pressed == "n" else names[KEYS.index(pressed)]
            held = given or []
            given = [g for g in held if g != name] if name in held else [*held, name]
            given = given if name else []
        else:
            say(f"  the key {pressed!r} does nothing. {review_keys(names)}")
            continue
        say("  " + ("nothing chosen" if given is None else ", ".join(given) or "none"))


class ReviewFile:
    """A CSV of releases read by hand, saved after each; what is in it is not asked again.

    Parameters
    ----------
    path : str or Path
        The file; a new one is made with the first release.
    themes : sequence of str
        Names that may be given.

    Raises
    ------
    TopicsError
        If the file is there and was not made by a review, or for other themes.

    Examples
    --------
    >>> import os, tempfile
    >>> file = ReviewFile(os.path.join(tempfile.mkdtemp(), "read.csv"), ["aid", "law"])
    >>> file.add("7", "Lorries", "Aid came.", ["aid"])
    >>> ReviewFile(file.path, ["aid", "law"]).rows
    [{'id': '7', 'title': 'Lorries', 'theme': 'aid', 'text': 'Aid came.'}]
    """

    def __init__(self, path: str | Path, themes: Sequence[str]) -> None:
        self.path = Path(path)
        self.themes = reviewable(themes)
        self.rows: list[dict[str, str]] = []
        if not self.path.exists():
            return
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                csv.field_size_limit(1 << 30)
                reader = csv.DictReader(file)
                if tuple(reader.fieldnames or ()) != COLUMNS:
                    raise TopicsError(
                        "it was not made by a review", "give another name", path=self.path
                    )
                for row, cells in enumerate(reader, 2):
                    if set(cells) != set(COLUMNS) or None in cells.values():
                        raise TopicsError(
                            f"it has not {len(COLUMNS)} cells",
                            "give each row all cells",
                            path=self.path,
                            row=row,
                        )
                    strange = set(cells["theme"].split(";")) - {*self.themes, "none"}
                    if strange:
                        raise TopicsError(
                            f"{', '.join(sorted(strange))} is no theme of the model",
                            "give another file",
                            path=self.path,
                            row=row,
                        )
                    self.rows.append(cells)
        except (OSError, UnicodeDecodeError) as error:
            raise TopicsError(f"it cannot be read ({error})", path=self.path) from None

    @property
    def ids(self) -> set[str]:
        """Releases that have been read.

        Examples
        --------
        >>> ReviewFile("not-there-yet.csv", ["aid"]).ids
        set()
        """
        return {row["id"] for row in self.rows}

    def rows_read(self, corpus: Corpus) -> list[int]:
        """Rows of a corpus that have been read.

        Examples
        --------
        >>> from topics import read_releases
        >>> corpus = read_releases(["Aid came."], languages=False)
        >>> ReviewFile("not-there-yet.csv", ["aid"]).rows_read(corpus)
        []
        """
        known = self.ids
        return [row for row, id in enumerate(corpus["id"].to_pylist()) if id in known]

    def add(self, id: str, title: str | None, text: str, labels: Sequence[str]) -> None:
        """Keep what was said of one release, in place of what was said before.

        Parameters
        ----------
        id, title, text : str
            The release.
        labels : sequence of str
            Its themes; none is kept as ``none``.

        Examples
        --------
        >>> import os, tempfile
        >>> file = ReviewFile(os.path.join(tempfile.mkdtemp(), "read.csv"), ["aid", "law"])
        >>> file.add("7", None, "Snow fell.", [])
        >>> file.rows[0]["theme"]
        'none'
        """
        theme = ";".join(name for name in self.themes if name in labels) or "none"
        row = {"id": id, "title": title or "", "theme": theme, "text": text}
        places = [place for place, each in enumerate(self.rows) if each["id"] == id]
        for place in places:
            self.rows[place] = row
        if not places:
            self.rows.append(row)
        self._save()

    def labels_of(self, id: str) -> list[str] | None:
        """What was said of a release; None where it was not read.

        Examples
        --------
        >>> ReviewFile("not-there-yet.csv", ["aid"]).labels_of("7") is None
        True
        """
        for row in self.rows:
            if row["id"] == id:
                return [name for name in row["theme"].split(";") if name != "none"]
        return None

    def remove(self, id: str) -> None:
        """Take back what was said of a release, if anything was.

        Parameters
        ----------
        id : str
            The release.

        Examples
        --------
        >>> ReviewFile("not-there-yet.csv", ["aid"]).remove("7")
        """
        kept = [row for row in self.rows if row["id"] != id]
        if len(kept) < len(self.rows):
            self.rows = kept
            self._save()

    def _save(self) -> None:
        text = StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(self.rows)
        with atomic_write(self.path) as file:
            file.write(BOM_UTF8 + text.getvalue().encode("utf-8", "replace"))
