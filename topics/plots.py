"""Figures of topics and labels, drawn with matplotlib."""

from __future__ import annotations

import io
from functools import cache
from typing import Any, Literal

import numpy as np

from topics._errors import TopicsError
from topics.evaluation import Evaluation
from topics.labeller import Predictions
from topics.models.n_topics import Step, largest_good_n_topics
from topics.models.topic_model import TopicModel

_INK, _BAR, _SEEDED = "#222222", "#4878a8", "#d1812f"
_COLOURS = (
    "#4878a8", "#d1812f", "#5a9e6f", "#b5535a", "#8172b2", "#937860", "#c57bb0", "#7f7f7f",
    "#b5a642", "#4aa3b5",
)  # fmt: skip


_MOST_LINES = 6


def plot_topics(model: TopicModel, *, n_words: int = 8) -> Any:
    """Topics by size, with their names and words; topics of themes in another colour.

    Parameters
    ----------
    model : TopicModel
        A fitted model.
    n_words : int, default=8
        Words shown beside each bar.

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
    from matplotlib.patches import Patch

    table = model.topics_.sort_index()
    order = np.argsort(table["share"].to_numpy(), kind="stable")
    words = model.top_words(n_words)
    figure, axes = _figure(11, 0.42 * len(table) + 1.4)
    seeded = [name in model.themes_ for name in model.names_]
    shares = 100 * table["share"].to_numpy()
    colours = [_SEEDED if seeded[t] else _BAR for t in order]
    axes.barh(range(len(table)), shares[order], color=colours, height=0.72)
    for place, t in enumerate(order):
        axes.text(
            shares[t] + 0.15, place, ", ".join(words[t]), va="center", fontsize=8.5, color=_INK
        )
    axes.set_yticks(range(len(table)), [model.names_[t] for t in order], fontsize=9.5)
    axes.set_xlim(0, 2.6 * shares.max())
    axes.margins(y=0.01)
    ticks = [tick for tick in axes.get_xticks() if tick <= shares.max() * 1.05]
    axes.set_xticks(ticks, [f"{tick:g} %" for tick in ticks])
    axes.set_title(f"Topics of {model.n_documents_:,} releases, by share", loc="left", fontsize=11)
    if any(seeded) and not all(seeded):
        axes.legend(
            handles=[Patch(color=_SEEDED, label="theme"), Patch(color=_BAR, label="free topic")],
            loc="lower right", frameon=False, fontsize=9,
        )  # fmt: skip
    return figure


def plot_topic_map(model: TopicModel) -> Any:
    """Topics as discs: near each other where they share words, as large as their shares.

    The places are the first two principal coordinates [1]_ of the cosines between the topics'
    words, so that distances on the page are those of the words as far as two dimensions allow.

    Parameters
    ----------
    model : TopicModel
        A fitted model.

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
    figure, axes = _figure(9, 5.5)
    sizes = 4000 * np.maximum(table["share"].to_numpy(), 0.002)
    colours = [_SEEDED if name in model.themes_ else _BAR for name in model.names_]
    axes.scatter(*places.T, s=sizes, c=colours, alpha=0.45, linewidths=0)
    # In points, as the sizes are squares of them.
    radii = np.sqrt(sizes / np.pi)
    for place, radius, name in zip(places, radii, model.names_, strict=True):
        axes.annotate(
            name, place, xytext=(0, radius + 1), textcoords="offset points", ha="center",
            va="bottom", fontsize=8.5, color=_INK,
        )  # fmt: skip
    axes.margins(0.18)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[["bottom"]].set_visible(False)
    return figure


def plot_shares_over_time(shares: Any, *, ylabel: str = "share of releases") -> Any:
    """A line a column of a table whose index are periods.

    Parameters
    ----------
    shares : pandas.DataFrame
        From 0 to 1, a row a period; at most six columns are drawn, those of the largest means,
        since more lines cannot be told apart.
    ylabel : str, default="share of releases"
        What stands at the axis.

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
    drawn = shares[shares.mean().sort_values(ascending=False).index[:_MOST_LINES]]
    figure, axes = _figure(9, 3.4)
    for colour, name in zip(_COLOURS, drawn.columns, strict=False):
        axes.plot(range(len(drawn)), 100 * drawn[name], color=colour, label=str(name), lw=1.8)
    step = max(1, -(-len(drawn) // 8))
    axes.set_xticks(range(0, len(drawn), step), [str(p) for p in drawn.index[::step]], fontsize=9)
    axes.set_ylabel(f"{ylabel} (%)")
    axes.set_ylim(bottom=0)
    if len(drawn.columns) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=9)
    return figure


def plot_topics_over_time(
    model: TopicModel,
    freq: Literal["day", "week", "month", "quarter", "year"] = "month",
    *,
    max_topics: int = 8,
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
    frame = model.topics_over_time(freq).drop(columns="releases")
    largest = model.topics_.sort_values("share", ascending=False)["name"].head(max_topics)
    figure, axes = _figure(11, 4.6)
    for colour, name in zip(_COLOURS, largest, strict=False):
        axes.plot(range(len(frame)), 100 * frame[name], color=colour, label=name, linewidth=1.8)
    step = max(1, len(frame) // 12)
    axes.set_xticks(range(0, len(frame), step), frame.index[::step], fontsize=8.5)
    axes.set_ylabel("share of the releases, %")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    axes.set_title(f"Topics over time, by {freq}", loc="left", fontsize=11)
    return figure


def plot_n_topics(model: TopicModel) -> Any:
    """Stability and held-out coherence by number of topics, and the number that was chosen.

    Parameters
    ----------
    model : TopicModel
        One fitted with ``n_topics="auto"``.

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
    figure, axes = _figure(8, 4.2)
    labels = {"stability": "stability", "coherence": "coherence, other half"}
    for colour, (column, label) in zip(_COLOURS, labels.items(), strict=False):
        axes.plot(path["n_topics"], path[column], color=colour, marker="o", label=label)
    best = largest_good_n_topics([Step(*row) for row in path.itertuples(index=False)])
    axes.axvline(best, color=_INK, linewidth=0.8, linestyle=":")
    axes.text(best, axes.get_ylim()[1], f" {best} topics", va="top", fontsize=9, color=_INK)
    axes.set_xscale("log")
    axes.set_xticks(path["n_topics"], [str(n) for n in path["n_topics"]])
    axes.minorticks_off()
    axes.set_xlabel("topics")
    axes.legend(frameon=False, fontsize=9)
    axes.set_title("What stays from one half of the releases to the other", loc="left", fontsize=11)
    return figure


