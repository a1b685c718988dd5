"""Figures of topics and labels, drawn with matplotlib.

Each takes ``ax``, the axes to draw on, and gives the figure that holds them; without ``ax`` it
makes a figure of its own.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from textwrap import shorten
from typing import Any

import numpy as np

from topics._errors import TopicsError
from topics.evaluation import Evaluation
from topics.labeller import Predictions
from topics.models.n_topics import Step, largest_good_n_topics
from topics.models.topic_model import TopicModel
from topics.models.topics_over_time import Period
from topics.reading.corpus import Corpus

_INK, _BAR, _SEEDED = "#222222", "#4878a8", "#d1812f"
_COLOURS = (
    "#4878a8", "#d1812f", "#5a9e6f", "#b5535a", "#8172b2", "#937860", "#c57bb0", "#7f7f7f",
    "#b5a642", "#4aa3b5",
)  # fmt: skip
_MOST_LINES = 6
_MAP_FONT, _PALE = 8.5, 0.45
_TITLE = {"loc": "left", "fontsize": 11}


def plot_topics(model: TopicModel, *, n_words: int = 8, ax: Any = None) -> Any:
    """Topics by size, with their names and words; topics of themes in another colour.

    Parameters
    ----------
    model : TopicModel
        A fitted model.
    n_words : int, default=8
        Words shown beside each bar.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        Shown by Jupyter as it is; ``figure.savefig("topics.png")`` saves it.

    Examples
    --------
    >>> from topics import TopicModel
    >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
    >>> len(plot_topics(model).axes[0].patches)
    2
    """
    table = model.topics_.sort_index()
    order = np.argsort(table["share"].to_numpy(), kind="stable")
    words = model.top_words(n_words)
    axes = _axes(ax, 11, 0.42 * len(table) + 1.4)
    seeded = [name in model.themes_ for name in model.names_]
    shares = 100 * table["share"].to_numpy()
    colours = [_SEEDED if seeded[t] else _BAR for t in order]
    axes.barh(range(len(table)), shares[order], color=colours, height=0.72)
    for place, t in enumerate(order):
        axes.text(
            shares[t] + 0.15,
            place,
            _plain(", ".join(words[t])),
            va="center",
            fontsize=8.5,
            color=_INK,
        )
    axes.set_yticks(range(len(table)), [_plain(model.names_[t]) for t in order], fontsize=9.5)
    axes.set_xlim(0, 2.6 * shares.max())
    axes.margins(y=0.01)
    ticks = [tick for tick in axes.get_xticks() if tick <= shares.max() * 1.05]
    axes.set_xticks(ticks, [f"{tick:g} %" for tick in ticks])
    axes.set_xlabel("share of the releases' words", loc="left")
    axes.set_title(f"Topics of {model.n_documents_:,} releases, by share", **_TITLE)
    if any(seeded) and not all(seeded):
        _explain_colours(axes)
    return axes.figure


def plot_topic_map(model: TopicModel, *, ax: Any = None) -> Any:
    """Topics as discs: near each other where they share words, as large as their shares.

    The places are the first two principal coordinates [1]_ of the cosines between the topics'
    words, so that distances on the page are those of the words as far as two dimensions allow.

    Parameters
    ----------
    model : TopicModel
        A fitted model.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        As of :func:`plot_topics`; topics of themes in another colour.

    References
    ----------
    .. [1] Gower (1966), "Some distance properties of latent root and vector methods used in
       multivariate analysis", Biometrika 53.

    Examples
    --------
    >>> from topics import TopicModel
    >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
    >>> len(plot_topic_map(model).axes[0].texts)
    2
    """
    table = model.topics_.sort_index()
    weights = model.components_ / np.maximum(model.components_.sum(axis=0), 1e-12) ** 0.5
    rows = weights / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)
    cosines = (rows @ rows.T).astype(np.float64)
    centred = cosines - cosines.mean(axis=0) - cosines.mean(axis=1)[:, None] + cosines.mean()
    values, vectors = np.linalg.eigh(centred)
    places = vectors[:, ::-1][:, :2] * np.sqrt(np.maximum(values[::-1][:2], 0))
    if places.shape[1] < 2:
        places = np.hstack([places, np.zeros((len(places), 2 - places.shape[1]))])
    # The sign of an eigenvector is nobody's choice.
    places *= np.where(places[np.abs(places).argmax(axis=0), [0, 1]] < 0, -1, 1)
    axes = _axes(ax, 9, 5.5)
    sizes = 4000 * np.maximum(table["share"].to_numpy(), 0.002)
    seeded = [name in model.themes_ for name in model.names_]
    axes.scatter(
        *places.T, s=sizes, c=[_SEEDED if s else _BAR for s in seeded], alpha=_PALE, linewidths=0
    )
    axes.margins(0.18)
    # In points, as the sizes are squares of them.
    _name_discs(axes, places, np.sqrt(sizes / np.pi), model.names_)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[["bottom"]].set_visible(False)
    axes.set_title("Near each other where they share words; areas are shares", **_TITLE)
    if any(seeded) and not all(seeded):
        _explain_colours(axes, _PALE)
    return axes.figure


def plot_shares_over_time(
    shares: Any,
    *,
    title: str = "",
    ylabel: str = "share of releases",
    max_lines: int = _MOST_LINES,
    ax: Any = None,
) -> Any:
    """A line a column of a table whose index are periods.

    Parameters
    ----------
    shares : pandas.DataFrame
        From 0 to 1, a row a period.
    title : str, default=""
        Over the lines.
    ylabel : str, default="share of releases"
        What stands at the axis.
    max_lines : int, default=6
        Columns drawn at most, those of the largest means: more lines cannot be told apart.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        As of :func:`plot_topics`.

    Examples
    --------
    >>> import pandas as pd
    >>> shares = pd.DataFrame({"aid": [0.2, 0.4]}, index=["2024-01", "2024-02"])
    >>> len(plot_shares_over_time(shares).axes[0].lines)
    1
    """
    drawn = shares[shares.mean().sort_values(ascending=False, kind="stable").index[:max_lines]]
    axes = _axes(ax, 9, 3.4)
    marker = "o" if len(drawn) < 3 else ""
    for at, name in enumerate(drawn.columns):
        axes.plot(
            range(len(drawn)), 100 * drawn[name], color=_COLOURS[at % len(_COLOURS)],
            label=_plain(name), lw=1.8, marker=marker,
        )  # fmt: skip
    step = max(1, -(-len(drawn) // 8))
    axes.set_xticks(
        range(0, len(drawn), step), [_plain(p) for p in drawn.index[::step]], fontsize=9
    )
    axes.set_ylabel(f"{ylabel} (%)")
    axes.set_ylim(bottom=0)
    if len(drawn.columns) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=9)
    axes.set_title(title, **_TITLE)
    return axes.figure


def plot_topics_over_time(
    model: TopicModel, freq: Period = "month", *, max_topics: int = 8, ax: Any = None
) -> Any:
    """Shares of the largest topics in each period.

    Parameters
    ----------
    model : TopicModel
        A model fitted to a Corpus with dates.
    freq : {"day", "week", "month", "quarter", "year"}, default="month"
        Length of a period.
    max_topics : int, default=8
        Topics drawn.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        A line a topic.

    Raises
    ------
    TopicsError
        If the releases have no dates.

    Examples
    --------
    >>> from topics import TopicModel, read_releases
    >>> rows = [
    ...     {"text": text, "date": f"2024-0{month}-01"}
    ...     for month in (1, 2)
    ...     for text in ["aid reached the camp", "the court freed detainees"] * 12
    ... ]
    >>> model = TopicModel(2).fit(read_releases(rows, languages=False))
    >>> len(plot_topics_over_time(model).axes[0].lines)
    2
    """
    return plot_shares_over_time(
        model.topics_over_time(freq).drop(columns="releases"),
        title=f"Topics over time, by {freq}",
        ylabel="share of the releases' words",
        max_lines=max_topics,
        ax=ax,
    )


def plot_themes_over_time(
    predictions: Predictions,
    dates: Corpus | Sequence[str | None],
    freq: Period = "month",
    *,
    max_themes: int = 8,
    ax: Any = None,
) -> Any:
    """Share of the releases of each period that have each of the commonest labels.

    Parameters
    ----------
    predictions : Predictions
        What :func:`topics.predict` gave.
    dates : Corpus, or sequence of str or None, shape (n_texts,)
        The releases, or their dates.
    freq : {"day", "week", "month", "quarter", "year"}, default="month"
        Length of a period.
    max_themes : int, default=8
        Themes drawn.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        A line a theme.

    Raises
    ------
    TopicsError
        As :meth:`topics.Predictions.themes_over_time`.

    Examples
    --------
    >>> from topics import Labeller, ThemeClassifier
    >>> labeller = Labeller(classifier=ThemeClassifier({"aid": ["camp"], "law": ["court"]}))
    >>> predictions = labeller.fit(["a camp", "a court"] * 20).predict(["a camp", "a court"])
    >>> len(plot_themes_over_time(predictions, ["2024-03-01", "2024-04-01"]).axes[0].lines)
    2
    """
    return plot_shares_over_time(
        predictions.themes_over_time(dates, freq).drop(columns="releases"),
        title=f"Themes over time, by {freq}",
        max_lines=max_themes,
        ax=ax,
    )


def plot_n_topics(model: TopicModel, *, ax: Any = None) -> Any:
    """Stability and held-out coherence by number of topics, and the number that was chosen.

    Parameters
    ----------
    model : TopicModel
        One fitted with ``n_topics="auto"``.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        Two curves over ``n_topics_path_``.

    Raises
    ------
    TopicsError
        If the number of topics was given.

    Examples
    --------
    >>> from topics import TopicModel
    >>> from topics.demo import read_sample
    >>> corpus, _ = read_sample()
    >>> len(plot_n_topics(TopicModel("auto").fit(corpus)).axes[0].lines) >= 2
    True
    """
    if not hasattr(model, "n_topics_path_"):
        raise TopicsError("the number of topics was given", 'fit with n_topics="auto"')
    path = model.n_topics_path_
    axes = _axes(ax, 8, 4.2)
    labels = {
        "stability": "stability: how alike the topics of two halves are",
        "coherence": "coherence: how well their words hold together in the other half",
    }
    for colour, (column, label) in zip(_COLOURS, labels.items(), strict=False):
        axes.plot(path["n_topics"], path[column], color=colour, marker="o", label=label)
    best = largest_good_n_topics([Step(*row) for row in path.itertuples(index=False)])
    axes.axvline(best, color=_INK, linewidth=0.8, linestyle=":")
    axes.text(best, axes.get_ylim()[1], f" {best} topics", va="top", fontsize=9, color=_INK)
    axes.set_xscale("log")
    axes.set_xticks(path["n_topics"], [str(n) for n in path["n_topics"]])
    axes.minorticks_off()
    axes.set_xlabel("number of topics")
    axes.set_ylabel("more is better, 1 at most")
    axes.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    axes.set_title("What stays from one half of the releases to the other", **_TITLE)
    return axes.figure


def plot_hierarchy(model: TopicModel, *, ax: Any = None) -> Any:
    """Which topics are most alike, as a tree.

    Parameters
    ----------
    model : TopicModel
        A fitted model of two topics or more.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        Branches meet at the distance (1 less the cosine of the terms) of what they hold.

    Raises
    ------
    TopicsError
        If there is one topic only.

    Examples
    --------
    >>> from topics import TopicModel
    >>> model = TopicModel(2).fit(["aid reached the camp", "the court freed detainees"] * 20)
    >>> plot_hierarchy(model).axes[0].get_xlabel()
    'distance: 0 is the same words, 1 is none in common'
    """
    from scipy.cluster.hierarchy import dendrogram

    table = model.hierarchy()
    if not len(table):
        raise TopicsError("one topic has no hierarchy", "fit two or more")
    axes = _axes(ax, 9, 0.34 * len(model.names_) + 1.2)
    links = table[["first", "second", "distance", "topics"]].to_numpy(float)
    dendrogram(
        links, labels=list(map(_plain, model.names_)), orientation="left", ax=axes,
        color_threshold=0, above_threshold_color=_BAR, leaf_font_size=9,
    )  # fmt: skip
    axes.set_xlabel("distance: 0 is the same words, 1 is none in common")
    axes.set_title("Topics by likeness of their terms", **_TITLE)
    return axes.figure


def plot_labels(predictions: Predictions, *, max_texts: int = 40, ax: Any = None) -> Any:
    """Scores of the themes for each text, darker the higher; labels given are marked.

    Parameters
    ----------
    predictions : Predictions
        What :func:`topics.predict` gave.
    max_texts : int, default=40
        Texts shown.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        A row a text, a column a theme.

    Examples
    --------
    >>> from topics import Labeller, ThemeClassifier
    >>> labeller = Labeller(classifier=ThemeClassifier({"aid": ["camp"], "law": ["court"]}))
    >>> predictions = labeller.fit(["a camp", "a court"] * 20).predict(["a camp of tents"])
    >>> [label.get_text() for label in plot_labels(predictions).axes[0].get_xticklabels()]
    ['aid', 'law']
    """
    shown = predictions.scores[:max_texts]
    axes = _axes(ax, 7 + 0.55 * shown.shape[1], 0.3 * len(shown) + 1.8)
    picture = axes.imshow(shown, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for i, labels in enumerate(predictions.labels[:max_texts]):
        for label in labels:
            k = predictions.classes.index(label)
            colour = "white" if shown[i, k] > 0.6 else _INK
            axes.text(k, i, "✓", ha="center", va="center", color=colour, fontsize=8)
    titles = predictions.titles or [None] * len(predictions)
    rows = [
        _shortened(titles[i] or predictions.evidence[i] or f"text {i}") for i in range(len(shown))
    ]
    axes.set_yticks(range(len(shown)), rows, fontsize=8)
    axes.set_xticks(
        range(shown.shape[1]), list(map(_plain, predictions.classes)),
        rotation=40, ha="left", fontsize=9,
    )  # fmt: skip
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_title("Themes of each text", **_TITLE)
    kind = "probability" if predictions.calibrated else "score, from 0 to 1"
    axes.figure.colorbar(picture, ax=axes, shrink=0.6, label=f"{kind}; ✓ the label is given")
    return axes.figure


def plot_f1(evaluation: Evaluation, *, ax: Any = None) -> Any:
    """F1 of every theme, with its 95 % interval.

    Parameters
    ----------
    evaluation : Evaluation
        What :func:`topics.evaluate` gave.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        A row a theme; none for one that has no F1.

    Examples
    --------
    >>> from topics import ThemeClassifier, evaluate
    >>> texts, y = ["aid camp", "court trial"] * 5, ["aid", "law"] * 5
    >>> found = evaluate(ThemeClassifier(multi_label=False).fit(texts, y), texts, y)
    >>> len(plot_f1(found).axes[0].get_yticks())
    2
    """
    themes = evaluation.to_dict()["themes"]
    axes = _axes(ax, 6, 0.32 * len(themes) + 1.2)
    for place, row in enumerate(reversed(themes)):
        if row["f1"] is None or row["f1_low"] is None:
            continue
        ends = [row["f1_low"], row["f1_high"]]
        axes.plot(ends, [place, place], color=_BAR, linewidth=3, clip_on=False)
        axes.plot(row["f1"], place, "o", color=_INK, clip_on=False)
    axes.set_yticks(range(len(themes)), [_plain(row["theme"]) for row in reversed(themes)])
    axes.set(xlim=(0, 1), xlabel="F1, with its 95 % interval")
    axes.set_title("How well each theme is found", **_TITLE)
    return axes.figure


def plot_reliability(evaluation: Evaluation, *, ax: Any = None) -> Any:
    """How often labels are right, by the score or probability that they were given with.

    Parameters
    ----------
    evaluation : Evaluation
        What :func:`topics.evaluate` gave.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        The points of calibrated probabilities lie on the diagonal; they are the larger the more
        pairs of a release and a theme they stand for.

    Examples
    --------
    >>> from topics import ThemeClassifier, evaluate
    >>> texts, y = ["aid camp", "court trial"] * 5, ["aid", "law"] * 5
    >>> found = evaluate(ThemeClassifier(multi_label=False).fit(texts, y), texts, y)
    >>> plot_reliability(found).axes[0].get_xlabel()
    'score'
    """
    axes = _axes(ax, 4.5, 4)
    bins = evaluation.reliability
    kind = "probability" if evaluation.calibrated else "score"
    axes.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=1, label="right as often as it says")
    # A bin of one pair says nothing: its point is as small as its weight.
    sizes = 20 + 180 * np.sqrt(bins["pairs"] / bins["pairs"].max())
    axes.plot(bins[kind], bins["right"], color=_BAR, linewidth=0.8, alpha=0.5)
    axes.scatter(
        bins[kind], bins["right"], s=sizes, color=_BAR, clip_on=False, zorder=3,
        label="this model; larger where there are more",
    )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=kind, ylabel="share of labels that are right")
    axes.legend(frameon=False, fontsize=8.5, loc="upper center", bbox_to_anchor=(0.5, -0.14))
    axes.set_title(f"Reliability; calibration error {evaluation.calibration_error:.2f}", **_TITLE)
    return axes.figure


def plot_coverage(evaluation: Evaluation, *, ax: Any = None) -> Any:
    """How often first labels are right, where only the surest releases are labelled.

    Parameters
    ----------
    evaluation : Evaluation
        What :func:`topics.evaluate` gave.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        A curve.

    Examples
    --------
    >>> from topics import ThemeClassifier, evaluate
    >>> texts, y = ["aid camp", "court trial"] * 5, ["aid", "law"] * 5
    >>> found = evaluate(ThemeClassifier(multi_label=False).fit(texts, y), texts, y)
    >>> len(plot_coverage(found).axes[0].lines)
    1
    """
    axes = _axes(ax, 4.5, 4)
    curve = evaluation.coverage
    axes.plot(curve["coverage"], curve["accuracy"], color=_BAR)
    axes.set(
        xlim=(0, 1), ylim=(0, 1.02), xlabel="share of releases labelled, the surest first",
        ylabel="share of first labels that are right",
    )  # fmt: skip
    axes.set_title("If only the surest are labelled", **_TITLE)
    return axes.figure


def plot_confusion(evaluation: Evaluation, *, max_themes: int = 20, ax: Any = None) -> Any:
    """How often releases of one theme were given another, or none.

    Parameters
    ----------
    evaluation : Evaluation
        What :func:`topics.evaluate` gave.
    max_themes : int, default=20
        Themes shown, those with most errors.
    ax : matplotlib.axes.Axes or None, default=None
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib.figure.Figure
        A row a true theme, a column a theme given; "none" is no theme. What is right is not shown.

    Examples
    --------
    >>> from topics import ThemeClassifier, evaluate
    >>> texts, y = ["aid camp", "court trial"] * 5, ["aid", "law"] * 5
    >>> classifier = ThemeClassifier(multi_label=False).fit(texts, y)
    >>> figure = plot_confusion(evaluate(classifier, texts, ["law", "aid"] * 5))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['aid', 'law']
    """
    wrong = evaluation.confusion.replace("", "none")
    names = sorted({*wrong["true"], *wrong["given"]} - {"none"})
    often = [int(wrong.loc[(wrong[["true", "given"]] == name).any(axis=1), "releases"].sum())
             for name in names]  # fmt: skip
    kept = [names[k] for k in sorted(np.argsort(-np.array(often), kind="stable")[:max_themes])]
    if "none" in {*wrong["true"], *wrong["given"]}:
        kept.append("none")
    table = np.zeros((len(kept), len(kept)), np.int64)
    for row in wrong.to_dict("records"):
        if row["true"] in kept and row["given"] in kept:
            table[kept.index(row["true"]), kept.index(row["given"])] = row["releases"]
    axes = _axes(ax, 3 + 0.5 * len(kept), 2 + 0.4 * len(kept))
    if kept:
        axes.imshow(table, cmap="Oranges", vmin=0, aspect="auto")
    for i, j in np.argwhere(table):
        colour = "white" if table[i, j] > 0.7 * table.max() else _INK
        axes.text(j, i, str(table[i, j]), ha="center", va="center", color=colour, fontsize=8.5)
    shown = list(map(_plain, kept))
    axes.set_xticks(range(len(kept)), shown, rotation=40, ha="right", fontsize=9)
    axes.set_yticks(range(len(kept)), shown, fontsize=9)
    axes.tick_params(length=0)
    axes.set(
        xlabel="theme given instead (none: the true one is missing)",
        ylabel="true theme (none: the given one is too many)",
    )
    axes.set_title(
        "Releases with a wrong theme" if kept else "No release has a wrong theme", **_TITLE
    )
    return axes.figure


def plot_evaluation(evaluation: Evaluation) -> Any:
    """F1 of every theme, reliability, and how often the surest labels are right, side by side.

    Parameters
    ----------
    evaluation : Evaluation
        What :func:`topics.evaluate` gave.

    Returns
    -------
    matplotlib.figure.Figure
        Those of :func:`plot_f1`, :func:`plot_reliability` and :func:`plot_coverage`.

    Examples
    --------
    >>> from topics import ThemeClassifier, evaluate
    >>> texts, y = ["aid camp", "court trial"] * 5, ["aid", "law"] * 5
    >>> found = evaluate(ThemeClassifier(multi_label=False).fit(texts, y), texts, y)
    >>> len(plot_evaluation(found).axes)
    3
    """
    height = max(3.6, 0.32 * len(evaluation.themes) + 1.2)
    figure = _figure_class()(figsize=(13, height), layout="constrained", dpi=110)
    for plot, axes in zip(
        (plot_f1, plot_reliability, plot_coverage), figure.subplots(1, 3), strict=True
    ):
        axes.spines[["top", "right"]].set_visible(False)
        plot(evaluation, ax=axes)
    return figure


def _name_discs(axes: Any, places: Any, radii: Any, names: list[str]) -> None:
    """Names beside discs: above, or where that is taken below, to the right or to the left."""
    _root(axes).draw_without_rendering()  # so that the axes know their scale
    points = 72 / _root(axes).dpi
    middles = axes.transData.transform(places) * points
    taken = [
        np.array([x - r, y - r, x + r, y + r]) for (x, y), r in zip(middles, radii, strict=True)
    ]
    # The largest first, so that it is they whose names stand above.
    for t in np.argsort(-np.asarray(radii), kind="stable").tolist():
        x, y = middles[t]
        # A letter is about half as wide as it is high.
        width, height, gap = 0.55 * _MAP_FONT * len(names[t]), 1.2 * _MAP_FONT, radii[t] + 1
        beside = {
            (0, gap, "center", "bottom"): (x - width / 2, y + gap),
            (0, -gap, "center", "top"): (x - width / 2, y - gap - height),
            (gap, 0, "left", "center"): (x + gap, y - height / 2),
            (-gap, 0, "right", "center"): (x - gap - width, y - height / 2),
        }
        boxes = {
            how: np.array([left, low, left + width, low + height])
            for how, (left, low) in beside.items()
        }
        best = min(boxes, key=lambda how: sum(_overlap(boxes[how], box) for box in taken))
        taken.append(boxes[best])
        axes.annotate(
            _plain(names[t]), places[t], xytext=best[:2], textcoords="offset points", ha=best[2],
            va=best[3], fontsize=_MAP_FONT, color=_INK,
        )  # fmt: skip


def _root(axes: Any) -> Any:
    """The figure that holds the axes, whatever lies between."""
    figure = axes.figure
    while figure is not figure.figure:
        figure = figure.figure
    return figure


def _overlap(a: Any, b: Any) -> float:
    """Area that two boxes share."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    return float(np.prod(np.maximum(sides, 0)))


