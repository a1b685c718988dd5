import json

import numpy as np
import pytest
from sklearn.metrics import f1_score

from topics import ThemeClassifier, TopicsError, compare, evaluate
from topics.plots import plot_evaluation

TEXTS = ["refugees fled to the camp", "the court tried the judge"] * 20
TRUTH = ["camp", "court"] * 20
NEW = [
    "refugees in a camp",
    "a judge at court",
    "refugees fled the court",
    "rain",
    "a tried judge",
] * 6
LABELS = [["camp"], ["court"], ["camp", "court"], [], ["camp"]] * 6


@pytest.fixture(scope="module")
def classifier():
    return ThemeClassifier().fit(TEXTS, TRUTH)


def test_intervals_hold_the_figures_and_narrow(classifier):
    result = evaluate(classifier, NEW, LABELS)
    for name, (low, high) in result.intervals.items():
        assert low <= result.averages[name] <= high
    for row in result.themes.to_dict("records"):
        assert row["f1_low"] <= row["f1"] <= row["f1_high"]
    few = evaluate(classifier, NEW[:5], LABELS[:5]).intervals["samples_f1"]
    many = result.intervals["samples_f1"]
    assert many[1] - many[0] < few[1] - few[0]
    assert json.loads(json.dumps(result.to_dict()))["n"] == 30


def test_errors_confusion_calibration_and_coverage(classifier):
    result = evaluate(classifier, NEW, LABELS)
    # No word of the fourth of each five texts is known, and so it has no label.
    given = [[] if i % 5 == 3 else labels for i, labels in enumerate(classifier.predict(NEW))]
    wrong = [i for i in range(30) if set(given[i]) != set(LABELS[i])]
    assert result.errors["row"].tolist() == wrong
    assert {"true": "camp", "given": "court", "releases": 6} in result.confusion.to_dict("records")
    chances = classifier.predict_proba(NEW)
    Y = np.array([[name in row for name in ("camp", "court")] for row in LABELS])
    error = 0.0
    for low in np.arange(10) / 10:
        inside = (chances >= low) & ((chances < low + 0.1) | (low > 0.85))
        if inside.any():
            error += inside.mean() * abs(chances[inside].mean() - Y[inside].mean())
    assert result.calibration_error == pytest.approx(error)
    assert result.reliability["pairs"].to_numpy().sum() == Y.size
    coverage = result.coverage
    assert coverage["coverage"].iloc[-1] == 1
    best = Y[np.arange(30), chances.argmax(axis=1)]
    assert coverage["accuracy"].iloc[-1] == pytest.approx(best.mean())
    P = np.array([[name in row for name in ("camp", "court")] for row in given])
    assert result.averages["micro_f1"] == pytest.approx(f1_score(Y, P, average="micro"))


def test_the_figure_is_drawn(classifier, tmp_path):
    figure = plot_evaluation(evaluate(classifier, NEW, LABELS))
    assert figure._repr_png_().startswith(b"\x89PNG")
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["court", "camp"]


def test_labels_may_come_from_arrow_pandas_numpy_and_cells(classifier):
    import pandas as pd
    import pyarrow as pa

    expected = evaluate(classifier, NEW[:3], [("camp",), ("court",), None]).to_dict()
    for labels in (
        pa.array(["camp", "court", None]),
        pa.chunked_array([["camp"], ["Court", ""]]),
        pd.Series(["camp", "court", pd.NA], dtype="string"),
        np.array(["camp", "court", np.nan], object),
        [np.array(["camp"]), frozenset(["court"]), np.float32("nan")],
        ['["camp"]', "['COURT']", float("nan")],
    ):
        assert evaluate(classifier, NEW[:3], labels).to_dict() == expected
        assert ThemeClassifier().fit(TEXTS[:4] + NEW[:3], [*TRUTH[:4], *labels]).classes_.size >= 2
    for label in ({}, b"camp", [["camp"]]):
        with pytest.raises(TopicsError, match=r"index 1: the label .* is no name"):
            evaluate(classifier, NEW[:2], ["camp", label])
        with pytest.raises(TopicsError, match=r"index 1: the label .* is no name"):
            ThemeClassifier().fit(TEXTS[:2], ["camp", label])
    with pytest.raises(TopicsError, match="cannot be written"):
        ThemeClassifier().fit(TEXTS[:2], ["camp", "court\0"])


