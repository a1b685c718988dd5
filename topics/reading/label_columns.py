"""Labels that people give: names, lists of names, and cells of tables."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics.reading.corpus import Corpus
from topics.reading.rows import MISSING, is_missing
from topics.text.seed_words import check_name

# A theme may be called None.
_MISSING = frozenset(MISSING) - {"None", "\\N"}
_MANY = (list, tuple, set, frozenset, np.ndarray)


def check_labels(
    y: Iterable[Any] | None, n: int, known: Iterable[str] = ()
) -> list[tuple[Any, ...] | None]:
    """Labels of releases as tuples of names.

    Names that differ by case or spaces alone are one: spelt as a name that is known, or else as
    most of them are.

    Parameters
    ----------
    y : iterable or None
        For each release a name, a list of names, or None.
    n : int
        How many releases there are.
    known : iterable of str, default=()
        Names whose spelling is taken.

    Returns
    -------
    list of tuple or None
        None where nobody has looked.

    Raises
    ------
    TopicsError
        If a label is no name, or there are not ``n`` of them.

    Examples
    --------
    >>> check_labels(["aid", ["aid", "law"], None], 3)
    [('aid',), ('aid', 'law'), None]
    >>> check_labels(["aid", "Aid", " aid"], 3)
    [('aid',), ('aid',), ('aid',)]
    """
    if y is None:
        return [None] * n
    labels: list[tuple[Any, ...] | None] = []
    _check_order(y)
    if getattr(y, "ndim", 1) > 1:
        raise TopicsError(
            f"y is a matrix of the shape {np.asarray(y).shape}",
            "give zeros and ones, a column for each class, or a list of names for each document",
        )
    for index, value in enumerate(_plain(y)):
        labels.append(None if _unknown(value) else _names(value, index))
    return _one_for_each(_one_spelling(labels, known), n)


def _one_spelling(
    labels: list[tuple[Any, ...] | None], known: Iterable[str]
) -> list[tuple[Any, ...] | None]:
    counts = Counter(name for names in labels for name in names or () if isinstance(name, str))
    spelt = {_folded(name): name for name in known if isinstance(name, str)}
    for name, _ in counts.most_common():
        spelt.setdefault(_folded(name), name.strip())
    if all(spelt[_folded(name)] == name for name in counts):
        return labels
    return [
        None if names is None
        else tuple(dict.fromkeys(
            spelt[_folded(name)] if isinstance(name, str) else name for name in names
        ))
        for names in labels
    ]  # fmt: skip


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def labels_of_indicators(y: Any, classes: Sequence[Any] = ()) -> tuple[Any, bool]:
    """Labels that are given as a matrix of zeros and ones, as scikit-learn has several labels.

    Parameters
    ----------
    y : array, sparse matrix or data frame, shape (n_documents, n_classes), or other labels
        A one says that a class applies.
    classes : sequence, default=()
        Names of the classes, where they are as many as columns; else numbers from 0.

    Returns
    -------
    labels : list of tuple, or ``y`` as it is
        The names of each document.
    given : bool
        Whether ``y`` was such a matrix.

    Examples
    --------
    >>> labels_of_indicators(np.array([[1, 0], [1, 1]]), ["aid", "law"])
    ([('aid',), ('aid', 'law')], True)
    """
    if getattr(y, "ndim", 1) != 2:
        return y, False
    names = list(y.columns) if hasattr(y, "columns") else list(classes)
    marks = np.asarray(y.todense() if hasattr(y, "todense") else y)
    if not np.isin(marks, (0, 1)).all():
        return y, False
    if len(names) != marks.shape[1]:
        names = list(range(marks.shape[1]))
    return [
        tuple(name for name, mark in zip(names, row, strict=True) if mark) for row in marks
    ], True


def parse_label_cell(
    value: Any, classes: Sequence[Any], index: int | None = None
) -> tuple[Any, ...] | None:
    """Names in a cell of a table.

    Parameters
    ----------
    value : object
        A name, several in one str, a list of them, or None. Case does not matter. An empty cell
        means that nobody has looked; ``none`` or ``-`` means that no theme applies.
    classes : sequence
        Names that are known; one that holds a divider is not taken apart.
    index : int or None, default=None
        Its place, from 0, for messages.

    Returns
    -------
    tuple or None
        The names; None where the truth is not known.

    Raises
    ------
    TopicsError
        If it is neither a name nor a list of names.

    Examples
    --------
    >>> parse_label_cell("health; gas prices", ["health", "gas prices"])
    ('health', 'gas prices')
    >>> parse_label_cell("health justice", ["health", "justice"])
    ('health', 'justice')
    """
    if _unknown(value):
        return None
    by_text = {_folded(str(name)): name for name in classes}
    if isinstance(value, str) and value.strip().startswith(("[", "(", "{")):
        value = _listed(value.strip())
    if not isinstance(value, str):
        names = _names(value, index)
        return tuple(
            name if name in classes else by_text.get(_folded(str(name)), name) for name in names
        )
    if value in classes:
        return (value,)
    whole = _folded(value)
    if re.fullmatch(r"\d+\.0", whole):
        whole = whole[:-2]
    if whole in by_text:
        return (by_text[whole],)
    if whole in ("none", "-"):
        return ()
    parts = [part.strip() for part in re.split(r"[;|,؛；、،]", value) if part.strip()]
    if len(parts) == 1 and all(part in by_text for part in whole.split()):
        parts = value.split()
    return tuple(by_text.get(_folded(part), part) for part in parts)


def read_labels(
    values: Iterable[Any], classes: Sequence[Any] = (), n: int | None = None
) -> list[tuple[Any, ...] | None]:
    """Labels as they stand in a column of a table: a name, several in one cell, or none.

    Parameters
    ----------
    values : iterable
        One for each release, such as a column of a Corpus. Several names are divided by
        semicolons, commas or bars; ``none`` says that no theme applies, an empty cell that nobody
        has looked.
    classes : sequence, default=()
        Names that are known; case does not matter, and one that holds a divider is not taken apart.
    n : int or None, default=None
        How many releases there are, where that is known.

    Returns
    -------
    list of tuple or None
        The names of each, as ``fit`` and ``evaluate`` take them.

    Raises
    ------
    TopicsError
        If there are more or fewer than ``n``, or a label is no name.

    Examples
    --------
    >>> read_labels(["aid;law", "none", ""])
    [('aid', 'law'), (), None]
    """
    _check_order(values)
    return _one_for_each(
        [parse_label_cell(value, classes, index) for index, value in enumerate(_plain(values))], n
    )


def without_unlabelled_repeats(corpus: Corpus, labels: Sequence[Any]) -> NDArray[np.bool_]:
    """Which releases to learn from: all but those without a label that repeat one with a label.

    Parameters
    ----------
    corpus : Corpus
        The releases, such as those read by hand together with all others.
    labels : sequence of tuple or None
        The names of each.

    Returns
    -------
    ndarray of bool, shape (n_documents,)
        False for those to leave out.

    Examples
    --------
    >>> import pyarrow as pa
    >>> corpus = Corpus(pa.table({"text": ["Aid came.", "Talks.", "Aid came."]}))
    >>> without_unlabelled_repeats(corpus, [("aid",), None, None]).tolist()
    [True, True, False]
    """
    place = {id: i for i, id in enumerate(corpus["id"].to_pylist())}
    first = np.arange(len(corpus))
    for row in corpus.duplicates().to_pylist():
        first[row["position"]] = place[row["of"]]
    labelled = np.array([names is not None for names in labels], bool)
    with_label = np.zeros(len(corpus), bool)
    with_label[first[labelled]] = True
    return labelled | ~with_label[first]


def unknown_labels(
    labels: Sequence[Any], classes: Iterable[Any]
) -> list[tuple[int, Any, str | None]]:
    """Labels that are none of the names that are known.

    Parameters
    ----------
    labels : sequence of tuple or None
        The names of each release.
    classes : iterable
        Names that are known.

    Returns
    -------
    list of (int, object, str or None)
        Each such label once: the release that first has it, the label, and the known name that is
        spelt nearly alike, if there is one.

    Examples
    --------
    >>> unknown_labels([("aid",), ("ade", "aid"), ("law",)], ["aid"])
    [(1, 'ade', 'aid'), (2, 'law', None)]
    """
    from difflib import get_close_matches

    known = {name: str(name) for name in classes}
    found: dict[Any, tuple[int, Any, str | None]] = {}
    for row, names in enumerate(labels):
        for name in names or ():
            if name not in known and name not in found:
                near = get_close_matches(str(name), known.values(), 1)
                found[name] = row, name, near[0] if near else None
    return list(found.values())


def _check_order(values: Any) -> None:
    if isinstance(values, (Mapping, set, frozenset, str)):
        raise TopicsError(
            f"the labels are a {type(values).__name__}", "give a list, one (or None) for each"
        )


def _one_for_each(labels: list[Any], n: int | None) -> list[Any]:
    if n is not None and len(labels) != n:
        raise TopicsError(f"{len(labels)} labels for {n} releases", "give one (or None) for each")
    return labels


_QUOTED = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*,?""")


