"""How well labels agree with the truth."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topics._arrow import take_rows
from topics._errors import TopicsError
from topics.label_batches import to_labeller
from topics.reading.documents import as_documents
from topics.reading.label_columns import read_labels

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Evaluation:
    """Labels of a model against the truth.

    Attributes
    ----------
    themes : pandas.DataFrame
        A row a theme: ``theme``, ``precision``, ``recall``, ``f1``, ``average_precision``,
        ``support`` (releases that have it) and ``labelled`` (releases that got it), and for the
        first three ``NAME_low`` and ``NAME_high``, the ends of a 95 % bootstrap interval. What
        cannot be computed, as recall without support, is NaN.
    averages : dict of str to float
        ``micro_f1``, ``macro_f1`` (over themes with support), ``samples_f1``, ``exact`` (share of
        releases whose labels are exactly right) and ``mean_average_precision``.
    n : int
        Releases compared.
    intervals : dict of str to (float, float)
        95 % bootstrap intervals of the F1 averages and of ``exact``.
    confusion : pandas.DataFrame
        ``true``, ``given`` and ``releases``: how often a release that has one theme got another
        that it has not; an empty name stands for none.
    calibration_error : float
        Expected calibration error over ten bins: how far shares of right labels lie from the
        probabilities that were given (from the scores, where the model had no labels).
    reliability : pandas.DataFrame
        A row a bin: ``probability`` (mean; ``score`` where they are not ``calibrated``), ``right``
        (share) and ``pairs`` of a release and a theme.
    coverage : pandas.DataFrame
        ``coverage`` (share of releases labelled, the surest first) against ``accuracy`` (share of
        their first labels that are right).
    errors : pandas.DataFrame
        Releases whose labels are not exactly right: ``row``, ``true``, ``given``, ``probability``
        (or ``score``) of the first label given or, where none is, of the likeliest theme, and
        ``evidence``.
    calibrated : bool
        Whether the model's numbers are probabilities; else they are scores that order releases.
    """

    themes: pd.DataFrame
    averages: dict[str, float]
    n: int
    intervals: dict[str, tuple[float, float]]
    confusion: pd.DataFrame
    calibration_error: float
    reliability: pd.DataFrame
    coverage: pd.DataFrame
    errors: pd.DataFrame
    calibrated: bool = True

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON.

        Returns
        -------
        dict
            Tables as lists of rows; what cannot be computed is None.

        Examples
        --------
        >>> from topics import ThemeClassifier
        >>> texts, y = ["aid camp", "court trial"] * 5, ["aid", "law"] * 5
        >>> found = evaluate(ThemeClassifier(multi_label=False).fit(texts, y), texts, y).to_dict()
        >>> found["averages"]["micro_f1"]
        1.0
        """
        return {
            name: _plain_rows(value) if hasattr(value, "to_dict") else value
            for name, value in vars(self).items()
        }

    def __repr__(self) -> str:
        lines = [f"{'theme':20} precision  recall      F1  support"]
        for row in self.themes.to_dict("records"):
            cells = "".join(f"{_cell(row[name]):>8}" for name in ("precision", "recall", "f1"))
            lines.append(f"{row['theme']:20} {cells} {row['support']:>8}")
        lines.append(", ".join(f"{name} {value:.3f}" for name, value in self.averages.items()))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """For notebooks: figures of the themes, and the averages with their intervals."""
        columns = ["theme", "precision", "recall", "f1", "average_precision", "support", "labelled"]
        table = self.themes[columns].to_html(index=False, float_format="{:.2f}".format, na_rep="-")
        said = []
        for name, value in self.averages.items():
            low, high = self.intervals.get(name, (np.nan, np.nan))
            bounds = "" if np.isnan(low) else f" ({low:.2f} to {high:.2f})"
            said.append(f"{name.replace('_', ' ')} {value:.2f}{bounds}")
        return f"{table}<p>{self.n:,} releases. {'; '.join(said)}</p>"


def _cell(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2f}"


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.astype(object).where(table.notna(), None).to_dict("records")


