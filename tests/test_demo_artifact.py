import csv
from pathlib import Path

import numpy as np
import pytest

from topics import predict
from topics.demo import lee_corpus, lee_truth
from topics.evaluation import agreement, evaluate
from topics.plots import plot_labels, plot_topics, plot_topics_over_time
from topics.reading.label_columns import parse_label_cell

ARTIFACTS = Path(__file__).parents[1] / "artifacts"


def test_the_demos_model_still_says_the_same():
    predictions = predict(lee_corpus("test"), ARTIFACTS / "lee")
    with open(ARTIFACTS / "lee_expected.csv", encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == len(predictions) == 50
    for row, said in zip(expected, predictions, strict=True):
        assert row["labels"] == ";".join(said.labels)
        assert int(row["topic"]) == said.topic
        for name, chance in said.probabilities.items():
            assert float(row[name]) == pytest.approx(chance, abs=2e-6)


def test_truth_comes_from_two_readings_by_the_rule():
    for row in lee_truth():
        first, second = row["first_reading"], row["second_reading"]
        for theme in {*first, *second, *row["themes"]}:
            stands = (theme in first and theme in second) or theme in (first[:1] + second[:1])
            assert (theme in row["themes"]) == stands
    readings = [[row[name] for row in lee_truth()] for name in ("first_reading", "second_reading")]
    assert agreement(*readings) > 0.9


def test_evaluation_against_scikit_learn():
    from sklearn.metrics import f1_score

    corpus, truth = lee_corpus("test"), [row["themes"] for row in lee_truth()]
    result = evaluate(ARTIFACTS / "lee", corpus, truth)
    predictions = predict(corpus, ARTIFACTS / "lee", evidence=False)
    Y = np.array([[name in names for name in predictions.classes] for names in truth])
    P = np.array([[name in names for name in predictions.classes] for names in predictions.labels])
    assert result.n == 50
    assert result.averages["micro_f1"] == pytest.approx(f1_score(Y, P, average="micro"))
    assert result.averages["exact"] == pytest.approx((Y == P).all(axis=1).mean())
    assert result.themes["support"].to_pylist() == Y.sum(axis=0).tolist()
    assert "micro_f1" in repr(result)


def test_cells_of_labels():
    themes = ["health", "gas prices", "health, justice"]
    assert parse_label_cell("health, justice", themes) == ("health, justice",)
    assert parse_label_cell("gas prices|health", themes) == ("gas prices", "health")
    assert parse_label_cell(["health"], themes) == ("health",)
    assert parse_label_cell("", themes) is None
    assert parse_label_cell("None", themes) == parse_label_cell("-", themes) == ()
    assert parse_label_cell("Health", themes) == ("health",)
    assert parse_label_cell(None, themes) is None
    assert parse_label_cell("unknown", themes) == ("unknown",)


def test_figures_are_drawn(tmp_path):
    from topics import Labeller, TopicModel, load, read_releases

    model = load(ARTIFACTS / "lee")
    assert isinstance(model, Labeller)
    texts = lee_corpus()["text"].to_pylist()
    rows = [{"text": text, "date": f"2001-{1 + i % 12:02}-01"} for i, text in enumerate(texts)]
    dated = TopicModel(5).fit(read_releases(rows, languages=False))
    figures = [
        plot_topics(model.topic_model),
        plot_topics_over_time(dated, "month"),
        plot_labels(predict(lee_corpus("test"), model)),
    ]
    for i, figure in enumerate(figures):
        figure.savefig(tmp_path / f"{i}.png")
        assert (tmp_path / f"{i}.png").stat().st_size > 10_000
    assert figures[0]._repr_png_().startswith(b"\x89PNG")
    assert len(figures[0].axes[0].patches) == 16
    assert len(figures[1].axes[0].lines) == 5