def plot_hierarchy(model: TopicModel) -> Any:
    """Which topics are most alike, as a tree.

    Parameters
    ----------
    model : TopicModel
        A fitted model of two topics or more.

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
    'distance'
    """
    from scipy.cluster.hierarchy import dendrogram

    table = model.hierarchy()
    if not len(table):
        raise TopicsError("one topic has no hierarchy", "fit two or more")
    figure, axes = _figure(9, 0.34 * len(model.names_) + 1.2)
    links = table[["first", "second", "distance", "topics"]].to_numpy(float)
    dendrogram(
        links, labels=model.names_, orientation="left", ax=axes, color_threshold=0,
        above_threshold_color=_BAR, leaf_font_size=9,
    )  # fmt: skip
    axes.set_xlabel("distance")
    axes.set_title("Topics by likeness of their terms", loc="left", fontsize=11)
    return figure


def plot_labels(predictions: Predictions, *, max_texts: int = 40) -> Any:
    """Probabilities of the themes for each text, darker the likelier; labels given are marked.

    Parameters
    ----------
    predictions : Predictions
        What :func:`topics.predict` gave.
    max_texts : int, default=40
        Texts shown.

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
    shown = predictions.probabilities[:max_texts]
    figure, axes = _figure(7 + 0.55 * shown.shape[1], 0.3 * len(shown) + 1.6)
    axes.imshow(shown, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for i, labels in enumerate(predictions.labels[:max_texts]):
        for label in labels:
            k = predictions.classes.index(label)
            colour = "white" if shown[i, k] > 0.6 else _INK
            axes.text(k, i, "✓", ha="center", va="center", color=colour, fontsize=8)
    titles = predictions.titles or [None] * len(predictions)
    rows = [(titles[i] or predictions.evidence[i] or f"text {i}")[:62] for i in range(len(shown))]
    axes.set_yticks(range(len(shown)), rows, fontsize=8)
    axes.set_xticks(
        range(shown.shape[1]), [str(name) for name in predictions.classes],
        rotation=40, ha="left", fontsize=9,
    )  # fmt: skip
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    return figure


def plot_evaluation(evaluation: Evaluation) -> Any:
    """F1 of every theme with its interval, reliability, and accuracy by coverage.

    Parameters
    ----------
    evaluation : Evaluation
        What :func:`topics.evaluate` gave.

    Returns
    -------
    matplotlib.figure.Figure
        Three panels.

    Examples
    --------
    >>> from topics import ThemeClassifier, evaluate
    >>> texts, y = ["aid camp", "court trial"] * 5, ["aid", "law"] * 5
    >>> found = evaluate(ThemeClassifier(multi_label=False).fit(texts, y), texts, y)
    >>> len(plot_evaluation(found).axes) > 0
    True
    """
    themes = evaluation.to_dict()["themes"]
    figure = _figure_class()(
        figsize=(13, max(3.6, 0.32 * len(themes) + 1.2)), layout="constrained", dpi=110
    )
    first, second, third = figure.subplots(1, 3)
    for place, row in enumerate(reversed(themes)):
        if row["f1"] is None or row["f1_low"] is None:
            continue
        first.plot([row["f1_low"], row["f1_high"]], [place, place], color=_BAR, linewidth=3)
        first.plot(row["f1"], place, "o", color=_INK)
    first.set_yticks(range(len(themes)), [row["theme"] for row in reversed(themes)])
    first.set(xlim=(0, 1), xlabel="F1, 95 % interval")
    bins = evaluation.reliability
    second.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=1)
    second.plot(bins["probability"], bins["right"], "o-", color=_BAR)
    second.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="probability", ylabel="share that is right",
        title=f"calibration error {evaluation.calibration_error:.3f}",
    )  # fmt: skip
    curve = evaluation.coverage
    third.plot(curve["coverage"], curve["accuracy"], color=_BAR)
    third.set(
        xlim=(0, 1), ylim=(0, 1.02), xlabel="share of releases, the surest first",
        ylabel="first label right",
    )  # fmt: skip
    for axes in (first, second, third):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


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


def _figure(width: float, height: float) -> tuple[Any, Any]:
    figure = _figure_class()(figsize=(width, height), layout="constrained", dpi=110)
    axes = figure.subplots()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return figure, axes