def evaluate(
    model: Any, texts: Any, labels: Iterable[Any], *, n_bootstrap: int = 500, random_state: Any = 0
) -> Evaluation:
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
    n_bootstrap : int, default=500
        Samples of the releases, drawn with replacement, for the intervals.
    random_state : int, RandomState or None, default=0
        For the samples.

    Returns
    -------
    Evaluation
        Figures by theme and their averages, and where the model errs.

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
    import pandas as pd
    from sklearn.metrics import average_precision_score

    labeller = to_labeller(model)
    documents = as_documents([texts] if isinstance(texts, str) else texts)
    predictions, truth, known, Y, P = _compared(labeller, documents, labels)
    classes = predictions.classes
    chances = predictions.probabilities[known]
    figures, pooled = _figures(Y, P, np.ones((1, len(Y)), np.int64))
    averages = {name: float(value[0]) for name, value in pooled.items()}
    average_precision = [
        average_precision_score(Y[:, k], chances[:, k]) if Y[:, k].any() else np.nan
        for k in range(len(classes))
    ]
    averages["mean_average_precision"] = float(np.nanmean(average_precision)) if Y.any() else 0.0
    table = {
        "theme": [str(name) for name in classes],
        **{name: values[0] for name, values in figures.items()},
        "average_precision": average_precision,
        "support": Y.sum(axis=0),
        "labelled": P.sum(axis=0),
    }
    theme_intervals, intervals = _bootstrap(Y, P, n_bootstrap, random_state)
    for name, (low, high) in theme_intervals.items():
        table |= {f"{name}_low": low, f"{name}_high": high}
    kind = "probability" if predictions.calibrated else "score"
    calibration_error, reliability = _reliability(Y, chances, kind)
    errors = [(j, i) for j, i in enumerate(known) if (Y[j] != P[j]).any()]
    evidence = labeller.predict(take_rows(documents, np.array([i for _, i in errors]))).evidence
    return Evaluation(
        pd.DataFrame(table),
        averages,
        len(known),
        intervals,
        _confusion(Y, P, classes),
        calibration_error,
        reliability,
        _coverage(Y, chances),
        pd.DataFrame(
            [
                (
                    i,
                    list(truth[i] or ()),
                    list(predictions.labels[i]),
                    float(chances[j, P[j]].max() if P[j].any() else chances[j].max(initial=0)),
                    sentence,
                )
                for (j, i), sentence in zip(errors, evidence, strict=True)
            ],
            columns=["row", "true", "given", kind, "evidence"],
        ),
        predictions.calibrated,
    )


def compare(
    model_a: Any,
    model_b: Any,
    texts: Any,
    labels: Iterable[Any],
    *,
    n_permutations: int = 2000,
    random_state: Any = 0,
) -> dict[str, float]:
    """Whether one model labels better than another, by a paired permutation test [1]_.

    Parameters
    ----------
    model_a, model_b : str, Path, ThemeClassifier or Labeller
        The models; both have the themes of the first.
    texts : Corpus, Arrow column, or iterable of str
        Releases that neither was fitted to.
    labels : iterable
        As for :func:`evaluate`.
    n_permutations : int, default=2000
        How often the labels that two models gave to a release change sides at random.
    random_state : int, Generator or None, default=0
        For the changes.

    Returns
    -------
    dict of str to float
        ``samples_f1_a`` and ``samples_f1_b``, their ``difference`` (a less b), its 95 % bootstrap
        interval ``low`` and ``high``, and ``p_value``: how often chance alone gives a difference as
        large.

    Raises
    ------
    TopicsError
        As :func:`evaluate`, or if the models have other themes.

    References
    ----------
    .. [1] Yeh (2000), "More accurate tests for the statistical significance of result differences",
       COLING.

    Examples
    --------
    >>> from topics import ThemeClassifier
    >>> y = ["camp", "court"] * 10
    >>> classifier = ThemeClassifier().fit(["refugees fled", "the judge ruled"] * 10, y)
    >>> compare(classifier, classifier, ["refugees fled", "a judge ruled"], y[:2])["p_value"]
    1.0
    """
    from scipy.stats import bootstrap, permutation_test

    texts, labels = as_documents(texts), list(labels)
    first, _, _, Y, A = _compared(model_a, texts, labels)
    second, _, _, _, B = _compared(model_b, texts, labels)
    if first.classes != second.classes:
        raise TopicsError("the models have different themes", "compare models of the same themes")
    a, b = _sample_scores(Y, A), _sample_scores(Y, B)
    if n_permutations < 1:
        raise TopicsError(
            f"n_permutations={n_permutations} is not at least 1", "give some hundreds"
        )
    difference = a - b
    test = permutation_test(
        (a, b), _mean_difference, permutation_type="samples", n_resamples=n_permutations,
        vectorized=True, rng=np.random.default_rng(random_state),
    )  # fmt: skip
    low = high = float(difference.mean())
    if difference.min() < difference.max():
        drawn = bootstrap(
            (difference,), np.mean, n_resamples=n_permutations, method="percentile",
            rng=np.random.default_rng(random_state),
        )  # fmt: skip
        low, high = drawn.confidence_interval
    return {
        "samples_f1_a": float(a.mean()),
        "samples_f1_b": float(b.mean()),
        "difference": float(difference.mean()),
        "low": float(low),
        "high": float(high),
        "p_value": float(test.pvalue),
    }


def _mean_difference(a: NDArray[np.float64], b: NDArray[np.float64], axis: int) -> Any:
    return a.mean(axis=axis) - b.mean(axis=axis)


def _compared(
    model: Any, texts: Any, labels: Iterable[Any]
) -> tuple[Any, list[Any], list[int], NDArray[np.bool_], NDArray[np.bool_]]:
    """Predictions, the truth, the rows where it is known, and both there as marks of themes."""
    labeller = to_labeller(model)
    if labeller.classifier is None:
        raise TopicsError("the model has no classifier", "fit one with themes or labels")
    predictions = labeller.predict(texts, evidence=False)
    classes = predictions.classes
    truth = read_labels(labels, classes, len(predictions))
    known = [i for i, names in enumerate(truth) if names is not None]
    if not known:
        raise TopicsError("no release has a label to compare with", "fill the column of labels")
    Y = np.array([[name in (truth[i] or ()) for name in classes] for i in known])
    P = np.array([[name in predictions.labels[i] for name in classes] for i in known])
    _warn_of_strangers([truth[i] or () for i in known], classes)
    return predictions, truth, known, Y, P


