"""Reading by hand: which releases to look at, and a file that keeps what was said of them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._arrow import as_texts
from topics._errors import TopicsError
from topics.classifier import ThemeClassifier, as_classifier
from topics.corpus import Corpus
from topics.labelling import written_beside
from topics.labels import read_labels

COLUMNS = ("id", "title", "theme", "text")
KEYS = "123456789abcdefghijklmoprstvwxyz"
"""A key for each theme; n is none of them, q stops and u takes the last release back."""
_SHOWN = 1500


def next_to_label(
    classifier: ThemeClassifier, texts: Any, n: int = 20, *, leave_out: Iterable[int] = ()
) -> NDArray[np.int64]:
    """Releases whose labels would teach a classifier most.

    Themes take turns. Each takes the release whose probability lies nearest to the theme's
    threshold, less what it has in common with those taken before: uncertainty sampling [1]_ with
    diversity.

    Parameters
    ----------
    classifier : ThemeClassifier or Labeller
        Fitted, to seeds or to a few labels.
    texts : Corpus, Arrow column, or iterable of str
        Releases without labels.
    n : int, default=20
        How many.
    leave_out : iterable of int, default=()
        Rows that have labels already.

    Returns
    -------
    ndarray of int64, shape (at most n,)
        Rows, the most telling first; releases without a known word are left out.

    Raises
    ------
    TopicsError
        If the model has no themes, or a row to leave out is none.

    References
    ----------
    .. [1] Lewis, Gale (1994), "A sequential algorithm for training text classifiers", SIGIR.

    Examples
    --------
    >>> texts = ["refugees fled", "the judge ruled", "refugees met the judge", "the judge fled"] * 9
    >>> classifier = ThemeClassifier({"camp": ["refugees"], "court": ["judge"]}).fit(texts)
    >>> sorted({texts[row] for row in next_to_label(classifier, texts, 2)})[-1]
    'the judge fled'
    """
    classifier = as_classifier(classifier)
    weights, scores = classifier.weights_and_scores(as_texts(texts))
    passed_over = np.array([*leave_out], np.int64)
    if passed_over.size and not 0 <= passed_over.min() <= passed_over.max() < len(scores):
        raise TopicsError(f"leave_out holds what is no row of {len(scores)}", "give rows from 0 on")
    odds = scores * classifier.slope_ + classifier.offset_
    if classifier.multi_label:
        limits = np.clip(classifier.thresholds_, 1e-6, 1 - 1e-6)
        doubt = np.exp(-np.abs(odds - np.log(limits / (1 - limits))))
    else:
        best = np.sort(odds, axis=1)
        rivals = np.where(odds == best[:, -1:], best[:, -2:-1], best[:, -1:])
        doubt = np.exp(-np.abs(odds - rivals))
    doubt[np.diff(weights.indptr) == 0] = 0
    doubt[passed_over] = 0
    chosen: list[int] = []
    alike = np.zeros(len(doubt))
    for turn in range(min(n, len(doubt))):
        worth = doubt[:, turn % doubt.shape[1]] * (1 - alike)
        row = int(worth.argmax())
        if worth[row] <= 0:
            break
        chosen.append(row)
        alike = np.maximum(alike, np.minimum((weights @ weights[row].T).toarray().ravel(), 1))
        doubt[row] = 0
    return np.array(chosen, np.int64)


def contradicting_labels(
    classifier: ThemeClassifier, texts: Any, y: Iterable[Any], *, sure: float = 0.9
) -> Any:
    """Labels that speak against each other or against all that the classifier knows.

    Parameters
    ----------
    classifier : ThemeClassifier
        Fitted.
    texts : Corpus, Arrow column, or iterable of str
        The releases.
    y : iterable
        For each a name, a list of names, or None where nobody has looked.
    sure : float, default=0.9
        Probability from which the classifier's opinion counts.

    Returns
    -------
    pandas.DataFrame
        ``row``, ``given`` (the labels) and ``why``: another row with the same text and other
        labels, or a theme of which the classifier is sure that it is missing or wrong.

    Examples
    --------
    >>> texts = ["refugees fled to the camp", "the court tried a judge"] * 15
    >>> y = ["camp", "court"] * 14 + ["court", "court"]
    >>> contradicting_labels(ThemeClassifier().fit(texts, y), texts, y)["row"].tolist()[-1]
    28
    """
    import pandas as pd

    classifier = as_classifier(classifier)
    classes = classifier.classes_.tolist()
    documents = as_texts(texts)
    labels = read_labels(y, classes, len(documents))
    first: dict[str, int] = {}
    chances = classifier.predict_proba(documents)
    rows = []
    for i, (text, given) in enumerate(zip(documents.to_pylist(), labels, strict=True)):
        if given is None:
            continue
        earlier = first.setdefault(" ".join(text.casefold().split()), i)
        why = []
        if set(labels[earlier] or ()) != set(given):
            why.append(f"the text of row {earlier} with other labels")
        for k, name in enumerate(classes):
            if name not in given and chances[i, k] >= sure:
                why.append(f"{name} is missing ({chances[i, k]:.2f})")
            elif name in given and chances[i, k] <= 1 - sure:
                why.append(f"{name} is wrong ({chances[i, k]:.2f})")
        if why:
            rows.append((i, given, "; ".join(why)))
    return pd.DataFrame(rows, columns=["row", "given", "why"])


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
    """Show releases whose labels would teach most, and keep what a person says of each.

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
            say(f"  {pressed!r} is no key of a theme. {review_keys(names)}")


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
                            f"it has not {len(COLUMNS)} cells", "mend it", path=self.path, row=row
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
        """Releases that have been read."""
        return {row["id"] for row in self.rows}

    def add(self, id: str, title: str | None, text: str, labels: Sequence[str]) -> None:
        """Keep what was said of one release.

        Parameters
        ----------
        id, title, text : str
            The release.
        labels : sequence of str
            Its themes; none is kept as ``none``.
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
        with written_beside(self.path) as file:
            file.write(text.getvalue().encode("utf-8", "replace"))
