"""What a report shows, gathered from a model and its releases."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations
from textwrap import shorten
from typing import Any

import numpy as np
import pandas as pd

from topics._errors import TopicsError
from topics._version import __version__
from topics.evaluation import Evaluation, evaluate
from topics.label_batches import to_labeller
from topics.labeller import Labeller, Predictions
from topics.models.topic_model import TopicModel
from topics.models.topics_over_time import Period, day_of, periods_of
from topics.plots import (
    plot_confusion,
    plot_f1,
    plot_reliability,
    plot_shares_over_time,
    plot_topic_map,
    plot_topics,
)
from topics.reading.corpus import Corpus
from topics.reading.label_columns import read_labels
from topics.report.charts import Chart, to_svg
from topics.report.model_card import LIMITS, learnt_from
from topics.report.rendering import Report, render
from topics.themes.theme_proposals import propose_themes

_SAMPLED, _EXCERPT, _BEST, _WORDS, _REJECTS = 300, 400, 5, 40, 100
"""Releases that can be searched, letters of each, releases a topic or theme, words a topic, and
rejects that are listed."""
_CONFUSIONS, _ERRORS = 40, 20
"""Pairs of themes and releases with wrong labels that are listed."""
_MOST_PERIODS = 24
_FEWEST_FOR_PROPOSALS = 100


def make_report(
    model: Any,
    releases: Corpus | None = None,
    *,
    labels: Sequence[Any] | str | None = None,
    title: str = "What the releases are about",
) -> Report:
    """Make a page about a model and, where they are given, releases that it labels.

    The page is one file without links to others, has a table beside each picture, follows the
    reader's light or dark colours, and shows texts of releases as texts, whatever they hold.

    Parameters
    ----------
    model : str, Path, TopicModel, ThemeClassifier or Labeller
        An artifact's folder, or a model in memory.
    releases : Corpus or None, default=None
        What the model labels for the page; None shows what the model itself knows.
    labels : sequence, str or None, default=None
        Labels that people gave the releases, or the column that holds them: the page then says how
        often the model is right. None and empty cells are not known.
    title : str, default="What the releases are about"
        Of the page.

    Returns
    -------
    Report
        The page.

    Raises
    ------
    TopicsError
        If the model is not fitted, or the labels are not those of the releases.

    Examples
    --------
    >>> from topics import TopicModel, read_releases
    >>> texts = ["Aid reached the camp.", "The court freed detainees."] * 20
    >>> report = make_report(TopicModel(2).fit(texts), read_releases(texts, languages=False))
    >>> "The court freed detainees." in report.html
    True
    """
    labeller = to_labeller(model)
    labeller._check_fitted()
    given = None if releases is None else _given_labels(labeller, releases, labels)
    said = None if releases is None else labeller.predict(releases)
    origin = learnt_from(labeller)
    content: dict[str, Any] = {
        "title": title,
        "version": __version__,
        "checksum": labeller.checksum,
        "facts": _facts(labeller, releases, said),
        "reading": None if releases is None else _reading(releases),
        "topics": _topics(labeller, releases, said),
        "topic_charts": _topic_charts(labeller.topic_model),
        "themes": _themes(labeller, releases, said),
        "theme_charts": _theme_charts(releases, said),
        "proposed": _proposed(labeller, releases),
        "evaluation": _evaluation(labeller, releases, given),
        "sample": _sample(releases, said),
        "learnt_from": origin,
        "n_learnt": dict(origin)["releases"],
        "limits": LIMITS,
    }
    words = {row["number"]: row["weighed"] for row in content["topics"]}
    return render("page", words, **content)


def _given_labels(labeller: Labeller, releases: Corpus, labels: Sequence[Any] | str | None) -> Any:
    if labels is None:
        return None
    if labeller.classifier is None:
        raise TopicsError("the model has no themes to compare labels with", "leave labels out")
    names = labeller.classifier.classes_.tolist()
    found = read_labels(releases[labels], names) if isinstance(labels, str) else list(labels)
    if len(found) != len(releases):
        raise TopicsError(
            f"there are {len(found)} labels for {len(releases)} releases", "give one for each"
        )
    return found


def _facts(
    labeller: Labeller, releases: Corpus | None, said: Predictions | None
) -> list[tuple[str, str]]:
    facts = []
    if releases is not None and said is not None:
        facts.append((f"{len(releases):,}", "releases"))
        dates = sorted(date for date in releases["date"].to_pylist() if date)
        if dates:
            facts.append((f"{dates[0]} to {dates[-1]}", "dates"))
        if labeller.classifier is not None:
            share = sum(map(bool, said.labels)) / max(len(releases), 1)
            facts.append((f"{share:.0%}", "have a theme"))
    if labeller.topic_model is not None:
        facts.append((str(len(labeller.topic_model.names_)), "topics"))
    if labeller.classifier is not None:
        facts.append((str(len(labeller.classifier.classes_)), "themes"))
    return facts


def _reading(releases: Corpus) -> dict[str, Any]:
    rejects = releases.rejects.slice(0, _REJECTS).to_pylist()
    folder = _common_folder([*releases["path"].unique().to_pylist(), *(r["path"] for r in rejects)])
    for reject in rejects:
        reject["path"] = (reject["path"] or "").removeprefix(folder)
    log = [line.replace(folder, "") if folder else line for line in releases.log[:_REJECTS]]
    return {"log": log, "n_rejects": releases.rejects.num_rows, "rejects": rejects}


def _common_folder(paths: Sequence[str | None]) -> str:
    """What the paths of files begin with: a page that is passed on names no folder of a machine."""
    known = [path for path in paths if path and os.path.isabs(path)]
    if not known:
        return ""
    with suppress(ValueError):
        common = os.path.commonpath([os.path.dirname(path) for path in known])
        # The root of all is in every path, and its slash in dates, too.
        return "" if os.path.dirname(common) == common else common + os.sep
    return ""


def _topics(
    labeller: Labeller, releases: Corpus | None, said: Predictions | None
) -> list[dict[str, Any]]:
    model = labeller.topic_model
    if model is None:
        return []
    table, words = model.topics_.sort_index(), model.top_words(10)
    weighed = _weighed_words(model)
    rows = []
    for number, row in table.iterrows():
        best = model.representative(int(number), _BEST).to_dict("records")
        rows.append(
            {
                "number": int(number),
                "name": row["name"],
                "share": float(row["share"]),
                "releases": int(row["releases"]),
                "words": words[int(number)],
                "weighed": weighed[int(number)],
                "best": best,
                "background": bool(row.get("background", False)),
                "is_theme": row["name"] in model.themes_,
            }
        )
    return sorted(rows, key=lambda row: -row["share"])


def _weighed_words(model: TopicModel) -> list[list[tuple[str, float, float]]]:
    """Words of each topic, their share of it, and how much more often they stand there."""
    terms = model.vectorizer_.get_feature_names_out()
    weights = model.components_.astype(np.float64)
    shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    overall = weights.sum(axis=0) / max(weights.sum(), 1e-12)
    lift = shares / np.maximum(overall, 1e-12)
    found = []
    for row, its_lift in zip(shares, lift, strict=True):
        # Those that some place of the slider shows.
        log_share, log_lift = (np.log(np.maximum(part, 1e-12)) for part in (row, its_lift))
        scores = [mix * log_share + (1 - mix) * log_lift for mix in (0, 0.5, 1)]
        often = row > row.max(initial=0) / 200
        chosen: dict[int, None] = {}
        for score in scores:
            order = np.argsort(-np.where(often, score, -np.inf), kind="stable")
            chosen |= dict.fromkeys(order[: min(_WORDS // 2, int(often.sum()))].tolist())
        found.append([(str(terms[i]), float(row[i]), float(its_lift[i])) for i in chosen])
    return found


def _topic_charts(model: TopicModel | None) -> list[Chart]:
    if model is None:
        return []
    table = model.topics_.sort_index()[["name", "share", "releases", "words"]]
    charts = [
        Chart("map", "Topics: near each other where they share words, as large as their share",
              to_svg(plot_topic_map(model), "map"), table),
        Chart("sizes", "Topics by their share of the words",
              to_svg(plot_topics(model, n_words=5), "sizes"), table),
    ]  # fmt: skip
    with suppress(TopicsError):
        dates = model.timeline_[0]
        over_time = model.topics_over_time(_period(dates)).drop(columns="releases")
        if len(over_time) > 1:
            figure = plot_shares_over_time(over_time, ylabel="share of words")
            charts.append(
                Chart("topics-time", "Topics over time", to_svg(figure, "time"),
                      _with_periods(over_time))
            )  # fmt: skip
    return charts


def _period(dates: Sequence[str]) -> Period:
    """The shortest of month, quarter and year that makes few enough periods."""
    for freq in ("month", "quarter"):
        if len(set(periods_of(list(dates), freq))) <= _MOST_PERIODS:
            return freq
    return "year"


def _themes(
    labeller: Labeller, releases: Corpus | None, said: Predictions | None
) -> list[dict[str, Any]]:
    if labeller.classifier is None or releases is None or said is None:
        return []
    titles, dates = releases["title"].to_pylist(), releases["date"].to_pylist()
    rows = []
    for k, name in enumerate(said.classes):
        order = np.argsort(-said.probabilities[:, k], kind="stable")
        have = [i for i in order.tolist() if name in said.labels[i]]
        best = [
            {
                "title": titles[i], "date": dates[i], "score": float(said.probabilities[i, k]),
                "sentence": said.evidence[i] if said.labels[i][0] == name else "",
            }
            for i in have[:_BEST]
        ]  # fmt: skip
        threshold = float(labeller.classifier.thresholds_[k])
        rows.append({"name": name, "releases": len(have), "threshold": threshold, "best": best})
    return rows


def _theme_charts(releases: Corpus | None, said: Predictions | None) -> list[Chart]:
    if releases is None or said is None or not said.classes:
        return []
    charts = []
    with suppress(TopicsError):
        freq = _period([day for date in releases["date"].to_pylist() if (day := day_of(date))])
        shares = said.themes_over_time(releases, freq).drop(columns="releases")
        if len(shares) > 1:
            charts.append(
                Chart("themes-time", "Themes over time",
                      to_svg(plot_shares_over_time(shares), "themes"),
                      _with_periods(shares))
            )  # fmt: skip
    return charts


def _with_periods(shares: pd.DataFrame) -> pd.DataFrame:
    """A table with its periods as a column, whatever the others are called."""
    table = shares.round(3)
    table.insert(0, "period", table.index.astype(str), allow_duplicates=True)
    return table


def together(labels: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Pairs of labels that releases have together, the commonest first.

    Parameters
    ----------
    labels : sequence of sequence
        Of each release.

    Returns
    -------
    pandas.DataFrame
        ``first``, ``second`` and ``releases``.

    Examples
    --------
    >>> together([("aid", "law"), ("law", "aid"), ("aid",)]).to_dict("records")
    [{'first': 'aid', 'second': 'law', 'releases': 2}]
    """
    pairs = Counter(
        pair for names in labels for pair in combinations(sorted(map(str, names)), 2)
    ).most_common()
    rows = [(first, second, n) for (first, second), n in pairs]
    return pd.DataFrame(rows, columns=["first", "second", "releases"])