def _bootstrap(
    Y: NDArray[np.bool_], P: NDArray[np.bool_], n_samples: int, random_state: Any
) -> tuple[dict[str, Any], dict[str, tuple[float, float]]]:
    """95 % intervals of each theme's figures and of the averages; none that has no value."""
    from sklearn.utils import check_random_state

    if n_samples < 1:
        raise TopicsError(f"n_bootstrap={n_samples} is not at least 1", "give some hundreds")
    rng = check_random_state(random_state)
    n = len(Y)
    drawn = np.stack([np.bincount(rng.randint(n, size=n), minlength=n) for _ in range(n_samples)])
    figures, averages = _figures(Y, P, drawn)

    def interval(values: NDArray[np.float64]) -> tuple[float, float]:
        values = values[~np.isnan(values)]
        if not values.size:
            return float("nan"), float("nan")
        low, high = np.quantile(values, (0.025, 0.975))
        return float(low), float(high)

    themes = {
        name: tuple(np.array([interval(column) for column in values.T]).T)
        for name, values in figures.items()
    }
    return themes, {name: interval(values) for name, values in averages.items()}


def _figures(
    Y: NDArray[np.bool_], P: NDArray[np.bool_], drawn: NDArray[np.int64]
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Figures of themes and averages, a row for each sample: how often it drew each release.

    Precision without labels given, recall without support and F1 without either are nan.
    """
    # Sums over the drawn are products with how often each was drawn.
    hits, given, true = (drawn @ part.astype(np.int64) for part in (Y & P, P, Y))
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = {
            "precision": hits / given,
            "recall": hits / true,
            "f1": 2 * hits / (given + true),
        }
    supported = np.where(true > 0, figures["f1"], 0.0).sum(axis=1)
    total = given.sum(axis=1) + true.sum(axis=1)
    return figures, {
        "micro_f1": 2 * hits.sum(axis=1) / np.maximum(total, 1),
        "macro_f1": supported / np.maximum((true > 0).sum(axis=1), 1),
        "samples_f1": drawn @ _sample_scores(Y, P) / len(Y),
        "exact": drawn @ (Y == P).all(axis=1) / len(Y),
    }


def _confusion(Y: NDArray[np.bool_], P: NDArray[np.bool_], classes: Sequence[Any]) -> pd.DataFrame:
    import pandas as pd

    missed, wrong = Y & ~P, P & ~Y
    names = [str(name) for name in classes]
    rows = []
    for k, name in enumerate(names):
        alone = missed[:, k] & ~wrong.any(axis=1)
        rows.append((name, "", int(alone.sum())))
        rows += [
            (name, other, int((missed[:, k] & wrong[:, j]).sum())) for j, other in enumerate(names)
        ]
        rows.append(("", name, int((wrong[:, k] & ~missed.any(axis=1)).sum())))
    rows = sorted((row for row in rows if row[2]), key=lambda row: -row[2])
    return pd.DataFrame(rows, columns=["true", "given", "releases"])


def _reliability(
    Y: NDArray[np.bool_], chances: NDArray[np.float64], kind: str, bins: int = 10
) -> tuple[float, pd.DataFrame]:
    """Expected calibration error (Naeini et al. 2015) and the bins it comes from."""
    import pandas as pd
    from sklearn.calibration import calibration_curve

    p, y = np.clip(chances.ravel(), 0, 1), Y.ravel()
    right, mean = calibration_curve(y, p, n_bins=bins, pos_label=True)
    n = np.bincount(np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], p), minlength=bins)
    n = n[n > 0]
    error = float(np.sum(n * np.abs(mean - right)) / max(p.size, 1))
    return error, pd.DataFrame({kind: mean, "right": right, "pairs": n})


def _coverage(Y: NDArray[np.bool_], chances: NDArray[np.float64]) -> pd.DataFrame:
    import pandas as pd

    order = np.argsort(-chances.max(axis=1), kind="stable")
    right = Y[order, chances[order].argmax(axis=1)]
    n = np.arange(1, len(Y) + 1)
    return pd.DataFrame({"coverage": n / len(Y), "accuracy": np.cumsum(right) / n})


def _sample_scores(Y: NDArray[np.bool_], P: NDArray[np.bool_]) -> NDArray[np.float64]:
    """F1 of each release; one without labels that got none is right."""
    both, total = (Y & P).sum(axis=1), Y.sum(axis=1) + P.sum(axis=1)
    return np.asarray(np.where(total > 0, 2 * both / np.maximum(total, 1), 1.0))


def _warn_of_strangers(truth: Sequence[Sequence[Any]], classes: Sequence[Any]) -> None:
    strangers = sorted(
        {f"{name!s:.60}" for names in truth for name in names if name not in classes}
    )
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
