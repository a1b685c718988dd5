import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer as SklearnsVectorizer

from topics import TopicModel, predict
from topics.demo import (
    NEWS_FREE_TOPICS,
    SAMPLE_FREE_TOPICS,
    fit_labeller,
    lee_corpus,
    lee_themes,
    lee_truth,
    read_sample,
    sample_themes,
)
from topics.evaluation import agreement, evaluate
from topics.models.topic_metrics import coherence, topic_diversity
from topics.plots import plot_labels, plot_topics, plot_topics_over_time
from topics.reading.label_columns import parse_label_cell
from topics.text import TfidfVectorizer

ARTIFACTS = Path(__file__).parents[1] / "artifacts"


@pytest.fixture(scope="module")
def sample():
    return read_sample()


def test_the_sample_is_read_as_it_was_written(sample):
    corpus, truth = sample
    assert len(corpus) == len(set(corpus["title"].to_pylist())) == 120
    assert corpus.rejects.num_rows == 0
    assert set().union(*truth) == set(sample_themes())
    assert sum(len(names) > 1 for names in truth) >= 10
    assert sum(not names for names in truth) >= 10
    languages = corpus["language"].to_pylist()
    assert [languages.count(code) for code in ("ar", "fr", "en")] == [1, 1, 118]
    assert all(date is not None for date in corpus["date"].to_pylist())


def test_a_floor_under_the_quality_of_labels(sample):
    """Values of today less a margin; drawing labels at random scores below .3."""
    corpus, truth = sample
    labeller = fit_labeller(corpus, sample_themes(), SAMPLE_FREE_TOPICS)
    averages = evaluate(labeller, corpus, truth).averages
    assert averages["micro_f1"] > 0.90
    assert averages["mean_average_precision"] > 0.95


def test_a_floor_under_the_quality_of_labels_of_news():
    labeller = fit_labeller(lee_corpus(), lee_themes(), NEWS_FREE_TOPICS)
    truth = [row["themes"] for row in lee_truth()]
    averages = evaluate(labeller, lee_corpus("test"), truth).averages
    assert averages["micro_f1"] > 0.62
    assert averages["mean_average_precision"] > 0.79


@pytest.mark.parametrize(
    ("method", "least_sample", "least_news"),
    [("vectors", 0.07, 0.37), ("nmf", 0.07, 0.37), ("lda", 0.10, 0.32)],
)
def test_a_floor_under_the_coherence_of_topics(sample, method, least_sample, least_news):
    for corpus, least in ((sample[0], least_sample), (lee_corpus(), least_news)):
        model = TopicModel(10, method=method, random_state=0).fit(corpus)
        words = model.top_words(10)
        assert coherence(words, corpus, vectorizer=model.vectorizer_).mean() > least
        assert topic_diversity(words) > 0.91


def test_weights_of_the_sample_are_scikit_learns(sample):
    texts = sample[0].texts.to_pylist()
    given = {"ngram_range": (1, 2), "min_df": 2, "sublinear_tf": True}
    ours, theirs = TfidfVectorizer(**given).fit(texts), SklearnsVectorizer(**given).fit(texts)
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    difference = ours.transform(texts) - theirs.transform(texts)
    assert abs(difference).max() < 1e-12


def test_the_demos_model_still_says_the_same():
    predictions = predict(lee_corpus("test"), ARTIFACTS / "lee")
    with open(ARTIFACTS / "lee_expected.csv", encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == len(predictions) == 50
    for row, said in zip(expected, predictions, strict=True):
        assert row["labels"] == ";".join(said.labels)
        assert row["topic"] == ("" if said.topic is None else str(said.topic))
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
    assert result.themes["support"].tolist() == Y.sum(axis=0).tolist()
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
