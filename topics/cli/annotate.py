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
from topics.themes.active_learning import next_to_label
from topics.themes.classifier import ThemeClassifier

COLUMNS = ("id", "title", "theme", "text")


KEYS = "123456789abcdefghijklmoprstvwxyz"
"""A key for each theme; n is none of them, q stops and u takes the last release back."""


_SHOWN = 1500


def review_keys(themes: Sequence[str]) -> str:
    """What the keys of a review do, in one line.

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
    >>> review_keys(["aid", "law"])
    'Keys: 1 aid, 2 law, n none; then Enter. u undoes, q stops.'
    """
    if len(themes) > len(KEYS):
        raise TopicsError(f"{len(themes)} themes are more than keys", f"give at most {len(KEYS)}")
    named = ", ".join(f"{key} {name}" for key, name in zip(KEYS, themes, strict=False))
    return f"Keys: {named}, n none; then Enter. u undoes, q stops."


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
        Gives the next key.
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
    >>> keys = iter(["1", "\r", "q"])  # one release is aid, then enough
    >>> read_by_hand(model, corpus, file, 3, keys.__next__, lambda words: None)
    >>> [row["theme"] for row in file.rows]
    ['aid']
    """
    ids, known, names = corpus["id"].to_pylist(), file.ids, file.themes
    seen = [row for row, id in enumerate(ids) if id in known]
    rows = next_to_label(classifier, corpus, n, leave_out=seen).tolist()
    say(f"{len(file.rows):,} read before; {len(rows):,} to read. {review_keys(names)}")
    chances = classifier.predict_proba(corpus[rows])
    done = 0
    while done < len(rows):
        release = corpus[int(rows[done])]
        shown = _beginning(release["text"])
        say(f"\n{done + 1} of {len(rows)}  {release['title'] or ''}\n{shown}")
        likely = np.argsort(-chances[done], kind="stable")[:3]
        say("likely: " + ", ".join(f"{names[k]} {chances[done, k]:.2f}" for k in likely))
        answer = _answer(names, key, say)
        if answer is None:
            break
        if answer == "undo":
            # Only what was said in this sitting, and is shown again.
            if done and file.undo() is not None:
                done -= 1
            continue
        file.add(release["id"], release["title"], release["text"], answer)
        done += 1


def _beginning(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(maxsplit=1)[0] + " …"


def _answer(
    names: Sequence[str], key: Callable[[], str], say: Callable[[str], None]
) -> Sequence[str] | None:
    """Themes that a person gives to a release; "undo"; None to stop."""
    given: list[str] | None = None
    while True:
        pressed = key()
        if pressed == "q":
            return None
        if pressed == "u":
            return "undo"
        if pressed in ("\r", "\n"):
            if given is not None:
                return given
            say("  press a theme's key, or n for none, and then Enter")
        elif pressed == "n":
            given = []
            say("  none")
        elif pressed in KEYS[: len(names)]:
            name = names[KEYS.index(pressed)]
            before = given or []
            given = [g for g in before if g != name] if name in before else [*before, name]
            say("  " + (", ".join(given) or "none"))
        else:
            say(f"  the key {pressed!r} stands for no theme. {review_keys(names)}")


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
        self.themes = list(themes)
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

    def add(self, id: str, title: str | None, text: str, labels: Sequence[str]) -> None:
        """Keep what was said of one release.

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
        self.rows.append({"id": id, "title": title or "", "theme": theme, "text": text})
        self._save()

    def undo(self) -> str | None:
        """Take the last release back.

        Returns
        -------
        str or None
            Its id; None where there is none.

        Examples
        --------
        >>> ReviewFile("not-there-yet.csv", ["aid"]).undo() is None
        True
        """
        if not self.rows:
            return None
        last = self.rows.pop()
        self._save()
        return last["id"]

    def _save(self) -> None:
        text = StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(self.rows)
        with atomic_write(self.path) as file:
            file.write(BOM_UTF8 + text.getvalue().encode("utf-8", "replace"))
