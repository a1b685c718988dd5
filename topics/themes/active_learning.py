"""Which documents to label by hand, and labels that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics.reading.documents import as_documents
from topics.reading.label_columns import read_labels
from topics.themes.classifier import ThemeClassifier, to_classifier


def next_to_label(
    classifier: ThemeClassifier, texts: Any, n: int = 20, *, leave_out: Iterable[int] = ()
) -> NDArray[np.int64]:
    """Releases whose labels would teach a classifier most.

    Themes take turns. Each takes the document whose probability lies nearest to the theme's
    threshold, less what it has in common with those taken before: uncertainty sampling [1]_ with
    diversity.

    Parameters
    ----------
    classifier : ThemeClassifier or Labeller
        Fitted, to seeds or to a few labels.
    texts : Corpus, Arrow column, or iterable of str
        Documents without labels.
    n : int, default=20
        How many.
    leave_out : iterable of int, default=()
        Rows that have labels already.

    Returns
    -------
    ndarray of int64, shape (at most n,)
        Rows, the most telling first; documents without a known word are left out.

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
    classifier = to_classifier(classifier)
    weights, scores = classifier.weights_and_scores(as_documents(texts))
    excluded = np.array([*leave_out], np.int64)
    if excluded.size and not 0 <= excluded.min() <= excluded.max() < len(scores):
        raise TopicsError(f"leave_out holds what is no row of {len(scores)}", "give rows from 0 on")
    odds = scores * classifier.calibration_slope_ + classifier.calibration_intercept_
    if classifier.multi_label:
        limits = np.clip(classifier.thresholds_, 1e-6, 1 - 1e-6)
        doubt = np.exp(-np.abs(odds - np.log(limits / (1 - limits))))
    else:
        best = np.sort(odds, axis=1)
        rivals = np.where(odds == best[:, -1:], best[:, -2:-1], best[:, -1:])
        doubt = np.exp(-np.abs(odds - rivals))
    doubt[np.diff(weights.indptr) == 0] = 0
    doubt[excluded] = 0
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


def reviewable(themes: Sequence[str]) -> list[str]:
    """Names of themes that a table of labels can hold.

    Parameters
    ----------
    themes : sequence of str
        Names.

    Returns
    -------
    list of str
        The same.

    Raises
    ------
    TopicsError
        If one holds a semicolon, which divides labels, or is ``none``.

    Examples
    --------
    >>> reviewable(["aid", "law, order"])
    ['aid', 'law, order']
    """
    for name in themes:
        if ";" in name or name.strip().casefold() in ("", "none"):
            raise TopicsError(
                f"the theme {name!r} cannot stand in a table of labels", "give it another name"
            )
    return list(themes)


def contradicting_labels(
    classifier: ThemeClassifier, texts: Any, y: Iterable[Any], *, sure: float = 0.9
) -> Any:
    """Labels that speak against each other or against all that the classifier knows.

    Parameters
    ----------
    classifier : ThemeClassifier
        Fitted.
    texts : Corpus, Arrow column, or iterable of str
        The documents.
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

    classifier = to_classifier(classifier)
    classes = classifier.classes_.tolist()
    documents = as_documents(texts)
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