def _listed(text: str) -> Any:
    """A list that went through a table of text, or the text."""
    # numpy shows its lists without commas, which Python reads as one string.
    inner, names, at = text[1:-1], [], 0
    while match := _QUOTED.match(inner, at):
        names.append(match[1] if match[1] is not None else match[2])
        at = match.end()
    if names and not inner[at:].strip():
        return [name.replace("\\'", "'").replace('\\"', '"') for name in names]
    for read in (json.loads, ast.literal_eval):
        with suppress(TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
            found = read(text)
            if isinstance(found, (list, tuple, set)) and all(
                isinstance(name, (str, int)) for name in found
            ):
                return list(found)
    return text


def _plain(values: Iterable[Any]) -> Iterable[Any]:
    """Values of Arrow, pandas and numpy as Python has them."""
    given = next((getattr(values, n) for n in ("to_pylist", "tolist") if hasattr(values, n)), None)
    plain = given() if given else values
    return (value.as_py() if hasattr(value, "as_py") else value for value in plain)


def _unknown(value: Any) -> bool:
    """Whether a value says that nobody has looked."""
    if isinstance(value, str):
        return not value.strip() or value.strip() in _MISSING
    return is_missing(value)


def _names(value: Any, index: int | None) -> tuple[Any, ...]:
    """The names that one label holds, or a clear error."""
    names = tuple(_plain(value)) if isinstance(value, _MANY) else (value,)
    if isinstance(value, (set, frozenset)):
        names = tuple(sorted(names, key=str))  # a set has another order in each process
    # A column of numbers with gaps is one of floats.
    names = tuple(int(n) if isinstance(n, float) and n.is_integer() else n for n in names)
    for name in names:
        if not isinstance(name, (str, int, np.integer)):
            raise TopicsError(
                f"the label {value!r} is no name",
                "give a name, a list of names or None",
                index=index,
            )
        if isinstance(name, str):
            check_name(name, index=index)
    return names
