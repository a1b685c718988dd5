"""How well labels agree with the truth."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics.labelling import as_labeller


@dataclass(frozen=True)
class Evaluation:
    """Labels of a model against the truth.

    Attributes
    ----------
    themes : pyarrow.Table
        A row a theme: ``theme``, ``precision``, ``recall``, ``f1``, ``average_precision``,
        ``support`` (releases that have it) and ``labelled`` (releases that got it). What cannot be
        computed, as recall without support, is null.
    averages : dict of str to float
        ``micro_f1``, ``macro_f1`` (over themes with support), ``samples_f1``, ``exact`` (share of
        releases whose labels are exactly right) and ``mean_average_precision``.
    n : int
        Releases compared.
    """

    themes: pa.Table
    averages: dict[str, float]
    n: int

    def __repr__(self) -> str:
        lines = [f"{'theme':20} precision  recall      F1  support"]
        for row in self.themes.to_pylist():
            cells = "".join(f"{_cell(row[name]):>8}" for name in ("precision", "recall", "f1"))
            lines.append(f"{row['theme']:20} {cells} {row['support']:>8}")
        lines.append(", ".join(f"{name} {value:.3f}" for name, value in self.averages.items()))
        return "\n".join(lines)


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def evaluate(model: Any, texts: Any, labels: Iterable[Any]) -> Evaluation:
    """Compare a model's labels with the truth.

    Parameters
    ----------
    model : str, Path, ThemeClassifier or Labeller
        An artifact's folder, or a model in memory, with a classifier.
    texts : Corpus, Arrow column, or iterable of str
        Releases that the model was not fitted to.
    labels : iterable
        For each a name, a list of names, or None where the truth is not known; a text may hold
        several names divided by semicolons, commas, bars or spaces, or ``none``.

    Returns
    -------
    Evaluation
        Figures by theme and their averages.

    Raises
    ------
    TopicsError
        If the model has no classifier, the labels are no themes of it, or there is no truth.

    Examples
    --------
    >>> from topics import ThemeClassifier
    >>> y = ["camp", "court"] * 10
    >>> classifier = ThemeClassifier().fit(["refugees fled", "the judge ruled"] * 10, y)
    >>> evaluate(classifier, ["refugees fled", "a judge ruled"], y[:2]).averages["exact"]
    1.0
    """
    from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support

    labeller = as_labeller(model)
    if labeller.classifier is None:
        raise TopicsError("the model has no classifier", "fit one with themes or labels")
    predictions = labeller.predict(texts, evidence=False)
    classes = predictions.classes
    truth = [read_labels(value, classes) for value in labels]
    if len(truth) != len(predictions):
        raise TopicsError(
            f"{len(truth)} labels for {len(predictions)} releases", "give one (or None) for each"
        )
    known = [i for i, names in enumerate(truth) if names is not None]
    if not known:
        raise TopicsError("no release has a label to compare with", "fill the column of labels")
    Y = np.array([[name in (truth[i] or ()) for name in classes] for i in known])
    P = np.array([[name in predictions.labels[i] for name in classes] for i in known])
    chances = predictions.probabilities[known]
    _warn_of_strangers([truth[i] or () for i in known], classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        precision, recall, f1, support = precision_recall_fscore_support(
            Y, P, average=None, zero_division=np.nan
        )
        average_precision = [
            average_precision_score(Y[:, k], chances[:, k]) if Y[:, k].any() else np.nan
            for k in range(len(classes))
        ]
        averages = {
            "micro_f1": f1_score(Y, P, average="micro", zero_division=0),
            "macro_f1": np.mean([value for value, n in zip(f1, support, strict=True) if n] or [0]),
            "samples_f1": _samples_f1(Y, P),
            "exact": np.mean((Y == P).all(axis=1)),
            "mean_average_precision": np.nanmean([*average_precision, np.nan]) if Y.any() else 0.0,
        }
    table = pa.table(
        {
            "theme": [str(name) for name in classes],
            "precision": pa.array(precision, from_pandas=True),
            "recall": pa.array(recall, from_pandas=True),
            "f1": pa.array(f1, from_pandas=True),
            "average_precision": pa.array(average_precision, pa.float64(), from_pandas=True),
            "support": pa.array(support, pa.int64()),
            "labelled": pa.array(P.sum(axis=0), pa.int64()),
        }
    )
    return Evaluation(table, {name: float(value) for name, value in averages.items()}, len(known))


def _samples_f1(Y: NDArray[np.bool_], P: NDArray[np.bool_]) -> float:
    """Mean F1 of the releases; one without labels that got none is right."""
    both, total = (Y & P).sum(axis=1), Y.sum(axis=1) + P.sum(axis=1)
    return float(np.mean(np.where(total > 0, 2 * both / np.maximum(total, 1), 1.0)))


def _warn_of_strangers(truth: Sequence[Sequence[Any]], classes: Sequence[Any]) -> None:
    strangers = sorted({str(name) for names in truth for name in names if name not in classes})
    if strangers and not any(name in classes for names in truth for name in names):
        raise TopicsError(
            f"the labels ({', '.join(strangers[:5])}) are no themes of the model",
            f"it has {', '.join(map(str, classes))}",
        )
    if strangers:
        warnings.warn(
            f"labels that are no themes of the model count as no theme: {', '.join(strangers)}",
            stacklevel=3,
        )


def read_labels(value: Any, classes: Sequence[Any]) -> tuple[Any, ...] | None:
    """Names in a cell of a table.

    Parameters
    ----------
    value : object
        A name, several in one str, a list of them, or None. Case does not matter. An empty cell
        means that nobody has looked; ``none`` or ``-`` means that no theme applies.
    classes : sequence
        Names that are known; one that holds a divider is not taken apart.

    Returns
    -------
    tuple or None
        The names; None where the truth is not known.

    Examples
    --------
    >>> read_labels("health; gas prices", ["health", "gas prices"])
    ('health', 'gas prices')
    >>> read_labels("health justice", ["health", "justice"])
    ('health', 'justice')
    """
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if not isinstance(value, str):
        return tuple(value) if isinstance(value, (list, tuple, set, np.ndarray)) else (value,)
    if value.startswith("["):
        # A list that went through a table of text.
        with suppress(ValueError):
            return tuple(json.loads(value))
    by_text = {str(name).casefold(): name for name in classes}
    whole = value.strip().casefold()
    if whole in by_text:
        return (by_text[whole],)
    if not whole:
        return None
    if whole in ("none", "-"):
        return ()
    parts = [part.strip() for part in re.split(r"[;|,]", value) if part.strip()]
    if len(parts) == 1 and all(part in by_text for part in whole.split()):
        parts = value.split()
    return tuple(by_text.get(part.casefold(), part) for part in parts)


def agreement(first: Sequence[Sequence[Any]], second: Sequence[Sequence[Any]]) -> float:
    """Cohen's kappa of two readings, over all pairs of a release and a theme.

    Parameters
    ----------
    first, second : sequence of sequence
        Names that each reader gave to each release.

    Returns
    -------
    float
        1 for readings that are equal, 0 for what chance would give.

    Examples
    --------
    >>> agreement([["a"], ["b"], []], [["a"], ["b"], []])
    1.0
    """
    from sklearn.metrics import cohen_kappa_score

    names = sorted({name for reading in (first, second) for row in reading for name in row})
    marks = [[name in row for row in reading for name in names] for reading in (first, second)]
    return float(cohen_kappa_score(*marks))