def _explain_colours(axes: Any, alpha: float = 1.0) -> None:
    from matplotlib.patches import Patch

    axes.legend(
        handles=[
            Patch(color=_SEEDED, label="theme", alpha=alpha),
            Patch(color=_BAR, label="free topic", alpha=alpha),
        ],
        loc="lower right", frameon=False, fontsize=9,
    )  # fmt: skip


def _shortened(words: str) -> str:
    """The beginning of a title, in whole words."""
    return _plain(shorten(words, 62, placeholder=" …") or words[:62])


def _plain(words: Any) -> str:
    """A text as it is: between dollars matplotlib would read formulas."""
    return str(words).replace("$", r"\$")


@cache
def _figure_class() -> Any:
    # Not pyplot: no window system is asked for, and nothing is kept in a global list.
    from matplotlib.figure import Figure

    class NotebookFigure(Figure):
        """A figure that a notebook shows without pyplot."""

        def _repr_png_(self) -> bytes:
            picture = io.BytesIO()
            self.savefig(picture, format="png")
            return picture.getvalue()

    return NotebookFigure


def _axes(ax: Any, width: float, height: float) -> Any:
    """The axes that were given, or those of a new figure of some inches."""
    if ax is not None:
        return ax
    figure = _figure_class()(figsize=(width, height), layout="constrained", dpi=110)
    axes = figure.subplots()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return axes