def test_one_theme_is_evaluated():
    one = ThemeClassifier({"camp": ["refugees", "camp"]}, multi_label=True).fit(TEXTS)
    result = evaluate(one, TEXTS, [["camp"], []] * 20)
    given = np.array(["camp" in names for names in one.predict(TEXTS)])
    assert result.averages["micro_f1"] == f1_score(np.tile([True, False], 20), given)


def test_texts_that_can_be_read_once_are_compared(classifier):
    once = (text for text in NEW)
    assert compare(classifier, classifier, once, LABELS)["difference"] == 0


def test_score_leaves_out_what_nobody_has_looked_at(classifier):
    assert classifier.score([*TEXTS[:3], "rain"], [*TRUTH[:3], None]) == 1
    with pytest.raises(TopicsError, match="no release has a label"):
        classifier.score(TEXTS[:2], [None, None])


def test_a_better_model_is_told_from_a_worse_one(classifier):
    worse = ThemeClassifier().fit(TEXTS, TRUTH[1:] + TRUTH[:1])
    new, labels = ["refugees in a camp", "a judge at court", "rain"] * 5, ["camp", "court", ()] * 5
    found = compare(classifier, worse, new, labels)
    assert found["difference"] > 0
    assert found["low"] <= found["difference"] <= found["high"]
    assert found["p_value"] < 0.05
    assert compare(worse, classifier, new, labels)["difference"] == -found["difference"]
    other = ThemeClassifier().fit(TEXTS, ["a", "b"] * 20)
    with pytest.raises(TopicsError, match="different themes"):
        compare(classifier, other, new, [()] * 15)


def test_labels_that_differ_in_case_are_two():
    texts = ["refugees fled to the camp", "the court tried a judge"] * 15
    y = ["Law", "law"] * 15
    assert evaluate(ThemeClassifier().fit(texts, y), texts, y).averages["exact"] == 1


def test_each_figure_on_axes_of_its_own():
    from matplotlib.figure import Figure

    from topics import plots

    y = ["camp", "court"] * 10
    classifier = ThemeClassifier(multi_label=False).fit(
        ["refugees fled", "the judge ruled"] * 10, y
    )
    found = evaluate(classifier, ["refugees fled", "a judge ruled", "a judge"], ["camp"] * 3)
    assert not found.calibrated
    assert found.reliability.columns.tolist() == ["score", "right", "pairs"]
    assert "score" in found.errors.columns
    figure = Figure()
    for axes, name in zip(
        figure.subplots(1, 4),
        ("plot_f1", "plot_reliability", "plot_confusion", "plot_coverage"), strict=True,
    ):  # fmt: skip
        assert getattr(plots, name)(found, ax=axes) is figure
        assert axes.get_title(loc="left")
        assert "probability" not in axes.get_xlabel()
    confusion = figure.axes[2]
    assert [label.get_text() for label in confusion.get_yticklabels()] == ["camp", "court"]
    assert [text.get_text() for text in confusion.texts] == ["2"]


def test_what_a_notebook_shows():
    from topics import TermVectorizer

    y = ["<b>camp", "court"] * 10
    texts = ["refugees fled", "the judge ruled"] * 10
    found = evaluate(ThemeClassifier().fit(texts, y), texts[:4], y[:4])
    shown = found._repr_html_()
    assert "&lt;b&gt;camp" in shown
    assert "<b>" not in shown
    assert "micro f1 1.00 (1.00 to 1.00)" in shown
    words = TermVectorizer(token_pattern=r"\S+")
    assert "<table" not in words._repr_html_()
    shown = words.fit(["<i>aid came", "<i>aid left"])._repr_html_()
    assert "<td>&lt;i&gt;aid</td><td>2</td>" in shown
    assert "<i>" not in shown


def test_shares_of_labels_over_time():
    from topics import TopicsError, plots, predict

    y = ["camp", "court"] * 10
    classifier = ThemeClassifier(multi_label=False).fit(
        ["refugees fled", "the judge ruled"] * 10, y
    )
    said = predict(["refugees fled", "refugees", "the judge ruled", "a judge", "judge"], classifier)
    dates = ["2024-01-05", "2024-02", "2024-01-20T10:00", "2024-02-01", None]
    table = said.themes_over_time(dates)
    assert table.index.tolist() == ["2024-01", "2024-02"]
    assert table["camp"].tolist() == [0.5, 0.5]
    assert table["releases"].tolist() == [2, 2]
    assert len(plots.plot_themes_over_time(said, dates).axes[0].lines) == 2
    with pytest.raises(TopicsError, match="1 dates for 5 releases"):
        said.themes_over_time(["2024"])
    with pytest.raises(TopicsError, match="no dates"):
        said.themes_over_time([None] * 5)
