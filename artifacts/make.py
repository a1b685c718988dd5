"""Make the news model, what it says of 50 documents, and the README's picture again."""

import csv
from pathlib import Path

import topics
from topics.demo import (
    FROM_NEWS,
    NEWS_FREE_TOPICS,
    SAMPLE_FREE_TOPICS,
    fit_labeller,
    lee_corpus,
    lee_themes,
    read_sample,
    sample_themes,
)
from topics.plots import plot_topics

HERE = Path(__file__).parent


def main() -> None:
    """Write everything beside this file."""
    sample, _ = read_sample()
    labeller = fit_labeller(sample, sample_themes(), SAMPLE_FREE_TOPICS)
    plot_topics(labeller.topic_model).savefig(HERE / "sample_topics.png")
    news = fit_labeller(lee_corpus(), lee_themes(), NEWS_FREE_TOPICS)
    topics.save(
        news,
        HERE / "lee",
        created_from=FROM_NEWS,
        examples=False,
        overwrite=True,
    )
    predictions = topics.predict(lee_corpus("test"), news)
    with open(HERE / "lee_expected.csv", "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["line", "labels", "topic", *predictions.classes])
        for line, row in enumerate(predictions, 1):
            chances = (f"{row.probabilities[name]:.6f}" for name in predictions.classes)
            rows.writerow([line, ";".join(row.labels), row.topic, *chances])


if __name__ == "__main__":
    main()