def _proposed(labeller: Labeller, releases: Corpus | None) -> list[dict[str, Any]]:
    """Themes that are missing, where there are enough releases to say so."""
    if labeller.classifier is None or releases is None or len(releases) < _FEWEST_FOR_PROPOSALS:
        return []
    with suppress(TopicsError, ValueError):
        found = propose_themes(labeller.classifier, releases)
        return list(found.to_dict("records"))
    return []


def _evaluation(labeller: Labeller, releases: Corpus | None, labels: Any) -> dict[str, Any] | None:
    if labels is None or releases is None or labeller.classifier is None:
        return None
    known = [i for i, names in enumerate(labels) if names is not None]
    result: Evaluation = evaluate(labeller, releases[known], [labels[i] for i in known])
    themes = result.themes.round(2)
    charts = [
        Chart("f1", "How well each theme is found", to_svg(plot_f1(result), "f1"), themes),
        Chart("reliability", "How often labels are right, by their score",
              to_svg(plot_reliability(result), "reliability"), result.reliability.round(3)),
        Chart("confusion", "Releases with a wrong theme",
              to_svg(plot_confusion(result), "confusion"),
              result.confusion.replace("", "none").head(_CONFUSIONS)),
    ]  # fmt: skip
    return {
        "n": result.n,
        "averages": result.averages,
        "error": result.calibration_error,
        "charts": charts,
        "errors": _errors(result, releases[known]),
    }


def _errors(result: Evaluation, releases: Corpus) -> list[dict[str, Any]]:
    """Releases whose labels are wrong, those first of which the model was surest."""
    kind = "probability" if result.calibrated else "score"
    shown = result.errors.sort_values(kind, ascending=False, kind="stable").head(_ERRORS)
    titles, dates = releases["title"].to_pylist(), releases["date"].to_pylist()
    return [
        {**row, "title": titles[row["row"]], "date": dates[row["row"]]}
        for row in shown.to_dict("records")
    ]


def _sample(releases: Corpus | None, said: Predictions | None) -> dict[str, Any] | None:
    """Some releases that can be searched, evenly spread."""
    if releases is None or said is None:
        return None
    places = np.unique(np.linspace(0, len(releases) - 1, min(_SAMPLED, len(releases))).astype(int))
    rows = releases[places].table.select(["title", "date", "text"]).to_pylist()
    for row, i in zip(rows, places.tolist(), strict=True):
        row["text"] = shorten(row["text"], _EXCERPT, placeholder=" …")
        row["labels"] = [str(name) for name in said.labels[i]]
        row["topic"] = said.topic_names[i]
    return {
        "rows": rows,
        "n": len(releases),
        "together": together(said.labels).head(30) if said.classes else None,
    }
